"""When it is time again."""


class Rhythm:
    """Every so many ms of the wall clock; one that was set back makes nobody wait."""

    def __init__(self, every: int) -> None:
        self.every = every
        self._last: int | None = None

    def due(self, now: int) -> bool:
        return self._last is None or not 0 <= now - self._last < self.every

    def begin(self, now: int) -> None:
        """It was done at `now`, ms."""
        self._last = now
