"""Who is told when a watchman rule fires: contact points, the policy tree, the hours of night.

The same shapes serve files and the HTTP API but for what `contact_points` says.
"""

from typing import Any

from dashboards.grafana.provisioning.rules import LABEL, MINE, ORGANISATION

Json = dict[str, Any]
CONTACT = "vigiterre-oncall"
NIGHT = "vigiterre-night"
"""When warnings wait until the morning; what is critical comes at any hour."""
ZONE = "Europe/Paris"
ADDRESS, HOOK = "$VIGITERRE_ONCALL_EMAIL", "$VIGITERRE_ONCALL_WEBHOOK"
ALWAYS = ";"
"""Ends the list of addresses. Grafana does not start with an empty list; with this and no address it starts, and sends
to nobody."""


def contact_points() -> list[Json]:
    """Of a file: receivers below their name, variables filled in by Grafana."""
    return [_in_file(email(ADDRESS + ALWAYS))]


def web_hook() -> list[Json]:
    """One receiver more of the same name, in a file of its own: without a URL Grafana would not start."""
    receiver = {"uid": f"{CONTACT}-webhook", "type": "webhook", "settings": {"url": HOOK, "httpMethod": "POST"}}
    return [_in_file(receiver | {"disableResolveMessage": False})]


def email(addresses: str) -> Json:
    """A receiver; several addresses are separated by `;`."""
    settings = {"addresses": addresses, "singleEmail": False}
    return {"uid": f"{CONTACT}-email", "type": "email", "settings": settings, "disableResolveMessage": False}


def _in_file(receiver: Json) -> Json:
    return {"orgId": ORGANISATION, "name": CONTACT, "receivers": [receiver]}


def policy() -> Json:
    """The whole tree: Grafana has only one, and what is set replaces all of it."""
    return {
        "receiver": CONTACT,
        "group_by": ["grafana_folder", "alertname"],
        "group_wait": "30s",
        "group_interval": "5m",
        "repeat_interval": "4h",
        "routes": [_route("critical", "1h"), _route("warning", "12h") | {"mute_time_intervals": [NIGHT]}],
    }


def _route(severity: str, again: str) -> Json:
    matchers = [[LABEL, "=", MINE], ["severity", "=", severity]]
    return {"receiver": CONTACT, "object_matchers": matchers, "repeat_interval": again}


def night() -> Json:
    """A mute timing: 22:00 to 06:00. A range may not pass midnight, hence two."""
    times = [{"start_time": "22:00", "end_time": "24:00"}, {"start_time": "00:00", "end_time": "06:00"}]
    return {"name": NIGHT, "time_intervals": [{"times": times, "location": ZONE}]}
