"""What is peculiar to fleet health: only what is wrong is listed, and refusals of unknown devices count too."""

from shown import REGISTRY, START, answers, limits, panels_of, store

from dashboards.grafana.boards.fleet import fleet
from dashboards.grafana.legend import INFO, WARNING
from devices.mark import Mark, placed
from devices.reading import Reason
from devices.schema import FLEET, HEARD, INTERVAL, REFUSAL, SILENT
from servers import Influxd
from stores.line_protocol import encode_mark

PANELS = panels_of(fleet)
WELL, QUIET = "college-moulins-s12", "gue-besbre-jaligny"


def marked(measurement: str, device: str, time: int, values: dict[str, float]) -> str:
    series = REGISTRY.profiles[device].series_at(time)
    return encode_mark(Mark(measurement, placed(measurement, series, REGISTRY), time, values)).decode()


def of_fleet(device: str, time: int, *, silent: bool) -> str:
    return marked(FLEET, device, time, {HEARD: float(time), INTERVAL: 300.0, SILENT: float(silent)})


def test_a_device_that_speaks_again_is_no_longer_listed_as_silent(influxd: Influxd, unique: str) -> None:
    marks = [
        of_fleet(WELL, START, silent=True),
        of_fleet(WELL, START + 1, silent=False),
        of_fleet(QUIET, START, silent=False),
        of_fleet(QUIET, START + 1, silent=True),
    ]
    store(influxd, unique, marks)
    [listed] = answers(influxd, unique, PANELS["Silent devices"])
    assert [row["device"] for row in listed] == [QUIET]
    [[count]] = answers(influxd, unique, PANELS["Silent"])
    assert count["silent"] == 1
    [[known]] = answers(influxd, unique, PANELS["Devices"])
    assert known["devices"] == 2


def test_what_unknown_devices_sent_is_among_the_refusals(influxd: Influxd, unique: str) -> None:
    known = marked(REFUSAL, WELL, START, {Reason.SCHEMA.value: 2.0})
    store(influxd, unique, [known, f"{REFUSAL} {Reason.UNKNOWN_DEVICE.value}=5 {START}"])
    [rows] = answers(influxd, unique, PANELS["Most refused devices"])
    assert {row["device"]: (row["schema"], row["unknown_device"]) for row in rows} == {WELL: (2, None), "": (None, 5)}


def test_weak_batteries_are_coloured_as_the_rule_says() -> None:
    assert limits(PANELS["Battery level"])[1:] == [(10, WARNING), (20, INFO)]


def test_a_weak_signal_is_one_that_is_counted_as_weak(influxd: Influxd, unique: str) -> None:
    radio = [("a", -120), ("b", -90)]
    store(influxd, unique, [f"road,device={name} rssi={dBm} {START}" for name, dBm in radio])
    [[weak]] = answers(influxd, unique, PANELS["Weak signals"])
    assert weak["rssi"] == 1
    assert (-115, WARNING) in limits(PANELS["Received signal strength (RSSI)"])
