"""What a person sees on standard error while the players play: a bar on a terminal, a few plain lines elsewhere."""

import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from vigiterre.demo.settings import Plan
from vigiterre.demo.stage import Score
from vigiterre.shell import Shell

STEP = 0.25
"""Share of the history after which a plain line is due."""


class Screen:
    """Used as a context manager: the bar is on the terminal in between."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        console = Console(stderr=True, highlight=False)
        self._plain = not console.is_terminal
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            console=console,
            disable=self._plain,
            transient=True,
        )
        self._task: TaskID | None = None
        self._next = STEP
        self._live = False

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def say(self, key: str, **facts: object) -> str:
        return self._shell.say(key, **facts)

    def ready(self, plan: Plan, broker: str, replayed: int, simulated: int) -> None:
        """The banner of `vigiterre demo`: `replayed` devices play real series, `simulated` made-up values."""
        self._print(
            "demo_ready",
            page=f"http://{plan.bind}/",
            broker=broker,
            data_dir=plan.data_dir,
            kept=self.say("demo_kept" if plan.kept else "demo_temporary"),
            replayed=replayed,
            simulated=simulated,
            program=program(),
            end=self.say("demo_until_interrupt")
            if plan.duration is None
            else self.say("demo_until", seconds=plan.duration),
        )

    def ending(self) -> None:
        """Ctrl-C was heard."""
        self._print("demo_ending")

    def playing(self, broker: str, devices: int) -> None:
        """The banner of `vigiterre simulate`."""
        self._print("simulate_ready", broker=broker, devices=devices)

    def progress(self, score: Score, stored: int | None = None) -> None:
        """`stored` is None where nobody can know."""
        facts = {"sent": score.readings, "stored": stored}
        figures = self.say("demo_sent" if stored is None else "demo_sent_stored", **facts)
        if self._task is None:
            self._task = self._bar.add_task(self.say("demo_history"), total=1.0, figures=figures)
        if self._plain and score.past >= self._next and not self._live:
            self._next = score.past - score.past % STEP + STEP
            self._print("demo_line", what=self.say("demo_history"), percent=round(score.past * 100), figures=figures)
        if score.live and not self._live:
            self._live = True
            self._bar.update(self._task, description=self.say("demo_live"), total=None)
            if score.skipped_hours:
                self._print("demo_skipped", hours=score.skipped_hours)
            self._print("demo_live_now")
        self._bar.update(self._task, completed=score.past, figures=figures)

    def unsettled(self, messages: int) -> None:
        self._print("demo_unsettled", messages=messages)

    def _print(self, key: str, **facts: object) -> None:
        self._bar.console.print(self.say(key, **facts), markup=False, soft_wrap=True)


def program() -> str:
    """Our own name as it can be typed again: `make demo` calls it by its path."""
    called = sys.argv[0]
    return called if Path(called).name == "vigiterre" else "vigiterre"
