"""What the command line says, in French and in English: one file for each group of commands."""

from devices.problems import Bilingual
from vigiterre.texts import (
    accounts,
    alerts,
    audit,
    broker,
    codecs,
    columns,
    dashboards,
    demo,
    devices,
    mutes,
    process,
    quarantine,
    report,
    rule_tests,
    shell,
)

TEXTS: dict[str, dict[str, str]] = {
    **accounts.TEXTS,
    **alerts.TEXTS,
    **audit.TEXTS,
    **broker.TEXTS,
    **codecs.TEXTS,
    **columns.TEXTS,
    **dashboards.TEXTS,
    **demo.TEXTS,
    **devices.TEXTS,
    **mutes.TEXTS,
    **process.TEXTS,
    **quarantine.TEXTS,
    **report.TEXTS,
    **rule_tests.TEXTS,
    **shell.TEXTS,
}


def said(key: str, /, **facts: object) -> Bilingual:
    """One of the texts with its facts."""
    return Bilingual.of(TEXTS[key], **facts)
