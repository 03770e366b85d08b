"""Lines into one policy of an InfluxDB, whatever it takes: all are stored, but for those the server will never take.

Sending a line again is harmless, so a refused batch is halved until the lines at fault stand alone.
"""

import json
import re
from collections.abc import Sequence
from typing import TypeVar

from devices.errors import StoreUnavailable
from devices.mark import Mark
from devices.reading import Reading
from stores.influx_http import InfluxServer, Reply
from stores.texts import Remedy

STORED = (200, 204)
ABOUT_LINES = (
    "partial write",
    "unable to parse",
    "parsing failed",
    "field type conflict",
    "retention",
    "max key length",
)
"""Words by which a 400 is about lines. InfluxDB 1: models/points.go, coordinator/points_writer.go; 3: write.rs."""
DOUBTS = 16
"""So many lines refused in unknown words, and none stored: then the request is at fault, not the lines."""
_DROPPED = re.compile(r"dropped=(\d+)")

_Kept = TypeVar("_Kept", Reading, Mark)


def send(server: InfluxServer, kept: Sequence[_Kept], lines: Sequence[bytes], policy: str) -> list[tuple[_Kept, str]]:
    """Store the lines of these; those the server will never take, with its words. Raises StoreUnavailable."""
    parameters = {"db": server.database, "rp": policy, "precision": "ms"}
    waiting: list[Sequence[int]] = [range(len(lines))] if lines else []
    refused: list[tuple[_Kept, str]] = []
    stored, doubts = False, 0
    while waiting:
        part = waiting.pop()
        reply = server.post("/write", parameters, b"\n".join([lines[index] for index in part]))
        if reply.status in STORED:
            stored = True
        elif named := lines_named(reply, len(part)):
            refused += [(kept[part[index]], words) for index, words in named.items()]
            # The others are stored by now, if they all are: sent again, they certainly will be.
            rest = [line for index, line in enumerate(part) if index not in named]
            waiting += [rest] if rest else []
        elif len(part) == 1 or all_dropped(reply, len(part)):
            refused += [(kept[index], f"{reply.status}: {reply.words}") for index in part]
            doubts += not about_lines(reply)
        else:
            middle = len(part) // 2
            waiting += [part[middle:], part[:middle]]
        if doubts and not stored and (doubts >= DOUBTS or not waiting):
            raise StoreUnavailable(f"InfluxDB {server.name}: {refused[-1][1]}", Remedy("request"))
    return refused


def lines_named(reply: Reply, count: int) -> dict[int, str]:
    """Index -> words of the lines that InfluxDB 3 names in its JSON body; empty when it names none of ours.

    By `line_number`, counted from 1: `original_line` is cut to 20 characters (influxdb3_types/src/write.rs).
    """
    try:
        data = json.loads(reply.body).get("data")
        entries = data if isinstance(data, list) else [data]
        named = {int(entry["line_number"]) - 1: str(entry["error_message"]) for entry in entries}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return named if all(0 <= index < count for index in named) else {}


def all_dropped(reply: Reply, count: int) -> bool:
    """InfluxDB 1 and 2 count what they drop (`dropped=N`): when it is all of them, halving would only ask again."""
    found = _DROPPED.search(reply.words)
    return found is not None and int(found[1]) == count


def about_lines(reply: Reply) -> bool:
    return reply.status in (413, 422) or any(words in reply.words for words in ABOUT_LINES)
