"""The variables of a dashboard: each narrows the next. They are called like the tags: `influxql.SCOPE` uses them."""

from collections.abc import Sequence

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model

from dashboards.grafana.influxql import raw
from dashboards.grafana.legend import Legend
from dashboards.grafana.query import SOURCE
from devices.device import DOMAINS
from devices.schema import FLEET, LONGEST, RAW, RESOLUTION, ROLLUP, SINCE
from stores.influxql import identifier, literal

ALL = model.VariableOption(selected=True, text=["All"], value=["$__all"])
EVERYTHING = ".*"
NAMED = r"/^(?<text>.*) \((?<value>[^()]+)\)$/"
"""`Moulins (03190)`: the name is shown, what stands in the parentheses is filtered by."""
POLICY_QUERY = (
    f"SELECT {identifier('policy')}, {identifier(LONGEST)} FROM {raw(RESOLUTION)}"  # noqa: S608  -- our own names
    f" WHERE {identifier(LONGEST)} >= $__to - $__from AND {identifier(SINCE)} <= $__from ORDER BY time DESC LIMIT 1"
)


def policy() -> build.QueryVariable:
    """Raw readings or roll-ups, asked of the store whenever the range of time changes; nobody sees it."""
    choice = [model.VariableOption(selected=name == RAW, text=name, value=name) for name in (RAW, ROLLUP)]
    return (
        build.QueryVariable("policy")
        .datasource(SOURCE)
        .query(POLICY_QUERY)
        .regex(f"/^({RAW}|{ROLLUP})$/")
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .hide(model.VariableHide.HIDE_VARIABLE)
        .options(choice)
        .current(choice[0])
    )


def domain(legend: Legend) -> build.CustomVariable:
    names = {
        "road": legend.say("Routes", "Roads"),
        "building": legend.say("Bâtiments", "Buildings"),
        "environment": legend.say("Environnement", "Environment"),
    }
    return (
        build.CustomVariable("domain")
        .label(legend.say("Domaine", "Domain"))
        .values(", ".join(f"{names[each]} : {each}" for each in DOMAINS))
        .multi(True)
        .include_all(True)
        .all_value(EVERYTHING)
        .current(ALL)
    )


def places(legend: Legend, domains: Sequence[str] | None, models: Sequence[str] = ()) -> list[build.QueryVariable]:
    """Commune, site, model, device. `domains` None: as the variable `domain` says; `models`: only these, or all."""
    fixed = [f"{identifier('domain')} =~ /^$domain$/"] if domains is None else [_one_of("domain", domains)]
    if models:
        fixed.append(_one_of("model", models))
    labels = {
        "commune": ("town", legend.say("Commune", "Commune")),
        "site": ("site", legend.say("Site", "Site")),
        "model": ("model", legend.say("Modèle", "Model")),
        "device": ("label", legend.say("Capteur", "Device")),
    }
    found = []
    before: list[str] = []
    for name, (tag, label) in labels.items():
        conditions = fixed + [f"{identifier(each)} =~ /^${each}$/" for each in before]
        variable = _listed(name, label, tag, conditions)
        found.append(variable.regex(NAMED) if tag in ("town", "label") else variable)
        before.append(name)
    return found


def single_device(legend: Legend) -> build.QueryVariable:
    """Exactly one device, of those that the variables before it select."""
    conditions = [f"{identifier('domain')} =~ /^$domain$/", f"{identifier('commune')} =~ /^$commune$/"]
    listed = _tag_values("label", [*conditions, f"{identifier('site')} =~ /^$site$/"])
    return (
        build.QueryVariable("device")
        .label(legend.say("Capteur", "Device"))
        .datasource(SOURCE)
        .query(listed)
        .regex(NAMED)
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(False)
        .include_all(False)
    )


def _listed(name: str, label: str, tag: str, conditions: Sequence[str]) -> build.QueryVariable:
    return (
        build.QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query(_tag_values(tag, conditions))
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)
        .multi(True)
        .include_all(True)
        .all_value(EVERYTHING)
        .current(ALL)
    )


def _tag_values(tag: str, conditions: Sequence[str]) -> str:
    return f"SHOW TAG VALUES FROM {identifier(FLEET)} WITH KEY = {identifier(tag)} WHERE {' AND '.join(conditions)}"


def _one_of(tag: str, names: Sequence[str]) -> str:
    return "(" + " OR ".join(f"{identifier(tag)} = {literal(name)}" for name in names) + ")"
