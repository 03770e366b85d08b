"""What the page shows, as tables of words. Pure: numbers in, words out."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dashboards.console.platform_page.amounts import NONE, count, lasting, rate, size
from dashboards.console.platform_page.pace import MINUTE_MS, MINUTES_MS, grown, mean, per_second
from dashboards.console.platform_page.texts import TEXTS
from dashboards.console.sources import Sample
from dashboards.console.texts import REASONS
from devices.problems import Language

FLOWS = (
    *("mqtt_messages_received", "readings_received", "readings_stored", "readings_duplicate", "messages_ignored"),
    *("alerts_judged", "alerts_opened", "notices_sent", "notices_failed", "store_retries"),
)
"""Counters that are told as rates."""
REFUSED = "readings_refused_total_"


class Check(NamedTuple):
    name: str
    trouble: str
    """In plain words; "" when well."""


class Flow(NamedTuple):
    name: str
    last_minute: str
    last_minutes: str
    total: str


class Refusals(NamedTuple):
    reason: str
    words: str
    recent: str
    total: str


class Fact(NamedTuple):
    name: str
    value: str
    hint: str = ""
    """What it is measured against."""
    link: str = ""


def checks(found: Mapping[str, str], language: Language) -> list[Check]:
    """What is wrong comes first."""
    names = TEXTS[language]
    told = [Check(names.get(f"check_{name}", name), words) for name, words in found.items()]
    return sorted(told, key=lambda one: not one.trouble)


def flows(samples: Sequence[Sample], numbers: Mapping[str, float], language: Language) -> list[Flow]:
    return [
        Flow(
            TEXTS[language][name],
            rate(per_second(samples, f"{name}_total", MINUTE_MS), language),
            rate(per_second(samples, f"{name}_total", MINUTES_MS), language),
            count(numbers.get(f"{name}_total")),
        )
        for name in FLOWS
    ]


def refusals(samples: Sequence[Sample], numbers: Mapping[str, float], language: Language) -> list[Refusals]:
    """Reasons that occurred since the start, the most frequent first."""
    found = [(name.removeprefix(REFUSED), total) for name, total in numbers.items() if name.startswith(REFUSED)]
    return [
        Refusals(
            reason,
            REASONS[language].get(reason, reason),
            count(grown(samples, REFUSED + reason, MINUTES_MS)),
            count(total),
        )
        for reason, total in sorted(found, key=lambda one: (-one[1], one[0]))
        if total
    ]


def waiting(samples: Sequence[Sample], numbers: Mapping[str, float], language: Language) -> list[Fact]:
    """What lags, and how fast the store is."""
    t, get = TEXTS[language], numbers.get
    write = mean(samples, "store_write_seconds_sum", "store_write_seconds_count", MINUTES_MS)
    return [
        Fact(t["not_stored"], count(get("journal_lag_messages"))),
        Fact(t["not_judged"], count(get("alerts_lag_messages"))),
        Fact(t["notices_waiting"], count(get("notices_waiting"))),
        Fact(t["last_message"], lasting(get("ingest_last_message_age_seconds"), language)),
        Fact(t["write"], lasting(write, language), t["write_hint"]),
    ]


def room(numbers: Mapping[str, float], language: Language) -> list[Fact]:
    """What the disk holds."""
    t, get = TEXTS[language], numbers.get
    free, total = get("data_free_bytes"), get("data_total_bytes")
    share = f"{100 * free / total:.0f}\N{NO-BREAK SPACE}%" if free is not None and total else NONE
    return [
        Fact(t["journal"], size(get("journal_bytes"), language)),
        Fact(t["journal_waiting"], size(get("journal_waiting_bytes"), language)),
        Fact(t["damages"], count(get("journal_damages"))),
        Fact(t["disk_free"], size(free, language), t["disk_hint"].format(share=share, total=size(total, language))),
        Fact(t["quarantine_dropped"], count(get("quarantine_dropped_total"))),
    ]


def installation(numbers: Mapping[str, float], versions: Mapping[str, str], now: int, language: Language) -> list[Fact]:
    """What runs, since when, for how many. `now` is the wall clock, ms."""
    t, get = TEXTS[language], numbers.get
    started = get("process_start_time_seconds")
    return [
        Fact(t["devices"], count(get("devices")), link="/devices"),
        Fact(t["alerts_open"], count(get("alerts_open")), link="/alerts"),
        Fact(t["rules"], count(get("alerts_rules")), t["rules_hint"].format(broken=count(get("alerts_rules_broken")))),
        Fact(t["uptime"], NONE if started is None else lasting(now / 1000 - started, language)),
        Fact(t["cpu"], lasting(get("process_cpu_seconds_total"), language)),
        *(Fact(t.get(f"version_{name}", name.capitalize()), version) for name, version in versions.items()),
    ]
