"""From the outbox to people: a real mail server, a real web server, a real file."""

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from telling import HOUR, ICE, MINUTE, NOW, SECONDS, Web, alert, case, channel, mail_server, opened, web_server

from alerts.dispatch import NoticeKind, Order, decide
from alerts.notices.case import Case
from alerts.notices.plan import Channel, ChannelKind, Form, Heartbeat, Plan, Route
from alerts.notices.rota import Override, Rota, WeekMoment
from alerts.notices.sender import Sender
from alerts.notices.transport import SIGNATURE, signature
from alerts.notices.trial import notify_test
from alerts.notices.trouble import NotSent
from alerts.outbox import Outbox
from alerts.rule import Level

SUPPORT = Path(__file__).parent.parent / "support"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    with opened(tmp_path / "alerts.sqlite") as outbox:
        yield outbox


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as found:
        yield found


def hook(web: Web, name: str = "hook", **given: Any) -> Channel:
    return channel(name, ChannelKind.WEBHOOK, web.url, allow_private=True, **given)


def plan_of(*channels: Channel, **given: Any) -> Plan:
    return Plan({one.name: one for one in channels}, **given)


@asynccontextmanager
async def sending(box: Outbox, plan: Plan, cases: Mapping[int, Case] | None = None, **given: Any) -> Any:
    cases = cases if cases is not None else {number: case(alert(number)) for number in range(40)}
    look = lambda ids: {one: cases[one] for one in ids if one in cases}  # noqa: E731
    given.setdefault("clock", lambda: time.time_ns() // 1_000_000)
    sender = Sender(box, plan, look, **given)
    task = asyncio.create_task(sender.run())
    await asyncio.sleep(0)
    try:
        yield sender
    finally:
        sender.stop()
        await task


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(SECONDS):
        while not holds():  # noqa: ASYNC110  -- a row in a file sets no event
            await asyncio.sleep(0.01)


def firing(*numbers: int, name: str = "hook", level: Level = Level.CRITICAL, group: str = "site:sioule") -> list[Order]:
    return [Order(number, NoticeKind.FIRING, name, level, group, 0) for number in numbers]


async def asked(web: Web) -> Any:
    return await asyncio.to_thread(web.next)


async def test_one_crossing_is_one_mail_and_one_webhook_and_its_end_another(box: Outbox, web: Web) -> None:
    with mail_server() as (inbox, address):
        plan = plan_of(channel("mail", ChannelKind.MAIL, address), hook(web), routes=(Route(("mail", "hook")),))
        one, clock = alert(), Clock()
        async with sending(box, plan, {1: case(one)}, clock=clock) as sender:
            sender.wake(box.add(decide(one, ICE, plan, False, NOW), NOW))
            first = await asyncio.to_thread(inbox.next)
            document = (await asked(web)).document
            await until(lambda: not box.waiting())
            one.resolved = clock.now = NOW + 10 * MINUTE
            sender.wake(box.add(decide(one, ICE, plan, False, clock.now), clock.now))
            last = await asyncio.to_thread(inbox.next)
            ended = (await asked(web)).document
            await until(lambda: not box.waiting())
        assert inbox.messages.empty()
        assert web.asked.empty()
    assert (document["kind"], ended["kind"]) == ("firing", "resolved")
    assert str(first["Subject"]).startswith("VERGLAS PROBABLE - D 2009, plaine de la Sioule: -0,8 °C (seuil 0 °C)")
    assert str(last["Subject"]).startswith("Fin - Verglas probable")
    assert first["References"] == last["References"]
    assert str(first["Message-ID"]).endswith("@allier.example>")
    assert first["Message-ID"] != last["Message-ID"]


async def test_a_webhook_is_signed_and_carries_the_notice_id(box: Outbox, web: Web) -> None:
    async with sending(box, plan_of(hook(web, key=SecretStr("s3cret")))) as sender:
        sender.wake(box.add(firing(1), 0))
        found = await asked(web)
    assert found.headers[SIGNATURE] == signature("s3cret", found.body)
    assert found.document["notice_id"] == found.headers["X-Vigiterre-Notice"]
    assert found.document["version"] == 1


async def test_a_service_that_fails_gets_the_same_notice_again_until_it_confirms(box: Outbox, web: Web) -> None:
    web.answers = [503, 302]
    clock = Clock()
    async with sending(box, plan_of(hook(web)), clock=clock) as sender:
        sender.wake(box.add(firing(1), NOW))
        ids = set()
        for tries in (1, 2, 3):
            ids.add((await asked(web)).document["notice_id"])
            if tries < 3:
                await until(lambda: box.rows()[0].tries == tries)  # noqa: B023
                clock.now += MINUTE
                sender.wake({"hook"})
        await until(lambda: not box.waiting())
        assert (sender.counts.failed["hook"], sender.counts.sent["hook"]) == (2, 1)
    assert len(ids) == 1
    assert web.asked.empty()


async def test_a_channel_that_hangs_holds_nobody_else_back_and_has_one_thread(box: Outbox, web: Web) -> None:
    web.hold = threading.Event()
    with web_server() as other:
        clock = Clock()
        plan = plan_of(hook(web, "hangs"), hook(other))
        async with sending(box, plan, limit=0.2, clock=clock) as sender:
            sender.wake(box.add(firing(1, name="hangs") + firing(1), NOW))
            assert (await asked(other)).document["alerts"][0]["id"] == 1
            await until(lambda: sender.counts.failed["hangs"] == 1)
            for tries in (2, 3):
                clock.now += MINUTE
                sender.wake({"hangs"})
                await until(lambda: sender.counts.failed["hangs"] == tries)  # noqa: B023
            assert [one.name for one in threading.enumerate()].count("notices hangs") == 1
            assert "bloqué" in box.rows()[-1].error
            web.hold.set()
            sender.wake(box.add(firing(2), NOW))
            await asked(other)
    assert web.asked.qsize() == 1


async def test_a_notice_whose_outcome_was_not_noted_goes_again_and_never_after_that(tmp_path: Path, web: Web) -> None:
    path = tmp_path / "alerts.sqlite"
    program = f"""
import asyncio, os, signal, sys
sys.path.insert(0, {str(SUPPORT)!r})
from pathlib import Path
from alerts.notices.plan import ChannelKind, Plan
from alerts.notices.sender import Sender
from telling import NOW, alert, case, channel, opened

async def main(box):
    hook = channel("hook", ChannelKind.WEBHOOK, {web.url!r}, allow_private=True)
    box.sent = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    await Sender(box, Plan({{"hook": hook}}), lambda ids: {{1: case(alert())}}, lambda: NOW).run()

with opened(Path({str(path)!r})) as box:
    asyncio.run(main(box))
"""
    with opened(path) as box:
        box.add(firing(1), NOW)
    done = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program], check=False)
    assert done.returncode == -9
    first = (await asked(web)).document["notice_id"]
    with opened(path) as box:
        async with sending(box, plan_of(hook(web)), clock=Clock()):
            assert (await asked(web)).document["notice_id"] == first
            await until(lambda: not box.waiting())
    with opened(path) as box:
        async with sending(box, plan_of(hook(web)), clock=Clock()) as sender:
            sender.wake(box.add(firing(2, group="other"), NOW))
            assert [one["id"] for one in (await asked(web)).document["alerts"]] == [2]
            await until(lambda: not box.waiting())
    assert web.asked.empty()


