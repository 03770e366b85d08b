"""What is said of accounts of the broker, in French and in English."""

CREDENTIALS: dict[str, dict[str, str]] = {
    "taken": {
        "fr": "{count} compte(s) existent déjà : {names} ; rien n'a été fait. `rotate` leur donne un autre secret",
        "en": "{count} account(s) exist already: {names}; nothing was done. `rotate` gives them another secret",
    },
    "unknown": {
        "fr": "{count} compte(s) inconnus ou révoqués : {names} ; rien n'a été fait. `create` en fait, "
        "`list` les montre",
        "en": "{count} account(s) unknown or revoked: {names}; nothing was done. `create` makes them, "
        "`list` shows them",
    },
    "other_kind": {
        "fr": "{names} : un compte d'une autre sorte ({kind}) porte ce nom ; choisissez-en un autre",
        "en": "{names}: an account of another kind ({kind}) has this name; choose another one",
    },
    "certified": {
        "fr": "{count} certificat(s) d'un capteur de ce nom valent encore : {names} ; il aurait les droits du service. "
        "Rien n'a été fait. Révoquez-les : vigiterre devices certificates revoke {names}",
        "en": "{count} certificate(s) of a device of this name are good still: {names}; it would have the rights of "
        "the service. Nothing was done. Revoke them: vigiterre devices certificates revoke {names}",
    },
    "file_exists": {
        "fr": "{file} existe déjà et n'est pas remplacé ; rien n'a été fait. Nommez un fichier nouveau",
        "en": "{file} exists already and is not replaced; nothing was done. Name a new file",
    },
    "no_secret": {
        "fr": "{file} n'est pas un secret : une seule ligne de caractères ASCII, sans espace ; rien n'a été fait. "
        "Par exemple : openssl rand -hex 24",
        "en": "{file} is no secret: one line of ASCII characters, without spaces; nothing was done. "
        "For example: openssl rand -hex 24",
    },
    "short_secret": {
        "fr": "le secret de {file} est trop court : au moins {least} caractères tirés au hasard ; rien n'a été fait. "
        "Par exemple : openssl rand -hex 24",
        "en": "the secret in {file} is too short: at least {least} characters drawn at random; nothing was done. "
        "For example: openssl rand -hex 24",
    },
    "was_revoked": {
        "fr": "{name} a été révoqué, et le secret du fichier est peut-être celui qu'il a perdu ; rien n'a été fait. "
        "Sans --from, `create` lui en donne un nouveau, à mettre dans le fichier",
        "en": "{name} was revoked, and the secret in the file may be the one it lost; nothing was done. "
        "Without --from, `create` gives it a new one, to be put into the file",
    },
    "same_secret": {
        "fr": "le fichier contient le secret que {name} a déjà ; rien n'a été fait. Mettez-y un autre secret d'abord",
        "en": "the file holds the secret that {name} has already; nothing was done. Put another secret there first",
    },
    "from_or_out": {
        "fr": "--from lit un secret et --out en écrit un ; donnez l'un ou l'autre",
        "en": "--from reads a secret and --out writes one; give one or the other",
    },
    "no_device": {
        "fr": "{count} nom(s) absents de devices.csv : {names} ; rien n'a été fait. Voisins : {known}",
        "en": "{count} name(s) not in devices.csv: {names}; nothing was done. Near: {known}",
    },
    "nobody_meant": {
        "fr": "aucun capteur ne correspond ; rien n'a été fait. Voyez `vigiterre devices list`",
        "en": "no device is meant by this; nothing was done. See `vigiterre devices list`",
    },
    "whom": {
        "fr": "dites de quels capteurs il s'agit : des identifiants, --csv FICHIER, --commune, --model, --domain, "
        "--tag, ou --all",
        "en": "say which devices are meant: ids, --csv FILE, --commune, --model, --domain, --tag, or --all",
    },
    "is_device": {
        "fr": "{name} est l'identifiant d'un capteur ; un compte de service porte un autre nom",
        "en": "{name} is the id of a device; an account of a service has another name",
    },
    "bad_name": {
        "fr": "« {name} » ne peut pas être un nom de compte ; écrivez des minuscules, des chiffres, - et _, 64 au "
        "plus, sans commencer par {prefix}",
        "en": '"{name}" cannot be the name of an account; write small letters, digits, - and _, at most 64, '
        "not beginning with {prefix}",
    },
    "bridge_needs_sources": {
        "fr": "un pont écrit les sujets de ses sources, et d'elles seules : donnez --source, une fois par source ; "
        "connues : {known}",
        "en": "a bridge writes the topics of its sources, and of them alone: give --source, once for each; "
        "known: {known}",
    },
    "only_bridges": {
        "fr": "--source et --downlink ne valent que pour un pont (bridge)",
        "en": "--source and --downlink are for a bridge only",
    },
    "no_source": {
        "fr": "aucune source « {name} » du courtier dans sources.toml ; connues : {known}",
        "en": 'no source "{name}" of our broker in sources.toml; known: {known}',
    },
    "bad_downlink": {
        "fr": "--downlink « {filter} » : écrivez un filtre MQTT dont le premier niveau est un mot, hors de {root}, "
        "{live} et $SYS, par exemple application/+/device/+/command/down",
        "en": '--downlink "{filter}": write an MQTT filter whose first level is a word, outside {root}, {live} and '
        "$SYS, such as application/+/device/+/command/down",
    },
}
