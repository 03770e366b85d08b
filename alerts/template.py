"""The sandbox in which the sentences of rules are written: the names they may use, and no way out of it."""

from functools import cache

from jinja2 import StrictUndefined, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

TEMPLATE_NAMES = (
    "device",
    "name",
    "site",
    "commune",
    "commune_name",
    "domain",
    "model",
    "quantity",
    "value",
    "number",
    "threshold",
    "unit",
    "level",
    "since",
    "action",
    "runbook",
    "rule",
    "title",
)
"""What a message may speak of; docs/rules.md says what each is."""


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """For plain text: nothing is escaped. A name that is not there is an error, never an empty place."""
    return ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)


def syntax_error(source: str) -> str:
    """What is wrong with a template, in Jinja's own words; "" when it compiles."""
    try:
        environment().from_string(source)
    except TemplateError as error:
        return str(error.message or error)
    return ""


def unknown_names(source: str) -> list[str]:
    """The names of a template that compiles which no alert will ever give it."""
    names = meta.find_undeclared_variables(environment().parse(source))
    return sorted(names - environment().globals.keys() - set(TEMPLATE_NAMES))
