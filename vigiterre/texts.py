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
    "diagnosed": {
        "fr": "Examen terminé : {errors} erreur(s), {warnings} avertissement(s).",
        "en": "Examined: {errors} error(s), {warnings} warning(s).",
    },
    "locked": {
        "fr": "{folder} est déjà utilisé par le processus {pid} : arrêtez-le, ou choisissez un autre data_dir.",
        "en": "{folder} is in use by process {pid}: stop it, or choose another data_dir.",
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
    "demo_no_config": {
        "fr": "{folder} : ce dossier n'a pas de demo/series.toml, rien à jouer ; indiquez le dossier de "
        "configuration : vigiterre --config DOSSIER …",
        "en": "{folder}: this folder has no demo/series.toml, nothing to play; name the configuration folder: "
        "vigiterre --config FOLDER …",
    },
    "demo_port_taken": {
        "fr": "{asked} est déjà pris : la page est sur un autre port.",
        "en": "{asked} is taken: the page is on another port.",
    },
    "demo_ready": {
        "fr": "Vigiterre, démonstration. Rien de ce qui est montré n'a été mesuré dans l'Allier.\n"
        "  Page           {page}\n"
        "  Courtier MQTT  {broker}\n"
        "  Données        {data_dir}\n"
        "  Messages refusés, envoyés exprès : au bas de la page, et VIGITERRE_DATA_DIR={data_dir} vigiterre "
        "quarantine list\n"
        "  Séries réelles rejouées (étiquette « replayed ») ou valeurs inventées (« simulated », « simulé » "
        "sur la page).\n"
        "  Ctrl-C pour finir.",
        "en": "Vigiterre, demonstration. Nothing that is shown was measured in the Allier.\n"
        "  Page         {page}\n"
        "  MQTT broker  {broker}\n"
        "  Data         {data_dir}\n"
        "  Refused messages, sent on purpose: at the foot of the page, and VIGITERRE_DATA_DIR={data_dir} vigiterre "
        "quarantine list\n"
        "  Real series replayed (tag `replayed`) or made-up values (`simulated`, on the page too).\n"
        "  Ctrl-C ends it.",
    },
    "demo_history": {"fr": "Une semaine passée", "en": "The week before"},
    "demo_live": {"fr": "En direct", "en": "Live"},
    "demo_sent": {"fr": "{sent} mesures envoyées", "en": "{sent} readings sent"},
    "demo_sent_stored": {
        "fr": "{sent} mesures envoyées, {stored} enregistrées",
        "en": "{sent} readings sent, {stored} stored",
    },
    "demo_line": {"fr": "{what} : {percent} %, {figures}", "en": "{what}: {percent} %, {figures}"},
    "demo_skipped": {
        "fr": "Le temps manquait : {hours} heures de la semaine passée n'ont pas été envoyées.",
        "en": "Time was short: {hours} hours of the week before were not sent.",
    },
    "demo_live_now": {
        "fr": "Direct accéléré : chaque capteur envoie sa valeur toutes les quelques secondes.",
        "en": "Live, accelerated: each device sends its value every few seconds.",
    },
    "demo_unsettled": {
        "fr": "{messages} messages publiés n'ont pas été traités à temps ; ils ne sont pas dans le compte.",
        "en": "{messages} published messages were not dealt with in time; they are not in the count.",
    },
    "demo_broker_ended": {
        "fr": "Le courtier embarqué s'est arrêté ; relancez, ou donnez-en un vrai par --broker.",
        "en": "The embedded broker ended; start again, or give a real one by --broker.",
    },
    "demo_no_connection": {
        "fr": "{broker} ne répond pas ; démarrez ce courtier ou donnez-en un autre par --broker.",
        "en": "{broker} does not answer; start this broker or give another by --broker.",
    },
    "demo_service_ended": {
        "fr": "Le service s'est arrêté de lui-même ; le journal ci-dessus dit pourquoi.",
        "en": "The service ended by itself; the log above says why.",
    },
    "simulate_ready": {
        "fr": "{devices} capteurs publient vers {broker}. Ctrl-C pour finir.",
        "en": "{devices} devices publish to {broker}. Ctrl-C ends it.",
    },
    "simulate_done": {
        "fr": "{readings} mesures publiées en {messages} messages.",
        "en": "{readings} readings published in {messages} messages.",
    },
    "no_such_player": {
        "fr": "{device} ne joue rien ; par exemple : {known}",
        "en": "{device} plays nothing; for example: {known}",
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
