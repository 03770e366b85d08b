"""What the pages are shown, of a real Service; what feeds them; what stands above them."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.alert import Alert, Mute, MuteKind, Transition, What
from alerts.rule import Level
from alerts.selector import Selector
from dashboards.console.sources import SEARCHED, Sources, Stay
from devices.errors import StoreUnavailable, VigiterreError
from devices.load import load_registry
from devices.reading import Message, Reading, Reason, Refusal, Series
from devices.registry import registry_of
from ingest.quarantine import Row
from servers import wait_until
from stores.port import Latest
from vigiterre.console import Measured, access_of, built_assets, console_of
from vigiterre.console_sources import ASKED, asking, sources_of
from vigiterre.feed import Feed
from vigiterre.moment import now_ms
from vigiterre.outline import outline
from vigiterre.run import Run
from vigiterre.service import Service
from vigiterre.settings import Settings

CONFIG = Path(__file__).parent.parent.parent / "config"
REGISTRY = load_registry(CONFIG)
ROAD = Series("road", "d978a-lurcy", "road-weather-station", "d978a-lurcy", "03155")
TOPIC = "vigiterre/road/d978a-lurcy/up"
NOW = 1_795_608_000_000
FAR = 2**53


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(Settings(data_dir=tmp_path, store={"url": "memory:"}), CONFIG, telling=False)
    yield made
    made.close()


def sources(service: Service) -> Sources:
    run = Run(service)
    return sources_of(service, run.metrics, run.checks, run.commands, list)


def refuse(service: Service, count: int, reason: Reason = Reason.SCHEMA, device: str = "x") -> None:
    first = len(service.quarantine.list()) + 1
    service.quarantine.add(
        [
            Row(seq, 0, Message(f"t/{seq}", b"payload", NOW + seq), Refusal(reason, "why", device))
            for seq in range(first, first + count)
        ]
    )


async def test_refusals_come_by_pages_newest_first_with_a_tally_of_all_reasons(service: Service) -> None:
    refuse(service, 7)
    refuse(service, 3, Reason.TOO_OLD, "y")
    shown = sources(service)
    page = shown.refused({"reason": "schema"}, 5, 5)
    assert [one.topic for one in page.rows] == ["t/2", "t/1"]
    assert (page.total, page.by_reason) == (7, {"schema": 7, "too_old": 3})
    of_device = shown.refused({"device": "y", "reason": ""}, 0, 10)
    assert (len(of_device.rows), of_device.total, of_device.by_reason) == (3, 3, {"too_old": 3})
    found = shown.refused_one(page.rows[0].id)
    assert found is not None
    assert (found.kept, found.size, found.reason) == (b"payload", 7, "schema")
    assert shown.refused_one(10**9) is None
    assert shown.refused_among([Stay("y", 0, FAR)]) == {"too_old": 3}
    assert shown.refused_among([Stay("y", 0, FAR), Stay("none", 0, FAR)]) == {"too_old": 3}
    assert shown.refused_among([]) == {}
    times = sorted(one.received for one in shown.refused({"device": "y"}, 0, 10).rows)
    last = [Stay("y", 0, times[0]), Stay("y", times[-1], FAR)]
    assert shown.refused_among(last) == {"too_old": times.count(times[-1])}


async def test_the_last_messages_of_a_device_come_newest_first_and_no_other_s(service: Service) -> None:
    other = "vigiterre/building/college-moulins-s12/up"
    service.journal.append([Message(TOPIC if n % 3 else other, b"%d" % n, NOW + n) for n in range(10)])
    service.journal.append([Message(TOPIC, b"again", NOW + 20, replayed=True)])
    found = sources(service).messages("d978a-lurcy", 3)
    assert [(one.payload, one.topic) for one in found] == [(b"8", TOPIC), (b"7", TOPIC), (b"5", TOPIC)]
    assert sources(service).messages("nobody", 3) == []


async def test_messages_further_back_than_is_searched_are_not_found(service: Service) -> None:
    service.journal.append([Message(TOPIC, b"old", NOW)])
    service.journal.append([Message("vigiterre/road/unknown/up", b"", NOW + n) for n in range(SEARCHED)])
    assert sources(service).messages("d978a-lurcy", 3) == []


def write(service: Service, *alerts: Alert) -> None:
    book = service.alerting.book
    with book.transaction():
        book.write_alerts(alerts)
        book.write_transitions([Transition(one.id, NOW, NOW, What.FIRED, one.level, 1.0, "") for one in alerts])


def alert(number: int, *, device: str = "d978a-lurcy", resolved: int | None = None) -> Alert:
    where = ROAD._replace(device=device)
    return Alert(number, "ice", where, Level.WARNING, Level.WARNING, NOW + number, NOW + number, resolved=resolved)


async def test_alerts_are_shown_newest_first_those_that_ended_too_and_by_device(service: Service) -> None:
    rule = next(iter(service.alerting.config.rules))
    write(
        service,
        *(
            replace(one, rule=rule)
            for one in (alert(1), alert(2, resolved=NOW + 3), alert(3, device="elsewhere"), alert(4))
        ),
    )
    shown = sources(service)
    assert [case.alert.id for case in shown.alerts(None, "", 10)] == [4, 3, 2, 1]
    assert [case.alert.id for case in shown.alerts(None, "d978a-lurcy", 2)] == [4, 2]
    assert [case.alert.id for case in shown.alerts(NOW + 4, "d978a-lurcy", 10)] == [4, 1]
    found, transitions = shown.history(2)
    assert found is not None
    assert [one.what for one in transitions] == [What.FIRED]
    assert shown.history(99) == (None, [])


async def test_mutes_that_are_over_are_not_shown(service: Service) -> None:
    now = now_ms()
    for end in (now - 1, now + 60_000):
        await service.alerting.mute(
            Mute(0, MuteKind.SILENCE, Selector(), frozenset(), now - 10, end, "anne", "", now), now
        )
    assert [mute.end for mute in sources(service).mutes()] == [now + 60_000]


async def test_a_form_may_ask_for_what_is_listed_and_for_nothing_else(service: Service) -> None:
    run = Run(service)
    assert set(run.commands) >= ASKED
    ask = asking(run.commands)
    assert await ask("quarantine_purge", {"before": NOW}) == {"purged": 0}
    for command in ("replay", "alerts_broken", "nothing"):
        with pytest.raises(VigiterreError):
            await ask(command, {})
    with pytest.raises(VigiterreError, match="7"):
        await ask("alerts_ack", {"ids": [7], "who": "anne", "comment": ""})


async def test_versions_tell_neither_users_nor_paths(service: Service) -> None:
    settings = service.settings.model_copy(
        update={"mqtt": service.settings.mqtt.model_copy(update={"url": "mqtts://anne@broker.example:8883"})}
    )
    service.settings = settings
    found = sources(service).versions()
    assert found["broker"] == "mqtts://broker.example:8883"
    service.settings = settings.model_copy(
        update={"store": settings.store.model_copy(update={"url": "sqlite:////a/path/x.sqlite"})}
    )
    assert "path" not in sources(service).versions()["store"]


def test_the_outline_is_that_of_the_configuration_folder(tmp_path: Path) -> None:
    found = outline(CONFIG)
    assert found is not None
    assert b"Polygon" in found
    assert outline(tmp_path) is None


def test_what_was_not_measured_is_said_in_every_territory_that_has_any() -> None:
    assert "25 envoient" in Measured(lambda: REGISTRY, demonstration=False).notices("fr")[0]
    devices = {device.id: replace(device, tags=()) for device in REGISTRY.devices.values()}
    models = {model.id: replace(model, simulated=False) for model in REGISTRY.models.values()}
    real = registry_of(REGISTRY.quantities.values(), models.values(), devices.values())
    assert Measured(lambda: real, demonstration=False).notices("en") == []
    assert "none of these" in Measured(lambda: real, demonstration=True).notices("en")[0]


async def test_the_newest_values_are_those_of_the_store_and_of_what_comes(service: Service) -> None:
    service.store.ensure_schema()
    service.store.write([Reading(ROAD, NOW, {"friction": 0.5, "road_surface_temperature": -1.0})])
    run = Run(service)
    running = asyncio.create_task(run.feed.run())
    known = run.feed.present
    await asyncio.to_thread(
        wait_until, lambda: bool(known.heard("d978a-lurcy") and run.feed.samples), "the newest values"
    )
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    service.pipeline.stored([Reading(ROAD, NOW + 1, {"friction": 0.25})])
    shown = run.feed.present.of("d978a-lurcy")
    assert {name: one.value for name, one in shown.items()} == {"friction": 0.25, "road_surface_temperature": -1.0}
    assert run.feed.samples[-1].numbers["devices"] == len(service.registry.devices)


async def test_a_store_that_is_away_at_the_start_is_asked_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: list[list[Latest] | Exception] = [StoreUnavailable("away"), [Latest(ROAD, "friction", NOW, 0.5)]]

    def latest() -> list[Latest]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("vigiterre.feed.AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(service.store, "latest", latest)
    feed = Feed(service, Run(service).metrics)
    running = asyncio.create_task(feed.run())
    await asyncio.to_thread(wait_until, lambda: feed.present.heard("d978a-lurcy") is not None, "the newest values")
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_changed_alerts_reach_the_live_feed_with_how_many_are_open(service: Service) -> None:
    feed = Run(service).feed
    service.alerting.unclosed = {1: alert(1), 2: alert(2, resolved=NOW)}
    service.alerting.changed([1])
    assert feed.live.open_alerts == 1


async def test_only_a_demonstration_makes_everybody_a_technician(service: Service) -> None:
    run = Run(service)
    for demonstration in (True, False):
        access = access_of(service.settings, service.accounts, now_ms, demonstration=demonstration)
        console = console_of(service.settings, sources(service), access, run.feed)
        assert (access.demo is not None) is demonstration
        assert access.site is console.site
        assert len(console.site.notices("fr")) == (2 if demonstration else 1)


def test_pages_that_were_not_built_are_said_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise FileNotFoundError

    monkeypatch.setattr("vigiterre.console.load_assets", missing)
    with pytest.raises(VigiterreError, match="make assets"):
        built_assets()
