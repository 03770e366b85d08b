"""Commands that act on a running process: one JSON object a line over a Unix socket in `data_dir` (mode 0600).

Request: {"command": name, ...arguments}. Replies: any number of {"progress": n}, then {"result": {...}} or
{"error": text}. Whoever may read the socket may command: the folder's owner.
"""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger(__name__)

SOCKET = "control.sock"
LONGEST_LINE = 1_048_576

Command = Callable[[Mapping[str, Any]], AsyncIterator[dict[str, Any]]]


class NotRunning(Exception):  # noqa: N818  -- a state that the caller may be glad of
    """No process listens on this data_dir."""


async def listen(data_dir: Path, commands: Mapping[str, Command]) -> asyncio.Server:
    """Serve commands until the server is closed. The caller holds the lock of `data_dir`, so an old socket is stale."""
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
        except Exception as error:
            log.exception("control_failed")
            writer.write(json.dumps({"error": f"{type(error).__name__}: {error}"}).encode() + b"\n")
        finally:
            writer.close()

    mask = os.umask(0o177)
    try:
        return await asyncio.start_unix_server(answer, path, limit=LONGEST_LINE)
    finally:
        os.umask(mask)


def call(data_dir: Path, command: str, **arguments: Any) -> Iterator[dict[str, Any]]:
    """Ask the running process. Yields its replies. Raises NotRunning."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(data_dir / SOCKET))
        except (FileNotFoundError, ConnectionRefusedError) as error:
            raise NotRunning from error
        client.sendall(json.dumps({"command": command, **arguments}).encode() + b"\n")
        with client.makefile("rb") as replies:
            for line in replies:
                yield json.loads(line)
