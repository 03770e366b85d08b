"""What backup and restore say, in French and in English."""

from devices.problems import Bilingual

TEXTS: dict[str, dict[str, str]] = {
    "newer": {
        "fr": "la sauvegarde est au format {found}, cette version connaît le format {known} ; mettez vigiterre à jour",
        "en": "the backup has format {found}, this version knows format {known}; upgrade vigiterre",
    },
    "newer_file": {
        "fr": "{path} de la sauvegarde est au format {found}, cette version connaît le format {known} ; mettez "
        "vigiterre à jour",
        "en": "{path} of the backup has format {found}, this version knows format {known}; upgrade vigiterre",
    },
    "no_manifest": {
        "fr": "le manifeste de la sauvegarde est illisible ({detail}) ; prenez une autre sauvegarde",
        "en": "the manifest of the backup cannot be read ({detail}); take another backup",
    },
    "no_archive": {
        "fr": "{archive} n'est pas une sauvegarde de vigiterre ; donnez un fichier écrit par `vigiterre backup`",
        "en": "{archive} is no backup of vigiterre; give a file written by `vigiterre backup`",
    },
    "damaged": {
        "fr": "{archive} est abîmé dans le fichier {path} ou juste après ; "
        "rien n'a été restauré, prenez une autre copie",
        "en": "{archive} is damaged in file {path} or just after; nothing was restored, take another copy",
    },
    "differs": {
        "fr": "{archive} : le fichier {path} n'est pas celui du manifeste ({why}) ; rien n'a été restauré",
        "en": "{archive}: file {path} is not that of the manifest ({why}); nothing was restored",
    },
    "torn": {
        "fr": "{archive} est incomplet : il s'arrête dans le fichier {path} ou juste après ; rien n'a été "
        "restauré, prenez une autre copie",
        "en": "{archive} is cut: it ends in file {path} or just after; nothing was restored, take another copy",
    },
    "goes_on": {
        "fr": "{archive} continue après sa fin ; rien n'a été restauré, prenez une autre copie",
        "en": "{archive} goes on after its end; nothing was restored, take another copy",
    },
    "bad_entry": {
        "fr": "{archive} contient une entrée que vigiterre n'écrit jamais ({path}) : lien, nom absolu ou en "
        "double ; rien n'a été restauré",
        "en": "{archive} holds an entry that vigiterre never writes ({path}): a link, an absolute name or one "
        "twice; nothing was restored",
    },
    "too_large": {
        "fr": "{archive} : {path} dépasserait les {most} octets permis ici ; libérez de la place, ou vérifiez "
        "d'où vient ce fichier ; rien n'a été restauré",
        "en": "{archive}: {path} would exceed the {most} bytes allowed here; make room, or ask where this file "
        "comes from; nothing was restored",
    },
    "bad_readings": {
        "fr": "{path} contient une ligne illisible ({detail}) ; la base n'a reçu qu'une partie des mesures : "
        "videz-la avant de recommencer",
        "en": "{path} holds a line that cannot be read ({detail}); the store got a part of the readings: empty "
        "it before you try again",
    },
    "became_shorter": {
        "fr": "{path} a raccourci pendant la sauvegarde ; recommencez",
        "en": "{path} became shorter during the backup; try again",
    },
    "name_too_long": {
        "fr": "{path} : nom trop long pour l'archive ; renommez le fichier",
        "en": "{path}: the name is too long for the archive; rename the file",
    },
    "journal_moves": {
        "fr": "le journal {path} perd ses segments plus vite qu'ils ne se copient ; augmentez journal.max_bytes "
        "ou journal.max_days",
        "en": "the journal {path} drops its segments faster than they are copied; raise journal.max_bytes or "
        "journal.max_days",
    },
    "inside": {
        "fr": "{path} est dans {folder}, qui est ce qu'on sauvegarde ; donnez un autre dossier, de préférence un "
        "autre disque",
        "en": "{path} is within {folder}, which is what is backed up; give another folder, better another disk",
    },
    "to_terminal": {
        "fr": "une sauvegarde n'est pas pour un terminal ; donnez un fichier, ou redirigez : vigiterre backup - "
        "> FICHIER",
        "en": "a backup is not for a terminal; give a file, or redirect: vigiterre backup - > FILE",
    },
    "span_needs_influxdb": {
        "fr": "--from et --to choisissent ce qui est exporté d'une InfluxDB ; une base SQLite est copiée entière",
        "en": "--from and --to choose what is exported of an InfluxDB; a SQLite store is copied whole",
    },
    "running": {
        "fr": "{folder} est utilisé par le processus {pid} : arrêtez vigiterre avant de restaurer",
        "en": "{folder} is in use by process {pid}: stop vigiterre before you restore",
    },
    "not_empty": {
        "fr": "{folder} n'est pas vide : {found} ; rien n'a été restauré. Mettez ce contenu de côté (mv), ou "
        "choisissez un autre dossier",
        "en": "{folder} is not empty: {found}; nothing was restored. Put that aside (mv), or choose another folder",
    },
    "store_not_empty": {
        "fr": "la base {store} contient déjà des mesures ({found}) ; rien n'a été restauré. Donnez une base vide "
        "dans store.url, ou gardez celle-ci par --without-readings",
        "en": "the store {store} already holds readings ({found}); nothing was restored. Give an empty one in "
        "store.url, or keep this one by --without-readings",
    },
    "no_readings": {
        "fr": "la sauvegarde ne contient pas de mesures (base memory:) ; relancez avec --without-readings",
        "en": "the backup holds no readings (store memory:); run again with --without-readings",
    },
    "other_store": {
        "fr": "la sauvegarde contient une base SQLite, et store.url est {store} ; donnez sqlite:///CHEMIN, ou "
        "relancez avec --without-readings",
        "en": "the backup holds a SQLite store, and store.url is {store}; give sqlite:///PATH, or run again with "
        "--without-readings",
    },
    "no_room": {
        "fr": "il faut {needed} Mio dans {folder}, {free} sont libres ; libérez de la place ; rien n'a été restauré",
        "en": "{needed} MiB are needed in {folder}, {free} are free; make room; nothing was restored",
    },
    "short_passphrase": {
        "fr": "la phrase de passe est trop courte ; il en faut {least} caractères au moins, par exemple six mots tirés "
        "au hasard ; rien n'a été sauvegardé",
        "en": "the passphrase is too short; {least} characters at least, six words drawn at random for example; "
        "nothing was backed up",
    },
    "lock_missing": {
        "fr": "--with-secrets chiffre les secrets, et ne peut demander de phrase de passe sans terminal ; donnez "
        "--passphrase-file FICHIER, ou --recipient age1…",
        "en": "--with-secrets encrypts the secrets, and cannot ask for a passphrase without a terminal; give "
        "--passphrase-file FILE, or --recipient age1…",
    },
    "lock_without_secrets": {
        "fr": "--passphrase-file et --recipient chiffrent les secrets ; ajoutez --with-secrets",
        "en": "--passphrase-file and --recipient encrypt the secrets; add --with-secrets",
    },
    "lock_twice": {
        "fr": "--passphrase-file ou --recipient, pas les deux",
        "en": "--passphrase-file or --recipient, not both",
    },
    "key_twice": {
        "fr": "--passphrase-file, --identity-file ou --without-secrets, un seul des trois",
        "en": "--passphrase-file, --identity-file or --without-secrets, one of the three",
    },
    "bad_recipient": {
        "fr": "{value}… n'est pas une clé publique age ; donnez ce que `age-keygen -y` affiche (age1…)",
        "en": "{value}… is no public key of age; give what `age-keygen -y` prints (age1…)",
    },
    "bad_identity": {
        "fr": "{path} ne contient pas de clé privée age ; donnez le fichier écrit par `age-keygen -o`",
        "en": "{path} holds no private key of age; give the file that `age-keygen -o` wrote",
    },
    "key_unreadable": {
        "fr": "{path} n'est pas un texte en UTF-8 ; donnez un fichier qui ne contient que la phrase de passe ou la clé",
        "en": "{path} is no text in UTF-8; give a file that holds the passphrase or the key and nothing else",
    },
    "passphrases_differ": {
        "fr": "les deux phrases de passe diffèrent ; rien n'a été sauvegardé, recommencez",
        "en": "the two passphrases differ; nothing was backed up, try again",
    },
    "needs_key": {
        "fr": "{archive} contient des secrets chiffrés ; donnez --passphrase-file ou --identity-file, ou laissez-les "
        "par --without-secrets ; rien n'a été restauré",
        "en": "{archive} holds encrypted secrets; give --passphrase-file or --identity-file, or leave them by "
        "--without-secrets; nothing was restored",
    },
    "needs_passphrase": {
        "fr": "les secrets sont chiffrés par une phrase de passe, pas pour une clé ; donnez --passphrase-file ; rien "
        "n'a été restauré",
        "en": "the secrets are encrypted by a passphrase, not for a key; give --passphrase-file; nothing was restored",
    },
    "needs_identity": {
        "fr": "les secrets sont chiffrés pour une clé, pas par une phrase de passe ; donnez --identity-file ; rien n'a "
        "été restauré",
        "en": "the secrets are encrypted for a key, not by a passphrase; give --identity-file; nothing was restored",
    },
    "wrong_passphrase": {
        "fr": "la phrase de passe n'ouvre pas les secrets de cette sauvegarde ; vérifiez-la, ou laissez-les par "
        "--without-secrets ; rien n'a été restauré",
        "en": "the passphrase does not open the secrets of this backup; check it, or leave them by --without-secrets; "
        "nothing was restored",
    },
    "too_much_work": {
        "fr": "essayer la phrase de passe prendrait ici des minutes : la machine qui a sauvegardé est plus rapide, "
        "ou le fichier est falsifié ; ouvrez-le avec `age -d`, ou laissez les secrets par --without-secrets ; rien n'a "
        "été restauré",
        "en": "to try the passphrase would take minutes here: the machine that backed up is much faster, or the file "
        "is forged; open it with `age -d`, or leave the secrets by --without-secrets; nothing was restored",
    },
    "wrong_identity": {
        "fr": "cette clé n'ouvre pas les secrets de la sauvegarde ; prenez celle à laquelle ils étaient destinés, ou "
        "laissez-les par --without-secrets ; rien n'a été restauré",
        "en": "this key does not open the secrets of the backup; take the one they were meant for, or leave them by "
        "--without-secrets; nothing was restored",
    },
    "ask_passphrase": {"fr": "Phrase de passe des secrets", "en": "Passphrase of the secrets"},
    "ask_passphrase_again": {"fr": "La même, encore une fois", "en": "The same once more"},
    "secrets_sealed": {
        "fr": "Les secrets y sont chiffrés ; sans la phrase de passe ou la clé, personne ne les retrouvera.",
        "en": "The secrets in it are encrypted; without the passphrase or the key nobody gets them back.",
    },
    "secrets_open": {"fr": "Les secrets s'ouvrent : {files} fichiers.", "en": "The secrets open: {files} files."},
    "backing_up": {"fr": "Sauvegarde", "en": "Backing up"},
    "restoring": {"fr": "Restauration", "en": "Restoring"},
    "verifying": {"fr": "Vérification", "en": "Verifying"},
    "backed_up": {
        "fr": "Sauvegarde faite : {path}, {size}, {files} fichiers, {times} mesures et {hours} valeurs horaires "
        "(séries : {series}).",
        "en": "Backed up: {path}, {size}, {files} files, {times} readings and {hours} hourly values "
        "(series: {series}).",
    },
    "left_out": {
        "fr": "Laissé de côté (secrets, ou rien que vigiterre ait écrit) : {names}",
        "en": "Left out (secrets, or nothing that vigiterre wrote): {names}",
    },
    "verified": {
        "fr": "{path} est entier : {files} fichiers, sauvegarde du {created} par vigiterre {program}.",
        "en": "{path} is whole: {files} files, backed up {created} by vigiterre {program}.",
    },
    "restored": {
        "fr": "Restauré dans {folder} : {files} fichiers, sauvegarde du {created}. Lancez vigiterre run : il "
        "continue à son curseur.",
        "en": "Restored in {folder}: {files} files, backed up {created}. Start vigiterre run: it goes on at its "
        "cursor.",
    },
    "all_equal": {
        "fr": "Base et sauvegarde comparées série par série : {series} séries, toutes égales.",
        "en": "Store and backup compared series by series: {series} series, all equal.",
    },
    "not_equal": {
        "fr": "Base et sauvegarde comparées série par série : {differing} séries sur {series} diffèrent ; "
        "{refused} mesures ont été refusées par la base.",
        "en": "Store and backup compared series by series: {differing} of {series} series differ; {refused} "
        "readings were refused by the store.",
    },
    "expired": {
        "fr": "{count} mesures de la sauvegarde, ou leurs valeurs personnelles, sont plus anciennes que leur "
        "rétention : elles n'ont pas été restaurées.",
        "en": "{count} readings of the backup, or their personal values, are older than their retention: they were not "
        "restored.",
    },
    "state_only": {
        "fr": "Les mesures n'ont pas été restaurées, la base n'a pas été touchée.",
        "en": "The readings were not restored, the store was not touched.",
    },
    "column_policy": {"fr": "Politique", "en": "Policy"},
    "column_series": {"fr": "Série", "en": "Series"},
    "column_kept": {"fr": "Sauvegarde", "en": "Backup"},
    "column_found": {"fr": "Base", "en": "Store"},
    "column_checksum": {"fr": "Somme", "en": "Checksum"},
    "column_verdict": {"fr": "Comparaison", "en": "Verdict"},
    "equal": {"fr": "égale", "en": "equal"},
    "different": {"fr": "DIFFÉRENTE", "en": "DIFFERENT"},
}


def said(key: str, /, **facts: object) -> Bilingual:
    """One of the texts with its facts."""
    return Bilingual.of(TEXTS[key], **facts)
