"""What rarely changes: rules, quantities; and how Vigiterre itself is doing."""

from starlette.concurrency import run_in_threadpool

from alerts.limits import written
from alerts.rule import Limit, Rule, Threshold
from dashboards.console.api.answers import Bilingual, Health, Index, Quantities, Refusals, Rules
from dashboards.console.api.answers import Quantity as QuantityShape
from dashboards.console.api.answers import Rule as RuleShape
from dashboards.console.api.answers import Threshold as ThresholdShape
from dashboards.console.api.asked import Asked, OfQuarantine
from dashboards.console.api.room import Found, Room
from devices.quantity import Quantity
from devices.readable import SIGNS

VERSION = "1.0.0"
TITLE = "Vigiterre"
PREFIX = "/api/v1"


async def index(_room: Room, _asked: Asked, _name: str) -> Found:
    pages = ("devices", "latest", "alerts", "quarantine/counts", "rules", "quantities", "health", "openapi.json")
    return Found(Index(title=TITLE, version=VERSION, links={page: f"{PREFIX}/{page}" for page in pages}))


async def health(room: Room, _asked: Asked, _name: str) -> Found:
    checks = dict(room.console.sources.checks())
    versions = dict(room.console.sources.versions())
    return Found(Health(ready=not any(checks.values()), checks=checks, versions=versions))


async def counts(room: Room, asked: OfQuarantine, _name: str) -> Found:
    filters = {"reason": asked.reason.value if asked.reason else "", "device": asked.device or ""}
    given = {name: value for name, value in filters.items() if value}
    page = await run_in_threadpool(room.console.sources.refused, given, 0, 1)
    return Found(Refusals(total=page.total, by_reason=dict(page.by_reason)))


async def rules(room: Room, _asked: Asked, _name: str) -> Found:
    return Found(Rules(items=[_rule(one) for one in room.console.sources.rules().values()]))


async def quantities(room: Room, _asked: Asked, _name: str) -> Found:
    items = [_quantity(one) for one in room.console.sources.registry().quantities.values()]
    return Found(Quantities(items=items), items)


def _rule(rule: Rule) -> RuleShape:
    return RuleShape(
        id=rule.id,
        kind=rule.kind.value,
        title=Bilingual(**rule.title),
        action=Bilingual(**rule.action),
        quantity=rule.quantity,
        measure=rule.measure.value,
        window=rule.window // 1000,
        levels=[_threshold(one) for one in rule.levels],
        calendar=rule.calendar,
        check=rule.check,
        runbook=rule.runbook,
        source=rule.source,
    )


def _threshold(one: Threshold) -> ThresholdShape:
    return ThresholdShape(
        level=one.level.word,
        above=_limit(one.above),
        below=_limit(one.below),
        clear=_limit(one.clear),
        states=sorted(one.states),
        factor=one.factor,
        delay=one.delay // 1000,
        keep=one.keep // 1000,
    )


def _limit(limit: Limit | None) -> str | None:
    return None if limit is None else written(limit, None)


def _quantity(one: Quantity) -> QuantityShape:
    return QuantityShape(
        id=one.id,
        label=Bilingual(**one.label),
        unit=one.unit,
        sign=SIGNS.get(one.unit, one.unit),
        minimum=one.minimum,
        maximum=one.maximum,
        kind=one.kind.value,
        aggregate=one.aggregate.value,
        states={number: Bilingual(**words) for number, words in one.states.items()},
        source=one.source,
        minimum_aggregation=one.personal.minimum_aggregation if one.personal else None,
        retention_days=one.personal.retention_days if one.personal else None,
    )
