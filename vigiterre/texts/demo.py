"""What `demo` and `simulate` say."""

TEXTS: dict[str, dict[str, str]] = {
    "demo_no_config": {
        "fr": "{folder} : ce dossier n'a pas de demo/series.toml, rien à jouer ; indiquez le dossier de "
        "configuration : vigiterre --config DOSSIER …",
        "en": "{folder}: this folder has no demo/series.toml, nothing to play; name the configuration folder: "
        "vigiterre --config FOLDER …",
    },
    "demo_port_taken": {
        "fr": "{asked} est pris par un autre programme : la page est sur le port {port}.",
        "en": "{asked} is taken by another program: the page is on port {port}.",
    },
    "demo_bind_taken": {
        "fr": "--bind {asked} : un autre programme écoute là. Arrêtez-le, ou sans --bind un port libre est choisi.",
        "en": "--bind {asked}: another program listens there. Stop it, or leave --bind out: a free port is chosen.",
    },
    "demo_bind_wrong": {
        "fr": "--bind {asked} : écrivez hôte:port, par exemple 127.0.0.1:8080",
        "en": "--bind {asked}: write host:port, such as 127.0.0.1:8080",
    },
    "demo_bind_refused": {
        "fr": "--bind {asked} : {why} ; écoutez sur 127.0.0.1:8080, ou une adresse de cette machine et un port "
        "au-dessus de 1023.",
        "en": "--bind {asked}: {why}; listen on 127.0.0.1:8080, or an address of this machine and a port above 1023.",
    },
    "demo_ready": {
        "fr": "Vigiterre, démonstration. Rien de ce qui est montré n'a été mesuré dans l'Allier :\n"
        "{replayed} capteurs rejouent de vraies séries relevées ailleurs, {simulated} envoient des valeurs "
        "inventées, et\n"
        "des messages faux sont envoyés exprès, pour être refusés.\n"
        "  Page           {page}\n"
        "  Courtier MQTT  {broker}\n"
        "  Données        {data_dir} {kept}\n"
        "  Refus          au bas de la page, ou : VIGITERRE_DATA_DIR={data_dir} {program} quarantine list\n"
        "{end}",
        "en": "Vigiterre, demonstration. Nothing that is shown was measured in the Allier:\n"
        "{replayed} devices replay real series recorded elsewhere, {simulated} send made-up values, and\n"
        "wrong messages are sent on purpose, to be refused.\n"
        "  Page         {page}\n"
        "  MQTT broker  {broker}\n"
        "  Data         {data_dir} {kept}\n"
        "  Refusals     at the foot of the page, or: VIGITERRE_DATA_DIR={data_dir} {program} quarantine list\n"
        "{end}",
    },
    "demo_kept": {"fr": "(gardées)", "en": "(kept)"},
    "demo_temporary": {
        "fr": "(effacées à la fin ; --data-dir DOSSIER les garde)",
        "en": "(deleted at the end; --data-dir FOLDER keeps it)",
    },
    "demo_until_interrupt": {"fr": "Ctrl-C pour finir.", "en": "Ctrl-C ends it."},
    "demo_until": {
        "fr": "Se termine seule après {seconds:g} s ; Ctrl-C pour finir avant.",
        "en": "Ends by itself after {seconds:g} s; Ctrl-C ends it earlier.",
    },
    "demo_ending": {
        "fr": "Fin : ce qui est déjà publié est encore enregistré.",
        "en": "Ending: what is published already is still being stored.",
    },
    "demo_done": {
        "fr": "{received} mesures reçues = {stored} enregistrées + {refused} refusées ; "
        "en plus, {repeated} déjà connues ; {devices} capteurs entendus.",
        "en": "{received} readings received = {stored} stored + {refused} refused; besides, {repeated} known already; "
        "{devices} devices heard.",
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
        "fr": "{broker} ne répond pas ; démarrez-le, donnez-en un autre par --broker, ou essayez sans --broker.",
        "en": "{broker} does not answer; start this broker, give another by --broker, or try without --broker.",
    },
    "demo_broker_trouble": {
        "fr": "--broker {broker} : {why}\nIci mqtt.url vient de --broker ; sans lui, le courtier est embarqué.",
        "en": "--broker {broker}: {why}\nHere mqtt.url is what --broker gives; without it, a broker is embedded.",
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
}
