"""What `vigiterre check` says, in French and in English. Each text says what is wrong, then what to do.

French spaces before `;` and `:` and inside guillemets are U+00A0, so that a narrow terminal never breaks there.
"""

PLACES: dict[str, dict[str, str]] = {
    "fr": {"row": "ligne", "line": "ligne", "column": "colonne"},
    "en": {"row": "row", "line": "line", "column": "column"},
}
"""The words a place is said with; a spreadsheet and an editor both say `ligne` in French."""

STORE_AWAY: dict[str, dict[str, str]] = {
    "act": {"fr": "{remedy} (détail : {detail})", "en": "{remedy} (detail: {detail})"},
    "wait": {
        "fr": "la base ne confirme pas ; rien n’est perdu, nouvel essai automatique (détail : {detail})",
        "en": "the store does not confirm; nothing is lost, it is tried again by itself (detail: {detail})",
    },
}
"""A store that is away: with a remedy, or when there is nothing to do but wait."""

NEWER: dict[str, str] = {
    "fr": "{path} a été écrit par une version plus récente (format {found}, ici {known}) ; mettez vigiterre à jour, "
    "ou restaurez une sauvegarde faite par cette version-ci ; le fichier n’a pas été touché",
    "en": "{path} was written by a newer version (format {found}, here {known}); upgrade vigiterre, or restore a "
    "backup made by this version; the file was not touched",
}
"""A file of ours in a format that this program does not know."""

