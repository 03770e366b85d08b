"""`vigiterre broker accounts create | rotate --from FILE`: a secret that another program drew."""

import string
from pathlib import Path

import pytest
from guarded import Guarded
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import Result

from dashboards.console.accounts.accounts import Accounts
from vigiterre.credentials.errors import CredentialRefused
from vigiterre.credentials.file import NOT_BRIDGED, Account, Bridged, Kind, accounts_in
from vigiterre.credentials.given import LEAST, secret_in, stands
from vigiterre.credentials.hashes import fits, hash_of

SECRET, OTHER = "0123456789abcdef" * 3, "fedcba9876543210" * 3
NAME = "vigiterre-health"


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    return Guarded(tmp_path, {"device-a": "building"})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "given"
    file.write_text(SECRET)
    return file


def create(guarded: Guarded, file: Path, kind: str = "health", *more: str, **environment: str) -> Result:
    told = guarded.run("broker", "accounts", "create", kind, NAME, "--from", file, *more, **environment)
    assert SECRET not in told.output
    return told


def account(guarded: Guarded) -> Account:
    [found] = accounts_in(guarded.data)
    return found


def audited(guarded: Guarded) -> list[str]:
    with Accounts(guarded.data) as people:
        return [line.action for line in people.audit.lines()]


def test_an_account_is_made_of_it_and_only_its_hash_is_kept(guarded: Guarded, file: Path) -> None:
    file.write_text(f"{SECRET}\n")
    told = create(guarded, file)
    assert (told.exit_code, "gets in with the secret in" in told.stderr.replace("\n", " ")) == (0, True), told.stderr
    assert fits(SECRET, account(guarded).hash)
    assert not any(SECRET.encode() in path.read_bytes() for path in guarded.data.rglob("*") if path.is_file())


def test_a_second_time_nothing_is_changed_nor_noted(guarded: Guarded, file: Path) -> None:
    create(guarded, file)
    before = account(guarded)
    told = create(guarded, file)
    assert (told.exit_code, "already" in told.stderr) == (0, True)
    assert "does not know of it yet" not in told.stderr
    assert account(guarded) == before
    assert audited(guarded) == ["broker accounts create"]


@pytest.mark.parametrize("kind", ["health", "ingest"])
def test_an_account_of_another_secret_or_kind_stays_as_it_is(guarded: Guarded, file: Path, kind: str) -> None:
    create(guarded, file, "health" if kind == "ingest" else "alerts")
    before = account(guarded)
    if kind == "health":
        file.write_text(OTHER)
    told = create(guarded, file, kind)
    assert (told.exit_code, "nothing was done" in told.stderr.replace("\n", " ")) == (1, True)
    assert account(guarded) == before


def test_a_bridge_whose_topics_would_be_others_stays_as_it_is(guarded: Guarded, file: Path) -> None:
    assert create(guarded, file, "bridge", "--source", "chirpstack").exit_code == 0
    assert create(guarded, file, "bridge", "--source", "chirpstack").exit_code == 0
    assert create(guarded, file, "bridge", "--source", "zigbee2mqtt").exit_code == 1
    assert account(guarded).bridged == Bridged(("chirpstack",))


def test_what_was_revoked_does_not_come_back_by_its_file(guarded: Guarded, file: Path) -> None:
    create(guarded, file)
    guarded.done("broker", "accounts", "revoke", NAME)
    told = create(guarded, file)
    assert (told.exit_code, "was revoked" in told.stderr) == (1, True)
    assert account(guarded).revoked is not None
    told = create(guarded, file, VIGITERRE_LANGUAGE="fr")
    assert "a été révoqué" in told.stderr


def test_it_replaces_another_and_is_not_replaced_by_itself(guarded: Guarded, file: Path) -> None:
    create(guarded, file)
    told = guarded.run("broker", "accounts", "rotate", NAME, "--from", file)
    assert (told.exit_code, f"that {NAME} has already" in told.stderr.replace("\n", " ")) == (1, True)
    file.write_text(OTHER)
    assert guarded.done("broker", "accounts", "rotate", NAME, "--from", file).stdout == ""
    assert fits(OTHER, account(guarded).hash)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is too short: at least 32"),
        (b"hunter2", "is too short: at least 32"),
        (SECRET[: LEAST - 1].encode(), "is too short"),
        (SECRET.encode() + b"\n" + OTHER.encode(), "is no secret"),
        (b"a phrase that somebody thought of, and long", "is no secret"),
        ("é".encode() * LEAST, "is no secret"),
        (b"\0" * LEAST, "is no secret"),
        (b"\xff" * LEAST, "is no secret"),
    ],
)
def test_what_is_no_good_secret_is_refused_and_not_repeated(
    guarded: Guarded, file: Path, content: bytes, said: str
) -> None:
    file.write_bytes(content)
    told = create(guarded, file)
    assert (told.exit_code, said in told.stderr.replace("\n", " ")) == (1, True), told.stderr
    assert b"hunter2" not in told.stderr.encode()
    assert accounts_in(guarded.data) == []


def test_a_file_that_cannot_be_read_is_named(guarded: Guarded, tmp_path: Path) -> None:
    told = create(guarded, tmp_path / "nowhere")
    assert (told.exit_code, str(tmp_path / "nowhere") in told.stderr) == (1, True)


def test_reading_one_and_writing_one_is_a_contradiction(guarded: Guarded, file: Path, tmp_path: Path) -> None:
    told = create(guarded, file, "health", "--out", str(tmp_path / "out"))
    assert (told.exit_code, "give one or the other" in told.stderr) == (1, True)
    assert not (tmp_path / "out").exists()


PRINTED = st.text(string.ascii_letters + string.digits + string.punctuation, min_size=LEAST, max_size=80)


@given(secret=PRINTED, blank=st.sampled_from(["", "\n", "\r\n", " \n"]))
def test_a_good_secret_is_read_whole_whatever_ends_its_line(
    secret: str, blank: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.getbasetemp() / "secret"
    file.write_text(secret + blank, newline="")
    assert secret_in(file) == secret


@given(known=PRINTED, asked=PRINTED, kind=st.sampled_from([Kind.INGEST, Kind.HEALTH]), gone=st.booleans())
def test_it_stands_only_with_the_same_secret_and_kind_and_in_force(
    known: str, asked: str, kind: Kind, gone: bool
) -> None:
    found = Account(NAME, Kind.HEALTH, "" if gone else hash_of(known), 0, 0, 1 if gone else None, NOT_BRIDGED)
    assert not stands([found], "another", kind, NOT_BRIDGED, asked)
    if gone:
        with pytest.raises(CredentialRefused):
            stands([found], NAME, kind, NOT_BRIDGED, asked)
    else:
        assert stands([found], NAME, kind, NOT_BRIDGED, asked) == (known == asked and kind is Kind.HEALTH)
        assert stands([found], NAME, Kind.HEALTH, NOT_BRIDGED, known)
