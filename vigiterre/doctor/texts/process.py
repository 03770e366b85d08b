"""What the doctor says of the running process."""

TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
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
