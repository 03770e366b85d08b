"""What the watchman rules say, in French and in English. `{{ … }}` is Grafana's, and filled in by it.

French spaces before `;` and `:` and inside guillemets are U+00A0.
"""

WATCHES: dict[str, dict[str, dict[str, str]]] = {
    "down": {
        "title": {"fr": "Vigiterre ne donne plus signe de vie", "en": "Vigiterre gives no sign of life"},
        "summary": {
            "fr": "Depuis trois minutes, aucune marque de Vigiterre dans la base : arrêté, bloqué, ou base "
            "injoignable.",
            "en": "For three minutes no mark of Vigiterre has reached the store: stopped, stuck, or no store.",
        },
        "action": {
            "fr": "Sur le serveur : `systemctl status vigiterre` (ou `docker compose ps`), puis `/readyz`, qui dit en "
            "mots ce qui manque. Si Vigiterre tourne, c'est la base : tant qu'elle est absente, rien n'est "
            "perdu, le journal garde les messages.",
            "en": "On the server: `systemctl status vigiterre` (or `docker compose ps`), then `/readyz`, which says "
            "in words what is missing. If Vigiterre runs, it is the store: while it is away nothing is lost, "
            "the journal keeps the messages.",
        },
    },
    "quiet": {
        "title": {"fr": "Plus aucun message depuis 10 minutes", "en": "No message for 10 minutes"},
        "summary": {
            "fr": "{{ $labels.instance }} : dernier message il y a {{ humanizeDuration $values.B.Value }}.",
            "en": "{{ $labels.instance }}: the last message came {{ humanizeDuration $values.B.Value }} ago.",
        },
        "action": {
            "fr": "Regarder le courtier et ses ACL : mosquitto accorde un abonnement que son ACL interdit, et se "
            "tait. Puis les passerelles et le réseau.",
            "en": "Look at the broker and its ACL: mosquitto grants a subscription that its ACL forbids, and stays "
            "silent. Then at gateways and network.",
        },
    },
    "broker": {
        "title": {"fr": "Courtier injoignable", "en": "The broker is not connected"},
        "summary": {
            "fr": "{{ $labels.instance }} n'est plus relié à son courtier MQTT.",
            "en": "{{ $labels.instance }} is no longer connected to its MQTT broker.",
        },
        "action": {
            "fr": "`/readyz` dit pourquoi (mot de passe, certificat, réseau). Le courtier garde les messages de notre "
            "session sept jours.",
            "en": "`/readyz` says why (password, certificate, network). The broker keeps our session's messages for "
            "seven days.",
        },
    },
    "lag": {
        "title": {"fr": "L'enregistrement prend du retard", "en": "Storing lags behind"},
        "summary": {
            "fr": "{{ $labels.instance }} : {{ $values.B.Value }} messages au journal, pas encore enregistrés.",
            "en": "{{ $labels.instance }}: {{ $values.B.Value }} messages in the journal, not yet stored.",
        },
        "action": {
            "fr": "La base est lente ou absente : `/readyz`, ligne `store`. Rien n'est perdu tant que le journal a de "
            "la place.",
            "en": "The store is slow or away: `/readyz`, line `store`. Nothing is lost while the journal has room.",
        },
    },
    "late": {
        "title": {"fr": "Les alertes prennent du retard", "en": "Alerts lag behind"},
        "summary": {
            "fr": "{{ $labels.instance }} : {{ $values.B.Value }} messages pas encore jugés par les alertes.",
            "en": "{{ $labels.instance }}: {{ $values.B.Value }} messages not yet judged by the alerts.",
        },
        "action": {
            "fr": "Une alerte peut manquer : surveiller les tableaux de bord, lire `vigiterre alerts list --rules` et "
            "les logs.",
            "en": "An alert may be missing: watch the dashboards, read `vigiterre alerts list --rules` and the log.",
        },
    },
    "disk": {
        "title": {"fr": "Disque presque plein", "en": "The disk is nearly full"},
        "summary": {
            "fr": '{{ $labels.instance }} : il reste {{ printf "%.1f" $values.B.Value }} % du disque de data_dir.',
            "en": '{{ $labels.instance }}: {{ printf "%.1f" $values.B.Value }}% of the disk of data_dir is free.',
        },
        "action": {
            "fr": "Faire de la place, ou agrandir le disque. Plein, la lecture du courtier s'arrête ; celui-ci garde "
            "ce qui vient.",
            "en": "Make room, or enlarge the disk. When it is full, reading stops and the broker keeps what comes.",
        },
    },
    "notices": {
        "title": {"fr": "Des avis d'alerte ont été abandonnés", "en": "Notices of alerts were given up"},
        "summary": {
            "fr": "{{ $labels.instance }} : {{ $values.B.Value }} avis abandonnés depuis une heure ; personne n'a été "
            "prévenu.",
            "en": "{{ $labels.instance }}: {{ $values.B.Value }} notices given up within an hour; nobody was told.",
        },
        "action": {
            "fr": "Prévenir les personnes soi-même, voir `vigiterre alerts show ID`, puis corriger le canal dans "
            "notify.toml.",
            "en": "Tell people yourself, see `vigiterre alerts show ID`, then mend the channel in notify.toml.",
        },
    },
    "store": {
        "title": {"fr": "La base ne confirme pas", "en": "The store does not confirm"},
        "summary": {
            "fr": "{{ $labels.instance }} : {{ $values.B.Value }} écritures répétées en cinq minutes.",
            "en": "{{ $labels.instance }}: {{ $values.B.Value }} writes repeated within five minutes.",
        },
        "action": {
            "fr": "`/readyz`, ligne `store`, dit pourquoi. Regarder la charge, la mémoire et le disque de la base.",
            "en": "`/readyz`, line `store`, says why. Look at the store's load, memory and disk.",
        },
    },
}
