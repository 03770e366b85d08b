"""Problems of any spreadsheet: its text, its header, its cells, and its import."""

PROBLEMS: dict[str, dict[str, str]] = {
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
    "empty_cell": {
        "fr": "la cellule est vide ; remplissez-la",
        "en": "the cell is empty; fill it",
    },
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
}
