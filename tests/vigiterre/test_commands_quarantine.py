"""`vigiterre quarantine` and `vigiterre replay` without a running process, as their user sees them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from typer.testing import CliRunner, Result

from devices.reading import Message, Reason, Refusal
from ingest.quarantine import KEPT_BYTES, Quarantine, Row
from stores.sqlite import SqliteStore
from vigiterre.__main__ import app
from vigiterre.moment import now_ms

CONFIG = Path(__file__).parents[2] / "config"
DEVICE = "college-moulins-s12"
TOPIC = f"vigiterre/building/{DEVICE}/up"
GOOD = b'{"values": {"co2": 612}}'
COMMANDS = (
    ["quarantine", "list"],
    ["quarantine", "list", "--json"],
    ["quarantine", "show", "1"],
    ["quarantine", "replay", "1"],
    ["quarantine", "purge", "--all"],
    ["replay", "--from", "2026-11-01", "--to", "2026-11-02"],
)


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data_dir of an installation that has run and is stopped."""
    for name in ("LANGUAGE", "CONFIG", "STORE__URL", "MQTT__URL"):
        monkeypatch.delenv(f"VIGITERRE_{name}", raising=False)
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    yield tmp_path / "data"
    structlog.reset_defaults()  # the commands' log went to a stream that is closed now


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(app, ["--config", str(CONFIG), *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def refused(data: Path, *payloads: bytes, received: int | None = None) -> None:
    with Quarantine(data / "quarantine.sqlite", 10**12, 10**9) as quarantine:
        quarantine.add(
            [
                Row(seq, -1, Message(TOPIC, payload, received or now_ms()), Refusal(Reason.SCHEMA, "why not", DEVICE))
                for seq, payload in enumerate(payloads, start=1)
            ]
        )


def listed(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(run("quarantine", "list", "--json", *arguments).stdout)
    return found


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_data_dir_that_is_not_there_is_an_error_and_is_not_made(command: list[str], data: Path) -> None:
    """A misspelt VIGITERRE_DATA_DIR must not look like an installation where all is well."""
    data.rmdir()
    result = run(*command)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"{data} n'existe pas")
    assert "VIGITERRE_DATA_DIR" in result.stderr
    assert not data.exists()


def test_an_empty_quarantine_is_said_and_not_written() -> None:
    assert listed() == []
    assert run("quarantine", "list").stderr == "Aucun refus.\n"
    assert "Aucun refus ne répond" in run("quarantine", "list", "--device", "x").stderr
    assert "Aucun refus ne répond" in run("quarantine", "purge", "--all").stderr
    assert "Aucun refus ne répond" in run("quarantine", "replay", "--reason", "schema").stderr


def test_refusals_are_listed_flat_newest_first_and_shown_with_their_bytes(data: Path) -> None:
    refused(data, b"{", b"\xff\x00")
    rows = listed()
    assert [row["id"] for row in rows] == [2, 1]
    assert rows[0].items() >= {"topic": TOPIC, "device": DEVICE, "reason": "schema", "detail": "why not"}.items()
    assert json.loads(run("quarantine", "show", "1").stdout)["payload"] == "{"
    assert json.loads(run("quarantine", "show", "2").stdout)["payload"] == "ff 00"
    assert run("quarantine", "show", "2", "--raw").stdout_bytes == b"\xff\x00"
    assert listed("--reason", "too_old") == []
    assert TOPIC in run("quarantine", "list").stdout


def test_a_list_that_is_cut_says_so(data: Path) -> None:
    refused(data, b"1", b"2", b"3")
    result = run("quarantine", "list", "--limit", "2")
    assert len(result.stdout.splitlines()) == 4
    assert "Liste arrêtée à --limit 2" in result.stderr


def test_what_was_mended_is_run_again_and_stored_and_leaves_the_quarantine(data: Path) -> None:
    refused(data, GOOD, b"{")
    result = run("quarantine", "replay")
    assert result.exit_code == 0, result.output
    assert "Messages rejoués : 2 ; refus à nouveau : 1" in result.stderr
    assert [row["reason"] for row in listed()] == ["undecodable"]
    store = SqliteStore(data / "readings.sqlite", read_only=True)
    assert [(one.quantity, one.value) for one in store.latest([DEVICE])] == [("co2", 612.0)]
    store.close()


def test_messages_of_the_journal_are_run_again_by_the_time_they_came(data: Path) -> None:
    refused(data, GOOD)
    assert run("quarantine", "replay", "1").exit_code == 0  # now it is in the journal, marked as replayed
    result = run("replay", "--from", "2020-01-01", "--to", "2021-01-01")
    assert result.exit_code == 0
    assert "Aucun message à rejouer" in result.stderr
    assert "journal.max_days" in result.stderr


def test_a_message_that_was_not_kept_whole_stays_and_is_said(data: Path) -> None:
    refused(data, b"x" * (KEPT_BYTES + 1))
    result = run("quarantine", "replay")
    assert "restés en quarantaine : 1" in result.stderr
    assert "vigiterre replay" in result.stderr
    assert len(listed()) == 1


@pytest.mark.parametrize("unknown", ["99", str(2**63 - 1), "0", "1 99"])
def test_an_unknown_number_is_told_and_nothing_is_done(unknown: str, data: Path) -> None:
    refused(data, GOOD)
    result = run("quarantine", "replay", *unknown.split())
    assert result.exit_code == 1
    assert result.stderr.startswith(f"{unknown.rsplit(maxsplit=1)[-1]} : aucun refus de ce numéro")
    assert len(listed()) == 1
    assert run("quarantine", "show", "99").exit_code == 1


def test_purging_deletes_what_was_asked_for_and_counts_it(data: Path) -> None:
    refused(data, b"1", b"2", received=1_795_608_000_000)
    assert run("quarantine", "purge").exit_code == 2
    assert "Aucun" in run("quarantine", "purge", "--before", "2026-11-25").stderr
    assert run("quarantine", "purge", "--reason", "schema", "--before", "2026-11-26").stderr == "Refus effacés : 2.\n"
    assert listed() == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["quarantine", "list", "--since", "hier"], "--since hier n'est pas une date ; écrivez 2026-11-23"),
        (["quarantine", "list", "--since", "2026-11-23", "--until", "2026-11-23"], "doit précéder --until"),
        (["quarantine", "list", "--limit", "0"], "--limit : 1 au moins"),
        (["quarantine", "list", "--reason", "foo"], "choisissez parmi 'unknown_device'"),
        (["quarantine", "show", "abc"], "ID : écrivez un nombre entier"),
        (["quarantine", "show", str(2**64)], "ID : "),
        (["quarantine", "purge"], "Dites quoi effacer"),
        (["quarantine", "purge", "--before", "32/13/2026"], "--before 32/13/2026 n'est pas une date"),
        (["replay", "--from", "2026-11-01", "--to", "demain"], "--to demain n'est pas une date"),
        (["replay", "--from", "2026-11-02", "--to", "2026-11-01"], "--from 2026-11-02 doit précéder --to 2026-11-01"),
        (["replay", "--from", "2026-11-02"], "il manque --to ; aide : "),
        (["replay", "--from"], "--from attend une valeur"),
        (["replai"], "la commande replai n'existe pas"),
    ],
    ids=" ".join,
)
def test_a_command_misspelt_is_told_in_french_with_what_to_write(
    arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    french = run(*arguments)
    assert french.exit_code == 2
    assert words in french.stderr
    assert "Error" not in french.stderr
    monkeypatch.setenv("VIGITERRE_LANGUAGE", "en")
    english = run(*arguments)
    assert english.exit_code == 2
    assert words not in english.stderr


def test_a_damaged_quarantine_is_told_with_the_remedy(data: Path) -> None:
    (data / "quarantine.sqlite").write_bytes(b"no database" * 500)
    result = run("quarantine", "list")
    assert result.exit_code == 1
    assert "quarantine.sqlite est abîmé" in result.stderr
    assert "mettez le fichier de côté" in result.stderr


def test_a_data_dir_that_is_a_file_is_told(data: Path) -> None:
    data.rmdir()
    data.write_bytes(b"")
    assert "n'existe pas" in run("quarantine", "list").stderr
    result = run("run")
    assert result.exit_code == 1
    assert str(data) in result.stderr


def test_what_a_device_lost_for_it_took_more_than_its_share_is_said(data: Path) -> None:
    with Quarantine(data / "quarantine.sqlite", 10**12, 2**20, 0.1) as quarantine:
        for device in (DEVICE, ""):
            refusal = Refusal(Reason.SCHEMA, "why not", device or "stranger")
            quarantine.add(
                [Row(seq, -1, Message(device or "t", b"x" * 500, now_ms()), refusal, device) for seq in range(1_000)]
            )
        lost = {one.device: one.refusals for one in quarantine.cut}
    told = run("quarantine", "list", "--limit", "1").stderr
    assert f"{DEVICE} : {lost[DEVICE]} refus schema jetés" in told
    assert f"inconnus : {lost['']} refus schema jetés" in told
    assert "jetés" not in run("quarantine", "list", "--device", "another").stderr
