"""What a technician does about a store that does not answer, in French and in English."""

from typing import Self

from devices.problems import LANGUAGES, Bilingual

REMEDIES: dict[str, dict[str, str]] = {
    "start": {
        "fr": "vérifiez que le serveur {server} tourne et que store.url donne le bon hôte et le bon port",
        "en": "check that the server {server} runs and that store.url names the right host and port",
    },
    "certificate": {
        "fr": "le certificat de {server} n'est pas reconnu : s'il vient d'une autorité privée, donnez-la par la "
        "variable SSL_CERT_FILE ; s'il a expiré, renouvelez-le",
        "en": "the certificate of {server} is not trusted: if a private authority issued it, name that in variable "
        "SSL_CERT_FILE; if it has expired, renew it",
    },
    "credentials": {
        "fr": "vérifiez l'utilisateur dans store.url et le contenu de store.password_file "
        "(InfluxDB 2 et 3 : le mot de passe est le jeton d'API), et ses droits sur la base {database}",
        "en": "check the user in store.url and the content of store.password_file "
        "(InfluxDB 2 and 3: the password is the API token), and its rights on database {database}",
    },
    "missing": {
        "fr": "la base {database} ou une de ses politiques de rétention manque : relancez vigiterre, qui les crée "
        "au démarrage, ou créez-les",
        "en": "the database {database} or one of its retention policies is missing: restart vigiterre, which creates "
        "them as it starts, or create them",
    },
    "admin": {
        "fr": "ce compte n'a pas le droit de créer : exécutez en administrateur {statement}",
        "en": "this account may not create: run as administrator {statement}",
    },
    "buckets": {
        "fr": "en administrateur, créez ce qui manque ({buckets}) avec sa correspondance DBRP, et donnez à ce compte "
        "le droit de le lire et d'y écrire : config/influxdb/init.sh le fait, docs/production.md dit comment ; si rien "
        "ne manque, vérifiez l'utilisateur de store.url et ses droits",
        "en": "as administrator, create what is missing ({buckets}) with its DBRP mapping, and let this account read "
        "and write it: config/influxdb/init.sh does so, docs/production.md says how; where nothing is missing, check "
        "the user in store.url and its rights",
    },
    "not_influxdb": {
        "fr": "{server} ne répond pas comme InfluxDB 1, 2 ou 3 : corrigez store.url",
        "en": "{server} does not answer as InfluxDB 1, 2 or 3 do: correct store.url",
    },
    "request": {
        "fr": "le serveur refuse la requête elle-même, pas les mesures : vérifiez store.url et tout proxy",
        "en": "the server refuses the request itself, not the readings: check store.url and any proxy",
    },
    "row_limit": {
        "fr": "la réponse est tronquée : mettez max-row-limit = 0 dans la section [http] d'influxdb.conf",
        "en": "the answer is cut short: set max-row-limit = 0 in section [http] of influxdb.conf",
    },
    "organisation": {
        "fr": "ce jeton voit plusieurs organisations : ajoutez ?org=NOM à store.url ({found})",
        "en": "this token sees several organisations: add ?org=NAME to store.url ({found})",
    },
    "disk_full": {
        "fr": "le disque de {path} est plein : libérez de la place ou baissez la rétention ; rien n'est perdu, "
        "l'écriture reprendra",
        "en": "the disk of {path} is full: make room or lower the retention; nothing is lost, writing will resume",
    },
    "locked": {
        "fr": "un autre programme tient {path} : arrêtez-le (sqlite3, sauvegarde, second vigiterre)",
        "en": "another program holds {path}: stop it (sqlite3, a backup, a second vigiterre)",
    },
    "open": {
        "fr": "{path} ne peut être ouvert : vérifiez que le dossier existe et que vigiterre peut y écrire",
        "en": "{path} cannot be opened: check that the folder exists and that vigiterre may write to it",
    },
    "corrupt": {
        "fr": "{path} est abîmé ou n'est pas une base SQLite : arrêtez vigiterre, mettez le fichier de "
        "côté, restaurez la sauvegarde ou récupérez avec « sqlite3 {path} .recover » ; le journal garde les "
        "mesures récentes",
        "en": "{path} is damaged or no SQLite database: stop vigiterre, put the file aside, restore the backup or "
        'recover with "sqlite3 {path} .recover"; the journal keeps recent readings',
    },
    "disk": {
        "fr": "le disque de {path} ne lit ou n'écrit plus : regardez dmesg et l'état du disque",
        "en": "the disk of {path} no longer reads or writes: look at dmesg and the state of the disk",
    },
    "newer": {
        "fr": "{path} a été écrit par une version plus récente (schéma {found}, ici {known}) : mettez vigiterre à jour",
        "en": "{path} was written by a newer version (schema {found}, here {known}): upgrade vigiterre",
    },
    "foreign": {
        "fr": "{path} contient déjà les tables d'un autre programme : donnez un autre fichier dans store.url",
        "en": "{path} already holds another program's tables: name another file in store.url",
    },
    "schema": {
        "fr": "{path} n'est pas encore une base de vigiterre : lancez d'abord vigiterre run",
        "en": "{path} is no database of vigiterre yet: start vigiterre run first",
    },
    "url": {
        "fr": "store.url doit être l'une de : {forms}",
        "en": "store.url must be one of: {forms}",
    },
    "url_password": {
        "fr": "retirez le mot de passe de store.url et donnez-le par store.password_file ; "
        "changez-le s'il a été partagé",
        "en": "take the password out of store.url and give it by store.password_file; change it if it was shared",
    },
}


class Remedy(Bilingual):
    """A text of REMEDIES with its facts."""

    __slots__ = ()

    def __new__(cls, code: str, **facts: object) -> Self:
        return super().__new__(cls, *(REMEDIES[code][language].format(**facts) for language in LANGUAGES))
