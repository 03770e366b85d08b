"""`vigiterre broker apply`: the files are written, taken up and proven, or everything is as it was before.

Who may come in changes by a signal. On what mosquitto (2.0.11) listens does not: that is written, and waits for a
restart.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from devices.errors import VigiterreError
from devices.problems import Bilingual
from vigiterre.broker_config.errors import BrokerRefused, HalfDone, RolledBack, told
from vigiterre.broker_config.files import Before, Files
from vigiterre.broker_config.probe import Login
from vigiterre.broker_config.proof import OpenAuthority, Proof
from vigiterre.broker_config.render import REVOCATIONS, Blueprint
from vigiterre.broker_config.running import reload, running
from vigiterre.broker_config.sessions import end, to_end
from vigiterre.broker_config.trial import try_out
from vigiterre.credentials.file import Kind
from vigiterre.credentials.hashes import fits


class Applied(NamedTuple):
    accounts: int
    changed: list[str]
    """Names of the files that say something else than before."""
    doubts: list[Bilingual]
    """What is in force and could not be proven, and why."""


def apply(plan: Blueprint, ours: Login, now: int, key: OpenAuthority) -> Applied:
    """`ours`: how Vigiterre gets in; `key` opens the authority of devices' certificates.

    Raises BrokerRefused, OSError: nothing has changed then, but see HalfDone; and where a revoked session may go on.
    """
    broker = plan.settings.broker
    check_ours(plan, ours)
    with _alone(broker.folder):
        files, wanted = Files(broker.folder, broker.account), plan.files()
        before = files.keep(wanted)
        changed = before.differs_from(wanted)
        running(broker.pid_file)
        if not set(changed) <= set(plan.lists()):
            raise BrokerRefused("restart_needed")
        proof = Proof(plan, ours, now, key)
        try_out(proof.first(), [ours, proof.probe])
        with _or_as_before(before, broker.pid_file):
            files.write(proof.first().lists())
            reload(broker.pid_file)
            proof.taken_up()
            files.write(wanted)
            reload(broker.pid_file)
            proof.in_force()
        if plan.certified:
            end(broker.listener, ours, to_end(plan.certified, plan.accounts, before.content(REVOCATIONS), now))
    return Applied(plan.known, changed, proof.doubts)


def write(plan: Blueprint, ours: Login) -> Applied:
    """The files alone, for a broker that is started or started again afterwards. Raises as `apply`."""
    broker = plan.settings.broker
    check_ours(plan, ours)
    with _alone(broker.folder):
        files, wanted = Files(broker.folder, broker.account), plan.files()
        before = files.keep(wanted)
        try_out(plan, [ours])
        with _or_as_before(before, None):
            files.write(wanted)
    return Applied(plan.known, before.differs_from(wanted), [])


def check_ours(plan: Blueprint, ours: Login) -> None:
    """A broker that keeps Vigiterre out takes no reading in. Raises BrokerRefused."""
    found = next((one for one in plan.accounts if one.name == ours.user), None)
    if found is None or found.kind not in (Kind.INGEST, Kind.ALERTS):
        raise BrokerRefused("ours_unknown", user=ours.user or "-")
    if ours.password is None or not fits(ours.password, found.hash):
        raise BrokerRefused("ours_password", user=ours.user)


@contextmanager
def _or_as_before(before: Before, pid_file: Path | None) -> Iterator[None]:
    """`pid_file` of a broker that must take up again what it had; None: there is none to tell."""
    try:
        yield
    except BaseException as error:
        reason = _reason(error)
        _put_back(before, reason, pid_file)
        if reason is None:
            raise  # somebody stopped it, or a mistake of ours
        raise RolledBack(reason) from error


def _put_back(before: Before, reason: VigiterreError | None, pid_file: Path | None) -> None:
    try:
        before.put_back()
        if pid_file is not None:
            reload(pid_file)
    except (OSError, BrokerRefused) as trouble:
        why = reason or BrokerRefused("stopped")
        raise HalfDone(why, _reason(trouble) or why) from trouble


def _reason(error: BaseException) -> VigiterreError | None:
    if isinstance(error, OSError):
        return VigiterreError(told("unwritten", file=error.filename, detail=error.strerror))
    return error if isinstance(error, VigiterreError) else None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time. Raises BrokerRefused, OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BrokerRefused("busy", folder=folder) from error
        yield
    finally:
        os.close(handle)
