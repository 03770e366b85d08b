"""How long the devices' certificates and their authority are good, and whether the broker knows which are revoked.

The list of those ends with the authority itself: docs/adr/0060 says why.
"""

from collections.abc import Iterator

from cryptography import x509

from devices.errors import StoreUnavailable
from vigiterre.broker_config.render import REVOCATIONS
from vigiterre.certificates.authority import serials_in
from vigiterre.certificates.register import Issued, Signed, signed_in
from vigiterre.credentials.errors import few
from vigiterre.doctor.finding import Finding, Words, error, ok, warning
from vigiterre.moment import DAY_MS
from vigiterre.settings import BrokerSettings, Settings

AUTHORITY_DAYS = 365
"""Before its end: every device must be visited until then."""
DAYS = 30
"""Before the end of a device's. And after it: whoever was not missed for longer is not to be told of for ever."""


def devices_certificates(settings: Settings, now: float) -> list[Finding]:
    """`now` is s. Nothing where there is no authority."""
    try:
        signed = signed_in(settings.data_dir)
    except StoreUnavailable as fault:
        return [error("tls.unusable", problem=Words(fault.text("fr"), fault.text("en")))]
    if signed is None:
        return []
    ms = round(now * 1000)
    return [_authority(signed, ms), *_ending(signed, ms), *_due(settings.broker, signed)]


def _authority(signed: Signed, now: int) -> Finding:
    ends = x509.load_pem_x509_certificate(signed.certificate.encode()).not_valid_after_utc
    days = round(ends.timestamp() * 1000 - now) // DAY_MS
    good = sum(one.good(now) for one in signed.issued)
    facts = {"ends": f"{ends:%Y-%m-%d}", "days": days, "count": good}
    return ok("tls.authority", **facts) if days >= AUTHORITY_DAYS else warning("tls.authority_ends", **facts)


def _ending(signed: Signed, now: int) -> Iterator[Finding]:
    newest: dict[str, Issued] = {}
    for one in sorted(signed.issued, key=lambda one: one.ends):
        if one.revoked is None:
            newest[one.name] = one
    names = [name for name, one in sorted(newest.items()) if abs(one.ends - now) < DAYS * DAY_MS]
    if names:
        yield warning("tls.devices_end", count=len(names), names=few(names), days=DAYS)


def _due(broker: BrokerSettings, signed: Signed) -> Iterator[Finding]:
    """Where the account that asks may read what the broker was told."""
    if not broker.certificate_listener:
        return
    try:
        told = serials_in((broker.folder / REVOCATIONS).read_bytes())
    except (OSError, ValueError):
        return
    if due := serials_in(signed.revocations.encode()) - told:
        yield error("tls.revocations_due", count=len(due))
