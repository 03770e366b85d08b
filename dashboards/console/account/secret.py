"""The passwords that a form brings. They are read as they were typed, and shown to nobody again. Pure."""

from typing import NamedTuple

from dashboards.console.access import Form
from dashboards.console.account.texts import TEXTS
from dashboards.console.accounts.errors import AccountRefused
from dashboards.console.accounts.passwords import check_password, normal
from dashboards.console.acknowledge import sentence
from dashboards.console.pieces.asked import Wrong
from devices.problems import Language

FIELDS = ("current_password", "new_password", "password_again")
"""All with `password` in them: the audit log leaves such fields out."""


class Wish(NamedTuple):
    current: str
    new: str


def read_passwords(form: Form, name: str, language: Language) -> tuple[Wish, list[Wrong]]:
    """What is asked for, and every mistake in it; whether the current one is right is seen elsewhere."""
    t = TEXTS[language]
    current, new, again = (form.get(field, "") for field in FIELDS)
    wrong = [Wrong(field, t[f"{field}_missing"]) for field in FIELDS if not form.get(field)]
    if new:
        try:
            check_password(new, name)
        except AccountRefused as error:
            wrong.append(Wrong("new_password", sentence(error.text(language))))
    if new and again and normal(new) != normal(again):
        wrong.append(Wrong("password_again", t["differ"]))
    return Wish(current, new), wrong
