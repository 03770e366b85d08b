"""Queries put to a real InfluxDB: what is empty, slow or refused is said, with the setting it happened at."""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from good_grafana import CONFIG, FIRST, Good
from typer.testing import CliRunner

from dashboards.grafana.check import asking
from dashboards.grafana.check.asking import Asker
from dashboards.grafana.check.files import read_folder
from dashboards.grafana.check.run import Ran, run
from servers import Influxd
from stores.open import open_store
from vigiterre.commands.dashboards_check import check
from vigiterre.doctor.store import influx_server
from vigiterre.shell import Shell

NOW = time.time_ns() // 1_000_000
HOUR = 3_600_000
PLACES = (("d1", "m1", "s1", "03190"), ("d2", "m1", "s2", "03185"), ("d3", "m2", "s2", "03185"))
DATABASE = "telemetry"


@pytest.fixture(scope="module")
def influxd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Influxd]:
    with Influxd(tmp_path_factory.mktemp("influxd")) as server:
        store = open_store(server.url(DATABASE), None)
        store.ensure_schema()
        store.close()
        write(server, "autogen", "\n".join(readings()))
        write(server, "rollup_1h", f"building,{tags(0)} air_temperature=20 {NOW - 2 * HOUR}")
        write(server, "autogen", "\n".join(fleet()))
        yield server


def tags(index: int) -> str:
    return ",".join(f"{k}={v}" for k, v in zip(("device", "model", "site", "commune"), PLACES[index], strict=True))


def readings() -> list[str]:
    """The third device sends something else."""
    return [f"building,{tags(index)} air_temperature={20 + index} {NOW - HOUR}" for index in (0, 1)] + [
        f"building,{tags(2)} co2=600 {NOW - HOUR}"
    ]


def fleet() -> list[str]:
    lines = []
    for index, (device, _, _, commune) in enumerate(PLACES):
        named = f"domain=building,label=Salle\\ ({device}),town=Moulins\\ ({commune})"
        lines.append(f"fleet,{tags(index)},{named} silent=0 {NOW - HOUR}")
    raw = f"resolution,policy=autogen longest=608400000,since={NOW - 90 * 24 * HOUR} {NOW - HOUR + 1}"
    return [*lines, raw, f"resolution,policy=rollup_1h longest=1000000000000000000,since=0 {NOW - HOUR}"]


def write(server: Influxd, policy: str, lines: str) -> None:
    url = f"http://127.0.0.1:{server.port}/write?db={DATABASE}&rp={policy}&precision=ms"
    with urllib.request.urlopen(urllib.request.Request(url, lines.encode()), timeout=30) as answer:
        assert answer.status == 204


@pytest.fixture
def good(tmp_path: Path) -> Good:
    """With one curve and the list, which is enough here."""
    found = Good(tmp_path)
    document = found.documents[FIRST]
    document["panels"] = [panel for panel in document["panels"] if panel["id"] in (1, 2, 32, 33)]
    return found


def asked(good: Good, influxd: Influxd, marks: dict[int, str] | None = None) -> Ran:
    board = next(one for one in read_folder(good.write()).boards if one.file == FIRST)
    return run(board, Asker(influx_server(influxd.url(DATABASE), None)), NOW, marks or {})


def test_every_query_is_put_at_one_value_several_and_all(good: Good, influxd: Influxd) -> None:
    ran = asked(good, influxd)
    assert [fault.text("en") for fault in ran.faults] == []
    settings = {one.setting: one.answered.rows for one in ran.runs if one.panel == "2 Courbe 2"}
    assert settings["policy=autogen"] == 2
    assert settings["policy=rollup_1h"] == 1
    assert settings["policy=autogen, device=d1"] == 1
    assert settings["policy=autogen, device=d1|d2"] == 2
    assert settings["policy=autogen, site=s2"] == 1
    assert settings["policy=autogen, model=m1|m2"] == 2
    assert settings["policy=autogen, commune=03185"] == 1
    assert {one.panel for one in ran.runs} == {"2 Courbe 2", "32 Liste", "Alertes", "Maintenance"}


def test_a_value_without_rows_is_no_fault_where_another_has_some(good: Good, influxd: Influxd) -> None:
    ran = asked(good, influxd)
    empty = [one.setting for one in ran.runs if one.panel == "2 Courbe 2" and not one.answered.rows]
    assert "policy=autogen, device=d3" in empty
    assert not ran.faults


def test_an_empty_panel_is_a_fault_unless_it_is_marked(good: Good, influxd: Influxd) -> None:
    good.query(2)["query"] = good.query(2)["query"].replace("air_temperature", "humidity")
    [fault] = asked(good, influxd).faults
    assert (fault.code, fault.file) == ("empty", FIRST)
    assert fault.place.text("en") == 'panel 2 "Courbe 2", target A'
    assert asked(good, influxd, {2: "no such sensor"}).faults == []


