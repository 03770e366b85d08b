"""The notation of a series in the tests of rules: `"2 1 0 -0.5x6 2-0.5x6 _ 3"`. Pure.

One value a step, with blanks between: a number; `_`, no reading; `0.5x6`, six times 0.5 (`_x6`: six steps without
reading); `2-0.5x6`, first 2, then six steps of -0.5 each, seven values in all.
"""

import re

LONGEST = 100_000
"""Steps in one series: more is a slip of the finger, and would take all memory."""
DIGITS = 9
"""After the decimal point: ten steps of 0.1 make 1."""
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_WORD = re.compile(rf"(?:_|(?P<first>[+-]?{_NUMBER})(?P<by>[+-]{_NUMBER}(?=x))?)(?:x(?P<times>[0-9]{{1,6}}))?")


def series(text: str) -> list[float | None]:
    """One value a step, None where there is no reading. Raises ValueError with the word that is wrong."""
    found: list[float | None] = []
    for word in text.split():
        found += _values(word)
        if len(found) > LONGEST:
            raise ValueError(word)
    return found


def _values(word: str) -> list[float | None]:
    match = _WORD.fullmatch(word)
    times = int(match["times"] or 1) if match else 0
    if match is None or not 0 < times <= LONGEST:
        raise ValueError(word)
    if match["first"] is None:
        return [None] * times
    first = float(match["first"])
    if match["by"] is None:
        return [first] * times
    return [round(first + float(match["by"]) * step, DIGITS) for step in range(times + 1)]
