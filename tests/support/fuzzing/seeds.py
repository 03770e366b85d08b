"""What is spoiled: the shipped territory with a probe at every address, and a real message of every format."""

import json
from functools import cache
from pathlib import Path

import cbor2

from devices.device import Device, Placement
from devices.load import load_registry
from devices.model import Field, Model
from devices.problems import Problem
from devices.reading import Message
from devices.registry import Registry, registry_of
from fuzzing.target import NOW
from ingest.codecs import source_codecs
from ingest.codecs.sparkplug_proto import write_payload
from ingest.sources import Source, Sources, read_sources

ROOT = Path(__file__).parents[3]
CONFIG = ROOT / "config"
DATA = ROOT / "tests" / "data"
PLACE = (Placement("site", "Lieu", "03190", 46.5, 3.3, 220.0),)
FIELDS = tuple(
    Field(name, quantity, unit)
    for name, quantity, unit in (
        ("temperature_1", "air_temperature", "Cel"), ("relative_humidity_2", "relative_humidity", "%"),
        ("temperature", "air_temperature", "Cel"),
        ("humidity", "relative_humidity", "%"), ("co2", "co2", "[ppm]"), ("battery", "battery_level", "%"), ("apower",
        "power", "W"),
        ("ENERGY.Power", "power", "W"), ("BME280.Temperature", "air_temperature", "Cel"), ("Pression", "air_pressure",
        "bar"),
    )
)  # fmt: skip
PROBES = ("cayenne_lpp", "json", "senml", "object")
PROBED = frozenset(f"probe-{codec}" for codec in PROBES)
SEEN: dict[str, tuple[bytes, ...]] = {
    "cayenne_lpp": tuple(
        bytes.fromhex(one["hex"]) for one in json.loads((DATA / "formats/cayenne_lpp.json").read_bytes())
    ),
    "senml": (
        *(
            json.dumps(one["pack"]).encode()
            for one in json.loads((DATA / "formats/senml.json").read_bytes())
            if "pack" in one
        ),
        cbor2.dumps([{-2: "urn:dev:mac:0024beff:", -3: 1_795_641_000, 0: "temperature", 1: "Cel", 2: 19.5}]),
    ),
    "json": (
        b'{"temperature": 21.5, "humidity": "48 %", "time": "2026-11-25T09:14:00Z"}',
        b'{"temperature": 21.5, "co2": 612, "nested": {"battery": "3,1 V"}, "list": [1, 2]}',
    ),
}
"""Payload codec -> what its devices send."""
ALL_SEEN = tuple(one for some in SEEN.values() for one in some)


@cache
def known() -> Registry:
    """The shipped territory, with a probe of every codec at every address that the examples speak of."""
    shipped = load_registry(CONFIG)
    fields = tuple(one for one in FIELDS if one.quantity in shipped.quantities)
    probes = [Model(f"probe-{codec}", "", "", codec, 600, fields, ()) for codec in PROBES]
    models = [one for one in shipped.models.values() if not one.codec.endswith(".js")] + probes
    named = {one.id for one in models}
    devices = [one for one in shipped.devices.values() if one.model in named]
    called = sorted(addresses()) + [f"{number:016x}" for number in range(len(probes))]
    for number, address in enumerate(called):
        is_eui = len(address) == 16
        model, names = (probes[number % len(probes)], ("eui", address)) if is_eui else (probes[-1], ("alias", address))
        devices.append(Device(f"probe-{number}", model.id, "building", "", "", (), {}, PLACE, **dict([names])))
    return registry_of(shipped.quantities.values(), models, devices)


@cache
def topics() -> Sources:
    problems: list[Problem] = []
    shipped = read_sources(CONFIG, source_codecs(), "vigiterre", problems)
    assert not problems, problems
    more = (Source("objects", "fifo/{name}", "live-objects"), Source("v3", "v3net/{eui}/{event...}", "chirpstack"))
    return Sources((*shipped.sources, *more))


def addresses() -> set[str]:
    """What the examples call their devices."""
    found, codecs = set(), source_codecs()
    for topic, payload in heard_seeds():
        matched = topics().match(topic)
        if matched is not None:
            source, levels = matched
            for one in codecs[source.codec](Message(topic, payload, NOW), levels):
                found.add(one.address if source.device == "payload" else levels[source.device])
    return found - {""}


@cache
def heard_seeds() -> tuple[tuple[str, bytes], ...]:
    """(topic, payload) of one real message of each format."""
    where = {
        "chirpstack-v3_up": "application/1/device/24e124136b502217/event/up",
        "chirpstack-v4_up": "application/1/device/24e124136b502217/event/up",
        "live-objects_up": "fifo/all",
        "loriot_gw": "loriot/x",
        "loriot_rx": "loriot/x",
        "milesight-gateway_up": "milesight/gateway",
        "thingpark_up": "thingpark/x/up",
        "tts-v3_up": "v3/app@tenant/devices/x/up",
    }
    found = [(topic, (DATA / f"envelopes/{name}.json").read_bytes()) for name, topic in where.items()]
    for name in ("zigbee2mqtt", "tasmota", "shelly"):
        lines = (DATA / f"formats/{name}.ndjson").read_text().splitlines()
        for one in map(json.loads, lines):
            topic = one["topic"] if name != "shelly" else f"shelly/{one['topic']}"
            found.append((topic, json.dumps(one["payload"]).encode()))
    found.append(("shellies/porte/sensor/temperature", b"21.5"))
    found.append(("sensor.community/esp8266-4711", (DATA / "formats/sensor_community.json").read_bytes()))
    found += [("senml/a", one) for one in SEEN["senml"]]
    return (*found, *sparkplug())


def sparkplug() -> list[tuple[str, bytes]]:
    """A node that is born, and one of its devices that is born and sends."""
    own = json.loads((DATA / "formats/sparkplug.json").read_bytes())
    born = [{key: value for key, value in one.items() if key != "is"} for one in own["metrics"]]
    nameless = [{key: value for key, value in one.items() if key not in {"name", "datatype"}} for one in born]
    number = {"name": "bdSeq", "datatype": 4, "long_value": own["bdSeq"]}
    root, node = f"spBv1.0/{own['group']}", f"{own['edge']}/{own['device']}"
    return [
        (f"{root}/NBIRTH/{own['edge']}", write_payload(NOW, [number], 0)),
        (f"{root}/DBIRTH/{node}", write_payload(NOW, born, 1)),
        (f"{root}/DDATA/{node}", write_payload(NOW, nameless, 2)),
        (f"{root}/NDEATH/{own['edge']}", write_payload(NOW, [number], None)),
    ]
