"""The store: what a server that is no InfluxDB answers, and lines read by a parser that is not ours."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from scripted import Scripted, ScriptedServer

from devices.errors import StoreRefused, StoreUnavailable
from devices.mark import Mark
from devices.problems import LANGUAGES
from devices.reading import Reading, Series
from devices.schema import TAGS
from fuzzing.mutate import noise, spoiled, spoiled_json
from fuzzing.target import NOW, Tally, Unexplained
from stores.influx import InfluxStore
from stores.influx_http import LONGEST_WAIT, InfluxServer
from stores.line_protocol import encode, encode_mark
from stores.port import Hour, Latest, Point
from stores.storable import fault, series_fault, values_fault

COLUMNS = ["time", "co2", "air_temperature"]
SERIES = Series("building", "co2-01", "em300", "ecole", "03190")


def table(columns: list[str], *rows: list[Any], name: str = "building") -> dict[str, Any]:
    return {"name": name, "tags": SERIES._asdict(), "columns": columns, "values": list(rows)}


DOCUMENTS: tuple[dict[str, Any], ...] = (
    {"results": [{"statement_id": 0, "series": [table(COLUMNS, [NOW, 612, 21.5], [NOW + 1, None, 20])]}]},
    {"results": [{"series": [table(["time", "co2"], [NOW, 612])]}]},
    {"results": [{"series": [table(["time", "co2", "co2_min", "co2_max"], [NOW, 612, None, 700.5])]}]},
    {"results": [{"series": [table(["fieldKey", "fieldType"], ["co2", "float"], ["co2_min", "float"])]}]},
    {"results": [{"series": [table(["key", "value"], ["device", "co2-01"])]}]},
    {"results": [{"series": [table(["name"], ["fuzz"], ["_internal"])]}]},
    {"results": [{"series": [{**table(COLUMNS, [NOW, 1, 2]), "partial": True}]}]},
    {"results": [{}]},
    {"results": [{"error": "retention policy not found: rollup_1h"}]},
    {"error": 'partial write: field type conflict: input field "co2" dropped=1'},
    {"error": "partial", "data": [{"line_number": 1, "original_line": "x", "error_message": "no"}]},
)
ANSWERS = tuple(json.dumps(one).encode() for one in DOCUMENTS)
LETTERS = "abcé, =\"'«\N{NO-BREAK SPACE}#/"
UNSPEAKABLE = "\\\n\t\0\ud800"
FITTING = {"points": 1, "hours": 2, "readings": 0, "all": 4, "latest": 3, "schema": 5, "write": 9}
"""Question -> the answer that fits it."""
STATUSES = (200, 200, 200, 200, 204, 400, 401, 404, 413, 422, 429, 500, 503)
RETRIES = (
    "",
    "",
    "1",
    "0",
    "-1",
    "1e9",
    "9" * 400,
    "²",
    "Wed, 21 Oct 2015 07:28:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 -9999",
    "nan",
)


class Servers:
    """Law: whatever a server answers, the store gives values of the right types, refuses by name, or is unavailable."""

    def __init__(self, _folder: Path) -> None:
        self._server = ScriptedServer()
        self._store = InfluxStore(InfluxServer("127.0.0.1", self._server.port, "u", "p", tls=False, database="fuzz"))
        self._asked: dict[str, Callable[[], Any]] = {
            "points": lambda: self._store.points("co2-01", "co2", 0, NOW + 2),
            "hours": lambda: self._store.hours("co2-01", "co2", 0, NOW + 2),
            "readings": lambda: list(self._store.readings(0, NOW + 2, ["co2-01"])),
            "latest": self._store.latest,
            "all": lambda: list(self._store.readings(0, NOW + 2)),
            "write": lambda: self._store.write([Reading(SERIES, NOW + n, {"co2": 612.0}) for n in range(3)]),
            "schema": self._store.ensure_schema,
        }

    def draw(self, chance: Random) -> bytes:
        asked = chance.choice(sorted(self._asked))
        body = ANSWERS[FITTING[asked]] if chance.random() < 0.7 else chance.choice(ANSWERS)
        status = chance.choice(STATUSES) if asked == "write" or chance.random() < 0.3 else 200
        kind = chance.random()
        if kind < 0.7:
            body = spoiled_json(body, chance, ANSWERS)
        elif kind < 0.9:
            body = spoiled(body, chance, ANSWERS) if kind < 0.87 else noise(chance)
        head = f"{asked} {status} {chance.choice(RETRIES)}"
        return head.encode() + b"\n" + body

    def run(self, data: bytes) -> Tally:
        head, _, body = data.partition(b"\n")
        what, _, rest = head.decode("utf-8", "replace").partition(" ")
        status, _, retry = rest.partition(" ")
        if what not in self._asked or status not in map(str, STATUSES):
            return Tally()
        retry = re.sub(r"[^\x20-\xff]", "", retry)  # a header's letters
        headers = (("X-Influxdb-Version", "1.8"), *([("Retry-After", retry)] if retry else []))
        self._server.requests.clear()
        self._server.script = lambda _: Scripted(int(status), body, headers)
        try:
            found = self._asked[what]()
        except StoreUnavailable as error:
            return unavailable(error)
        except StoreRefused as error:
            return refused(error)
        for one in found or ():
            judge_value(one)
        return Tally(len(found or ()))

    def close(self) -> None:
        self._store.close()
        self._server.close()


def unavailable(error: StoreUnavailable) -> Tally:
    if not all(error.text(language).strip() for language in LANGUAGES):
        raise Unexplained("unavailable without a word") from error
    assert error.retry_after is None or 0 <= error.retry_after <= LONGEST_WAIT, "waits for ever"
    return Tally(0, Counter({"unavailable": 1}))


def refused(error: StoreRefused) -> Tally:
    if not all(words.strip() for _, words in error.refused):
        raise Unexplained("refused without a word") from error
    return Tally(0, Counter({"refused": len(error.refused)}))


def judge_value(one: Reading | Point | Hour | Latest) -> None:
    numbers = list(one.values.values()) if isinstance(one, Reading) else [one.value]
    # What a field of text holds is text: who else writes there is not known to us.
    assert all(isinstance(value, float | str | bool) for value in numbers), f"{type(one).__name__} with {numbers!r}"
    assert type(one.time) is int


class Lines:
    """Law: a reading that may be stored is one line that another parser reads as the same; so is a mark."""

    def __init__(self, _folder: Path) -> None:
        pass

    def draw(self, chance: Random) -> bytes:
        document = {
            "series": [_text(chance) for _ in Series._fields],
            "time": chance.choice((NOW, 0, -5, 2**53, 9_223_372_036_854, chance.randrange(-(10**13), 10**13))),
            "values": {_name(chance): _number(chance) for _ in range(chance.randrange(1, 4))},
            "mark": chance.random() < 0.3,
        }
        text = json.dumps(document).encode()
        return spoiled_json(text, chance) if chance.random() < 0.3 else text

    def run(self, data: bytes) -> Tally:
        try:
            found = json.loads(data)
            texts, time, values = [str(one) for one in found["series"]], found["time"], dict(found["values"])
            sound = type(time) is int and all(type(one) in (int, float) for one in values.values())
            series, is_mark = Series(*texts), bool(found["mark"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return Tally()  # no reading at all
        if not sound:
            return Tally()
        return self._mark(series, time, values) if is_mark else self._reading(Reading(series, time, values))

    def _reading(self, reading: Reading) -> Tally:
        if fault(reading):
            return Tally(0, Counter({"not_storable": 1}))
        tags = {name: text for name in TAGS if (text := getattr(reading.series, name))}
        values = {name: float(value) for name, value in reading.values.items()}
        assert parsed(encode(reading).decode()) == (reading.series.domain, tags, values, reading.time)
        return Tally(1)

    def _mark(self, series: Series, time: int, values: dict[str, float]) -> Tally:
        if values_fault(time, values) or series_fault(series._replace(device="d", model="", site="", commune="")):
            return Tally(0, Counter({"not_storable": 1}))
        told = Mark(series.domain, (("device", series.device), ("label", series.site)), time, values)
        name, tags, found, at = parsed(encode_mark(told).decode())
        assert (name, at, found) == (series.domain, time, {key: float(value) for key, value in values.items()})
        assert set(tags) <= {"device", "label"}
        return Tally(1)

    def close(self) -> None:
        pass


def _text(chance: Random) -> str:
    length = int(chance.expovariate(0.2))
    return (
        "".join(chance.choice(LETTERS if chance.random() < 0.99 else UNSPEAKABLE) for _ in range(length))
        if chance.random() < 0.5
        else "ab-1"
    )


def _name(chance: Random) -> str:
    if chance.random() < 0.85:
        return chance.choice(("co2", "x", "air_temperature", "a-b", "time"))
    return chance.choice(("X", "", "a b", "a=b", "é"))


def _number(chance: Random) -> float:
    if chance.random() < 0.8:
        return chance.choice((0, -0.0, 1, 1e22, 5e-324, 1.7e308, chance.uniform(-1e6, 1e6)))
    return chance.choice((float("nan"), float("inf"), 10**400, True))


def parsed(line: str) -> tuple[str, dict[str, str], dict[str, float], int]:
    """Line protocol as its specification says, letter by letter: a backslash escapes what may not stand alone."""
    parts: list[str] = [""]
    escaped = False
    for letter in line:
        if escaped:
            parts[-1] += letter
        elif letter == " ":
            parts.append("")
        else:
            parts[-1] += letter
        escaped = letter == "\\" and not escaped
    key, fields, time = parts
    name, *tags = split(key, ",")
    pairs = [split(one, "=") for one in tags]
    assert all(len(one) == 2 and all(one) for one in pairs), line
    values = {one: float(value) for one, value in (split(each, "=") for each in split(fields, ","))}
    assert "\n" not in line
    return bare(name), {bare(one): bare(value) for one, value in pairs}, values, int(time)


def split(text: str, at: str) -> list[str]:
    return re.split(rf"(?<!\\){re.escape(at)}", text)


def bare(text: str) -> str:
    return re.sub(r"\\([,= ])", r"\1", text)
