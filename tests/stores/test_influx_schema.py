"""What is asked of InfluxDB 2 and 3 before the first write, from a scripted server that remembers what was created."""

import json
from base64 import b64encode
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from scripted import Request, Scripted, ScriptedServer

from devices.errors import StoreUnavailable
from stores.influx import InfluxStore
from stores.influx_http import InfluxServer
from stores.texts import Remedy

JSON = (("Content-Type", "application/json"),)


def reply(document: object, status: int = 200) -> Scripted:
    return Scripted(status, json.dumps(document).encode(), JSON)


class InfluxDB2:
    """Organisations, buckets and mappings of an InfluxDB 2, as its API answers (http/swagger.yml of v2.7)."""

    def __init__(self, organisations: list[str], *, virtual: bool = True) -> None:
        self.organisations = organisations
        self.virtual = virtual
        self.buckets: dict[str, int] = {}
        self.mappings: list[dict[str, object]] = []
        self.owners: set[str] = set()
        self.changes = 0

    def __call__(self, request: Request) -> Scripted:
        path = urlsplit(request.path).path
        if path == "/ping":
            return Scripted(204, b"", (("X-Influxdb-Version", "v2.9.1"), ("X-Influxdb-Build", "OSS")))
        if request.headers.get("Authorization") != "Token s3cret-token":  # `/query` with a wrong password included
            return reply({"code": "unauthorized", "message": "unauthorized access"}, 401)
        sent = json.loads(request.body) if request.body else {}
        self.changes += request.method != "GET"
        match request.method, path.removeprefix("/api/v2/").split("/"):
            case "GET", ["orgs"]:
                return reply({"orgs": [self.organisation(name) for name in self.organisations]})
            case "POST", ["orgs"]:
                self.organisations.append(sent["name"])
                return reply(self.organisation(sent["name"]), 201)
            case "GET", ["buckets"]:
                buckets = [self.bucket(name) for name in self.buckets]
                return reply({"links": {"self": "/api/v2/buckets"}, "buckets": buckets})
            case "POST", ["buckets"]:
                self.owners.add(sent["orgID"])
                self.buckets[sent["name"]] = sent["retentionRules"][0]["everySeconds"]
                return reply(self.bucket(sent["name"]), 201)
            case "PATCH", ["buckets", name]:
                self.buckets[name.replace("-", "/")] = sent["retentionRules"][0]["everySeconds"]
                return reply(self.bucket(name.replace("-", "/")))
            case "GET", ["dbrps"]:
                return reply({"content": [*self.virtual_mappings(), *self.mappings]})
            case "POST", ["dbrps"]:
                self.mappings.append({"id": "1", "virtual": False, **sent})
                return reply(self.mappings[-1], 201)
        return reply({"code": "not found", "message": "path not found"}, 404)

    def organisation(self, name: str) -> dict[str, object]:
        return {"id": f"org-{name}", "name": name}

    def bucket(self, name: str) -> dict[str, object]:
        rules = [{"type": "expire", "everySeconds": self.buckets[name]}] if self.buckets[name] else []
        return {"id": name.replace("/", "-"), "name": name, "orgID": "org", "retentionRules": rules}

    def virtual_mappings(self) -> list[dict[str, object]]:
        return [
            {
                "id": "0",
                "orgID": "org",
                "bucketID": name.replace("/", "-"),
                "database": name.partition("/")[0],
                "retention_policy": name.partition("/")[2] or "autogen",
                "default": "/" not in name,
                "virtual": True,
            }
            for name in (self.buckets if self.virtual else ())
        ]


def test_influxdb_2_gets_organisation_and_buckets_once(scripted: ScriptedServer, store: InfluxStore) -> None:
    scripted.script = influxdb = InfluxDB2([])
    store.ensure_schema()
    assert influxdb.organisations == ["telemetry"]
    assert influxdb.buckets == {"telemetry": 90 * 86_400, "telemetry/rollup_1h": 3650 * 86_400}
    assert influxdb.mappings == []
    before = influxdb.changes
    store.ensure_schema()
    assert influxdb.changes == before


def test_influxdb_2_is_told_the_mapping_where_it_lists_none(scripted: ScriptedServer, store: InfluxStore) -> None:
    scripted.script = influxdb = InfluxDB2(["cd03"], virtual=False)
    store.ensure_schema()
    store.ensure_schema()
    assert [(each["database"], each["retention_policy"], each["bucketID"]) for each in influxdb.mappings] == [
        ("telemetry", "autogen", "telemetry"),
        ("telemetry", "rollup_1h", "telemetry-rollup_1h"),
    ]


