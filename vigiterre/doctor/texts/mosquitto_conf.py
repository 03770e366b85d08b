"""What the doctor says of mosquitto.conf: what the broker keeps, and where it listens."""

TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "broker.conf_unreadable": (
        ("{file} ne peut être lu : {detail}", "{file} cannot be read: {detail}"),
        (
            "corrigez --mosquitto-conf, ou lancez la commande sur la machine du courtier avec le droit de le lire",
            "correct --mosquitto-conf, or run this on the broker's machine with the right to read it",
        ),
    ),
    "broker.conf_right": (
        (
            "{file} : le courtier garde ce qu'il confirme, dans {folder}",
            "{file}: the broker keeps what it confirms, in {folder}",
        ),
        ("", ""),
    ),
    "broker.no_persistence": (
        (
            "{file} : `persistence {value}` : un redémarrage du courtier perd les messages en attente et la session",
            "{file}: `persistence {value}`: each restart of the broker loses waiting messages and our session",
        ),
        (
            "écrivez `persistence true`, puis redémarrez mosquitto",
            "write `persistence true`, then restart mosquitto",
        ),
    ),
    "broker.no_autosave": (
        (
            (
                "{file} : `{key} {value}` : une coupure perd tout ce qui est confirmé depuis la dernière sauvegarde "
                "(5 000 messages sur 5 000 mesurés sur mosquitto 2.0.11)"
            ),
            (
                "{file}: `{key} {value}`: a crash loses all that was confirmed since the last save "
                "(5,000 messages of 5,000 measured on mosquitto 2.0.11)"
            ),
        ),
        (
            "écrivez `autosave_on_changes true` et `autosave_interval 1`, puis redémarrez mosquitto",
            "write `autosave_on_changes true` and `autosave_interval 1`, then restart mosquitto",
        ),
    ),
    "broker.queue_limited": (
        (
            "{file} : `{key} {value}` : pendant un arrêt de vigiterre, le courtier jette ce qui dépasse",
            "{file}: `{key} {value}`: while vigiterre is stopped, the broker drops whatever exceeds this",
        ),
        ("écrivez `{key} 0`, puis redémarrez mosquitto", "write `{key} 0`, then restart mosquitto"),
    ),
    "broker.session_expires": (
        (
            "{file} : `persistent_client_expiration {value}` : un arrêt plus long perd notre session et ses messages",
            "{file}: `persistent_client_expiration {value}`: a longer stop loses our session and its messages",
        ),
        ("écrivez `persistent_client_expiration 14d`", "write `persistent_client_expiration 14d`"),
    ),
    "broker.no_location": (
        (
            "{file} : le dossier de persistance {folder} n'existe pas : rien n'est gardé",
            "{file}: the persistence folder {folder} does not exist: nothing is kept",
        ),
        (
            "install -d -o {user} -m 0750 {folder}, puis redémarrez mosquitto",
            "install -d -o {user} -m 0750 {folder}, then restart mosquitto",
        ),
    ),
    "broker.location_unwritable": (
        (
            "{file} : {user} ne peut pas écrire dans le dossier de persistance {folder} : rien n'est gardé",
            "{file}: {user} may not write to the persistence folder {folder}: nothing is kept",
        ),
        (
            "chown -R {user} {folder} && chmod u+rwx {folder}, puis redémarrez mosquitto",
            "chown -R {user} {folder} && chmod u+rwx {folder}, then restart mosquitto",
        ),
    ),
    "tls.listener_in_clear": (
        (
            "{file} : le port {port} écoute sur {address} sans TLS : les mots de passe s'y lisent en chemin",
            "{file}: port {port} listens at {address} without TLS: passwords can be read on the way",
        ),
        (
            "écrivez `listener {port} 127.0.0.1`, et pour les capteurs un `listener 8883` avec certfile et keyfile",
            "write `listener {port} 127.0.0.1`, and for devices a `listener 8883` with certfile and keyfile",
        ),
    ),
    "tls.listener_of_containers": (
        (
            "{file} : le port {port} est en clair, pour les conteneurs d'un même réseau (broker.in_clear)",
            "{file}: port {port} is in clear, for the containers of one network (broker.in_clear)",
        ),
        ("ne le publiez que sur 127.0.0.1", "publish it on 127.0.0.1 alone"),
    ),
    "tls.listeners_right": (
        (
            "{file} : aucun des {count} ports n'écoute en clair hors de cette machine",
            "{file}: none of the {count} ports listens in clear beyond this machine",
        ),
        ("", ""),
    ),
}
