"""What `alerts` says of alerts, of their rules and of who was told."""

TEXTS: dict[str, dict[str, str]] = {
    "no_alerts_file": {
        "fr": "{path} n'existe pas : aucun vigiterre n'a encore tenu d'alertes là ; lancez `vigiterre run`",
        "en": "{path} does not exist: no vigiterre has kept alerts there yet; start `vigiterre run`",
    },
    "alerts_without_config": {
        "fr": "La configuration a des erreurs ({count}) : les alertes sont montrées sans leurs noms ; voyez "
        "`vigiterre check`.",
        "en": "The configuration has errors ({count}): alerts are shown without their names; see `vigiterre check`.",
    },
    "no_such_alert": {
        "fr": "{id} : aucune alerte de ce numéro ; rien n'a été fait, voyez `vigiterre alerts list --all`",
        "en": "{id}: no alert of this number; nothing was done, see `vigiterre alerts list --all`",
    },
    "no_alert_open": {"fr": "Aucune alerte en cours.", "en": "No alert is open."},
    "no_alert_found": {
        "fr": "Aucune alerte ne répond à ces critères ; `vigiterre alerts list --all` les montre toutes.",
        "en": "No alert matches; `vigiterre alerts list --all` shows them all.",
    },
    "no_rule_found": {
        "fr": "Aucune règle ne répond à ces critères ; `vigiterre alerts list --rules` les montre toutes.",
        "en": "No rule matches; `vigiterre alerts list --rules` shows them all.",
    },
    "no_history": {
        "fr": "Aucune alerte ne répond à ces critères ; `vigiterre alerts history` les montre toutes.",
        "en": "No alert matches; `vigiterre alerts history` shows them all.",
    },
    "no_notice": {"fr": "Personne n'a été prévenu.", "en": "Nobody was told."},
    "alerts_cut": {
        "fr": "Liste arrêtée à --limit {limit} ; {count} autres suivent.",
        "en": "The list stops at --limit {limit}; {count} more follow.",
    },
    "alerts_collapsed": {
        "fr": "Une ligne « × » réunit les alertes d'une règle en un même lieu ; --each les montre une à une, "
        "`vigiterre alerts ack --all --rule … --site …` les prend toutes en charge.",
        "en": "A line “×” stands for the alerts of one rule at one place; --each shows them one by one, `vigiterre "
        "alerts ack --all --rule … --site …` acknowledges them all.",
    },
    "rules_not_asked": {
        "fr": "Aucun vigiterre ne tourne ici : les règles en panne ne sont pas connues.",
        "en": "No vigiterre runs here: which rules are broken is not known.",
    },
    "rule_measured": {"fr": "mesure", "en": "measured"},
    "rule_silent": {"fr": "capteur muet", "en": "silent"},
    "rule_platform": {"fr": "vigiterre même", "en": "vigiterre itself"},
    "rule_waiting": {"fr": "attend un premier capteur", "en": "waits for a first device"},
    "alerts_need_process": {
        "fr": "Aucun vigiterre ne tourne sur {folder} : rien n'a été fait, car personne ne tiendrait compte de cet "
        "ordre ; lancez `vigiterre run` (systemctl start vigiterre), puis recommencez",
        "en": "No vigiterre runs on {folder}: nothing was done, since nobody would heed it; start `vigiterre run` "
        "(systemctl start vigiterre), then do this again",
    },
    "ack_what": {
        "fr": "Dites lesquelles : des numéros, ou --all avec ou sans --rule, --site, --commune, --device, "
        "--domain, --level.",
        "en": "Say which: numbers, or --all with or without --rule, --site, --commune, --device, --domain, --level.",
    },
    "acknowledged": {
        "fr": "Alertes prises en charge par {who} : {count}.",
        "en": "Alerts acknowledged by {who}: {count}.",
    },
    "acknowledged_before": {
        "fr": "Inchangées : {already} déjà prises en charge, {over} terminées.",
        "en": "Unchanged: {already} acknowledged already, {over} over.",
    },
    "ack_unwritten": {
        "fr": "Le disque refuse l'écriture pour l'instant : c'est retenu, et sera écrit dès que possible (voir "
        "/readyz) ; un arrêt brutal d'ici là l'oublierait.",
        "en": "The disk refuses it for now: it is held, and written as soon as it can be (see /readyz); a crash "
        "before that would forget it.",
    },
    "notify_test_sent": {
        "fr": "Essai remis par le canal {channel} ({kind}) ; vérifiez qu'il est arrivé.",
        "en": "The test was handed over by channel {channel} ({kind}); check that it arrived.",
    },
    "notify_test_on_duty": {
        "fr": "Essai remis par le canal {duty} ({kind}), d'astreinte pour {channel} ; vérifiez qu'il est arrivé.",
        "en": "The test was handed over by channel {duty} ({kind}), on duty for {channel}; check that it arrived.",
    },
    "notify_test_failed": {
        "fr": "L'essai n'est pas parti par {channel} : {why}",
        "en": "The test did not go out by {channel}: {why}",
    },
    "status_firing": {"fr": "en cours", "en": "firing"},
    "status_acknowledged": {"fr": "prise en charge", "en": "acknowledged"},
    "status_resolved": {"fr": "terminée", "en": "resolved"},
    "status_withdrawn": {"fr": "annulée", "en": "withdrawn"},
    "what_fired": {"fr": "déclenchée", "en": "fired"},
    "what_level": {"fr": "change de niveau", "en": "level changed"},
    "what_resolved": {"fr": "terminée", "en": "resolved"},
    "what_reopened": {"fr": "reprend", "en": "reopened"},
    "what_corrected": {"fr": "corrigée par des mesures tardives", "en": "corrected by late readings"},
    "what_withdrawn": {"fr": "annulée", "en": "withdrawn"},
    "what_acknowledged": {"fr": "prise en charge", "en": "acknowledged"},
    "what_noticed": {"fr": "annoncée", "en": "people told"},
    "what_escalated": {"fr": "portée à l'échelon suivant", "en": "escalated"},
    "what_reminded": {"fr": "rappelée", "en": "reminded"},
    "what_test": {"fr": "essai", "en": "test"},
    "notice_waiting": {"fr": "en attente", "en": "waiting"},
    "notice_sent": {"fr": "remis", "en": "sent"},
    "notice_superseded": {"fr": "devenu inutile", "en": "superseded"},
    "notice_given_up": {"fr": "abandonné", "en": "given up"},
    "alert_late": {
        "fr": "trouvée après coup, personne n'a été prévenu",
        "en": "found after it was over, nobody was told",
    },
    "alert_withdrawn": {
        "fr": "annulée par des mesures tardives ou une règle corrigée",
        "en": "withdrawn by late readings or a corrected rule",
    },
    "alert_replayed": {
        "fr": "de mesures rejouées, personne n'est prévenu",
        "en": "of replayed readings, nobody is told",
    },
}
