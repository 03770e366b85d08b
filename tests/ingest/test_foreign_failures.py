"""A foreign broker that is killed, frozen, closed to us, shows the wrong certificate, or speaks something else."""

import asyncio
import contextlib
import signal
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from receiving import Landing, until, wall

from devices.reading import Message
from ingest.broker import Broker
from ingest.foreign import ForeignReceiver
from servers import Mosquitto, free_port, program, publish_lines

CONNACK, CONNACK_PRESENT = b"\x20\x02\x00\x00", b"\x20\x02\x01\x00"


@contextlib.asynccontextmanager
async def receiving(
    broker: Broker, deliver: Callable[[list[Message]], Awaitable[None]], session_file: Path | None = None
) -> AsyncIterator[ForeignReceiver]:
    receiver = ForeignReceiver("far", broker, deliver, wall, session_file)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(receiver.run())
        try:
            yield receiver
        finally:
            await receiver.stop(0.5)


def broker_of(mosquitto: Mosquitto, unique: str, **more: Any) -> Broker:
    return Broker(url=mosquitto.url, client_id=unique, topics=(f"{unique}/#",), **more)


async def connected(receiver: ForeignReceiver) -> None:
    await until(lambda: receiver.state.connected, f"a connection; {receiver.state.troubles}")


async def trouble(receiver: ForeignReceiver, code: str) -> str:
    """The French words of the trouble of this code, when it comes."""

    def found() -> list[str]:
        return [trouble.text("fr") for trouble in receiver.state.troubles if trouble.code == code]

    await until(lambda: bool(found()), f"{code}; there is {receiver.state.troubles}")
    return found()[0]


async def publish(mosquitto: Mosquitto, topic: str, lines: list[str]) -> None:
    await asyncio.to_thread(publish_lines, mosquitto, topic, lines)


# -- brokers that go


async def test_what_a_killed_broker_had_saved_comes_again_after_its_return(unique: str, tmp_path: Path) -> None:
    landing = Landing()
    landing.open.clear()
    # With autosave_on_changes, mosquitto 2.0.11 does not save what is under way to a connected client (docs/adr/0012).
    by_the_clock = "allow_anonymous true\nautosave_on_changes false\nautosave_interval 1"
    with Mosquitto(tmp_path / "broker", by_the_clock) as mosquitto:
        async with receiving(broker_of(mosquitto, unique), landing) as receiver:
            await connected(receiver)
            await publish(mosquitto, f"{unique}/a", ["first message", "second message"])
            await until(lambda: receiver.state.received == 2, "the messages")
            saved = tmp_path / "broker" / "mosquitto.db"
            await until(lambda: saved.exists() and b"second message" in saved.read_bytes(), "the broker's saving")
            mosquitto.kill()
            assert "brokers.far.url" in await trouble(receiver, "unreachable")
            landing.open.set()
            await asyncio.to_thread(mosquitto.start)
            await until(lambda: receiver.state.acknowledged == 2, "the messages again")
            await until(lambda: receiver.state.ready, "the connection")
            assert receiver.state.session_lost == 0
    # Once from the connection that was lost, whose acknowledgements were void, and once from the next.
    assert landing.payloads == [b"first message", b"second message"] * 2


async def test_a_broker_that_forgets_a_session_is_counted_even_over_a_restart_of_ours(
    unique: str, tmp_path: Path
) -> None:
    with Mosquitto(tmp_path / "broker", "allow_anonymous true\npersistence false") as mosquitto:
        async with receiving(broker_of(mosquitto, unique), Landing(), tmp_path / "far.json") as receiver:
            await connected(receiver)
            assert receiver.state.session_lost == 0
        mosquitto.kill()
        await asyncio.to_thread(mosquitto.start)
        async with receiving(broker_of(mosquitto, unique), Landing(), tmp_path / "far.json") as receiver:
            await connected(receiver)
            assert receiver.state.session_lost == 1
            mosquitto.kill()
            await asyncio.to_thread(mosquitto.start)
            await until(lambda: receiver.state.session_lost == 2, "the second loss")


