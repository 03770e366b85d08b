"""Our broker as the settings name it, for one of our sessions on it."""

from ingest.broker import Broker, buffer_bytes
from vigiterre.settings import Settings, secret


def our_broker(settings: Settings, client_id: str, topics: tuple[str, ...]) -> Broker:
    """Raises InvalidBroker, ConfigError when the password cannot be read."""
    mqtt = settings.mqtt
    return Broker(
        url=mqtt.url,
        client_id=client_id,
        topics=topics,
        password=secret(mqtt.password, mqtt.password_file),
        ca_file=mqtt.ca_file,
        cert_file=mqtt.cert_file,
        key_file=mqtt.key_file,
        keep_alive=mqtt.keep_alive,
        buffer_bytes=buffer_bytes(settings.journal.max_bytes),
    )
