"""What notices say, in French and in English. French spaces before `:` and `;` are U+00A0."""

from devices.problems import Language

Words = dict[Language, dict[str, str]]

LEVELS: Words = {
    "fr": {"info": "information", "warning": "avertissement", "critical": "critique"},
    "en": {"info": "information", "warning": "warning", "critical": "critical"},
}
LEVELS_OF_MANY: Words = {
    "fr": {"info": "informations", "warning": "avertissements", "critical": "critiques"},
    "en": {"info": "information", "warning": "warnings", "critical": "critical"},
}
KINDS: Words = {
    "fr": {
        "firing": "Nouvelle alerte",
        "level": "L'alerte s'aggrave",
        "reopened": "L'alerte reprend",
        "reminder": "Rappel : toujours en cours, personne ne l'a prise en charge",
        "escalation": "Personne n'a pris l'alerte en charge : à vous de le faire",
        "resolved": "L'alerte est terminée",
        "withdrawn": "L'alerte est annulée : des mesures arrivées plus tard montrent qu'elle n'avait pas lieu d'être",
        "test": "Ceci est un essai : il n'y a rien à faire",
    },
    "en": {
        "firing": "New alert",
        "level": "The alert got worse",
        "reopened": "The alert is back",
        "reminder": "Reminder: still going on, and nobody has acknowledged it",
        "escalation": "Nobody acknowledged the alert: it is now yours",
        "resolved": "The alert is over",
        "withdrawn": "The alert is withdrawn: readings that came later show that it should not have been",
        "test": "This is a test: there is nothing to do",
    },
}
PREFIXES: Words = {
    "fr": {
        "firing": "",
        "level": "Aggravation - ",
        "reopened": "De nouveau - ",
        "reminder": "Rappel - ",
        "escalation": "Sans réponse - ",
        "resolved": "Fin - ",
        "withdrawn": "Annulé - ",
        "test": "Essai - ",
    },
    "en": {
        "firing": "",
        "level": "Worse - ",
        "reopened": "Back - ",
        "reminder": "Reminder - ",
        "escalation": "Unanswered - ",
        "resolved": "Over - ",
        "withdrawn": "Withdrawn - ",
        "test": "Test - ",
    },
}
WORDS: Words = {
    "fr": {
        "alerts": "alertes",
        "sites": "sites",
        "limit": "seuil",
        "measured": "{quantity} : {value}",
        "against": "{quantity} : {value} (seuil {threshold})",
        "silent": "Aucune mesure valable reçue depuis le {since}",
        "kind": "Motif",
        "level": "Niveau",
        "place": "Lieu",
        "site": "Site",
        "state": "Constat",
        "since": "Depuis",
        "ended": "Fin",
        "action": "À faire",
        "runbook": "Fiche",
        "device": "Capteur",
        "acknowledge": "Prendre en charge",
        "acknowledge_all": "Prendre en charge ces {count} alertes",
        "acknowledge_rest": "Prendre en charge les {count} alertes sans réponse",
        "acknowledge_last": "Prendre en charge l'alerte sans réponse",
        "acknowledge_how": "Le lien ouvre une page qui demande de confirmer. Il sert une fois, pendant 72 heures.",
        "acknowledged": "Pris en charge par",
        "summary": "En résumé",
        "summary_caption": "Nombre d'alertes par site et par niveau",
        "details": "Chaque alerte",
        "more": "et {count} de plus, sur la page des alertes",
        "more_sites": "et {count} autres sites",
        "colon": " : ",
        "sent": "Envoyé par Vigiterre le {now}.",
        "indicative": "Mesures indicatives de capteurs, sans valeur réglementaire.",
        "began": "Début",
        "moment": "{date} à {time} (heure de Paris, {season})",
        "summer": "été",
        "winter": "hiver",
        "test_title": "Essai des avis de Vigiterre",
        "test_action": "Rien. Si vous lisez ceci, le canal « {channel} » fonctionne.",
        "test_weekly": "Un essai part chaque semaine : s'il n'arrive pas, prévenez l'exploitant.",
    },
    "en": {
        "alerts": "alerts",
        "sites": "sites",
        "limit": "limit",
        "measured": "{quantity}: {value}",
        "against": "{quantity}: {value} (limit {threshold})",
        "silent": "No valid reading received since {since}",
        "kind": "Why",
        "level": "Level",
        "place": "Place",
        "site": "Site",
        "state": "Finding",
        "since": "Since",
        "ended": "Ended",
        "action": "What to do",
        "runbook": "Runbook",
        "device": "Sensor",
        "acknowledge": "Acknowledge",
        "acknowledge_all": "Acknowledge these {count} alerts",
        "acknowledge_rest": "Acknowledge the {count} alerts without an answer",
        "acknowledge_last": "Acknowledge the alert without an answer",
        "acknowledge_how": "The link opens a page that asks to confirm. It works once, for 72 hours.",
        "acknowledged": "Acknowledged by",
        "summary": "Summary",
        "summary_caption": "Number of alerts by site and level",
        "details": "Each alert",
        "more": "and {count} more, on the page of alerts",
        "more_sites": "and {count} more sites",
        "colon": ": ",
        "sent": "Sent by Vigiterre on {now}.",
        "indicative": "Indicative measurements of sensors, without legal value.",
        "began": "Began",
        "moment": "{date} {time} (Paris time, {season})",
        "summer": "summer",
        "winter": "winter",
        "test_title": "Test of Vigiterre's notices",
        "test_action": "Nothing. If you read this, the channel “{channel}” works.",
        "test_weekly": "A test goes out each week: if none arrives, tell whoever runs the system.",
    },
}
TROUBLES: dict[str, dict[str, str]] = {
    "refused": {
        "fr": "le service a répondu {status} ; corrigez l'adresse ou les droits du canal",
        "en": "the service answered {status}; correct the channel's address or its rights",
    },
    "redirect": {
        "fr": "le service renvoie ailleurs ({status}) ; donnez l'adresse finale",
        "en": "the service redirects ({status}); give the final address",
    },
    "private": {
        "fr": "l'adresse mène dans un réseau privé ; si c'est voulu, mettez allow_private = true",
        "en": "the address leads into a private network; if that is meant, set allow_private = true",
    },
    "unreachable": {
        "fr": "le service est injoignable ({detail}) ; vérifiez le réseau et l'adresse du canal",
        "en": "the service cannot be reached ({detail}); check the network and the channel's address",
    },
    "mail": {
        "fr": "le serveur de courrier refuse ({detail}) ; vérifiez le compte, l'expéditeur et les destinataires",
        "en": "the mail server refuses ({detail}); check the account, the sender and the recipients",
    },
    "apprise": {
        "fr": "Apprise n'a pas pu envoyer ; vérifiez l'URL du canal et le service",
        "en": "Apprise could not send; check the channel's URL and the service",
    },
    "slow": {
        "fr": "pas de réponse en {seconds} s",
        "en": "no answer within {seconds} s",
    },
    "busy": {
        "fr": "l'envoi précédent est toujours bloqué",
        "en": "the send before is still stuck",
    },
    "broken": {
        "fr": "erreur inattendue ({detail}) ; signalez-la avec le journal",
        "en": "unexpected error ({detail}); report it with the log",
    },
    "failing": {
        "fr": "le canal « {channel} » ne prend pas ses avis : {waiting} en attente, {given_up} abandonnés "
        "depuis un jour, {others} autres canaux en défaut (dernière erreur : {error}) ; essayez "
        "vigiterre alerts notify-test {channel}",
        "en": 'channel "{channel}" does not take its notices: {waiting} waiting, {given_up} given up within a day, '
        "{others} other channels failing (last error: {error}); try vigiterre alerts notify-test {channel}",
    },
    "no_channel": {
        "fr": "le canal « {channel} » n'existe pas ; connus : {known}",
        "en": 'channel "{channel}" does not exist; known: {known}',
    },
}
"""Why a notice was not sent, and what to do."""

LINKS: dict[str, dict[str, str]] = {
    "forged": {
        "fr": "ce lien n'est pas valable : ouvrez celui de l'avis, en entier, ou prenez l'alerte en charge sur la page",
        "en": "this link is not valid: open the whole link of the notice, or acknowledge the alert on the page",
    },
    "expired": {
        "fr": "ce lien a plus de 72 heures : prenez l'alerte en charge sur la page, ou par le lien d'un rappel",
        "en": "this link is older than 72 hours: acknowledge the alert on the page, or by the link of a reminder",
    },
    "used": {
        "fr": "ce lien a déjà servi : son avis a été pris en charge, la page des alertes dit par qui",
        "en": "this link was used already: its notice was acknowledged, the page of alerts says by whom",
    },
}
"""Why a link acknowledges nothing."""
