"""What the pages say, in French and in English."""

DEMONSTRATION: dict[str, dict[str, str]] = {
    "fr": {
        "not_measured": "Démonstration : aucune de ces valeurs n'a été mesurée ici.",
        "not_measured_why": "{replayed} capteurs rejouent de vraies séries relevées ailleurs, à d'autres dates ; "
        "{simulated} envoient des valeurs inventées.",
    },
    "en": {
        "not_measured": "Demonstration: none of these values was measured here.",
        "not_measured_why": "{replayed} devices replay real series recorded elsewhere, at other dates; "
        "{simulated} send made-up values.",
    },
}
"""Above every page of a territory whose devices are no sensors."""

AGES: dict[str, dict[str, str]] = {
    "fr": {
        "ago": "il y a {age}",
        "ahead": "en avance de {age}",
        "seconds": "s",
        "minutes": "min",
        "hours": "h",
        "days": "j",
    },
    "en": {"ago": "{age} ago", "ahead": "{age} ahead", "seconds": "s", "minutes": "min", "hours": "h", "days": "d"},
}

REASONS: dict[str, dict[str, str]] = {
    "fr": {
        "unknown_device": "capteur inconnu",
        "undecodable": "charge utile illisible",
        "schema": "forme inattendue",
        "unknown_quantity": "champ que le modèle n'a pas",
        "out_of_range": "valeur invraisemblable",
        "not_finite": "NaN ou infini",
        "clock_future": "heure dans le futur",
        "too_old": "trop tardive",
        "too_large": "message trop grand",
        "wrong_topic": "sujet inattendu",
        "too_often": "au-delà de la limite du capteur",
        "store_refused": "refusée par la base",
    },
    "en": {
        "unknown_device": "unknown device",
        "undecodable": "unreadable payload",
        "schema": "unexpected shape",
        "unknown_quantity": "field the model has not",
        "out_of_range": "implausible value",
        "not_finite": "NaN or infinity",
        "clock_future": "time in the future",
        "too_old": "too late",
        "too_large": "message too large",
        "wrong_topic": "unexpected topic",
        "too_often": "beyond the device's limit",
        "store_refused": "refused by the store",
    },
}
"""Code of a refusal -> a few words; docs/refusals.md has the remedies."""

