"""Problems of vigiterre.toml and the environment."""

PROBLEMS: dict[str, dict[str, str]] = {
    "wrong_setting": {"fr": "réglage refusé : {error}", "en": "setting refused: {error}"},
    "unknown_setting": {
        "fr": "le réglage « {name} » n’existe pas ; corrigez-le ou ôtez-le ; connus : {known}",
        "en": 'setting "{name}" does not exist; correct it or remove it; known: {known}',
    },
    "bad_setting": {
        "fr": "réglage refusé : {error} ; corrigez cette valeur",
        "en": "setting refused: {error}; correct this value",
    },
    "secret_in_file": {
        "fr": (
            "un mot de passe n’a pas sa place ici ; mettez-le dans un fichier nommé par password_file, ou "
            "dans l’environnement"
        ),
        "en": "a password must not stand here; put it into a file named by password_file, or into the environment",
    },
    "max_age_beyond_retention": {
        "fr": (
            "des données en retard sont acceptées {max_age} jours, mais le brut n’est gardé que {raw} "
            "jours ; diminuez clock.max_age_days ou augmentez store.raw_days"
        ),
        "en": (
            "late data is accepted for {max_age} days, but raw data is kept for {raw} days only; lower "
            "clock.max_age_days or raise store.raw_days"
        ),
    },
    "listener_twice": {
        "fr": "cette adresse est déjà celle de broker.listener ou de broker.tls_listener ; donnez un autre port",
        "en": "this is the address of broker.listener or of broker.tls_listener already; give another port",
    },
    "listener_needs_cert": {
        "fr": "cette écoute est en TLS : donnez aussi broker.cert_file et broker.key_file, le certificat du courtier",
        "en": "this listener speaks TLS: give broker.cert_file and broker.key_file too, the broker's certificate",
    },
    "cert_needs_key": {
        "fr": "broker.cert_file et broker.key_file vont ensemble ; donnez les deux, ou aucun",
        "en": "broker.cert_file and broker.key_file belong together; give both, or neither",
    },
    "share_needs_client_id": {
        "fr": (
            "avec mqtt.share, chaque processus a besoin de son propre mqtt.client_id ; donnez-en un qui ne "
            "serve qu’à celui-ci"
        ),
        "en": "with mqtt.share every process needs a mqtt.client_id of its own; give one that only this process uses",
    },
    "only_needs_server": {
        "fr": (
            "plusieurs processus écrivent dans la même base : avec --only il faut un serveur, "
            "influxdb:// ou influxdbs://"
        ),
        "en": "several processes write to one store: with --only it must be a server, influxdb:// or influxdbs://",
    },
}
