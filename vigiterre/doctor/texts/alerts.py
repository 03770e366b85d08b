"""What the doctor says of rules, channels and routes."""

TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
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
}
