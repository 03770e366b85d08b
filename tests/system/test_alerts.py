"""Alerts on real processes: mosquitto, `vigiterre run`, a mail server and a webhook, killed where it hurts."""

import json
import re
import signal
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path

import pytest
from sinks import MINUTE, Devices, Hook, devices_at, now_ms, write_config
from telling import Inbox, mail_server

from alerts.alert import Alert, What
from alerts.book import FILE, Book
from servers import Mosquitto, Vigiterre, wait_until

RULE = """
[rules.{name}]
title = {{ fr = "Air vicié ({name})", en = "Stale air ({name})" }}
action = {{ fr = "Ouvrir les fenêtres.", en = "Open the windows." }}
quantity = "co2"
wait = "0 s"
group = "device"
{more}
[rules.{name}.levels.critical]
above = 1500
clear = {clear}
for = "{delay}"
keep_firing_for = "{keep}"
"""
NOTIFY = """
[channels.courriel]
mail = "env:TEST_MAIL"
[channels.gmao]
webhook = "{hook}"
allow_private = true
[[routes]]
channels = ["courriel", "gmao"]
{more}
"""
S12, S14 = "college-moulins-s12", "college-moulins-s14"


def rule(name: str = "co2", more: str = "", clear: float = 1490, delay: str = "0 s", keep: str = "0 s") -> str:
    return RULE.format(name=name, more=more, clear=clear, delay=delay, keep=keep)


class Alarm:
    """A territory with people to tell: `vigiterre run` between a broker, a mail server and a webhook."""

    def __init__(self, folder: Path, broker: Mosquitto, hook: Hook, mail: tuple[Inbox, str], devices: Devices) -> None:
        self.folder = folder
        self.broker = broker
        self.hook = hook
        self.inbox, self.mail = mail
        self.devices = devices
        self.process: Vigiterre | None = None

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def run(self) -> Vigiterre:
        assert self.process is not None
        return self.process

    def start(self, rules: str, notify: str = "") -> None:
        """The first time."""
        write_config(self.config, rules, NOTIFY.format(hook=self.hook.url, more=notify), {"mesure-1": "site-1"})
        database = f"sqlite:///{self.folder / 'readings.sqlite'}"
        self.process = Vigiterre(self.folder / "vigiterre", self.config, self.broker.url, database, TEST_MAIL=self.mail)
        assert self.process.environment is not None
        self.process.environment["VIGITERRE_CONSOLE__PUBLIC_URL"] = f"http://127.0.0.1:{self.process.port}"
        self.again()

    def again(self) -> None:
        self.run.start()
        self.run.wait_for("vigiterre_mqtt_connected", 1)

    def kill(self) -> None:
        """As a power failure would, and a start."""
        self.run.kill()
        self.again()

    def book(self) -> Book:
        return Book(self.folder / "vigiterre" / "data" / FILE, read_only=True)

    def alerts(self) -> list[Alert]:
        with self.book() as book:
            return book.alerts()[::-1]

    def happened(self, alert: int) -> list[What]:
        with self.book() as book:
            return [one.what for one in book.transitions(alert)]

    def mails(self) -> list[EmailMessage]:
        """All that came."""
        return list(self.inbox.messages.queue)

    def judged(self, count: int) -> None:
        self.run.wait_for("vigiterre_alerts_judged_total", count)


@pytest.fixture
def alarm(tmp_path: Path) -> Iterator[Alarm]:
    with ExitStack() as stack:
        broker = stack.enter_context(Mosquitto(tmp_path / "mosquitto"))
        hook = stack.enter_context(Hook())
        mail = stack.enter_context(mail_server())
        devices = stack.enter_context(devices_at(broker.port))
        alarm = Alarm(tmp_path, broker, hook, mail, devices)
        stack.callback(lambda: alarm.process and alarm.process.stop())
        yield alarm


def test_p16_a_crossing_that_oscillates_for_an_hour_is_one_alert_one_notice_with_its_reminder_and_one_resolution(
    alarm: Alarm,
) -> None:
    """At one device hysteresis keeps it, at the other, where every second value is clear, `keep_firing_for`."""
    alarm.start(
        rule("wide", f'devices = ["{S12}"]', clear=1490)
        + rule("narrow", f'devices = ["{S14}"]', clear=1499.5, keep="10 min"),
        'remind = "1 min"',
    )
    start = now_ms() - 75 * MINUTE
    for device in (S12, S14):
        alarm.devices.say(device, start, co2=1501)
    for device in (S12, S14):
        alarm.hook.wait_for(device, "firing")
    for second in range(20, 3_620, 20):
        for device in (S12, S14):
            alarm.devices.say(device, start + second * 1000, co2=1501 if second % 40 == 0 else 1499)
    alarm.judged(362)
    for device in (S12, S14):
        alarm.hook.wait_for(device, "firing", "reminder", seconds=90)
    wait_until(lambda: len(alarm.mails()) == 4, "two mails about each")
    assert [one.status for one in alarm.alerts()] == ["firing", "firing"]
    last = start + 60 * MINUTE
    for minute in range(1, 16):
        for device in (S12, S14):
            alarm.devices.say(device, last + minute * MINUTE, co2=900)
    for device in (S12, S14):
        alarm.hook.wait_for(device, "firing", "reminder", "resolved")
    wait_until(lambda: len(alarm.mails()) >= 6, "six mails")
    assert len({str(mail["Message-ID"]) for mail in alarm.mails()}) == len(alarm.mails()) == 6
    wide, narrow = sorted(alarm.alerts(), key=lambda one: one.rule, reverse=True)
    assert (wide.opened, wide.resolved) == (start, last + MINUTE)
    assert (narrow.opened, narrow.resolved) == (start, last + 11 * MINUTE)
    assert len(alarm.hook.notices) == 6


