"""Credentials of devices as the commissioning pages give them: one device at a time, once."""

from contextlib import closing

from dashboards.console.sources import Credential, Keys
from devices.registry import Registry
from vigiterre.broker_config.acl import UP
from vigiterre.credentials.file import DEVICES, Credentials, Kind, accounts_in
from vigiterre.credentials.hashes import new_secret
from vigiterre.moment import now_ms
from vigiterre.service import Service
from vigiterre.settings import Settings


def keys_of(service: Service) -> Keys | None:
    """None where `broker.public_address` does not say what a device would connect to."""
    if not service.settings.broker.public_address:
        return None
    return Keys(
        since=lambda device: since(service.settings, device),
        give=lambda device, again: give(service.settings, service.registry, device, again=again),
    )


def since(settings: Settings, device: str) -> int | None:
    """Raises StoreUnavailable."""
    found = (one for one in accounts_in(settings.data_dir) if one.name == device)
    return next((one.changed for one in found if one.kind is Kind.DEVICE and one.revoked is None), None)


def give(settings: Settings, registry: Registry, device: str, *, again: bool) -> Credential:
    """A new secret; `again`: in place of the one before. Raises CredentialRefused, StoreUnavailable."""
    made = new_secret()
    with closing(Credentials(settings.data_dir)) as credentials:
        if again:
            credentials.rotate({device: made}, DEVICES, now_ms())
        else:
            credentials.create({device: made}, Kind.DEVICE, now_ms())
    broker = settings.broker
    scheme = "mqtts" if broker.cert_file else "mqtt"
    topic = f"{settings.mqtt.root}/{registry.devices[device].domain}/{device}/{UP}"
    return Credential(device, made, broker.public_address, f"{scheme}://{device}:{made}@{broker.public_address}", topic)
