"""What the doctor says of the alerts: will somebody be told, and does every rule count that should."""

import shutil
from pathlib import Path

import pytest
from pydantic import SecretStr
from telling import NOW

from alerts.alert import PLATFORM
from alerts.calendar import instant
from alerts.load import AlertConfig, load_alerts
from alerts.notices.plan import Channel, ChannelKind, Heartbeat, Plan, Route
from alerts.rule import Level
from alerts.selector import Selector
from devices.load import load_registry
from devices.registry import Registry
from vigiterre.doctor.alerts import alerts, judge
from vigiterre.doctor.finding import Finding

CONFIG = Path(__file__).parents[2] / "config"
URL = "https://vigiterre.allier.example"
MAIL = {"mail": Channel("mail", ChannelKind.MAIL, SecretStr("smtp://localhost"))}
BEAT = Heartbeat(SecretStr(URL), 60_000)


@pytest.fixture(scope="module")
def registry() -> Registry:
    return load_registry(CONFIG)


@pytest.fixture(scope="module")
def shipped(registry: Registry) -> AlertConfig:
    return load_alerts(CONFIG, registry)


def told(shipped: AlertConfig, registry: Registry, *routes: Route, public_url: str = URL) -> dict[str, Finding]:
    config = AlertConfig(shipped.rules, shipped.calendars, Plan(MAIL, {}, routes, heartbeat=BEAT))
    return {one.code: one for one in judge(config, registry, public_url, NOW)}


def test_the_configuration_that_ships_tells_nobody_and_the_doctor_says_so() -> None:
    findings = {one.code: one.level for one in alerts(CONFIG, "", NOW)}
    assert findings == {"alerts.rules": "ok", "alerts.waiting": "ok", "alerts.no_channels": "warning"}


def test_a_route_for_everything_is_all_well(shipped: AlertConfig, registry: Registry) -> None:
    found = told(shipped, registry, Route(("mail",)))
    assert {one.level for one in found.values()} == {"ok"}
    assert found.keys() == {"alerts.rules", "alerts.waiting", "alerts.channels"}


def test_a_critical_alert_that_no_route_takes_is_named_with_a_device(shipped: AlertConfig, registry: Registry) -> None:
    roads = Route(("mail",), selector=Selector(domains=frozenset({"road"})))
    finding = told(shipped, registry, roads)["alerts.critical_untold"]
    assert finding.level == "warning"
    assert "building_frost (" in finding.found.en
    assert "black_ice" not in finding.found.en
    calm = Route(("mail",), levels=frozenset({Level.INFO, Level.WARNING}))
    assert "black_ice (" in told(shipped, registry, calm)["alerts.critical_untold"].found.fr


def test_alerts_about_ourselves_need_a_route_too(shipped: AlertConfig, registry: Registry) -> None:
    sensors = Route(("mail",), selector=Selector(domains=frozenset({"road", "building", "environment"})))
    assert "platform_" in told(shipped, registry, sensors)["alerts.critical_untold"].found.fr
    ourselves = Route(("mail",), selector=Selector(domains=frozenset({PLATFORM})))
    assert "alerts.critical_untold" not in told(shipped, registry, sensors, ourselves)


def test_a_route_for_office_hours_alone_leaves_the_night_untold(shipped: AlertConfig, registry: Registry) -> None:
    office = shipped.calendars["office_hours"]
    day, night = Route(("mail",), calendar=office), Route(("mail",), not_calendar=office)
    assert "alerts.critical_untold" in told(shipped, registry, day)
    assert "alerts.critical_untold" not in told(shipped, registry, day, night)


def test_notices_without_an_address_of_the_pages_have_no_link(shipped: AlertConfig, registry: Registry) -> None:
    assert told(shipped, registry, Route(("mail",)), public_url="")["alerts.no_public_url"].level == "warning"


def test_a_calendar_that_ends_soon_is_a_warning_if_a_rule_follows_it(shipped: AlertConfig, registry: Registry) -> None:
    calendar = shipped.calendars["school_hours"]
    assert calendar.known_until is not None
    soon = instant(calendar.known_until) - 86_400_000
    [finding] = [one for one in judge(shipped, registry, URL, soon) if one.code == "alerts.calendar"]
    assert finding.level == "warning"
    assert "school_hours" in finding.found.en
    others = {name: rule for name, rule in shipped.rules.items() if rule.calendar != "school_hours"}
    without = AlertConfig(others, shipped.calendars, shipped.plan)
    assert not [one for one in judge(without, registry, URL, soon) if "school_hours" in one.found.en]


def test_no_rules_at_all_is_a_warning(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    (folder / "rules.toml").unlink()
    assert [one.code for one in alerts(folder, URL, NOW)] == ["alerts.no_rules"]


def test_what_the_configuration_check_says_is_not_said_twice(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    (folder / "rules.toml").write_text("[rules.x]\n")
    assert alerts(folder, URL, NOW) == []
