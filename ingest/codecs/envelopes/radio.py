"""What the gateways and the device say of the radio and the battery, as quantities of the catalogue."""

from collections.abc import Sequence
from typing import NamedTuple

RSSI, SNR, GATEWAYS = "rssi", "snr", "gateways"
SPREADING_FACTOR, BATTERY_LEVEL = "spreading_factor", "battery_level"

EU868_SPREADING_FACTORS = (12, 11, 10, 9, 8, 7)
"""Of DR0 to DR5. LoRaWAN Regional Parameters, EU863-870."""
FULL_BATTERY = 254
"""LoRaWAN DevStatusAns: 1 (empty) to 254 (full); 0 is an external supply, 255 is not known."""


class Reception(NamedTuple):
    """One gateway that heard the uplink."""

    gateway: str = ""
    """What tells it from the others; "" where the server does not say."""
    rssi: float | None = None
    snr: float | None = None


def radio(
    receptions: Sequence[Reception], spreading_factor: float | None = None, gateways: float | None = None
) -> dict[str, float]:
    """RSSI and SNR of the best gateway: the highest SNR, of equal ones the highest RSSI.

    `gateways` is the count where the server says it apart; else gateways are counted, each once: one with two antennas,
    or one that is heard through a second network, stands in the list twice.
    """
    lowest = float("-inf")
    best = max(
        receptions,
        key=lambda one: (lowest if one.snr is None else one.snr, lowest if one.rssi is None else one.rssi),
        default=Reception(),
    )
    if gateways is None and receptions:
        gateways = len({one.gateway or number for number, one in enumerate(receptions)})
    health = {RSSI: best.rssi, SNR: best.snr, GATEWAYS: gateways, SPREADING_FACTOR: spreading_factor}
    return {name: value for name, value in health.items() if value is not None}


def proto_snr(snr: float | None, rssi: float | None, spreading_factor: float | None) -> float | None:
    """Protobuf's JSON leaves 0 dB out: LoRa that was heard without an SNR had one of 0; FSK has none."""
    return 0.0 if snr is None and rssi is not None and spreading_factor is not None else snr


def eu868_spreading_factor(data_rate: float | None) -> float | None:
    """DR0 to DR5 of Europe; None for any other."""
    if data_rate is None or not data_rate.is_integer() or not 0 <= data_rate < len(EU868_SPREADING_FACTORS):
        return None
    return float(EU868_SPREADING_FACTORS[int(data_rate)])


def percent(level: float | None) -> dict[str, float]:
    """The battery, from a LoRaWAN level; nothing when it is external or not known."""
    return {BATTERY_LEVEL: level * 100 / FULL_BATTERY} if level is not None and 1 <= level <= FULL_BATTERY else {}
