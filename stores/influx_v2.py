# mypy: disable-error-code="attr-defined,no-untyped-call"
# influxdb_client says that it is typed, but its functions are not.
"""Organisation, buckets and DBRP mappings of InfluxDB 2, by its own client. The only user of `influxdb_client`.

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
from devices.problems import NOTHING
from devices.schema import RAW
from stores.influx_http import CONNECT_SECONDS, READ_SECONDS, InfluxServer
from stores.texts import Remedy

log = structlog.get_logger()

DAY_SECONDS = 86_400
LIST_LIMIT = 100
"""The most that the API lists at once."""


def ensure_v2(
    server: InfluxServer, retention: Mapping[str, int], buckets: Mapping[str, str], organisation: str
) -> None:
    """Organisation, buckets `db` and `db/rollup_1h`, and the mapping of database and policy to them (DBRP)."""
    client = InfluxDBClient(
        server.url,
        server.token,
        timeout=(int(CONNECT_SECONDS * 1000), int(READ_SECONDS * 1000)),
        ssl_context=ssl.create_default_context() if server.tls else None,
    )
    try:
        with client:
            org = _organisation(client, organisation, server.database)
            for policy, days in retention.items():
                bucket = _bucket(client, org, buckets[policy], days)
                _mapping(client, org, bucket, server.database, policy)
    except ApiException as error:
        message = f"InfluxDB {server.name} answered {error.status} while its buckets were prepared"
        remedy = Remedy("credentials", database=server.database) if error.status in (401, 403) else NOTHING
        raise StoreUnavailable(message, remedy) from error
    except urllib3.exceptions.HTTPError as error:
        raise StoreUnavailable(
            f"InfluxDB {server.name} does not answer: {type(error).__name__}", Remedy("start", server=server.name)
        ) from error


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


def _bucket(client: Any, org: Any, name: str, days: int) -> Any:
    api = client.buckets_api()
    rules = [BucketRetentionRules(type="expire", every_seconds=days * DAY_SECONDS)]  # 0 is for ever
    found = [bucket for bucket in api.find_buckets_iter(org_id=org.id) if bucket.name == name]
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
