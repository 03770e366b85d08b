"""What `report` says."""

TEXTS: dict[str, dict[str, str]] = {
    "report_bad_day": {
        "fr": "--day « {value} » n'est pas un jour : écrivez AAAA-MM-JJ",
        "en": '--day "{value}" is no day: write YYYY-MM-DD',
    },
    "report_no_channel": {
        "fr": "pas de canal de courriel « {value} » dans notify.toml ; connus : {known}",
        "en": 'no e-mail channel "{value}" in notify.toml; known: {known}',
    },
    "report_no_place": {
        "fr": "de quel lieu ? Ajoutez --commune CODE ou --site NOM",
        "en": "of which place? Add --commune CODE or --site NAME",
    },
    "report_one_file": {
        "fr": "où l'écrire ? Donnez --pdf FICHIER, --html FICHIER ou --mail CANAL, un seul",
        "en": "where to? Give --pdf FILE, --html FILE or --mail CHANNEL, one of them",
    },
    "report_unknown_place": {
        "fr": "aucun capteur à « {value} » ; connus : {known}",
        "en": 'no device at "{value}"; known: {known}',
    },
    "report_written": {
        "fr": "{path} : {title}",
        "en": "{path}: {title}",
    },
}
