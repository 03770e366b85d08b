"""Logging: structlog to standard error, for people (console) or for machines (JSON), without secrets."""

import logging
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO, cast

import structlog

from dashboards.console.pieces.visible import visible
from vigiterre.redaction import Redaction
from vigiterre.settings import LogSettings

TRACES = ("exception", "stack")


class Unhindered:
    """A stream that may be full or gone: what cannot be said must not stop what works."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):  # full, or closed
            return self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()


class Passed(logging.Handler):
    """What libraries log comes out as our own does, and is redacted as that is."""

    def __init__(self, logger: structlog.typing.FilteringBoundLogger) -> None:
        super().__init__(logging.WARNING)
        self._log = logger

    def emit(self, record: logging.LogRecord) -> None:
        facts = {"exc_info": record.exc_info} if record.exc_info else {}
        self._log.log(record.levelno, "library", logger=record.name, message=record.getMessage(), **facts)


def configure(settings: LogSettings, redaction: Redaction | None = None) -> None:
    """Called once, by the command that runs. Without `redaction` only what has the form of a secret is found."""
    stream = sys.stderr or Path(os.devnull).open("w")  # noqa: SIM115  -- closed by whoever started us
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.format == "json"
        # The default traceback shows the local variables, and those may hold passwords.
        else structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redaction or Redaction(),
            shown,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.level.upper())),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", Unhindered(stream))),
    )
    pass_on_libraries()


def say_crashes() -> None:
    """What ends this process is a line of the log too, redacted as others are."""

    def crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        structlog.get_logger().critical("crashed", exc_info=(kind, error, trace))

    sys.excepthook = crashed


def shown(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """What strangers wrote, in a topic or a name, begins no line of the log and moves no cursor.

    A trace has lines of its own, of which the last ones may quote them: all but its first are indented.
    """
    for name, value in event.items():
        trace = name in TRACES and isinstance(value, str)
        event[name] = visible(value, kept="\n").replace("\n", "\n  ") if trace else _seen(value)
    return event


def _seen(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list | tuple):
        return [_seen(one) for one in value]
    return {_seen(name): _seen(one) for name, one in value.items()} if isinstance(value, dict) else value


def pass_on_libraries() -> None:
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, Passed)]:
        root.removeHandler(handler)
    root.addHandler(Passed(structlog.get_logger().bind()))