PROBLEMS: dict[str, dict[str, str]] = {
    "missing_file": {
        "fr": "fichier absent ; créez-le ou corrigez --config",
        "en": "file is missing; create it or correct --config",
    },
    "unreadable_file": {
        "fr": "fichier illisible ({detail}) ; corrigez le chemin ou les droits",
        "en": "file cannot be read ({detail}); correct the path or its permissions",
    },
    # TOML files
    "toml_syntax": {
        "fr": "syntaxe TOML incorrecte ({detail}) ; corrigez cette ligne ou celle d’avant",
        "en": "TOML syntax error ({detail}); correct this line or the one before",
    },
    "not_utf8": {
        "fr": "cette ligne n’est pas en UTF-8 ; enregistrez à nouveau le fichier en UTF-8",
        "en": "this line is not UTF-8; save the file again as UTF-8",
    },
    "missing_key": {
        "fr": "il manque la clé « {key} » ; ajoutez-la",
        "en": 'key "{key}" is missing; add it',
    },
    "unknown_key": {
        "fr": "la clé « {key} » n’existe pas ; connues : {known}",
        "en": 'key "{key}" does not exist; known: {known}',
    },
    "not_text": {
        "fr": "« {value} » n’est pas un texte, ou il est vide ; écrivez-le entre guillemets droits",
        "en": '"{value}" is not a text, or is empty; write it between straight quotes',
    },
    "not_number": {
        "fr": "« {value} » n’est pas un nombre fini ; écrivez par exemple 12.5",
        "en": '"{value}" is not a finite number; write for example 12.5',
    },
    "not_positive": {
        "fr": "« {value} » n’est pas un nombre entier supérieur à 0 ; écrivez par exemple 600",
        "en": '"{value}" is not a whole number above 0; write for example 600',
    },
    "not_whole": {
        "fr": "« {value} » n’est pas un nombre entier, 0 compris ; écrivez par exemple 2",
        "en": '"{value}" is not a whole number, 0 included; write for example 2',
    },
    "not_names": {
        "fr": '« {value} » n’est pas une liste de noms ; écrivez par exemple ["offset.water_level"]',
        "en": '"{value}" is not a list of names; write for example ["offset.water_level"]',
    },
    "not_flag": {
        "fr": "« {value} » n’est ni vrai ni faux ; écrivez true ou false",
        "en": '"{value}" is neither true nor false; write true or false',
    },
    "not_table": {
        "fr": '« {value} » n’est pas une table ; écrivez par exemple {{ fr = "...", en = "..." }}',
        "en": '"{value}" is not a table; write for example {{ fr = "...", en = "..." }}',
    },
    "not_tables": {
        "fr": "« {value} » doit être une suite de tables ; commencez chacune par [[{value}]]",
        "en": '"{value}" must be a list of tables; begin each with [[{value}]]',
    },
    "not_one_of": {
        "fr": "« {value} » ne convient pas ; connus : {known}",
        "en": '"{value}" does not suit; known: {known}',
    },
    # config/quantities.toml
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
    # config/models/*.toml
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
    # spreadsheets
    "not_csv": {
        "fr": "ce fichier n’est pas du texte CSV ; dans le tableur, enregistrez-le au format CSV (UTF-8)",
        "en": "this file is not CSV text; in the spreadsheet, save it as CSV (UTF-8)",
    },
    "csv_syntax": {
        "fr": "ligne CSV illisible ({detail}) ; un guillemet droit n’est sans doute pas fermé, ici ou plus haut",
        "en": "the row is not readable CSV ({detail}); a straight quote is probably left open here or above",
    },
    "no_header": {
        "fr": "il n’y a pas de ligne d’en-tête ; écrivez en première ligne : {known}",
        "en": "there is no header row; write in the first row: {known}",
    },
    "missing_column": {
        "fr": "il manque la colonne « {column} » ; ajoutez-la à l’en-tête",
        "en": 'column "{column}" is missing; add it to the header',
    },
    "unknown_column": {
        "fr": "la colonne « {column} » n’existe pas ; ôtez-la ou renommez-la ; connues : {known}",
        "en": 'column "{column}" does not exist; remove it or rename it; known: {known}',
    },
    "duplicate_column": {
        "fr": "la colonne « {column} » apparaît deux fois ; ôtez-en une",
        "en": 'column "{column}" appears twice; remove one of them',
    },
    "too_many_cells": {
        "fr": (
            "la ligne a {cells} cellules pour {columns} colonnes ; mettez entre guillemets droits la "
            "cellule qui contient le séparateur « {delimiter} »"
        ),
        "en": (
            "the row has {cells} cells for {columns} columns; put straight quotes around the cell that "
            'holds the separator "{delimiter}"'
        ),
    },
    "control_character": {
        "fr": "caractère de contrôle {value} dans la cellule ; effacez-le et tapez à nouveau le texte",
        "en": "control character {value} in the cell; delete it and type the text again",
    },
    "unspeakable": {
        "fr": "la cellule contient le caractère {value}, refusé par les bases de mesures ; ôtez-le ou écrivez /",
        "en": "the cell holds the character {value}, which stores of readings do not take; remove it or write /",
    },
    "too_long": {
        "fr": "la cellule a {length} caractères, {longest} au plus ; raccourcissez-la",
        "en": "the cell has {length} characters, at most {longest}; shorten it",
    },
    "no_such_file": {
        "fr": "ce fichier n’existe pas ; corrigez le chemin",
        "en": "there is no such file; correct the path",
    },
    "wrong_setting": {"fr": "réglage refusé : {error}", "en": "setting refused: {error}"},
    "empty_cell": {
        "fr": "la cellule est vide ; remplissez-la",
        "en": "the cell is empty; fill it",
    },
    # config/devices.csv
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
    # sources.toml
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
    # config/placements.csv
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
    # vigiterre devices import
    "not_in_encoding": {
        "fr": "le fichier est enregistré en Windows-1252, qui n’a pas le caractère « {value} » ; "
        "enregistrez-le en UTF-8 ou écrivez autrement",
        "en": "the file is saved as Windows-1252, which has no character “{value}”; "
        "save it as UTF-8 or write it another way",
    },
    "changed_meanwhile": {
        "fr": "le fichier a changé depuis la préparation de l’import ; rien n’est écrit, relancez l’import",
        "en": "the file has changed since the import was planned; nothing is written, run the import again",
    },
    # config/vigiterre.toml and the environment
    "unknown_setting": {
        "fr": "le réglage « {name} » n’existe pas ; corrigez-le ou ôtez-le ; connus : {known}",
        "en": 'setting "{name}" does not exist; correct it or remove it; known: {known}',
    },
    "bad_setting": {
        "fr": "réglage refusé : {error} ; corrigez cette valeur",
        "en": "setting refused: {error}; correct this value",
    },
    "secret_in_file": {
        "fr": (
            "un mot de passe n’a pas sa place ici ; mettez-le dans un fichier nommé par password_file, ou "
            "dans l’environnement"
        ),
        "en": "a password must not stand here; put it into a file named by password_file, or into the environment",
    },
    "max_age_beyond_retention": {
        "fr": (
            "des données en retard sont acceptées {max_age} jours, mais le brut n’est gardé que {raw} "
            "jours ; diminuez clock.max_age_days ou augmentez store.raw_days"
        ),
        "en": (
            "late data is accepted for {max_age} days, but raw data is kept for {raw} days only; lower "
            "clock.max_age_days or raise store.raw_days"
        ),
    },
    "cert_needs_key": {
        "fr": "broker.cert_file et broker.key_file vont ensemble ; donnez les deux, ou aucun",
        "en": "broker.cert_file and broker.key_file belong together; give both, or neither",
    },
    "share_needs_client_id": {
        "fr": (
            "avec mqtt.share, chaque processus a besoin de son propre mqtt.client_id ; donnez-en un qui ne "
            "serve qu’à celui-ci"
        ),
        "en": "with mqtt.share every process needs a mqtt.client_id of its own; give one that only this process uses",
    },
    "only_needs_server": {
        "fr": (
            "plusieurs processus écrivent dans la même base : avec --only il faut un serveur, "
            "influxdb:// ou influxdbs://"
        ),
        "en": "several processes write to one store: with --only it must be a server, influxdb:// or influxdbs://",
    },
    # vigiterre check
    "example": {
        "fr": (
            "l’exemple ne donne pas ce qu’il annonce : {error} ; corrigez l’exemple, les grandeurs du "
            "modèle ou le codec"
        ),
        "en": (
            "the example does not give what it says: {error}; correct the example, the model's quantities or the codec"
        ),
    },
    # config/rules.toml, config/calendars.toml
    "bad_duration": {
        "fr": '« {value} » n’est pas une durée ; écrivez par exemple "30 s", "10 min", "2 h" ou "1 d"',
        "en": '"{value}" is not a duration; write for example "30 s", "10 min", "2 h" or "1 d"',
    },
    "bad_rule_id": {
        "fr": (
            "« {value} » n’est pas un nom correct ; commencez par une minuscule, puis a-z, 0-9 et _, 64 "
            "caractères au plus"
        ),
        "en": (
            '"{value}" is not a valid name; begin with a lower-case letter, then a-z, 0-9 and _, at most 64 characters'
        ),
    },
    "rule_of_one_kind": {
        "fr": (
            "une règle dit soit quantity, soit silent = true, soit check ; ici : {given} ; écrivez l’un des "
            "trois, et un seul"
        ),
        "en": (
            "a rule says either quantity, or silent = true, or check; here: {given}; write one of the three, "
            "and only one"
        ),
    },
    "silent_is_true": {
        "fr": "silent ne peut valoir que true ; écrivez true ou ôtez la clé",
        "en": "silent can only be true; write true or remove the key",
    },
    "not_texts": {
        "fr": '« {value} » n’est pas une liste de textes ; écrivez par exemple ["road", "building"]',
        "en": '"{value}" is not a list of texts; write for example ["road", "building"]',
    },
    "no_names": {
        "fr": "la liste est vide ; remplissez-la ou ôtez la clé",
        "en": "the list is empty; fill it or remove the key",
    },
    "no_levels": {
        "fr": "la règle n’a aucun niveau ; ajoutez une table levels.warning, levels.critical ou levels.info",
        "en": "the rule has no level; add a table levels.warning, levels.critical or levels.info",
    },
    "one_condition": {
        "fr": "il faut soit above, soit below, soit is ; ici : {given} ; écrivez l’un des trois, et un seul",
        "en": "there must be either above, or below, or is; here: {given}; write one of the three, and only one",
    },
    "is_of_no_state": {
        "fr": "« {quantity} » est de genre {kind} et n’a pas d’états ; écrivez above ou below",
        "en": '"{quantity}" is of kind {kind} and has no states; write above or below',
    },
    "limit_of_state": {
        "fr": (
            "les valeurs de « {quantity} », de genre {kind}, sont des états qui ne se comparent pas ; écrivez "
            "is = [...]"
        ),
        "en": 'the values of "{quantity}", of kind {kind}, are states that do not compare; write is = [...]',
    },
    "bad_limit": {
        "fr": (
            '« {value} » n’est pas un seuil ; écrivez un nombre, "device.alert_level", "device.alert_level - '
            '0.05" ou "quantity.dew_point + 0.5"'
        ),
        "en": (
            '"{value}" is not a limit; write a number, "device.alert_level", "device.alert_level - 0.05" or '
            '"quantity.dew_point + 0.5"'
        ),
    },
    "missing_clear": {
        "fr": (
            "il manque clear, sans quoi une valeur qui oscille autour du seuil alerterait sans cesse ; ajoutez "
            "la valeur à laquelle l’alerte retombe"
        ),
        "en": (
            "clear is missing, without which a value that wavers around the limit would alert without end; add "
            "the value at which the alert ends"
        ),
    },
    "clear_of_states": {
        "fr": "un état n’a pas d’hystérésis ; ôtez clear et donnez keep_firing_for",
        "en": "a state has no hysteresis; remove clear and give keep_firing_for",
    },
    "clear_not_below": {
        "fr": "clear ({clear}) doit être inférieur à above ({limit}) ; corrigez l’un des deux",
        "en": "clear ({clear}) must be below above ({limit}); correct one of them",
    },
    "clear_not_above": {
        "fr": "clear ({clear}) doit être supérieur à below ({limit}) ; corrigez l’un des deux",
        "en": "clear ({clear}) must be above below ({limit}); correct one of them",
    },
    "limit_outside": {
        "fr": (
            "le seuil {limit} serait toujours ou jamais franchi : « {quantity} » va de {min} à {max} ; "
            "corrigez le seuil"
        ),
        "en": (
            'the limit {limit} would be crossed always or never: "{quantity}" goes from {min} to {max}; '
            "correct the limit"
        ),
    },
    "clear_outside": {
        "fr": (
            "l’alerte ne finirait jamais : « {quantity} » va de {min} à {max} et n’atteint pas {limit} ; corrigez clear"
        ),
        "en": (
            'the alert would never end: "{quantity}" goes from {min} to {max} and does not reach {limit}; correct clear'
        ),
    },
    "levels_mixed": {
        "fr": "ce niveau ne compare pas dans le même sens que le niveau {level} ; faites-en deux règles",
        "en": "this level does not compare in the same direction as level {level}; make two rules of it",
    },
    "levels_out_of_order": {
        "fr": "ce seuil ({higher}) serait franchi avant celui du niveau {level} ({lower}), moins grave ; échangez-les",
        "en": (
            "this limit ({higher}) would be crossed before that of level {level} ({lower}), which is less "
            "severe; swap them"
        ),
    },
    "factor_too_small": {
        "fr": "{value} serait dépassé par un capteur qui va bien ; écrivez un facteur supérieur à 1, par exemple 3",
        "en": "{value} would be passed by a device that is well; write a factor above 1, for example 3",
    },
    "measure_of_kind": {
        "fr": (
            "la mesure « {measure} » n’a pas de sens pour « {quantity} » (genre {kind}, agrégat {aggregate}) ; "
            "choisissez parmi : {known}"
        ),
        "en": (
            'measure "{measure}" means nothing for "{quantity}" (kind {kind}, aggregate {aggregate}); choose '
            "among: {known}"
        ),
    },
    "window_missing": {
        "fr": 'la mesure « {measure} » porte sur une durée ; ajoutez par exemple window = "1 h"',
        "en": 'measure "{measure}" is over a time; add for example window = "1 h"',
    },
    "window_unexpected": {
        "fr": "la valeur elle-même n’a pas de fenêtre ; ôtez window ou choisissez measure",
        "en": "the value itself has no window; remove window or choose a measure",
    },
    "window_zero": {
        "fr": 'une fenêtre dure plus de 0 s ; écrivez par exemple "1 h"',
        "en": 'a window is longer than 0 s; write for example "1 h"',
    },
    "window_too_short": {
        "fr": (
            "la fenêtre est plus courte que l’intervalle entre deux mesures ({interval} s) de {count} "
            "capteur(s) : {devices} ; allongez-la ou ôtez-les par except_devices"
        ),
        "en": (
            "the window is shorter than the interval between two readings ({interval} s) of {count} device(s): "
            "{devices}; make it longer or take them out with except_devices"
        ),
    },
    "longer_than_slot": {
        "fr": (
            "window et for ne tiennent ensemble dans aucune plage de « {calendar} », qui dure au plus "
            "{minutes} min ; raccourcissez-les"
        ),
        "en": (
            'window and for together fit into no slot of "{calendar}", which is at most {minutes} min long; '
            "shorten them"
        ),
    },
    "nobody_selected": {
        "fr": "aucun capteur ne répond à cette sélection ; élargissez-la, ou ôtez la règle",
        "en": "no device answers to this selection; widen it, or remove the rule",
    },
    "nobody_measures": {
        "fr": "aucun des capteurs sélectionnés ne mesure « {quantity} » ; corrigez la grandeur ou la sélection",
        "en": 'none of the selected devices measures "{quantity}"; correct the quantity or the selection',
    },
    "devices_lack_param": {
        "fr": (
            "il manque à {count} capteur(s) le nombre {param} : {devices} ; écrivez {param}=… dans params de "
            "devices.csv, ou ôtez-les par except_devices"
        ),
        "en": (
            "{count} device(s) lack the number {param}: {devices}; write {param}=... in params of devices.csv, "
            "or take them out with except_devices"
        ),
    },
    "bad_template": {
        "fr": "le modèle de phrase est incorrect ({detail}) ; corrigez-le",
        "en": "the template is wrong ({detail}); correct it",
    },
    "unknown_name": {
        "fr": "une phrase ne connaît pas « {value} » ; connus : {known}",
        "en": 'a message does not know "{value}"; known: {known}',
    },
    "bad_season": {
        "fr": '« {value} » n’est pas une saison ; écrivez deux jours, par exemple ["10-15", "04-30"]',
        "en": '"{value}" is not a season; write two days, for example ["10-15", "04-30"]',
    },
    "not_day": {
        "fr": "« {value} » n’est pas une date ; écrivez-la sans guillemets ni heure, par exemple 2026-11-23",
        "en": '"{value}" is not a date; write it without quotes and time, for example 2026-11-23',
    },
    "not_days": {
        "fr": (
            "« {value} » n’est pas une liste de dates ; écrivez-les sans guillemets, par exemple [2026-12-24, "
            "2026-12-31]"
        ),
        "en": '"{value}" is not a list of dates; write them without quotes, for example [2026-12-24, 2026-12-31]',
    },
    "unknown_calendar": {
        "fr": "le calendrier « {value} » est absent de calendars.toml ; connus : {known}",
        "en": 'calendar "{value}" is not in calendars.toml; known: {known}',
    },
    "unknown_zone": {
        "fr": "la zone « {value} » est absente de [holidays] ; connues : {known}",
        "en": 'zone "{value}" is not in [holidays]; known: {known}',
    },
    "no_periods": {
        "fr": "cette zone n’a aucune période de vacances ; ajoutez-en une",
        "en": "this zone has no period of holidays; add one",
    },
    "known_before_end": {
        "fr": (
            "des vacances finissent après le {value}, jusqu’où tout serait connu ; corrigez known_until ou "
            "cette période"
        ),
        "en": "holidays end after {value}, until which all should be known; correct known_until or that period",
    },
    "closed_and_opened": {
        "fr": "le {value} ne peut être à la fois ouvert et fermé ; ôtez-le de l’une des deux listes",
        "en": "{value} cannot be open and closed; remove it from one of the two lists",
    },
    "no_hours": {
        "fr": 'ce calendrier n’a aucune heure ; ajoutez par exemple mon = ["08:00-18:00"]',
        "en": 'this calendar has no hours; add for example mon = ["08:00-18:00"]',
    },
    "bad_hours": {
        "fr": '« {value} » n’est pas une plage d’heures ; écrivez par exemple "08:00-18:00" ou "23:00-05:00"',
        "en": '"{value}" is not a slot of hours; write for example "08:00-18:00" or "23:00-05:00"',
    },
    "hours_overlap": {
        "fr": "deux plages se recouvrent, peut-être par-dessus minuit ; séparez-les",
        "en": "two slots overlap, perhaps over midnight; part them",
    },
    "calendar_expires": {
        "fr": (
            "aucunes vacances scolaires n’y sont connues à partir du {day}, et les règles qui le suivent "
            "seront au repos ; ajoutez l’année suivante et avancez known_until"
        ),
        "en": (
            "no school holidays are known from {day} on, and the rules that follow it will be at rest; add the "
            "next year and move known_until"
        ),
    },
    # config/notify.toml
    "channel_kind": {
        "fr": "un canal mène à un seul endroit ; donnez exactement une de ces clés : {known}",
        "en": "a channel leads to one place; give exactly one of these keys: {known}",
    },
    "secret_in_notify": {
        "fr": (
            "cette adresse ou cette clé est un secret, elle n’a pas sa place ici ; écrivez « env:VARIABLE » ou "
            "« file:/run/secrets/nom », et changez-la si le fichier a été partagé"
        ),
        "en": (
            'this address or key is a secret and must not stand here; write "env:VARIABLE" or '
            '"file:/run/secrets/name", and change it if the file was shared'
        ),
    },
    "missing_variable": {
        "fr": "la variable d’environnement {name} est absente ou vide ; donnez-la au service (docs/notices.md)",
        "en": "environment variable {name} is missing or empty; give it to the service (docs/notices.md)",
    },
    "unreadable_secret": {
        "fr": "le secret {path} est illisible ou vide ({detail}) ; corrigez le chemin, les droits ou le contenu",
        "en": "secret {path} cannot be read or is empty ({detail}); correct the path, its permissions or its content",
    },
    "bad_web_address": {
        "fr": "ce n’est pas une adresse http:// ou https:// sans mot de passe ; corrigez-la",
        "en": "this is no http:// or https:// address without password; correct it",
    },
    "bad_mail_address": {
        "fr": (
            "ce n’est pas l’adresse d’un serveur de courrier ; écrivez par exemple "
            "smtps://utilisateur:motdepasse@hote:465/?from=vigiterre@exemple.fr&to=astreinte@exemple.fr, et "
            "plain=yes seulement sans mot de passe"
        ),
        "en": (
            "this is no address of a mail server; write for example "
            "smtps://user:password@host:465/?from=vigiterre@example.org&to=duty@example.org, and plain=yes only "
            "without password"
        ),
    },
    "bad_apprise_address": {
        "fr": "Apprise ne connaît pas cette sorte d’adresse ; corrigez-la d’après la documentation d’Apprise",
        "en": "Apprise does not know this kind of address; correct it after Apprise’s documentation",
    },
    "no_channels": {
        "fr": '« {value} » n’est pas une liste de canaux ; écrivez par exemple ["courriel"]',
        "en": '"{value}" is no list of channels; write for example ["mail"]',
    },
    "unknown_channel": {
        "fr": "le canal « {value} » est absent de [channels] ; connus : {known}",
        "en": 'channel "{value}" is not in [channels]; known: {known}',
    },
    "unknown_rota": {
        "fr": "le tour d’astreinte « {value} » est absent de [rotas] ; connus : {known}",
        "en": 'rota "{value}" is not in [rotas]; known: {known}',
    },
    "rota_cycle": {
        "fr": "le tour de « {value} » revient à lui-même ; ôtez-le de ses membres",
        "en": 'the rota of "{value}" leads back to itself; take it out of its members',
    },
    "bad_turn": {
        "fr": '« {value} » n’est pas la durée d’un tour ; écrivez "day", "week" ou par exemple "2 weeks"',
        "en": '"{value}" is not the length of a turn; write "day", "week" or for example "2 weeks"',
    },
    "bad_week_moment": {
        "fr": '« {value} » n’est pas un moment de la semaine ; écrivez par exemple "mon 08:00"',
        "en": '"{value}" is not a moment of the week; write for example "mon 08:00"',
    },
    "handover_of_turn": {
        "fr": (
            '« {value} » ne va pas avec la durée du tour ; avec des semaines écrivez "mon 08:00", avec des '
            'jours "08:00"'
        ),
        "en": '"{value}" does not go with the length of a turn; with weeks write "mon 08:00", with days "08:00"',
    },
    "overrides_overlap": {
        "fr": "deux remplacements se recouvrent, on ne saurait qui appeler ; séparez-les",
        "en": "two overrides overlap, so nobody knows whom to call; part them",
    },
    "too_short": {
        "fr": "« {value} » est trop court ; donnez au moins une minute",
        "en": '"{value}" is too short; give at least a minute',
    },
    # rule tests
    "no_tests": {
        "fr": "aucun test dans ce fichier ; ajoutez une table [[tests]]",
        "en": "there is no test in this file; add a table [[tests]]",
    },
    "test_of_nothing": {
        "fr": "ce test n’a ni capteur ni contrôle ; ajoutez device, [[tests.devices]] ou checks",
        "en": "this test has neither a device nor a check; add device, [[tests.devices]] or checks",
    },
    "device_and_devices": {
        "fr": "device et devices se contredisent ; gardez l’un des deux",
        "en": "device and devices contradict each other; keep one of them",
    },
    "device_twice": {
        "fr": "« {value} » est donné deux fois ; réunissez ses mesures, ou donnez un autre id",
        "en": '"{value}" is given twice; put its readings together, or give another id',
    },
    "interval_zero": {
        "fr": 'un pas de 0 n’avance pas ; écrivez par exemple "10 min"',
        "en": 'a step of 0 goes nowhere; write for example "10 min"',
    },
    "series_without_interval": {
        "fr": 'une suite de valeurs demande le pas ; ajoutez par exemple interval = "10 min" au test',
        "en": 'a series needs its step; add for example interval = "10 min" to the test',
    },
    "bad_series": {
        "fr": "« {value} » ne se lit pas dans une suite ; écrivez 2.5, _, 0.5x6, _x3 ou 2-0.5x6",
        "en": '"{value}" cannot be read in a series; write 2.5, _, 0.5x6, _x3 or 2-0.5x6',
    },
    "not_measured": {
        "fr": "{device} ne mesure pas « {value} » ; mesurées : {known}",
        "en": '{device} does not measure "{value}"; measured: {known}',
    },
    "value_implausible": {
        "fr": "{value} serait refusé avant toute règle, les valeurs vont de {min} à {max} ; corrigez-le",
        "en": "{value} would be refused before any rule, values go from {min} to {max}; correct it",
    },
    "bad_moment": {
        "fr": (
            '« {value} » n’est pas un moment du test ; écrivez la durée depuis le début, "25 min", ou une date '
            "et son heure sans guillemets, 2026-01-12T03:25:00+01:00"
        ),
        "en": (
            '"{value}" is not a moment of the test; write the time since its start, "25 min", or a date and time '
            "without quotes, 2026-01-12T03:25:00+01:00"
        ),
    },
    "bad_instant": {
        "fr": ("« {value} » n’est pas une date avec son heure ; écrivez-la sans guillemets, 2026-01-12T03:00:00+01:00"),
        "en": '"{value}" is not a date with its time; write it without quotes, 2026-01-12T03:00:00+01:00',
    },
    "received_before": {
        "fr": "une mesure n’est pas reçue avant d’être faite ; corrigez at ou received",
        "en": "no reading is received before it is made; correct at or received",
    },
    "until_not_after": {
        "fr": "until doit suivre {key} ; corrigez l’un des deux",
        "en": "until must come after {key}; correct one of them",
    },
    "expect_or_none": {
        "fr": (
            "dites ce qui est attendu, l’un ou l’autre : des tables [[tests.expect]], ou none = true si aucune "
            "alerte ne doit venir"
        ),
        "en": "say what is expected, one or the other: tables [[tests.expect]], or none = true for no alert at all",
    },
    "test_too_long": {
        "fr": "le test dure plus de {days} jours ; rapprochez la fin du début",
        "en": "the test lasts more than {days} days; move its end nearer to its start",
    },
    "test_ends_early": {
        "fr": "le test finit avant ce qu’il envoie ou attend ; reculez end ou ôtez-le",
        "en": "the test ends before what it sends or expects; move end or remove it",
    },
}
