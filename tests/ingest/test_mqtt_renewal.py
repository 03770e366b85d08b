"""Renewed certificates of the way in: each connection reads our files anew, and mosquitto its own at SIGHUP."""

import asyncio
import signal
import socket
import ssl
from datetime import timedelta
from pathlib import Path

from certifying import Authority, Files, put
from receiving import Landing, connected, receiving, until

from ingest.mqtt import Broker
from servers import Mosquitto


def broker_of(folder: Path, authority: Authority, shown: Files) -> Mosquitto:
    for path in (*shown, authority.file):
        path.chmod(0o644)
    extra = f"cafile {authority.file}\ncertfile {shown.cert}\nkeyfile {shown.key}\nrequire_certificate true"
    return Mosquitto(folder, f"{extra}\nallow_anonymous true")


def ours(mosquitto: Mosquitto, unique: str, ca: Path, files: Files) -> Broker:
    return Broker(
        f"mqtts://localhost:{mosquitto.port}",
        unique,
        (f"{unique}/#",),
        ca_file=ca,
        cert_file=files.cert,
        key_file=files.key,
    )


async def test_a_reconnection_reads_certificate_key_and_authority_anew(tmp_path: Path, unique: str) -> None:
    """Another authority on both sides: what was read before would neither trust nor be trusted."""
    first, second = Authority(tmp_path / "first"), Authority(tmp_path / "second")
    here = Files(tmp_path / "ours.pem", tmp_path / "ours.key")
    trusted = tmp_path / "ca.pem"
    put(first.sign("client", host="client"), here)
    trusted.write_bytes(first.file.read_bytes())
    with broker_of(tmp_path / "broker", first, first.sign()) as mosquitto:
        async with receiving(ours(mosquitto, unique, trusted, here), Landing(), tmp_path) as receiver:
            await connected(receiver)
            await asyncio.to_thread(mosquitto.stop)
            put(second.sign("client", host="client"), here)
            trusted.write_bytes(second.file.read_bytes())
            with broker_of(tmp_path / "other", second, second.sign()) as renewed:
                mosquitto.configuration.write_text(
                    renewed.configuration.read_text().replace(str(renewed.port), str(mosquitto.port))
                )
            await until(lambda: not receiver.state.connected, "the loss")
            await asyncio.to_thread(mosquitto.start)
            receiver.resume()
            await connected(receiver)


async def test_a_broken_renewal_is_said_and_mended_without_a_restart(tmp_path: Path, unique: str) -> None:
    authority = Authority(tmp_path / "tls")
    here = authority.sign("client", host="client")
    good = here.key.read_bytes()
    with broker_of(tmp_path / "broker", authority, authority.sign()) as mosquitto:
        here.key.write_text("renewal failed")
        async with receiving(ours(mosquitto, unique, authority.file, here), Landing(), tmp_path) as receiver:
            await until(lambda: any(one.code == "tls_file" for one in receiver.state.troubles), "the trouble")
            here.key.write_bytes(good)
            receiver.resume()
            await connected(receiver)


async def test_mosquitto_shows_a_renewed_certificate_after_sighup_and_closes_no_session(
    tmp_path: Path, unique: str
) -> None:
    authority = Authority(tmp_path / "tls")
    shown, here = authority.sign(), authority.sign("client", host="client")
    with broker_of(tmp_path / "broker", authority, shown) as mosquitto:
        async with receiving(ours(mosquitto, unique, authority.file, here), Landing(), tmp_path) as receiver:
            await connected(receiver)
            before = await asyncio.to_thread(presented, mosquitto, authority, here)
            new = authority.sign("next", ends=timedelta(days=180))
            put(new, shown)
            for path in shown:
                path.chmod(0o644)
            assert await asyncio.to_thread(presented, mosquitto, authority, here) == before
            mosquitto.signal(signal.SIGHUP)
            after = before
            while after == before:
                after = await asyncio.to_thread(presented, mosquitto, authority, here)
            assert after == ssl.PEM_cert_to_DER_cert(new.cert.read_text())
            assert receiver.state.connected
            assert receiver.state.connections == 1


def presented(mosquitto: Mosquitto, authority: Authority, files: Files) -> bytes:
    context = ssl.create_default_context(cafile=authority.file)
    context.load_cert_chain(*files)
    with (
        socket.create_connection(("127.0.0.1", mosquitto.port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as connection,
    ):
        return connection.getpeercert(binary_form=True) or b""
