"""mosquitto's files as they should be: of settings, inventory, sources and credentials, the same each time."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from devices.registry import Registry
from ingest.sources import Sources
from vigiterre.broker_config.acl import access_list
from vigiterre.broker_config.conf import Place, configuration
from vigiterre.broker_config.errors import BrokerRefused
from vigiterre.broker_config.passwords import password_file
from vigiterre.certificates.register import Issued, Signed
from vigiterre.credentials.file import Account, Kind
from vigiterre.settings import Settings

PASSWORDS, ACCESS = "vigiterre.passwd", "vigiterre.acl"
AUTHORITY, REVOCATIONS = "vigiterre.authority.pem", "vigiterre.revocations.pem"
WHOLE, PIECE = "mosquitto.conf", "conf.d/vigiterre.conf"
DERIVED = (
    "# Derived by `vigiterre broker`: what is changed here is lost the next time.\n"
    "# Écrit par `vigiterre broker` : une modification faite ici est perdue à la fois suivante.\n"
)


class Rendered(NamedTuple):
    """One file."""

    content: str
    mode: int
    private: bool
    """Owned by mosquitto's account, not by whoever writes it."""


class Certified(NamedTuple):
    """Who may come in with a certificate, where the broker has a listener for them."""

    authority: str
    revocations: str
    """PEM."""
    issued: tuple[Issued, ...]
    names: frozenset[str]
    """Devices of the inventory that have a good one."""


@dataclass(frozen=True)
class Blueprint:
    """What the files are made of."""

    settings: Settings
    registry: Registry
    sources: Sources
    accounts: tuple[Account, ...]
    """In force, of devices those that the inventory has."""
    certified: Certified | None = None

    @property
    def known(self) -> int:
        """How many may come in, by whichever way."""
        return len({one.name for one in self.accounts} | (self.certified.names if self.certified else set()))

    def among(self, *more: Account) -> "Blueprint":
        return replace(self, accounts=(*self.accounts, *more))

    def revoking(self, revocations: str) -> "Blueprint":
        """With another list of what is revoked, PEM; the same where there are no certificates."""
        return replace(self, certified=self.certified and self.certified._replace(revocations=revocations))

    def place(self) -> Place:
        """Where it is all meant to be."""
        broker = self.settings.broker
        names = lists_in(broker.folder)
        listeners = (broker.listener, broker.tls_listener, broker.certificate_listener)
        return Place(*names, broker.data_folder, broker.pid_file, *listeners)

    def files(self) -> dict[str, Rendered]:
        """Path below `broker.folder` -> the file. Raises BrokerRefused."""
        whole = self.settings.broker.whole
        conf = self.configuration(self.place(), whole=whole)
        return {**self.lists(), WHOLE if whole else PIECE: Rendered(conf, 0o644, private=False)}

    def lists(self) -> dict[str, Rendered]:
        """Passwords, rights, and whose certificates are good: what mosquitto reads again on SIGHUP.

        Raises BrokerRefused.
        """
        names = self.certified.names if self.certified else ()
        rights = access_list(self.accounts, names, self.settings.mqtt.root, self.registry, self.sources)
        lists = {PASSWORDS: password_file(self.accounts), ACCESS: f"{DERIVED}\n{rights}"}
        if self.certified:
            lists |= {AUTHORITY: self.certified.authority, REVOCATIONS: self.certified.revocations}
        return {name: Rendered(text, 0o600, private=True) for name, text in lists.items()}

    def configuration(self, place: Place, *, whole: bool) -> str:
        conf = configuration(self.settings.broker, place, self.settings.mqtt.max_payload, whole=whole)
        return f"{DERIVED}\n{conf}"


def lists_in(folder: Path) -> tuple[Path, Path, Path, Path]:
    """As a Place has them."""
    return folder / PASSWORDS, folder / ACCESS, folder / AUTHORITY, folder / REVOCATIONS


def blueprint(
    settings: Settings,
    registry: Registry,
    sources: Sources,
    accounts: Iterable[Account],
    signed: Signed | None,
    now: int,
) -> Blueprint:
    """`now` is ms: a certificate that has ended gives no right. Raises BrokerRefused where there is no authority."""
    mine = tuple(one for one in accounts if belongs(one, registry))
    certified = certified_by(signed, registry, now) if settings.broker.certificate_listener else None
    return Blueprint(settings, registry, sources, mine, certified)


def certified_by(signed: Signed | None, registry: Registry, now: int) -> Certified:
    """Raises BrokerRefused."""
    if signed is None:
        raise BrokerRefused("no_authority")
    names = frozenset(one.name for one in signed.issued if one.good(now) and one.name in registry.devices)
    return Certified(*signed, names)


def belongs(account: Account, registry: Registry) -> bool:
    """Whether the broker is told of it: a device that left the inventory has no account any more."""
    return account.revoked is None and (account.kind is not Kind.DEVICE or account.name in registry.devices)


def written_out(files: dict[str, Rendered], folder: Path) -> list[Path]:
    """Write all of it into a folder of its own, for people to look at -> the files. Raises OSError."""
    written = []
    for name, file in sorted(files.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)
        path.chmod(file.mode)
        path.write_text(file.content, encoding="utf-8")
        written.append(path)
    return written
