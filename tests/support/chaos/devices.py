"""Devices that publish at QoS 1 and do not give up: what the broker has not confirmed is sent again.

They reach the broker by some gateways (paho clients with a session of their own), at the broker's own port.
"""

import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from chaos.ledger import Kind, Ledger, Sent

GATEWAYS = 4
UNCONFIRMED = 500
"""Of one gateway: with more it has no memory left, and its devices keep quiet."""
TICK_SECONDS = 0.02
AGAIN_SECONDS = 10.0
"""On a connection that works, but confirms nothing for as long, the oldest messages are sent anew: beside what the
client repeats by itself after each connection."""
AGAIN_AT_ONCE = 100
BAD = (Kind.OUT_OF_RANGE, Kind.UNKNOWN, Kind.UNDECODABLE)


@dataclass
class Waiting:
    """Messages of one gateway that the broker has not confirmed."""

    by_id: dict[int, Sent] = field(default_factory=dict)
    confirmed: deque[int] = field(default_factory=deque)
    """Ids, put here by the client's thread."""
    postponed: deque[Sent] = field(default_factory=deque)


class Gateway:
    """One client. Only one thread publishes by it."""

    def __init__(self, number: int, port: int) -> None:
        self._waiting = Waiting()
        self._moved = time.monotonic()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=f"chaos-gateway-{number}", protocol=paho.MQTTv5
        )
        self._client.on_publish = self._on_publish
        self._client.max_inflight_messages_set(200)
        self._client.max_queued_messages_set(0)
        self._client.reconnect_delay_set(1, 2)
        lasting = Properties(PacketTypes.CONNECT)
        lasting.SessionExpiryInterval = 86_400
        self._client.connect_async("127.0.0.1", port, keepalive=10, clean_start=False, properties=lasting)

    def start(self) -> None:
        self._client.loop_start()

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _on_publish(self, _client: Any, _data: Any, identifier: int, reason: Any, _properties: Any) -> None:
        # No lock of ours here: the client holds its own.
        if not getattr(reason, "is_failure", False):
            self._waiting.confirmed.append(identifier)

    @property
    def unconfirmed(self) -> int:
        return len(self._waiting.by_id) + len(self._waiting.postponed)

    def send(self, sent: Sent) -> None:
        info = self._client.publish(sent.topic, sent.payload, qos=1)
        if info.rc == paho.MQTT_ERR_QUEUE_SIZE:  # its id is still in use by a message of 65,535 messages ago
            self._waiting.postponed.append(sent)
        else:
            self._waiting.by_id[info.mid] = sent

    def settle(self) -> None:
        """Note what was confirmed, and send again what waits too long on a connection that works."""
        now = time.monotonic()
        waiting = self._waiting
        if waiting.confirmed or not waiting.by_id or not self._client.is_connected():
            self._moved = now
        while waiting.confirmed:
            sent = waiting.by_id.pop(waiting.confirmed.popleft(), None)
            if sent is not None and sent.confirmed is None:
                sent.confirmed = now
        for _ in range(len(waiting.postponed)):
            self.send(waiting.postponed.popleft())
        if now - self._moved > AGAIN_SECONDS:
            self._moved = now
            for identifier, sent in list(waiting.by_id.items())[:AGAIN_AT_ONCE]:
                del waiting.by_id[identifier]
                sent.times += 1
                self.send(sent)


class Fleet:
    """All devices. `rate` messages a second together while `publishing`."""

    def __init__(self, port: int, ledger: Ledger, names: list[str], rate: float, bad_share: float, seed: int) -> None:
        self.names = names
        self.rate = rate
        self.ledger = ledger
        self._bad_share = bad_share
        self._random = random.Random(seed)
        self._gateways = [Gateway(number, port) for number in range(min(GATEWAYS, len(names)))]
        self._last = dict.fromkeys(names, 0)
        self._again: deque[Sent] = deque()
        self._publishing = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="devices", daemon=True)

    def start(self) -> Self:
        for gateway in self._gateways:
            gateway.start()
        self._publishing.set()
        self._thread.start()
        return self

    def pause(self) -> None:
        """No new messages; what is not confirmed is still sent again."""
        self._publishing.clear()

    def resume(self) -> None:
        self._publishing.set()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(10)
        for gateway in self._gateways:
            gateway.stop()

    def repeat(self, messages: list[Sent]) -> None:
        """Devices that forgot that they sent these, and send them once more."""
        self._again.extend(messages)

    @property
    def unconfirmed(self) -> int:
        return sum(gateway.unconfirmed for gateway in self._gateways) + len(self._again)

    def _run(self) -> None:
        due, before = 0.0, time.monotonic()
        while not self._stopping.wait(TICK_SECONDS):
            now = time.monotonic()
            due = min(due + (now - before) * self.rate, self.rate) if self._publishing.is_set() else 0.0
            before = now
            while due >= 1:
                due -= 1
                self._publish_one(now)
            while self._again:
                sent = self._again.popleft()
                sent.times += 1
                self._gateway_of(sent.device).send(sent)
            for gateway in self._gateways:
                gateway.settle()

    def _publish_one(self, now: float) -> None:
        device = self.names[len(self.ledger) % len(self.names)]
        gateway = self._gateway_of(device)
        if gateway.unconfirmed >= UNCONFIRMED:
            return
        self._last[device] = max(self._last[device] + 1, time.time_ns() // 1_000_000)
        bad = self._random.random() < self._bad_share
        kind = self._random.choice(BAD) if bad else Kind.GOOD
        gateway.send(self.ledger.add(device, self._last[device], kind, now))

    def _gateway_of(self, device: str) -> Gateway:
        return self._gateways[int(device.rpartition("-")[2]) % len(self._gateways)]
