"""What `devices` says: what was not found, what an import did."""

TEXTS: dict[str, dict[str, str]] = {
    "no_such_device": {
        "fr": "{device} : aucun capteur de ce nom ; voyez `vigiterre devices list`",
        "en": "{device}: no device of this name; see `vigiterre devices list`",
    },
    "no_such_model": {
        "fr": "{model} : aucun modèle de ce nom dans models/ ; connus : {known}",
        "en": "{model}: no model of this name in models/; known: {known}",
    },
    "no_such_commune": {
        "fr": "{commune} n'est pas un code INSEE ; écrivez cinq caractères, par exemple 03190",
        "en": "{commune} is not an INSEE code; write five characters, such as 03190",
    },
    "no_device_found": {
        "fr": "Aucun capteur ne répond à ces critères ; `vigiterre devices list` les montre tous.",
        "en": "No device matches; `vigiterre devices list` shows them all.",
    },
    "import_summary": {
        "fr": "Ajoutés : {added} ; modifiés : {changed} ; inchangés : {unchanged} ; refusés : {refused}.",
        "en": "Added: {added}; changed: {changed}; unchanged: {unchanged}; refused: {refused}.",
    },
    "outcome_added": {"fr": "ajouté", "en": "added"},
    "outcome_changed": {"fr": "modifié", "en": "changed"},
    "outcome_refused": {"fr": "refusé", "en": "refused"},
    "import_dry_run": {"fr": "Essai : rien n'a été écrit.", "en": "Dry run: nothing was written."},
    "import_done": {
        "fr": "{file} est à jour ; `kill -HUP` ou un redémarrage le fait relire.",
        "en": "{file} is up to date; `kill -HUP` or a restart makes it read again.",
    },
}
