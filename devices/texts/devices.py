"""Problems of devices.csv and placements.csv."""

PROBLEMS: dict[str, dict[str, str]] = {
    "missing_param": {
        "fr": "il manque « {value} », sans quoi une mesure du modèle {model} ne veut rien dire ; écrivez {value}=…",
        "en": '"{value}" is missing, without which a reading of model {model} means nothing; write {value}=...',
    },
    "bad_eui": {
        "fr": "« {value} » n’est pas un EUI ; écrivez 16 chiffres hexadécimaux, avec ou sans séparateurs",
        "en": '"{value}" is not an EUI; write 16 hexadecimal digits, with or without separators',
    },
    "duplicate_address": {
        "fr": "« {value} » désigne déjà le capteur de la ligne {row} ; un message doit mener à un seul capteur",
        "en": '"{value}" already names the device of row {row}; a message must lead to one device only',
    },
    "duplicate_id": {
        "fr": (
            "l’identifiant « {value} » est déjà à la ligne {row} ; ôtez l’une des deux lignes ou changez "
            "son identifiant"
        ),
        "en": 'id "{value}" is already in row {row}; remove one of the two rows or change its id',
    },
    "unknown_model": {
        "fr": "le modèle « {value} » n’a pas de fichier dans models/ ; connus : {known}",
        "en": 'model "{value}" has no file in models/; known: {known}',
    },
    "bad_commune": {
        "fr": (
            "« {value} » n’est pas un code INSEE : il a cinq caractères, et un tableur efface les zéros de "
            "tête ; mettez la colonne au format texte et écrivez par exemple 01001"
        ),
        "en": (
            '"{value}" is not an INSEE code: it has five characters, and a spreadsheet drops leading zeros; '
            "format the column as text and write for example 01001"
        ),
    },
    "unknown_commune": {
        "fr": "la commune « {value} » est absente de reference/communes.csv ; codes voisins : {known}",
        "en": 'commune "{value}" is not in reference/communes.csv; codes nearby: {known}',
    },
    "out_of_bounds": {
        "fr": "{value} est hors de {min} à {max} degrés ; vérifiez que latitude et longitude ne sont pas échangées",
        "en": "{value} is outside {min} to {max} degrees; check that latitude and longitude are not swapped",
    },
    "half_coordinates": {
        "fr": "la latitude et la longitude vont ensemble ; remplissez les deux cellules ou videz-les",
        "en": "latitude and longitude go together; fill both cells or empty both",
    },
    "bad_date": {
        "fr": "« {value} » n’est pas une date ; écrivez année-mois-jour, par exemple 2026-11-23",
        "en": '"{value}" is not a date; write year-month-day, for example 2026-11-23',
    },
    "bad_param": {
        "fr": "« {value} » n’est pas un paramètre ; écrivez clé=valeur sans espace, par exemple offset.co2=-12",
        "en": '"{value}" is not a parameter; write key=value without spaces, for example offset.co2=-12',
    },
    "duplicate_param": {
        "fr": "le paramètre « {value} » apparaît deux fois ; ôtez l’un des deux",
        "en": 'parameter "{value}" appears twice; remove one of them',
    },
    "zero_scale": {
        "fr": "« {value} » remplacerait chaque mesure par la même valeur ; écrivez un facteur différent de 0",
        "en": '"{value}" would replace every reading by the same value; write a factor other than 0',
    },
    "unknown_device": {
        "fr": "le capteur « {value} » est absent de devices.csv ; connus : {known}",
        "en": 'device "{value}" is not in devices.csv; known: {known}',
    },
    "bad_time": {
        "fr": (
            "« {value} » n’est ni une date ni une heure ; écrivez par exemple 2026-11-23 ou 2026-11-23T08:00:00+01:00"
        ),
        "en": '"{value}" is neither a date nor a time; write for example 2026-11-23 or 2026-11-23T08:00:00+01:00',
    },
    "from_not_before_until": {
        "fr": "from ({begin}) doit précéder until ({end}) ; corrigez l’un des deux",
        "en": "from ({begin}) must be before until ({end}); correct one of them",
    },
    "overlap": {
        "fr": (
            "le capteur « {device} » est déjà ailleurs à ce moment, d’après la ligne {row} ; corrigez from "
            "ou until de l’une des deux lignes"
        ),
        "en": (
            'device "{device}" is elsewhere at that time, says row {row}; correct from or until of one of the two rows'
        ),
    },
    "placement_disagrees": {
        "fr": (
            "sans until, cette ligne dit où le capteur « {device} » est à présent, mais devices.csv dit "
            "autrement ({columns}) ; remplissez until ou accordez les deux"
        ),
        "en": (
            'without until this row says where device "{device}" is now, but devices.csv says otherwise '
            "({columns}); fill until or make the two agree"
        ),
    },
}
