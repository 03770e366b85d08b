"""Faults to plant in the good folder, each with its code and its place."""

from collections.abc import Callable
from typing import NamedTuple

from good_grafana import ALERTING, FIRST, PROVIDER, SOURCES, Good

SELECT = 'SELECT mean("air_temperature") FROM "autogen"."building" WHERE $timeFilter'


class Case(NamedTuple):
    name: str
    code: str
    file: str
    place: str
    """Part of it, in English."""
    plant: Callable[[Good], object]


def put(number: int, key: str, value: object) -> Callable[[Good], object]:
    """Sets one key of a panel."""
    return lambda good: good.panel(number).update({key: value})


def ask(number: int, statement: str) -> Callable[[Good], object]:
    return lambda good: good.query(number).update(query=statement, alias="")


def on_board(name: str, **keys: object) -> Callable[[Good], object]:
    return lambda good: good.board(name).update(keys)


def on_rule(name: str, **keys: object) -> Callable[[Good], object]:
    return lambda good: good.rule(name).update(keys)


def model(name: str, ref: int, **keys: object) -> Callable[[Good], object]:
    return lambda good: good.rule(name)["data"][ref]["model"].update(keys)


def lower(good: Good) -> None:
    """A variable that refers to one after it."""
    variables = good.board("later")["templating"]["list"]
    next(one for one in variables if one["name"] == "commune")["query"] += ' AND "site" =~ /^$site$/'


def spare(good: Good) -> None:
    document = good.board("unused")
    document["templating"]["list"].append({**document["templating"]["list"][-1], "name": "spare", "query": "x"})
    document["templating"]["list"][-1] |= {"type": "custom", "query": "a, b"}


def overlapping(good: Good) -> None:
    panels = good.board("over")["panels"]
    panels.append({**panels[0], "id": 9, "gridPos": {"x": 11, "y": 3, "w": 12, "h": 4}})


def boards(name: str) -> str:
    return f"dashboards/fr/{name}.json"


def link(target: str) -> Callable[[Good], object]:
    return lambda good: good.panel(22 if "nobody" in target else 23).update(links=[{"title": "x", "url": target}])


