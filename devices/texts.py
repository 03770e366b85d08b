"""What `vigiterre check` says, in French and in English. Each text says what is wrong, then what to do."""

PROBLEMS: dict[str, dict[str, str]] = {
    "missing_file": {
        "fr": "fichier absent ; créez-le ou corrigez --config",
        "en": "file is missing; create it or correct --config",
    },
}
