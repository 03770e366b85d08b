"""What `push` and `diff` say, in French and in English. Each text says what is wrong, then what to do.

French spaces before `;` and `:` and inside guillemets are U+00A0.
"""

TROUBLES: dict[str, dict[str, str]] = {
    "no_url": {
        "fr": "grafana.url est vide ; donnez --url https://grafana.exemple.fr ou VIGITERRE_GRAFANA__URL",
        "en": "grafana.url is empty; give --url https://grafana.example.org or VIGITERRE_GRAFANA__URL",
    },
    "bad_url": {
        "fr": "{url} n'est pas l'adresse d'un Grafana ; écrivez https://grafana.exemple.fr, sans compte ni mot de "
        "passe",
        "en": "{url} is no address of a Grafana; write https://grafana.example.org, without account or password",
    },
    "no_token": {
        "fr": "aucun jeton ; dans Grafana, créez un compte de service et un jeton, mettez-le dans un fichier, et "
        "donnez celui-ci par grafana.token_file",
        "en": "no token; in Grafana, make a service account and a token, put it into a file, and name that by "
        "grafana.token_file",
    },
    "unreachable": {
        "fr": "{url} : Grafana ne répond pas ({detail}) ; corrigez grafana.url, ou démarrez Grafana",
        "en": "{url}: Grafana does not answer ({detail}); correct grafana.url, or start Grafana",
    },
    "not_grafana": {
        "fr": "{url} : ce qui répond n'est pas un Grafana ; corrigez grafana.url, avec le chemin s'il y en a un "
        "(https://exemple.fr/grafana)",
        "en": "{url}: what answers is no Grafana; correct grafana.url, with the path if there is one "
        "(https://example.org/grafana)",
    },
    "unauthorized": {
        "fr": "Grafana ne connaît pas ce jeton (401) ; il a expiré, ou vient d'un autre Grafana : créez-en un autre",
        "en": "Grafana does not know this token (401); it has expired, or is of another Grafana: make another one",
    },
    "forbidden": {
        "fr": "{what} : le jeton n'en a pas le droit (403 : {detail}) ; donnez au compte de service le rôle Admin, "
        "ou Editor avec le droit d'écrire les alertes provisionnées",
        "en": "{what}: the token may not do this (403: {detail}); give the service account the role Admin, or "
        "Editor with the right to write provisioned alerts",
    },
    "gone": {
        "fr": "{what} : absent (404 : {detail}) ; effacé entre-temps, recommencez",
        "en": "{what}: not there (404: {detail}); deleted meanwhile, run again",
    },
    "conflict": {
        "fr": "{what} : un autre objet tient cette place (409 : {detail}) ; renommez-le ou effacez-le dans Grafana",
        "en": "{what}: another object is in its place (409: {detail}); rename or delete it in Grafana",
    },
    "newer": {
        "fr": "{what} : changé entre-temps, ou un autre tableau du dossier porte ce titre (412 : {detail}) ; "
        "recommencez, ou renommez l'autre",
        "en": "{what}: changed meanwhile, or another dashboard of the folder has this title (412: {detail}); run "
        "again, or rename the other",
    },
    "refused": {
        "fr": "{what} : refusé par Grafana ({status} : {detail}) ; sa version est-elle 11 ou 12 ?",
        "en": "{what}: refused by Grafana ({status}: {detail}); is its version 11 or 12?",
    },
    "provisioned": {
        "fr": "Rien n'a été écrit : ce Grafana lit déjà de fichiers {names} ; retirez ces fichiers de son dossier "
        "provisioning, ou n'utilisez pas push ici",
        "en": "Nothing was written: this Grafana reads from files already {names}; take those files out of its "
        "provisioning folder, or do not push here",
    },
    "policy_needs_email": {
        "fr": "--policies envoie tout au point de contact vigiterre-oncall ; donnez d'abord grafana.oncall_email",
        "en": "--policies sends everything to the contact point vigiterre-oncall; give grafana.oncall_email first",
    },
}

KINDS: dict[str, dict[str, str]] = {
    "folder": {"fr": "dossier", "en": "folder"},
    "dashboard": {"fr": "tableau de bord", "en": "dashboard"},
    "rule": {"fr": "règle d'alerte", "en": "alert rule"},
    "contact": {"fr": "point de contact", "en": "contact point"},
    "timing": {"fr": "plage de silence", "en": "mute timing"},
    "policy": {"fr": "politique de notification", "en": "notification policy"},
}

ACTIONS: dict[str, dict[str, str]] = {
    "create": {"fr": "créer", "en": "create"},
    "update": {"fr": "modifier", "en": "update"},
    "remove": {"fr": "supprimer", "en": "remove"},
    "keep": {"fr": "garder", "en": "keep"},
}
