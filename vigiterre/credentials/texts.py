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
    "file_exists": {
        "fr": "{file} existe déjà et n'est pas remplacé ; rien n'a été fait. Nommez un fichier nouveau",
        "en": "{file} exists already and is not replaced; nothing was done. Name a new file",
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
