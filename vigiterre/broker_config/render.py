"""mosquitto's files as they should be: of settings, inventory, sources and credentials, the same each time."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from devices.registry import Registry
from ingest.sources import Sources
from vigiterre.broker_config.acl import access_list
from vigiterre.broker_config.conf import Place, configuration
from vigiterre.broker_config.passwords import password_file
from vigiterre.credentials.file import Account, Kind
from vigiterre.settings import Settings

PASSWORDS, ACCESS = "vigiterre.passwd", "vigiterre.acl"
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


@dataclass(frozen=True)
class Blueprint:
    """What the files are made of."""

    settings: Settings
    registry: Registry
    sources: Sources
    accounts: tuple[Account, ...]
    """In force, of devices those that the inventory has."""

    def among(self, *more: Account) -> "Blueprint":
        return Blueprint(self.settings, self.registry, self.sources, (*self.accounts, *more))

    def place(self) -> Place:
        """Where it is all meant to be."""
        broker = self.settings.broker
        names = (broker.folder / PASSWORDS, broker.folder / ACCESS, broker.data_folder, broker.pid_file)
        return Place(*names, broker.listener, broker.tls_listener)

    def files(self) -> dict[str, Rendered]:
        """Path below `broker.folder` -> the file. Raises BrokerRefused."""
        whole = self.settings.broker.whole
        conf = self.configuration(self.place(), whole=whole)
        return {**self.lists(), WHOLE if whole else PIECE: Rendered(conf, 0o644, private=False)}

    def lists(self) -> dict[str, Rendered]:
        """Passwords and rights: what mosquitto reads again on SIGHUP. Raises BrokerRefused."""
        rights = access_list(self.accounts, self.settings.mqtt.root, self.registry, self.sources)
        return {
            PASSWORDS: Rendered(password_file(self.accounts), 0o600, private=True),
            ACCESS: Rendered(f"{DERIVED}\n{rights}", 0o600, private=True),
        }

    def configuration(self, place: Place, *, whole: bool) -> str:
        conf = configuration(self.settings.broker, place, self.settings.mqtt.max_payload, whole=whole)
        return f"{DERIVED}\n{conf}"


def blueprint(settings: Settings, registry: Registry, sources: Sources, accounts: Iterable[Account]) -> Blueprint:
    return Blueprint(settings, registry, sources, tuple(one for one in accounts if belongs(one, registry)))


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