CASES = (
    Case("text that is no JSON", "not_json", boards("broken"), "", lambda g: g.texts.update({boards("broken"): "{"})),
    Case(
        "text that is no YAML",
        "not_yaml",
        "provisioning/alerting/broken.yaml",
        "",
        lambda g: g.texts.update({"provisioning/alerting/broken.yaml": "a: [1"}),
    ),
    Case(
        "a key written twice",
        "key_twice",
        boards("twice"),
        "title",
        lambda g: g.texts.update({boards("twice"): '{"title": "a", "title": "b"}'}),
    ),
    Case(
        "a list instead of an object",
        "not_object",
        boards("list"),
        "",
        lambda g: g.texts.update({boards("list"): "[]"}),
    ),
    Case("a misspelt key of a panel", "lost_key", FIRST, "panel 2 ", put(2, "transparant", True)),
    Case(
        "a misspelt key deep in the options",
        "lost_key",
        FIRST,
        'panel 3 "Courbe 3", options.legend.showLegends',
        lambda g: g.panel(3)["options"]["legend"].update(showLegends=True),
    ),
    Case("a shape that cannot be read", "wrong_shape", FIRST, "panel 4 ", put(4, "links", [1])),
    Case("a panel that Grafana has not", "unknown_type", FIRST, "panel 27 ", put(27, "type", "timeserie")),
    Case(
        "a transformation that Grafana has not",
        "bad_choice",
        FIRST,
        "transformations[0]",
        put(28, "transformations", [{"id": "organise", "options": {}}]),
    ),
    Case(
        "a misspelt property of an override",
        "lost_key",
        FIRST,
        'panel 29 "Courbe 29", fieldConfig.overrides[0].custom.lineStyl',
        lambda g: g.panel(29)["fieldConfig"].update(
            overrides=[
                {"matcher": {"id": "byName", "options": "x"}, "properties": [{"id": "custom.lineStyl", "value": 1}]}
            ]
        ),
    ),
    Case("a key of a query that nobody reads", "unknown_key", FIRST, "target A", lambda g: g.query(5).update(qery="x")),
    Case("no uid", "uid_missing", boards("nouid"), "uid", on_board("nouid", uid=None)),
    Case("a uid with a space", "uid_syntax", boards("space"), "uid", on_board("space", uid="vigi terre")),
    Case("a uid that is too long", "uid_long", boards("long"), "uid", on_board("long", uid="v" * 41)),
    Case("a uid used twice", "uid_twice", boards("again"), "uid", on_board("again", uid="vigiterre-first")),
    Case("a title used twice", "title_twice", boards("namesake"), "title", on_board("namesake", title="Premier")),
    Case("a number of another installation", "id_set", boards("numbered"), "id", on_board("numbered", id=12)),
    Case("a dashboard that may be edited", "editable", boards("open"), "editable", on_board("open", editable=True)),
    Case("a dashboard without our tag", "untagged", boards("stray"), "tags", on_board("stray", tags=["vigiterre"])),
    Case(
        "no panel id",
        "panel_id_missing",
        boards("anonymous"),
        "panel ",
        lambda g: g.board("anonymous")["panels"][0].pop("id"),
    ),
    Case(
        "panel id 0", "panel_id_missing", boards("zero"), "panel 0", lambda g: g.board("zero")["panels"][0].update(id=0)
    ),
    Case(
        "a panel id used twice",
        "panel_id_twice",
        boards("double"),
        "panel 1 ",
        lambda g: g.board("double")["panels"].append(
            {**g.documents["dashboards/fr/second.json"]["panels"][0], "gridPos": {"x": 0, "y": 40, "w": 12, "h": 4}}
        ),
    ),
    Case(
        "a refId used twice", "ref_twice", FIRST, "panel 6 ", lambda g: g.panel(6)["targets"].append(dict(g.query(6)))
    ),
    Case("no title", "no_title", FIRST, "panel 7 ", put(7, "title", "")),
    Case("no description", "no_description", FIRST, "panel 8 ", put(8, "description", " ")),
    Case(
        "no words for no data",
        "no_empty_words",
        FIRST,
        "panel 9 ",
        lambda g: g.panel(9)["fieldConfig"]["defaults"].pop("noValue"),
    ),
    Case("a panel over another", "overlap", boards("over"), "panel 9 ", overlapping),
    Case(
        "a panel beyond the grid",
        "beyond_grid",
        boards("wide"),
        "panel 1 ",
        lambda g: g.board("wide")["panels"][0]["gridPos"].update(x=20),
    ),
    Case(
        "a unit that Grafana has not",
        "unknown_unit",
        FIRST,
        "panel 10 ",
        lambda g: g.panel(10)["fieldConfig"]["defaults"].update(unit="celcius"),
    ),
    Case("a variable in a title", "undeclared_variable", FIRST, "panel 11 ", put(11, "title", "Courbe de $town")),
    Case(
        "a variable in a query",
        "undeclared_variable",
        FIRST,
        "panel 12 ",
        ask(12, SELECT + ' AND "device" =~ /^$capteur$/'),
    ),
    Case("a variable that nobody uses", "unused_variable", boards("unused"), 'variable "spare"', spare),
    Case("a variable that needs a later one", "later_variable", boards("later"), 'variable "commune"', lower),
    Case(
        "a data source that nobody provisions",
        "unknown_source",
        FIRST,
        "panel 13 ",
        lambda g: g.query(13)["datasource"].update(uid="other"),
    ),
    Case("a link to nowhere", "dangling_link", FIRST, "panel 22 ", link("/d/nobody")),
    Case("a link with a wrong variable", "link_variable", FIRST, "panel 23 ", link("/d/vigiterre-second?var-town=x")),
    Case(
        "an InfluxQL function that InfluxDB 3 has not",
        "not_portable",
        FIRST,
        "panel 14 ",
        ask(14, 'SELECT sample("air_temperature", 3) FROM "autogen"."building" WHERE $timeFilter'),
    ),
    Case(
        "a statement that writes",
        "not_portable",
        FIRST,
        "panel 15 ",
        ask(15, 'SELECT mean("air_temperature") INTO "road" FROM "building" WHERE $timeFilter'),
    ),
    Case("now() in a panel", "now_used", FIRST, "panel 16 ", ask(16, SELECT + " AND time > now() - 1d")),
    Case(
        "no range of time",
        "no_time_filter",
        FIRST,
        "panel 17 ",
        ask(17, 'SELECT mean("air_temperature") FROM "autogen"."building"'),
    ),
    Case("a misspelt field", "unknown_name", FIRST, "panel 18 ", ask(18, SELECT.replace("air_temp", "air_tenp"))),
    Case("an unquoted tag", "unknown_name", FIRST, "panel 19 ", ask(19, SELECT + " GROUP BY town")),
    Case("a misspelt measurement", "unknown_measurement", FIRST, "panel 20 ", ask(20, SELECT.replace("ding", "dings"))),
    Case("a misspelt policy", "unknown_policy", FIRST, "panel 21 ", ask(21, SELECT.replace("autogen", "raw"))),
    Case(
        "a legend by a tag that is not grouped by",
        "alias_tag",
        FIRST,
        "panel 24 ",
        lambda g: g.query(24).update(alias="$tag_site"),
    ),
    Case("a query that is not raw", "not_raw", FIRST, "panel 25 ", lambda g: g.query(25).update(rawQuery=False)),
    Case(
        "a password in an address",
        "url_password",
        FIRST,
        "panels",
        put(26, "description", "http://admin:secret@grafana.example/"),
    ),
    Case(
        "a misspelt key of a rule",
        "unknown_key",
        ALERTING,
        "groups[watch].rules[vigiterre-misspelt].keep_firing_for",
        on_rule("misspelt", keep_firing_for="2m"),
    ),
    Case("a rule without a uid", "missing_key", ALERTING, "groups[watch]", lambda g: g.rule("bare").pop("uid")),
    Case(
        "a rule's uid used twice",
        "uid_twice",
        ALERTING,
        "groups[watch].rules[vigiterre-watch-cold].uid",
        on_rule("same", uid="vigiterre-watch-cold"),
    ),
    Case(
        "a receiver's uid that is too long",
        "uid_long",
        ALERTING,
        "contactPoints[vigiterre-oncall]",
        lambda g: g.receiver("r" * 41),
    ),
    Case(
        "a value that is none of the known",
        "bad_choice",
        ALERTING,
        "rules[vigiterre-states].noDataState",
        on_rule("states", noDataState="Alert"),
    ),
    Case("a wrong type", "wrong_type", ALERTING, "rules[vigiterre-type].isPaused", on_rule("type", isPaused="no")),
    Case(
        "an interval that Grafana cannot keep",
        "interval_multiple",
        ALERTING,
        "groups[odd].interval",
        lambda g: g.group("odd").update(interval="15s"),
    ),
    Case(
        "a folder of another name",
        "folder_mismatch",
        ALERTING,
        "groups[elsewhere].folder",
        lambda g: g.group("elsewhere").update(folder="vigiterre"),
    ),
    Case(
        "a `for` below the interval",
        "short_for",
        ALERTING,
        "rules[vigiterre-short].for",
        on_rule("short", **{"for": "30s"}),
    ),
    Case(
        "no duration", "bad_duration", ALERTING, "rules[vigiterre-lasting].for", on_rule("lasting", **{"for": "5 min"})
    ),
    Case(
        "a condition that does not exist",
        "condition_missing",
        ALERTING,
        "rules[vigiterre-condition].condition",
        on_rule("condition", condition="Z"),
    ),
    Case(
        "an expression that reads nothing",
        "dangling_ref",
        ALERTING,
        "rules[vigiterre-reads].data[B].model",
        model("reads", 1, expression="Q"),
    ),
    Case(
        "a dashboard variable in an alert",
        "alert_variable",
        ALERTING,
        "rules[vigiterre-variable].data[A].model",
        model("variable", 0, query=SELECT + ' AND "device" =~ /^$device$/'),
    ),
    Case(
        "a dashboard that does not exist",
        "dangling_board",
        ALERTING,
        "rules[vigiterre-board].annotations",
        lambda g: g.rule("board")["annotations"].update(__dashboardUid__="vigiterre-gone"),
    ),
    Case(
        "a panel that does not exist",
        "dangling_panel",
        ALERTING,
        "rules[vigiterre-panel].annotations",
        lambda g: g.rule("panel")["annotations"].update(__panelId__="999"),
    ),
    Case(
        "a label that Grafana would empty",
        "unescaped_dollar",
        ALERTING,
        "rules[vigiterre-dollar].labels.device",
        lambda g: g.rule("dollar")["labels"].update(device="{{ $labels.device }}"),
    ),
    Case(
        "braces in an annotation",
        "braced_annotation",
        ALERTING,
        "rules[vigiterre-braces].annotations.summary",
        lambda g: g.rule("braces")["annotations"].update(summary="${labels}"),
    ),
    Case(
        "a variable of the environment that nobody sets",
        "unknown_environment",
        ALERTING,
        "receivers[nowhere].settings.addresses",
        lambda g: g.receiver("nowhere")["settings"].update(addresses="$MAIL"),
    ),
    Case(
        "a contact point that does not exist",
        "unknown_receiver",
        ALERTING,
        "policies[vigiterre-oncall].routes[nobody].receiver",
        lambda g: g.documents[ALERTING]["policies"][0]["routes"].append({"receiver": "nobody"}),
    ),
    Case(
        "a mute timing that does not exist",
        "unknown_mute",
        ALERTING,
        "mute_time_intervals",
        lambda g: g.documents[ALERTING]["policies"][0]["routes"][0]["mute_time_intervals"].append("never"),
    ),
    Case(
        "a password in plain text",
        "plain_secret",
        SOURCES,
        "datasources[plain].secureJsonData.password",
        lambda g: g.source("plain")["secureJsonData"].update(password="hunter2"),
    ),
    Case("a data source's uid used twice", "uid_twice", SOURCES, "uid", lambda g: g.source("vigiterre-influxdb")),
    Case(
        "a misspelt key of a data source",
        "unknown_key",
        SOURCES,
        "datasources[typo].jsonData.dbname",
        lambda g: g.source("typo")["jsonData"].update(dbname="telemetry"),
    ),
    Case(
        "edits that the file overwrites",
        "ui_updates",
        PROVIDER,
        "providers[edited].allowUiUpdates",
        lambda g: g.provider("edited").update(allowUiUpdates=True),
    ),
    Case(
        "folders from files and a folder",
        "folders_from_files",
        PROVIDER,
        "providers[nested].options",
        lambda g: g.provider("nested")["options"].update(foldersFromFilesStructure=True),
    ),
)
