"""Words of the pieces, in French and in English."""

TEXTS: dict[str, dict[str, str]] = {
    "fr": {
        "too_long": "Trop long : {length} caractères, au plus {longest}.",
        "no_choice": "« {value} » n'est pas un choix possible ; il n'en a pas été tenu compte.",
        "no_number": "« {value} » n'est pas un nombre entier entre 1 et {most}.",
        "problems": "À corriger",
        "error": "Erreur",
        "any": "Tout",
        "pages": "Pages de la liste",
        "page_of": "Page {page} sur {pages}, lignes {first} à {last} sur {total}",
        "before": "Page précédente",
        "after": "Page suivante",
        "colon": " :",
    },
    "en": {
        "too_long": "Too long: {length} characters, at most {longest}.",
        "no_choice": "“{value}” is not one of the choices; it was left out.",
        "no_number": "“{value}” is no whole number from 1 to {most}.",
        "problems": "To be corrected",
        "error": "Error",
        "any": "All",
        "pages": "Pages of the list",
        "page_of": "Page {page} of {pages}, rows {first} to {last} of {total}",
        "before": "Page before",
        "after": "Next page",
        "colon": ":",
    },
}
