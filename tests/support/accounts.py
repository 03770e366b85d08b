"""Clients of a broker with users, and questions to an InfluxDB 1 with users."""

import asyncio
import base64
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, NamedTuple

import aiomqtt

from servers import Server

SERVICE, DEVICE, NEIGHBOUR = "vigiterre-ingest", "d2009-saint-pourcain", "trafic-d945-neuvy"
AS_ROOT = "user root\n" if os.geteuid() == 0 else ""
"""A line of mosquitto.conf. Without it mosquitto becomes `mosquitto`, which may not look into a test's folder."""


class Accounts(NamedTuple):
    """A broker and its users."""

    server: Server
    passwords: dict[str, str]

    def client(self, user: str, client_id: str, **options: Any) -> aiomqtt.Client:
        given: dict[str, Any] = {"port": self.server.port, "username": user, "password": self.passwords[user]}
        return aiomqtt.Client("localhost", identifier=client_id, **(given | options))


async def heard(listener: aiomqtt.Client, until: str) -> list[str]:
    """Topics up to this one."""
    topics: list[str] = []
    async with asyncio.timeout(10):
        async for message in listener.messages:
            topics.append(str(message.topic))
            if topics[-1] == until:
                break
    return topics


async def assert_a_device_publishes_its_own_topics_only(broker: Accounts) -> None:
    """DEVICE is of the domain road."""
    up, state = f"vigiterre/road/{DEVICE}/up", f"vigiterre/road/{DEVICE}/state"
    forbidden = [f"vigiterre/{domain}/{DEVICE}/up" for domain in ("building", "environment", "air", "live")]
    forbidden += [f"vigiterre/road/{NEIGHBOUR}/up", f"vigiterre/road/{DEVICE}/other", f"road/{DEVICE}/up"]
    forbidden += ["vigiterre/road/up", "vigiterre-live/alerts", f"vigiterre-live/doctor/{DEVICE}"]
    async with broker.client(SERVICE, "watch") as service:
        for topic in ("vigiterre/#", "vigiterre-live/#"):
            await service.subscribe(topic, qos=1)
        for topic in [*forbidden, state, up]:
            # mosquitto 2.0.11 closes the connection after a forbidden message, and says nothing of why.
            try:
                async with broker.client(DEVICE, DEVICE) as device:
                    await device.publish(topic, "x", qos=1)
            except aiomqtt.MqttError:
                assert topic in forbidden, topic
        assert await heard(service, up) == [state, up]


def ask(port: int, statement: str, user: str, password: str) -> Any:
    """Rows of the first series of an InfluxQL answer about `telemetry`, or its error."""
    body = urllib.parse.urlencode({"q": statement, "db": "telemetry", "epoch": "ms"}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/query", body)
    if user:
        request.add_header("Authorization", "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            [result] = json.load(answer)["results"]
    except urllib.error.HTTPError as refused:
        with refused:
            return str(json.load(refused)["error"])
    return result.get("error") or next((series["values"] for series in result.get("series", [])), [])
