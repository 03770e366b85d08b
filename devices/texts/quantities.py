"""Problems of quantities.toml."""

PROBLEMS: dict[str, dict[str, str]] = {
    "bad_quantity_id": {
        "fr": (
            "« {value} » ne peut nommer une grandeur ; commencez par une lettre, puis a-z, 0-9 et _, 64 "
            "caractères au plus"
        ),
        "en": '"{value}" cannot name a quantity; begin with a letter, then a-z, 0-9 and _, at most 64 characters',
    },
    "reserved_quantity": {
        "fr": (
            "« {value} » est réservé : ce nom se confondrait avec une étiquette ou avec l’agrégat d’une "
            "autre grandeur ; choisissez-en un autre"
        ),
        "en": (
            '"{value}" is reserved: the name would clash with a tag or with the roll-up of another '
            "quantity; choose another"
        ),
    },
    "bad_unit": {
        "fr": "« {value} » n’est pas une unité UCUM ; écrivez par exemple : {known}",
        "en": '"{value}" is not a UCUM unit; write for example: {known}',
    },
    "min_not_below_max": {
        "fr": "min ({min}) doit être inférieur à max ({max}) ; corrigez l’un des deux",
        "en": "min ({min}) must be below max ({max}); correct one of them",
    },
    "aggregate_of_kind": {
        "fr": (
            "l’agrégat « {aggregate} » ne convient pas à une grandeur de genre « {kind} » ; choisissez parmi : {known}"
        ),
        "en": 'aggregate "{aggregate}" does not suit a quantity of kind "{kind}"; choose among: {known}',
    },
    "aggregate_of_unit": {
        "fr": "l’agrégat « {aggregate} » demande l’unité {needed}, et non {unit} ; corrigez l’un des deux",
        "en": 'aggregate "{aggregate}" needs the unit {needed}, not {unit}; correct one of them',
    },
    "bad_minimum_aggregation": {
        "fr": (
            "minimum_aggregation vaut {value} minutes, mais les agrégats sont d’une heure ou d’un jour ; écrivez 60 "
            "ou 1440"
        ),
        "en": "minimum_aggregation is {value} minutes, but roll-ups are of an hour or of a day; write 60 or 1440",
    },
    "personal_unexpected": {
        "fr": (
            "« {key} » ne vaut que pour une grandeur qui peut concerner des personnes ; ajoutez personal = true ou "
            "ôtez cette ligne"
        ),
        "en": '"{key}" holds only for a quantity that may tell of persons; add personal = true or remove this line',
    },
    "personal_retention": {
        "fr": (
            "le brut d’une grandeur personnelle serait gardé {days} jours, plus longtemps que tout autre "
            "(store.raw_days = {raw}) ; diminuez retention_days"
        ),
        "en": (
            "raw values of a personal quantity would be kept for {days} days, longer than any other (store.raw_days = "
            "{raw}); lower retention_days"
        ),
    },
    "states_missing": {
        "fr": "une grandeur de genre « state » nomme ses états ; ajoutez la table [{quantity}.states]",
        "en": 'a quantity of kind "state" names its states; add the table [{quantity}.states]',
    },
    "states_unexpected": {
        "fr": (
            "seule une grandeur de genre « state » a des états, et celle-ci est de genre « {kind} » ; ôtez "
            "la table ou corrigez kind"
        ),
        "en": (
            'only a quantity of kind "state" has states, and this one is of kind "{kind}"; remove the table '
            "or correct kind"
        ),
    },
    "bad_state": {
        "fr": "« {value} » n’est pas un numéro d’état ; écrivez un nombre entier, par exemple 0",
        "en": '"{value}" is not the number of a state; write a whole number, for example 0',
    },
    "state_outside": {
        "fr": "l’état {value} est hors de min et max ({min} à {max}) ; élargissez-les ou ôtez cet état",
        "en": "state {value} is outside min and max ({min} to {max}); widen them or remove the state",
    },
}
