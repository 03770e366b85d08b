"""What the map is drawn from: the devices as GeoJSON, no more of each than a marker and its popup say. Pure."""

import hashlib
import json
from collections.abc import Iterable

from dashboards.console.fleet import DeviceState
from devices.problems import Language


def devices_geojson(found: Iterable[DeviceState], language: Language) -> bytes:
    """A FeatureCollection of those that have coordinates; the same bytes as long as nothing they say changes.

    Properties: `name`, `commune`, `state` (`ok`, `late`, `silent`), and where alerts are open `alerts`, the gravest
    first: [number, level, title].
    """
    features = [_feature(one, language) for one in found if one.card.latitude is not None]
    document = {"type": "FeatureCollection", "features": features}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def etag_of(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def _feature(one: DeviceState, language: Language) -> dict[str, object]:
    card = one.card
    properties: dict[str, object] = {"name": card.name, "commune": card.commune_name, "state": one.state.value}
    if one.cases:
        properties["alerts"] = [(case.alert.id, case.alert.level.word, case.rule.title[language]) for case in one.cases]
    point = {"type": "Point", "coordinates": (card.longitude, card.latitude)}
    return {"type": "Feature", "id": card.id, "geometry": point, "properties": properties}
