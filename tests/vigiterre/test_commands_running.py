"""Commands that act on a running process, and what that process says of itself, in the language of its settings."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
import structlog

from devices.errors import VigiterreError
from servers import Mosquitto, Vigiterre, free_port, publish_bytes, wait_until
from vigiterre import control, logs
from vigiterre.commands.ask import final, progress
from vigiterre.settings import LogSettings
from vigiterre.texts import said

CONFIG = Path(__file__).parents[2] / "config"
DEVICE = "college-moulins-s12"
Start = Callable[..., Vigiterre]


@pytest.fixture
def start(tmp_path: Path, mosquitto: Mosquitto, unique: str) -> Iterator[Start]:
    """Starts `vigiterre run` with topics of its own."""
    started: list[Vigiterre] = []

    def go(store: str = "", **environment: str) -> Vigiterre:
        process = Vigiterre(
            tmp_path / "vigiterre",
            CONFIG,
            mosquitto.url,
            store or f"sqlite:///{tmp_path}/readings.sqlite",
            VIGITERRE_MQTT__ROOT=unique,
            VIGITERRE_MQTT__CLIENT_ID=unique,
            **environment,
        )
        started.append(process)
        process.start()
        process.wait_for("vigiterre_mqtt_connected", 1)
        return process

    yield go
    for process in started:
        process.kill()  # one that waits for its store would take its time to stop


def test_refusals_are_listed_run_again_and_purged_beside_the_process_that_holds_them(
    start: Start, mosquitto: Mosquitto, unique: str
) -> None:
    vigiterre = start(VIGITERRE_LANGUAGE="fr")
    topic = f"{unique}/building/{DEVICE}/up"
    publish_bytes(mosquitto, topic, b'{"values": {"co2": 612}}')
    publish_bytes(mosquitto, topic, b"{")
    publish_bytes(mosquitto, f"{unique}/building/personne/up", b'{"values": {"co2": 612}}')
    vigiterre.wait_for('vigiterre_readings_refused_total{reason="unknown_device"}', 1)
    listed = json.loads(vigiterre.cli("quarantine", "list", "--json").stdout)
    assert [row["reason"] for row in listed] == ["unknown_device", "undecodable"]

    unknown = vigiterre.cli("quarantine", "replay", "1", "77")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr == ("77 : aucun refus de ce numéro ; rien n'a été fait, voyez `vigiterre quarantine list`\n")
    again = vigiterre.cli("quarantine", "replay")
    assert again.stderr == "Messages rejoués : 2 ; refus à nouveau : 2 (voir `vigiterre quarantine list`).\n"
    replayed = vigiterre.cli("replay", "--from", "2020-01-01", "--to", "2100-01-01", "--device", DEVICE)
    assert replayed.stderr == "Messages rejoués : 2 ; refus à nouveau : 1 (voir `vigiterre quarantine list`).\n"
    assert replayed.returncode == 0
    purged = vigiterre.cli("quarantine", "purge", "--reason", "undecodable")
    assert purged.stderr.startswith("Refus effacés : ")
    assert {row["reason"] for row in json.loads(vigiterre.cli("quarantine", "list", "--json").stdout)} == {
        "unknown_device"
    }
    assert vigiterre.get("/readyz")[0] == 200


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "vérifiez que le serveur 127.0.0.1:{port} tourne"), ("en", "check that the server")]
)
def test_a_store_that_is_away_is_said_with_its_remedy_in_the_language_of_the_settings(
    language: str, words: str, start: Start, mosquitto: Mosquitto, unique: str
) -> None:
    port = free_port()
    vigiterre = start(f"influxdb://127.0.0.1:{port}/telemetry", VIGITERRE_LANGUAGE=language)
    assert vigiterre.get("/readyz")[0] == 200
    publish_bytes(mosquitto, f"{unique}/building/{DEVICE}/up", b'{"values": {"co2": 612}}')
    wait_until(lambda: vigiterre.get("/readyz")[0] == 503, "a store that is away to be said")
    said_of = json.loads(vigiterre.get("/readyz")[1])["checks"]
    assert words.format(port=port) in said_of["store"]
    assert f"InfluxDB 127.0.0.1:{port}" in said_of["store"]
    assert said_of["broker"] == ""


def test_a_process_on_the_same_data_dir_is_told_who_holds_it(start: Start) -> None:
    vigiterre = start(VIGITERRE_LANGUAGE="fr")
    second = vigiterre.cli("run")
    assert second.returncode == 1
    assert f"est déjà utilisé par le processus {vigiterre.pid}" in second.stderr


def test_a_port_that_is_taken_is_told_with_the_remedy(start: Start, tmp_path: Path) -> None:
    vigiterre = start(VIGITERRE_LANGUAGE="fr")
    assert vigiterre.environment is not None
    vigiterre.environment["VIGITERRE_DATA_DIR"] = str(tmp_path / "other")
    second = vigiterre.cli("run")
    assert second.returncode == 1
    assert second.stderr.splitlines()[-1].startswith(f"console.bind 127.0.0.1:{vigiterre.port} : ")
    assert "choisissez un autre port" in second.stderr


async def broken(_arguments: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
    yield {"progress": 1}
    raise ZeroDivisionError("a mistake of ours")


async def refused(_arguments: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
    yield {"progress": 1}
    raise VigiterreError(said("no_such_refusal", id=7))


async def unfinished(_arguments: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
    yield {"progress": 1}


@pytest.mark.parametrize(
    ("command", "french", "english"),
    [
        ("broken", "n'a pu exécuter la commande (ZeroDivisionError", "could not do this (ZeroDivisionError"),
        ("refused", "7 : aucun refus", "7: no refusal"),
        ("unfinished", "avant de répondre", "before it answered"),
        ("unheard_of", "n'a pu exécuter la commande (KeyError", "could not do this (KeyError"),
    ],
)
def test_what_goes_wrong_in_the_running_process_is_said_to_who_asked_in_both_languages(
    command: str, french: str, english: str, tmp_path: Path
) -> None:
    commands = {"broken": broken, "refused": refused, "unfinished": unfinished}

    def ask() -> VigiterreError:
        with progress() as bar, pytest.raises(VigiterreError) as caught:
            final(control.call(tmp_path, command), bar, bar.add_task(""))
        return caught.value

    async def serve() -> VigiterreError:
        async with await control.listen(tmp_path, commands):
            return await asyncio.to_thread(ask)

    error = asyncio.run(serve())
    assert french in error.text("fr")
    assert english in error.text("en")


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_in_the_log_never_shows_the_values_of_variables(
    form: Literal["console", "json"], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(password: str) -> None:
        raise ZeroDivisionError(len(password))

    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    try:
        logs.configure(LogSettings(format=form))
        try:
            fail("S3CRET"[:])
        except ZeroDivisionError:
            structlog.get_logger().exception("failed")
    finally:
        structlog.reset_defaults()
    assert "ZeroDivisionError" in stream.getvalue()
    assert "in fail" in stream.getvalue()
    assert "password = " not in stream.getvalue()
    assert "password='S3CRET'" not in stream.getvalue()


def test_a_socket_belongs_to_its_owner_alone_and_one_that_cannot_be_is_told(tmp_path: Path) -> None:
    async def listen(folder: Path) -> None:
        async with await control.listen(folder, {}):
            assert (folder / control.SOCKET).stat().st_mode & 0o777 == 0o600

    asyncio.run(listen(tmp_path))
    deep = tmp_path / ("d" * 120)
    deep.mkdir()
    with pytest.raises(VigiterreError) as caught:
        asyncio.run(listen(deep))
    assert "gardez data_dir sous 90 caractères" in caught.value.text("fr")
    with pytest.raises(VigiterreError, match="below 90 characters"):
        list(control.call(deep, "replay"))
    with pytest.raises(control.NotRunning):
        list(control.call(tmp_path, "replay"))
