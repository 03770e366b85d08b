"""What the doctor says. Code -> ((found in French, in English), (remedy in French, in English))."""

TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "config.right": (
        (
            "configuration correcte : {devices} capteurs, {models} modèles, {n} grandeurs",
            "the configuration is right: {devices} devices, {models} models, {n} quantities",
        ),
        ("", ""),
    ),
    "config.problem": (("{problem}", "{problem}"), ("", "")),
    "config.more": (
        ("{count} autres erreurs de configuration", "{count} more errors in the configuration"),
        (
            "`vigiterre check` les montre toutes ; `vigiterre run` ne démarre pas avec elles",
            "`vigiterre check` shows all of them; `vigiterre run` does not start with them",
        ),
    ),
    "config.unexamined": (
        (
            "sans réglages lisibles, le courtier, la base, le disque et le processus n'ont pas été examinés",
            "without readable settings, broker, store, disk and process were not examined",
        ),
        ("corrigez les réglages, puis relancez", "correct the settings, then run this again"),
    ),
    "config.personal_kept": (
        (
            (
                "{setting} garde {days} jours des messages bruts, mais le brut de « {quantity} », qui peut concerner "
                "des personnes, n'est gardé que {retention} jours"
            ),
            (
                "{setting} keeps messages as they came for {days} days, but raw values of {quantity}, which may tell "
                "of persons, are kept for {retention} days only"
            ),
        ),
        (
            "diminuez {setting}, ou augmentez retention_days (quantities.toml) si la finalité l'exige : docs/rgpd.md",
            "lower {setting}, or raise retention_days (quantities.toml) where the purpose justifies it: docs/rgpd.md",
        ),
    ),
    "config.personal_influxdb": (
        (
            (
                "InfluxDB ne supprime pas une grandeur seule : le brut des grandeurs personnelles y reste aussi "
                "longtemps que tout autre (store.raw_days = {raw})"
            ),
            (
                "InfluxDB drops no quantity alone: raw values of personal quantities stay there as long as all others "
                "(store.raw_days = {raw})"
            ),
        ),
        (
            "mettez store.raw_days à {retention}, clock.max_age_days en dessous, ou prenez SQLite ; voir docs/rgpd.md",
            "set store.raw_days to {retention} and clock.max_age_days below it, or take SQLite; see docs/rgpd.md",
        ),
    ),
    # quarantine
    "quarantine.too_often": (
        (
            "{device} : {count} mesures refusées depuis 24 h, au-delà de sa limite",
            "{device}: {count} readings refused in the last 24 h, beyond its limit",
        ),
        (
            (
                "allez voir le capteur ; s'il a raison, relevez limits.readings_per_hour ou limits.bytes_per_day, "
                "redémarrez, puis `vigiterre quarantine replay --reason too_often`"
            ),
            (
                "look at the device; if it is right, raise limits.readings_per_hour or limits.bytes_per_day, restart, "
                "then `vigiterre quarantine replay --reason too_often`"
            ),
        ),
    ),
    "quarantine.cut": (
        (
            "{device} : {count} refus jetés, il occupait plus que sa part de la quarantaine",
            "{device}: {count} refusals dropped, it took more than its share of the quarantine",
        ),
        (
            "corrigez ou éteignez le capteur ; la part est quarantine.device_share",
            "mend the device or switch it off; the share is quarantine.device_share",
        ),
    ),
    "quarantine.cut_strangers": (
        (
            "inconnus : {count} refus jetés, ils occupaient plus que leur part de la quarantaine",
            "strangers: {count} refusals dropped, they took more than their share of the quarantine",
        ),
        (
            "ajoutez les capteurs qui manquent à devices.csv, et fermez le courtier aux autres",
            "add the devices that are missing to devices.csv, and close the broker to the others",
        ),
    ),
    # alerts
    "alerts.no_rules": (
        ("aucune règle d'alerte", "there are no alert rules"),
        (
            "écrivez-en dans rules.toml, ou reprenez celles qui sont livrées ; personne n'est prévenu de rien",
            "write some in rules.toml, or take those that are shipped; nobody is told of anything",
        ),
    ),
    "alerts.rules": (("{count} règles d'alerte", "{count} alert rules"), ("", "")),
    "alerts.waiting": (
        ("{count} règles attendent un premier capteur : {rules}", "{count} rules wait for a first device: {rules}"),
        ("", ""),
    ),
    "alerts.calendar": (("{problem}", "{problem}"), ("", "")),
    "alerts.no_channels": (
        (
            "aucun canal dans notify.toml : les alertes sont tenues, et personne n'est prévenu",
            "no channel in notify.toml: alerts are kept, and nobody is told",
        ),
        (
            "décrivez un canal et une route dans notify.toml, puis `vigiterre alerts notify-test CANAL`",
            "describe a channel and a route in notify.toml, then `vigiterre alerts notify-test CHANNEL`",
        ),
    ),
    "alerts.channels": (
        (
            "{channels} canaux et {routes} routes pour prévenir ; `vigiterre alerts notify-test CANAL` en essaie un",
            "{channels} channels and {routes} routes to tell people; `vigiterre alerts notify-test CHANNEL` tries one",
        ),
        ("", ""),
    ),
    "alerts.critical_untold": (
        (
            "{count} règles peuvent devenir critiques sans que personne soit prévenu à toute heure : {rules}",
            "{count} rules can become critical without anybody being told at every hour: {rules}",
        ),
        (
            'ajoutez à notify.toml une route sans calendrier pour levels = ["critical"]',
            'add to notify.toml a route without calendar for levels = ["critical"]',
        ),
    ),
    "alerts.no_public_url": (
        (
            "console.public_url est vide : les avis n'ont pas de lien pour prendre une alerte en charge",
            "console.public_url is empty: notices have no link to acknowledge an alert",
        ),
        (
            "donnez l'adresse des pages telle qu'un téléphone les atteint, en https://",
            "give the address of the pages as a telephone reaches them, with https://",
        ),
    ),
    "alerts.no_heartbeat": (
        (
            "aucun [heartbeat] dans notify.toml : personne ne saura que vigiterre lui-même s'est arrêté",
            "no [heartbeat] in notify.toml: nobody will know that vigiterre itself has stopped",
        ),
        (
            "donnez l'URL d'un service de surveillance extérieur (docs/notices.md)",
            "give the URL of an outside monitoring service (docs/notices.md)",
        ),
    ),
    # broker
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
    # mosquitto.conf
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
    # store
    "store.secret": (("{problem}", "{problem}"), ("", "")),
    "store.url": (("store.url ne désigne aucune base", "store.url names no store"), ("{remedy}", "{remedy}")),
    "store.memory": (
        (
            "la base est en mémoire : tout est oublié à l'arrêt",
            "the store is in memory: everything is forgotten at the stop",
        ),
        ("donnez store.url (SQLite ou InfluxDB)", "give store.url (SQLite or InfluxDB)"),
    ),
    "store.away": (("{detail}", "{detail}"), ("{remedy}", "{remedy}")),
    "store.reached": (
        (
            "InfluxDB {version} répond sur {server} et accepte nos identifiants",
            "InfluxDB {version} answers at {server} and accepts us",
        ),
        ("", ""),
    ),
    "store.missing": (
        ("{detail}", "{detail}"),
        (
            "`vigiterre run` la crée à sa première écriture si le compte en a le droit ; sinon créez-la",
            "`vigiterre run` creates it at its first write if the account may; else create it",
        ),
    ),
    "store.policies": (
        (
            "base {database} : mesures brutes gardées {raw}, moyennes horaires {rollup}",
            "database {database}: raw readings kept {raw}, hourly roll-ups {rollup}",
        ),
        ("", ""),
    ),
    "store.policy_missing": (
        (
            "base {database} : la politique de rétention {policy} manque",
            "database {database}: retention policy {policy} is missing",
        ),
        (
            "`vigiterre run` la crée à sa première écriture si le compte en a le droit ; sinon créez-la",
            "`vigiterre run` creates it at its first write if the account may; else create it",
        ),
    ),
    "store.retention_short": (
        (
            (
                "{policy} garde {kept} jours, mais clock.max_age_days accepte des mesures de {max_age} jours : "
                "la base refuserait les plus vieilles"
            ),
            (
                "{policy} keeps {kept} days, but clock.max_age_days accepts readings {max_age} days old: "
                "the store would refuse the oldest"
            ),
        ),
        (
            "baissez clock.max_age_days sous {kept}, ou laissez `vigiterre run` rétablir store.raw_days = {raw_days}",
            "lower clock.max_age_days below {kept}, or let `vigiterre run` restore store.raw_days = {raw_days}",
        ),
    ),
    "store.file": (
        ("base SQLite {path} lisible, {bytes}", "SQLite store {path} can be read, {bytes}"),
        ("", ""),
    ),
    "store.file_new": (
        (
            "la base SQLite {path} n'existe pas encore : `vigiterre run` la crée",
            "the SQLite store {path} is not there yet: `vigiterre run` creates it",
        ),
        ("", ""),
    ),
    # TLS
    "tls.good": (
        (
            "le certificat {what} ({name}) est valable jusqu'au {ends}, encore {days} jours",
            "the certificate {what} ({name}) is good until {ends}, for {days} days",
        ),
        ("", ""),
    ),
    "tls.ends_soon": (
        (
            "le certificat {what} ({name}) prend fin le {ends}, dans {days} jours",
            "the certificate {what} ({name}) ends on {ends}, in {days} days",
        ),
        (
            "renouvelez-le ; les fichiers renouvelés sont repris sans redémarrage (docs/reverse-proxy.md)",
            "renew it; renewed files are taken up without a restart (docs/reverse-proxy.md)",
        ),
    ),
    "tls.over": (
        (
            "le certificat {what} ({name}) a pris fin le {ends}",
            "the certificate {what} ({name}) ended on {ends}",
        ),
        (
            "renouvelez-le aujourd'hui : personne ne l'accepte plus",
            "renew it today: nobody accepts it any more",
        ),
    ),
    "tls.not_yet": (
        (
            "le certificat {what} ({name}) ne vaut qu'à partir du {begins}",
            "the certificate {what} ({name}) is good from {begins} only",
        ),
        (
            "remplacez-le, ou réglez l'horloge de cette machine",
            "replace it, or set the clock of this machine",
        ),
    ),
    "tls.unusable": (("{problem}", "{problem}"), ("", "")),
    "tls.exposed": (
        (
            "la clé {path} est lisible de tous les comptes de cette machine",
            "the key {path} can be read by every account of this machine",
        ),
        ("`chmod o= {path}`, et le groupe du service", "`chmod o= {path}`, and the group of the service"),
    ),
    "tls.not_in_force": (
        (
            "le processus montre encore un certificat valable jusqu'au {shown} ; le fichier, jusqu'au {file}",
            "the process still shows a certificate good until {shown}; that of the file is until {file}",
        ),
        (
            "attendez une minute, ou envoyez-lui SIGHUP ; si cela dure, voyez `/readyz` et son journal",
            "wait a minute, or send it SIGHUP; if it stays so, look at `/readyz` and its log",
        ),
    ),
    "tls.pages_in_clear": (
        (
            "les pages écoutent sur {bind} sans TLS : mots de passe et sessions s'y lisent en chemin",
            "the pages listen at {bind} without TLS: passwords and sessions can be read on the way",
        ),
        (
            (
                "console.cert_file et console.key_file, ou un mandataire et console.proxies (docs/reverse-proxy.md) ; "
                "sans objet dans un conteneur dont le port n'est publié que sur sa machine"
            ),
            (
                "console.cert_file and console.key_file, or a proxy and console.proxies (docs/reverse-proxy.md); "
                "without object in a container whose port is published on its machine only"
            ),
        ),
    ),
    "tls.store_in_clear": (
        (
            "la connexion à la base {host} n'est pas chiffrée : mot de passe et mesures s'y lisent, et s'y falsifient",
            "the connection to store {host} is not encrypted: password and readings can be read and forged on the way",
        ),
        (
            "store.url en influxdbs:// ; sans objet si le réseau n'est qu'entre vos conteneurs",
            "influxdbs:// in store.url; without object on a network that is only your containers'",
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
    "tls.listeners_right": (
        (
            "{file} : aucun des {count} ports n'écoute en clair hors de cette machine",
            "{file}: none of the {count} ports listens in clear beyond this machine",
        ),
        ("", ""),
    ),
    # disk
    "disk.free": (("{free} libres sur le disque de {path}", "{free} free on the disk of {path}"), ("", "")),
    "disk.low": (
        (
            "{free} libres sur le disque de {path}, moins de {least}",
            "{free} free on the disk of {path}, less than {least}",
        ),
        (
            "libérez de la place (journaux système, quarantine.max_days, store.raw_days) ou agrandissez le disque",
            "make room (system logs, quarantine.max_days, store.raw_days) or enlarge the disk",
        ),
    ),
    "disk.journal_beyond": (
        (
            "le journal peut encore grandir de {growth} (journal.max_bytes), le disque de {path} n'a que {free}",
            "the journal may still grow by {growth} (journal.max_bytes), the disk of {path} has only {free}",
        ),
        (
            "baissez journal.max_bytes ou libérez de la place : sinon une longue panne de la base remplit le disque",
            "lower journal.max_bytes or make room: otherwise a long outage of the store fills the disk",
        ),
    ),
    "disk.writable": (
        ("{path} est accessible en écriture pour {user}", "{path} can be written by {user}"),
        ("", ""),
    ),
    "disk.unwritable": (
        ("{user} ne peut pas écrire dans {path}", "{user} may not write to {path}"),
        (
            "chown -R {user} {path}, ou lancez cette commande sous le compte du service",
            "chown -R {user} {path}, or run this command as the service's account",
        ),
    ),
    "disk.not_there": (
        ("{path} n'existe pas encore : `vigiterre run` le crée", "{path} is not there yet: `vigiterre run` creates it"),
        ("", ""),
    ),
    "disk.sync": (
        (
            "4 Kio sont sur le disque en {ms} ms (médiane de {n} fsync)",
            "4 KiB are on disk in {ms} ms (median of {n} fsyncs)",
        ),
        ("", ""),
    ),
    "disk.sync_slow": (
        (
            "4 Kio ne sont sur le disque qu'en {ms} ms (médiane de {n} fsync) : l'accusé de chaque lot attend autant",
            "4 KiB are on disk only after {ms} ms (median of {n} fsyncs): the PUBACKs of each batch wait as long",
        ),
        (
            "mettez data_dir sur un SSD local, ni sur un partage réseau ni sur une carte SD",
            "put data_dir on a local SSD, neither on a network share nor on an SD card",
        ),
    ),
    "disk.sync_failed": (
        ("le disque de {path} refuse d'écrire : {detail}", "the disk of {path} refuses to write: {detail}"),
        ("regardez dmesg et l'état du disque", "look at dmesg and the state of the disk"),
    ),
    # clock
    "clock.synchronised": (("l'horloge est synchronisée par NTP", "the clock is synchronised by NTP"), ("", "")),
    "clock.not_synchronised": (
        ("l'horloge n'est pas synchronisée par NTP", "the clock is not synchronised by NTP"),
        (
            "timedatectl set-ntp true (Debian : paquet systemd-timesyncd ou chrony), et ouvrez le port UDP 123 sortant",
            "timedatectl set-ntp true (Debian: package systemd-timesyncd or chrony), and open outgoing UDP port 123",
        ),
    ),
    "clock.unknown": (
        (
            "la synchronisation NTP ne se voit pas d'ici (conteneur, ou pas de systemd)",
            "NTP synchronisation cannot be seen from here (a container, or no systemd)",
        ),
        ("vérifiez-la sur l'hôte : timedatectl", "check it on the host: timedatectl"),
    ),
    "clock.implausible": (
        (
            "l'horloge dit {now} : date invraisemblable ; les mesures seraient refusées ou mal datées",
            "the clock says {now}: not plausible; readings would be refused or misdated",
        ),
        (
            "réglez l'horloge (NTP, pile de l'horloge) avant de démarrer vigiterre",
            "set the clock (NTP, its battery) before starting vigiterre",
        ),
    ),
    "clock.agrees": (
        (
            "notre horloge et celle de la base diffèrent de {seconds} s",
            "our clock and the store's differ by {seconds} s",
        ),
        ("", ""),
    ),
    "clock.differs": (
        (
            "notre horloge et celle de la base diffèrent de {seconds} s (notre heure : {now})",
            "our clock and the store's differ by {seconds} s (ours: {now})",
        ),
        ("synchronisez les deux machines par NTP", "synchronise both machines by NTP"),
    ),
    # process
    "process.stopped": (
        (
            "aucun vigiterre ne tourne sur {path} ; {lag} messages du journal attendent d'être enregistrés",
            "no vigiterre runs on {path}; {lag} messages of the journal wait to be stored",
        ),
        ("systemctl start vigiterre, ou vigiterre run", "systemctl start vigiterre, or vigiterre run"),
    ),
    "process.denied": (
        (
            "{path} n'est pas lisible pour {user} ({detail}) : impossible de savoir si vigiterre tourne",
            "{path} may not be read by {user} ({detail}): whether vigiterre runs is unknown",
        ),
        ("lancez cette commande sous le compte du service", "run this command as the service's account"),
    ),
    "process.busy": (
        (
            "une commande vigiterre (processus {pid}) travaille seule sur {path}",
            "a vigiterre command (process {pid}) works alone on {path}",
        ),
        ("", ""),
    ),
    "process.ready": (
        (
            "vigiterre tourne (processus {pid}) et se dit prêt ; {lag} messages du journal restent à enregistrer",
            "vigiterre runs (process {pid}) and says it is ready; {lag} messages of the journal are to be stored",
        ),
        ("", ""),
    ),
    "process.unready": (
        ("vigiterre tourne, mais {name} : {detail}", "vigiterre runs, but {name}: {detail}"),
        ("", ""),
    ),
    "process.lagging": (
        (
            "{lag} messages du journal restent à enregistrer",
            "{lag} messages of the journal are to be stored",
        ),
        (
            "base lente ou absente : voyez la rubrique base ; rien n'est perdu tant que le journal a de la place",
            "the store is slow or away: see the store's findings above; nothing is lost while the journal has room",
        ),
    ),
    "process.silent": (
        (
            "aucun message reçu depuis {seconds} s",
            "no message received for {seconds} s",
        ),
        (
            "si des capteurs émettent, voyez l'ACL du courtier (mosquitto accorde un abonnement interdit et se tait)",
            "if devices send, see the broker's ACL (mosquitto grants a forbidden subscription, then stays silent)",
        ),
    ),
    "process.no_pages": (
        (
            "vigiterre tourne, mais ses pages ne répondent pas sur {bind} ({detail})",
            "vigiterre runs, but its pages do not answer at {bind} ({detail})",
        ),
        (
            "vérifiez que console.bind est celui du processus qui tourne ; s'il l'est, voyez ses logs et redémarrez-le",
            "check that console.bind is that of the running process; if it is, see its logs and restart it",
        ),
    ),
    "process.pages_unknown": (
        (
            "vigiterre tourne ; console.bind ne donne pas de port fixe, son état ne peut être demandé",
            "vigiterre runs; console.bind gives no fixed port, so its state cannot be asked",
        ),
        ("", ""),
    ),
}