def test_influxdb_2_retention_follows_the_settings(scripted: ScriptedServer, store: InfluxStore) -> None:
    scripted.script = influxdb = InfluxDB2(["cd03"])
    store.ensure_schema()
    server = InfluxServer("127.0.0.1", scripted.port, "", "s3cret-token", tls=False, database="telemetry")
    InfluxStore(server, raw_days=0, rollup_days=7300).ensure_schema()
    assert influxdb.buckets == {"telemetry": 0, "telemetry/rollup_1h": 7300 * 86_400}
    server.close()


def test_influxdb_2_has_a_bucket_for_each_retention_of_values_of_persons(
    scripted: ScriptedServer, store: InfluxStore
) -> None:
    scripted.script = influxdb = InfluxDB2(["cd03"], virtual=False)
    store.keep_apart({"people": 30, "motion": 30, "door_open": 7})
    store.ensure_schema()
    kept = {name: seconds // 86_400 for name, seconds in influxdb.buckets.items()}
    personal = {"telemetry/personal_30d": 30, "telemetry/personal_7d": 7}
    assert kept == {"telemetry": 90, "telemetry/rollup_1h": 3650, **personal}
    assert {(each["retention_policy"], each["bucketID"]) for each in influxdb.mappings} >= {
        ("personal_30d", "telemetry-personal_30d"),
        ("personal_7d", "telemetry-personal_7d"),
    }
    before = influxdb.changes
    store.ensure_schema()
    assert influxdb.changes == before
    store.keep_apart({"people": 14})
    store.ensure_schema()
    kept = {name.partition("_")[2]: seconds // 86_400 for name, seconds in influxdb.buckets.items()}
    assert (kept["30d"], kept["14d"], kept["7d"]) == (14, 14, 7)


def test_several_organisations_ask_for_a_choice(scripted: ScriptedServer, store: InfluxStore) -> None:
    scripted.script = influxdb = InfluxDB2(["cd03", "cd63"])
    with pytest.raises(StoreUnavailable) as unavailable:
        store.ensure_schema()
    assert unavailable.value.remedy == Remedy("organisation", found="cd03, cd63")
    server = InfluxServer("127.0.0.1", scripted.port, "", "s3cret-token", tls=False, database="telemetry")
    InfluxStore(server, organisation="cd63").ensure_schema()
    assert set(influxdb.buckets) == {"telemetry", "telemetry/rollup_1h"}
    assert influxdb.owners == {"org-cd63"}
    server.close()


class NarrowInfluxDB2:
    """An InfluxDB 2 that somebody prepared, to an account that may only read and write its buckets.

    `api` answers on /api/v2; `/query` answers as v1/coordinator/statement_executor.go of v2.7.12 does.
    """

    def __init__(self, policies: list[str], api: Callable[[Request], Scripted]) -> None:
        self.policies = policies
        self.api = api

    def __call__(self, request: Request) -> Scripted:
        if request.path == "/ping":
            return Scripted(204, b"", (("X-Influxdb-Version", "v2.9.1"),))
        if request.path.startswith("/api/"):
            return self.api(request)
        if request.headers.get("Authorization") != "Basic " + b64encode(b"vigiterre:s3cret-token").decode():
            return reply({"code": "unauthorized", "message": "Unauthorized"}, 401)
        columns = ["name", "duration", "shardGroupDuration", "replicaN", "default"]
        values = [[policy, "0s", "168h0m0s", 1, policy == "autogen"] for policy in self.policies]
        series = [{"columns": columns, **({"values": values} if values else {})}]
        return reply({"results": [{"statement_id": 0, "series": series}]})


def no_api(_request: Request) -> Scripted:
    """To the API, user and password of the 1.x API are no token."""
    return reply({"code": "unauthorized", "message": "unauthorized access"}, 401)


def narrow_token(request: Request) -> Scripted:
    """A token of two buckets sees no organisation, and may make none."""
    return reply({"orgs": []}) if request.method == "GET" else no_api(request)


@pytest.mark.parametrize("api", [no_api, narrow_token])
def test_influxdb_2_that_somebody_prepared_does_for_an_account_that_can_create_nothing(
    scripted: ScriptedServer, store: InfluxStore, api: Callable[[Request], Scripted]
) -> None:
    scripted.script = NarrowInfluxDB2(["autogen", "rollup_1h"], api)
    store.ensure_schema()
    asked = urlsplit(scripted.requests[-1].path)
    assert asked.path == "/query"


WITHOUT = [
    ([], "autogen, personal_30d, rollup_1h", Remedy("credentials", database="telemetry")),
    (
        ["autogen"],
        "personal_30d, rollup_1h",
        Remedy("buckets", buckets="telemetry/personal_30d (30d), telemetry/rollup_1h (3650d)"),
    ),
    (["autogen", "rollup_1h"], "personal_30d", Remedy("buckets", buckets="telemetry/personal_30d (30d)")),
]


@pytest.mark.parametrize(("policies", "missing", "remedy"), WITHOUT)
def test_influxdb_2_without_a_bucket_for_such_an_account_is_told_with_a_remedy(
    scripted: ScriptedServer, store: InfluxStore, policies: list[str], missing: str, remedy: Remedy
) -> None:
    scripted.script = NarrowInfluxDB2(policies, no_api)
    store.keep_apart({"people": 30})
    with pytest.raises(StoreUnavailable, match=f"no {missing} of telemetry") as unavailable:
        store.ensure_schema()
    assert unavailable.value.remedy == remedy


def test_a_wrong_token_is_told_without_showing_it(scripted: ScriptedServer) -> None:
    scripted.script = InfluxDB2(["cd03"])
    server = InfluxServer("127.0.0.1", scripted.port, "", "wr0ng-token", tls=False, database="telemetry")
    with pytest.raises(StoreUnavailable) as unavailable:
        InfluxStore(server).ensure_schema()
    assert unavailable.value.remedy == Remedy("credentials", database="telemetry")
    assert "wr0ng" not in f"{unavailable.value!r} {unavailable.value.__cause__!r}"
    server.close()


class InfluxDB3:
    """The two calls of InfluxDB 3 that create and list databases."""

    def __init__(self, ping: Scripted) -> None:
        self.ping = ping
        self.databases: dict[str, str] = {"_internal": ""}

    def __call__(self, request: Request) -> Scripted:
        if request.path == "/ping":
            return self.ping
        if request.headers.get("Authorization") != "Bearer s3cret-token":
            return Scripted(401)
        if request.method == "GET":
            return reply([{"iox::database": name} for name in self.databases])
        sent = json.loads(request.body)
        self.databases[sent["db"]] = sent.get("retention_period", "")
        return Scripted(200)


PINGS = [
    Scripted(200, b'{"version":"3.10.0","revision":"x"}', (("X-Influxdb-Version", "3.10.0"), *JSON)),
    Scripted(200, b'{"version":"3.10.0","revision":"x"}', JSON),
]


@pytest.mark.parametrize("ping", PINGS, ids=["header", "body"])
def test_influxdb_3_gets_two_databases_once(scripted: ScriptedServer, store: InfluxStore, ping: Scripted) -> None:
    scripted.script = influxdb = InfluxDB3(ping)
    store.ensure_schema()
    assert influxdb.databases == {"_internal": "", "telemetry": "90d", "telemetry/rollup_1h": "3650d"}
    store.ensure_schema()
    assert [request.method for request in scripted.requests].count("POST") == 2


def test_influxdb_3_has_a_database_for_each_retention_of_values_of_persons(
    scripted: ScriptedServer, store: InfluxStore
) -> None:
    scripted.script = influxdb = InfluxDB3(PINGS[0])
    store.keep_apart({"people": 30})
    store.ensure_schema()
    assert influxdb.databases["telemetry/personal_30d"] == "30d"


def test_influxdb_3_that_creates_nothing_says_what_to_run(scripted: ScriptedServer, store: InfluxStore) -> None:
    def full(request: Request) -> Scripted:
        if request.path == "/ping":
            return PINGS[0]
        return reply([]) if request.method == "GET" else Scripted(422, b"database limit reached")

    scripted.script = full
    with pytest.raises(StoreUnavailable) as unavailable:
        store.ensure_schema()
    assert "influxdb3 create database --retention-period 90d telemetry" in unavailable.value.remedy


@pytest.mark.parametrize(
    "answer", [Scripted(204), Scripted(200, b"<html>"), Scripted(204, b"", (("X-Influxdb-Version", "9.1"),))]
)
def test_what_is_no_influxdb_is_said(scripted: ScriptedServer, store: InfluxStore, answer: Scripted) -> None:
    answers: Callable[[Request], Scripted] = lambda _: answer  # noqa: E731
    scripted.script = answers
    with pytest.raises(StoreUnavailable) as unavailable:
        store.ensure_schema()
    assert unavailable.value.remedy == Remedy("not_influxdb", server=f"127.0.0.1:{scripted.port}")
