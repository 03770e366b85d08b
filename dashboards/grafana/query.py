"""InfluxQL as a query of the Grafana Foundation SDK, which has none for InfluxDB.

The keys are those Grafana's back end reads (`pkg/tsdb/influxdb/models/model_parser.go`). One class serves panels,
annotations and alert rules.
"""

from typing import Any, Literal, NamedTuple, Self

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.runtime import DataqueryConfig
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef

TYPE = "influxdb"
DATA_SOURCE = "vigiterre-influxdb"
"""uid of the one data source."""
SOURCE = DataSourceRef(TYPE, DATA_SOURCE)
Format = Literal["time_series", "table"]


class Event(NamedTuple):
    """Which columns of an annotation query say what."""

    text: str
    tags: str = ""
    """Names separated by commas."""
    end: str = ""


class InfluxQuery(Dataquery):
    def __init__(
        self,
        statement: str,
        form: Format = "time_series",
        alias: str = "",
        *,
        ref: str = "A",
        hide: bool = False,
        event: Event | None = None,
    ) -> None:
        self.statement = statement
        self.form: Format = form
        self.alias = alias
        """Legend of a time series: `$tag_device`, `$col`."""
        self.ref = ref
        self.hide = hide
        self.event = event

    def to_json(self) -> dict[str, object]:
        model: dict[str, object] = {
            "datasource": SOURCE,
            "refId": self.ref,
            "rawQuery": True,
            "query": self.statement,
            "resultFormat": self.form,
        }
        if self.alias:
            model["alias"] = self.alias
        if self.hide:
            model["hide"] = True
        if self.event:
            columns = {"textColumn": self.event.text, "tagsColumn": self.event.tags, "timeEndColumn": self.event.end}
            model |= {"fromAnnotations": True} | {name: column for name, column in columns.items() if column}
        return model

    @classmethod
    def from_json(cls, model: dict[str, Any]) -> Self:
        event = None
        if model.get("fromAnnotations"):
            event = Event(model["textColumn"], model.get("tagsColumn", ""), model.get("timeEndColumn", ""))
        form, alias = model.get("resultFormat", "time_series"), model.get("alias", "")
        return cls(model["query"], form, alias, ref=model["refId"], hide=model.get("hide", False), event=event)


class Query(Builder[InfluxQuery]):
    """What the SDK's panel builders take."""

    def __init__(self, query: InfluxQuery) -> None:
        self._query = query

    def build(self) -> InfluxQuery:
        return self._query


def variant() -> DataqueryConfig:
    """For the SDK's runtime, so that reading a dashboard back keeps the type."""
    return DataqueryConfig(TYPE, InfluxQuery.from_json)
