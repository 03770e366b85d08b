"""Every row of the status table, in the words of InfluxDB 1, 2 and 3, from a scripted server over a real socket."""

import json
import time
from collections.abc import Callable
from email.utils import formatdate

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scripted import Request, Scripted, ScriptedServer

from devices.errors import StoreRefused, StoreUnavailable
from devices.reading import Reading, Series
from stores.influx import InfluxStore
from stores.influx_http import LONGEST_WAIT, retry_after
from stores.influx_write import DOUBTS
from stores.texts import REMEDIES, Remedy

SERIES = Series("building", "co2-01", "em300", "ecole", "03190")
BAD = -1.0
"""The scripted server takes offence at lines with this value."""


def readings(count: int, bad: frozenset[int] = frozenset()) -> list[Reading]:
    return [Reading(SERIES, 1_000 + n, {"co2": BAD if n in bad else float(n)}) for n in range(count)]


def is_bad(line: bytes) -> bool:
    return b"co2=-1.0 " in line


class Takes:
    """A server that stores good lines and complains of bad ones as one engine does."""

    def __init__(self, complain: Callable[[list[bytes], list[int]], Scripted], *, keeps_good: bool) -> None:
        self.complain = complain
        self.keeps_good = keeps_good
        self.lines: set[bytes] = set()

    def __call__(self, request: Request) -> Scripted:
        lines = request.body.split(b"\n")
        bad = [index for index, line in enumerate(lines) if is_bad(line)]
        if not bad:
            self.lines.update(lines)
            return Scripted(204)
        if self.keeps_good:
            self.lines.update(line for line in lines if not is_bad(line))
        return self.complain(lines, bad)


def v1_partial(lines: list[bytes], bad: list[int]) -> Scripted:
    words = f"partial write: points beyond retention policy dropped={len(bad)}"
    return Scripted(400, json.dumps({"error": words}).encode())


def v1_unparsed(lines: list[bytes], bad: list[int]) -> Scripted:
    return Scripted(400, b'{"error":"partial write: unable to parse \'x\': bad dropped=0"}')


def v2_partial(lines: list[bytes], bad: list[int]) -> Scripted:
    words = f"failure writing points to database: partial write: field type conflict dropped={len(bad)}"
    return Scripted(422, json.dumps({"code": "unprocessable entity", "message": words}).encode())


def v2_invalid(lines: list[bytes], bad: list[int]) -> Scripted:
    return Scripted(400, b'{"code":"invalid","message":"unable to parse \'x\': missing fields"}')


def v3_named(lines: list[bytes], bad: list[int]) -> Scripted:
    data = [
        {"line_number": index + 1, "error_message": "invalid column type", "original_line": lines[index][:20].decode()}
        for index in bad[:100]
    ]
    return Scripted(400, json.dumps({"error": "partial write of line protocol occurred", "data": data}).encode())


def v3_whole(lines: list[bytes], bad: list[int]) -> Scripted:
    entry = {"line_number": bad[0] + 1, "error_message": "no fields", "original_line": "building"}
    return Scripted(400, json.dumps({"error": "parsing failed for write_lp endpoint", "data": entry}).encode())


ENGINES = [
    (v1_partial, True),
    (v1_unparsed, True),
    (v2_partial, True),
    (v2_invalid, False),
    (v3_named, True),
    (v3_whole, False),
]


@pytest.mark.parametrize(("complain", "keeps_good"), ENGINES, ids=[each.__name__ for each, _ in ENGINES])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bad=st.frozensets(st.integers(0, 39)), count=st.integers(1, 40))
def test_p04_every_line_is_stored_or_refused_with_the_servers_words(
    scripted: ScriptedServer,
    store: InfluxStore,
    complain: Callable[[list[bytes], list[int]], Scripted],
    keeps_good: bool,
    bad: frozenset[int],
    count: int,
) -> None:
    scripted.script = server = Takes(complain, keeps_good=keeps_good)
    batch = readings(count, bad)
    refused: list[tuple[Reading, str]] = []
    try:
        store.write(batch)
    except StoreRefused as refusal:
        refused = refusal.refused
    assert [reading for reading, _ in sorted(refused)] == [each for each in batch if each.values["co2"] == BAD]
    assert len(server.lines) == count - len(refused)
    assert all(words for _, words in refused)


def test_p07_a_batch_of_a_thousand_with_seven_bad_stores_993(scripted: ScriptedServer, store: InfluxStore) -> None:
    scripted.script = server = Takes(v2_invalid, keeps_good=False)
    bad = frozenset({0, 1, 141, 500, 777, 998, 999})
    with pytest.raises(StoreRefused) as refusal:
        store.write(readings(1000, bad))
    assert len(refusal.value.refused) == 7
    assert len(server.lines) == 993
    assert len(scripted.requests) < 7 * 2 * 10


