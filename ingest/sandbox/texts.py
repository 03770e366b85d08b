"""Why a codec gave no measurement, in French and in English. What JavaScript itself says stays as it says it."""

from collections.abc import Mapping

from devices.problems import Bilingual

FAULTS: dict[str, dict[str, str]] = {
    "thrown": {"fr": "{detail}", "en": "{detail}"},
    "load": {"fr": "{detail}", "en": "{detail}"},
    "syntax": {
        "fr": "{detail} ; corrigez le fichier, aucun message ne peut être lu",
        "en": "{detail}; correct the file, no message can be read",
    },
    "errors": {"fr": "le codec refuse le message : {detail}", "en": "the codec refuses the message: {detail}"},
    "nothing": {
        "fr": "ne déclare ni decodeUplink, ni Decode, ni Decoder ; ajoutez « function decodeUplink(input) »",
        "en": 'declares neither decodeUplink nor Decode nor Decoder; add "function decodeUplink(input)"',
    },
    "wrong": {
        "fr": "a rendu {kind} au lieu d’un objet de mesures",
        "en": "returned {kind} instead of an object of measurements",
    },
    "large": {
        "fr": "a rendu {size} caractères ; au plus {limit}",
        "en": "returned {size} characters; at most {limit}",
    },
    "deep": {
        "fr": "a rendu des objets imbriqués sur plus de {limit} niveaux",
        "en": "returned objects nested more than {limit} levels deep",
    },
    "time": {
        "fr": "arrêté : pas terminé après {seconds} s de calcul",
        "en": "stopped: not done after {seconds} s of computing",
    },
    "memory": {
        "fr": "arrêté : plus de {mebibytes} Mio de mémoire demandés",
        "en": "stopped: asked for more than {mebibytes} MiB of memory",
    },
    "silent": {
        "fr": "arrêté : son processus n’a pas répondu en {seconds} s",
        "en": "stopped: its process gave no answer in {seconds} s",
    },
    "died": {
        "fr": "son processus s’est arrêté deux fois ({detail})",
        "en": "its process ended twice ({detail})",
    },
    "suspended": {
        "fr": "suspendu après des échecs répétés (dernier : {last}) ; nouvel essai dans {seconds} s ; "
        "rejouez ensuite ces messages depuis la quarantaine",
        "en": "suspended after repeated failures (last: {last}); tried again in {seconds} s; "
        "replay these messages from the quarantine after that",
    },
    "missing": {
        "fr": "ce fichier n’est pas dans codecs/ ; présents : {known}",
        "en": "this file is not in codecs/; present: {known}",
    },
    "no_worker": {
        "fr": "le bac à sable ne démarre pas ({detail}) ; corrigez, puis rejouez ces messages depuis la quarantaine",
        "en": "the sandbox does not start ({detail}); correct that, then replay these messages from the quarantine",
    },
}
WORDS = {
    "fr": ("ligne", "vers la ligne", "\N{NO-BREAK SPACE}: "),
    "en": ("line", "near line", ": "),
}


def told(codec: str, line: int, port: int | None, text: Bilingual, *, near: bool = False) -> Bilingual:
    """`elsys.js, line 12, port 5: ...`; 0 is no line, None no port. An interrupted loop is only near its line."""
    said = {}
    for language, (exactly, roughly, colon) in WORDS.items():
        word = roughly if near else exactly
        places = [codec, *([f"{word} {line}"] if line else []), *([] if port is None else [f"port {port}"])]
        said[language] = ", ".join(places) + colon + (text.french if language == "fr" else str(text))
    return Bilingual(said["fr"], said["en"])


def fault_text(fault: str, facts: Mapping[str, object]) -> Bilingual:
    return Bilingual.of(FAULTS[fault], **facts)
