"""What is said of the broker's accounts and files: `broker`, `devices credentials`."""

TEXTS: dict[str, dict[str, str]] = {
    "secrets_shown": {
        "fr": "{count} secret(s), montrés cette fois seulement :",
        "en": "{count} secret(s), shown this once only:",
    },
    "secrets_written": {
        "fr": "{count} secret(s) dans {file}, que ce compte seul peut lire. Effacez-le quand ils sont en place.",
        "en": "{count} secret(s) in {file}, which this account alone may read. Delete it once they are in place.",
    },
    "secret_shown": {
        "fr": "Mot de passe de {name}, montré cette fois seulement :",
        "en": "Password of {name}, shown this once only:",
    },
    "secret_written": {
        "fr": "Mot de passe de {name} dans {file}, que ce compte seul peut lire.",
        "en": "Password of {name} in {file}, which this account alone may read.",
    },
    "secret_taken": {
        "fr": "{name} entre avec le secret de {file}.",
        "en": "{name} gets in with the secret in {file}.",
    },
    "account_there": {
        "fr": "{name} a déjà le secret de {file} ; rien à changer.",
        "en": "{name} has the secret in {file} already; nothing to change.",
    },
    "credentials_revoked": {"fr": "{count} compte(s) révoqué(s).", "en": "{count} account(s) revoked."},
    "apply_due": {
        "fr": "Le courtier ne le sait pas encore : `vigiterre broker apply`.",
        "en": "The broker does not know of it yet: `vigiterre broker apply`.",
    },
    "no_credential": {
        "fr": "Aucun compte de capteur. Voyez `vigiterre devices credentials create`.",
        "en": "No account of a device. See `vigiterre devices credentials create`.",
    },
    "no_broker_account": {
        "fr": "Aucun compte de service. Le premier : vigiterre broker accounts create ingest NOM --out FICHIER",
        "en": "No account of a service. The first: vigiterre broker accounts create ingest NAME --out FILE",
    },
    "passwords_exported": {
        "fr": "{file} : {count} compte(s), des empreintes et non des mots de passe.",
        "en": "{file}: {count} account(s), hashes and no passwords.",
    },
    "broker_rendered": {
        "fr": "Pour {accounts} compte(s) ; le courtier n'en sait rien.",
        "en": "For {accounts} account(s); the broker knows nothing of it.",
    },
    "broker_applied": {
        "fr": "En vigueur et éprouvé : {accounts} compte(s), {changed} fichier(s) changé(s) dans {folder}.",
        "en": "In force and proven: {accounts} account(s), {changed} file(s) changed in {folder}.",
    },
    "broker_doubt": {"fr": "À savoir : {doubt}.", "en": "To know: {doubt}."},
    "certificates_founded": {
        "fr": "Autorité faite ; sa clé est {file}, que ce compte seul peut lire. Sauvegardez-la à part : sans elle, ni "
        "nouveau certificat, ni révocation.",
        "en": "The authority is made; its key is {file}, which this account alone may read. Keep a copy apart: without "
        "it no new certificate, and no revocation.",
    },
    "certificates_replaced": {
        "fr": "Les certificats de {count} capteur(s) ne valent plus rien.",
        "en": "The certificates of {count} device(s) are worth nothing any more.",
    },
    "certificates_written": {
        "fr": "{count} certificat(s) et leurs clés dans {folder}, que ce compte seul peut lire, bons jusqu'au {ends}. "
        "Effacez-les quand ils sont en place.",
        "en": "{count} certificate(s) and their keys in {folder}, which this account alone may read, good until "
        "{ends}. Delete them once they are in place.",
    },
    "certificates_signed": {
        "fr": "{count} certificat(s) dans {folder}, bons jusqu'au {ends}.",
        "en": "{count} certificate(s) in {folder}, good until {ends}.",
    },
    "certificates_revoked": {"fr": "{count} certificat(s) révoqué(s).", "en": "{count} certificate(s) revoked."},
    "no_certificate": {
        "fr": "Aucun certificat de capteur. Voyez `vigiterre devices certificates create`.",
        "en": "No certificate of a device. See `vigiterre devices certificates create`.",
    },
    "state_ended": {"fr": "échu", "en": "ended"},
    "broker_written": {
        "fr": "Écrit : {accounts} compte(s), {changed} fichier(s) changé(s) dans {folder}. "
        "En vigueur dès que mosquitto redémarre.",
        "en": "Written: {accounts} account(s), {changed} file(s) changed in {folder}. "
        "In force once mosquitto is started again.",
    },
    "state_in_force": {"fr": "en vigueur", "en": "in force"},
    "state_revoked": {"fr": "révoqué", "en": "revoked"},
    "state_gone": {"fr": "hors inventaire", "en": "not in the inventory"},
}