def test_more_bad_lines_than_influxdb_3_names_are_all_found(scripted: ScriptedServer, store: InfluxStore) -> None:
    scripted.script = server = Takes(v3_named, keeps_good=True)
    with pytest.raises(StoreRefused) as refusal:
        store.write(readings(400, frozenset(range(250))))
    assert len(refusal.value.refused) == 250
    assert len(server.lines) == 150
    assert len(scripted.requests) == 4


def test_a_batch_dropped_whole_is_not_halved(scripted: ScriptedServer, store: InfluxStore) -> None:
    scripted.script = Takes(v1_partial, keeps_good=True)
    with pytest.raises(StoreRefused):
        store.write(readings(300, frozenset(range(300))))
    assert len(scripted.requests) == 1


def test_too_large_a_batch_is_halved_and_a_line_too_large_refused(scripted: ScriptedServer, store: InfluxStore) -> None:
    stored: set[bytes] = set()

    def limited(request: Request) -> Scripted:
        if len(request.body) > 700:
            return Scripted(413, b'{"error":"Request Entity Too Large"}')
        stored.update(request.body.split(b"\n"))
        return Scripted(204)

    scripted.script = limited
    giant = Reading(SERIES._replace(site="x" * 800), 5, {"co2": 1.0})
    with pytest.raises(StoreRefused) as refusal:
        store.write([*readings(50), giant])
    assert [reading for reading, _ in refusal.value.refused] == [giant]
    assert len(stored) == 50


UNAVAILABLE = [
    (401, "authorization failed", "credentials"),
    (403, "forbidden", "credentials"),
    (404, 'database not found: "telemetry"', "missing"),
    (404, "no dbrp mapping found", "missing"),
    (500, "retention policy not found: rollup_1h", "missing"),
    (500, "timeout", ""),
    (502, "bad gateway", ""),
    (503, "hinted handoff queue not empty", ""),
    (504, "gateway timeout", ""),
    (429, "request limit", ""),
    (301, "", "request"),
    (418, "teapot", "request"),
]


@pytest.mark.parametrize(("status", "words", "remedy"), UNAVAILABLE)
def test_what_is_no_fault_of_the_lines_is_unavailable_with_its_remedy(
    scripted: ScriptedServer, store: InfluxStore, status: int, words: str, remedy: str
) -> None:
    headers = (("Location", "http://127.0.0.1:1/write"),) if status == 301 else ()
    scripted.script = lambda _: Scripted(status, words.encode(), headers)
    with pytest.raises(StoreUnavailable) as unavailable:
        store.write(readings(3))
    expected = Remedy(remedy, database="telemetry") if remedy else ""
    assert unavailable.value.remedy == expected
    assert words in str(unavailable.value)
    assert len(scripted.requests) == 1


def test_a_failure_midway_leaves_nothing_certain(scripted: ScriptedServer, store: InfluxStore) -> None:
    replies = iter([v2_invalid([], [0]), Scripted(204), Scripted(503)])
    scripted.script = lambda _: next(replies)
    with pytest.raises(StoreUnavailable):
        store.write(readings(4, frozenset({3})))


def test_retry_after_is_honoured(scripted: ScriptedServer, store: InfluxStore) -> None:
    scripted.script = lambda _: Scripted(503, b"busy", (("Retry-After", "7"),))
    with pytest.raises(StoreUnavailable) as unavailable:
        store.write(readings(1))
    assert unavailable.value.retry_after == 7.0


def test_retry_after_may_be_a_date() -> None:
    assert retry_after(formatdate(0, usegmt=True)) == 0.0
    ahead = retry_after(formatdate(time.time() + 3600, usegmt=True))
    assert ahead is not None
    assert 0 < ahead <= 3600


def test_a_retry_after_of_nonsense_is_none(scripted: ScriptedServer, store: InfluxStore) -> None:
    scripted.script = lambda _: Scripted(429, b"busy", (("Retry-After", "soon"),))
    with pytest.raises(StoreUnavailable) as unavailable:
        store.write(readings(1))
    assert unavailable.value.retry_after is None


@pytest.mark.parametrize("count", [1, 5000])
def test_a_request_refused_in_unknown_words_quarantines_nothing(
    scripted: ScriptedServer, store: InfluxStore, count: int
) -> None:
    """A proxy's 400 is about the request: it must not send a whole day to the quarantine."""
    scripted.script = lambda _: Scripted(400, b"<html>Bad Request</html>")
    with pytest.raises(StoreUnavailable) as unavailable:
        store.write(readings(count))
    assert unavailable.value.remedy == Remedy("request")
    assert len(scripted.requests) < 3 * DOUBTS


