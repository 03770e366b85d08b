"""Sparkplug B: edge nodes announce their metrics in births and then send numbers called by alias alone.

Topics: `spBv1.0/{group}/{type}/{edge}[/{device}]`, whatever a bridge puts before and however a source names the levels.
Addresses are `group/edge` and `group/edge/device`. Source: Eclipse Sparkplug 3.0.0 specification; docs/adr/0031.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from devices.errors import DecodeError
from devices.reading import Message
from ingest.codecs.json_payload import CLOCK_SET
from ingest.codecs.sparkplug_births import NONE, Births, Known
from ingest.codecs.sparkplug_proto import BOOLEAN, GOOD, SIGNED, UNSIGNED, quality_of, read_payload, write_payload
from ingest.codecs.uplink import Event, Uplink

NAMESPACE: Final = "spBv1.0"
OF_NODES: Final = frozenset({"NBIRTH", "NDATA", "NDEATH", "NCMD"})
OF_DEVICES: Final = frozenset({"DBIRTH", "DDATA", "DDEATH", "DCMD"})
STATE: Final = "STATE"
"""What a host application says of itself: `spBv1.0/STATE/{host}`, before version 3 `STATE/{host}`."""
ASIDE: Final = frozenset({"NCMD", "DCMD", STATE})
BD_SEQ: Final = "bdSeq"
"""Which MQTT session a birth and a death belong to."""
REBIRTH: Final = "Node Control/Rebirth"
CONTROL: Final = (BD_SEQ, "Node Control/", "Device Control/")
"""What metrics are called that measure nothing."""
SEQ: Final = 256
ASK_EVERY: Final = 60_000
"""ms between two requests to one node: a birth may be long, and a node that does not answer is not helped by more."""
NODES: Final = 4_096
"""Nodes remembered; the one heard first is forgotten first, and asked for its birth when it speaks again."""
LAST_TIME: Final = 1_000_000_000_000_000
"""ms; beyond it a timestamp is no date."""
SKIPPED: Final = frozenset({"bytes_value", "dataset_value", "template_value"})
GOOD_CODES: Final = 0x3F
"""OPC has 64 codes of good quality from 192 on, such as 216, a value set by hand."""
FLOAT_DIGITS: Final = range(6, 10)
"""Decimal digits that a 32-bit float needs: 6 at least, 9 at most."""


@dataclass
class Node:
    """What is remembered of one edge node."""

    births: Births = field(default_factory=Births)
    seq: int | None = None
    bd_seq: int | None = None
    heard: int = 0
    """Receive time of its newest message, ms."""
    asked: int | None = None
    """Receive time of the message that made us ask for a birth, ms."""


class Heard(NamedTuple):
    """One message and whom it is from."""

    message: Message
    prefix: str
    kind: str
    group: str
    edge: str
    address: str
    payload: Any


class Topic(NamedTuple):
    prefix: str
    """What stands before the namespace, with its slash."""
    kind: str
    group: str
    edge: str
    address: str


class Sparkplug:
    """A SourceCodec with a memory of births; one for each process.

    A message is read with the birth that was in force when it was received; what that does not tell, a replayed message
    takes from the next one, which was asked for because of it. Births are asked of nodes of our own broker alone.
    """

    def __init__(self) -> None:
        self._nodes: dict[tuple[str, str, str], Node] = {}
        self._requests: dict[str, bytes] = {}

    def __call__(self, message: Message, levels: Mapping[str, str]) -> list[Uplink | Event]:  # noqa: ARG002  -- see Topic
        """The values of a birth or of data, by time; all other messages are events.

        Raises DecodeError for what is no Sparkplug B, and for data whose birth was not heard: it is asked for, and
        the message can be run again from the quarantine once it came.
        """
        place = read_topic(message.topic)
        if place.kind in ASIDE:
            return [Event(place.kind.casefold(), place.address)]
        return self._hear(Heard(message, *place, read_payload(message.payload)))

    def take_requests(self) -> list[tuple[str, bytes]]:
        """(topic, payload) of the births to ask for, each once: publish them to our broker, not retained."""
        requests, self._requests = self._requests, {}
        return list(requests.items())

    def _hear(self, heard: Heard) -> list[Uplink | Event]:
        node, received = self._node(heard), heard.message.received
        is_new = not heard.message.replayed and received >= node.heard
        if heard.kind == "NDEATH":
            if node.bd_seq in {None, _bd_seq(heard.payload)}:  # else the will of a session that a birth has replaced
                node.births.bury(received)
                node.seq = None if is_new else node.seq
            return [Event("ndeath", heard.address)]
        if is_new:
            self._follow(heard, node)
        if heard.kind == "DDEATH":
            node.births.learn(heard.address, received, NONE)
            return [Event("ddeath", heard.address)]
        if heard.kind.endswith("BIRTH"):
            _learn(heard, node)
        return [*_uplinks(heard, self._metrics(heard, node))] or [Event(heard.kind.casefold(), heard.address)]

    def _node(self, heard: Heard) -> Node:
        message = heard.message
        key = (message.broker, heard.prefix + heard.group, heard.edge)
        if key not in self._nodes:
            if len(self._nodes) >= NODES:
                del self._nodes[next(iter(self._nodes))]
            self._nodes[key] = Node()
        return self._nodes[key]

    def _follow(self, heard: Heard, node: Node) -> None:
        """Notice messages that were lost: their births, or the counters in them, are asked for."""
        message, payload = heard.message, heard.payload
        if message.retained or not payload.HasField("seq"):
            return
        node.heard = message.received
        seq, last = payload.seq % SEQ, node.seq
        node.seq = seq
        if heard.kind == "NBIRTH":
            node.bd_seq = _bd_seq(payload)
        elif last is None or seq not in {last, (last + 1) % SEQ}:  # the same again is a repetition of QoS 1
            self._ask(heard, node)

    def _ask(self, heard: Heard, node: Node) -> None:
        message = heard.message
        if message.replayed or message.broker or not (node.asked is None or message.received >= node.asked + ASK_EVERY):
            return
        node.asked = message.received
        wish = {"name": REBIRTH, "datatype": BOOLEAN, "boolean_value": True, "timestamp": message.received}
        self._requests[f"{heard.prefix}{NAMESPACE}/{heard.group}/NCMD/{heard.edge}"] = write_payload(
            message.received, [wish]
        )

    def _metrics(self, heard: Heard, node: Node) -> list[tuple[Known, Any]]:
        """Each metric with what its birth says, in order."""
        message = heard.message
        known = node.births.at(heard.address, message.received, look_ahead=message.replayed)
        found = []
        for metric in heard.payload.metrics:
            born = known.get(metric.name or metric.alias)
            if born is None and not _speaks_for_itself(metric):
                self._ask(heard, node)
                called = repr(metric.name or f"alias {metric.alias}")[:80]
                raise DecodeError(f"Sparkplug B: {heard.address} calls a metric {called} and {_advice(message)}")
            datatype = metric.datatype or (born.datatype if born else 0)
            found.append((Known(born.name if born else metric.name, datatype), metric))
        return found


def read_topic(topic: str) -> Topic:
    """Raises DecodeError with what was expected."""
    before, namespace, after = f"/{topic}".partition(f"/{NAMESPACE}/")
    prefix = f"{before[1:]}/" if before else ""
    group, kind, edge, device = (*after.split("/", 3), "", "", "", "")[:4]
    if not namespace and topic.startswith(f"{STATE}/"):
        group, kind = topic.split("/", 1)
    if group == STATE and kind and not edge:
        return Topic(prefix, STATE, group, "", f"{STATE}/{kind}")
    named = bool(device) and "/" not in device
    if not group or not edge or not ((kind in OF_NODES and not device) or (kind in OF_DEVICES and named)):
        shape = f"{NAMESPACE}/group/type/edge, and /device after it for types that begin with D"
        raise DecodeError(f"Sparkplug B: no message on {topic[:120]!r} exists; expected {shape}")
    return Topic(prefix, kind, group, edge, f"{group}/{edge}/{device}" if device else f"{group}/{edge}")


def _speaks_for_itself(metric: Any) -> bool:
    """Its name is given, and its value can be read without a data type."""
    typed = metric.datatype or metric.WhichOneof("value") not in {"int_value", "long_value"}
    return bool(metric.name) and bool(typed)


def _advice(message: Message) -> str:
    if message.replayed:
        return "no birth tells it, then or since; run the birth again first"
    if message.broker:
        return "its birth was not heard; have the node send it (Node Control/Rebirth), then run this message again"
    return "its birth was not heard; a birth is asked for, then run this message again"


def _bd_seq(payload: Any) -> int | None:
    return next((metric.long_value or metric.int_value for metric in payload.metrics if metric.name == BD_SEQ), None)


def _learn(heard: Heard, node: Node) -> None:
    """Keep the names of a birth. That of a node makes those of its devices void until they come again."""
    birth: dict[int | str, Known] = {}
    for metric in heard.payload.metrics:
        if not metric.name:
            raise DecodeError(f"Sparkplug B: the {heard.kind} of {heard.address} has a metric without a name")
        birth[metric.name] = Known(metric.name, metric.datatype)
        if metric.HasField("alias"):
            birth[metric.alias] = birth[metric.name]
    if heard.kind == "NBIRTH":
        node.births.bury(heard.message.received, but=(heard.address,))
    node.births.learn(heard.address, heard.message.received, birth)


def _uplinks(heard: Heard, metrics: list[tuple[Known, Any]]) -> list[Uplink]:
    """One uplink for each time that the metrics were measured at; none when they are all controls or not numbers."""
    groups: dict[int | None, dict[str, Any]] = {}
    measured = False
    for known, metric in metrics:
        if metric.is_transient or (metric.WhichOneof("value") in SKIPPED and not metric.is_null):
            continue
        groups.setdefault(_time(heard, known, metric), {})[known.name] = _value(known, metric)
        measured |= not known.name.startswith(CONTROL)
    return [Uplink(heard.address, time, fields=fields) for time, fields in groups.items()] if measured else []


def _time(heard: Heard, known: Known, metric: Any) -> int | None:
    """When it was measured, ms; None when the node's clock was not set."""
    if metric.is_historical and not metric.HasField("timestamp"):
        raise DecodeError(f"Sparkplug B: {known.name[:80]} is historical and has no timestamp")
    time = int(metric.timestamp if metric.HasField("timestamp") else heard.payload.timestamp)
    if time > LAST_TIME:
        raise DecodeError(f"Sparkplug B: {known.name[:80]} has timestamp {time}, expected ms since 1970")
    return time if time >= CLOCK_SET or metric.is_historical else None


