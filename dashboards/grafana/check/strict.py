"""Shape of provisioning files. Grafana ignores a key it does not know: here it is a fault.

From Grafana's own structs (`pkg/services/provisioning/*/…types.go`, `definitions.Route`). In a table a name that ends
in `!` must be there; `*` is any name.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from dashboards.grafana.check.fault import Fault, at
from dashboards.grafana.check.interpolation import milliseconds
from dashboards.grafana.check.loose import called, joined
from devices.problems import near

ANY = object
DURATION = milliseconds
"""A text such as `5m`."""
TEXTS = {"*": str}
MATCHER = [str]
SOURCE = {
    "name!": str, "type!": str, "uid!": str, "access": ("proxy", "direct"), "orgId": int, "url": str, "user": str,
    "database": str, "basicAuth": bool, "basicAuthUser": str, "withCredentials": bool, "isDefault": bool,
    "correlations": [ANY], "editable": bool, "version": int, "apiVersion": str,
    "jsonData": {
        "dbName": str, "httpMode": ("GET", "POST"), "version": ("InfluxQL", "Flux", "SQL"), "timeInterval": str,
        "maxSeries": int, "tlsAuth": bool, "tlsAuthWithCACert": bool, "tlsSkipVerify": bool, "serverName": str,
        "organization": str, "defaultBucket": str, "insecureGrpc": bool, "product": str, "showTagTime": str,
        "timeout": int, "keepCookies": [str], "oauthPassThru": bool, "metadata": [ANY], "httpHeaderName1": str,
        "manageAlerts": bool, "allowAsRecordingRulesTarget": bool, "enableSecureSocksProxy": bool,
    },
    "secureJsonData": {
        "password": str, "token": str, "basicAuthPassword": str, "tlsCACert": str, "tlsClientCert": str,
        "tlsClientKey": str, "httpHeaderValue1": str,
    },
}  # fmt: skip
PROVIDER = {
    "name!": str, "orgId": int, "type": ("file",), "folder!": str, "folderUid": str, "disableDeletion": bool,
    "updateIntervalSeconds": int, "allowUiUpdates": bool, "editable": bool,
    "options!": {"path!": str, "foldersFromFilesStructure": bool},
}  # fmt: skip
RULE = {
    "uid!": str, "title!": str, "condition": str, "data!": [
        {
            "refId!": str, "queryType": str, "relativeTimeRange": {"from!": int, "to!": int}, "datasourceUid!": str,
            "model!": ANY,
        }
    ],
    "dashboardUid": str, "panelId": int, "for": DURATION, "keepFiringFor": DURATION, "isPaused": bool,
    "noDataState": ("NoData", "OK", "Alerting", "KeepLast"),
    "execErrState": ("Error", "OK", "Alerting", "KeepLast"),
    "missing_series_evals_to_resolve": int, "annotations": TEXTS, "labels": TEXTS,
    "notification_settings": {
        "receiver!": str, "group_by": [str], "group_wait": DURATION, "group_interval": DURATION,
        "repeat_interval": DURATION, "mute_time_intervals": [str], "active_time_intervals": [str],
    },
    "record": {"metric!": str, "from!": str, "targetDatasourceUid": str},
}  # fmt: skip
EXPRESSION = {
    "refId!": str, "type!": ("math", "reduce", "resample", "classic_conditions", "threshold", "sql"),
    "datasource": {"type": str, "uid": str, "name": str}, "expression": str, "reducer": str, "hide": bool,
    "window": str, "downsampler": str, "upsampler": str, "intervalMs": int, "maxDataPoints": int,
    "settings": {"mode": ("", "dropNN", "replaceNN"), "replaceWithValue": float},
    "conditions": [
        {
            "type": str, "operator": {"type": str}, "query": {"params": [str]},
            "reducer": {"type": str, "params": [ANY]},
            "evaluator": {"type!": str, "params!": [float]}, "unloadEvaluator": {"type!": str, "params!": [float]},
        }
    ],
}  # fmt: skip
RECEIVER = {
    "uid!": str, "type!": str, "disableResolveMessage": bool, "settings!": ANY, "secure_settings": ANY,
}  # fmt: skip
SETTINGS: Mapping[str, Any] = {
    "email": {"addresses!": str, "singleEmail": bool, "message": str, "subject": str},
    "webhook": {
        "url!": str, "httpMethod": ("POST", "PUT"), "username": str, "password": str, "authorization_scheme": str,
        "authorization_credentials": str, "maxAlerts": ANY, "title": str, "message": str, "tlsConfig": ANY,
        "hmacConfig": ANY, "headers": TEXTS, "payload": ANY, "http_config": ANY,
    },
}  # fmt: skip
"""By the receiver's type; those of other types are not looked at."""
ROUTE: dict[str, Any] = {
    "orgId": int, "receiver": str, "group_by": [str], "matchers": MATCHER, "object_matchers": [[str]], "match": TEXTS,
    "match_re": TEXTS, "mute_time_intervals": [str], "active_time_intervals": [str], "continue": bool,
    "group_wait": DURATION, "group_interval": DURATION, "repeat_interval": DURATION,
}  # fmt: skip
ROUTE["routes"] = [ROUTE]
MUTE = {
    "orgId": int, "name!": str,
    "time_intervals!": [
        {
            "times": [{"start_time!": str, "end_time!": str}], "weekdays": [str], "days_of_month": [str],
            "months": [str], "years": [str], "location": str,
        }
    ],
}  # fmt: skip
NAMED, BY_UID = {"orgId": int, "name!": str}, {"orgId": int, "uid!": str}
FILES: Mapping[str, Any] = {
    "datasources": {"apiVersion!": int, "prune": bool, "datasources": [SOURCE], "deleteDatasources": [NAMED]},
    "dashboards": {"apiVersion!": int, "providers!": [PROVIDER]},
    "alerting": {
        "apiVersion!": int, "deleteRules": [BY_UID], "deleteContactPoints": [BY_UID], "resetPolicies": [int],
        "groups": [{"orgId": int, "name!": str, "folder!": str, "interval!": DURATION, "rules!": [RULE]}],
        "contactPoints": [{"orgId": int, "name!": str, "receivers!": [RECEIVER]}],
        "policies": [{**ROUTE, "receiver!": str}], "muteTimes": [MUTE], "deleteMuteTimes": [NAMED],
        "templates": [{"orgId": int, "name!": str, "template!": str}], "deleteTemplates": [NAMED],
    },
}  # fmt: skip