def link_in(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(re.findall(r"http://\S+/ack/\S+", body.get_content())[0])


def follow(url: str, **form: str) -> tuple[int, str]:
    """GET, or POST of a form."""
    data = urllib.parse.urlencode(form).encode() if form else None
    try:
        with urllib.request.urlopen(url, data=data, timeout=10) as answer:
            return int(answer.status), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_following_the_link_of_a_mail_acknowledges_nothing_its_form_does_and_only_once(alarm: Alarm) -> None:
    alarm.start(rule())
    alarm.devices.say(S12, co2=1700)
    alarm.hook.wait_for(S12, "firing")
    url = link_in(alarm.inbox.next())
    for _ in range(2):
        status, page = follow(url)
        assert status == 200
        assert "<form" in page
    [one] = alarm.alerts()
    assert not one.acknowledged
    assert follow(url, who="Mme Dupont", comment="j'aère")[0] == 200
    [one] = alarm.alerts()
    assert (one.acknowledged_by, one.comment) == ("Mme Dupont", "j'aère")
    assert follow(url, who="M. Martin")[0] in (409, 410)
    assert follow(f"{url}x", who="M. Martin")[0] == 400
    [one] = alarm.alerts()
    assert one.acknowledged_by == "Mme Dupont"


Kills = Callable[[Alarm], None]


def never(_alarm: Alarm) -> None:
    """For comparison."""


def by_force(alarm: Alarm) -> None:
    alarm.kill()


def after_its_state_was_written_down(alarm: Alarm) -> None:
    """Then the samples of before come from the book, and those after it from the journal."""
    alarm.run.stop()
    alarm.again()
    alarm.kill()


@pytest.mark.parametrize("interrupted", [never, by_force, after_its_state_was_written_down])
def test_p13_killed_in_the_middle_of_ten_minutes_it_fires_once_and_at_the_right_minute(
    alarm: Alarm, interrupted: Kills
) -> None:
    began = now_ms()
    alarm.start(rule(delay="10 min"))
    due_in = 12_000 + 4 * (now_ms() - began)  # two starts before it is due, and more of them on a busy machine
    raised = now_ms() - 10 * MINUTE + due_in
    for minute in (0, 3, 6):
        alarm.devices.say(S12, raised + minute * MINUTE, co2=1600 + minute)
    alarm.judged(3)
    interrupted(alarm)
    assert alarm.alerts() == []
    assert now_ms() < raised + 10 * MINUTE, "the machine was too slow for this test"
    alarm.devices.say(S12, raised + 9 * MINUTE, co2=1610)
    interrupted(alarm)
    alarm.hook.wait_for(S12, "firing", seconds=30 + due_in / 1000)
    [one] = alarm.alerts()
    assert (one.raised, one.opened, one.value) == (raised, raised + 10 * MINUTE, 1610)
    assert alarm.hook.notices[0].at >= one.opened
    listed = json.loads(alarm.run.cli("alerts", "list", "--json").stdout)
    assert [row["rule"] for row in listed] == ["co2"]
    alarm.kill()
    alarm.devices.say(S12, raised + 10 * MINUTE + 5_000, co2=900)
    alarm.hook.wait_for(S12, "firing", "resolved")
    assert alarm.happened(one.id) == [What.FIRED, What.NOTICED, What.RESOLVED]


@pytest.mark.parametrize("hanging", [False, True], ids=["the webhook is down", "the webhook hangs"])
def test_p21_killed_between_firing_and_sending_the_notice_goes_out_and_never_again_once_confirmed(
    alarm: Alarm, hanging: bool
) -> None:
    alarm.start(rule())
    alarm.hook.stop()
    if hanging:
        alarm.hook.hanging = True
        alarm.hook.start()
    alarm.devices.say(S12, co2=1700)
    wait_until(lambda: len(alarm.alerts()) == 1, "the alert")
    if hanging:
        alarm.hook.wait_for(S12, "firing")
    else:
        alarm.run.wait_for("vigiterre_notices_failed_total", 1)
    alarm.run.kill()
    alarm.hook.stop()
    tried = [one.id for one in alarm.hook.notices]
    alarm.hook.notices.clear()
    alarm.hook.hanging = False
    alarm.hook.start()
    alarm.again()
    alarm.hook.wait_for(S12, "firing")
    [notice] = alarm.hook.notices
    assert tried in ([], [notice.id]), "a repetition has the id of what it repeats"
    alarm.run.wait_for("vigiterre_notices_sent_total", 1)
    for _ in range(2):
        alarm.kill()
    alarm.devices.say(S14, co2=1700)
    alarm.hook.wait_for(S14, "firing")
    assert alarm.hook.of(S12) == ["firing"]
    # The first kill may come between a mail and the note that it went: then it goes again, under the same id.
    wait_until(lambda: len({mail["Message-ID"] for mail in alarm.mails()}) == 2, "a mail about each")


def cli(alarm: Alarm, *arguments: str) -> None:
    answer = alarm.run.cli("alerts", *arguments)
    assert answer.returncode == 0, answer.stderr


def test_acknowledgements_silences_and_maintenance_survive_a_kill(alarm: Alarm) -> None:
    alarm.start(rule(), 'remind = "1 min"')
    alarm.devices.say(S12, co2=1700)
    alarm.hook.wait_for(S12, "firing")
    [one] = alarm.alerts()
    cli(alarm, "ack", str(one.id), "--who", "Dupont", "--comment", "vu")
    cli(alarm, "silence", "--device", S14, "--for", "2 h", "--comment", "travaux")
    cli(alarm, "maintenance", "--device", "mesure-1", "--for", "2 h", "--comment", "étalonnage")
    alarm.kill()
    alarm.devices.say(S14, co2=1700)
    alarm.devices.say("mesure-1", co2=1700)
    alarm.judged(2)
    wait_until(lambda: len(alarm.alerts()) == 3, "three alerts")
    mutes = json.loads(alarm.run.cli("alerts", "mutes", "--json").stdout)
    assert sorted((row["kind"], row["comment"]) for row in mutes) == [
        ("maintenance", "étalonnage"),
        ("silence", "travaux"),
    ]
    for row in mutes:
        cli(alarm, str(row["kind"]), "--end", str(row["id"]))
    alarm.hook.wait_for(S14, "firing")
    alarm.hook.wait_for("mesure-1", "firing")
    first = next(row for row in alarm.alerts() if row.id == one.id)
    assert (first.acknowledged_by, first.comment) == ("Dupont", "vu")
    assert alarm.hook.of(S12) == ["firing"]


def test_a_reload_keeps_what_is_pending_on_rules_that_did_not_change_and_a_broken_file_keeps_all(
    alarm: Alarm,
) -> None:
    pending = rule(delay="10 min")
    alarm.start(pending)
    raised = now_ms() - 10 * MINUTE + 15_000
    for minute in (0, 3, 6, 9):
        alarm.devices.say(S12, raised + minute * MINUTE, co2=1600)
    alarm.judged(4)
    log = alarm.run.log
    (alarm.config / "rules.toml").write_text(pending + rule("frost", clear=1400).replace("1500", "1800"))
    alarm.run.signal(signal.SIGHUP)
    wait_until(lambda: "config_reloaded" in log.read_text(), "the reload")
    assert alarm.run.metric("vigiterre_alerts_rules") == 2
    (alarm.config / "rules.toml").write_text(pending.replace("clear", "cleer"))
    alarm.run.signal(signal.SIGHUP)
    wait_until(lambda: "config_kept" in log.read_text(), "the refusal")
    assert alarm.run.metric("vigiterre_alerts_rules") == 2
    alarm.hook.wait_for(S12, "firing")
    [one] = alarm.alerts()
    assert (one.raised, one.opened) == (raised, raised + 10 * MINUTE)
    alarm.devices.say(S14, co2=1900)
    alarm.hook.wait_for(S14, "firing")


def test_a_replay_and_a_replay_from_quarantine_page_nobody(alarm: Alarm) -> None:
    alarm.start(rule(delay="5 min"))
    at = now_ms() - 30 * MINUTE
    alarm.devices.say(S12, at, co2=1400)
    alarm.devices.say("college-neuf-s01", at, co2=1900)
    alarm.run.wait_for('vigiterre_readings_refused_total{reason="unknown_device"}', 1)
    row = next(line for line in (alarm.config / "devices.csv").read_text().splitlines() if line.startswith(S12))
    with (alarm.config / "devices.csv").open("a") as rows:
        rows.write(row.replace(S12, "college-neuf-s01") + "\n")
    (alarm.config / "rules.toml").write_text(rule().replace("1500", "1300").replace("1490", "1200"))
    alarm.run.signal(signal.SIGHUP)
    wait_until(lambda: "config_reloaded" in alarm.run.log.read_text(), "the reload")
    for command in (["replay", "--from", "2020-01-01", "--to", "2100-01-01"], ["quarantine", "replay"]):
        answer = alarm.run.cli(*command)
        assert answer.returncode == 0, answer.stderr
    wait_until(lambda: len(alarm.alerts()) == 2, "two alerts")
    assert not any(one.live for one in alarm.alerts())
    alarm.devices.say(S14, co2=1700)
    alarm.hook.wait_for(S14, "firing")
    assert [one.devices for one in alarm.hook.notices] == [[S14]]
    wait_until(lambda: len(alarm.mails()) == 1, "its mail")
