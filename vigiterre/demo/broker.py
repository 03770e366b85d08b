"""The demonstration's own broker: iotcore (rumqttd) in a child process, on the loopback interface only.

It is no broker for production: no access list, and everything is forgotten when it ends. It ends with us, even when we
are killed: it watches the pipe on its standard input.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from iotcore import Broker as Rumqttd

from devices.errors import VigiterreError

HOST = "127.0.0.1"
LARGEST_PAYLOAD = 1_048_576
"""iotcore closes the connection on a larger one; its default of 20 kB would hide our own `too_large`."""
CONFIGURATION = """\
id = 0

[router]
id = 0
max_connections = 100
max_outgoing_packet_count = 500
max_segment_size = 104857600
max_segment_count = 10

[v4.mqtt311]
name = "mqtt311"
listen = "{host}:{mqtt311}"
next_connection_delay_ms = 1

[v4.mqtt311.connections]
connection_timeout_ms = 10000
max_payload_size = {largest}
max_inflight_count = 500
dynamic_filters = true

[v5.mqtt5]
name = "mqtt5"
listen = "{host}:{mqtt5}"
next_connection_delay_ms = 1

[v5.mqtt5.connections]
connection_timeout_ms = 10000
max_payload_size = {largest}
max_inflight_count = 500
dynamic_filters = true
"""


class Embedded(NamedTuple):
    """A broker that listens. MQTT 5 and 3.1.1 need a port each: that is rumqttd's way."""

    mqtt5: str
    mqtt311: str
    """URLs."""
    process: Rumqttd

    @property
    def alive(self) -> bool:
        return bool(self.process.is_running)


@contextmanager
def embedded_broker(folder: Path) -> Iterator[Embedded]:
    """Start a broker on two free ports and stop it at the end. `folder` takes its configuration file.

    Raises VigiterreError when it does not start.
    """
    mqtt5, mqtt311 = free_ports(2)
    configuration = folder / "broker.toml"
    configuration.write_text(
        CONFIGURATION.format(host=HOST, mqtt5=mqtt5, mqtt311=mqtt311, largest=LARGEST_PAYLOAD), encoding="utf-8"
    )
    process = Rumqttd(config_path=str(configuration))
    try:
        process.start()
    except (OSError, RuntimeError) as error:
        raise VigiterreError(f"the embedded broker did not start: {error}; --broker takes a real one") from error
    try:
        yield Embedded(f"mqtt://{HOST}:{mqtt5}", f"mqtt://{HOST}:{mqtt311}", process)
    finally:
        process.stop()


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on at this moment; held together, so that they differ."""
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports
