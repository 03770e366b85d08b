"""Alerts on real processes: mosquitto, `vigiterre run`, a mail server and a webhook."""

import re
import signal
import urllib.error
import urllib.parse
import urllib.request
from email.message import EmailMessage

from alarms import S12, S14, Alarm
from sinks import MINUTE, now_ms
from stale_air import rule

from servers import wait_until


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
