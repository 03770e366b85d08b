"""Problems of sources.toml."""

PROBLEMS: dict[str, dict[str, str]] = {
    "bad_source_id": {
        "fr": "« {value} » n’est pas un nom correct ; des minuscules, chiffres, - ou _",
        "en": '"{value}" is not a valid name; use lower-case letters, digits, - or _',
    },
    "unknown_broker": {
        "fr": "il n’y a pas de courtier « {value} » ; connus : {known} ; ajoutez [brokers.{value}]",
        "en": 'there is no broker "{value}"; known: {known}; add [brokers.{value}]',
    },
    "bad_broker_url": {
        "fr": "adresse de courtier incorrecte ; écrivez par exemple mqtt://hôte ou mqtts://hôte, sans mot de passe",
        "en": "bad broker address; write for example mqtt://host or mqtts://host, without a password",
    },
    "bad_topic_level": {
        "fr": "niveau de sujet « {value} » incorrect ; écrivez un texte, {{nom}}, ou {{nom...}} à la fin",
        "en": 'bad topic level "{value}"; write a text, {{name}}, or {{name...}} at the end',
    },
    "repeated_level": {
        "fr": "« {value} » nomme deux niveaux pareillement ; donnez à chacun son nom",
        "en": '"{value}" names two levels alike; give each its own name',
    },
    "topic_too_wide": {
        "fr": "« {value} » n’a pas de niveau nommé, ou prend tout le courtier ; commencez par un niveau fixe",
        "en": '"{value}" has no named level, or takes all of the broker; begin with a fixed level or {{name}}',
    },
    "topic_is_ours": {
        "fr": "« {value} » est sous {root}, où sont nos propres capteurs ; choisissez un autre premier niveau",
        "en": '"{value}" is below {root}, where our own devices are; choose another first level',
    },
}
