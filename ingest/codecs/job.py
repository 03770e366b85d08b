"""What the sandbox is asked, and what it answers: the payloads that only a maker's JavaScript can read."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from devices.errors import DecodeError
from ingest.codecs.uplink import Decoded


class Job(NamedTuple):
    """One payload for one codec."""

    codec: str
    """Name of a file of `config/codecs`."""
    payload: bytes
    port: int
    received: int
    """ms; the codec sees it as `recvTime`."""
    variables: Mapping[str, str]


Outcome = Sequence[Decoded] | DecodeError
"""The measurements, or why there are none."""
