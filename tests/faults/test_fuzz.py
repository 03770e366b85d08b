"""Inputs that nobody meant, a few hundred on every way in; `make fuzz` tries a million of the same kinds.

`tests/data/fuzz/TARGET/` holds inputs that once showed a fault, and some of the kinds that are worth being sure of.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from fuzzing.catalogue import TARGETS, amounts
from fuzzing.minimal import minimal
from fuzzing.parcel import pack, unpack
from fuzzing.target import Tally, Target
from fuzzing.trying import tried, watched
from fuzzing.work import folder_in_memory, input_of, run
from hypothesis import given, settings
from hypothesis import strategies as st

KNOWN = Path(__file__).parent.parent / "data" / "fuzz"
CASES = sorted(KNOWN.glob("*/*.bin"))
SEED = "make test"
COUNTS = {
    "scripts": 40,
    "toml": 60,
    "sheets": 60,
    "forms": 25,
    "journal": 120,
    "quarantine": 15,
    "frames": 200,
    "servers": 120,
}
USUAL = 250

Make = Callable[[str], Target]


@pytest.fixture(scope="module")
def make() -> Iterator[Make]:
    """A target by name, made once."""
    made: dict[str, Target] = {}
    with folder_in_memory() as folder:

        def one(name: str) -> Target:
            if name not in made:
                made[name] = TARGETS[name].make(folder / name)
            return made[name]

        yield one
        for target in made.values():
            target.close()


# A panic of mqtt5 leaves an error that nobody can raise: see `Parser.feed`.
PANICS = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
WIRE = ("frames", "brokers")


@pytest.mark.parametrize("name", [pytest.param(name, marks=PANICS if name in WIRE else ()) for name in TARGETS])
def test_no_input_of_a_few_hundred_is_a_crash_or_goes_without_a_reason(name: str, make: Make) -> None:
    target, total = make(name), Tally()
    for number in range(COUNTS.get(name, USUAL)):
        data = input_of(target, name, SEED, number)
        tally, fault, _ = tried(target, data)
        assert fault is None, f"input {number}: {data[:1000]!r}\n{fault.trace}"
        total.add(tally)
    assert total.readings, "nothing was taken: the target tries too little"
    assert total.refusals, "nothing was refused: the target tries too little"


@PANICS
@pytest.mark.parametrize("case", CASES, ids=[f"{case.parent.name}-{case.stem}" for case in CASES])
def test_what_was_found_once_is_found_no_more(case: Path, make: Make) -> None:
    _, fault, _ = tried(make(case.parent.name), case.read_bytes())
    assert fault is None, fault.trace


def test_a_seed_draws_the_same_inputs_again(make: Make) -> None:
    for name in TARGETS:
        target = make(name)
        once, again = ([input_of(target, name, "7", number) for number in range(20)] for _ in range(2))
        assert once == again
        assert len(set(once)) > 10


def test_every_input_that_is_asked_for_is_tried() -> None:
    for inputs in (1, 1_000, 1_000_000):
        shares = amounts(inputs)
        assert all(shares.values())
        assert sum(shares.values()) >= inputs


class Broken:
    """Fails on what holds a `!`, never ends on what holds a `?`."""

    def draw(self, chance: Random) -> bytes:
        return chance.choice((b"good", b"bad !", b"still good"))

    def run(self, data: bytes) -> Tally:
        if b"!" in data:
            raise KeyError(len(data))
        while b"?" in data:
            pass
        return Tally(1)

    def close(self) -> None:
        pass


def test_a_fault_is_found_and_the_input_made_short() -> None:
    target = Broken()
    _, fault, _ = tried(target, b"a long way to the ! and on")
    assert fault is not None
    assert fault.kind == "KeyError test_fuzz.py run"
    assert minimal(b"a long way to the ! and on", lambda data: tried(target, data)[1] is not None) == b"!"


def test_an_input_that_never_ends_is_a_fault() -> None:
    with pytest.raises(BaseException, match="of computing"), watched(cpu=0.05):
        Broken().run(b"?")


def test_a_run_counts_what_it_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = TARGETS["frames"]._replace(make=lambda _: Broken())
    monkeypatch.setitem(TARGETS, "frames", plan)
    report = run("frames", "1", 0, 60, tmp_path)
    assert report.inputs == 60
    assert report.readings + report.crashes == 60
    assert [bytes.fromhex(one.data) for one in report.findings] == [b"!"]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.text(st.characters(exclude_categories=["Cs"]), max_size=9), st.binary(max_size=20)), max_size=4
    )
)
def test_a_parcel_holds_what_was_packed(parts: list[tuple[str, bytes]]) -> None:
    if not any(b"--8<-- " in content for _, content in parts):
        assert unpack(pack(parts)) == parts


@settings(deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_parcel(data: bytes) -> None:
    assert all(name == name.encode().decode() for name, _ in unpack(data + b"\n--8<-- %ff\n"))
