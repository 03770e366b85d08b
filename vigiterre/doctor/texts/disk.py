"""What the doctor says of the disk."""

TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
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
}
