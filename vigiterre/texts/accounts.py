"""What is said of those who may look: `users`, `sessions`, `tokens`, `shares`."""

TEXTS: dict[str, dict[str, str]] = {
    "ask_password": {"fr": "Mot de passe", "en": "Password"},
    "ask_password_again": {"fr": "Le même, encore une fois", "en": "The same once more"},
    "passwords_differ": {
        "fr": "les deux mots de passe diffèrent ; rien n'a été fait, recommencez",
        "en": "the two passwords differ; nothing was done, try again",
    },
    "password_unreadable": {
        "fr": "{path} n'est pas un texte en UTF-8 ; enregistrez-le à nouveau",
        "en": "{path} is no text in UTF-8; save it again",
    },
    "user_added": {"fr": "{name} peut se connecter ({role}).", "en": "{name} can sign in ({role})."},
    "user_removed": {
        "fr": "{name} est supprimé, ses sessions sont finies.",
        "en": "{name} is removed, the sessions are ended.",
    },
    "user_password_set": {
        "fr": "Mot de passe de {name} remplacé ; ses sessions sont finies.",
        "en": "Password of {name} replaced; the sessions are ended.",
    },
    "user_role_set": {
        "fr": "{name} a maintenant le rôle {role} ; ses sessions sont finies.",
        "en": "{name} now has the role {role}; the sessions are ended.",
    },
    "no_user": {
        "fr": "Aucun utilisateur. Le premier : vigiterre users add NOM --role admin",
        "en": "No user. The first: vigiterre users add NAME --role admin",
    },
    "token_added": {
        "fr": "Jeton {name} ({role}), valable jusqu'au {expires}. {reach}Il n'est montré que cette fois : copiez-le.",
        "en": "Token {name} ({role}), valid until {expires}. {reach}It is shown this once only: copy it.",
    },
    "scope_reach": {
        "fr": "Il ne montre que {scope}, soit {count} capteurs aujourd'hui. ",
        "en": "It shows {scope} alone, which is {count} devices today. ",
    },
    "scope_domain": {
        "fr": "aucun capteur du domaine « {name} » ; connus : {known}",
        "en": 'no device of the domain "{name}"; known: {known}',
    },
    "scope_commune": {
        "fr": "aucun capteur dans la commune « {name} » (code INSEE) ; connues : {known}",
        "en": 'no device in the commune "{name}" (INSEE code); known: {known}',
    },
    "scope_owner": {
        "fr": "aucun capteur du propriétaire « {name} » ; connus : {known}",
        "en": 'no device of the owner "{name}"; known: {known}',
    },
    "scope_empty": {
        "fr": "aucun capteur n'est à la fois dans {scope} : le jeton ne montrerait rien ; élargissez",
        "en": "no device is in all of {scope}: the token would show nothing; widen it",
    },
    "sessions_ended": {
        "fr": "Sessions de {name} finies, aussitôt : {count}.",
        "en": "Sessions of {name} ended, at once: {count}.",
    },
    "no_session": {"fr": "Personne n'est connecté.", "en": "Nobody is signed in."},
    "token_revoked": {"fr": "Le jeton {name} ne vaut plus rien.", "en": "Token {name} is worth nothing any more."},
    "no_token": {"fr": "Aucun jeton.", "en": "No token."},
    "no_share": {"fr": "Aucun partage.", "en": "No share."},
    "share_added": {
        "fr": "Lien de {commune} jusqu'au {expires}, montré une fois ; `vigiterre shares revoke` le retire.",
        "en": "Link of {commune}, valid until {expires}, shown once; `vigiterre shares revoke` withdraws it.",
    },
    "share_revoked": {"fr": "Partage {number} retiré.", "en": "Share {number} withdrawn."},
}
