"""Sparkplug B: births name what data calls by number, sequences are followed, and no bytes break the codec."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import samples

from devices.errors import DecodeError
from devices.reading import Message
from ingest.codecs.sparkplug import ASK_EVERY, Sparkplug
from ingest.codecs.sparkplug_births import ADDRESSES, KEPT, Births, Known, Metrics
from ingest.codecs.sparkplug_proto import read_payload, write_payload
from ingest.codecs.uplink import Event, Uplink

OWN = json.loads((Path(__file__).parent.parent / "data" / "formats" / "sparkplug.json").read_text())
T = 1_768_207_200_000
BORN = [{key: value for key, value in metric.items() if key != "is"} for metric in OWN["metrics"]]
EXPECTED = {metric["name"]: metric["is"] for metric in OWN["metrics"]}
ANONYMOUS = [{key: value for key, value in metric.items() if key not in {"name", "datatype"}} for metric in BORN]
BD_SEQ = {"name": "bdSeq", "datatype": 4, "long_value": OWN["bdSeq"]}
NODE, DEVICE = f"{OWN['group']}/{OWN['edge']}", f"{OWN['group']}/{OWN['edge']}/{OWN['device']}"


class Talk:
    """A codec and a node that talks to it."""

    def __init__(self) -> None:
        self.codec = Sparkplug()
        self.received = T

    def say(self, kind: str, metrics: list[dict[str, Any]], seq: int | None = None, **how: Any) -> list[Uplink | Event]:
        return self.send(kind, write_payload(T, metrics, seq), **how)

    def send(self, kind: str, payload: bytes, **how: Any) -> list[Uplink | Event]:
        self.received += 1
        node = (DEVICE if kind.startswith("D") else NODE).partition("/")[2]
        topic = f"spBv1.0/{OWN['group']}/{kind}/{node}"
        return self.codec(Message(topic, payload, self.received, **how), {})

    def born(self) -> "Talk":
        self.say("NBIRTH", [BD_SEQ], 0)
        self.say("DBIRTH", BORN, 1)
        assert self.codec.take_requests() == []
        return self

    def asked(self) -> bool:
        return bool(self.codec.take_requests())


def fields(heard: list[Uplink | Event]) -> dict[str, Any]:
    (one,) = heard
    assert isinstance(one, Uplink)
    return dict(one.fields or {})


def test_a_birth_gives_names_and_values_and_data_gives_them_by_alias() -> None:
    talk = Talk()
    assert talk.say("NBIRTH", [BD_SEQ], 0) == [Event("nbirth", NODE)]
    (birth,) = talk.say("DBIRTH", BORN, 1)
    assert birth == Uplink(DEVICE, T, fields=EXPECTED)
    (data,) = talk.say("DDATA", ANONYMOUS, 2)
    assert data == birth
    assert not talk.asked()


def test_the_reference_messages_give_the_expected_values() -> None:
    codec = Sparkplug()
    folder = samples() / "sparkplug-b"
    order = ("NBIRTH", "DBIRTH", "DDATA", "NDEATH")
    told = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    told.sort(key=lambda sample: order.index(sample["topic"].split("/")[2]))
    aliases: dict[str, str] = {}
    for number, sample in enumerate(told):
        _, group, kind, node = sample["topic"].split("/", 3)
        heard = codec(Message(sample["topic"], bytes.fromhex(sample["payload_hex"]), T + number), {})
        metrics = sample["expected"]["metrics"]
        aliases |= {metric["alias"]: metric["name"] for metric in metrics if "alias" in metric and "name" in metric}
        if kind == "NDEATH":
            assert heard == [Event("ndeath", f"{group}/{node}")]
            continue
        expected = {
            metric.get("name") or aliases[metric["alias"]]: int(metric["value"])
            if metric["type"] == "Int64"
            else metric["value"]
            for metric in metrics
        }
        assert heard == [Uplink(f"{group}/{node}", int(sample["expected"]["timestamp"]), fields=expected)]
    assert codec.take_requests() == []


def test_trap_12_data_before_its_birth_is_refused_and_the_birth_asked_for() -> None:
    talk = Talk()
    with pytest.raises(DecodeError, match="alias 1' and its birth was not heard; a birth is asked for"):
        talk.say("DDATA", ANONYMOUS, 5)
    ((topic, payload),) = talk.codec.take_requests()
    assert topic == "spBv1.0/Vichy/NCMD/gw-1"
    (metric,) = read_payload(payload).metrics
    assert (metric.name, metric.datatype, metric.boolean_value) == ("Node Control/Rebirth", 11, True)
    assert not talk.asked(), "each request is given once"


def test_trap_12_data_that_names_its_metrics_needs_no_birth_but_asks_for_it() -> None:
    talk = Talk()
    assert fields(talk.say("DDATA", BORN, 5)) == EXPECTED
    assert talk.asked()


def test_trap_12_after_255_comes_0() -> None:
    talk = Talk().born()
    for seq in [*range(2, 256), 0, 1, 2]:
        talk.say("DDATA", ANONYMOUS[:1], seq)
        assert not talk.asked(), seq


def test_trap_12_a_gap_asks_for_a_birth_and_keeps_the_values() -> None:
    talk = Talk().born()
    assert fields(talk.say("DDATA", ANONYMOUS[:1], 4)) == {"Pression": 21.3}
    assert talk.asked()
    talk.say("DDATA", ANONYMOUS[:1], 4)
    assert not talk.asked(), "a repetition of QoS 1 is no gap"


def test_requests_are_far_apart_by_the_times_received() -> None:
    talk = Talk().born()
    asked = 0
    for seq in (9, 20, 40, 80):
        talk.say("DDATA", ANONYMOUS[:1], seq)
        asked += talk.asked()
    assert asked == 1
    talk.received += ASK_EVERY
    talk.say("DDATA", ANONYMOUS[:1], 7)
    assert talk.asked()


def test_trap_12_null_is_no_value_and_zero_is_one() -> None:
    talk = Talk().born()
    assert fields(talk.say("DDATA", [{"alias": 10, "long_value": 0}, {"alias": 1, "is_null": True}], 2)) == {
        "Zero": 0,
        "Pression": None,
    }


def test_trap_12_history_is_dated_by_each_metric() -> None:
    talk = Talk().born()
    old = [
        {"alias": 1, "float_value": value, "timestamp": T - age, "is_historical": True}
        for value, age in ((1.5, 120_000), (2.5, 60_000))
    ]
    heard = talk.say("DDATA", [*old, {"alias": 1, "float_value": 3.5}, {"alias": 7, "boolean_value": True}], 2)
    assert heard == [
        Uplink(DEVICE, T - 120_000, fields={"Pression": 1.5}),
        Uplink(DEVICE, T - 60_000, fields={"Pression": 2.5}),
        Uplink(DEVICE, T, fields={"Pression": 3.5, "Marche": True}),
    ]


def test_a_node_whose_clock_is_not_set_gives_no_time() -> None:
    talk = Talk().born()
    (uplink,) = talk.send("DDATA", write_payload(5_000, ANONYMOUS[:1], 2))
    assert isinstance(uplink, Uplink)
    assert uplink.time is None


def test_data_sets_templates_and_bytes_are_skipped() -> None:
    talk = Talk().born()
    more = [{"name": kind, f"{kind}_value": b"\x01"} for kind in ("dataset", "template", "bytes")]
    assert fields(talk.say("DDATA", [*more, ANONYMOUS[0]], 2)) == {"Pression": 21.3}
    assert talk.say("DDATA", more, 3) == [Event("ddata", DEVICE)]


def test_a_new_birth_of_the_node_makes_those_of_its_devices_void() -> None:
    talk = Talk().born()
    talk.say("NBIRTH", [BD_SEQ], 0)
    with pytest.raises(DecodeError, match="birth was not heard"):
        talk.say("DDATA", ANONYMOUS, 1)


def test_a_death_makes_births_void_unless_it_is_of_an_older_session() -> None:
    talk = Talk().born()
    assert talk.say("NDEATH", [BD_SEQ | {"long_value": 6}]) == [Event("ndeath", NODE)]
    assert fields(talk.say("DDATA", ANONYMOUS[:1], 2)) == {"Pression": 21.3}
    assert talk.say("NDEATH", [BD_SEQ]) == [Event("ndeath", NODE)]
    with pytest.raises(DecodeError, match="birth was not heard"):
        talk.say("DDATA", ANONYMOUS, 3)


def test_a_death_of_a_device_is_an_event_in_the_sequence() -> None:
    talk = Talk().born()
    assert talk.say("DDEATH", [], 2) == [Event("ddeath", DEVICE)]
    talk.say("NDATA", [{"name": "Charge", "datatype": 10, "double_value": 0.5}], 3)
    assert not talk.asked()


@pytest.mark.parametrize("kind", ["NCMD", "DCMD"])
def test_commands_are_events(kind: str) -> None:
    assert Talk().send(kind, b"any") == [Event(kind.casefold(), DEVICE if kind == "DCMD" else NODE)]


@pytest.mark.parametrize("topic", ["spBv1.0/STATE/scada", "STATE/scada", "pont/spBv1.0/STATE/scada"])
def test_states_of_host_applications_are_events(topic: str) -> None:
    assert Sparkplug()(Message(topic, b'{"online": true}', T), {}) == [Event("state", "STATE/scada")]


def test_a_bridge_may_put_levels_before_and_is_asked_there() -> None:
    codec = Sparkplug()
    with pytest.raises(DecodeError):
        codec(Message("pont/nord/spBv1.0/g/DDATA/gw/d", write_payload(T, [{"alias": 1}], 1), T), {})
    assert [topic for topic, _ in codec.take_requests()] == ["pont/nord/spBv1.0/g/NCMD/gw"]


def test_a_replay_is_read_with_the_births_of_its_time_and_changes_nothing_of_today() -> None:
    talk = Talk()
    talk.received = T - 1_000
    talk.say("DBIRTH", [BORN[0] | {"name": "Ancienne"}], 1)
    talk.codec.take_requests()
    talk.received = T
    talk.born()
    for how in ({"replayed": True}, {}):  # the latter is only looked at again
        talk.received = T - 500
        assert fields(talk.say("DDATA", ANONYMOUS[:1], 99, **how)) == {"Ancienne": 21.3}
    talk.received = T - 2_000
    talk.say("NBIRTH", [BD_SEQ], 0, replayed=True)
    talk.say("DBIRTH", [BORN[0] | {"name": "Plus ancienne"}], 1, replayed=True)
    assert fields(talk.say("DDATA", ANONYMOUS[:1], 2, replayed=True)) == {"Plus ancienne": 21.3}
    talk.received = T + 10
    assert fields(talk.say("DDATA", ANONYMOUS[:1], 2)) == {"Pression": 21.3}
    assert not talk.asked()


def test_what_came_before_its_birth_is_read_when_it_is_run_again_after_it() -> None:
    talk = Talk()
    with pytest.raises(DecodeError, match="its birth was not heard"):
        talk.say("DDATA", ANONYMOUS[:1], 7)
    talk.received = T
    with pytest.raises(DecodeError, match="no birth tells it, then or since"):
        talk.say("DDATA", ANONYMOUS[:1], 7, replayed=True)
    talk.codec.take_requests()
    talk.received = T + 10
    talk.born()
    talk.received = T
    assert fields(talk.say("DDATA", ANONYMOUS[:1], 7, replayed=True)) == {"Pression": 21.3}


def test_a_metric_that_only_the_next_birth_tells_is_read_when_it_is_run_again() -> None:
    talk = Talk().born()
    told = [{"alias": 99, "double_value": 1.5}, ANONYMOUS[0]]
    with pytest.raises(DecodeError, match="alias 99"):
        talk.say("DDATA", told, 2)
    at = talk.received
    assert talk.asked()
    talk.say("DBIRTH", [*BORN, {"name": "Nouvelle", "alias": 99, "datatype": 10, "double_value": 1.5}], 3)
    talk.received = at - 1
    assert fields(talk.say("DDATA", told, 2, replayed=True)) == {"Nouvelle": 1.5, "Pression": 21.3}


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 3)), max_size=20), st.randoms(use_true_random=False))
def test_births_may_be_learnt_in_any_order_and_twice(times: list[tuple[int, int]], chance: Any) -> None:
    known: dict[int, Metrics] = {when: {0: Known(str(name), 1)} if name else {} for when, name in times}
    learnt = [*known.items(), *known.items()]
    chance.shuffle(learnt)
    births = Births()
    for when, metrics in learnt:
        births.learn("d", when, metrics)
    for when in range(52):
        before = [one for one in known if one <= when]
        assert births.at("d", when, look_ahead=False) == (known[max(before)] if before else {})


def test_births_that_are_made_up_do_not_fill_the_memory() -> None:
    births = Births()
    for when in range(2 * KEPT):
        births.learn("d", when, {0: Known(str(when), 1)})
    births.learn("d", -1, {0: Known("old", 1)})
    assert births.at("d", 10**9, look_ahead=False) == {0: Known(str(2 * KEPT - 1), 1)}
    for number in range(2 * ADDRESSES):
        births.learn(f"d{number}", 0, {0: Known("x", 1)})
    assert len(births._of) == ADDRESSES


@pytest.mark.parametrize(("code", "good"), [(192, True), (216, True), (0, False), (500, False), (64, False)])
def test_values_that_their_node_calls_bad_or_stale_are_none(code: int, good: bool) -> None:
    metric = {**ANONYMOUS[0], "properties": {"keys": [b"Unit", b"Quality"], "values": [{}, {"int_value": code}]}}
    assert fields(Talk().born().say("DDATA", [metric], 2)) == {"Pression": 21.3 if good else None}


def test_what_is_not_to_be_stored_is_not() -> None:
    talk = Talk().born()
    assert talk.say("DDATA", [ANONYMOUS[0] | {"is_transient": True}], 2) == [Event("ddata", DEVICE)]


def test_trap_12_history_from_before_the_clock_was_set_is_not_dated_now() -> None:
    old = {"alias": 1, "float_value": 1.5, "timestamp": 5_000, "is_historical": True}
    (uplink,) = Talk().born().say("DDATA", [old], 2)
    assert isinstance(uplink, Uplink)
    assert uplink.time == 5_000  # which is refused as too old, and can be found


def test_nothing_is_asked_of_nodes_of_a_foreign_broker() -> None:
    talk = Talk()
    with suppress(DecodeError):
        talk.say("DDATA", ANONYMOUS, 5, broker="voisin")
    assert not talk.asked()


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ({"name": "x", "datatype": 5, "int_value": 256}, "x is 256, which its type of 8 bits cannot hold"),
        ({"name": "x", "datatype": 1, "int_value": 300}, "x is 300, which its type of 8 bits"),
        ({"name": "x", "datatype": 10, "double_value": 1.0, "is_historical": True}, "historical and has no timestamp"),
        ({"name": "x", "datatype": 10, "double_value": 1.0, "timestamp": 2**60}, "expected ms since 1970"),
        ({"name": "unborn", "int_value": 1}, "calls a metric 'unborn' and its birth was not heard"),
    ],
)
def test_what_a_type_cannot_hold_is_refused(metric: dict[str, Any], words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        Talk().born().say("DDATA", [metric], 2)


@pytest.mark.parametrize(
    ("kind", "node", "payload", "words"),
    [
        ("NDATA", "gw/pompe", b"", "no message on"),
        ("DDATA", "gw", b"", "no message on"),
        ("HELLO", "gw", b"", "no message on"),
        ("NDATA", "gw", b"\xff", "no protobuf payload"),
        ("NDATA", "gw", bytes.fromhex("12030a01ff"), "a text of metric 0 is not UTF-8"),
        ("NBIRTH", "gw", write_payload(T, [{"alias": 1}], 0), "has a metric without a name"),
    ],
)
def test_what_is_no_sparkplug_is_refused_in_words(kind: str, node: str, payload: bytes, words: str) -> None:
    with pytest.raises(DecodeError, match=words):
        Sparkplug()(Message(f"spBv1.0/g/{kind}/{node}", payload, 1), {})


KINDS = st.sampled_from(["NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH", "NCMD"])
INT = st.integers(0, 2**32 - 1)
METRICS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["a", "bdSeq", ""]),
            "alias": st.integers(0, 3),
            "datatype": st.integers(0, 40),
            "timestamp": st.integers(0, 2**64 - 1) | st.just(T),
            "is_historical": st.booleans(),
            "is_null": st.booleans(),
        },
    ).flatmap(
        lambda metric: st.sampled_from(
            [
                metric,
                metric | {"int_value": 2**32 - 1},
                metric | {"long_value": 2**64 - 1},
                metric | {"float_value": 3.4e38},
                metric | {"float_value": float("nan")},
                metric | {"double_value": float("inf")},
                metric | {"string_value": "x"},
            ]
        )
    ),
    max_size=3,
)


@given(st.lists(st.tuples(KINDS, st.binary(max_size=40) | st.builds(write_payload, INT, METRICS, INT)), max_size=6))
def test_any_talk_is_read_or_refused(messages: list[tuple[str, bytes]]) -> None:
    talk = Talk()
    for kind, payload in messages:
        with suppress(DecodeError):
            talk.send(kind, payload)
    assert len(talk.codec.take_requests()) <= 1


@given(st.integers(0, 400), st.binary(max_size=3), KINDS)
def test_a_damaged_message_is_read_or_refused(place: int, patch: bytes, kind: str) -> None:
    good = write_payload(T, BORN, 2)
    talk = Talk().born()
    with suppress(DecodeError):
        talk.send(kind, good[:place] + patch + good[place + 1 :])


@given(st.floats(width=32, allow_nan=False))
def test_a_float_is_the_shortest_decimal_that_is_the_same_float(value: float) -> None:
    talk = Talk().born()
    sent = write_payload(T, [{"alias": 1, "float_value": value}], 2)
    found = fields(talk.send("DDATA", sent))["Pression"]
    assert write_payload(T, [{"alias": 1, "float_value": found}], 2) == sent


@given(st.sampled_from([(1, 8), (2, 16), (3, 32), (4, 64)]), st.data())
def test_twos_complement_of_every_signed_type_comes_back(type_and_bits: tuple[int, int], data: Any) -> None:
    datatype, bits = type_and_bits
    value = data.draw(st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1))
    for name, width in (("int_value", 32), ("long_value", 64)):
        for modulus in {2**bits, 2**width}:
            if bits <= width:
                metric = {"name": "x", "datatype": datatype, name: value % modulus}
                assert fields(Talk().born().say("DDATA", [metric], 2)) == {"x": value}
