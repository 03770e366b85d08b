"""What the doctor says of certificates, and of connections without any."""

TEXTS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "tls.good": (
        (
            "le certificat {what} ({name}) est valable jusqu'au {ends}, encore {days} jours",
            "the certificate {what} ({name}) is good until {ends}, for {days} days",
        ),
        ("", ""),
    ),
    "tls.ends_soon": (
        (
            "le certificat {what} ({name}) prend fin le {ends}, dans {days} jours",
            "the certificate {what} ({name}) ends on {ends}, in {days} days",
        ),
        (
            "renouvelez-le ; les fichiers renouvelés sont repris sans redémarrage (docs/reverse-proxy.md)",
            "renew it; renewed files are taken up without a restart (docs/reverse-proxy.md)",
        ),
    ),
    "tls.over": (
        (
            "le certificat {what} ({name}) a pris fin le {ends}",
            "the certificate {what} ({name}) ended on {ends}",
        ),
        (
            "renouvelez-le aujourd'hui : personne ne l'accepte plus",
            "renew it today: nobody accepts it any more",
        ),
    ),
    "tls.not_yet": (
        (
            "le certificat {what} ({name}) ne vaut qu'à partir du {begins}",
            "the certificate {what} ({name}) is good from {begins} only",
        ),
        (
            "remplacez-le, ou réglez l'horloge de cette machine",
            "replace it, or set the clock of this machine",
        ),
    ),
    "tls.authority": (
        (
            "l'autorité des capteurs vaut jusqu'au {ends}, encore {days} jours ; {count} certificats en vigueur",
            "the devices' authority is good until {ends}, for {days} days; {count} certificates in force",
        ),
        ("", ""),
    ),
    "tls.authority_ends": (
        (
            "l'autorité des capteurs prend fin le {ends}, dans {days} jours, et {count} certificats avec elle",
            "the devices' authority ends on {ends}, in {days} days, and {count} certificates with it",
        ),
        (
            "`vigiterre devices certificates init --replace`, puis un certificat nouveau à chaque capteur",
            "`vigiterre devices certificates init --replace`, then a new certificate for each device",
        ),
    ),
    "tls.devices_end": (
        (
            "{count} capteur(s) dont le certificat prend fin d'ici {days} jours, ou vient de le faire : {names}",
            "{count} device(s) whose certificate ends within {days} days, or has just ended: {names}",
        ),
        (
            "`vigiterre devices certificates create ID --renewal` ; `devices certificates list` les montre tous",
            "`vigiterre devices certificates create ID --renewal`; `devices certificates list` shows all of them",
        ),
    ),
    "tls.revocations_due": (
        (
            "{count} certificat(s) révoqué(s) que le courtier laisse encore entrer",
            "{count} revoked certificate(s) that the broker lets in still",
        ),
        ("`vigiterre broker apply`, maintenant", "`vigiterre broker apply`, now"),
    ),
    "tls.unusable": (("{problem}", "{problem}"), ("", "")),
    "tls.exposed": (
        (
            "la clé {path} est lisible de tous les comptes de cette machine",
            "the key {path} can be read by every account of this machine",
        ),
        ("`chmod o= {path}`, et le groupe du service", "`chmod o= {path}`, and the group of the service"),
    ),
    "tls.not_in_force": (
        (
            "le processus montre encore un certificat valable jusqu'au {shown} ; le fichier, jusqu'au {file}",
            "the process still shows a certificate good until {shown}; that of the file is until {file}",
        ),
        (
            "attendez une minute, ou envoyez-lui SIGHUP ; si cela dure, voyez `/readyz` et son journal",
            "wait a minute, or send it SIGHUP; if it stays so, look at `/readyz` and its log",
        ),
    ),
    "tls.pages_in_clear": (
        (
            "les pages écoutent sur {bind} sans TLS : mots de passe et sessions s'y lisent en chemin",
            "the pages listen at {bind} without TLS: passwords and sessions can be read on the way",
        ),
        (
            (
                "console.cert_file et console.key_file, ou un mandataire et console.proxies (docs/reverse-proxy.md) ; "
                "sans objet dans un conteneur dont le port n'est publié que sur sa machine"
            ),
            (
                "console.cert_file and console.key_file, or a proxy and console.proxies (docs/reverse-proxy.md); "
                "without object in a container whose port is published on its machine only"
            ),
        ),
    ),
    "tls.store_in_clear": (
        (
            "la connexion à la base {host} n'est pas chiffrée : mot de passe et mesures s'y lisent, et s'y falsifient",
            "the connection to store {host} is not encrypted: password and readings can be read and forged on the way",
        ),
        (
            "store.url en influxdbs:// ; sans objet si le réseau n'est qu'entre vos conteneurs",
            "influxdbs:// in store.url; without object on a network that is only your containers'",
        ),
    ),
}
