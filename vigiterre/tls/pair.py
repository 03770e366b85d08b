"""A certificate and its key, as two PEM files: what can be wrong with them, and the TLS context they make."""

import ssl
import stat
from pathlib import Path
from typing import NamedTuple

from devices.errors import VigiterreError
from devices.problems import Bilingual
from vigiterre.settings import ConsoleSettings
from vigiterre.tls.certificate import Certificate, read_certificates
from vigiterre.tls.texts import said

CERT, KEY = "console.cert_file", "console.key_file"
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2: forward secrecy and authenticated encryption, as all suites of TLS 1.3 have."""


class Unusable(VigiterreError):  # noqa: N818  -- read as a sentence, like its siblings
    """The files make no certificate; `setting` is what to correct."""

    def __init__(self, words: Bilingual, setting: str = CERT) -> None:
        super().__init__(words)
        self.setting = setting


class Pair(NamedTuple):
    cert: Path
    key: Path


class Loaded(NamedTuple):
    context: ssl.SSLContext
    certificate: Certificate


def pair_of(console: ConsoleSettings) -> Pair | None:
    """None where the pages have no TLS. Raises Unusable for half a pair."""
    cert, key = console.cert_file, console.key_file
    if cert is not None and key is not None:
        return Pair(cert, key)
    if cert is None and key is None:
        return None
    raise Unusable(said("pair"), KEY if key is None else CERT)


def load(pair: Pair) -> Loaded:
    """Both files, read. Raises Unusable."""
    certificate = _certificate(pair.cert)
    _unlocked(pair.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_ciphers(CIPHERS)
    context.set_alpn_protocols(["http/1.1"])
    try:
        context.load_cert_chain(pair.cert, pair.key, password="")
    except ssl.SSLError as fault:
        facts = {"cert": pair.cert, "key": pair.key}
        if fault.reason == "KEY_VALUES_MISMATCH":
            raise Unusable(said("mismatch", **facts), KEY) from fault
        raise Unusable(said("unusable", detail=fault.reason or "OpenSSL", **facts)) from fault
    except OSError as fault:  # taken away meanwhile
        raise _unreadable(pair.cert, f"{CERT}, {KEY}", fault) from fault
    return Loaded(context, certificate)


def cautions(pair: Pair, certificate: Certificate, now: float) -> list[Bilingual]:
    """What does not keep the pages from being served, and is wrong. `now` is s."""
    found = []
    if certificate.over(now):
        found.append(said("over", path=pair.cert, ends=certificate.end_date))
    if certificate.early(now):
        found.append(said("not_yet", path=pair.cert, begins=certificate.begin_date))
    if exposed(pair.key):
        found.append(said("exposed", path=pair.key))
    return found


def exposed(key: Path) -> bool:
    """Whether every account of this machine may read it; False when it is not there."""
    try:
        return bool(key.stat().st_mode & stat.S_IROTH)
    except OSError:
        return False


def _certificate(path: Path) -> Certificate:
    try:
        return read_certificates(path)[0]
    except OSError as fault:
        raise _unreadable(path, CERT, fault) from fault
    except ValueError as fault:
        raise Unusable(said("no_certificate", path=path)) from fault


def _unlocked(path: Path) -> None:
    try:
        locked = b"ENCRYPTED" in path.read_bytes()
    except OSError as fault:
        raise _unreadable(path, KEY, fault) from fault
    if locked:
        raise Unusable(said("locked", path=path), KEY)


def _unreadable(path: Path, setting: str, fault: OSError) -> Unusable:
    return Unusable(said("unreadable", path=path, setting=setting, detail=fault.strerror or fault), setting)
