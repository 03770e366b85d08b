"""Codecs run once: what the tests of the sandbox share."""

from typing import Any

from devices.errors import DecodeError
from ingest.codecs.job import Job, Outcome
from ingest.sandbox import Sandbox

RECEIVED = 1_795_641_240_123


def job(codec: str = "one.js", payload: bytes = b"\xd7\x01", port: int = 5, **variables: str) -> Job:
    return Job(codec, payload, port, RECEIVED, variables)


def run(source: str, one: Job | None = None) -> Outcome:
    """What becomes of one job of `one.js`."""
    with Sandbox({"one.js": source}) as sandbox:
        (outcome,) = sandbox.decode([one or job()])
    return outcome


def data(outcome: Outcome) -> Any:
    """The only measurement of a success."""
    assert not isinstance(outcome, DecodeError), str(outcome)
    (decoded,) = outcome
    return decoded.fields


def words(outcome: Outcome) -> str:
    """Of a failure."""
    assert isinstance(outcome, DecodeError), outcome
    return str(outcome)
