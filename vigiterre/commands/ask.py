"""Ask the running process to do something; without one, do it here, alone."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from devices.errors import VigiterreError
from devices.problems import Bilingual
from vigiterre import control, logs
from vigiterre.alert_service import LIVE
from vigiterre.backup.versions import RELAY_CURSOR
from vigiterre.redaction import Redaction
from vigiterre.secret_places import secret_values
from vigiterre.service import Service
from vigiterre.settings import Settings
from vigiterre.shell import Shell
from vigiterre.texts import said
from vigiterre.worker import Worker


def ask(shell: Shell, command: str, **arguments: Any) -> dict[str, Any]:
    """The command's result. Shows progress on standard error."""
    data_dir = shell.data_dir()
    settings = shell.settings()
    with shell.failing(), progress() as bar:
        task = bar.add_task(shell.say(command))
        try:
            return final(control.call(data_dir, command, **arguments), bar, task)
        except control.NotRunning:
            logs.configure(settings.log, Redaction(partial(secret_values, settings, shell.folder)))
            return asyncio.run(alone(whose(settings, shell.folder), command, arguments, bar, task))


def whose(settings: Settings, folder: Path) -> Service | Worker:
    """What ran on this data_dir. Raises VigiterreError where that cannot work alone."""
    if (settings.data_dir / LIVE).is_dir():
        raise VigiterreError(said("alerts_alone", path=settings.data_dir))
    return (Worker if (settings.data_dir / RELAY_CURSOR).exists() else Service)(settings, folder)


def final(replies: Iterator[dict[str, Any]], bar: Progress, task: Any) -> dict[str, Any]:
    for reply in replies:
        if "error" in reply:
            raise VigiterreError(Bilingual(**reply["error"]))
        if "result" in reply:
            return dict(reply["result"])
        bar.update(task, completed=reply["progress"])
    raise VigiterreError(said("ended_before_answer"))


async def alone(
    service: Service | Worker, command: str, arguments: dict[str, Any], bar: Progress, task: Any
) -> dict[str, Any]:
    """The same work by this process: it holds the lock of data_dir meanwhile."""
    work = asyncio.create_task(service.pipeline.run())
    try:
        replies: AsyncIterator[dict[str, Any]] = service.operations.commands()[command](arguments)
        result: dict[str, Any] = {}
        async for reply in replies:
            if "progress" in reply:
                bar.update(task, completed=reply["progress"])
            result = reply.get("result", result)
        return result
    finally:
        await service.pipeline.stop()
        await work
        service.close()


def progress() -> Progress:
    errors = Console(stderr=True)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:.0f}"),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
        disable=not errors.is_terminal,
    )
