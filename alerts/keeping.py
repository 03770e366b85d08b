"""The engine's memory as rows of the book, and back: written now and then, read at a start."""

from collections.abc import Iterable

from alerts.book import Kept
from alerts.desk import Desk
from alerts.engine import Engine
from alerts.silent import SilentWatch
from alerts.watch import Watch


def pack(engine: Engine, devices: Iterable[str]) -> Kept:
    """What has changed of these devices since the last call. Call `engine.forget(devices)` first."""
    kept = Kept([], [], [])
    for device in devices:
        desk = engine.desks.get(device)
        if desk is None or (desk.packed == (desk.newest, desk.heard, len(desk.watches)) and not desk.watches):
            continue
        desk.packed = (desk.newest, desk.heard, len(desk.watches))
        kept.samples.extend((device, name, *samples.pack()) for name, samples in desk.samples.items() if len(samples))
        kept.watches.extend((rule, device, watch.pack()) for rule, watch in desk.watches.items())
        kept.heard.append((device, desk.heard, desk.known, desk.newest))
    return kept


def unpack(engine: Engine, kept: Kept, now: int) -> None:
    """Give a new engine its memory back. What the configuration no longer knows, or cannot be read, is left out."""
    for device, received, known, newest in kept.heard:
        profile = engine.registry.profiles.get(device)
        if profile is not None:
            desk = engine.desk(profile.series_at(newest or now), now)
            desk.heard, desk.known, desk.newest = received, known, newest
    for device, quantity, times, amounts in kept.samples:
        found = engine.desks.get(device)
        if found is not None and quantity in found.samples:
            found.samples[quantity].unpack(times, amounts)
    for rule, device, state in kept.watches:
        found = engine.desks.get(device)
        if found is not None:
            _unpack_watch(engine, found, rule, state)


def _unpack_watch(engine: Engine, desk: Desk, rule: str, state: dict[str, object]) -> None:
    watch: Watch | SilentWatch
    if applied := desk.applied.get(rule):
        watch = Watch(applied, engine.seasons[rule], 0)
    elif silent := desk.silent.get(rule):
        watch = SilentWatch(silent, engine.seasons[rule])
    else:
        return
    try:
        watch.unpack(state)
    except (KeyError, TypeError, ValueError):  # the rule had other levels then: it begins again from the samples
        return
    if isinstance(watch, Watch):
        watch.rerun(desk.samples)
    desk.watches[rule] = watch
    engine.touch(watch, desk)
