"""A few faults of fixed seeds on one stage; and a judge that finds what is wrong when something is.

Longer, with random seeds and all faults: `make chaos`.
"""

import json
import random
import sqlite3
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from chaos.act import judge, kept_of, play, schedule
from chaos.check import Result, check, strangers
from chaos.faults import all_faults, chosen
from chaos.ledger import Kind, Sent
from chaos.plan import Plan
from chaos.stage import DATABASE, Stage

ROOT = Path(__file__).parent.parent.parent
QUICK = "kill-ingestor,kill-broker,kill-store,store-400-partial,store-cut-after-taking,duplicate-storm,link-torn"


def said(words: str) -> None:
    """Shown when a test fails."""
    print(words)  # noqa: T201


@pytest.mark.timeout(300)  # servers are started again and again, on a machine that may be busy
def test_p02_whoever_is_killed_nothing_acknowledged_is_lost_and_nothing_is_there_twice() -> None:
    command = [sys.executable, "-m", "chaos", "--seed", "7", "--duration", "1", "--rounds", "1", "--rate", "60"]
    ended = subprocess.run(
        [*command, "--devices", "10", "--faults", QUICK],
        cwd=ROOT / "tests" / "support",
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert ended.returncode == 0, ended.stdout[-4_000:] + ended.stderr[-2_000:]
    numbers = json.loads(ended.stdout.splitlines()[-1])
    assert numbers["published"] > 200
    # mosquitto confirms before it saves: what it had just taken when it was killed may be lost by it, and only by it.
    assert 0 <= numbers["published"] - numbers["acknowledged"] < 20
    assert (numbers["lost"], numbers["twice"]) == (0, 0)
    assert all(f"1 SIGKILL x {role}" in ended.stdout for role in ("ingestor", "broker", "store"))


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage on which the ingestor was killed once, and all is as it should be."""
    plan = Plan(tmp_path_factory.mktemp("c"), seed=3, rate=100, devices=5, bad_share=0.2)
    with Stage(plan) as stage:
        scene = play(stage, tuple(chosen("kill-ingestor")), said)
        verdict = judge(stage, [scene], said)
        assert verdict.good, verdict.whole.words + verdict.complaints
        assert verdict.whole.published == verdict.whole.acknowledged > 50
        yield stage


def verdict_of(stage: Stage) -> Result:
    kept, sent = kept_of(stage), stage.ledger.since(0)
    result = check(sent, stage.tap.traffic.keys()[1], kept)
    result.add(strangers(sent, kept))
    return result


def ask(stage: Stage, path: str, body: str, **parameters: str) -> None:
    query = urllib.parse.urlencode({"db": DATABASE, **parameters})
    url = f"http://127.0.0.1:{stage.influxd.port}/{path}?{query}"
    with urllib.request.urlopen(urllib.request.Request(url, body.encode()), timeout=30) as answer:
        assert answer.status in (200, 204)
        assert b"error" not in answer.read()


def delete(stage: Stage, one: Sent) -> None:
    statement = f"DELETE FROM building WHERE device = '{one.device}' AND time = {one.time}000000"
    ask(stage, "query", "", q=statement)


def write(stage: Stage, one: Sent, time: int, site: str, co2: float) -> None:
    line = f"building,device={one.device},model=chaos,site={site},commune=03190 co2={co2} {time}"
    ask(stage, "write", line, rp="autogen", precision="ms")


def some(stage: Stage, kind: Kind, number: int = 0) -> Sent:
    return [one for one in stage.ledger.since(0) if one.kind is kind][number]


@pytest.mark.timeout(300)
def test_the_judge_finds_a_point_that_was_taken_away(judged: Stage) -> None:
    before = verdict_of(judged)
    gone = some(judged, Kind.GOOD)
    delete(judged, gone)
    after = verdict_of(judged)
    assert (after.lost, after.stored) == (before.lost + 1, before.stored - 1)
    assert any(f"lost: message {gone.n} " in words for words in after.words)


def test_the_judge_finds_a_value_that_was_changed(judged: Stage) -> None:
    before = verdict_of(judged)
    one = some(judged, Kind.GOOD, 1)
    write(judged, one, one.time, f"site-{one.device}", 7.25)
    after = verdict_of(judged)
    assert (after.wrong, after.lost) == (before.wrong + 1, before.lost + 1)
    assert any(f"co2 = 7.25, sent {one.n + 0.5}" in words for words in after.words)


def test_the_judge_finds_a_reading_under_a_second_series_and_one_at_a_second_time(judged: Stage) -> None:
    before = verdict_of(judged)
    one, other = some(judged, Kind.GOOD, 2), some(judged, Kind.GOOD, 3)
    write(judged, one, one.time, "elsewhere", one.n + 0.5)
    write(judged, other, other.time - 86_400_000, f"site-{other.device}", other.n + 0.5)
    after = verdict_of(judged)
    assert after.twice == before.twice + 2


def test_the_judge_finds_a_point_that_nobody_sent(judged: Stage) -> None:
    before = verdict_of(judged)
    one = some(judged, Kind.GOOD)
    write(judged, one, one.time - 1, "elsewhere", 900_000_000.5)
    assert verdict_of(judged).strange == before.strange + 1


def test_the_judge_finds_what_is_missing_in_quarantine_and_what_is_there_again(judged: Stage) -> None:
    before = verdict_of(judged)
    gone, again = some(judged, Kind.UNDECODABLE), some(judged, Kind.OUT_OF_RANGE)
    path = judged.data / "quarantine.sqlite"
    with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
        query = "DELETE FROM refusal WHERE message IN (SELECT id FROM message WHERE topic = ? AND payload = ?)"
        assert connection.execute(query, (gone.topic, gone.payload)).rowcount == 1
        connection.execute(
            "INSERT INTO message (seq, received, topic, retained, size, sha256, payload, broker) "
            "SELECT seq + 1000000, received, topic, retained, size, sha256, payload, broker FROM message "
            "WHERE topic = ? AND payload = ?",
            (again.topic, again.payload),
        )
        connection.execute(
            "INSERT INTO refusal (message, item, reason, device, detail) "
            "SELECT max(id), 0, 'out_of_range', ?, '' FROM message",
            (again.device,),
        )
    after = verdict_of(judged)
    assert (after.lost, after.twice) == (before.lost + 1, before.twice + 1)


def test_the_judge_blames_the_broker_for_what_never_came_to_us(judged: Stage) -> None:
    before = verdict_of(judged)
    forgotten = judged.ledger.add(judged.names[0], 1_800_000_000_000, Kind.GOOD, 0.0)
    forgotten.confirmed = 1.0
    after = verdict_of(judged)
    assert (after.lost_by_broker, after.lost) == (before.lost_by_broker + 1, before.lost)
    forgotten.confirmed = None
    assert verdict_of(judged).lost_by_broker == before.lost_by_broker


def test_faults_have_names_of_their_own_and_pairs_leave_each_other_alone() -> None:
    faults = all_faults()
    assert len({one.name for one in faults}) == len(faults)
    pairs = schedule(faults, random.Random(1), pairs=True)
    for _ in range(3 * len(faults)):
        acting = next(pairs)
        assert len(acting) == (1 if acting[0].alone else 2)
        assert len(acting) == 1 or not acting[0].touches & acting[1].touches


def test_a_seed_says_what_happens() -> None:
    def names(seed: int) -> list[str]:
        found = schedule(all_faults(), random.Random(seed), pairs=True)
        return [" + ".join(one.name for one in next(found)) for _ in range(50)]

    assert names(7) == names(7) != names(8)
