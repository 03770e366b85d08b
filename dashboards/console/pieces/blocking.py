"""What may block, asked in a thread; what fails is said on the page, and the rest of the page is shown."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import structlog
from starlette.concurrency import run_in_threadpool

from devices.errors import VigiterreError
from devices.problems import Language

log = structlog.get_logger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


async def asked_in_thread(
    language: Language, otherwise: T, function: Callable[P, T], *arguments: P.args, **named: P.kwargs
) -> tuple[T, str]:
    """(What it gives, ""), or (`otherwise`, what is wrong in words for people)."""
    try:
        return await run_in_threadpool(function, *arguments, **named), ""
    except VigiterreError as error:
        return otherwise, error.text(language)
    except Exception as error:  # whatever ails a disk or a server, the rest of the page is shown
        log.exception("page_source_failed")
        return otherwise, f"{type(error).__name__}: {error}"
