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
        "fr": "{count} mesures de la sauvegarde sont plus anciennes que la rétention de la base : elles n'ont pas été "
        "restaurées.",
        "en": "{count} readings of the backup are older than the retention of the store: they were not restored.",
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
