"""The tap before the store answers as a server in trouble would, and a line that it refused once is never taken."""

import time
import urllib.parse
from collections.abc import Iterator

import pytest
import urllib3
from chaos.faults.store import FAULTS, StoreAnswer, chosen, cut_after, hanging, partial, partial_of_2, too_large
from chaos.store_tap import StoreTap

from servers import Influxd, influx_rows, wait_until

NOW = time.time_ns() // 1_000_000
LINES = [b"building,device=d%d co2=%d %d" % (n, n, NOW + n) for n in range(200)]
REFUSED = [line for line in LINES if chosen(line)]


@pytest.fixture
def tap(influxd: Influxd, unique: str) -> Iterator[StoreTap]:
    tap = StoreTap(influxd.port).start()
    assert ask(tap, "/query", q=f"CREATE DATABASE {unique}").status == 200
    yield tap
    tap.stop()


def ask(tap: StoreTap, path: str, body: bytes = b"", **parameters: str) -> urllib3.BaseHTTPResponse:
    with urllib3.HTTPConnectionPool("127.0.0.1", tap.port, timeout=20, retries=False) as pool:
        return pool.request("POST", f"{path}?{urllib.parse.urlencode(parameters)}", body=body)


def write(tap: StoreTap, database: str, lines: list[bytes] = LINES) -> urllib3.BaseHTTPResponse:
    return ask(tap, "/write", b"\n".join(lines), db=database, rp="autogen", precision="ms")


def stored(influxd: Influxd, database: str) -> int:
    return sum(row["count"] for row in influx_rows(influxd, database, "SELECT count(co2) FROM building"))


def test_untouched_it_passes_everything_on(tap: StoreTap, influxd: Influxd, unique: str) -> None:
    assert write(tap, unique).status == 204
    assert stored(influxd, unique) == 200
    assert (tap.statuses[204], tap.refused) == (1, set())


@pytest.mark.parametrize(
    ("behaviour", "status", "words"), [(partial, 400, "partial write"), (partial_of_2, 422, "partial write")]
)
def test_a_partial_write_stores_the_rest_and_counts_what_it_drops(
    tap: StoreTap, influxd: Influxd, unique: str, behaviour: object, status: int, words: str
) -> None:
    assert 0 < len(REFUSED) < 50
    tap.behave(behaviour)  # type: ignore[arg-type]
    answer = write(tap, unique)
    assert (answer.status, words in answer.data.decode()) == (status, True)
    assert f"dropped={len(REFUSED)}" in answer.data.decode()
    assert stored(influxd, unique) == 200 - len(REFUSED)
    tap.heal()
    assert write(tap, unique, REFUSED).status == 400
    assert stored(influxd, unique) == 200 - len(REFUSED)


def test_a_line_that_may_have_been_stored_is_not_refused_later(tap: StoreTap, influxd: Influxd, unique: str) -> None:
    tap.behave(cut_after)
    with pytest.raises(urllib3.exceptions.ProtocolError):
        write(tap, unique)
    assert stored(influxd, unique) == 200
    tap.behave(partial)
    assert write(tap, unique).status == 204


def test_a_body_that_is_too_large_is_halved_until_it_goes(tap: StoreTap, influxd: Influxd, unique: str) -> None:
    tap.behave(too_large)
    assert write(tap, unique).status == 413
    assert stored(influxd, unique) == 0
    assert write(tap, unique, LINES[:10]).status == 204


def test_what_hangs_hangs_until_it_is_healed(tap: StoreTap, unique: str) -> None:
    tap.behave(hanging)
    with urllib3.HTTPConnectionPool("127.0.0.1", tap.port, timeout=0.2, retries=False) as pool:
        with pytest.raises(urllib3.exceptions.ReadTimeoutError):
            pool.request("POST", f"/write?db={unique}", body=LINES[0])
        tap.heal()
        wait_until(lambda: tap.statuses.get(0) == 1, "the end of the request")
        assert pool.request("POST", "/query?q=SHOW+DATABASES").status == 200


def test_each_fault_of_the_store_has_a_name_and_a_behaviour(tap: StoreTap) -> None:
    assert all(issubclass(one, StoreAnswer) and one.name.startswith("store-") for one in FAULTS)
    for status in (429, 500, 503, 401, 404):
        [fault] = [one for one in FAULTS if one.name == f"store-{status}"]
        assert issubclass(fault, StoreAnswer)
        tap.behave(fault.behaviour)
        answer = ask(tap, "/query", q="SHOW DATABASES")
        assert answer.status == status
        assert answer.headers.get("Retry-After") == ("1" if status == 429 else None)
