"""`vigiterre alerts list --rules`: which devices a rule judges, and whether it fails."""

from alerts_asked import ROAD, Running, rows, run, told

from alerts.load import AlertConfig
from devices.registry import Registry


def test_rules_are_listed_with_the_devices_they_judge(territory: tuple[Registry, AlertConfig]) -> None:
    found = {row["rule"]: row for row in rows("list", "--rules")}
    assert found.keys() == territory[1].rules.keys()
    assert found["black_ice"]["devices"] > 0
    assert found["black_ice"]["broken"] is None
    assert found["snow"].items() >= {"devices": 0, "waiting": True}.items()
    assert found["classroom_co2"]["calendar"] == "school_hours"
    assert "ne sont pas connues" in told(run("list", "--rules"))
    of_device = {row["rule"] for row in rows("list", "--rules", "--device", ROAD.device)}
    assert "black_ice" in of_device
    assert not {"classroom_co2", "snow", "platform_store"} & of_device
    assert {row["kind"] for row in rows("list", "--rules", "--domain", "platform")} == {"platform"}
    assert all("critical" in row["levels"] for row in rows("list", "--rules", "--level", "critical"))
    assert "Aucune règle" in told(run("list", "--rules", "--rule", "x"))


def test_a_rule_that_fails_is_shown_as_broken_while_a_process_runs(running: Running) -> None:
    running.alerting.engine.broken["black_ice"] = "Traceback ...\nZeroDivisionError: division by zero\n"
    broken = {row["rule"]: row["broken"] for row in rows("list", "--rules")}
    assert broken["black_ice"] == "ZeroDivisionError: division by zero"
    assert broken["hoar_frost"] == ""
    assert "ZeroDivisionError" in run("list", "--rules", "--rule", "black_ice").stdout
