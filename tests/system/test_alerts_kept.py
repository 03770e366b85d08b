"""What of alerts survives a kill, on real processes: notices that wait, acknowledgements, mutes."""

import json

import pytest
from alarms import S12, S14, Alarm
from stale_air import rule

from servers import wait_until


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
