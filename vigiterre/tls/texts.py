"""What is wrong with the certificate of the pages, in French and in English, and what to do."""

from devices.problems import Bilingual

TEXTS: dict[str, dict[str, str]] = {
    "pair": {
        "fr": "console.cert_file et console.key_file vont ensemble ; donnez les deux ou aucun",
        "en": "console.cert_file and console.key_file belong together; give both or neither",
    },
    "unreadable": {
        "fr": "le fichier {path} ne peut être lu ({detail}) ; corrigez {setting}, ou ouvrez-le au compte du service",
        "en": "the file {path} cannot be read ({detail}); correct {setting}, or open it to the service's account",
    },
    "no_certificate": {
        "fr": "le fichier {path} ne contient aucun certificat PEM lisible ; corrigez console.cert_file",
        "en": "the file {path} holds no PEM certificate that can be read; correct console.cert_file",
    },
    "locked": {
        "fr": "la clé {path} est protégée par un mot de passe, que personne ne donnerait au démarrage ; ôtez-le",
        "en": "the key {path} is protected by a password, which nobody would give at the start; remove it",
    },
    "mismatch": {
        "fr": "la clé {key} n'est pas celle du certificat {cert} ; corrigez console.key_file",
        "en": "the key {key} is not that of the certificate {cert}; correct console.key_file",
    },
    "unusable": {
        "fr": "{cert} et {key} ne peuvent servir ensemble ({detail}) ; corrigez console.cert_file et console.key_file",
        "en": "{cert} and {key} cannot be used together ({detail}); correct console.cert_file and console.key_file",
    },
    "kept": {
        "fr": "le nouveau certificat est refusé, l'ancien reste en service jusqu'au {ends} : {why}",
        "en": "the new certificate is refused, the one before stays in use until {ends}: {why}",
    },
    "over": {
        "fr": "le certificat {path} a pris fin le {ends} : les navigateurs refusent les pages ; renouvelez-le",
        "en": "the certificate {path} ended on {ends}: browsers refuse the pages; renew it",
    },
    "ends": {
        "fr": "le certificat {what} ({path}) prend fin le {ends} ; renouvelez-le, `vigiterre doctor` dit le reste",
        "en": "the certificate {what} ({path}) ends on {ends}; renew it, `vigiterre doctor` says the rest",
    },
    "ended": {
        "fr": "le certificat {what} ({path}) a pris fin le {ends} : personne ne l'accepte plus ; renouvelez-le",
        "en": "the certificate {what} ({path}) ended on {ends}: nobody accepts it any more; renew it",
    },
    "of_pages": {"fr": "des pages", "en": "of the pages"},
    "of_client": {"fr": "que nous montrons au courtier", "en": "that we show the broker"},
    "of_authority": {"fr": "de l'autorité du courtier", "en": "of the broker's authority"},
    "of_broker": {"fr": "du courtier", "en": "of the broker"},
    "not_yet": {
        "fr": "le certificat {path} ne vaut qu'à partir du {begins} ; remplacez-le, ou réglez l'horloge",
        "en": "the certificate {path} is good from {begins} only; replace it, or set the clock",
    },
    "exposed": {
        "fr": "la clé {path} est lisible de tous les comptes de cette machine ; `chmod o= {path}`",
        "en": "the key {path} can be read by every account of this machine; `chmod o= {path}`",
    },
}


def said(key: str, /, **facts: object) -> Bilingual:
    """One of the texts with its facts."""
    return Bilingual.of(TEXTS[key], **facts)
