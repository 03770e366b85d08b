"""`vigiterre devices credentials` and `vigiterre broker accounts` as their user sees them."""

import csv
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from guarded import INGEST, Guarded

from dashboards.console.accounts.accounts import Accounts
from vigiterre.credentials.hashes import fits

NAMES = {"device-a": "building", "device-b": "building", "device-c": "road", "device-d": "environment"}


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    return Guarded(tmp_path, NAMES)


def listed(guarded: Guarded, *command: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        guarded.done(*(command or ("devices", "credentials")), "list", "--json").stdout
    )
    return found


def states(guarded: Guarded) -> dict[str, str]:
    return {row["name"]: row["state"] for row in listed(guarded)}


def audited(guarded: Guarded) -> list[str]:
    with Accounts(guarded.data) as people:
        return [f"{line.action}: {line.target}".strip() for line in people.audit.lines()]


def test_a_secret_is_shown_once_and_kept_nowhere(guarded: Guarded) -> None:
    told = guarded.done("devices", "credentials", "create", "device-a")
    [row] = csv.DictReader(told.stdout.splitlines())
    assert (row["id"], row["user"]) == ("device-a", "device-a")
    assert "shown this once only" in told.stderr
    assert "The broker does not know of it yet" in told.stderr
    known = guarded.done("devices", "credentials", "export").stdout.strip().partition(":")[2]
    assert fits(row["password"], known)
    for path in guarded.data.rglob("*"):
        assert row["password"].encode() not in path.read_bytes()
    assert row["password"] not in guarded.done("devices", "credentials", "list").stdout


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        (["device-c", "device-a", "device-c"], {"device-a", "device-c"}),
        (["--all"], set(NAMES)),
        (["--domain", "building"], {"device-a", "device-b"}),
        (["--commune", "03190", "--domain", "road"], {"device-c"}),
        (["--model", "browan-tbhh100"], set(NAMES)),
        (["--tag", "test"], set(NAMES)),
        (["device-a", "device-c", "--domain", "road"], {"device-c"}),
    ],
)
def test_those_that_are_meant_get_a_secret(guarded: Guarded, asked: list[str], meant: set[str]) -> None:
    guarded.done("devices", "credentials", "create", *asked)
    assert set(states(guarded)) == meant


def test_a_spreadsheet_names_them_whatever_else_it_says(guarded: Guarded, tmp_path: Path) -> None:
    sheet = tmp_path / "chosen.csv"
    sheet.write_text("nom;id\nsalle 1;device-a\n\nsalle 2;device-b\n")
    assert set(guarded.devices("create", "--csv", str(sheet))) == {"device-a", "device-b"}
    sheet.write_text("nom;numéro\nsalle 1;device-a\n")
    assert (
        "there is no header row; write in the first row: id"
        in guarded.run("devices", "credentials", "create", "--csv", sheet).stderr
    )
    sheet.write_text("id\ndevice-a\ndevice-z\n")
    told = guarded.run("devices", "credentials", "rotate", "--csv", sheet)
    assert "not in devices.csv: device-z" in told.stderr


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([], "say which devices are meant"),
        (["device-z"], "not in devices.csv: device-z; nothing was done. Near:"),
        (["device-a", "DEVICE-B"], "not in devices.csv: DEVICE-B"),
        (["--tag", "nobody"], "no device is meant by this"),
        (["device-a", "--domain", "road"], "no device is meant by this"),
    ],
)
def test_who_cannot_be_meant_is_said_and_nothing_is_done(guarded: Guarded, asked: list[str], said: str) -> None:
    for deed in ("create", "rotate", "revoke"):
        told = guarded.run("devices", "credentials", deed, *asked)
        assert (told.exit_code, said in told.stderr.replace("\n", " ")) == (1, True), told.stderr
    assert states(guarded) == {}


