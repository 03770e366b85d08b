"""Problems of any file, and of any TOML file: absent, unreadable, a key or value of the wrong shape."""

PROBLEMS: dict[str, dict[str, str]] = {
    "missing_file": {
        "fr": "fichier absent ; créez-le ou corrigez --config",
        "en": "file is missing; create it or correct --config",
    },
    "unreadable_file": {
        "fr": "fichier illisible ({detail}) ; corrigez le chemin ou les droits",
        "en": "file cannot be read ({detail}); correct the path or its permissions",
    },
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
    "no_such_file": {
        "fr": "ce fichier n’existe pas ; corrigez le chemin",
        "en": "there is no such file; correct the path",
    },
}