def test_unknown_words_about_one_line_among_good_ones_refuse_that_line(
    scripted: ScriptedServer, store: InfluxStore
) -> None:
    scripted.script = server = Takes(lambda _, __: Scripted(400, b"no idea"), keeps_good=False)
    with pytest.raises(StoreRefused) as refusal:
        store.write(readings(64, frozenset({9})))
    assert [reading.time for reading, _ in refusal.value.refused] == [1009]
    assert len(server.lines) == 63


def test_the_password_is_in_the_header_and_nowhere_else(scripted: ScriptedServer, store: InfluxStore) -> None:
    scripted.script = lambda _: Scripted(401, b"authorization failed")
    with pytest.raises(StoreUnavailable) as unavailable:
        store.write(readings(1))
    assert scripted.requests[0].headers["Authorization"].startswith("Basic ")
    said = f"{unavailable.value!r} {unavailable.value.remedy} {store!r} {scripted.requests[0].path}"
    assert "s3cret" not in said


def test_an_answer_that_is_no_influxql_result_is_unavailable(scripted: ScriptedServer, store: InfluxStore) -> None:
    for body in (b"<html>", b"[]", b'{"results":[{"series":[{}]}]}', b"7"):
        scripted.script = lambda _, body=body: Scripted(200, body)  # type: ignore[misc]
        with pytest.raises(StoreUnavailable):
            store.points("co2-01", "co2", 0, 1)


def test_an_answer_cut_short_is_not_taken_for_the_whole(scripted: ScriptedServer, store: InfluxStore) -> None:
    series = {"name": "building", "columns": ["time", "co2"], "values": [[1, 2.0]], "partial": True}
    scripted.script = lambda _: Scripted(200, json.dumps({"results": [{"series": [series]}]}).encode())
    with pytest.raises(StoreUnavailable) as unavailable:
        store.points("co2-01", "co2", 0, 10)
    assert unavailable.value.remedy == Remedy("row_limit")


def test_every_remedy_exists_in_french_and_in_english() -> None:
    for code, texts in REMEDIES.items():
        assert set(texts) == {"fr", "en"}, code
        assert texts["fr"] != texts["en"], code
    remedy = Remedy("missing", database="telemetry")
    assert remedy.text("en") == str(remedy)
    assert remedy.text("fr").startswith("la base telemetry")


@pytest.mark.parametrize("header", ["\N{SUPERSCRIPT TWO}", "9" * 400, "Fri, 31 Dec 9999 23:59:59 -9999"])
def test_no_retry_after_stops_the_store_for_ever(header: str) -> None:
    wait = retry_after(header)
    assert wait is None or 0 <= wait <= LONGEST_WAIT


ODD_SERIES = [
    {"name": "building", "columns": ["time", "co2"], "values": [[1]]},
    {"name": "building", "columns": ["time", "co2"], "values": [{"time": 1, "co2": 2}]},
    {"name": "building", "columns": ["time", "co2"], "values": [["yesterday", 2]]},
    {"name": "building", "columns": ["time", "co2"], "values": [[1, [2]]]},
    {"name": "building", "columns": ["time"], "values": [[1]]},
    {"name": "building", "columns": ["co2", "time"], "values": [[2, 1]]},
    {"name": ["building"], "columns": ["time", "co2"], "values": [[1, 2]]},
    {"name": "building", "tags": {"device": 7}, "columns": ["time", "co2"], "values": [[1, 2]]},
]


@pytest.mark.parametrize("series", ODD_SERIES)
def test_an_answer_of_another_shape_is_unavailable(
    scripted: ScriptedServer, store: InfluxStore, series: dict[str, object]
) -> None:
    scripted.script = lambda _: Scripted(200, json.dumps({"results": [{"series": [series]}]}).encode())
    with pytest.raises(StoreUnavailable) as unavailable:
        store.points("co2-01", "co2", 0, 1)
    assert unavailable.value.remedy == Remedy("not_influxdb", server=f"127.0.0.1:{scripted.port}")


@pytest.mark.parametrize("body", [b"{}", b'{"results":[]}', b'{"results":[{},{}]}', b"[" * 100_000])
def test_an_answer_to_another_number_of_statements_is_unavailable(
    scripted: ScriptedServer, store: InfluxStore, body: bytes
) -> None:
    scripted.script = lambda _: Scripted(200, body)
    for ask in (lambda: store.points("co2-01", "co2", 0, 1), store.latest, lambda: list(store.readings(0, 1))):
        with pytest.raises(StoreUnavailable):
            ask()
