"""What `vigiterre check` says, in French and in English: one file for each file of the configuration.

Each text says what is wrong, then what to do. French spaces before `;` and `:` and inside guillemets are U+00A0, so
that a narrow terminal never breaks there.
"""

from devices.texts import (
    calendars,
    devices,
    files,
    models,
    notify,
    quantities,
    rule_tests,
    rules,
    settings,
    sheets,
    sources,
)

PROBLEMS: dict[str, dict[str, str]] = {
    **calendars.PROBLEMS,
    **devices.PROBLEMS,
    **files.PROBLEMS,
    **models.PROBLEMS,
    **notify.PROBLEMS,
    **quantities.PROBLEMS,
    **rule_tests.PROBLEMS,
    **rules.PROBLEMS,
    **settings.PROBLEMS,
    **sheets.PROBLEMS,
    **sources.PROBLEMS,
}
