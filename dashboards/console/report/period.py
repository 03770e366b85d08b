"""Which period a Bilan is of: a local day, or a week from Monday to Sunday."""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from dashboards.console.rows import PARIS

DAY, WEEK = "day", "week"
KINDS = (DAY, WEEK)


class Period(NamedTuple):
    kind: str
    first: date
    """Its first day."""

    @property
    def last(self) -> date:
        """Its last day."""
        return self.first if self.kind == DAY else self.first + timedelta(days=6)

    @property
    def start(self) -> int:
        """ms; a local midnight."""
        return midnight(self.first)

    @property
    def end(self) -> int:
        """ms, excluded. A day of the clock change has 23 or 25 hours."""
        return midnight(self.last + timedelta(days=1))

    def moved(self, by: int) -> "Period":
        """The period so many before or after."""
        return Period(self.kind, self.first + timedelta(days=by * (1 if self.kind == DAY else 7)))


def midnight(day: date) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=PARIS).timestamp() * 1000)


def period_of(kind: str, day: str, now: int) -> Period:
    """`day` is ISO, any day of the week for a week; "" is yesterday, or last week. Raises ValueError with the input."""
    if kind not in KINDS:
        raise ValueError(kind)
    today = datetime.fromtimestamp(now / 1000, PARIS).date()
    if day:
        chosen = date.fromisoformat(day)
        if not 2000 <= chosen.year <= today.year + 1:
            raise ValueError(day)
    else:
        chosen = today - timedelta(days=1 if kind == DAY else 7)
    return Period(kind, chosen if kind == DAY else chosen - timedelta(days=chosen.weekday()))
