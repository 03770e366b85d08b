"""The devices of the stage do not give up, and the ledger knows what they sent."""

import json
from pathlib import Path

from chaos.devices import Fleet
from chaos.ledger import Kind, Ledger, number_of, values_of
from chaos.role import KillLog, Role

from servers import Mosquitto, wait_until

NAMES = [f"chaos-{number:06d}" for number in range(6)]


def test_what_a_killed_broker_did_not_confirm_is_sent_again_until_it_does(tmp_path: Path) -> None:
    ledger, log = Ledger(), KillLog()
    broker = Role("broker", Mosquitto(tmp_path / "broker"), log, lambda *_: None)
    broker.start()
    fleet = Fleet(broker.server.port, ledger, NAMES, rate=200, bad_share=0.2, seed=1).start()
    try:
        wait_until(lambda: sum(one.confirmed is not None for one in ledger.since(0)) > 50, "confirmations")
        broker.kill()
        before = len(ledger)
        wait_until(lambda: len(ledger) > before + 50, "messages while it is away")
        fleet.pause()
        wait_until(lambda: fleet.unconfirmed == 0, "all to be confirmed", 60)
        assert all(one.confirmed is not None for one in ledger.since(0))
        [kill] = log.kills
        assert (kill.role, kill.signal) == ("broker", "SIGKILL")
        assert 0 < kill.at - kill.started < 600
        assert broker.starts == 2
        assert broker.pid != kill.pid
    finally:
        fleet.stop()
        broker.close()
    assert {one.kind for one in ledger.since(0)} == set(Kind)


def test_no_two_messages_are_the_same_and_each_value_says_which_one_it_is_from() -> None:
    ledger = Ledger()
    sent = [ledger.add(NAMES[n % 6], 1_000 + n, list(Kind)[n % 4], 0.0) for n in range(2_000)]
    assert len({one.key for one in sent}) == 2_000
    for one in sent:
        if one.kind is Kind.UNDECODABLE:
            assert one.stored == {}
            continue
        said = json.loads(one.payload)
        assert said["time"] == one.time
        assert one.stored.items() <= {**said["values"]}.items()
        assert number_of(said["values"]["co2"]) == one.n
        assert len(one.stored) == (3 if one.kind is Kind.GOOD else 2)
    assert values_of(7) != values_of(7 + 997 * 101)
