"""Whether a broker lets somebody in: the proof that what was written is in force."""

import asyncio
import secrets
import time
from enum import Enum
from typing import NamedTuple

import aiomqtt
from paho.mqtt.reasoncodes import ReasonCode

from vigiterre.broker_config.conf import split
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


def answer(address: str, login: Login) -> Answer:
    """Of a broker without TLS, at host:port. By a client id of its own: nobody's session is touched."""
    return asyncio.run(_answer(address, login))


async def _answer(address: str, login: Login) -> Answer:
    host, port = split(address)
    client = aiomqtt.Client(
        host,
        port,
        username=login.user,
        password=login.password,
        identifier=PREFIX + secrets.token_hex(8),
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


def patience(accounts: int) -> float:
    """Seconds that are waited for so many."""
    return LEAST_PATIENCE + accounts * PER_ACCOUNT


def comes_to(address: str, login: Login, wanted: Answer, seconds: float) -> bool:
    """Whether the answer is that, at once or in a while."""
    deadline = time.monotonic() + seconds
    while answer(address, login) is not wanted:
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE)
    return True
