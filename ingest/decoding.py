"""Uplink -> Items: the codec that the model names reads the payload, the model's mapping makes values of its words.

What needs JavaScript is not run here: it becomes a Job, so that a whole batch goes to the sandbox at once.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from devices.errors import DecodeError
from devices.reading import Item, Reason, Refusal
from devices.registry import HEARD, Profile
from ingest.codecs.job import Job
from ingest.codecs.mapping import read_fields
from ingest.codecs.uplink import Decoded, PayloadCodec, Uplink

OBJECT = "object"
"""The codec of models whose payload the network server decodes."""
SCRIPT = ".js"


class Heard(NamedTuple):
    """An uplink whose device and time are known."""

    uplink: Uplink
    profile: Profile
    time: int
    """Of the first copy of it, ms."""


def decode(
    uplink: Uplink, profile: Profile, codecs: Mapping[str, PayloadCodec], received: int
) -> Sequence[Decoded] | Job:
    """What the payload says, or the job that will tell. Raises DecodeError.

    A frame without application payload says nothing. What the server decoded is used where the model asks for it, or
    where the server kept the bytes to itself. A script is given the device's parameters as `variables`.
    """
    model = profile.model
    name = model.codec
    if name != OBJECT and uplink.payload and uplink.port != 0:
        if name.endswith(SCRIPT):
            variables = {key: str(value) for key, value in profile.device.params.items()}
            return Job(name, uplink.payload, uplink.port or 0, received, variables)
        return codecs[name](uplink.payload, uplink.port)
    if uplink.fields is not None:
        return [Decoded(uplink.fields)]
    if uplink.payload and uplink.port != 0:
        raise DecodeError(
            f"the server decoded nothing, and model {model.id} takes only what it decodes: "
            "give the device a codec on the server, or the model one of its own"
        )
    return []


def items(heard: Heard, decoded: Sequence[Decoded]) -> list[Item]:
    """One item for each measurement that has values or faults; the radio's health goes with the first.

    Without any measurement the health alone is an item: a frame without payload still tells the battery.
    """
    uplink, profile, time = heard
    device, fields = profile.device.id, profile.model.fields
    found: list[Item] = []
    for one in decoded:
        values, faults = read_fields(one.fields, fields)
        refusal = Refusal(Reason.SCHEMA, "; ".join(faults), device) if faults else None
        if values or refusal:
            found.append(Item(device, time if one.time is None else one.time, values, refusal, uplink.counter))
    health = {HEARD + name: value for name, value in uplink.health.items()}
    if not health:
        return found
    if not found:
        return [Item(device, time, health, None, uplink.counter)]
    if found[0].time == time:
        return [found[0]._replace(values=health | found[0].values), *found[1:]]
    return [Item(device, time, health, None, uplink.counter), *found]


def undecodable(heard: Heard, detail: str) -> Item:
    """An uplink whose payload cannot be read: its health is stored all the same."""
    health = {HEARD + name: value for name, value in heard.uplink.health.items()}
    device = heard.profile.device.id
    return Item(device, heard.time, health, Refusal(Reason.UNDECODABLE, detail, device), heard.uplink.counter)