def strict(file: str, value: object, kind: Any, path: str = "") -> Iterator[Fault]:
    """Everything that is not as `kind` says."""
    if isinstance(kind, dict):
        yield from _object(file, value, kind, path)
    elif isinstance(kind, list):
        if not isinstance(value, list):
            yield Fault(file, at(path), "wrong_type", {"value": _short(value), "type": "[…]"})
            return
        for index, one in enumerate(value):
            yield from strict(file, one, kind[0], f"{path}[{called(one, index)}]")
    elif isinstance(kind, tuple):
        if value not in kind and not _from_environment(value):
            facts = {"key": path.rpartition(".")[2], "value": _short(value), "known": ", ".join(kind)}
            yield Fault(file, at(path), "bad_choice", facts)
    elif kind is DURATION:
        if not isinstance(value, str) or milliseconds(value) is None:
            yield Fault(file, at(path), "bad_duration", {"value": _short(value)})
    elif not _is(value, kind):
        yield Fault(file, at(path), "wrong_type", {"value": _short(value), "type": kind.__name__})


def _object(file: str, value: object, kind: Mapping[str, Any], path: str) -> Iterator[Fault]:
    if not isinstance(value, dict):
        yield Fault(file, at(path), "wrong_type", {"value": _short(value), "type": "{…}"})
        return
    known = {name.removesuffix("!"): inner for name, inner in kind.items()}
    for key, inner in value.items():
        if key in known or "*" in known:
            yield from strict(file, inner, known.get(key, known.get("*")), joined(path, str(key)))
        else:
            yield Fault(file, at(joined(path, str(key))), "unknown_key", {"key": key, "known": near(str(key), known)})
    for name in kind:
        if name.endswith("!") and value.get(name[:-1]) in (None, "", [], {}):
            yield Fault(file, at(path), "missing_key", {"key": name[:-1]})


def _is(value: object, kind: type) -> bool:
    if kind is object or _from_environment(value):
        return True
    if kind in (int, float) and isinstance(value, bool):
        return False
    return isinstance(value, int | float) if kind is float else isinstance(value, kind)


def _from_environment(value: object) -> bool:
    return isinstance(value, str) and value.startswith("$")


def _short(value: object) -> str:
    return str(value)[:60]
