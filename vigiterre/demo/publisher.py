"""How players reach a broker: paho-mqtt, QoS 1, one connection for all devices of a domain."""

import ssl
import threading
from collections import deque
from collections.abc import Callable

from paho.mqtt.client import Client, ConnectFlags, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from devices.errors import VigiterreError
from ingest.broker import Broker, tls_context

CONNECT_SECONDS = 10.0
IN_FLIGHT = 100
"""PUBLISHes without their PUBACK."""
UNCONFIRMED = 400
"""As many again may wait in paho; then `publish` waits for the broker."""
LOOK_SECONDS = 0.1


class Publisher:
    """One connection; paho connects it again when it breaks, and sends again what was not confirmed."""

    def __init__(self, broker: Broker, protocol: MQTTProtocolVersion, stopping: threading.Event) -> None:
        self._broker = broker
        self._stopping = stopping
        self._unconfirmed: deque[MQTTMessageInfo] = deque()
        self._answered = threading.Event()
        self._refusal = ""
        self._client = Client(CallbackAPIVersion.VERSION2, broker.client_id, protocol=protocol)
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.on_connect = self._connected
        if broker.user is not None:
            self._client.username_pw_set(broker.user, broker.password)
        context = tls_context(broker)
        if context is not None:
            self._client.tls_set_context(context)

    def connect(self) -> None:
        """Raises VigiterreError when the broker cannot be reached or does not let us in."""
        broker = self._broker
        self._client.connect_timeout = CONNECT_SECONDS
        try:
            self._client.connect(broker.host, broker.port, broker.keep_alive)
        except (OSError, ssl.SSLError) as error:
            raise VigiterreError(f"{broker.address}: {error}") from error
        self._client.loop_start()
        if not self._answered.wait(CONNECT_SECONDS):
            self._refusal = f"no answer in {CONNECT_SECONDS:g} s"
        if self._refusal:
            self.close()
            raise VigiterreError(f"{broker.address}: {self._refusal}")

    def publish(self, topic: str, payload: bytes) -> None:
        """Returns when the message is under way; waits while too many are unconfirmed."""
        self._unconfirmed.append(self._client.publish(topic, payload, qos=1))
        while self._unconfirmed and self._unconfirmed[0].is_published():
            self._unconfirmed.popleft()
        if len(self._unconfirmed) > UNCONFIRMED:
            self._await_oldest(lambda: not self._stopping.is_set())

    def settle(self, goes_on: Callable[[], bool]) -> bool:
        """Wait until the broker has confirmed everything, or no longer `goes_on`. True when it has."""
        while self._unconfirmed and goes_on():
            self._await_oldest(goes_on)
        return not self._unconfirmed

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _await_oldest(self, goes_on: Callable[[], bool]) -> None:
        oldest = self._unconfirmed[0]
        while not oldest.is_published() and goes_on():
            oldest.wait_for_publish(LOOK_SECONDS)
        if oldest.is_published():
            self._unconfirmed.popleft()

    def _connected(
        self, _client: Client, _data: object, _flags: ConnectFlags, code: ReasonCode, _properties: Properties | None
    ) -> None:
        if code.is_failure:
            self._refusal = str(code)
        self._answered.set()
