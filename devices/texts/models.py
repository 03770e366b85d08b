"""Problems of models/*.toml and of the codecs they name."""

PROBLEMS: dict[str, dict[str, str]] = {
    "bad_id": {
        "fr": (
            "« {value} » n’est pas un identifiant ; employez a-z, 0-9, _ et -, 64 caractères au plus, en "
            "commençant par une lettre ou un chiffre"
        ),
        "en": (
            '"{value}" is not an id; use a-z, 0-9, _ and -, at most 64 characters, beginning with a letter or a digit'
        ),
    },
    "no_quantities": {
        "fr": "ce modèle ne mesure rien ; ajoutez au moins une table [[quantities]]",
        "en": "this model measures nothing; add at least one table [[quantities]]",
    },
    "unknown_quantity": {
        "fr": "la grandeur « {value} » est absente de quantities.toml ; connues : {known}",
        "en": 'quantity "{value}" is not in quantities.toml; known: {known}',
    },
    "duplicate_field": {
        "fr": "le champ « {value} » apparaît deux fois ; un champ donne une seule grandeur, ôtez l’un des deux",
        "en": 'field "{value}" appears twice; a field gives one quantity, remove one of them',
    },
    "duplicate_quantity": {
        "fr": "la grandeur « {value} » apparaît deux fois ; l’une écraserait l’autre, ôtez-en une",
        "en": 'quantity "{value}" appears twice; one would overwrite the other, remove one of them',
    },
    "not_convertible": {
        "fr": (
            "l’unité {source} ne se convertit pas en {target}, unité de la grandeur « {quantity} » ; "
            "corrigez l’unité ou convertissez dans le codec"
        ),
        "en": (
            'unit {source} does not convert to {target}, the unit of quantity "{quantity}"; correct the '
            "unit or convert in the codec"
        ),
    },
    "example_payload": {
        "fr": "un exemple porte soit payload, soit hex ; écrivez l’un des deux, et un seul",
        "en": "an example carries either payload or hex; write one of them, and only one",
    },
    "bad_hex": {
        "fr": "« {value} » n’est pas de l’hexadécimal ; écrivez deux chiffres 0-9, a-f par octet",
        "en": '"{value}" is not hexadecimal; write two digits 0-9, a-f for each byte',
    },
    "quantity_not_in_model": {
        "fr": "le modèle « {model} » ne mesure pas la grandeur « {value} » ; connues : {known}",
        "en": 'model "{model}" does not measure quantity "{value}"; known: {known}',
    },
    "unknown_codec": {
        "fr": "le codec « {value} » n’existe pas ; connus : {known} ; un codec JavaScript est un fichier de codecs/",
        "en": 'codec "{value}" does not exist; known: {known}; a JavaScript codec is a file of codecs/',
    },
    "script_too_large": {
        "fr": "ce codec dépasse {limit} Kio ; ôtez ce qui ne sert pas à décoder",
        "en": "this codec is larger than {limit} KiB; remove what does not serve to decode",
    },
    "script_broken": {
        "fr": "ce codec ne peut rien décoder : {error} ; corrigez-le",
        "en": "this codec can decode nothing: {error}; correct it",
    },
    "example": {
        "fr": (
            "l’exemple ne donne pas ce qu’il annonce : {error} ; corrigez l’exemple, les grandeurs du "
            "modèle ou le codec"
        ),
        "en": (
            "the example does not give what it says: {error}; correct the example, the model's quantities or the codec"
        ),
    },
}
