"""The pair of files that makes the pages' certificate: each fault has its words, and a broken one changes nothing."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from certifying import Authority, Files, put

from vigiterre.doctor.certificates import presented
from vigiterre.settings import ConsoleSettings
from vigiterre.tls import shown as shown_module
from vigiterre.tls.certificate import read_certificates
from vigiterre.tls.pair import Pair, Unusable, cautions, load, pair_of
from vigiterre.tls.shown import Shown, certificate_checks, shown_of

NOW = 1_795_000_000.0


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def files(authority: Authority) -> Files:
    return authority.sign()


def refused(pair: Pair) -> Unusable:
    with pytest.raises(Unusable) as found:
        load(pair)
    assert found.value.text("fr") != found.value.text("en")
    return found.value


def test_half_a_pair_is_refused_with_the_setting_that_lacks(files: Files) -> None:
    for given, missing in (({"cert_file": files.cert}, "key_file"), ({"key_file": files.key}, "cert_file")):
        with pytest.raises(Unusable) as found:
            pair_of(ConsoleSettings(**given))
        assert found.value.setting == f"console.{missing}"
    assert pair_of(ConsoleSettings()) is None


@pytest.mark.parametrize("name", ["cert", "key"])
def test_a_file_that_is_missing_is_named_with_its_setting(files: Files, name: str) -> None:
    getattr(files, name).unlink()
    fault = refused(Pair(*files))
    assert fault.setting == f"console.{name}_file"
    assert str(getattr(files, name)) in fault.text("fr")


def test_a_file_that_holds_no_certificate_is_said(files: Files) -> None:
    fault = refused(Pair(files.key, files.key))
    assert "PEM" in fault.text("en")
    assert fault.setting == "console.cert_file"


def test_the_key_of_another_certificate_is_said(authority: Authority, files: Files) -> None:
    fault = refused(Pair(files.cert, authority.sign("other").key))
    assert fault.setting == "console.key_file"
    assert "is not that of the certificate" in fault.text("en")


def test_a_key_with_a_password_is_refused_and_nobody_is_asked_for_it(files: Files) -> None:
    files.key.write_text(files.key.read_text().replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"))
    assert "mot de passe" in refused(Pair(*files)).text("fr")


def test_a_key_that_is_no_key_is_said(files: Files) -> None:
    files.key.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    assert str(files.key) in refused(Pair(*files)).text("fr")


def test_what_is_over_too_early_or_open_to_all_is_served_and_said(authority: Authority) -> None:
    over = authority.sign("over", ends=timedelta(days=-1))
    early = authority.sign("early", begun=-2)
    exposed = authority.sign("exposed")
    exposed.key.chmod(0o644)
    now = read_certificates(exposed.cert)[0].begins.timestamp() + 400 * 86_400
    for pair, words in ((over, "a pris fin"), (early, "à partir du"), (exposed, "chmod o=")):
        [found] = cautions(Pair(*pair), load(Pair(*pair)).certificate, now)
        assert words in found.text("fr")
    good = authority.sign("good")
    assert cautions(Pair(*good), load(Pair(*good)).certificate, now) == []


def test_only_tls_1_2_and_1_3_with_forward_secrecy_are_spoken(files: Files) -> None:
    context = load(Pair(*files)).context
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    for cipher in context.get_ciphers():
        assert cipher["name"].startswith(("TLS_", "ECDHE-")), cipher
        assert cipher["aead"], cipher


@contextmanager
def listening(shown: Shown) -> Iterator[int]:
    """A port where each connection is shown the certificate in force."""
    loop = asyncio.new_event_loop()

    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = loop.run_until_complete(asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=shown.context))
    thread = Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        loop.run_until_complete(server.wait_closed())
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()


def test_a_renewed_pair_is_shown_to_new_connections(authority: Authority, files: Files) -> None:
    shown = Shown(Pair(*files))
    with listening(shown) as port:
        before = presented("127.0.0.1", port)
        put(authority.sign("next", ends=timedelta(days=180)), files)
        assert presented("127.0.0.1", port) == before  # nobody has looked yet
        shown.look()
        after = presented("127.0.0.1", port)
    assert after == read_certificates(files.cert)[0]
    assert after.ends > before.ends


def test_who_names_no_host_is_shown_the_renewed_one_too(authority: Authority, files: Files) -> None:
    shown = Shown(Pair(*files))
    with listening(shown) as port:
        put(authority.sign("next", ends=timedelta(days=180)), files)
        shown.look()
        context = ssl.create_default_context(cafile=authority.file)
        context.check_hostname = False
        with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain) as connection:
            found = connection.getpeercert(binary_form=True)
    assert found == ssl.PEM_cert_to_DER_cert(files.cert.read_text())


@pytest.mark.parametrize("broken", ["other key", "no certificate", "missing"])
def test_a_broken_new_pair_leaves_the_old_one_in_force_until_it_is_mended(
    authority: Authority, files: Files, broken: str
) -> None:
    shown = Shown(Pair(*files))
    new, old = authority.sign("next", ends=timedelta(days=180)), read_certificates(files.cert)[0]
    good_key = new.key.read_bytes()
    if broken == "other key":
        new.key.write_bytes(files.key.read_bytes())
    put(new, files)
    if broken == "no certificate":
        files.cert.write_text("renewal failed")
    elif broken == "missing":
        files.key.unlink()
    with listening(shown) as port:
        shown.look()
        assert presented("127.0.0.1", port).fingerprint == old.fingerprint
        [words] = certificate_checks(shown, "fr").values()
        assert "l'ancien reste en service" in words
        new.key.write_bytes(good_key)
        put(new, files)
        shown.look()
        assert presented("127.0.0.1", port).fingerprint == read_certificates(new.cert)[0].fingerprint
    assert certificate_checks(shown, "fr") == {"certificate": ""}


async def test_renewed_files_are_found_without_being_told(
    authority: Authority, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_module, "EVERY_SECONDS", 0.02)
    shown = Shown(Pair(*files))
    watching = asyncio.create_task(shown.watch())
    new = authority.sign("next", ends=timedelta(days=180))
    put(new, files)
    async with asyncio.timeout(10):
        while shown.certificate != read_certificates(new.cert)[0]:  # noqa: ASYNC110  -- it tells nobody
            await asyncio.sleep(0.02)
    watching.cancel()


def test_a_certificate_that_ends_while_it_is_shown_is_said(files: Files) -> None:
    shown = Shown(Pair(*files))
    ends = shown.certificate.ends.timestamp()
    assert shown.trouble(ends - 1) == ""
    assert "ended on" in shown.trouble(ends + 1)


def test_pages_without_tls_have_no_check_of_it() -> None:
    assert certificate_checks(shown_of(ConsoleSettings()), "en") == {}
