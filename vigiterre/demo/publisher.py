"""How players reach a broker: paho-mqtt, QoS 1, one connection for all devices of a domain."""

import threading
import time
from typing import Any

from paho.mqtt.client import MQTT_ERR_NO_CONN, MQTT_ERR_SUCCESS, Client, error_string
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from devices.errors import VigiterreError
from ingest.broker import Broker, tls_context

CONNECT_SECONDS = 10.0
IN_FLIGHT = 100
"""PUBLISHes without their PUBACK."""
UNCONFIRMED = 500
"""PUBLISHes that paho holds, those in flight included, before `publish` waits for the broker."""
LOOK_SECONDS = 0.1


class Publisher:
    """One connection; paho connects again when it breaks, and sends again what was not confirmed."""

    def __init__(self, broker: Broker, protocol: MQTTProtocolVersion, stopping: threading.Event) -> None:
        self._broker = broker
        self._stopping = stopping
        self._confirmations = threading.Condition()
        self._published = 0
        self._confirmed = 0
        self._answered = threading.Event()
        self._refusal = ""
        self._client = Client(CallbackAPIVersion.VERSION2, broker.client_id, protocol=protocol)
        self._client.max_inflight_messages_set(IN_FLIGHT)
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
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
        except OSError as error:
            raise VigiterreError(f"{broker.address}: {error}") from error
        self._client.loop_start()
        answered = self._answered.wait(CONNECT_SECONDS)
        if self._refusal or not answered:
            self.close()
            raise VigiterreError(f"{broker.address}: {self._refusal or 'the broker does not answer'}")

    def publish(self, topic: str, payload: bytes) -> None:
        """Returns when the message is under way; waits while too many are unconfirmed.

        Raises VigiterreError when the broker refused this or an earlier one.
        """
        code = self._client.publish(topic, payload, qos=1).rc
        if code not in (MQTT_ERR_SUCCESS, MQTT_ERR_NO_CONN):  # without a connection paho keeps it for the next one
            raise VigiterreError(f"{self._broker.address}: {error_string(code)}")
        self._published += 1
        with self._confirmations:
            while self._published - self._confirmed > UNCONFIRMED and not self._stopping.is_set():
                self._confirmations.wait(LOOK_SECONDS)
        if self._refusal:
            raise VigiterreError(f"{self._broker.address}: {topic}: {self._refusal}")

    def settle(self, deadline: float) -> bool:
        """Wait until the broker has confirmed everything; at most until this `time.monotonic()`. True when it has."""
        with self._confirmations:
            return self._confirmations.wait_for(
                lambda: self._confirmed >= self._published, max(0.0, deadline - time.monotonic())
            )

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_connect(
        self, _client: Client, _data: Any, _flags: Any, code: ReasonCode, _properties: Properties | None
    ) -> None:
        """In paho's thread, as all callbacks are."""
        if code.is_failure:
            self._refusal = str(code)
        self._answered.set()

    def _on_publish(
        self, _client: Client, _data: Any, _mid: int, code: ReasonCode, _properties: Properties | None
    ) -> None:
        if code.is_failure:
            self._refusal = str(code)
        with self._confirmations:
            self._confirmed += 1
            self._confirmations.notify_all()
