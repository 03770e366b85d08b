"""What is printed on a device, scanned or typed: LoRaWAN QR codes, EUIs in any spelling, ids. Pure."""

import re
from typing import NamedTuple

from devices import cells

EUI = r"[0-9A-Fa-f]{16}"
QR = re.compile(rf"LW:D0:(?P<join>{EUI}):(?P<device>{EUI}):[0-9A-Fa-f]{{8}}(?::.*)?", re.IGNORECASE)
"""The LoRa Alliance's TR005; what follows the profile (owner, serial number, checksum) is not needed here."""
DRAFT = re.compile(rf"URN:(?:DEV|LW):(?:LW|DP):(?P<join>{EUI})[_:](?P<device>{EUI})[_:].*", re.IGNORECASE)
"""As some makers print it still."""
SPELLED = r"(?:0x)?(?:[0-9A-Fa-f]{2}[\s:.-]?){7}[0-9A-Fa-f]{2}"
NAMED = re.compile(
    rf"(?:^|[^a-z])(?:dev(?:ice)?[ _-]?eui|eui)\s*[:=\s]\s*(?P<device>{SPELLED})(?![0-9A-Fa-f])", re.IGNORECASE
)
"""`DevEUI: 70B3...` among other things, such as a serial number and the JoinEUI; an `AppEUI` is no address."""


class Code(NamedTuple):
    """At most one of the two is there."""

    eui: str = ""
    """16 lower-case hex digits."""
    name: str = ""
    """Anything else: an id, or what a gateway calls it."""


def read_code(text: str) -> Code:
    """Code() for an empty text."""
    text = " ".join(text.split())
    found = QR.fullmatch(text) or DRAFT.fullmatch(text) or NAMED.search(text)
    eui = cells.eui((found["device"] if found else text).lower().removeprefix("0x"))
    return Code(eui=eui) if eui else Code(name=text)


def device_of(code: Code, addresses: dict[str, str]) -> str:
    """The id of the device it is on, or ""."""
    return next((addresses[one] for one in (code.eui, code.name, code.name.lower()) if one in addresses), "")
