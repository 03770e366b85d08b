"""What the doctor says of the broker as it answers."""

TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "broker.link": (("{trouble}", "{trouble}"), ("", "")),
    "broker.secret": (("{problem}", "{problem}"), ("", "")),
    "broker.reached": (
        ("le courtier {address} répond et accepte nos identifiants", "broker {address} answers and accepts us"),
        ("", ""),
    ),
    "broker.in_clear": (
        (
            "la connexion à {host} n'est pas chiffrée : mot de passe et mesures s'y lisent, et s'y falsifient",
            "the connection to {host} is not encrypted: password and readings can be read and forged on the way",
        ),
        (
            "mqtt.url en mqtts:// et mqtt.ca_file ; sans objet si le réseau n'est qu'entre vos conteneurs",
            "mqtts:// in mqtt.url, and mqtt.ca_file; without object on a network that is only your containers'",
        ),
    ),
    "broker.subscription": (
        (
            "l'abonnement {topic} est accordé en QoS 1 (mosquitto l'accorde même quand ses ACL le rendent muet)",
            "subscription {topic} is granted at QoS 1 (mosquitto grants it even when its ACL keeps it silent)",
        ),
        ("", ""),
    ),
    "broker.round_trip": (
        (
            "un message QoS 1 fait l'aller-retour en {ms} ms ({topic})",
            "a QoS 1 message goes round in {ms} ms ({topic})",
        ),
        ("", ""),
    ),
    "broker.no_round_trip": (
        (
            "un message QoS 1 publié sur {topic} n'est pas revenu en {seconds} s",
            "a QoS 1 message published on {topic} did not come back within {seconds} s",
        ),
        (
            (
                "donnez au compte de Vigiterre les droits `topic readwrite {pattern}` dans l'ACL du courtier ; "
                "s'il les a, le courtier est figé ou surchargé : voyez son journal"
            ),
            (
                "give Vigiterre's account `topic readwrite {pattern}` in the broker's ACL; "
                "if it has them, the broker hangs or is overloaded: see its log"
            ),
        ),
    ),
    "broker.version": (
        (
            "{version} ; mémoire {heap} ; {retained} messages retenus, les siens ($SYS) compris",
            "{version}; memory {heap}; {retained} retained messages, its own ($SYS) included",
        ),
        ("", ""),
    ),
    "broker.no_sys": (
        (
            "le courtier ne publie pas de $SYS lisible : version et messages jetés inconnus",
            "the broker shows no $SYS: version and dropped messages are unknown",
        ),
        (
            "mosquitto : `topic read $SYS/#` dans l'ACL pour ce compte ; autre courtier : voyez ses propres compteurs",
            "mosquitto: `topic read $SYS/#` in the ACL for this account; another broker: see its own counters",
        ),
    ),
    "broker.none_dropped": (
        (
            "le courtier n'a jeté aucun message depuis son démarrage",
            "the broker dropped no message since it started",
        ),
        ("", ""),
    ),
    "broker.dropped": (
        (
            "le courtier a jeté {count} messages depuis son démarrage (tous abonnés confondus)",
            "the broker dropped {count} messages since it started (for any subscriber)",
        ),
        (
            (
                "mosquitto.conf : max_queued_messages 0, max_queued_bytes 0, memory_limit 0, puis redémarrez-le ; "
                "vérifiez que vigiterre tourne, et les abonnés lents"
            ),
            (
                "mosquitto.conf: max_queued_messages 0, max_queued_bytes 0, memory_limit 0, then restart it; "
                "check that vigiterre runs, and slow subscribers"
            ),
        ),
    ),
    "broker.unseen": (
        (
            "la persistance du courtier ne se voit pas d'ici",
            "whether the broker keeps messages on disk cannot be seen from here",
        ),
        (
            (
                "vérifiez persistence true, autosave_on_changes true, autosave_interval 1, max_queued_messages 0 "
                "(config/broker/mosquitto.conf), ou donnez --mosquitto-conf FICHIER"
            ),
            (
                "check persistence true, autosave_on_changes true, autosave_interval 1, max_queued_messages 0 "
                "(config/broker/mosquitto.conf), or give --mosquitto-conf FILE"
            ),
        ),
    ),
}
