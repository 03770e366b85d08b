"""Sparkplug B: edge nodes announce their metrics in births and then send numbers called by alias alone.

Topics: `spBv1.0/{group}/{type}/{node...}`, where `node` is the edge node, or `edge/device`. Addresses are
`group/edge` and `group/edge/device`. Source: Eclipse Sparkplug 3.0.0 specification.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from devices.errors import DecodeError
from devices.reading import Message
from ingest.codecs.json_payload import CLOCK_SET
from ingest.codecs.sparkplug_proto import BOOLEAN, SIGNED, UNSIGNED, read_payload, write_payload
from ingest.codecs.uplink import Event, Uplink

DATA: Final = frozenset({"NBIRTH", "DBIRTH", "NDATA", "DDATA"})
ASIDE: Final = frozenset({"NCMD", "DCMD", "STATE"})
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
FLOAT_DIGITS: Final = range(6, 10)
"""Decimal digits that a 32-bit float needs: 6 at least, 9 at most."""


class Known(NamedTuple):
    """What a birth says of a metric."""

    name: str
    datatype: int


@dataclass
class Node:
    """What is remembered of one edge node."""

    births: dict[str, dict[int | str, Known]] = field(default_factory=dict)
    """Address -> alias or name -> metric."""
    seq: int | None = None
    bd_seq: int | None = None
    heard: int = 0
    """Receive time of its newest message, ms."""
    asked: int | None = None
    """Receive time of the message that made us ask for a birth, ms."""


class Heard(NamedTuple):
    """One message and whom it is from."""

    message: Message
    kind: str
    group: str
    edge: str
    address: str
    payload: Any


class Sparkplug:
    """A SourceCodec with a memory of births; one for each process.

    Replayed messages have a memory of their own, so that the births of last week do not rename today's metrics; where
    it knows nothing, they take today's. Births are asked only of nodes of our own broker, for live messages.
    """

    def __init__(self) -> None:
        self._nodes: dict[tuple[bool, str, str, str], Node] = {}
        self._requests: dict[str, bytes] = {}

    def __call__(self, message: Message, levels: Mapping[str, str]) -> list[Uplink | Event]:
        """The values of a birth or of data, by time; all other messages are events.

        Raises DecodeError for what is no Sparkplug B, and for data whose birth was not heard: it is asked for, and
        the message can be run again from the quarantine once it came.
        """
        kind, group = levels.get("type", ""), levels.get("group", "")
        named = "/".join(one for one in (levels.get("node", ""), levels.get("device", "")) if one)
        address = f"{group}/{named}"
        if kind in ASIDE or group == "STATE":
            return [Event("state" if group == "STATE" else kind.casefold(), address)]
        edge, _, device = named.partition("/")
        if kind not in DATA | {"NDEATH", "DDEATH"} or not edge or bool(device) != kind.startswith("D"):
            raise DecodeError(f"Sparkplug B: no message {kind[:20]!r} of {address[:80]!r} exists")
        return self._hear(Heard(message, kind, group, edge, address, read_payload(message.payload)))

    def take_requests(self) -> list[tuple[str, bytes]]:
        """(topic, payload) of the births to ask for, each once: publish them to our broker, not retained."""
        requests, self._requests = self._requests, {}
        return list(requests.items())

    def _hear(self, heard: Heard) -> list[Uplink | Event]:
        node = self._node(heard)
        if heard.kind == "NDEATH":
            if node.bd_seq in {None, _bd_seq(heard.payload)}:  # else the will of a session that a birth has replaced
                node.births.clear()
                node.seq = None
            return [Event("ndeath", heard.address)]
        self._follow(heard, node)
        if heard.kind == "DDEATH":
            node.births.pop(heard.address, None)
            return [Event("ddeath", heard.address)]
        if heard.kind.endswith("BIRTH"):
            _learn(heard, node)
        return [*_uplinks(heard, self._metrics(heard, node))] or [Event(heard.kind.casefold(), heard.address)]

    def _node(self, heard: Heard) -> Node:
        message = heard.message
        key = (message.replayed, message.broker, heard.group, heard.edge)
        if key not in self._nodes:
            if len(self._nodes) >= NODES:
                del self._nodes[next(iter(self._nodes))]
            self._nodes[key] = Node()
        return self._nodes[key]

    def _follow(self, heard: Heard, node: Node) -> None:
        """Notice messages that were lost: their births, or the counters in them, are asked for."""
        message, payload = heard.message, heard.payload
        if message.replayed or message.retained or message.received < node.heard or not payload.HasField("seq"):
            return  # also of what is read once more after a restart
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
        namespace = message.topic.partition(f"/{heard.group}/{heard.kind}/")[0]
        wish = {"name": REBIRTH, "datatype": BOOLEAN, "boolean_value": True, "timestamp": message.received}
        self._requests[f"{namespace}/{heard.group}/NCMD/{heard.edge}"] = write_payload(message.received, [wish])

    def _metrics(self, heard: Heard, node: Node) -> list[tuple[Known, Any]]:
        """Each metric with what its birth says, in order."""
        known = self._birth(heard, node)
        found = []
        for metric in heard.payload.metrics:
            born = known.get(metric.name if metric.HasField("name") else metric.alias)
            if born is None and not _speaks_for_itself(metric):
                self._ask(heard, node)
                raise DecodeError(
                    f"Sparkplug B: {heard.address} calls a metric {metric.name or f'alias {metric.alias}'!r:.80} "
                    "and its birth was not heard; a birth is asked for, then run this message again"
                )
            datatype = metric.datatype or (born.datatype if born else 0)
            found.append((Known(born.name if born else metric.name, datatype), metric))
        return found

    def _birth(self, heard: Heard, node: Node) -> Mapping[int | str, Known]:
        if heard.address not in node.births and heard.message.replayed:
            live = self._nodes.get((False, heard.message.broker, heard.group, heard.edge))
            return live.births.get(heard.address, {}) if live else {}
        return node.births.get(heard.address, {})


def _speaks_for_itself(metric: Any) -> bool:
    """Its name is given, and its value can be read without a data type."""
    typed = metric.datatype or metric.WhichOneof("value") not in {"int_value", "long_value"}
    return bool(metric.name) and bool(typed)


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
        node.births.clear()
    node.births[heard.address] = birth


def _uplinks(heard: Heard, metrics: list[tuple[Known, Any]]) -> list[Uplink]:
    """One uplink for each time that the metrics were measured at; none when they are all controls or not numbers."""
    groups: dict[int | None, dict[str, Any]] = {}
    measured = False
    for known, metric in metrics:
        if metric.WhichOneof("value") in SKIPPED and not metric.is_null:
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
    return time if time >= CLOCK_SET else None


def _value(known: Known, metric: Any) -> Any:
    """Number, bool or text; None for null, which is not 0. Integers stay exact, beyond 2^53 too."""
    kind = metric.WhichOneof("value")
    if metric.is_null or kind is None:
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
