"""What is said of accounts, and of requests that may not be, in French and in English."""

ACCOUNTS: dict[str, dict[str, str]] = {
    "bad_name": {
        "fr": "« {name} » ne peut être un nom ; 64 caractères au plus, lettres, chiffres, espaces et . - _ ' @, "
        "en commençant par une lettre ou un chiffre",
        "en": '"{name}" cannot be a name; 64 characters at most, letters, digits, spaces and . - _ \' @, '
        "beginning with a letter or a digit",
    },
    "name_taken": {
        "fr": "{name} existe déjà ; `vigiterre users password` ou `vigiterre users role` le modifient",
        "en": "{name} exists already; `vigiterre users password` or `vigiterre users role` change it",
    },
    "no_such_user": {
        "fr": "{name} : aucun utilisateur de ce nom ; voyez `vigiterre users list`",
        "en": "{name}: no user of this name; see `vigiterre users list`",
    },
    "token_taken": {
        "fr": "un jeton {name} existe déjà ; choisissez un autre nom, ou révoquez-le",
        "en": "a token {name} exists already; choose another name, or revoke it",
    },
    "no_such_share": {
        "fr": "pas de partage numéro {number} ; `vigiterre shares list` les montre",
        "en": "no share number {number}; `vigiterre shares list` shows them",
    },
    "no_such_session": {
        "fr": "{session} : aucune session en cours de ce nom ; voyez `vigiterre users sessions`",
        "en": "{session}: no running session of this name; see `vigiterre users sessions`",
    },
    "no_such_token": {
        "fr": "{name} : aucun jeton de ce nom ; voyez `vigiterre tokens list`",
        "en": "{name}: no token of this name; see `vigiterre tokens list`",
    },
    "password_short": {
        "fr": "ce mot de passe a {length} caractères, il en faut {shortest} au moins : qui volerait le fichier des "
        "comptes trouverait les plus courts en les essayant tous ; prenez plusieurs mots sans rapport",
        "en": "this password has {length} characters, it takes {shortest} at least: who steals the file of accounts "
        "finds shorter ones by trying them all; take several words that have nothing to do with each other",
    },
    "password_long": {
        "fr": "ce mot de passe dépasse {longest} caractères ; raccourcissez-le",
        "en": "this password is longer than {longest} characters; shorten it",
    },
    "password_simple": {
        "fr": "ce mot de passe se devine : il contient le nom, ou moins de {different} caractères différents ; "
        "prenez plusieurs mots sans rapport",
        "en": "this password can be guessed: it holds the name, or fewer than {different} different characters; "
        "take several words that have nothing to do with each other",
    },
}

REFUSED: dict[str, dict[str, str]] = {
    "fr": {
        "misdirected": "Adresse inattendue",
        "misdirected_words": "Ces pages ne répondent ici qu'au nom 127.0.0.1, localhost ou [::1]. Pour les lire sous "
        "un autre nom, l'administrateur règle console.public_url ou console.reading.",
        "origin": "Formulaire venu d'ailleurs",
        "origin_words": "Cet envoi vient d'un autre site : rien n'a été fait. S'il vient bien d'ici, le mandataire "
        "change le nom du serveur : l'administrateur règle console.public_url ou console.proxies.",
        "token": "Formulaire périmé",
        "token_words": "La page d'où il vient date d'une autre session : rien n'a été fait. Revenez en arrière, "
        "rechargez la page et recommencez.",
        "role": "Droit insuffisant",
        "role_words": "Votre compte ne permet pas cette action : rien n'a été fait. L'administrateur peut changer "
        "votre rôle sur le serveur, par vigiterre users role.",
        "too_large": "Envoi trop long",
        "too_large_words": "Un formulaire de ces pages tient en 64 Kio : rien n'a été fait. Raccourcissez-le.",
        "no_form": "Ce n'est pas un formulaire",
        "no_form_words": "Seul un formulaire de ces pages est accepté ici : rien n'a été fait.",
        "unreadable": "Formulaire illisible",
        "unreadable_words": "Le contenu n'est pas celui d'un formulaire : rien n'a été fait. Revenez en arrière et "
        "recommencez.",
        "unavailable": "Comptes indisponibles",
        "unavailable_words": "Le fichier des comptes ne répond pas : rien n'a été fait. Réessayez dans un instant ; "
        "si cela dure, l'administrateur lance vigiterre doctor.",
        "sign_in": "Connexion nécessaire",
        "sign_in_words": "Connectez-vous, ou donnez un jeton valide (Authorization : Bearer).",
        "back": "Revenir à l'accueil",
    },
    "en": {
        "misdirected": "Unexpected address",
        "misdirected_words": "Here these pages answer only to the names 127.0.0.1, localhost or [::1]. To read them "
        "under another name, the administrator sets console.public_url or console.reading.",
        "origin": "A form from elsewhere",
        "origin_words": "This was sent by another site: nothing was done. If it does come from here, the proxy changes "
        "the server's name: the administrator sets console.public_url or console.proxies.",
        "token": "An outdated form",
        "token_words": "The page it comes from is of another session: nothing was done. Go back, reload the page and "
        "try again.",
        "role": "Not permitted",
        "role_words": "Your account does not permit this: nothing was done. The administrator can change your role "
        "on the server, by vigiterre users role.",
        "too_large": "Too long",
        "too_large_words": "A form of these pages fits in 64 KiB: nothing was done. Shorten it.",
        "no_form": "Not a form",
        "no_form_words": "Only a form of these pages is accepted here: nothing was done.",
        "unreadable": "A form that cannot be read",
        "unreadable_words": "The content is not that of a form: nothing was done. Go back and try again.",
        "unavailable": "Accounts not available",
        "unavailable_words": "The file of accounts does not answer: nothing was done. Try again in a moment; if it "
        "lasts, the administrator runs vigiterre doctor.",
        "sign_in": "Sign-in needed",
        "sign_in_words": "Sign in, or give a valid token (Authorization: Bearer).",
        "back": "Back to the start",
    },
}
"""The heading and the words of each refusal."""

NOTICES: dict[str, dict[str, str]] = {
    "fr": {"demo": "Démonstration : vous êtes connecté d'office sous le nom {name} ({role}), sans mot de passe."},
    "en": {"demo": "Demonstration: you are signed in as {name} ({role}) without being asked, and without a password."},
}
