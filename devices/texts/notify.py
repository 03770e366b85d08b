"""Problems of notify.toml."""

PROBLEMS: dict[str, dict[str, str]] = {
    "channel_kind": {
        "fr": "un canal mène à un seul endroit ; donnez exactement une de ces clés : {known}",
        "en": "a channel leads to one place; give exactly one of these keys: {known}",
    },
    "secret_in_notify": {
        "fr": (
            "cette adresse ou cette clé est un secret, elle n’a pas sa place ici ; écrivez « env:VARIABLE » ou "
            "« file:/run/secrets/nom », et changez-la si le fichier a été partagé"
        ),
        "en": (
            'this address or key is a secret and must not stand here; write "env:VARIABLE" or '
            '"file:/run/secrets/name", and change it if the file was shared'
        ),
    },
    "missing_variable": {
        "fr": "la variable d’environnement {name} est absente ou vide ; donnez-la au service (docs/notices.md)",
        "en": "environment variable {name} is missing or empty; give it to the service (docs/notices.md)",
    },
    "unreadable_secret": {
        "fr": "le secret {path} est illisible ou vide ({detail}) ; corrigez le chemin, les droits ou le contenu",
        "en": "secret {path} cannot be read or is empty ({detail}); correct the path, its permissions or its content",
    },
    "bad_web_address": {
        "fr": "ce n’est pas une adresse http:// ou https:// sans mot de passe ; corrigez-la",
        "en": "this is no http:// or https:// address without password; correct it",
    },
    "bad_mail_address": {
        "fr": (
            "ce n’est pas l’adresse d’un serveur de courrier ; écrivez par exemple "
            "smtps://utilisateur:motdepasse@hote:465/?from=vigiterre@exemple.fr&to=astreinte@exemple.fr, et "
            "plain=yes seulement sans mot de passe"
        ),
        "en": (
            "this is no address of a mail server; write for example "
            "smtps://user:password@host:465/?from=vigiterre@example.org&to=duty@example.org, and plain=yes only "
            "without password"
        ),
    },
    "bad_apprise_address": {
        "fr": "Apprise ne connaît pas cette sorte d’adresse ; corrigez-la d’après la documentation d’Apprise",
        "en": "Apprise does not know this kind of address; correct it after Apprise’s documentation",
    },
    "no_channels": {
        "fr": '« {value} » n’est pas une liste de canaux ; écrivez par exemple ["courriel"]',
        "en": '"{value}" is no list of channels; write for example ["mail"]',
    },
    "unknown_channel": {
        "fr": "le canal « {value} » est absent de [channels] ; connus : {known}",
        "en": 'channel "{value}" is not in [channels]; known: {known}',
    },
    "unknown_rota": {
        "fr": "le tour d’astreinte « {value} » est absent de [rotas] ; connus : {known}",
        "en": 'rota "{value}" is not in [rotas]; known: {known}',
    },
    "rota_cycle": {
        "fr": "le tour de « {value} » revient à lui-même ; ôtez-le de ses membres",
        "en": 'the rota of "{value}" leads back to itself; take it out of its members',
    },
    "bad_turn": {
        "fr": '« {value} » n’est pas la durée d’un tour ; écrivez "day", "week" ou par exemple "2 weeks"',
        "en": '"{value}" is not the length of a turn; write "day", "week" or for example "2 weeks"',
    },
    "bad_week_moment": {
        "fr": '« {value} » n’est pas un moment de la semaine ; écrivez par exemple "mon 08:00"',
        "en": '"{value}" is not a moment of the week; write for example "mon 08:00"',
    },
    "handover_of_turn": {
        "fr": (
            '« {value} » ne va pas avec la durée du tour ; avec des semaines écrivez "mon 08:00", avec des '
            'jours "08:00"'
        ),
        "en": '"{value}" does not go with the length of a turn; with weeks write "mon 08:00", with days "08:00"',
    },
    "overrides_overlap": {
        "fr": "deux remplacements se recouvrent, on ne saurait qui appeler ; séparez-les",
        "en": "two overrides overlap, so nobody knows whom to call; part them",
    },
    "too_short": {
        "fr": "« {value} » est trop court ; donnez au moins une minute",
        "en": '"{value}" is too short; give at least a minute',
    },
}
