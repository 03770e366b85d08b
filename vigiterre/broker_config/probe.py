"""Whether a broker lets somebody in: the proof that what was written is in force."""

import asyncio
import secrets
import ssl
import time
from contextlib import suppress
from enum import Enum
from typing import NamedTuple

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from vigiterre.broker_config.conf import split
from vigiterre.broker_config.ways import Way
from vigiterre.credentials.file import NOT_BRIDGED, Account, Kind
from vigiterre.credentials.hashes import hash_of, new_secret
from vigiterre.credentials.services import RESERVED

SECONDS = 3.0
"""For one login."""
LEAST_PATIENCE, PER_ACCOUNT = 10.0, 0.002
"""For a reload to take effect: mosquitto reads its lists at once, but the rights of 20,000 take it 7 s."""
PAUSE = 0.1
REFUSED = (134, 135)
"""MQTT 5: bad user name or password; not authorized, which is what mosquitto 2.0 says."""
PREFIX = RESERVED


class Answer(Enum):
    IN = "in"
    REFUSED = "refused"
    AWAY = "away"
    """Nobody listens, or no answer came."""


class Login(NamedTuple):
    user: str | None
    """None: nobody in particular."""
    password: str | None

    def __repr__(self) -> str:
        return f"Login({self.user!r})"


NOBODY = Login(None, None)


def probe_account(now: int) -> tuple[Account, Login]:
    """Made for this moment, and without any right."""
    login = Login(PREFIX + secrets.token_hex(8), new_secret())
    return Account(login.user or "", Kind.PROBE, hash_of(login.password or ""), now, now, None, NOT_BRIDGED), login


def answer(way: Way, login: Login) -> Answer:
    """By a client id of its own: nobody's session is touched."""
    return asyncio.run(answer_as(PREFIX + secrets.token_hex(8), way, login))


async def answer_as(client_id: str, way: Way, login: Login) -> Answer:
    """Whoever is there by this client id is sent away, and nothing is kept for it."""
    if way.tls is not None and (answered := await _hands_shaken(way.address, way.tls)) is not Answer.IN:
        return answered
    host, port = split(way.address)
    client = aiomqtt.Client(
        host,
        port,
        username=login.user,
        password=login.password,
        identifier=client_id,
        tls_context=way.tls,
        tls_insecure=True if way.tls else None,  # of the name alone: see vigiterre/broker_config/ways.py
        protocol=aiomqtt.ProtocolVersion.V5,
        clean_start=True,
        timeout=SECONDS,
    )
    try:
        async with client:
            return Answer.IN
    except aiomqtt.MqttCodeError as refusal:
        code = refusal.rc.value if isinstance(refusal.rc, ReasonCode) else refusal.rc
        return Answer.REFUSED if code in REFUSED else Answer.AWAY
    except aiomqtt.MqttError:
        return Answer.AWAY


async def _hands_shaken(address: str, tls: ssl.SSLContext) -> Answer:
    """REFUSED: the broker said that it does not take our certificate, or that it wants one."""
    try:
        async with asyncio.timeout(SECONDS):
            _, writer = await asyncio.open_connection(*split(address), ssl=tls)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
    except ssl.SSLError as fault:
        return Answer.REFUSED if "_ALERT_" in (fault.reason or "") else Answer.AWAY
    except OSError:
        return Answer.AWAY
    return Answer.IN


def patience(accounts: int) -> float:
    """Seconds that are waited for so many."""
    return LEAST_PATIENCE + accounts * PER_ACCOUNT


def comes_to(way: Way, login: Login, wanted: Answer, seconds: float) -> bool:
    """Whether the answer is that, at once or in a while."""
    deadline = time.monotonic() + seconds
    while answer(way, login) is not wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True