ACKNOWLEDGE: dict[str, dict[str, str]] = {
    "fr": {
        "question": "Prendre cette alerte en charge ?",
        "question_many": "Prendre ces {count} alertes en charge ?",
        "question_words": "Rien n'est fait tant que vous n'avez pas confirmé ci-dessous.",
        "left_out": "Alertes de l'avis laissées de côté, terminées ou déjà prises en charge",
        "to_form": "Aller à la confirmation",
        "done": "Alerte prise en charge",
        "done_many": "{count} alertes prises en charge",
        "done_words": "C'est noté au nom de {who}. Les rappels et les échelons suivants s'arrêtent ; sa fin "
        "sera annoncée.",
        "done_words_many": "C'est noté au nom de {who}. Les rappels et les échelons suivants s'arrêtent ; leur fin "
        "sera annoncée.",
        "acknowledged": "Déjà prise en charge par {who}",
        "acknowledged_many": "Déjà prises en charge par {who}",
        "acknowledged_words_many": "Toutes les alertes de cet avis qui durent encore sont prises en charge. Vous "
        "n'avez rien à confirmer.",
        "acknowledged_words": "{who} l'a prise en charge le {when}. Vous n'avez rien à confirmer.",
        "resolved": "Cette alerte est terminée",
        "resolved_words": "Elle a pris fin le {when}. Vous n'avez rien à confirmer.",
        "resolved_many": "Ces alertes sont terminées",
        "resolved_words_many": "Les {count} alertes de cet avis ont pris fin ou ont été annulées. Vous n'avez rien à "
        "confirmer.",
        "withdrawn": "Cette alerte est annulée",
        "withdrawn_many": "Ces alertes sont annulées",
        "withdrawn_words_many": "Des mesures arrivées plus tard, ou une règle corrigée, montrent que les {count} "
        "alertes de cet avis n'avaient pas lieu d'être.",
        "withdrawn_words": "Des mesures arrivées plus tard, ou une règle corrigée, montrent qu'elle n'avait pas "
        "lieu d'être.",
        "unknown": "Alerte inconnue",
        "unknown_words": "L'historique n'a plus d'alerte de cet avis, ou sa règle a été supprimée. Voyez "
        "`vigiterre alerts list`.",
        "changed": "La situation a changé entre-temps",
        "changed_words": "Ce que l'avis annonce a pris fin, ou quelqu'un d'autre vient de le prendre en charge. Rien "
        "n'a été modifié.",
        "bad_link": "Ce lien ne permet de prendre aucune alerte en charge",
        "not_now": "Impossible pour l'instant",
        "too_long": "Message trop long",
        "too_long_words": "Rien n'a été fait. Revenez en arrière et raccourcissez le commentaire.",
        "no_form": "Formulaire illisible",
        "no_form_words": "Rien n'a été fait. Ouvrez le lien de l'avis et utilisez le formulaire de la page.",
        "error": "Erreur",
        "missing": "indiquez votre nom, pour que vos collègues sachent qui s'en occupe.",
        "facts": "L'alerte",
        "list": "Les {count} alertes",
        "more": "… et {count} de plus.",
        "form": "Confirmer",
        "who": "Votre nom (obligatoire)",
        "who_hint": "Vos collègues sauront ainsi qui s'en occupe.",
        "comment_label": "Commentaire (facultatif)",
        "comment_hint": "Par exemple : patrouille partie, sur place vers 5 h.",
        "button": "Prendre en charge",
        "button_many": "Prendre en charge ces {count} alertes",
        "other": "English",
        "colon": " :",
        "alert": "Alerte",
        "level": "Niveau",
        "place": "Lieu",
        "finding": "Constat",
        "value": "Dernière valeur",
        "since": "Depuis",
        "state": "État",
        "state_firing": "en cours, personne ne l'a prise en charge",
        "state_acknowledged": "prise en charge",
        "state_by": "prise en charge par {who}",
        "state_resolved": "terminée",
        "state_withdrawn": "annulée",
        "comment": "Commentaire noté",
        "action": "À faire",
        "device": "Capteur",
    },
    "en": {
        "question": "Acknowledge this alert?",
        "question_many": "Acknowledge these {count} alerts?",
        "question_words": "Nothing is done until you confirm below.",
        "left_out": "Alerts of the notice left out, over or acknowledged already",
        "to_form": "Go to the confirmation",
        "done": "Alert acknowledged",
        "done_many": "{count} alerts acknowledged",
        "done_words": "It is noted under the name of {who}. Reminders and further steps stop; you will be "
        "told of its end.",
        "done_words_many": "It is noted under the name of {who}. Reminders and further steps stop; you will be "
        "told when they end.",
        "acknowledged": "Already acknowledged by {who}",
        "acknowledged_many": "Already acknowledged by {who}",
        "acknowledged_words_many": "All alerts of this notice that still go on are acknowledged. There is nothing to "
        "confirm.",
        "acknowledged_words": "{who} acknowledged it on {when}. There is nothing to confirm.",
        "resolved": "This alert is over",
        "resolved_words": "It ended on {when}. There is nothing to confirm.",
        "resolved_many": "These alerts are over",
        "resolved_words_many": "The {count} alerts of this notice ended or were withdrawn. There is nothing to "
        "confirm.",
        "withdrawn": "This alert is withdrawn",
        "withdrawn_many": "These alerts are withdrawn",
        "withdrawn_words_many": "Readings that came later, or a corrected rule, show that the {count} alerts of this "
        "notice should not have been.",
        "withdrawn_words": "Readings that came later, or a corrected rule, show that it should not have been.",
        "unknown": "Unknown alert",
        "unknown_words": "The history has no alert of this notice any more, or its rule was removed. See "
        "`vigiterre alerts list`.",
        "changed": "The situation has changed meanwhile",
        "changed_words": "What the notice tells of ended, or somebody else has just acknowledged it. Nothing was "
        "changed.",
        "bad_link": "This link acknowledges no alert",
        "not_now": "Not possible at the moment",
        "too_long": "The message is too long",
        "too_long_words": "Nothing was done. Go back and shorten the comment.",
        "no_form": "The form cannot be read",
        "no_form_words": "Nothing was done. Open the link of the notice and use the form of the page.",
        "error": "Error",
        "missing": "give your name, so that your colleagues know who looks after it.",
        "facts": "The alert",
        "list": "The {count} alerts",
        "more": "… and {count} more.",
        "form": "Confirm",
        "who": "Your name (required)",
        "who_hint": "It tells your colleagues who looks after it.",
        "comment_label": "Comment (optional)",
        "comment_hint": "For example: patrol has left, on site about 5 o'clock.",
        "button": "Acknowledge",
        "button_many": "Acknowledge these {count} alerts",
        "other": "Français",
        "colon": ":",
        "alert": "Alert",
        "level": "Level",
        "place": "Place",
        "finding": "Finding",
        "value": "Last value",
        "since": "Since",
        "state": "Status",
        "state_firing": "firing, nobody has acknowledged it",
        "state_acknowledged": "acknowledged",
        "state_by": "acknowledged by {who}",
        "state_resolved": "over",
        "state_withdrawn": "withdrawn",
        "comment": "Comment noted",
        "action": "What to do",
        "device": "Sensor",
    },
}
"""The page behind the link of a notice. French spaces before `:`, `;` and `?` are U+00A0."""
