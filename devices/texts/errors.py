"""What `devices.errors` says to a person: a store that is away, a file that is newer than this program."""

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
