"""What any command may say: of its options, of the folder it works on, and of the process it asks."""

TEXTS: dict[str, dict[str, str]] = {
    "problems": {
        "fr": "Erreurs : {count}. Rien n'a été démarré ni modifié.",
        "en": "Errors: {count}. Nothing was started or changed.",
    },
    "checked": {
        "fr": "Configuration correcte : {devices} capteurs, {models} modèles, {n} grandeurs.",
        "en": "The configuration is right: {devices} devices, {models} models, {n} quantities.",
    },
    "cautioned": {
        "fr": "Attention : {words}",
        "en": "Warning: {words}",
    },
    "diagnosed": {
        "fr": "Examen terminé : {errors} erreur(s), {warnings} avertissement(s).",
        "en": "Examined: {errors} error(s), {warnings} warning(s).",
    },
    "locked": {
        "fr": "{folder} est déjà utilisé par le processus {pid} : arrêtez-le, ou choisissez un autre data_dir.",
        "en": "{folder} is in use by process {pid}: stop it, or choose another data_dir.",
    },
    "no_data_dir": {
        "fr": "{folder} n'existe pas : aucun vigiterre n'a tourné là ; corrigez data_dir (VIGITERRE_DATA_DIR) ou "
        "--config, ou lancez d'abord `vigiterre run`",
        "en": "{folder} does not exist: no vigiterre has run there; correct data_dir (VIGITERRE_DATA_DIR) or "
        "--config, or start `vigiterre run` first",
    },
    "file_refused": {
        "fr": "{path} : inutilisable ({detail}) ; corrigez le chemin ou les droits, ou lancez sous le compte du "
        "service",
        "en": "{path}: cannot be used ({detail}); correct the path or its permissions, or run as the service's account",
    },
    "bad_time": {
        "fr": "{option} {value} n'est pas une date ; écrivez 2026-11-23, 2026-11-23T21:14 (UTC) ou "
        "2026-11-23T22:14+01:00",
        "en": "{option} {value} is no date; write 2026-11-23, 2026-11-23T21:14 (UTC) or 2026-11-23T22:14+01:00",
    },
    "empty_span": {
        "fr": "{since} {start} doit précéder {until} {end} ; corrigez l'un des deux",
        "en": "{since} {start} must be before {until} {end}; correct one of them",
    },
    "ended_before_answer": {
        "fr": "Le processus s'est arrêté avant de répondre ; voyez ses logs, puis relancez la commande : ce qui est "
        "déjà fait ne l'est pas deux fois.",
        "en": "The running process ended before it answered; see its logs, then run the command again: what is done "
        "is not done twice.",
    },
    "command_failed": {
        "fr": "Le processus n'a pu exécuter la commande ({detail}) ; la trace est dans ses logs, signalez-la.",
        "en": "The running process could not do this ({detail}); the traceback is in its logs, report it.",
    },
    "socket_refused": {
        "fr": "{path} : inutilisable ({detail}) ; lancez sous le compte du service, et gardez data_dir sous 90 "
        "caractères",
        "en": "{path}: cannot be used ({detail}); run as the service's account, and keep data_dir below 90 characters",
    },
    "alerts_alone": {
        "fr": "{path} est d'un `vigiterre run --only alerts` : démarrez-le, il s'en charge",
        "en": "{path} belongs to a `vigiterre run --only alerts`: start it, it will do this",
    },
    "csv_or_json": {
        "fr": "--csv et --json s'excluent ; choisissez l'un des deux",
        "en": "--csv and --json exclude each other; choose one of them",
    },
    "yes": {"fr": "oui", "en": "yes"},
}