def test_rows_in_raw_readings_but_none_in_roll_ups_are_a_fault(good: Good, influxd: Influxd) -> None:
    good.query(2)["query"] = good.query(2)["query"].replace("air_temperature", "co2")
    [fault] = asked(good, influxd).faults
    assert fault.code == "empty_rollup"


def test_a_variable_whose_values_fit_no_rows_is_a_fault(good: Good, influxd: Influxd) -> None:
    good.query(2)["query"] = good.query(2)["query"].replace("/^$device$/", "/^.$device$/")  # All fits, no value does
    [fault] = asked(good, influxd).faults
    assert fault.code == "empty_single"
    assert fault.text("en").endswith('"device" (3 tried); correct the query or the variable')


def test_a_statement_that_the_store_refuses_is_said_in_its_words(good: Good, influxd: Influxd) -> None:
    good.query(2)["query"] = good.query(2)["query"].replace("mean(", "meen(")
    found = asked(good, influxd).faults
    assert {fault.code for fault in found} == {"query_error"}
    assert "undefined function meen()" in found[0].text("en")


def test_a_slow_query_is_a_fault_by_the_best_of_its_runs(
    good: Good, influxd: Influxd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboards.grafana.check.run.SLOW_MS", 0.0)
    monkeypatch.setattr(asking, "SLOW_MS", 0.0)
    monkeypatch.setattr(asking, "PATIENCE", 0.0)
    assert {fault.code for fault in asked(good, influxd).faults} == {"slow"}


def test_a_variable_without_values_is_a_fault(good: Good, influxd: Influxd) -> None:
    variable = good.documents[FIRST]["templating"]["list"][2]
    variable["regex"] = "/^nothing$/"
    codes = {(fault.code, fault.place.text("en")) for fault in asked(good, influxd).faults}
    assert codes == {("empty_variable", f'variable "{variable["name"]}"')}


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    for name in ("LANGUAGE", "CONFIG", "DATA_DIR", "MQTT__URL", "STORE__URL"):
        monkeypatch.delenv(f"VIGITERRE_{name}", raising=False)
    app = typer.Typer()
    app.command("check")(check)

    @app.callback()
    def shell(context: typer.Context) -> None:
        context.obj = Shell(CONFIG, "en")

    return app


def test_the_command_prints_what_it_asked_and_ends_well(good: Good, influxd: Influxd, command: typer.Typer) -> None:
    options = ["check", str(good.write()), "--store", influxd.url(DATABASE), "--table"]
    result = CliRunner().invoke(command, options)
    assert result.exit_code == 0, result.output
    assert "No fault: 2 dashboards, 5 panels" in result.stderr
    assert "policy=autogen, device=d1|d2" in result.stdout


def test_the_command_ends_with_1_and_every_fault(good: Good, influxd: Influxd, command: typer.Typer) -> None:
    good.query(2)["query"] = good.query(2)["query"].replace("air_temperature", "humidity")
    good.panel(2)["title"] = ""
    options = ["check", str(good.write()), "--store", influxd.url(DATABASE)]
    result = CliRunner().invoke(command, options)
    assert result.exit_code == 1
    assert "Faults: 2;" in result.stderr
    assert "no title; give one" in result.stderr
    assert "no row in the last 7 days" in result.stderr


def test_rows_as_json_are_flat(good: Good, influxd: Influxd, command: typer.Typer) -> None:
    good.panel(2)["title"] = ""
    result = CliRunner().invoke(command, ["check", str(good.write()), "--store", influxd.url(DATABASE), "--json"])
    rows = json.loads(result.stdout)
    assert rows[0]["code"] == "no_title"
    assert {row["kind"] for row in rows} == {"fault", "query"}
    assert all(not isinstance(value, dict | list) for row in rows for value in row.values())


def test_the_files_alone_need_no_store(good: Good, command: typer.Typer) -> None:
    result = CliRunner().invoke(command, ["check", str(good.write()), "--static"])
    assert result.exit_code == 0, result.output
    assert "0 queries" in result.stderr


def test_a_store_that_is_no_influxdb_is_said_to_be_none(good: Good, command: typer.Typer) -> None:
    result = CliRunner().invoke(command, ["check", str(good.write()), "--store", "sqlite:///x"])
    assert result.exit_code == 2
    assert "is no InfluxDB" in result.stderr


def test_a_database_that_is_missing_is_said_with_its_remedy(good: Good, influxd: Influxd, command: typer.Typer) -> None:
    result = CliRunner().invoke(command, ["check", str(good.write()), "--store", influxd.url("nobody")])
    assert result.exit_code == 1
    assert "nobody" in result.stderr