async def test_topics_of_before_are_given_up(mosquitto: Mosquitto, unique: str, tmp_path: Path) -> None:
    def subscribed(*topics: str) -> Broker:
        return Broker(mosquitto.url, unique, tuple(f"{unique}/{topic}" for topic in topics))

    async with receiving(subscribed("old", "kept"), Landing(), tmp_path / "far.json") as receiver:
        await connected(receiver)
    landing = Landing()
    async with receiving(subscribed("kept", "new"), landing, tmp_path / "far.json") as receiver:
        await connected(receiver)
        for topic in ("old", "kept", "new"):
            await publish(mosquitto, f"{unique}/{topic}", [topic])
        await until(lambda: b"new" in landing.payloads, "the last")
    assert landing.payloads == [b"kept", b"new"]


async def test_a_frozen_broker_is_noticed_and_found_again(unique: str, tmp_path: Path) -> None:
    landing = Landing()
    with Mosquitto(tmp_path / "broker") as mosquitto:
        async with receiving(broker_of(mosquitto, unique, keep_alive=1, connect_timeout=0.5), landing) as receiver:
            await connected(receiver)
            mosquitto.signal(signal.SIGSTOP)
            try:
                await trouble(receiver, "silent")
                await trouble(receiver, "no_answer")
            finally:
                mosquitto.signal(signal.SIGCONT)
            await connected(receiver)
            await publish(mosquitto, f"{unique}/a", ["after"])
            await until(lambda: b"after" in landing.payloads, "what is published after the return")


async def test_two_programs_with_one_client_id_do_not_fight_for_ever(mosquitto: Mosquitto, unique: str) -> None:
    broker = broker_of(mosquitto, unique)
    async with receiving(broker, Landing()) as one, receiving(broker, Landing()) as other:
        await until(lambda: one.state.closed_early >= 3 or other.state.closed_early >= 3, "three closed connections")
        loser = one if one.state.closed_early >= 3 else other
        assert unique in await trouble(loser, "contested")
        # Nothing resets the back-off of a short connection, so each takes its turn ever later.
        assert one.state.connections + other.state.connections < 20


