"""`vigiterre alerts` as its user sees it: on a real book, and with the alerts at work behind the control socket."""

import asyncio
import csv
import io
import json
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telling import mail_server
from typer.testing import CliRunner, Result

from alerts.alert import Alert, Mute, MuteKind, Transition, What
from alerts.alerting import Alerting
from alerts.book import FILE, Book
from alerts.dispatch import NoticeKind, Order
from alerts.load import AlertConfig, load_alerts
from alerts.outbox import Outbox
from alerts.rule import Level
from alerts.selector import Selector
from devices.load import load_registry
from devices.reading import Series
from devices.registry import Registry
from vigiterre import control
from vigiterre.__main__ import app
from vigiterre.alert_operations import AlertOperations
from vigiterre.commands.alerts_history import cell
from vigiterre.service import now_ms

CONFIG = Path(__file__).parents[2] / "config"
MINUTE, HOUR = 60_000, 3_600_000
OPENED = 1_795_608_000_000
"""25 November 2026, 12:00 UTC."""
ROAD = Series("road", "d2009-saint-pourcain", "road-weather-station", "d2009-saint-pourcain", "03254")
ROOM = Series("building", "college-moulins-s12", "indoor-air", "college-moulins", "03190")


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data_dir of an installation that has kept alerts and is stopped."""
    for name in ("LANGUAGE", "CONFIG", "STORE__URL", "MQTT__URL"):
        monkeypatch.delenv(f"VIGITERRE_{name}", raising=False)
    monkeypatch.delenv("SUDO_USER", raising=False)
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    Book(tmp_path / "data" / FILE).close()
    return tmp_path / "data"


@pytest.fixture(scope="module")
def territory() -> tuple[Registry, AlertConfig]:
    registry = load_registry(CONFIG)
    return registry, load_alerts(CONFIG, registry)


def alert(number: int = 1, series: Series = ROAD, rule: str = "black_ice", **values: Any) -> Alert:
    level = values.pop("level", Level.CRITICAL)
    found = Alert(number, rule, series, level, level, OPENED, OPENED - 5 * MINUTE, live=True, found=OPENED)
    measured: dict[str, Any] = {"quantity": "road_surface_temperature", "value": -0.8, "threshold": 0.0}
    return replace(found, **((measured if series is ROAD else {}) | values))


def over(number: int, **values: Any) -> Alert:
    ended: dict[str, Any] = {"resolved": OPENED + 90 * MINUTE, "ended": OPENED + 90 * MINUTE, "closed": True}
    return alert(number, **(ended | values))


def write(data: Path, *alerts: Alert, mutes: tuple[Mute, ...] = ()) -> None:
    with Book(data / FILE) as book, book.transaction():
        book.write_alerts(alerts)
        for mute in mutes:
            book.add_mute(mute)


def run(*arguments: object, config: Path = CONFIG) -> Result:
    result = CliRunner().invoke(app, ["--config", str(config), "alerts", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def told(result: Result) -> str:
    """What was said beside the result, with ordinary spaces."""
    return result.stderr.replace("\N{NO-BREAK SPACE}", " ")


def rows(*arguments: object) -> list[dict[str, Any]]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    assert all(not isinstance(value, dict | list) for row in found for value in row.values()), "flat"
    return found


class Running:
    """Alerting behind its control socket, in a thread of its own, as the process has it."""

    def __init__(self, data: Path, registry: Registry, config: AlertConfig) -> None:
        self.data = data
        self.alerting = Alerting(Book(data / FILE), config, registry, now_ms(), begin=0)
        self.ready = threading.Event()
        self.loop = asyncio.new_event_loop()
        self.ended = asyncio.Event()
        self.thread = threading.Thread(target=self.loop.run_until_complete, args=(self.serve(),))
        self.thread.start()
        assert self.ready.wait(10)

    async def serve(self) -> None:
        async with await control.listen(self.data, AlertOperations(self.alerting, now_ms).commands()):
            self.ready.set()
            await self.ended.wait()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.ended.set)
        self.thread.join(10)
        self.loop.close()
        self.alerting.close()


@pytest.fixture
def running(data: Path, territory: tuple[Registry, AlertConfig]) -> Iterator[Running]:
    write(data, alert(1), alert(2, ROOM, "classroom_co2", level=Level.WARNING), over(3))
    made = Running(data, *territory)
    yield made
    made.stop()


# -- list


def test_open_alerts_are_listed_the_gravest_first_with_value_place_and_begin(data: Path) -> None:
    write(data, alert(1, ROOM, "classroom_co2", level=Level.WARNING), alert(2), over(3))
    found = rows("list")
    assert [row["id"] for row in found] == [2, 1]
    assert found[0].items() >= {
        "level": "critical", "status": "firing", "rule": "black_ice", "title": "Verglas probable",
        "device": ROAD.device, "commune": "03254", "opened": "2026-11-25T12:00:00Z", "resolved": None,
        "value": -0.8, "unit": "Cel", "acknowledged": None, "muted_by": "",
    }.items()  # fmt: skip
    shown = run("list").stdout
    assert "−0,8\N{NO-BREAK SPACE}°C" in shown
    assert "critique" in shown
    assert "Fin" not in shown, "a column without anything is left out"


def test_all_shows_those_that_ended_the_newest_first_and_says_when_it_is_cut(data: Path) -> None:
    write(data, over(1), over(2, opened=OPENED + HOUR), alert(3, opened=OPENED + 2 * HOUR))
    assert [row["id"] for row in rows("list", "--all")] == [3, 2, 1]
    cut = run("list", "--all", "--limit", 2)
    assert "Liste arrêtée à --limit 2 ; 1 autres suivent" in told(cut)


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--level", "critical"], [1]),
        (["--domain", "building"], [2]),
        (["--commune", "03190"], [2]),
        (["--site", ROAD.site], [1]),
        (["--device", ROOM.device], [2]),
        (["--rule", "black_ice"], [1]),
        (["--rule", "black_ice", "--domain", "building"], []),
    ],
    ids=str,
)
def test_options_choose_among_alerts(options: list[str], numbers: list[int], data: Path) -> None:
    write(data, alert(1), alert(2, ROOM, "classroom_co2", level=Level.WARNING))
    assert [row["id"] for row in rows("list", *options)] == numbers


def test_nothing_open_and_nothing_found_are_two_things_to_say(data: Path) -> None:
    assert told(run("list")) == "Aucune alerte en cours.\n"
    assert "Aucune alerte ne répond" in told(run("list", "--rule", "x"))
    assert rows("list") == []


def test_a_storm_of_one_rule_at_one_place_is_one_line(data: Path) -> None:
    storm = [alert(n, ROOM._replace(device=f"room-{n}"), "classroom_co2", level=Level.WARNING) for n in range(2, 202)]
    write(data, alert(1), *storm)
    result = run("list")
    assert len(result.stdout.splitlines()) == 4
    assert "× 200" in result.stdout
    assert "--each" in told(result)
    assert len(run("list", "--each").stdout.splitlines()) == 203
    assert len(rows("list")) == 201


def test_four_alerts_are_no_storm(data: Path) -> None:
    write(data, *(alert(n, ROOM, "classroom_co2") for n in range(1, 5)))
    assert "×" not in run("list").stdout


def test_what_is_muted_says_by_what(data: Path) -> None:
    now = now_ms()
    chosen = Selector(devices=frozenset({ROAD.device}))
    mute = Mute(0, MuteKind.MAINTENANCE, chosen, frozenset(), now - HOUR, now + HOUR, "Marie", "travaux", now)
    write(data, alert(1), alert(2, ROOM, "classroom_co2"), mutes=(mute,))
    assert {row["id"]: row["muted_by"] for row in rows("list")} == {1: "maintenance 1", 2: ""}
    assert "en cours, maintenance 1" in run("list").stdout


def test_alerts_are_shown_while_the_configuration_is_broken(data: Path, tmp_path: Path) -> None:
    write(data, alert(1))
    folder = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    (folder / "rules.toml").write_text("[rules.x]\n")
    result = run("list", config=folder)
    assert result.exit_code == 0
    assert "black_ice" in result.stdout
    assert "vigiterre check" in told(result)
    assert run("show", 1, config=folder).exit_code == 0


def test_an_installation_that_never_kept_alerts_is_no_quiet_one(data: Path) -> None:
    (data / FILE).unlink()
    for command in (["list"], ["show", "1"], ["history"], ["mutes"]):
        result = run(*command)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "aucun vigiterre n'a encore tenu d'alertes" in told(result)
    assert not (data / FILE).exists()


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


# -- show


def test_one_alert_is_shown_with_its_history_and_its_notices(data: Path) -> None:
    write(data, alert(1, acknowledged=OPENED + MINUTE, acknowledged_by="Marie", comment="patrouille partie"))
    with Book(data / FILE) as book:
        with book.transaction():
            book.write_transitions(
                [
                    Transition(1, OPENED, OPENED, What.FIRED, Level.CRITICAL, -0.8),
                    Transition(1, OPENED + MINUTE, OPENED + MINUTE, What.ACKNOWLEDGED, Level.CRITICAL, -0.8, "Marie"),
                ]
            )
        outbox = Outbox(book.connection, book.lock)
        outbox.add([Order(1, NoticeKind.FIRING, name, Level.CRITICAL, "g", OPENED) for name in ("a", "b")], OPENED)
        bundle = outbox.take("a", OPENED)
        assert bundle is not None
        outbox.sent(bundle, OPENED + 1_000)
    shown = run("show", 1).stdout
    for words in ("Verglas probable", "prise en charge", "patrouille partie", "Envoyer la patrouille",
                  "humide ou mouillée", "déclenchée", "remis", "en attente"):  # fmt: skip
        assert words in shown
    found = json.loads(run("show", 1, "--json").stdout)
    assert [one["what"] for one in found["transitions"]] == ["fired", "acknowledged"]
    assert [(one["channel"], one["outcome"]) for one in found["notices"]] == [("a", "sent"), ("b", "waiting")]


def test_an_alert_nobody_was_told_of_says_so_and_an_unknown_one_is_an_error(data: Path) -> None:
    write(data, over(1, late=True))
    assert "Personne n'a été prévenu" in told(run("show", 1))
    unknown = run("show", 7)
    assert unknown.exit_code == 1
    assert "7 : aucune alerte de ce numéro" in told(unknown)


# -- ack


def test_alerts_are_acknowledged_by_number_with_who_and_why(running: Running, data: Path) -> None:
    result = run("ack", 1, 3, "--who", "Marie", "--comment", "patrouille partie")
    assert told(result).splitlines() == [
        "Alertes prises en charge par Marie : 1.",
        "Inchangées : 0 déjà prises en charge, 1 terminées.",
    ]
    [row] = rows("list", "--device", ROAD.device)
    assert row.items() >= {
        "status": "acknowledged", "acknowledged_by": "Marie", "comment": "patrouille partie",
    }.items()  # fmt: skip
    assert "Inchangées : 1 déjà" in told(run("ack", 1, "--who", "Paul"))
    with Book(data / FILE, read_only=True) as book:
        assert [one.what for one in book.transitions(1)] == [What.ACKNOWLEDGED]


def test_who_is_the_account_or_who_used_sudo_unless_told(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "mdupont")
    assert "par mdupont : 1" in told(run("ack", 1))


def test_an_unknown_number_is_an_error_and_nothing_is_done(running: Running) -> None:
    result = run("ack", 1, 77, 99)
    assert result.exit_code == 1
    assert told(result).startswith("77, 99 : aucune alerte de ce numéro ; rien n'a été fait")
    assert running.alerting.unclosed[1].acknowledged == 0


def test_all_that_match_are_acknowledged_at_once(running: Running) -> None:
    assert "Aucune alerte ne répond" in told(run("ack", "--all", "--rule", "snow"))
    assert ": 1." in told(run("ack", "--all", "--rule", "black_ice", "--site", ROAD.site, "--who", "M"))
    assert not running.alerting.unclosed[2].acknowledged
    assert ": 1." in told(run("ack", "--all", "--who", "M"))


def test_an_acknowledgement_that_the_disk_refuses_is_held_said_and_written_later(running: Running, data: Path) -> None:
    running.alerting.book.connection.execute("PRAGMA busy_timeout = 50").close()
    with closing(sqlite3.connect(data / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "Le disque refuse" in told(run("ack", 1, "--who", "Marie"))
        other.execute("ROLLBACK")
    assert "Le disque" not in told(run("ack", 2, "--who", "Marie"))
    assert {row["acknowledged_by"] for row in rows("list")} == {"Marie"}


# -- silence, maintenance, mutes


def test_a_silence_says_what_it_covers_and_can_be_ended(running: Running) -> None:
    result = run("silence", "--site", ROAD.site, "--for", "2h", "--comment", "salage en cours", "--who", "Marie")
    assert result.exit_code == 0, told(result)
    assert told(result).startswith("Silence 1 jusqu'au ")
    assert "1 capteurs, 1 alertes en cours" in told(result)
    [row] = rows("mutes")
    assert row.items() >= {
        "id": 1, "kind": "silence", "current": True, "selector": f"sites={ROAD.site}", "who": "Marie",
        "comment": "salage en cours",
    }.items()  # fmt: skip
    assert running.alerting.muted(running.alerting.unclosed[1], now_ms())
    wrong = run("maintenance", "--end", 1)
    assert wrong.exit_code == 1
    assert "1 : rien de ce numéro" in told(wrong)
    assert told(run("silence", "--end", 1)) == "1 a pris fin : les alertes sont de nouveau annoncées.\n"
    assert not running.alerting.muted(running.alerting.unclosed[1], now_ms() + 1)
    assert run("silence", "--end", 1).exit_code == 1
    assert told(run("mutes")) == "Aucun silence, aucune intervention.\n"


def test_a_maintenance_window_is_announced_ahead(running: Running) -> None:
    times = ("--since", "2100-01-01T08:00+01:00", "--until", "2100-01-01T12:00+01:00")
    assert run("maintenance", "--commune", "03190", *times, "--comment", "chaudière").exit_code == 0
    [row] = rows("mutes")
    assert row.items() >= {
        "kind": "maintenance", "current": False, "start": "2100-01-01T07:00:00Z", "end": "2100-01-01T11:00:00Z",
    }.items()  # fmt: skip
    assert "à venir" in run("mutes").stdout
    assert run("maintenance", "--end", 1).exit_code == 0
    assert rows("mutes") == []


def test_a_rule_alone_or_everything_can_be_silenced(running: Running) -> None:
    of_rule = told(run("silence", "--rule", "black_ice", "--for", "30 min", "--comment", "x"))
    assert ": 10 capteurs, 1 alertes" in of_rule
    everything = told(run("silence", "--everything", "--for", "1d", "--comment", "x"))
    assert f": {len(running.alerting.registry.devices)} capteurs, 2 alertes" in everything
    assert "tout le territoire" in run("mutes").stdout


def test_a_silence_of_nothing_known_is_refused_with_what_is_near(running: Running) -> None:
    """One that is misspelt would silence nothing, and be trusted."""
    for option, value in (("--site", "collège-moulins"), ("--device", "x"), ("--rule", "black_icee"), ("--tag", "x")):
        result = run("silence", option, value, "--for", "2h", "--comment", "x")
        assert result.exit_code == 1
        assert f"« {value} » ne convient pas ; connus : " in told(result)
    assert "n'est pas un code INSEE" in told(run("silence", "--commune", "3190", "--for", "1h", "--comment", "x"))
    assert running.alerting.mutes == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ack"], "Dites lesquelles"),
        (["ack", "1", "--all"], "Dites lesquelles"),
        (["ack", "--rule", "snow"], "Dites lesquelles"),
        (["silence", "--for", "2h", "--comment", "x"], "Dites sur quoi"),
        (["silence", "--everything", "--site", "x", "--for", "2h", "--comment", "x"], "Dites sur quoi"),
        (["silence", "--site", "x", "--comment", "x"], "Dites pour combien de temps"),
        (["silence", "--site", "x", "--for", "2h", "--until", "2100-01-01", "--comment", "x"], "soit --for"),
        (["silence", "--site", "x", "--for", "2h"], "Dites pourquoi"),
        (["silence", "--site", "x", "--for", "2 heures", "--comment", "x"], "n'est pas une durée"),
        (["silence", "--site", "x", "--for", "0 s", "--comment", "x"], "n'est pas une durée"),
        (["silence", "--site", "x", "--until", "2020-01-01", "--comment", "x"], "déjà passée"),
        (["maintenance", "--site", "x", "--since", "hier", "--for", "2h", "--comment", "x"], "n'est pas une date"),
        (["history", "--csv", "--json"], "s'excluent"),
        (["history", "--since", "2026-11-25", "--until", "2026-11-24"], "doit précéder"),
        (["list", "--level", "grave"], "choisissez parmi"),
    ],
    ids=str,
)
def test_a_command_misspelt_is_told_with_what_to_write(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in told(result)


@pytest.mark.parametrize(
    "command",
    [
        ["ack", "1"],
        ["silence", "--device", ROAD.device, "--for", "2h", "--comment", "x"],
        ["maintenance", "--end", "1"],
    ],
    ids=" ".join,
)
def test_acting_without_a_running_process_is_refused_with_the_remedy(command: list[str], data: Path) -> None:
    write(data, alert(1))
    result = run(*command)
    assert result.exit_code == 1
    assert told(result).startswith(f"Aucun vigiterre ne tourne sur {data} : rien n'a été fait")
    assert "vigiterre run" in told(result)
    assert rows("list")[0]["status"] == "firing"


# -- history


def test_the_history_gives_intervals_with_their_length_and_the_time_to_acknowledgement(data: Path) -> None:
    taken = {"acknowledged": OPENED + 9 * MINUTE, "acknowledged_by": "Marie"}
    write(data, over(1, peak=Level.CRITICAL, level=Level.WARNING, **taken), alert(2), over(3, withdrawn=True))
    found = {row["id"]: row for row in rows("history")}
    assert found.keys() == {1, 2}
    assert found[1].items() >= {
        "peak": "critical", "minutes": 90.0, "minutes_to_acknowledgement": 9.0, "acknowledged_by": "Marie",
    }.items()  # fmt: skip
    assert found[2].items() >= {"resolved": None, "minutes": None, "minutes_to_acknowledgement": None}.items()
    assert {row["id"] for row in rows("history", "--withdrawn")} == {1, 2, 3}
    assert [row["id"] for row in rows("history", "--level", "critical")] == [2, 1]
    shown = run("history").stdout
    assert "│ 90 " in shown
    assert "Marie (9\N{NO-BREAK SPACE}min)" in shown
    assert "Aucune alerte ne répond" in told(run("history", "--rule", "x"))


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--since", "2026-11-25T13:00Z"], [2, 1]),
        (["--since", "2026-11-25T13:31Z"], [2]),
        (["--until", "2026-11-25T12:30Z"], [1]),
        (["--until", "2026-11-25T12:00Z"], []),
    ],
    ids=str,
)
def test_the_history_of_a_time_is_what_went_on_in_it(options: list[str], numbers: list[int], data: Path) -> None:
    write(data, over(1), alert(2, opened=OPENED + HOUR))
    assert [row["id"] for row in rows("history", *options)] == numbers


def test_the_csv_is_what_a_french_spreadsheet_opens(data: Path) -> None:
    write(data, over(1, resolved=OPENED + 90 * MINUTE + 30_000, comment='=HYPERLINK("http://evil")', late=True))
    raw = run("history", "--csv").stdout_bytes
    assert raw.startswith(b"\xef\xbb\xbf")
    [row] = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
    assert row["Début"] == "2026-11-25 13:00:00", "by the clocks of Paris"
    assert row["Durée (min)"] == "90,5"
    assert row["Commentaire"] == '\'=HYPERLINK("http://evil")'
    assert row["Niveau atteint"] == "critique"
    assert row["Commune"] == "03254 Saint-Pourçain-sur-Sioule"
    assert row["Après coup"] == "oui"
    assert row["Annulée"] == ""


@given(st.text())
def test_no_cell_that_people_wrote_is_a_formula(text: str) -> None:
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell(text).endswith(text)


def test_a_negative_number_stays_a_number() -> None:
    assert cell(-0.5) == "-0,5"


# -- notify-test


def notifying(tmp_path: Path, address: str) -> Path:
    folder = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    (folder / "notify.toml").write_text(
        '[channels.courriel]\nmail = "env:VIGITERRE_TEST_MAIL"\n[channels.astreinte]\nrota = "routes"\n'
        '[rotas.routes]\nmembers = ["courriel"]\nturn = "week"\nhandover = "mon 08:00"\nsince = 2026-11-02\n'
        '[[routes]]\nchannels = ["astreinte"]\n'
    )
    return folder


def test_a_test_goes_out_at_once_and_says_by_which_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as (inbox, address):
        monkeypatch.setenv("VIGITERRE_TEST_MAIL", address)
        folder = notifying(tmp_path, address)
        direct = run("notify-test", "courriel", config=folder)
        assert direct.exit_code == 0, told(direct)
        assert "Essai remis par le canal courriel (mail)" in told(direct)
        assert "Essai" in inbox.next()["Subject"]
        by_rota = run("notify-test", "astreinte", config=folder)
        assert "courriel (mail), d'astreinte pour astreinte" in told(by_rota)
        inbox.next()
        unknown = run("notify-test", "sms", config=folder)
        assert unknown.exit_code == 1
        assert "le canal « sms » n'existe pas ; connus : astreinte, courriel" in told(unknown)
    refused = run("notify-test", "courriel", config=folder)
    assert refused.exit_code == 1
    assert told(refused).startswith("L'essai n'est pas parti par courriel : ")
