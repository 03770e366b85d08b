"""What can go wrong between the broker and the journal, in the words of whoever is woken by it: French and English.

Each text says what is wrong, then what to do. The codes are stable; people filter and script on them.
"""

from collections.abc import Mapping
from typing import NamedTuple

from devices.errors import VigiterreError
from devices.problems import Bilingual, Language

OURS = "mqtt"

TEXTS: dict[str, tuple[str, str]] = {
    # settings
    "url_scheme": (
        "l'adresse du courtier doit commencer par mqtt:// ou mqtts:// ; corrigez mqtt.url",
        "the broker's address must start with mqtt:// or mqtts://; correct mqtt.url",
    ),
    "url_host": (
        "l'adresse du courtier doit être mqtt://utilisateur@hôte:port, sans rien après ; corrigez mqtt.url",
        "the broker's address must be mqtt://user@host:port with nothing after it; correct mqtt.url",
    ),
    "url_password": (
        "l'adresse du courtier contient un mot de passe ; ôtez-le de mqtt.url et donnez mqtt.password_file",
        "the broker's address holds a password; remove it from mqtt.url and give mqtt.password_file",
    ),
    "client_id": (
        "le nom de client est vide : sans nom fixe, le courtier ne garde pas la session ; donnez-en un",
        "the client id is empty: without a fixed one the broker keeps no session; give one",
    ),
    "topics": (
        "aucun abonnement : rien ne serait reçu ; donnez au moins un filtre de sujets",
        "no subscription: nothing would be received; give at least one topic filter",
    ),
    "share": (
        "le groupe partagé « {share} » contient /, + ou # ; choisissez un nom simple dans mqtt.share",
        "the shared group '{share}' contains /, + or #; choose a plain name in mqtt.share",
    ),
    "session_expiry": (
        "la session doit durer au moins 7 jours ({minimum} s), pas {given} s : une longue panne perdrait des mesures",
        "the session must last at least 7 days ({minimum} s), not {given} s: a long outage would lose readings",
    ),
    "bounds": (
        "{name} doit valoir entre {minimum} et {maximum}, pas {given}",
        "{name} must be between {minimum} and {maximum}, not {given}",
    ),
    "tls_scheme": (
        "des fichiers TLS sont donnés mais l'adresse est en mqtt:// (en clair) ; écrivez mqtts:// dans mqtt.url",
        "TLS files are given but the address is mqtt:// (in clear); write mqtts:// in mqtt.url",
    ),
    "tls_pair": (
        "mqtt.cert_file et mqtt.key_file vont ensemble ; donnez les deux ou aucun",
        "mqtt.cert_file and mqtt.key_file belong together; give both or neither",
    ),
    # reaching the broker
    "unreachable": (
        "rien n'écoute sur {address} ; démarrez le courtier ou corrigez {section}.url",
        "nothing listens at {address}; start the broker or correct {section}.url",
    ),
    "unknown_host": (
        "le nom {address} est inconnu du DNS ; corrigez {section}.url ou le DNS",
        "the name {address} is unknown to the DNS; correct {section}.url or the DNS",
    ),
    "network": (
        "le réseau vers {address} est en défaut ({detail}) ; vérifiez le réseau et le courtier",
        "the network to {address} failed ({detail}); check the network and the broker",
    ),
    "connect_timeout": (
        "{address} ne répond pas en {seconds} s ; vérifiez le réseau, le pare-feu et le courtier",
        "{address} does not answer within {seconds} s; check the network, the firewall and the broker",
    ),
    "no_answer": (
        "{address} ne répond pas à {packet} en {seconds} s ; redémarrez le courtier s'il est figé, ou corrigez le port",
        "{address} does not answer {packet} within {seconds} s; restart the broker if it hangs, or correct the port",
    ),
    "tls_file": (
        "le fichier {path} ne peut être lu comme {what} ({detail}) ; corrigez {setting}",
        "the file {path} cannot be read as {what} ({detail}); correct {setting}",
    ),
    "tls_untrusted": (
        "le certificat de {address} n'est signé par aucune autorité reconnue ({detail}) ; corrigez {section}.ca_file",
        "the certificate of {address} is signed by no trusted authority ({detail}); correct {section}.ca_file",
    ),
    "tls_host": (
        "le certificat de {address} est au nom d'un autre hôte ({detail}) ; corrigez {section}.url ou le certificat",
        "the certificate of {address} names another host ({detail}); correct {section}.url or the certificate",
    ),
    "tls_date": (
        "le certificat de {address} n'est pas valable aujourd'hui ({detail}) ; renouvelez-le ou réglez l'horloge",
        "the certificate of {address} is not valid today ({detail}); renew it or set the clock",
    ),
    "tls_failed": (
        "la négociation TLS avec {address} échoue ({detail}) ; voyez le port, {section}.ca_file et {section}.cert_file",
        "the TLS handshake with {address} fails ({detail}); check the port, {section}.ca_file and {section}.cert_file",
    ),
    # what the broker answers
    "bad_credentials": (
        "le courtier refuse le nom d'utilisateur ou le mot de passe ; voyez {section}.url et {section}.password_file",
        "the broker refuses the user name or password; check {section}.url and {section}.password_file",
    ),
    "client_id_refused": (
        "le courtier refuse le nom de client {client_id} ; changez-le ou autorisez-le",
        "the broker refuses the client id {client_id}; change it or allow it",
    ),
    "not_mqtt5": (
        "{address} ne parle pas MQTT 5 (premiers octets : {head}) ; corrigez le port ou activez MQTT 5",
        "{address} does not speak MQTT 5 (first bytes: {head}); correct the port or enable MQTT 5",
    ),
    "not_mqtt311": (
        "{address} ne parle pas MQTT 3.1.1 ({detail}) ; corrigez {section}.url ou prévenez qui tient ce courtier",
        "{address} does not speak MQTT 3.1.1 ({detail}); correct {section}.url or tell whoever keeps that broker",
    ),
    "refused": (
        "le courtier refuse la connexion ({reason}) ; voyez son journal",
        "the broker refuses the connection ({reason}); see its log",
    ),
    "subscription_refused": (
        "le courtier refuse l'abonnement {topics} ({reason}) ; corrigez ses droits ; nouvel essai toutes les 30 s",
        "the broker refuses the subscription {topics} ({reason}); correct its access list; tried again every 30 s",
    ),
    "subscription_weak": (
        "le courtier n'accorde que QoS 0 à {topics} : des mesures peuvent se perdre ; autorisez QoS 1",
        "the broker grants only QoS 0 to {topics}: readings can be lost; allow QoS 1",
    ),
    # a connection that ends
    "closed": (
        "le courtier a fermé la connexion sans dire pourquoi ; voyez son journal ; reconnexion automatique",
        "the broker closed the connection without saying why; see its log; reconnecting by itself",
    ),
    "contested": (
        "le courtier coupe sans cesse ({times} fois) ; un autre programme a-t-il le nom {client_id} ? arrêtez-en un",
        "the broker keeps closing ({times} times); does another program use the client id {client_id}? stop one",
    ),
    "disconnected": (
        "le courtier a mis fin à la connexion ({reason}) ; voyez son journal ; reconnexion automatique",
        "the broker ended the connection ({reason}); see its log; reconnecting by itself",
    ),
    "silent": (
        "plus rien de {address} depuis {seconds} s : courtier figé ou réseau coupé ; reconnexion automatique",
        "nothing from {address} for {seconds} s: the broker hangs or the network is cut; reconnecting by itself",
    ),
    "malformed": (
        "{address} envoie autre chose que du MQTT 5 ({detail} ; {head}) ; signalez-le ; reconnexion automatique",
        "{address} sends something else than MQTT 5 ({detail}; {head}); report it; reconnecting by itself",
    ),
    "taken_over": (
        "un autre programme a pris la session {client_id} ; arrêtez l'un des deux, puis envoyez SIGHUP à celui-ci",
        "another program took the session {client_id}; stop one of the two, then send SIGHUP to this one",
    ),
    # the journal
    "journal_full": (
        "le journal est plein : le courtier garde la suite ; rétablissez la base ou agrandissez le journal",
        "the journal is full: the broker keeps the messages that follow; restore the store or enlarge the journal",
    ),
    "disk_full": (
        "le disque du journal est plein : le courtier garde la suite des messages ; libérez de la place",
        "the journal's disk is full: the broker keeps the messages that follow; free some space",
    ),
    "delivery_failed": (
        "le journal n'a pu être écrit ({detail}) ; rien n'est perdu, nouvel essai ; voyez la trace dans les logs",
        "the journal could not be written ({detail}); nothing is lost, trying again; see the traceback in the logs",
    ),
    "journal_unreadable": (
        "le journal ne peut être lu ({detail}) ; rien n'est perdu, nouvel essai ; voyez dmesg et l'état du disque",
        "the journal cannot be read ({detail}); nothing is lost, trying again; look at dmesg and the state of the disk",
    ),
    "cursor_failed": (
        "{path} ne peut être écrit ({detail}) ; rien n'est perdu ; libérez le disque ou relevez LimitNOFILE",
        "{path} cannot be written ({detail}); nothing is lost; make room on the disk or raise LimitNOFILE",
    ),
    # what is passed on to other processes
    "publish_refused": (
        "le courtier refuse ce que nous publions sur {topic} ({reason}) ; donnez ce droit au compte ; nouvel essai",
        "the broker refuses what we publish to {topic} ({reason}); give the account that right; trying again",
    ),
    "relay_unheard": (
        "personne n'écoute {topic} : aucune alerte n'est évaluée ; démarrez `vigiterre run --only alerts`",
        "nobody listens to {topic}: no alert is evaluated; start `vigiterre run --only alerts`",
    ),
    # the store and the quarantine
    "alerts_failed": (
        "les alertes ne sont pas évaluées ({detail}) ; les mesures sont enregistrées ; voyez la trace dans les logs",
        "alerts are not evaluated ({detail}); readings are stored; see the traceback in the logs",
    ),
    "write_failed": (
        "{what} : écriture impossible ({detail}) ; rien n'est perdu, nouvel essai ; voyez la trace dans les logs",
        "{what}: cannot be written ({detail}); nothing is lost, trying again; see the traceback in the logs",
    ),
}


class Trouble(NamedTuple):
    """One thing that is wrong now: a key of TEXTS and the facts its text needs (never a secret).

    The fact `section` names where the broker's settings are: our own broker's unless it is given.
    """

    code: str
    facts: Mapping[str, object] = {}

    def text(self, language: Language) -> str:
        """What is wrong and what to do, one sentence."""
        french, english = TEXTS[self.code]
        return (french if language == "fr" else english).format(**{"section": OURS, **self.facts})

    @property
    def words(self) -> Bilingual:
        return Bilingual(self.text("fr"), self.text("en"))

    def __str__(self) -> str:
        return self.text("en")


class InvalidBroker(VigiterreError, ValueError):  # noqa: N818  -- read as a sentence, like its siblings
    """The settings of the broker cannot be used."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.words)
        self.trouble = trouble


class LinkDown(VigiterreError):  # noqa: N818
    """The broker cannot be reached, refuses us, or is gone: back off and connect again."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.words)
        self.trouble = trouble
