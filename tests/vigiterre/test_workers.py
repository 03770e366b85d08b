"""Which workers there are, and whether all devices are heard by them."""

from pathlib import Path

import pytest

from ingest.live import signs
from ingest.mqtt import State
from vigiterre.checks import BACKLOG_MS, BRIEF_MS, Ear
from vigiterre.workers import LAG_MS, QUIET_MS, SKEW_MS, Workers

NOW = 1_795_435_200_000
CONNECTED = State(connected=True)


class Clock:
    """Both of them."""

    def __init__(self) -> None:
        self.ms = 0

    def wall(self) -> int:
        return NOW + self.ms

    def monotonic(self) -> float:
        return self.ms / 1000


class Listening:
    """Workers that give a sign every other second, unless a test says otherwise."""

    def __init__(self, path: Path, *names: str) -> None:
        self.clock = Clock()
        self.names = list(names)
        self.path = path
        self.start()

    def start(self) -> None:
        self.workers, self.ear = Workers(self.path, self.clock.wall, self.clock.monotonic), Ear()

    def sign(self, name: str, **other: object) -> None:
        sign = {"time": self.clock.wall(), "connected": True, "waiting": 0, "lag": 0, "checks": {}, **other}
        self.workers.hear(name, signs.dump_json(sign))  # type: ignore[arg-type]

    def passes(self, ms: int, **other: object) -> int | None:
        """Time, a second at a time. Since when we hear the devices, at the end of it."""
        hearing = None
        for second in range(0, ms, 1000):
            self.clock.ms += 1000
            if second % 2000 == 0:
                for name in self.names:
                    self.sign(name, **other)
            state = self.workers.state(CONNECTED)
            hearing = self.ear.hearing(state, self.clock.wall(), self.clock.monotonic())
        return hearing

    def words(self) -> str:
        return self.workers.words().text("fr")


@pytest.fixture
def listening(tmp_path: Path) -> Listening:
    return Listening(tmp_path / "workers.json", "a", "b")


def test_devices_are_heard_when_all_workers_are_and_the_backlog_had_its_time(listening: Listening) -> None:
    assert listening.passes(BACKLOG_MS - 1000) is None
    assert listening.passes(5_000) == 0
    assert listening.words() == ""
    assert listening.workers.heard == 2


def test_one_worker_that_is_missing_is_named_and_nobody_is_heard_until_it_is_back(listening: Listening) -> None:
    listening.passes(30_000)
    listening.names.remove("b")
    assert listening.passes(QUIET_MS + 3_000) is None
    assert "b" in listening.words()
    assert "workers.json" in listening.words()
    assert listening.workers.missing == ["b"]
    assert listening.passes(60_000) is None
    listening.names.append("b")
    listening.passes(1000)
    back = listening.clock.wall()
    assert listening.passes(30_000) == back
    assert listening.words() == ""


def test_after_a_short_gap_devices_are_given_as_long_to_be_back_and_no_new_term(listening: Listening) -> None:
    listening.passes(30_000)
    listening.names.remove("b")
    assert listening.passes(QUIET_MS + 10_000) is None
    listening.names.append("b")
    assert listening.passes(5_000) is None
    assert listening.passes(30_000) == 0


@pytest.mark.parametrize("ill", [{"connected": False}, {"lag": LAG_MS}], ids=["without broker", "behind"])
def test_a_worker_that_does_not_hear_or_is_behind_hears_nobody(listening: Listening, ill: dict[str, object]) -> None:
    listening.passes(30_000)
    assert listening.passes(4_000, **ill) is None
    assert bool(listening.words()) is ("connected" in ill)


def test_a_worker_whose_clock_differs_is_said_and_hears_nobody(listening: Listening) -> None:
    listening.passes(30_000)
    assert listening.passes(4_000, time=listening.clock.wall() + SKEW_MS + 10_000) is None
    assert "horloge" in listening.words()


def test_without_the_broker_we_hear_nobody(listening: Listening) -> None:
    listening.passes(30_000)
    state = listening.workers.state(State(connected=False))
    assert not state.connected


def test_after_a_start_those_there_were_are_waited_for(listening: Listening) -> None:
    listening.passes(30_000)
    listening.start()
    listening.names.remove("b")
    assert listening.passes(QUIET_MS - 1_000) is None
    assert listening.words() == ""
    assert listening.passes(BRIEF_MS + 10_000) is None
    assert "b" in listening.words()
    listening.names.append("b")
    listening.passes(1_000)
    back = listening.clock.wall()
    assert listening.passes(30_000) == back


def test_without_any_worker_it_is_said_once_they_had_their_time(tmp_path: Path) -> None:
    listening = Listening(tmp_path / "workers.json")
    assert listening.passes(5_000) is None
    assert listening.words() == ""
    listening.passes(10_000)
    assert "--only ingest" in listening.words()


def test_a_worker_that_was_not_heard_for_a_week_is_forgotten(listening: Listening) -> None:
    listening.passes(5_000)
    listening.names.remove("b")
    listening.clock.ms += 8 * 86_400_000
    listening.passes(5_000)
    assert listening.workers.missing == []


def test_what_workers_say_of_themselves_is_told_with_their_names(listening: Listening) -> None:
    listening.passes(5_000)
    listening.sign("b", checks={"store": "away"})
    listening.sign("a", checks={"store": "refused", "disk": "full"})
    assert listening.workers.checks() == {"store": "a: refused; b: away", "disk": "a: full"}
    listening.names.clear()
    listening.passes(QUIET_MS + 2_000)
    assert listening.workers.checks() == {}


@pytest.mark.parametrize("payload", [b"", b"[]", b"\xff", b'{"time": 1}'])
def test_a_sign_that_cannot_be_read_is_counted_and_is_none(listening: Listening, payload: bytes) -> None:
    listening.workers.hear("c", payload)
    assert listening.workers.faulty == 1
    assert listening.workers.missing == []


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'{"a": "x"}'])
def test_a_file_that_cannot_be_read_is_that_of_nobody(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "workers.json").write_bytes(content)
    listening = Listening(tmp_path / "workers.json", "a")
    listening.passes(15_000)
    assert listening.workers.missing == []