def test_a_file_of_secrets_is_private_and_never_written_over(guarded: Guarded, tmp_path: Path) -> None:
    out = tmp_path / "secrets.csv"
    guarded.done("devices", "credentials", "create", "--all", "--out", out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    before = out.read_text()
    known = guarded.done("devices", "credentials", "export").stdout
    told = guarded.run("devices", "credentials", "rotate", "--all", "--out", out)
    assert (told.exit_code, "is not replaced" in told.stderr) == (1, True)
    assert out.read_text() == before
    assert guarded.done("devices", "credentials", "export").stdout == known


def test_a_refused_creation_leaves_no_file_behind(guarded: Guarded, tmp_path: Path) -> None:
    guarded.devices("create", "device-a")
    told = guarded.run("devices", "credentials", "create", "--all", "--out", tmp_path / "more.csv")
    assert "exist already: device-a; nothing was done. `rotate`" in told.stderr.replace("\n", " ")
    assert not (tmp_path / "more.csv").exists()
    assert states(guarded) == {"device-a": "in_force"}


def test_one_that_left_the_inventory_is_still_revoked(guarded: Guarded) -> None:
    guarded.devices("create", "--all")
    sheet = guarded.config / "devices.csv"
    sheet.write_text("".join(line for line in sheet.read_text().splitlines(True) if not line.startswith("device-a")))
    assert states(guarded)["device-a"] == "gone"
    assert "device-a:" not in guarded.done("devices", "credentials", "export").stdout
    assert guarded.run("devices", "credentials", "rotate", "device-a").exit_code == 1
    guarded.done("devices", "credentials", "revoke", "device-a")
    assert states(guarded)["device-a"] == "revoked"


def test_every_change_is_audited_by_name_and_without_a_secret(guarded: Guarded) -> None:
    guarded.service("ingest", INGEST)
    guarded.devices("create", "--domain", "building")
    guarded.devices("rotate", "device-b")
    guarded.done("devices", "credentials", "revoke", "device-a")
    guarded.done("broker", "accounts", "rotate", INGEST, "--out", guarded.folder / "again")
    guarded.done("broker", "accounts", "revoke", INGEST)
    assert audited(guarded)[::-1] == [
        f"broker accounts create: {INGEST} kind=ingest",
        "devices credentials create: device-a device-b",
        "devices credentials rotate: device-b",
        "devices credentials revoke: device-a",
        f"broker accounts rotate: {INGEST}",
        f"broker accounts revoke: {INGEST}",
    ]
    assert "vgc_" not in " ".join(audited(guarded))


def test_many_names_are_audited_whole(tmp_path: Path) -> None:
    names = [f"sensor-{number:04d}-of-the-many" for number in range(300)]
    guarded = Guarded(tmp_path, dict.fromkeys(names, "road"))
    guarded.devices("create", "--all")
    lines = audited(guarded)
    assert sorted(" ".join(line.partition(": ")[2] for line in lines).split()) == names
    assert max(map(len, lines)) < 500


def test_accounts_of_services_are_listed_with_what_they_are_for(guarded: Guarded) -> None:
    guarded.service(
        "bridge", "chirpstack", "--source", "chirpstack", "--downlink", "application/+/device/+/command/down"
    )
    [row] = listed(guarded, "broker", "accounts")
    assert (row["name"], row["kind"], row["state"]) == ("chirpstack", "bridge", "in_force")
    assert (row["sources"], row["downlinks"]) == ("chirpstack", "application/+/device/+/command/down")
    assert listed(guarded) == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["ingest", "device-a"], "is the id of a device"),
        (["ingest", "Not A Name"], "cannot be the name of an account"),
        (["ingest", "a:b"], "cannot be the name of an account"),
        (["ingest", "vigiterre-probe-1"], "not beginning with vigiterre-probe-"),
        (["ingest", "x", "--source", "chirpstack"], "are for a bridge only"),
        (["bridge", "x"], "give --source"),
        (["bridge", "x", "--source", "nowhere"], 'no source "nowhere"'),
        *(
            (["bridge", "x", "--source", "chirpstack", "--downlink", wide], "write an MQTT filter")
            for wide in (
                "#",
                "+/x",
                "$SYS/#",
                "vigiterre/#",
                "vigiterre/road/x/up",
                "vigiterre-live/#",
                "a/#/b",
                "a+/b",
                "",
            )
        ),
    ],
)
def test_an_account_of_a_service_that_may_not_be_is_refused_in_words(
    guarded: Guarded, asked: list[str], said: str
) -> None:
    told = guarded.run("broker", "accounts", "create", *asked)
    assert (told.exit_code, said in told.stderr.replace("\n", " ")) == (1, True), told.stderr
    assert listed(guarded, "broker", "accounts") == []


def test_what_is_refused_is_said_in_french_too(guarded: Guarded) -> None:
    told = guarded.run("devices", "credentials", "create", "device-z", VIGITERRE_LANGUAGE="fr")
    assert "absents de devices.csv" in told.stderr


def test_rendered_twice_the_files_are_the_same(guarded: Guarded, tmp_path: Path) -> None:
    guarded.service("ingest", INGEST)
    guarded.devices("create", "--all")
    for folder in ("one", "two"):
        guarded.done("broker", "render", "--out", tmp_path / folder)
    for path in (tmp_path / "one").rglob("*"):
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()
        assert b"vgc_" not in path.read_bytes()
    assert (tmp_path / "one/mosquitto.conf").read_text().startswith("# Derived by `vigiterre broker`")


def test_on_debian_a_piece_is_written_for_the_folder_it_includes(guarded: Guarded, tmp_path: Path) -> None:
    told = guarded.run("broker", "render", "--out", tmp_path / "out", VIGITERRE_BROKER__WHOLE="false")
    assert told.exit_code == 0
    piece = (tmp_path / "out/conf.d/vigiterre.conf").read_text()
    assert "allow_anonymous false" in piece
    for ours in ("persistence ", "persistence_location", "pid_file", "user "):  # Debian's own says these
        assert not any(line.startswith(ours) for line in piece.splitlines())
