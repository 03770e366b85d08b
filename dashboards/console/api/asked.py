"""What may be asked: the parameters of each endpoint, and how a query string is read. All errors are collected."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails, PydanticCustomError

from dashboards.console.api.problem import Wrong, said, wrong
from devices.problems import Bilingual, near
from devices.reading import Reason

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR = 4_102_444_800_000
"""2100: no store need hold anything beyond, and every one can say it."""
RFC_3339 = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII)
DEVICE = r"^[a-z0-9][a-z0-9_-]{0,63}$"
LARGEST_PAGE = 1000
TEXT_OF = {
    "extra_forbidden": "unknown",
    "literal_error": "choice",
    "enum": "choice",
    "string_pattern_mismatch": "pattern",
    "string_too_long": "long",
    "string_too_short": "short",
    "greater_than_equal": "between",
    "less_than_equal": "between",
    **{key: key for key in ("missing", "whole", "flag", "instant")},
}
"""Type of a validation error -> text that says it."""
SHOWN = 100
"""Characters of what somebody sent that a refusal repeats."""


def instant(text: object) -> int:
    """An RFC 3339 time -> ms, brought into [1970, 2100]."""
    if isinstance(text, str) and RFC_3339.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text.upper())
        except ValueError:
            pass
        else:
            elapsed = moment - EPOCH
            milliseconds = elapsed.days * 86_400_000 + elapsed.seconds * 1000 + elapsed.microseconds // 1000
            return max(0, min(FAR, milliseconds))
    raise PydanticCustomError("instant", "no RFC 3339 time")


def whole(text: object) -> int:
    if isinstance(text, str) and re.fullmatch("-?[0-9]{1,15}", text):
        return int(text)
    raise PydanticCustomError("whole", "no whole number")


def flag(text: object) -> bool:
    if text in ("true", "false"):
        return text == "true"
    raise PydanticCustomError("flag", "neither true nor false")


Moment = Annotated[int, BeforeValidator(instant), WithJsonSchema({"type": "string", "format": "date-time"})]
Size = Annotated[int, Field(ge=1, le=LARGEST_PAGE), BeforeValidator(whole)]
Flag = Annotated[bool, BeforeValidator(flag), WithJsonSchema({"type": "boolean"})]
Words = Annotated[str, Field(min_length=1, max_length=255)]


class Asked(BaseModel):
    """No parameters. One that nobody knows is refused: a filter that is misspelt must not show everything."""

    model_config = ConfigDict(extra="forbid", frozen=True)


A = TypeVar("A", bound=Asked)


class OfDevices(Asked):
    domain: Literal["road", "building", "environment"] | None = None
    commune: Annotated[str, Field(pattern="^[0-9][0-9AB][0-9]{3}$")] | None = Field(None, description="INSEE code")
    site: Words | None = None
    model: Words | None = None
    state: Literal["ok", "late", "silent"] | None = Field(
        None, description="`late`: heard before, but not for three intervals of its model; `silent`: never heard"
    )
    q: Words | None = Field(None, description="words that all occur in its texts, accents and capitals aside")
    limit: Size = Field(100, description="devices at once")
    cursor: Annotated[str, Field(pattern=DEVICE)] | None = Field(None, description="`next` of the answer before")


class OfValues(OfDevices):
    quantity: Words | None = Field(None, description="only of this quantity")


class OfSeries(Asked):
    quantity: Words = Field(examples=["air_temperature"])
    start: Moment | None = Field(None, alias="from", description="included; default: one day before `to`")
    end: Moment | None = Field(None, alias="to", description="not included; default: now")
    step: Literal["raw", "1h", "1d"] = Field(
        "raw", description="`1h`: hourly roll-ups; `1d`: days by the clocks of Paris, made of them"
    )
    aggregate: Literal["mean", "min", "max", "sum", "last", "longest"] | None = Field(
        None, description="default: that of the quantity; `longest`: the state held longest. Not with step=raw"
    )


class OfAlerts(Asked):
    open: Flag | None = Field(None, description="true: only those that are open; false: only those that are over")
    since: Moment | None = Field(None, description="those that had not ended at this moment")
    device: Annotated[str, Field(pattern=DEVICE)] | None = None
    level: Literal["info", "warning", "critical"] | None = Field(None, description="the level at which it stands")
    limit: Size = 100
    cursor: Annotated[str, Field(pattern="^[0-9]{1,15}-[0-9]{1,15}$")] | None = Field(
        None, description="`next` of the answer before"
    )


class OfQuarantine(Asked):
    reason: Reason | None = None
    device: Annotated[str, Field(pattern=DEVICE)] | None = None


def read(kind: type[A], pairs: Sequence[tuple[str, str]]) -> A:
    """The parameters of a query string. Raises Trouble with all that is wrong."""
    times = Counter(name for name, _ in pairs)
    twice = [Wrong(name[:SHOWN], said("twice")) for name, count in times.items() if count > 1]
    try:
        asked = kind.model_validate(dict(pairs))
    except ValidationError as error:
        found = [_wrong(kind, one) for one in error.errors() if times[str(one["loc"][0])] < 2]
        raise wrong(*twice, *found) from None
    if twice:
        raise wrong(*twice)
    return asked


def names(kind: type[Asked]) -> list[str]:
    return [field.alias or name for name, field in kind.model_fields.items()]


def _wrong(kind: type[Asked], error: ErrorDetails) -> Wrong:
    name = str(error["loc"][0])[:SHOWN]
    return Wrong(name, _words(kind, name, error))


def _words(kind: type[Asked], name: str, error: ErrorDetails) -> Bilingual:
    facts: dict[str, object] = {"known": near(name, names(kind)), "least": 1, "most": LARGEST_PAGE}
    facts |= error.get("ctx", {})
    facts["expected"] = str(facts.get("expected", "")).replace(" or ", ", ")
    return said(TEXT_OF.get(error["type"], "invalid"), **facts)
