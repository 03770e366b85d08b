"""What a run comes to, as text."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from chaos.act import Scene
from chaos.check import Result
from chaos.role import Kill

COLUMNS = ("published", "acknowledged", "stored", "quarantined", "lost", "twice", "lost_by_broker")


def table(scenes: Sequence[tuple[Scene, Result]]) -> str:
    """One row a fault, with all its runs; time to healthy is median and longest, s."""
    names = list(dict.fromkeys(scene.name for scene, _ in scenes))
    rows: list[tuple[str, ...]] = [("fault", "runs", *COLUMNS, "healthy after")]
    for name in names:
        of_it = [(scene, result) for scene, result in scenes if scene.name == name]
        whole = Result()
        for _, result in of_it:
            whole.add(result)
        numbers = whole.numbers()
        rows.append((name, str(len(of_it)), *(str(numbers[column]) for column in COLUMNS), _times(of_it)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def _times(scenes: Sequence[tuple[Scene, Result]]) -> str:
    times = sorted(scene.healthy for scene, _ in scenes if scene.healthy is not None)
    if len(times) < len(scenes):
        return "never"
    return f"{times[len(times) // 2]:.1f} / {times[-1]:.1f}"


def kill_log(kills: Sequence[Kill]) -> str:
    """A line a kill: when, whom, since when it ran."""
    lines = [
        f"{_clock(one.at)}  {one.signal:7}  {one.role:8}  pid {one.pid}, started {_clock(one.started)}" for one in kills
    ]
    counts = Counter(f"{one.signal} x {one.role}" for one in kills)
    return "\n".join([*lines, *(f"{count} {what}" for what, count in sorted(counts.items()))])


def _clock(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
