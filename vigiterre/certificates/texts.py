"""What is said of devices' certificates and of the authority that signs them, in French and in English."""

CERTIFICATES: dict[str, dict[str, str]] = {
    "authority_exists": {
        "fr": "ce territoire a déjà une autorité ; rien n'a été fait. --replace en fait une autre, et tous les "
        "certificats de capteurs sont alors à refaire",
        "en": "this territory has an authority already; nothing was done. --replace makes another one, and then every "
        "device's certificate must be made anew",
    },
    "no_authority": {
        "fr": "ce territoire n'a pas d'autorité de certificats ; faites-la : vigiterre devices certificates init",
        "en": "this territory has no authority of certificates; make it: vigiterre devices certificates init",
    },
    "has_one": {
        "fr": "{count} capteur(s) ont déjà un certificat valable : {names} ; rien n'a été fait. --renewal en donne un "
        "autre, `revoke --older` finit ensuite l'ancien",
        "en": "{count} device(s) have a good certificate already: {names}; nothing was done. --renewal gives another "
        "one, `revoke --older` then ends the one before",
    },
    "has_none": {
        "fr": "{count} capteur(s) sans certificat valable : {names} ; rien n'a été fait. `list` les montre",
        "en": "{count} device(s) without a good certificate: {names}; nothing was done. `list` shows them",
    },
    "nothing_older": {
        "fr": "{count} capteur(s) n'ont qu'un certificat valable, ou aucun : {names} ; rien n'a été fait. Sans "
        "--older, le dernier est révoqué aussi",
        "en": "{count} device(s) have one good certificate only, or none: {names}; nothing was done. Without --older "
        "the newest is revoked too",
    },
    "is_service": {
        "fr": "{names} : un compte de service porte ce nom, et le certificat en donnerait les droits ; rien n'a été "
        "fait. Donnez un autre identifiant au capteur",
        "en": "{names}: an account of a service has this name, and the certificate would give its rights; nothing was "
        "done. Give the device another id",
    },
    "file_exists": {
        "fr": "{file} existe déjà et n'est pas remplacé ; rien n'a été fait. Nommez un endroit nouveau",
        "en": "{file} exists already and is not replaced; nothing was done. Name a new place",
    },
    "requests_folder": {
        "fr": "--csr {file} est un fichier, pour un seul capteur ; pour plusieurs, donnez le dossier de leurs "
        "demandes ID.csr",
        "en": "--csr {file} is a file, for one device only; for several give the folder of their requests ID.csr",
    },
    "bad_request": {
        "fr": "{file} n'est pas une demande de certificat lisible (PKCS 10, PEM ou DER) ; rien n'a été fait. "
        "Par exemple : openssl req -new -key capteur.key -subj /CN=IDENTIFIANT",
        "en": "{file} is no request for a certificate that can be read (PKCS 10, PEM or DER); nothing was done. "
        "For example: openssl req -new -key device.key -subj /CN=ID",
    },
    "other_name": {
        "fr": "{file} demande un certificat pour {found} et non pour « {name} » seul ; rien n'a été fait. Refaites la "
        "demande avec -subj /CN={name}",
        "en": '{file} asks for a certificate for {found} and not for "{name}" alone; nothing was done. Make the '
        "request again with -subj /CN={name}",
    },
    "unsigned": {
        "fr": "la signature de {file} n'est pas celle de la clé qu'il contient ; rien n'a été fait. Refaites la "
        "demande sur le capteur",
        "en": "the signature of {file} is not that of the key in it; nothing was done. Make the request again on the "
        "device",
    },
    "weak_key": {
        "fr": "{file} : {found} n'est pas acceptée ; rien n'a été fait. Faites une clé EC P-256, P-384, P-521, "
        "Ed25519 ou RSA de 2048 à 8192 bits, signée avec SHA-256 ou mieux",
        "en": "{file}: {found} is not accepted; nothing was done. Make a key of EC P-256, P-384, P-521, Ed25519 or RSA "
        "of 2048 to 8192 bits, signed with SHA-256 or better",
    },
    "short_passphrase": {
        "fr": "la phrase de la clé est trop courte : au moins {least} caractères ; rien n'a été fait",
        "en": "the passphrase of the key is too short: at least {least} characters; nothing was done",
    },
    "key_away": {
        "fr": "la clé de l'autorité {file} n'est pas là ou ne peut être lue ({detail}) ; branchez le support qui la "
        "porte, corrigez authority.key_file, ou lancez la commande sous le compte qui peut la lire",
        "en": "the authority's key {file} is not there or cannot be read ({detail}); plug in what it is kept on, "
        "correct authority.key_file, or run the command as the account that may read it",
    },
    "key_exposed": {
        "fr": "la clé de l'autorité {file} est ouverte à d'autres comptes que le sien ; chmod 0600 {file}, et "
        "faites-en une autre (init --replace) si quelqu'un a pu la lire",
        "en": "the authority's key {file} is open to other accounts than its own; chmod 0600 {file}, and make another "
        "one (init --replace) if somebody may have read it",
    },
    "key_locked": {
        "fr": "la clé de l'autorité {file} demande une phrase : donnez authority.passphrase_file, ou "
        "VIGITERRE_AUTHORITY__PASSPHRASE",
        "en": "the authority's key {file} asks for a passphrase: give authority.passphrase_file, or "
        "VIGITERRE_AUTHORITY__PASSPHRASE",
    },
    "wrong_passphrase": {
        "fr": "la phrase donnée n'ouvre pas la clé de l'autorité {file} ; corrigez authority.passphrase_file",
        "en": "the passphrase given does not open the authority's key {file}; correct authority.passphrase_file",
    },
    "no_key": {
        "fr": "{file} n'est pas une clé EC en PEM ; corrigez authority.key_file",
        "en": "{file} is no EC key in PEM; correct authority.key_file",
    },
    "other_key": {
        "fr": "{file} est la clé d'une autre autorité que celle de ce territoire ; corrigez authority.key_file",
        "en": "{file} is the key of another authority than this territory's; correct authority.key_file",
    },
}
