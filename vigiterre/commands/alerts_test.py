"""`vigiterre alerts test`: run the tests of the rules, and say which rules have none."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from alerts.calendar import local
from alerts.load import AlertConfig, load_alerts
from alerts.trial import Interval, Outcome, Trial, around, run, tried
from alerts.trial_file import FOLDER, read_trials
from devices.errors import ConfigError, VigiterreError
from devices.load import load_registry
from devices.problems import Problem
from devices.registry import Registry
from vigiterre.shell import Shell, print_json, print_table
from vigiterre.texts import said


class Tests(NamedTuple):
    """The tests that were asked for, and what they are about."""

    config: AlertConfig
    registry: Registry
    trials: list[Trial]


def test(
    context: typer.Context,
    files: Annotated[list[Path] | None, typer.Argument(help="fichiers ; tous sinon · files; else all")] = None,  # noqa: PT028  -- a command
    as_json: Annotated[bool, typer.Option("--json", help="tableau JSON · JSON array")] = False,  # noqa: PT028
) -> None:
    """Éprouve les règles d'alerte sur leurs tests · Tries the alert rules on their tests."""
    shell: Shell = context.obj
    with shell.failing():
        tests = read_tests(shell.folder, files)
    outcomes = [run(trial, tests.config, tests.registry) for trial in tests.trials]
    faults = [fault(shell, outcome, tests) for outcome in outcomes]
    for trial, text in zip(tests.trials, faults, strict=True):
        if text:
            name = trial.name.text(shell.language)
            shell.tell("trial_failure", file=trial.file, line=trial.line, test=name, fault=text)
    if as_json:
        names = [trial.name.text(shell.language) for trial in tests.trials]
        rows = zip(tests.trials, names, faults, strict=True)
        print_json([{"file": one.file, "line": one.line, "test": name, "fault": text} for one, name, text in rows])
    else:
        _print_by_file(shell, outcomes)
    if not files:
        _tell_untested(shell, tests)
    if any(faults):
        raise typer.Exit(1)


def read_tests(folder: Path, files: Sequence[Path] | None) -> Tests:
    """All tests of these files, or of the configuration folder. Raises ConfigError, VigiterreError."""
    registry = load_registry(folder)
    config = load_alerts(folder, registry)
    problems: list[Problem] = []
    paths = [(path, str(path)) for path in files or ()]
    paths = paths or [(path, f"{FOLDER}/{path.name}") for path in sorted((folder / FOLDER).glob("*.toml"))]
    trials = [trial for path, name in paths for trial in read_trials(path, name, config, registry, problems)]
    if problems:
        raise ConfigError(problems)
    if not paths:
        raise VigiterreError(said("trial_none", folder=folder / FOLDER))
    return Tests(config, registry, trials)


def fault(shell: Shell, outcome: Outcome, tests: Tests) -> str:
    """What was expected and what came, and the values about the instants at which they differ; "" when all is right."""
    return "\n".join(_fault(shell, outcome, tests))


def _fault(shell: Shell, outcome: Outcome, tests: Tests) -> Iterator[str]:
    start = outcome.trial.start
    for one in outcome.missing:
        yield shell.say("trial_expected", **_facts(shell, one, start))
    for one in outcome.surplus:
        yield shell.say("trial_found", **_facts(shell, one, start))
    for reading in around(outcome, tests.config, tests.registry):
        values = ", ".join(f"{name} {value:g}" for name, value in reading.values.items())
        device = reading.series.device
        yield shell.say("trial_value", time=_time(reading.time, start), device=device, values=values)
    for rule, traceback in outcome.broken.items():
        yield shell.say("trial_broken", rule=rule, detail=traceback.strip().splitlines()[-1])


def _facts(shell: Shell, one: Interval, start: int) -> dict[str, str]:
    end = shell.say("trial_open") if one.end is None else _time(one.end, start)
    return {
        "rule": one.rule,
        "level": one.level.word,
        "device": one.device,
        "start": _time(one.start, start),
        "end": end,
    }


def _time(time_ms: int, start: int) -> str:
    """By the clock on the wall, with the day when it is another than that of the start."""
    moment, first = local(time_ms), local(start)
    day = "" if moment.date() == first.date() else f"{moment:%Y-%m-%d} "
    return day + f"{moment:%H:%M}" + (f":{moment:%S}" if moment.second else "")


def _print_by_file(shell: Shell, outcomes: Sequence[Outcome]) -> None:
    count = Counter((one.trial.file, one.passed) for one in outcomes)
    files = list(dict.fromkeys(one.trial.file for one in outcomes))
    print_table(
        [shell.say(f"column_{name}") for name in ("file", "passed", "failed")],
        ((file, count[file, True], count[file, False]) for file in files),
    )
    passed = sum(one.passed for one in outcomes)
    totals = shell.say("trial_totals", files=len(files), passed=passed, failed=len(outcomes) - passed)
    sys.stdout.write(totals + "\n")


def _tell_untested(shell: Shell, tests: Tests) -> None:
    """A rule that no test has seen fire may never do so; one that none has seen at rest may always."""
    found = tried(tests.trials, tests.config, tests.registry)
    never = [name for name, one in found.items() if not one.fires]
    always = [name for name, one in found.items() if not one.rests]
    if never:
        shell.tell("trial_never_fires", rules=", ".join(never))
    if always:
        shell.tell("trial_never_rests", rules=", ".join(always))
