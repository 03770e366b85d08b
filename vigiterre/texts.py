"""What the command line says, in French and in English."""

TEXTS: dict[str, dict[str, str]] = {
    "problems": {
        "fr": "{count} erreur(s) dans la configuration : rien n'a été démarré ni modifié.",
        "en": "{count} error(s) in the configuration: nothing was started or changed.",
    },
    "checked": {
        "fr": "Configuration correcte : {devices} capteurs, {models} modèles, {n} grandeurs.",
        "en": "The configuration is right: {devices} devices, {models} models, {n} quantities.",
    },
    "no_such_device": {
        "fr": "{device} : aucun capteur de ce nom ; voyez `vigiterre devices list`",
        "en": "{device}: no device of this name; see `vigiterre devices list`",
    },
    "no_such_refusal": {
        "fr": "{id} : aucun refus de ce numéro ; voyez `vigiterre quarantine list`",
        "en": "{id}: no refusal of this number; see `vigiterre quarantine list`",
    },
    "purge_what": {
        "fr": "Dites quoi effacer : --before, --reason, --device, ou --all pour tout.",
        "en": "Say what to delete: --before, --reason, --device, or --all for everything.",
    },
    "purged": {"fr": "{purged} refus effacés.", "en": "{purged} refusals deleted."},
    "replay": {"fr": "messages rejoués", "en": "messages run again"},
    "quarantine_replay": {"fr": "messages rejoués", "en": "messages run again"},
    "quarantine_purge": {"fr": "refus effacés", "en": "refusals deleted"},
    "replayed": {
        "fr": "{messages} messages rejoués, dont {refused} refus à nouveau (voir `vigiterre quarantine list`).",
        "en": "{messages} messages run again, {refused} refusals anew (see `vigiterre quarantine list`).",
    },
    "replayed_waiting": {
        "fr": "{messages} messages remis au journal ; la base ne répond pas, ils seront enregistrés à son retour.",
        "en": "{messages} messages are in the journal again; the store is away, they are stored when it returns.",
    },
    "replay_cut": {
        "fr": "{cut} refus de plus de 64 ko n'ont pu être rejoués : essayez `vigiterre replay --from … --to …`.",
        "en": "{cut} refusals above 64 kB could not be run again: try `vigiterre replay --from … --to …`.",
    },
    "import_summary": {
        "fr": "{added} ajoutés, {changed} modifiés, {unchanged} inchangés, {refused} refusés.",
        "en": "{added} added, {changed} changed, {unchanged} unchanged, {refused} refused.",
    },
    "import_dry_run": {"fr": "Essai : rien n'a été écrit.", "en": "Dry run: nothing was written."},
    "import_done": {
        "fr": "{file} est à jour ; `kill -HUP` ou un redémarrage le fait relire.",
        "en": "{file} is up to date; `kill -HUP` or a restart makes it read again.",
    },
    "column_id": {"fr": "Identifiant", "en": "Id"},
    "column_model": {"fr": "Modèle", "en": "Model"},
    "column_domain": {"fr": "Domaine", "en": "Domain"},
    "column_site": {"fr": "Site", "en": "Site"},
    "column_commune": {"fr": "Commune", "en": "Commune"},
    "column_quantities": {"fr": "Grandeurs", "en": "Quantities"},
    "column_row": {"fr": "Ligne", "en": "Row"},
    "column_outcome": {"fr": "Résultat", "en": "Outcome"},
    "column_columns": {"fr": "Colonnes", "en": "Columns"},
    "column_received": {"fr": "Reçu", "en": "Received"},
    "column_topic": {"fr": "Sujet", "en": "Topic"},
    "column_device": {"fr": "Capteur", "en": "Device"},
    "column_reason": {"fr": "Motif", "en": "Reason"},
    "column_detail": {"fr": "Détail", "en": "Detail"},
}
