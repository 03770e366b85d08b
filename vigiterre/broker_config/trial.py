"""A throwaway mosquitto that reads the files before the real one does: it has no other way to check them."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from vigiterre.broker_config.conf import Place
from vigiterre.broker_config.errors import BrokerRefused
from vigiterre.broker_config.files import Files, owner_of
from vigiterre.broker_config.probe import NOBODY, PAUSE, Answer, Login, answer, patience
from vigiterre.broker_config.render import WHOLE, Blueprint, Rendered, lists_in
from vigiterre.broker_config.ways import Way

STOP_SECONDS = 5.0
SAID = 5
"""Lines of its log that are passed on."""


def try_out(plan: Blueprint, let_in: Sequence[Login]) -> None:
    """Raises BrokerRefused when it does not start, refuses one of these or takes in whoever comes."""
    with tempfile.TemporaryDirectory(prefix="vigiterre-trial-") as name:
        folder = Path(name)
        place = _place(folder, certificates=plan.certified is not None)
        _furnish(plan, place, folder)
        way = Way(place.listener)
        with _started(folder, way, patience(len(plan.accounts))):
            for login in let_in:
                if answer(way, login) is not Answer.IN:
                    raise BrokerRefused("trial_kept_out", user=login.user)
            if answer(way, NOBODY) is not Answer.REFUSED:
                raise BrokerRefused("anonymous", address=place.listener)


def _place(folder: Path, *, certificates: bool) -> Place:
    plain, tls, other = _free_addresses()
    return Place(*lists_in(folder), None, None, plain, tls, other if certificates else "")


def _furnish(plan: Blueprint, place: Place, folder: Path) -> None:
    account = plan.settings.broker.account
    if os.geteuid() == 0:
        os.chown(folder, *owner_of(account))
    conf = Rendered(plan.configuration(place, whole=True), 0o644, private=False)
    Files(folder, account).write({**plan.lists(), WHOLE: conf})


@contextmanager
def _started(folder: Path, way: Way, seconds: float) -> Iterator[None]:
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  -- found on PATH, with a file of ours
            [program(), "-c", str(folder / WHOLE)], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        deadline = time.monotonic() + seconds
        while answer(way, NOBODY) is Answer.AWAY:
            if process.poll() is not None or time.monotonic() > deadline:
                raise BrokerRefused("trial_failed", said=_said(log))
            time.sleep(PAUSE)
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def program() -> str:
    """Debian keeps it in /usr/sbin, which is not on everybody's PATH. Raises BrokerRefused."""
    found = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise BrokerRefused("no_mosquitto")
    return found


def _said(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    complaints = [line for line in lines if "rror" in line] or lines
    return " / ".join(complaints[-SAID:])


def _free_addresses() -> list[str]:
    """Three."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.socket()) for _ in range(3)]
        for one in held:
            one.bind(("127.0.0.1", 0))
        return [f"127.0.0.1:{one.getsockname()[1]}" for one in held]
