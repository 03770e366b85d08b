"""Live events as lines of a stream of server-sent events, in the words of the page that gets them."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from dashboards.console.live import Event, Live
from dashboards.console.personal import personal
from dashboards.console.present import Newest
from dashboards.console.rows import PARIS
from devices.problems import LANGUAGES, Language
from devices.readable import readable, with_sign
from devices.registry import Registry

RETRY_MS = 2_000
REMEMBERED = 50_000
"""Lines per language: fifty pages that show the same value get it from one formatting."""


class Wire:
    def __init__(self, live: Live, present: Newest, registry: Callable[[], Registry]) -> None:
        self.live = live
        self.present = present
        self.registry = registry
        self._lines: Mapping[Language, dict[int, bytes]] = {language: {} for language in LANGUAGES}

    def beginning(self) -> bytes:
        return f"retry: {RETRY_MS}\n\n".encode()

    def everything(
        self, devices: Collection[str] | None, alerts: Mapping[str, object], language: Language, *, raw: bool
    ) -> bytes:
        """The values as they are, for a page that begins or that missed something, and where it stands then.

        For all devices (None) it does not say their values; without `raw` not those of persons.
        """
        registry = self.registry()
        lines = [
            self._reading(device, quantity, one.time, one.value, language)
            for device in sorted(devices or ())
            for quantity, one in self.present.of(device).items()
            if raw or not personal(registry, quantity)
        ]
        lines.append(_line("alerts", alerts))
        return b"".join(lines) + f"id: {self.live.place}\n\n".encode()

    def alerts(self, count: int, changed: Sequence[int] | None) -> bytes:
        """How many are open, and which changed, for a page that goes on. It moves no place."""
        return _line("alerts", {"open": count, "changed": changed})

    def reset(self) -> bytes:
        return _line("reset", {})

    def heartbeat(self) -> bytes:
        """An `id` without data is no event, but moves the place where a cut stream goes on."""
        return f": \nid: {self.live.place}\n\n".encode()

    def news(self, events: Sequence[Event], language: Language, *, raw: bool) -> bytes:
        """Only the last has a number: who was cut within gets them all again. Without `raw`, none of persons."""
        place = f"id: {self.live.epoch}-{events[-1].number}\n".encode()
        shown = events if raw else [one for one in events if not self._of_persons(one)]
        if not shown:
            return place + b"\n"  # the place alone
        *lines, last = [self._known(event, language) for event in shown]
        return b"".join(lines) + place + last

    def _of_persons(self, event: Event) -> bool:
        return event.kind == "reading" and personal(self.registry(), event.key[1])

    def _known(self, event: Event, language: Language) -> bytes:
        if event.kind != "reading":
            return _line(event.kind, event.data)  # what changed differs from client to client
        known = self._lines[language]
        line = known.get(event.number)
        if line is None:
            if len(known) >= REMEMBERED:
                known.clear()
            device, quantity = event.key
            time, value = event.data["time"], event.data["value"]
            assert isinstance(time, int)
            assert isinstance(value, float | int)
            line = known[event.number] = self._reading(device, quantity, time, value, language)
        return line

    def _reading(self, device: str, quantity: str, time: int, value: float, language: Language) -> bytes:
        local = datetime.fromtimestamp(time / 1000, PARIS)
        said = {
            "device": device,
            "quantity": quantity,
            "time": time,
            "iso": local.isoformat(),
            "clock": local.strftime("%d/%m/%Y %H:%M:%S"),
            "value": value,
            "text": value_text(self.registry(), quantity, value, language),
        }
        return _line("reading", said)


def value_text(registry: Registry, quantity: str, value: float, language: Language) -> str:
    """With its unit, or the label of a state."""
    known = registry.quantities.get(quantity)
    if known is None:
        return readable(value, "", language)
    if value in known.states:
        return known.states[int(value)][language]
    return with_sign(value, known.unit, language)


def _line(kind: str, data: Mapping[str, object]) -> bytes:
    return f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