async def test_thirty_alerts_of_a_site_are_one_message(box: Outbox, web: Web) -> None:
    async with sending(box, plan_of(hook(web))) as sender:
        sender.wake(box.add(firing(*range(30)), 0))
        assert (await asked(web)).document["count"] == 30
        await until(lambda: not box.waiting())
    assert web.asked.empty()


async def test_a_group_has_one_link_for_its_notice_while_somebody_must_answer(box: Outbox, web: Web) -> None:
    made: list[tuple[str, str, int]] = []

    def link(*given: Any) -> str:
        made.append(given)
        return "https://vigiterre.allier.example/ack/abc"

    cases = {number: case(alert(number, acknowledged=NOW * (number == 1))) for number in range(1, 36)}
    clock = Clock()
    async with sending(box, plan_of(hook(web)), cases, clock=clock, acknowledge=link) as sender:
        sender.wake(box.add(firing(*cases), NOW))
        first = (await asked(web)).document
        await until(lambda: not box.waiting())
        for one in cases.values():
            one.alert.acknowledged = NOW
        clock.now += HOUR
        sender.wake(box.add([one._replace(kind=NoticeKind.LEVEL) for one in firing(*cases)], clock.now))
        second = (await asked(web)).document
        await until(lambda: not box.waiting())
    assert made == [(first["notice_id"], "hook", NOW)]
    assert first["acknowledge_url"].endswith("/ack/abc")
    assert second["acknowledge_url"] == ""
    assert box.alerts_of(first["notice_id"]) == list(cases)


