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
from vigiterre.broker_config.errors import BrokerRefused, HalfDone, RolledBack, told
from vigiterre.broker_config.files import Before, Files
from vigiterre.broker_config.probe import NOBODY, Answer, Login, answer, comes_to, patience, probe_account
from vigiterre.broker_config.render import Blueprint
from vigiterre.broker_config.running import reload, running
from vigiterre.broker_config.trial import try_out
from vigiterre.credentials.file import Kind
from vigiterre.credentials.hashes import fits


class Applied(NamedTuple):
    accounts: int
    changed: list[str]
    """Names of the files that say something else than before."""


def apply(plan: Blueprint, ours: Login, now: int) -> Applied:
    """`ours`: how Vigiterre gets in. Raises BrokerRefused, OSError: nothing has changed then, but see HalfDone."""
    broker = plan.settings.broker
    check_ours(plan, ours)
    with _alone(broker.folder):
        files, wanted = Files(broker.folder, broker.account), plan.files()
        before = files.keep(wanted)
        changed = before.differs_from(wanted)
        running(broker.pid_file)
        if not set(changed) <= set(plan.lists()):
            raise BrokerRefused("restart_needed")
        account, probe = probe_account(now)
        try_out(plan.among(account), [ours, probe])
        with _or_as_before(before, broker.pid_file):
            files.write(plan.among(account).lists())
            reload(broker.pid_file)
            _prove(plan, probe, Answer.IN, "probe_kept_out")
            files.write(wanted)
            reload(broker.pid_file)
            _prove(plan, probe, Answer.REFUSED, "probe_still_in")
            _prove(plan, ours, Answer.IN, "ours_kept_out")
            _prove(plan, NOBODY, Answer.REFUSED, "anonymous")
    return Applied(len(plan.accounts), changed)


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
    return Applied(len(plan.accounts), before.differs_from(wanted))


def check_ours(plan: Blueprint, ours: Login) -> None:
    """A broker that keeps Vigiterre out takes no reading in. Raises BrokerRefused."""
    found = next((one for one in plan.accounts if one.name == ours.user), None)
    if found is None or found.kind not in (Kind.INGEST, Kind.ALERTS):
        raise BrokerRefused("ours_unknown", user=ours.user or "-")
    if ours.password is None or not fits(ours.password, found.hash):
        raise BrokerRefused("ours_password", user=ours.user)


def _prove(plan: Blueprint, login: Login, wanted: Answer, code: str) -> None:
    address = plan.settings.broker.listener
    if not comes_to(address, login, wanted, patience(len(plan.accounts))):
        found = answer(address, login)
        raise BrokerRefused("no_answer" if found is Answer.AWAY else code, address=address, user=login.user)


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
