"""Commands that act on a running process: one JSON object a line over a Unix socket in `data_dir` (mode 0600).

Request: {"command": name, ...arguments}. Replies: any number of {"progress": n}, then {"result": {...}} or
{"error": {"fr": text, "en": text}}. Whoever may read the socket may command: the folder's owner.
"""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import structlog

from devices.errors import VigiterreError
from devices.problems import Bilingual
from vigiterre.texts import said

log = structlog.get_logger(__name__)

SOCKET = "control.sock"
LONGEST_LINE = 1_048_576

Command = Callable[[Mapping[str, Any]], AsyncIterator[dict[str, Any]]]


class NotRunning(Exception):  # noqa: N818  -- a state that the caller may be glad of
    """No process listens on this data_dir."""


async def listen(data_dir: Path, commands: Mapping[str, Command]) -> asyncio.Server:
    """Serve commands until the server is closed. The caller holds the lock of `data_dir`, so an old socket is stale.

    Raises VigiterreError where a socket cannot be, such as below a very long path.
    """
    path = data_dir / SOCKET
    path.unlink(missing_ok=True)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = json.loads(await reader.readline())
            async for reply in commands[request.pop("command")](request):
                writer.write(json.dumps(reply).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, BrokenPipeError):
            log.info("control_client_left")
        except VigiterreError as error:
            writer.write(refusal(error.words))
        except Exception as error:  # said to whoever asked, and with its traceback here; the service lives on
            log.exception("control_failed")
            writer.write(refusal(said("command_failed", detail=f"{type(error).__name__}: {error}")))
        finally:
            writer.close()

    mask = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(answer, path, limit=LONGEST_LINE)
    except OSError as error:
        raise VigiterreError(said("socket_refused", path=path, detail=error.strerror or error)) from error
    finally:
        os.umask(mask)


def call(data_dir: Path, command: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Ask the running process. Yields its replies. Raises NotRunning; VigiterreError when it ends meanwhile."""
    path = data_dir / SOCKET
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise NotRunning from error
        except OSError as error:
            raise VigiterreError(said("socket_refused", path=path, detail=error.strerror or error)) from error
        try:
            client.sendall(json.dumps({"command": command, **arguments}).encode() + b"\n")
            with client.makefile("rb") as replies:
                for line in replies:
                    yield json.loads(line)
        except (ConnectionError, json.JSONDecodeError) as error:
            raise VigiterreError(said("ended_before_answer")) from error


def refusal(words: Bilingual) -> bytes:
    return json.dumps({"error": {"fr": words.text("fr"), "en": words.text("en")}}).encode() + b"\n"
