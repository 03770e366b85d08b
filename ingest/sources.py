"""Sources: whose messages come on which topics, in which format, and how the device is found.

`sources.toml`, one table per source and one per foreign broker:

    [sources.chirpstack]
    topic = "application/{application}/device/{eui}/event/{event}"
    codec = "chirpstack"
    device = "payload"

One text is the subscription and the parser: each `{name}` is one level, and a last `{name...}` is all that remain.
`device` is `payload` (the message says who it is from) or the name of a level in braces.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from devices.problems import Problem, near
from devices.tables import Table, read_table
from ingest.broker import check_url
from ingest.trouble import InvalidBroker

FILE = "sources.toml"
LEVEL = re.compile(r"\{([a-z][a-z0-9_]*)(\.\.\.)?\}")
SOURCE_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
PAYLOAD = "payload"


@dataclass(frozen=True)
class Source:
    id: str
    topic: str
    codec: str
    device: str = PAYLOAD
    """`payload`, or the name of the level that names the device."""
    broker: str = ""
    """Name of a foreign broker; "" is ours."""

    @cached_property
    def filter(self) -> str:
        """The MQTT topic filter to subscribe to."""
        return "/".join(
            "#" if level.endswith("...}") else "+" if level.startswith("{") else level
            for level in self.topic.split("/")
        )

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        pattern = ""
        for level in self.topic.split("/"):
            found = LEVEL.fullmatch(level)
            if found and found[2]:  # `a/#` also stands for `a` itself
                return re.compile(f"{pattern[1:]}(?:/(?P<{found[1]}>.*))?", re.DOTALL)
            pattern += f"/(?P<{found[1]}>[^/]*)" if found else f"/{re.escape(level)}"
        return re.compile(pattern[1:], re.DOTALL)

    def match(self, topic: str) -> dict[str, str] | None:
        """The named levels of a topic of this source; None for the topic of another."""
        found = self._pattern.fullmatch(topic)
        return found.groupdict("") if found else None


@dataclass(frozen=True)
class ForeignBroker:
    """A broker of somebody else's that speaks MQTT 3.1.1."""

    id: str
    url: str
    client_id: str
    password_file: Path | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    keep_alive: int = 30


@dataclass(frozen=True)
class Sources:
    """All sources of a territory, in the order of the file: the first that matches a topic reads it."""

    sources: tuple[Source, ...] = ()
    brokers: tuple[ForeignBroker, ...] = ()

    def match(self, topic: str, broker: str = "") -> tuple[Source, dict[str, str]] | None:
        for source in self.sources:
            if source.broker == broker and (levels := source.match(topic)) is not None:
                return source, levels
        return None

    def filters(self, broker: str = "") -> tuple[str, ...]:
        """The topic filters to subscribe to on one broker, each once."""
        return tuple(dict.fromkeys(source.filter for source in self.sources if source.broker == broker))


def read_sources(folder: Path, codecs: Collection[str], root: str, problems: list[Problem]) -> Sources:
    """Read `sources.toml`, which need not exist. `codecs` are the known source codecs, `root` our own first levels."""
    path = folder / FILE
    table = read_table(path, FILE, problems) if path.exists() else None
    if table is None:
        return Sources()
    before = len(problems)
    brokers = _tables(table, "brokers")
    sources = _tables(table, "sources")
    table.finish()
    found = Sources(
        tuple(_source(name, one, codecs, brokers, root) for name, one in sources.items()),
        tuple(_broker(name, one) for name, one in brokers.items()),
    )
    return found if len(problems) == before else Sources()


def _tables(table: Table, key: str) -> dict[str, Table]:
    inner = table.table(key) if key in table.values else None
    table.read.add(key)
    if inner is None:
        return {}
    found = {name: one for name in inner.values if (one := inner.table(name))}
    for name, one in found.items():
        if not SOURCE_ID.fullmatch(name):
            one.problem("", "bad_source_id", value=name)
    return found


def _source(name: str, table: Table, codecs: Collection[str], brokers: Mapping[str, Table], root: str) -> Source:
    topic = table.text("topic")
    codec = table.choice("codec", sorted(codecs))
    device = table.text("device", PAYLOAD)
    broker = table.text("broker", "")
    if broker and broker not in brokers:
        table.problem("broker", "unknown_broker", value=broker, known=near(broker, brokers))
    names = _check_topic(table, topic, "" if broker else root) if topic else []
    level = LEVEL.fullmatch(device)
    if device != PAYLOAD and (not level or level[1] not in names):
        table.problem(
            "device", "not_one_of", value=device, known=", ".join([PAYLOAD, *(f"{{{one}}}" for one in names)])
        )
    table.finish()
    return Source(name, topic, codec, level[1] if level else PAYLOAD, broker)


def _check_topic(table: Table, topic: str, root: str) -> list[str]:
    """The names of the levels of a topic; notes what is wrong with it."""
    levels = topic.split("/")
    names = []
    for number, level in enumerate(levels, start=1):
        found = LEVEL.fullmatch(level)
        if found:
            names.append(found[1])
        if (found and found[2] and number < len(levels)) or (not found and re.search(r"[{}+#\0]", level)):
            table.problem("topic", "bad_topic_level", value=level)
    if len(set(names)) < len(names):
        table.problem("topic", "repeated_level", value=topic)
    first = levels[0]
    if not names or topic.startswith("$") or (first.startswith("{") and first.endswith("...}")):
        table.problem("topic", "topic_too_wide", value=topic)
    if root and (f"{topic}/".startswith(f"{root}/")):
        table.problem("topic", "topic_is_ours", value=topic, root=root)
    return names


def _broker(name: str, table: Table) -> ForeignBroker:
    url = table.text("url")
    try:
        if url:
            check_url(url)
    except InvalidBroker:
        table.problem("url", "bad_broker_url")
    broker = ForeignBroker(
        name,
        url,
        table.text("client_id", f"vigiterre-{name}"),
        _path(table, "password_file"),
        _path(table, "ca_file"),
        _path(table, "cert_file"),
        _path(table, "key_file"),
        table.positive("keep_alive") if "keep_alive" in table.values else 30,
    )
    table.read.add("keep_alive")
    table.finish()
    return broker


def _path(table: Table, key: str) -> Path | None:
    text = table.text(key, "")
    return Path(text) if text else None
