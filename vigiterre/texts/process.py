"""What a running process says of itself, in its logs and at /readyz."""

TEXTS: dict[str, dict[str, str]] = {
    "assets_missing": {
        "fr": "Les scripts et les styles des pages manquent : lancez make assets, ou installez le paquet (wheel).",
        "en": "The scripts and styles of the pages are missing: run make assets, or install the wheel.",
    },
    "bind_refused": {
        "fr": "console.bind {host}:{port} : {detail} ; choisissez un autre port ou arrêtez le programme qui l'occupe",
        "en": "console.bind {host}:{port}: {detail}; choose another port or stop the program that uses it",
    },
    "housekeeping_failed": {
        "fr": "agrégats et rétention en échec ({detail}) ; nouvel essai chaque minute, la trace est dans les logs",
        "en": "roll-ups and retention fail ({detail}); tried again each minute, the traceback is in the logs",
    },
    "broker_away": {
        "fr": "pas encore connecté au courtier",
        "en": "not connected to the broker yet",
    },
    "session_lost": {
        "fr": "le courtier avait oublié notre session : ce qu'il gardait pour nous est perdu ; voyez sa persistance",
        "en": "the broker had forgotten our session: what it kept for us is lost; look at its persistence",
    },
    "journal_filling": {
        "fr": "le journal est plein à {percent} % de messages à enregistrer ; remettez la base en marche",
        "en": "{percent} % of the journal waits to be stored; bring the store back",
    },
    "disk_filling": {
        "fr": "il reste {free} Mio sur le disque de data_dir ; libérez de la place",
        "en": "{free} MiB are left on the disk of data_dir; make room",
    },
    "journal_damaged": {
        "fr": "journal abîmé ({files}) : {records} message(s) acquitté(s) perdu(s) ; voyez dmesg et l'état du disque, "
        "et journal_damaged dans les logs",
        "en": "the journal is damaged ({files}): {records} acknowledged message(s) lost; look at dmesg and the state "
        "of the disk, and at journal_damaged in the logs",
    },
    "descriptors_used": {
        "fr": "{used} descripteurs de fichiers ouverts sur {limit} : cherchez qui garde tant de connexions, ou relevez "
        "la limite (LimitNOFILE de systemd)",
        "en": "{used} of {limit} file descriptors are open: find who keeps so many connections, or raise the limit "
        "(LimitNOFILE of systemd)",
    },
    "many_refused": {
        "fr": "{refused} mesures refusées sur {received} en dix minutes ; voyez `vigiterre quarantine list`",
        "en": "{refused} of {received} readings refused in ten minutes; see `vigiterre quarantine list`",
    },
    "clock_stepped": {
        "fr": "l'horloge de la machine a été changée de plus d'une minute ; vérifiez la synchronisation",
        "en": "the machine's clock was set by more than a minute; check its synchronisation",
    },
    "no_worker": {
        "fr": "aucun processus d'entrée ne s'est fait entendre ; démarrez `vigiterre run --only ingest`",
        "en": "no worker was heard yet; start `vigiterre run --only ingest`",
    },
    "workers_missing": {
        "fr": (
            "processus d'entrée muets : {workers} ; relancez-les : le courtier garde leur part des messages ; de "
            "ceux qui sont partis pour de bon, ôtez la session du courtier, puis le nom de {file}, et relancez celui-ci"
        ),
        "en": (
            "workers that are not heard: {workers}; start them again: the broker keeps their share of the messages; of "
            "those gone for good, remove the session from the broker, then the name from {file}, and restart this one"
        ),
    },
    "workers_clocks": {
        "fr": "horloges à plus de dix secondes d'ici, ou réseau en retard : {workers} ; synchronisez-les",
        "en": "clocks more than ten seconds from the one here, or a slow network: {workers}; synchronise them",
    },
    "workers_unconnected": {
        "fr": "processus d'entrée sans courtier : {workers} ; voyez leur /readyz",
        "en": "workers without the broker: {workers}; look at their /readyz",
    },
    "rules_broken": {
        "fr": "règles en échec : {rules} ; voyez `vigiterre alerts list --rules`",
        "en": "rules that fail: {rules}; see `vigiterre alerts list --rules`",
    },
}
