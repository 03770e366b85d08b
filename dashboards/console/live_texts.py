"""What the live feed answers when it does not follow."""

TEXTS: dict[str, dict[str, str]] = {
    "fr": {
        "device": "Paramètre device : « {value} » n'est pas un identifiant de capteur.",
        "many": "Paramètre device : {count} capteurs demandés, au plus {most}.",
        "after": "Paramètre after : « {value} » n'est pas une position du flux.",
        "full": "Trop de pages sont suivies en direct ; la vôtre réessaiera.",
    },
    "en": {
        "device": "Parameter device: “{value}” is no id of a sensor.",
        "many": "Parameter device: {count} sensors asked for, at most {most}.",
        "after": "Parameter after: “{value}” is no position in the feed.",
        "full": "Too many pages are followed live; yours will try again.",
    },
}
