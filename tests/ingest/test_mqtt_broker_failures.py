"""A real mosquitto that is killed, frozen, closed to us, or shows the wrong certificate."""

import asyncio
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from receiving import Landing, connected, receiving, until

from ingest.mqtt import Broker, Receiver
from servers import Mosquitto, free_port, program, publish_lines


async def trouble(receiver: Receiver, code: str) -> str:
    """The French words of the trouble of this code, when it comes."""

    def found() -> list[str]:
        return [trouble.text("fr") for trouble in receiver.state.troubles if trouble.code == code]

    await until(lambda: bool(found()), f"{code}; there is {receiver.state.troubles}")
    return found()[0]


def for_mosquitto(mosquitto: Mosquitto, unique: str, **settings: object) -> Broker:
    return Broker(url=mosquitto.url, client_id=unique, topics=(f"{unique}/#",), **settings)  # type: ignore[arg-type]


async def test_what_a_killed_broker_had_saved_comes_again_after_its_return(unique: str, tmp_path: Path) -> None:
    landing = Landing()
    landing.open.clear()
    # With autosave_on_changes, mosquitto 2.0.11 does not save what is under way to a connected client (docs/adr/0012).
    by_the_clock = "allow_anonymous true\nautosave_on_changes false\nautosave_interval 1"
    with Mosquitto(tmp_path / "broker", by_the_clock) as mosquitto:
        async with receiving(for_mosquitto(mosquitto, unique), landing, tmp_path) as receiver:
            await connected(receiver)
            await asyncio.to_thread(publish_lines, mosquitto, f"{unique}/a", ["first message", "second message"])
            await until(lambda: receiver.state.received == 2, "the messages")
            saved = tmp_path / "broker" / "mosquitto.db"
            await until(lambda: saved.exists() and b"second message" in saved.read_bytes(), "the broker's saving")
            mosquitto.kill()
            await until(lambda: not receiver.state.connected, "the loss")
            await trouble(receiver, "unreachable")
            landing.open.set()
            await asyncio.to_thread(mosquitto.start)
            await until(lambda: receiver.state.received >= 4, "the messages again")
            await asyncio.to_thread(publish_lines, mosquitto, f"{unique}/a", ["third message"])
            await until(lambda: b"third message" in landing.payloads, "what is published after the return")
            assert receiver.state.ready
            assert receiver.state.session_lost == 0
    assert landing.payloads == [b"first message", b"second message"] * 2 + [b"third message"]


async def test_a_broker_that_forgets_when_killed_is_a_lost_session(unique: str, tmp_path: Path) -> None:
    with Mosquitto(tmp_path / "broker", "allow_anonymous true\npersistence false") as mosquitto:
        async with receiving(for_mosquitto(mosquitto, unique), Landing(), tmp_path) as receiver:
            await connected(receiver)
            mosquitto.kill()
            await asyncio.to_thread(mosquitto.start)
            await until(lambda: receiver.state.reconnects >= 1 and receiver.state.connected, "the return")
            assert receiver.state.session_lost == 1


async def test_a_frozen_broker_is_noticed_and_found_again(unique: str, tmp_path: Path) -> None:
    with Mosquitto(tmp_path / "broker") as mosquitto:
        broker = for_mosquitto(mosquitto, unique, keep_alive=1, connect_timeout=0.5)
        landing = Landing()
        async with receiving(broker, landing, tmp_path) as receiver:
            await connected(receiver)
            mosquitto.signal(signal.SIGSTOP)
            try:
                await trouble(receiver, "silent")
                await trouble(receiver, "no_answer")
            finally:
                mosquitto.signal(signal.SIGCONT)
            await connected(receiver)
            await asyncio.to_thread(publish_lines, mosquitto, f"{unique}/a", ["after"])
            await until(lambda: b"after" in landing.payloads, "what is published after the return")


async def test_no_broker_is_said_and_stopping_does_not_wait_for_one(unique: str, tmp_path: Path) -> None:
    broker = Broker(url=f"mqtt://127.0.0.1:{free_port()}", client_id=unique, topics=("a",))
    async with receiving(broker, Landing(), tmp_path) as receiver:
        assert "n'écoute" in await trouble(receiver, "unreachable")


async def test_an_unknown_name_is_said(unique: str, tmp_path: Path) -> None:
    broker = Broker(url="mqtt://broker.invalid", client_id=unique, topics=("a",))
    async with receiving(broker, Landing(), tmp_path) as receiver:
        assert "DNS" in await trouble(receiver, "unknown_host")


