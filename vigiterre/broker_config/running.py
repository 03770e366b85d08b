"""The mosquitto that runs: who it is, and that it reads its lists again."""

import os
import signal
from pathlib import Path

from vigiterre.broker_config.errors import BrokerRefused

NAME = "mosquitto"


def running(pid_file: Path) -> int:
    """The process id of the broker. Raises BrokerRefused when none runs, or it is something else."""
    try:
        text = pid_file.read_text(encoding="ascii", errors="replace").strip()
        pid = int(text)
        name = Path(f"/proc/{pid}/comm").read_text(encoding="utf-8", errors="replace").strip()
    except (OSError, ValueError) as error:
        raise BrokerRefused("not_running", file=pid_file) from error
    if name != NAME:
        raise BrokerRefused("not_mosquitto", file=pid_file, pid=pid, name=name)
    return pid


def reload(pid_file: Path) -> None:
    """Asked each time anew: a number that was the broker's may be another's a second later. Raises BrokerRefused."""
    pid = running(pid_file)
    try:
        os.kill(pid, signal.SIGHUP)
    except ProcessLookupError as error:
        raise BrokerRefused("not_running", file=pid_file) from error
    except PermissionError as error:
        raise BrokerRefused("may_not_signal", pid=pid) from error
