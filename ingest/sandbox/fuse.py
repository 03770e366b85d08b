"""When a codec has cost too much, it rests: messages of others must not wait for it.

What counts are strikes: a run that was stopped for its time or memory, or that took its worker with it. An ordinary
error costs no more than a good answer, so it is no strike. Strikes are counted by time and not in a row: one bad
message among a hundred good ones would else cost a tenth of a second for ever.
"""

STRIKES = 3
WINDOW = 30.0
"""Seconds for which a strike is remembered; so 3 x 0.2 s in 30 s is what a codec may waste: 2 % of a worker."""
FIRST_REST = 30.0
LONGEST_REST = 3600.0


class Fuse:
    """Of one codec. Times are seconds of any clock that only goes forward."""

    def __init__(self) -> None:
        self.until = float("-inf")
        """Suspended until then."""
        self._rest = FIRST_REST
        self._strikes: list[float] = []

    def rests(self, now: float) -> float:
        """Seconds until it may try again; 0 when it may now."""
        return max(0.0, self.until - now)

    def doubtful(self, now: float) -> bool:
        """It may run, but one message at a time: it struck or came back less than a window ago."""
        return self._on_trial(now) or bool(self._recent(now))

    def strike(self, now: float) -> None:
        """The third within the window suspends it; on trial the first one does, for twice as long as before."""
        self._strikes = [*self._recent(now), now]
        if self._on_trial(now):
            self._rest = min(2 * self._rest, LONGEST_REST)
        elif len(self._strikes) >= STRIKES:
            self._rest = FIRST_REST
        else:
            return
        self._strikes = []
        self.until = now + self._rest

    def _on_trial(self, now: float) -> bool:
        return 0 <= now - self.until < WINDOW

    def _recent(self, now: float) -> list[float]:
        return [strike for strike in self._strikes if now - strike < WINDOW]