async def test_a_wrong_password_is_said_without_showing_it(
    unique: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passwords = tmp_path / "passwords"
    command = [program("mosquitto_passwd"), "-b", "-c", str(passwords), "ingest", "right"]
    await asyncio.to_thread(subprocess.run, command, check=True)
    passwords.chmod(0o644)
    with Mosquitto(tmp_path / "broker", f"allow_anonymous false\npassword_file {passwords}") as mosquitto:
        url = mosquitto.url.replace("//", "//ingest@")
        broker = Broker(url=url, client_id=unique, topics=("a",), password="WR0NG")
        async with receiving(broker, Landing(), tmp_path) as receiver:
            assert "mot de passe" in await trouble(receiver, "bad_credentials")
        async with receiving(Broker(url, unique, ("a",), password="right"), Landing(), tmp_path) as receiver:
            assert (await connected(receiver)).ready
    assert "WR0NG" not in "".join(capsys.readouterr())


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ca, server (localhost), client, elsewhere (another host), expired: name.pem and name.key."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for name in ("ca", "stranger"):
        openssl("req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}")
    names = {"server": "localhost", "client": "client", "elsewhere": "elsewhere.example", "expired": "localhost"}
    for name, host in names.items():
        (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\n")
        openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={host}")
        sign = ("-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial")
        # -1 day: it ended yesterday.
        openssl(
            *("x509", *sign, "-out", f"{name}.pem", "-extfile", f"{name}.ext"),
            *("-days", "-1" if name == "expired" else "2"),
        )
    for path in folder.iterdir():
        path.chmod(0o644)
    return folder


def tls_broker(folder: Path, certificates: Path, shown: str = "server") -> Mosquitto:
    """A mosquitto that shows this certificate and asks for one of ours."""
    return Mosquitto(
        folder,
        f"cafile {certificates}/ca.pem\ncertfile {certificates}/{shown}.pem\nkeyfile {certificates}/{shown}.key\n"
        "require_certificate true\nallow_anonymous true",
    )


def tls_settings(mosquitto: Mosquitto, certificates: Path, unique: str, **changes: Path | None) -> Broker:
    files: dict[str, Path | None] = {
        "ca_file": certificates / "ca.pem",
        "cert_file": certificates / "client.pem",
        "key_file": certificates / "client.key",
    }
    url = f"mqtts://localhost:{mosquitto.port}"
    return Broker(url=url, client_id=unique, topics=(f"{unique}/#",), **files | changes)  # type: ignore[arg-type]


async def test_messages_come_over_tls_with_a_certificate_of_our_own(
    certificates: Path, unique: str, tmp_path: Path
) -> None:
    landing = Landing()
    with tls_broker(tmp_path / "broker", certificates) as mosquitto:
        async with receiving(tls_settings(mosquitto, certificates, unique), landing, tmp_path) as receiver:
            await connected(receiver)
            await asyncio.to_thread(
                subprocess.run,
                [
                    *(program("mosquitto_pub"), "-h", "localhost", "-p", str(mosquitto.port), "-q", "1"),
                    *("--cafile", f"{certificates}/ca.pem", "--cert", f"{certificates}/client.pem"),
                    *("--key", f"{certificates}/client.key", "-t", f"{unique}/a", "-s"),
                ],
                input=bytes(1_000_000),
                check=True,
            )
            await until(lambda: receiver.state.acknowledged == 1, "the message")
    assert landing.payloads == [bytes(1_000_000)]


@asynccontextmanager
async def asking_at_once(receiver: Receiver) -> AsyncIterator[None]:
    """No back-off: on a busy machine the broker's reset may overtake its alert, which says why, many times in a row."""

    async def nudge() -> None:
        while True:
            await asyncio.sleep(0.2)
            receiver.resume()

    nudging = asyncio.create_task(nudge())
    try:
        yield
    finally:
        nudging.cancel()


@pytest.mark.parametrize(
    ("shown", "changes", "code"),
    [
        ("server", {"ca_file": "stranger.pem"}, "tls_untrusted"),
        ("server", {"ca_file": None}, "tls_untrusted"),
        ("elsewhere", {}, "tls_host"),
        ("expired", {}, "tls_date"),
        ("server", {"ca_file": "missing.pem"}, "tls_file"),
        ("server", {"ca_file": "ca.key"}, "tls_file"),
        ("server", {"cert_file": "missing.pem"}, "tls_file"),
        ("server", {"key_file": "server.key"}, "tls_file"),
        ("server", {"cert_file": None, "key_file": None}, "tls_failed"),
    ],
)
async def test_each_fault_of_tls_has_its_words(
    shown: str, changes: dict[str, str | None], code: str, certificates: Path, unique: str, tmp_path: Path
) -> None:
    files = {name: certificates / file if file else None for name, file in changes.items()}
    with tls_broker(tmp_path / "broker", certificates, shown) as mosquitto:
        broker = tls_settings(mosquitto, certificates, unique, **files)
        async with receiving(broker, Landing(), tmp_path) as receiver, asking_at_once(receiver):
            words = await trouble(receiver, code)
            assert not receiver.state.connected
    if code == "tls_file":
        assert str(next(iter(files.values()))) in words or "key_file" in words


async def test_tls_spoken_to_a_plain_port_has_words(mosquitto: Mosquitto, unique: str, tmp_path: Path) -> None:
    broker = Broker(url=f"mqtts://localhost:{mosquitto.port}", client_id=unique, topics=("a",), connect_timeout=1)
    async with receiving(broker, Landing(), tmp_path) as receiver:
        await until(lambda: receiver.state.link is not None, "words")
        assert receiver.state.link is not None
        assert receiver.state.link.code in ("tls_failed", "network", "connect_timeout")