def _value(known: Known, metric: Any) -> Any:
    """Number, bool or text. None for null, which is not 0, and for what its node calls bad or stale.

    Integers stay exact, beyond 2^53 too.
    """
    kind = metric.WhichOneof("value")
    if metric.is_null or kind is None or quality_of(metric) & ~GOOD_CODES != GOOD:
        return None
    found = getattr(metric, kind)
    if kind == "float_value":
        return _shortest(found)
    if kind in {"int_value", "long_value"}:
        return _integer(found, 32 if kind == "int_value" else 64, known)
    return found


def _integer(raw: int, width: int, known: Known) -> int | bool:
    """The integer of a data type, from the unsigned field of `width` bits that carries its two's complement."""
    if known.datatype == BOOLEAN:
        return bool(raw)
    bits = SIGNED.get(known.datatype) or UNSIGNED.get(known.datatype) or width
    if known.datatype in SIGNED:
        if raw >= 1 << bits:  # sign-extended to the whole field
            raw -= ((1 << width) - (1 << bits)) if raw >= (1 << width) - (1 << bits - 1) else 0
        if raw < 1 << bits:
            return raw - (1 << bits) if raw >= 1 << bits - 1 else raw
    if raw >= 1 << bits:
        raise DecodeError(f"Sparkplug B: {known.name[:80]} is {raw}, which its type of {bits} bits cannot hold")
    return raw


def _shortest(value: float) -> float:
    """The decimal number that a 32-bit float stands for: 21.3, not 21.299999237060547."""
    packed = struct.pack("<f", value)
    for digits in FLOAT_DIGITS:
        short = float(f"{value:.{digits}g}")
        try:
            if struct.pack("<f", short) == packed:
                return short
        except OverflowError:  # rounded up beyond the largest float
            continue
    return value
