"""How the broker is reached to be tried: in clear, and by TLS with its certificate checked."""

import socket
import ssl
import tempfile
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from devices.problems import NOTHING, Bilingual
from vigiterre.broker_config.conf import split
from vigiterre.broker_config.errors import told
from vigiterre.certificates.authority import pem
from vigiterre.certificates.key_file import private_pem
from vigiterre.credentials.handing_over import write_new
from vigiterre.settings import BrokerSettings

SECONDS = 3.0
"""For one handshake."""


class Way(NamedTuple):
    """To a listener."""

    address: str
    """host:port"""
    tls: ssl.SSLContext | None = None


def trusting(broker: BrokerSettings) -> ssl.SSLContext:
    """As a device does: `broker.ca_file`, or the authorities that this machine knows. Raises OSError.

    The name is looked at by `doubt` alone: this goes to an address. And by TLS 1.2, in which a certificate that is
    refused ends the handshake; in 1.3 it is told later, and may not be told apart from a broker that went away.
    """
    context = ssl.create_default_context(cafile=broker.ca_file)
    context.check_hostname = False
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context


def doubt(broker: BrokerSettings) -> Bilingual:
    """Why devices would not believe the certificate of `broker.tls_listener`; NOTHING when they would.

    No reason to put anything back: it is not what `broker apply` changes, and a revocation must not wait for it.
    """
    address, name = broker.tls_listener, split(broker.public_address)[0] if broker.public_address else ""
    try:
        context = trusting(broker)
    except OSError as error:
        return told("tls_unread", file=broker.ca_file, detail=error.strerror or error)
    context.check_hostname = bool(name)
    try:
        with (
            socket.create_connection(split(address), SECONDS) as line,
            context.wrap_socket(line, server_hostname=name or None),
        ):
            return NOTHING
    except ssl.SSLCertVerificationError as error:
        return told("tls_doubted", address=address, detail=error.verify_message)
    except OSError:
        return NOTHING  # the proof says that nobody answers


def showing(context: ssl.SSLContext, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    """The same context with a certificate of ours. `ssl` reads files alone: these are private, and gone at once."""
    with tempfile.TemporaryDirectory(prefix="vigiterre-probe-") as folder:
        files = Path(folder) / "cert", Path(folder) / "key"
        write_new(files[0], pem(certificate))
        write_new(files[1], private_pem(key, None))
        context.load_cert_chain(*files)
    return context
