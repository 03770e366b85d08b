"""The broker as a client of its own sees it: may we in, does a message come back, does it drop any.

Our session is never touched: another client id, a clean start, nothing kept. Rates are low, so this is aiomqtt.
"""

import asyncio
import ipaddress
import secrets
import time
from collections.abc import AsyncIterator

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from devices.errors import ConfigError
from ingest.broker import Broker, tls_context
from ingest.connection import network_trouble
from ingest.trouble import InvalidBroker, LinkDown, Trouble
from vigiterre.doctor.finding import Finding, Words, error, number, of_config, of_trouble, ok, size, warning
from vigiterre.settings import MqttSettings, secret

SECONDS = 5.0
"""For each step: connection, CONNACK, SUBACK, the way round."""
SYS_SECONDS = 2.0
VERSION = "$SYS/broker/version"
DROPPED = "$SYS/broker/publish/messages/dropped"
HEAP = "$SYS/broker/heap/current"
RETAINED = "$SYS/broker/retained messages/count"
SYS = (VERSION, DROPPED, HEAP, RETAINED)
"""man 8 mosquitto, "Broker status". They are retained, and stand for the time since the broker started."""
REFUSED = 128
"""MQTT 5: reason codes from here on are failures."""
BAD_CREDENTIALS = (134, 135)
"""Bad user name or password; not authorized, which is mosquitto 2.0's answer to a wrong password."""


async def broker(mqtt: MqttSettings) -> list[Finding]:
    try:
        ours = Broker(
            url=mqtt.url,
            client_id=f"vigiterre-doctor-{secrets.token_hex(4)}",
            topics=(f"{mqtt.root}/#",),
            password=secret(mqtt.password, mqtt.password_file),
            ca_file=mqtt.ca_file,
            cert_file=mqtt.cert_file,
            key_file=mqtt.key_file,
            keep_alive=mqtt.keep_alive,
            connect_timeout=SECONDS,
        )
    except ConfigError as fault:
        return of_config("broker.secret", fault)
    except InvalidBroker as fault:
        return [_link(fault.trouble)]
    findings = [] if ours.tls or _loopback(ours.host) else [warning("broker.in_clear", host=ours.host)]
    try:
        await _reach(ours)
        async with _client(ours) as client:
            findings.append(ok("broker.reached", address=ours.address))
            findings += await _subscription(client, ours)
            findings += await _counters(client)
        findings.append(await _round_trip(ours, f"{mqtt.root}-live"))
    except LinkDown as down:
        findings.append(_link(down.trouble))
    except aiomqtt.MqttCodeError as refusal:
        findings.append(_link(_refusal(ours, refusal.rc)))
    except aiomqtt.MqttError:
        facts = {"address": ours.address, "packet": "CONNECT", "seconds": SECONDS}
        findings.append(_link(Trouble("no_answer", facts)))
    return findings


async def _reach(ours: Broker) -> None:
    """TCP and TLS alone: aiomqtt tells their failures apart only by text. Raises LinkDown."""
    context = tls_context(ours)
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(ours.host, ours.port, ssl=context)
    except OSError as fault:
        raise LinkDown(network_trouble(ours, fault)) from fault
    writer.transport.abort()


def _client(ours: Broker) -> aiomqtt.Client:
    return aiomqtt.Client(
        ours.host,
        ours.port,
        username=ours.user,
        password=ours.password,
        identifier=ours.client_id,
        protocol=aiomqtt.ProtocolVersion.V5,
        clean_start=True,
        timeout=SECONDS,
        keepalive=ours.keep_alive,
        tls_context=tls_context(ours),
    )


async def _subscription(client: aiomqtt.Client, ours: Broker) -> list[Finding]:
    """Asks for what `run` asks for, and takes it back at once. Never by `$share`: that would take messages away."""
    topic = ours.topics[0]
    options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
    [granted] = await client.subscribe(topic, options=options)
    await client.unsubscribe(topic)
    code = granted.value if isinstance(granted, ReasonCode) else granted
    if code >= REFUSED:
        return [_link(Trouble("subscription_refused", {"topics": topic, "reason": str(granted)}))]
    if code == 0:
        return [_link(Trouble("subscription_weak", {"topics": topic}))]
    return [ok("broker.subscription", topic=topic)]


async def _round_trip(ours: Broker, root: str) -> Finding:
    """By a connection of its own: mosquitto 2.0.11 ends the one on which it refuses a PUBLISH."""
    topic = f"{root}/doctor/{secrets.token_hex(8)}"
    started = 0.0
    try:
        async with _client(ours) as client, asyncio.timeout(SECONDS):
            await client.subscribe(topic, qos=1)
            started = time.perf_counter()
            await client.publish(topic, b"doctor", qos=1)
            await anext(_those(client, topic))
    except (aiomqtt.MqttError, TimeoutError):
        # What needs this right is the doctor and, once processes are split, the live feed: not the way in.
        return warning("broker.no_round_trip", topic=topic, seconds=round(SECONDS), pattern=f"{root}/#")
    return ok("broker.round_trip", ms=number((time.perf_counter() - started) * 1000), topic=topic)


async def _counters(client: aiomqtt.Client) -> list[Finding]:
    """What $SYS tells. A mosquitto younger than its sys_interval (10 s) tells its version only."""
    told: dict[str, str] = {}
    await client.subscribe([(topic, 0) for topic in SYS])
    try:
        async with asyncio.timeout(SYS_SECONDS):
            async for message in _those(client, *SYS):
                told[message.topic.value] = bytes(message.payload).decode(errors="replace")
                if len(told) == len(SYS):
                    break
    except TimeoutError:
        pass
    if VERSION not in told:
        return [ok("broker.no_sys")]
    heap = size(int(told[HEAP])) if told.get(HEAP, "").isdigit() else Words("?", "?")
    findings = [ok("broker.version", version=told[VERSION], heap=heap, retained=told.get(RETAINED, "?"))]
    dropped = told.get(DROPPED, "")
    if dropped.isdigit():
        count = int(dropped)
        findings.append(warning("broker.dropped", count=count) if count else ok("broker.none_dropped"))
    return findings


async def _those(client: aiomqtt.Client, *topics: str) -> AsyncIterator[aiomqtt.Message]:
    """Messages of these topics; those of the devices, which came while we were subscribed to them, are passed over."""
    async for message in client.messages:
        if message.topic.value in topics:
            yield message


def _refusal(ours: Broker, code: int | ReasonCode | None) -> Trouble:
    value = code.value if isinstance(code, ReasonCode) else code
    if value in BAD_CREDENTIALS:
        return Trouble("bad_credentials")
    if value is not None and value < REFUSED:
        return Trouble("closed")
    return Trouble("refused", {"reason": f"{code} ({ours.address})"})


def _link(trouble: Trouble) -> Finding:
    return error("broker.link", trouble=of_trouble(trouble))


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
