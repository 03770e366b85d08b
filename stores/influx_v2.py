# mypy: disable-error-code="attr-defined,no-untyped-call"
# influxdb_client says that it is typed, but its functions are not.
"""Organisation, buckets and DBRP mappings of InfluxDB 2, by its own client. The only user of `influxdb_client`.

An account that may only read and write the buckets (a narrow API token, or user and password of the 1.x API) can create
nothing: with it, what somebody else prepared is looked at instead, by InfluxQL.

Its batching writer is not used: it retries in memory for 180 s, then drops (influxdb-client-python #80, #198).
"""

import ssl
from collections.abc import Mapping
from typing import Any

import structlog
import urllib3
from influxdb_client import BucketRetentionRules, DBRPCreate, DBRPsService, InfluxDBClient, PostBucketRequest
from influxdb_client.rest import ApiException

from devices.errors import StoreUnavailable
from devices.schema import RAW
from stores.influx_http import CONNECT_SECONDS, READ_SECONDS, InfluxServer, query
from stores.influx_schema import database_of
from stores.influxql import identifier
from stores.personal import abandoned
from stores.texts import Remedy

log = structlog.get_logger()

DAY_SECONDS = 86_400
LIST_LIMIT = 100
"""The most that the API lists at once."""
FORBIDDEN = (401, 403)
"""401 also where a right is missing: to the API, the name of an account for the 1.x API is a wrong token."""


def ensure_v2(server: InfluxServer, retention: Mapping[str, int], organisation: str) -> None:
    """Organisation, buckets `db`, `db/rollup_1h` and those of persons, and the mapping of each policy to them (DBRP).

    What this account may not create must be there. Raises StoreUnavailable, with a remedy where a person must act.
    """
    try:
        _create(server, retention, organisation)
    except ApiException as error:
        if error.status not in FORBIDDEN:
            message = f"InfluxDB {server.name} answered {error.status} while its buckets were prepared"
            raise StoreUnavailable(message) from error
        _given(server, retention)
    except urllib3.exceptions.HTTPError as error:
        raise StoreUnavailable(
            f"InfluxDB {server.name} does not answer: {type(error).__name__}", Remedy("start", server=server.name)
        ) from error


def _create(server: InfluxServer, retention: Mapping[str, int], organisation: str) -> None:
    client = InfluxDBClient(
        server.url,
        server.token,
        timeout=(int(CONNECT_SECONDS * 1000), int(READ_SECONDS * 1000)),
        ssl_context=ssl.create_default_context() if server.tls else None,
    )
    with client:
        org = _organisation(client, organisation, server.database)
        there = [bucket.name.partition("/")[2] for bucket in _buckets_of(client, org, server.database)]
        for policy, days in {**retention, **abandoned(there, retention)}.items():
            bucket = _bucket(client, org, database_of(server.database, policy), days)
            _mapping(client, org, bucket, server.database, policy)


def _given(server: InfluxServer, retention: Mapping[str, int]) -> None:
    """InfluxDB 2 shows the policies whose bucket this account may read, and no retention but `0s`.

    v1/coordinator/statement_executor.go of v2.7.12. A wrong password ends in the query, as StoreUnavailable.
    """
    [answer] = query(server, f"SHOW RETENTION POLICIES ON {identifier(server.database)}", {"db": server.database})
    shown = {row[0] for table in answer.tables for row in table.rows}
    if not shown.issuperset(retention):
        missing = sorted(set(retention) - shown)
        message = (
            f"InfluxDB {server.name} shows this account no {', '.join(missing)} of {server.database},"
            " nor lets it create them"
        )
        buckets = ", ".join(f"{database_of(server.database, policy)} ({retention[policy]}d)" for policy in missing)
        remedy = Remedy("buckets", buckets=buckets) if shown else Remedy("credentials", database=server.database)
        raise StoreUnavailable(message, remedy)
    log.info("store_schema_given", server=server.name, policies=sorted(retention))


def _organisation(client: Any, name: str, database: str) -> Any:
    api = client.organizations_api()
    # Filtered here: asked for a name it does not know, the server answers 404 instead of an empty list.
    found = [org for org in api.find_organizations(limit=LIST_LIMIT) if name in ("", org.name)]
    if len(found) > 1:
        names = ", ".join(org.name for org in found)
        raise StoreUnavailable("several organisations", Remedy("organisation", found=names))
    if found:
        return found[0]
    created = api.create_organization(name=name or database)
    log.info("store_schema_changed", organisation=created.name)
    return created


def _buckets_of(client: Any, org: Any, database: str) -> list[Any]:
    found = client.buckets_api().find_buckets_iter(org_id=org.id)
    return [bucket for bucket in found if bucket.name.partition("/")[0] == database]


def _bucket(client: Any, org: Any, name: str, days: int) -> Any:
    api = client.buckets_api()
    rules = [BucketRetentionRules(type="expire", every_seconds=days * DAY_SECONDS)]  # 0 is for ever
    found = [bucket for bucket in _buckets_of(client, org, name.partition("/")[0]) if bucket.name == name]
    if not found:
        log.info("store_schema_changed", bucket=name, days=days)
        return api.create_bucket(bucket=PostBucketRequest(org_id=org.id, name=name, retention_rules=rules))
    bucket = found[0]
    if sum(rule.every_seconds for rule in bucket.retention_rules) != days * DAY_SECONDS:
        bucket.retention_rules = rules
        log.info("store_schema_changed", bucket=name, days=days)
        return api.update_bucket(bucket)
    return bucket


def _mapping(client: Any, org: Any, bucket: Any, database: str, policy: str) -> None:
    """InfluxDB 2 maps by the bucket's name without being told; where it lists no such mapping, it is told."""
    service = DBRPsService(client.api_client)
    mappings = service.get_dbr_ps(org_id=org.id, db=database).content or []
    if not any(each.retention_policy == policy and each.bucket_id == bucket.id for each in mappings):
        service.post_dbrp(
            DBRPCreate(
                org_id=org.id, bucket_id=bucket.id, database=database, retention_policy=policy, default=policy == RAW
            )
        )
        log.info("store_schema_changed", mapping=f"{database}/{policy}", bucket=bucket.name)
