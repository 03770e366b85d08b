"""The provisioning of an installation as YAML files, in one language. The same code gives the same bytes."""

from typing import Any

import yaml

from dashboards.grafana.legend import Legend
from dashboards.grafana.provisioning import routes, rules
from dashboards.grafana.provisioning.watches import RETIRED
from dashboards.grafana.query import DATA_SOURCE, TYPE

Json = dict[str, Any]
FOLDER = "Vigiterre"
"""Title of the folder of dashboards and rules. Files of rules name it by title alone, so the provider does too: with a
uid there Grafana would make a second folder of the same title."""
DASHBOARDS = "/etc/vigiterre/dashboards"
"""Where the rendered dashboards are mounted, a folder for each language."""
PASSWORD_FILE = "/run/secrets/influxdb_read_password"  # noqa: S105  -- where it lies, not what it is
HEADER = "# Rendered by `vigiterre dashboards render`; what is changed here is overwritten.\n"
VERSION: Json = {"apiVersion": 1}
WIDTH = 10_000
"""No line is folded: a query is read, searched and compared as one."""


class Plain(yaml.SafeDumper):
    """YAML without anchors: what is said twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  -- PyYAML's signature
        return True


def rendered(legend: Legend) -> dict[str, str]:
    """Path below Grafana's `provisioning` -> text.

    `.example` is a name that Grafana does not read: that file is for who has a web hook, and renames it.
    """
    return {
        "datasources/vigiterre.yaml": as_yaml(data_source()),
        "dashboards/vigiterre.yaml": as_yaml(provider(legend)),
        "alerting/vigiterre.yaml": as_yaml(watchman(legend)),
        "alerting/vigiterre-policies.yaml": as_yaml(
            policies(),
            "# Grafana has one policy tree: this file replaces all of it. Leave it out where there is another, and",
            "# send what is labelled vigiterre=watch to the contact point vigiterre-oncall in that one.",
        ),
        "alerting/vigiterre-webhook.yaml.example": as_yaml(
            VERSION | {"contactPoints": routes.web_hook()},
            "# Rename to .yaml once $VIGITERRE_ONCALL_WEBHOOK is set: without a URL Grafana does not start.",
        ),
    }


def as_yaml(document: Json, *remarks: str) -> str:
    above = HEADER + "".join(f"{remark}\n" for remark in remarks)
    return above + yaml.dump(document, Dumper=Plain, sort_keys=False, allow_unicode=True, width=WIDTH)


def data_source() -> Json:
    """One for InfluxDB 1, 2 and 3: InfluxQL, and a user with a password, which Grafana sends as Basic.

    For 2 and 3 the password is a token that may only read.
    """
    source = {
        "name": "Vigiterre",
        "uid": DATA_SOURCE,
        "type": TYPE,
        "access": "proxy",
        "orgId": rules.ORGANISATION,
        "url": "$VIGITERRE_INFLUX_URL",
        "user": "$VIGITERRE_INFLUX_USER",
        "isDefault": True,
        "editable": False,
        "jsonData": {
            "version": "InfluxQL",
            "dbName": "$VIGITERRE_INFLUX_DATABASE",
            "httpMode": "POST",
            "timeInterval": "1m",
        },
        "secureJsonData": {"password": f"$__file{{{PASSWORD_FILE}}}"},
    }
    return VERSION | {"prune": True, "datasources": [source]}


def provider(legend: Legend) -> Json:
    found = {
        "name": "vigiterre",
        "orgId": rules.ORGANISATION,
        "type": "file",
        "folder": FOLDER,
        "disableDeletion": False,
        "allowUiUpdates": False,
        "updateIntervalSeconds": 30,
        "options": {"path": f"{DASHBOARDS}/{legend.language}", "foldersFromFilesStructure": False},
    }
    return VERSION | {"providers": [found]}


def watchman(legend: Legend) -> Json:
    group = {
        "orgId": rules.ORGANISATION,
        "name": rules.GROUP,
        "folder": FOLDER,
        "interval": f"{rules.INTERVAL_SECONDS // 60}m",
        "rules": rules.in_file(legend),
    }
    found = VERSION | {"groups": [group], "contactPoints": routes.contact_points()}
    if RETIRED:
        found["deleteRules"] = [{"orgId": rules.ORGANISATION, "uid": uid} for uid in RETIRED]
    return found


def policies() -> Json:
    organisation = {"orgId": rules.ORGANISATION}
    return VERSION | {"muteTimes": [organisation | routes.night()], "policies": [organisation | routes.policy()]}