async def test_stopping_delivers_and_acknowledges_what_was_received(mosquitto: Mosquitto, unique: str) -> None:
    landing = Landing()
    landing.open.clear()
    receiver = ForeignReceiver("far", broker_of(mosquitto, unique), landing, wall)
    running = asyncio.create_task(receiver.run())
    await connected(receiver)
    await publish(mosquitto, f"{unique}/a", ["1", "2", "3"])
    await until(lambda: receiver.state.received == 3, "the messages")
    stopping = asyncio.create_task(receiver.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    landing.open.set()
    await stopping
    await running
    assert (receiver.state.acknowledged, receiver.state.connected) == (3, False)
    again = Landing()
    async with receiving(broker_of(mosquitto, unique), again) as receiver:
        await connected(receiver)
        await publish(mosquitto, f"{unique}/a", ["4"])
        await until(lambda: b"4" in again.payloads, "the next")
    assert again.payloads == [b"4"]


async def test_qos_0_is_taken_and_needs_no_acknowledgement(mosquitto: Mosquitto, unique: str) -> None:
    landing = Landing()
    async with receiving(broker_of(mosquitto, unique), landing) as receiver:
        await connected(receiver)
        command = [program("mosquitto_pub"), "-p", str(mosquitto.port), "-t", f"{unique}/a", "-m", "once"]
        await asyncio.to_thread(subprocess.run, command, check=True)
        await until(lambda: landing.payloads == [b"once"], "the message")
        assert (receiver.state.delivered, receiver.state.acknowledged) == (1, 0)


async def test_a_journal_that_cannot_be_written_is_said_and_tried_again(mosquitto: Mosquitto, unique: str) -> None:
    landing = Landing()
    landing.failures = [OSError(28, "No space left on device"), ZeroDivisionError("ours")]
    seen: list[str] = []

    async def deliver(messages: list[Message]) -> None:
        seen.extend(trouble.code for trouble in receiver.state.troubles)
        await landing(messages)

    async with receiving(broker_of(mosquitto, unique), deliver) as receiver:
        await connected(receiver)
        await publish(mosquitto, f"{unique}/a", ["1"])
        await until(lambda: receiver.state.acknowledged == 1, "the acknowledgement")
        assert (seen, receiver.state.delivery_failures) == (["disk_full", "delivery_failed"], 2)
        assert receiver.state.ready


# -- who may come in


async def test_a_wrong_password_is_said_and_never_shown(
    unique: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    passwords = tmp_path / "passwords"
    command = [program("mosquitto_passwd"), "-b", "-c", str(passwords), "ingest", "right"]
    await asyncio.to_thread(subprocess.run, command, check=True)
    passwords.chmod(0o644)
    with Mosquitto(tmp_path / "broker", f"allow_anonymous false\npassword_file {passwords}") as mosquitto:
        url = mosquitto.url.replace("//", "//ingest@")
        async with receiving(Broker(url, unique, ("a",), password="WR0NG"), Landing()) as receiver:
            assert "brokers.far.password_file" in await trouble(receiver, "bad_credentials")
            assert "WR0NG" not in repr(receiver.state)
        async with receiving(Broker(url, unique, ("a",), password="right"), Landing()) as receiver:
            await connected(receiver)
            assert receiver.state.ready
    assert "WR0NG" not in "".join(capsys.readouterr())


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """ca, stranger, server (localhost), client, elsewhere (another host): name.pem and name.key."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for name in ("ca", "stranger"):
        openssl("req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}")
    for name, host in {"server": "localhost", "client": "client", "elsewhere": "elsewhere.example"}.items():
        (folder / f"{name}.ext").write_text(f"subjectAltName=DNS:{host}\n")
        openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={host}")
        sign = ("-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2")
        openssl("x509", *sign, "-out", f"{name}.pem", "-extfile", f"{name}.ext")
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


def tls_settings(mosquitto: Mosquitto, certificates: Path, unique: str, **changes: Any) -> Broker:
    settings: dict[str, Any] = {
        "url": f"mqtts://localhost:{mosquitto.port}",
        "client_id": unique,
        "topics": (f"{unique}/#",),
        "ca_file": certificates / "ca.pem",
        "cert_file": certificates / "client.pem",
        "key_file": certificates / "client.key",
    }
    return Broker(**settings | changes)


async def test_messages_of_any_size_come_over_tls_and_pauses_lose_none(
    certificates: Path, unique: str, tmp_path: Path
) -> None:
    landing = Landing()
    payloads = [b"%05d" % number for number in range(200)] + [bytes(1_000_000)]
    with tls_broker(tmp_path / "broker", certificates) as mosquitto:
        # Every message pauses reading: what TLS has decrypted by then makes no socket readable again.
        async with receiving(tls_settings(mosquitto, certificates, unique, buffer_messages=2), landing) as receiver:
            await connected(receiver)
            publisher = [
                *(program("mosquitto_pub"), "-h", "localhost", "-p", str(mosquitto.port), "-q", "1"),
                *("--cafile", f"{certificates}/ca.pem", "--cert", f"{certificates}/client.pem"),
                *("--key", f"{certificates}/client.key", "-t", f"{unique}/a"),
            ]
            lines = b"\n".join(payloads[:-1]) + b"\n"
            await asyncio.to_thread(subprocess.run, [*publisher, "-l"], input=lines, check=True)
            await asyncio.to_thread(subprocess.run, [*publisher, "-s"], input=payloads[-1], check=True)
            await until(lambda: receiver.state.acknowledged == len(payloads), "all of them")
    assert landing.payloads == payloads


@pytest.mark.parametrize(
    ("shown", "changes", "code", "setting"),
    [
        ("server", {"ca_file": "stranger.pem"}, "tls_untrusted", "brokers.far.ca_file"),
        ("elsewhere", {}, "tls_host", "brokers.far.url"),
        ("server", {"ca_file": "missing.pem"}, "tls_file", "brokers.far.ca_file"),
        ("server", {"key_file": "server.key"}, "tls_file", "brokers.far.cert_file, brokers.far.key_file"),
        ("server", {"cert_file": None, "key_file": None}, "tls_failed", "brokers.far.cert_file"),
    ],
)
async def test_each_fault_of_tls_has_its_words(
    shown: str, changes: dict[str, str | None], code: str, setting: str, certificates: Path, unique: str, tmp_path: Path
) -> None:
    files = {name: certificates / file if file else None for name, file in changes.items()}
    with tls_broker(tmp_path / "broker", certificates, shown) as mosquitto:
        async with receiving(tls_settings(mosquitto, certificates, unique, **files), Landing()) as receiver:
            assert setting in await trouble(receiver, code)
            assert not receiver.state.connected


# -- what no broker does willingly: scripted bytes


class Scripted:
    """Answers CONNECT with `greeting` and the n-th SUBSCRIBE with the n-th of `grants` (the last for all that follow).

    `filters` remembers what was asked for.
    """

    def __init__(self, greeting: bytes, *grants: bytes, tail: bytes = b"") -> None:
        self.greeting = greeting
        self.grants = list(grants)
        self.tail = tail
        self.filters: list[bytes] = []
        self.connections = 0
        self.pings = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.closing(writer), contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._answer(*await self._packet(reader), writer):
                pass

    async def _answer(self, kind: int, body: bytes, writer: asyncio.StreamWriter) -> bool:
        if kind == 0x10:
            writer.write(self.greeting)
        elif kind == 0x80:
            self.filters.append(body[2:])
            grant = self.grants.pop(0) if len(self.grants) > 1 else self.grants[0]
            writer.write(bytes([0x90, 2 + len(grant)]) + body[:2] + grant + self.tail)
        elif kind == 0xC0:
            self.pings += 1
        return kind != 0xE0

    async def _packet(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        kind, length = await reader.readexactly(2)
        return kind & 0xF0, await reader.readexactly(length)


@contextlib.asynccontextmanager
async def scripted(
    script: Scripted, unique: str, landing: Landing, tls: Path | None = None, **changes: Any
) -> AsyncIterator[ForeignReceiver]:
    port = free_port()
    settings: dict[str, Any] = {"topics": ("a",), "connect_timeout": 0.5}
    context = None
    if tls is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(tls / "server.pem", tls / "server.key")
        settings["ca_file"] = tls / "ca.pem"
    async with await asyncio.start_server(script, "127.0.0.1", port, ssl=context):
        url = f"{'mqtts' if tls else 'mqtt'}://localhost:{port}"
        async with receiving(Broker(url=url, client_id=unique, **settings | changes), landing) as receiver:
            yield receiver


async def test_a_refused_topic_is_said_asked_for_again_alone_and_the_others_flow(
    unique: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.foreign.RESUBSCRIBE_SECONDS", 0.2)
    landing = Landing()
    message = b"\x30\x04\x00\x01ah"
    script = Scripted(CONNACK, b"\x01\x80", b"\x80", b"\x01", tail=message)
    async with scripted(script, unique, landing, topics=("a", "b")) as receiver:
        assert " b " in await trouble(receiver, "subscription_refused")
        assert receiver.state.connected
        assert not receiver.state.ready
        await until(lambda: receiver.state.ready, "the broker's change of mind")
        assert script.filters == [b"\x00\x01a\x01\x00\x01b\x01", b"\x00\x01b\x01", b"\x00\x01b\x01"]
        assert script.connections == 1
        await until(lambda: landing.payloads == [b"h"] * 3, "what came meanwhile")


QOS_1 = b"\x32\x06\x00\x01a\x00\x01h"


async def test_while_we_pause_the_broker_hears_from_us_and_its_silence_is_not_held_against_it(unique: str) -> None:
    landing = Landing()
    landing.open.clear()
    script = Scripted(CONNACK, b"\x01", tail=QOS_1)
    async with scripted(script, unique, landing, keep_alive=1, buffer_messages=1) as receiver:
        await connected(receiver)
        await until(lambda: script.pings >= 5, "pings over 2.5 keep-alives")
        assert receiver.state.paused
        landing.open.set()
        await until(lambda: receiver.state.acknowledged == 1, "the acknowledgement")
        assert (receiver.state.connections, receiver.state.troubles) == (1, [])


async def test_an_answer_behind_a_backlog_that_fills_us_is_waited_for(unique: str) -> None:
    landing = Landing()
    landing.open.clear()
    script = Scripted(CONNACK_PRESENT + QOS_1, b"\x01")
    async with scripted(script, unique, landing, connect_timeout=0.1, buffer_messages=1) as receiver:
        await until(lambda: receiver.state.paused, "the pause")
        await asyncio.sleep(0.3)
        landing.open.set()
        await connected(receiver)
        assert (receiver.state.connections, receiver.state.acknowledged) == (1, 1)


async def test_what_tls_had_decrypted_before_a_pause_is_read_after_it(certificates: Path, unique: str) -> None:
    landing = Landing()
    script = Scripted(
        CONNACK, b"\x01", tail=QOS_1 * 100
    )  # one TLS record, after which nothing makes the socket readable
    async with scripted(script, unique, landing, certificates, buffer_messages=1) as receiver:
        await until(lambda: receiver.state.acknowledged == 100, "all of them")


async def test_a_broker_that_knows_qos_0_only_is_ready(unique: str) -> None:
    """The Things Stack is one; what nobody can mend is no trouble."""
    async with scripted(Scripted(CONNACK, b"\x00"), unique, Landing()) as receiver:
        await connected(receiver)
        assert receiver.state.ready


@pytest.mark.parametrize(
    ("greeting", "code"),
    [
        (b"\x20\x02\x00\x01", "not_mqtt311"),
        (b"\x20\x02\x00\x02", "client_id_refused"),
        (b"\x20\x02\x00\x03", "refused"),
        (b"\x20\x02\x00\x04", "bad_credentials"),
        (b"\x20\x02\x00\x05", "bad_credentials"),
        (b"\x20\x02\x00\x63", "refused"),
        (b"\x20\x00", "not_mqtt311"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(80), "not_mqtt311"),
        (b"", "no_answer"),
    ],
)
async def test_each_answer_to_connect_has_its_words(greeting: bytes, code: str, unique: str) -> None:
    async with scripted(Scripted(greeting, b"\x01"), unique, Landing()) as receiver:
        await trouble(receiver, code)


@pytest.mark.parametrize(
    "tail",
    [
        b"\x32\x06\x00\x01\xff\x00\x01h",  # a topic that is not UTF-8
        b"\x32\x03\x00\x09a",  # a topic longer than its packet
        b"\x36\x06\x00\x01a\x00\x01h",  # QoS 3
        b"\x30\xff\xff\xff\xff\xff",  # a length of five bytes
        b"\xf0\x00",  # AUTH is no packet of 3.1.1
        b"\x90\x03\x00\x01\x07",  # a grant that does not exist
        b"\x40\x01\x00",  # an acknowledgement cut short
    ],
)
async def test_bytes_that_are_no_mqtt_end_the_connection_with_words_and_keep_what_came_before(
    tail: bytes, unique: str
) -> None:
    landing = Landing()
    async with scripted(Scripted(CONNACK_PRESENT, b"\x01", tail=QOS_1 + tail), unique, landing) as receiver:
        assert "brokers.far.url" in await trouble(receiver, "not_mqtt311")
        await until(lambda: b"h" in landing.payloads, "what came before")


async def test_stopping_does_not_wait_for_a_broker_that_does_not_answer(unique: str) -> None:
    async def silent(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.closing(writer):
            await asyncio.sleep(0.2)

    port = free_port()
    async with await asyncio.start_server(silent, "127.0.0.1", port):
        # TLS spoken to who never answers: paho's thread is still in its handshake when we leave.
        receiver = ForeignReceiver("far", Broker(f"mqtts://localhost:{port}", unique, ("a",)), Landing(), wall)
        running = asyncio.create_task(receiver.run())
        await asyncio.sleep(0.1)
        await receiver.stop()
        await running
        assert not receiver.state.connected