async def test_what_is_muted_leaves_the_notice_and_goes_later_in_its_own(box: Outbox, web: Web) -> None:
    cases, clock = {1: case(alert(1)), 2: case(alert(2), muted=True)}, Clock()
    async with sending(box, plan_of(hook(web)), cases, clock=clock) as sender:
        sender.wake(box.add(firing(1, 2), NOW))
        first = (await asked(web)).document
        await until(lambda: box.waiting() == {"hook": 1})
        assert box.alerts_of(first["notice_id"]) == [1]
        cases[2] = case(alert(2))
        clock.now += HOUR
        sender.wake({"hook"})
        second = (await asked(web)).document
        await until(lambda: not box.waiting())
    assert second["notice_id"] != first["notice_id"]
    assert box.alerts_of(second["notice_id"]) == [2]


async def test_nobody_is_reminded_of_what_was_acknowledged_meanwhile(box: Outbox, web: Web) -> None:
    one = alert(acknowledged=NOW)
    orders = [Order(1, NoticeKind.REMINDER, "hook", Level.CRITICAL, "site:sioule", 0)]
    box.add(orders, 0)
    async with sending(box, plan_of(hook(web)), {1: case(one)}):
        await until(lambda: not box.waiting())
    assert box.rows()[0].outcome == "superseded"
    assert web.asked.empty()


async def test_a_notice_that_waits_waits_on_while_its_alert_is_muted(box: Outbox, web: Web) -> None:
    cases, clock = {1: case(alert(), muted=True)}, Clock()
    box.add(firing(1), NOW)
    async with sending(box, plan_of(hook(web)), cases, clock=clock) as sender:
        await until(lambda: box.rows()[0].due > NOW)
        cases[1] = case(alert())
        clock.now += HOUR
        sender.wake({"hook"})
        await asked(web)


async def test_the_notice_goes_to_who_is_on_duty_when_it_is_sent(box: Outbox, web: Web) -> None:
    with web_server() as other:
        duty = Channel("duty", ChannelKind.ROTA, rota="routes")
        rota = Rota("routes", ("hook",), WeekMoment(0, 480), date(2026, 11, 2))
        stand_in = replace(rota, overrides=(Override("other", NOW, NOW + HOUR),))
        plan = plan_of(duty, hook(web), hook(other, "other"), rotas={"routes": rota})
        box.add(firing(1, name="duty"), NOW)
        async with sending(box, replace(plan, rotas={"routes": stand_in}), clock=Clock()):
            assert (await asked(other)).document["count"] == 1
            await until(lambda: not box.waiting())
    assert web.asked.empty()
    assert box.rows()[0].channel == "duty"


async def test_a_new_plan_is_followed_without_a_restart(box: Outbox, web: Web) -> None:
    async with sending(box, plan_of()) as sender:
        box.add(firing(1), 0)
        sender.replace_plan(plan_of(hook(web)))
        await asked(web)
        await until(lambda: not box.waiting())
        sender.replace_plan(plan_of())
        box.add(firing(2), 0)
        sender.wake({"hook"})
        await until(lambda: not sender._tasks)
    assert web.asked.empty()


async def test_a_broken_case_is_an_outcome_and_not_the_end_of_the_channel(box: Outbox, web: Web) -> None:
    async with sending(box, plan_of(channel("hook", ChannelKind.MAIL, "nonsense"))) as sender:
        sender.wake(box.add(firing(1), 0))
        await until(lambda: sender.counts.failed["hook"] == 1)
    assert "ValueError" in box.rows()[0].error
    assert "nonsense" not in box.rows()[0].error


async def test_the_weekly_test_goes_through_the_whole_chain_and_says_what_it_is(box: Outbox, web: Web) -> None:
    clock = Clock()
    box.add([Order(0, NoticeKind.TEST, "hook", Level.INFO, "test", 0)], NOW - 8 * 24 * HOUR)
    last_week = box.take("hook", NOW)
    assert last_week
    box.sent(last_week, NOW - 8 * 24 * HOUR)
    plan = plan_of(hook(web), routes=(Route(("hook",)),), weekly=WeekMoment(0, 9 * 60))
    async with sending(box, plan, clock=clock):
        found = (await asked(web)).document
        await until(lambda: not box.waiting())
    async with sending(box, plan, clock=clock):
        await asyncio.sleep(0)
    assert web.asked.empty()
    assert found["kind"] == "test"
    assert found["alerts"] == []
    assert "Essai" in found["subject"]


async def test_notify_test_tells_the_outcome(web: Web) -> None:
    plan = plan_of(hook(web))
    assert (await asyncio.to_thread(notify_test, plan, "hook", NOW)).name == "hook"
    web.answers = [500]
    with pytest.raises(NotSent, match="500"):
        await asyncio.to_thread(notify_test, plan, "hook", NOW)
    with pytest.raises(NotSent) as failure:
        await asyncio.to_thread(notify_test, plan, "hok", NOW)
    assert "connus" in failure.value.text("fr")


async def test_the_heart_beats_only_while_all_is_well(box: Outbox, web: Web) -> None:
    heartbeat = Heartbeat(SecretStr(web.url), 20, allow_private=True)
    health = [True]
    async with sending(box, replace(plan_of(), heartbeat=heartbeat), healthy=lambda: health[0]) as sender:
        assert {(await asked(web)).method for _ in range(3)} == {"GET"}
        health[0] = False
        await asyncio.sleep(0.1)
        heard = web.asked.qsize()
        await asyncio.sleep(0.1)
        assert web.asked.qsize() == heard
        sender.replace_plan(plan_of())


async def test_a_heartbeat_that_fails_is_logged_once(box: Outbox, web: Web, capsys: pytest.CaptureFixture[str]) -> None:
    web.answers = [500] * 3
    heartbeat = Heartbeat(SecretStr(web.url), 20, allow_private=True)
    async with sending(box, replace(plan_of(), heartbeat=heartbeat)):
        for _ in range(5):
            await asked(web)
    said = capsys.readouterr().out
    assert said.count("heartbeat_failed") == 1
    assert said.count("heartbeat_arrives_again") == 1


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
async def test_apprise_sends_by_its_own_plugins(box: Outbox, web: Web) -> None:
    address = web.url.replace("http://", "json://")
    async with sending(
        box, plan_of(channel("hook", ChannelKind.APPRISE, address, form=Form.SHORT, allow_private=True))
    ) as sender:
        sender.wake(box.add(firing(1), 0))
        found = (await asked(web)).document
        await until(lambda: not box.waiting())
    assert found["title"].startswith("VERGLAS PROBABLE")
    assert found["message"].startswith("Appeler l'astreinte hivernale")


async def test_an_address_of_our_own_network_is_refused_unless_allowed(box: Outbox, web: Web) -> None:
    for url in (web.url, web.url.replace("127.0.0.1", "[::ffff:127.0.0.1]"), web.url.replace("127.0.0.1", "localhost")):
        with pytest.raises(NotSent, match="private"):
            await asyncio.to_thread(notify_test, plan_of(channel("hook", ChannelKind.WEBHOOK, url)), "hook", NOW)
    assert web.asked.empty()


async def test_a_redirect_is_no_confirmation_and_is_not_followed(web: Web) -> None:
    web.answers = [302]
    with pytest.raises(NotSent, match="redirects"):
        await asyncio.to_thread(notify_test, plan_of(hook(web)), "hook", NOW)
    assert web.asked.qsize() == 1


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
async def test_no_secret_comes_into_errors_or_logs(
    box: Outbox, web: Web, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    closed = "http://127.0.0.1:9/t0ken"
    plan = plan_of(
        channel("hook", ChannelKind.WEBHOOK, closed, allow_private=True),
        channel("mail", ChannelKind.MAIL, "smtps://me:t0ken@127.0.0.1:9/?from=a@b&to=c@d"),
        channel("chat", ChannelKind.APPRISE, "json://me:t0ken@127.0.0.1:9/t0ken"),
        channel("sent", ChannelKind.WEBHOOK, web.url + "/t0ken", allow_private=True),
    )
    async with sending(box, plan) as sender:
        sender.wake(box.add([one for name in plan.channels for one in firing(1, name=name)], 0))
        await until(lambda: sum(sender.counts.failed.values()) == 3)
        await asked(web)
        await until(lambda: sender.counts.sent["sent"] == 1)
    said = capsys.readouterr()
    for text in (said.out, said.err, caplog.text, repr(plan), *(line.error for line in box.rows())):
        assert "t0ken" not in text
