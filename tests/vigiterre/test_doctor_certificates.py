"""The doctor on certificates and listeners: what ends soon, what is over, what speaks in clear beyond this machine."""

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from certifying import Authority, Files
from examined import levels
from hypothesis import given
from hypothesis import strategies as st
from scripted import ScriptedServer

from servers import Mosquitto, free_port
from vigiterre.doctor.certificates import certificates
from vigiterre.doctor.listeners import EVERYWHERE, Listener, listeners, on_this_machine, read_listeners
from vigiterre.settings import BrokerSettings, ConsoleSettings, MqttSettings, Settings, StoreSettings
from vigiterre.tls.certificate import read_certificates

DAY = 86_400


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "tls")


def settings(**given: Any) -> Settings:
    return Settings(**{"store": StoreSettings(url="memory:"), **given})


def ends(files: Files) -> float:
    return read_certificates(files.cert)[0].ends.timestamp()


def pages_of(files: Files) -> Settings:
    bind = f"127.0.0.1:{free_port()}"
    return settings(console=ConsoleSettings(bind=bind, cert_file=files.cert, key_file=files.key))


def mqtt_of(port: int, authority: Authority, files: Files | None = None) -> Settings:
    ours = {"cert_file": files.cert, "key_file": files.key} if files else {}
    return settings(mqtt=MqttSettings(url=f"mqtts://localhost:{port}", ca_file=authority.file, **ours))


@pytest.mark.parametrize(
    ("left", "code", "level"),
    [
        (31 * DAY, "tls.good", "ok"),
        (30 * DAY + 1, "tls.good", "ok"),
        (30 * DAY - 1, "tls.ends_soon", "warning"),
        (1, "tls.ends_soon", "warning"),
        (-1, "tls.over", "error"),
    ],
)
def test_the_pages_certificate_is_said_thirty_days_ahead(
    left: float, code: str, level: str, authority: Authority
) -> None:
    files = authority.sign()
    [found] = certificates(pages_of(files), ends(files) - left)
    assert (found.code, found.level) == (code, level)
    assert read_certificates(files.cert)[0].end_date in found.found.fr


def test_a_certificate_that_is_not_good_yet_is_an_error(authority: Authority) -> None:
    files = authority.sign(begun=-3)
    assert levels(certificates(pages_of(files), ends(files) - 89 * DAY)) == {"tls.not_yet": "error"}


def test_a_pair_that_cannot_be_used_and_a_key_that_all_can_read_are_found(authority: Authority) -> None:
    files = authority.sign()
    files.key.chmod(0o644)
    assert levels(certificates(pages_of(files), ends(files) - 80 * DAY))["tls.exposed"] == "warning"
    mixed = Files(files.cert, authority.sign("other").key)
    [found] = certificates(pages_of(mixed), 0)
    assert (found.code, found.level) == ("tls.unusable", "error")
    assert str(mixed.key) in found.found.fr


@pytest.fixture
def broker(tmp_path: Path, authority: Authority) -> Iterator[Mosquitto]:
    """Shows a certificate that ends in ten days, and asks for one of ours."""
    shown = authority.sign("broker", ends=timedelta(days=10, hours=1))
    for path in (shown.cert, shown.key, authority.file):
        path.chmod(0o644)
    extra = f"cafile {authority.file}\ncertfile {shown.cert}\nkeyfile {shown.key}\nrequire_certificate true"
    with Mosquitto(tmp_path / "broker", f"{extra}\nallow_anonymous true") as server:
        yield server


def test_the_brokers_certificate_is_looked_at_as_it_is_presented(
    broker: Mosquitto, authority: Authority, tmp_path: Path
) -> None:
    ours = authority.sign("ours")
    now = ends(Files(tmp_path / "tls/broker.pem", ours.key)) - 10 * DAY - 3_600
    found = certificates(mqtt_of(broker.port, authority, ours), now)
    [soon] = [one for one in found if one.code == "tls.ends_soon"]
    assert f"localhost:{broker.port}" in soon.found.en
    assert "10 days" in soon.found.en
    over = certificates(mqtt_of(broker.port, authority, ours), now + 20 * DAY)
    assert any(one.code == "tls.over" and "localhost" in one.found.en for one in over)


def test_our_own_certificate_and_the_authority_that_we_trust_are_looked_at(
    broker: Mosquitto, authority: Authority
) -> None:
    ours = authority.sign("ours", ends=timedelta(days=5))
    found = certificates(mqtt_of(broker.port, authority, ours), ends(ours) - 3 * DAY)
    said = [(one.level, one.found.en) for one in found]
    assert any(level == "warning" and "that we show the broker" in words for level, words in said)
    assert any(level == "ok" and "mqtt.ca_file" in words for level, words in said)
    far = read_certificates(authority.file)[0].ends.timestamp() - DAY
    assert any(
        "mqtt.ca_file" in one.found.en and one.level == "warning"
        for one in certificates(mqtt_of(broker.port, authority, ours), far)
    )


def test_what_devices_are_shown_is_looked_at_where_we_come_by_loopback(tmp_path: Path, authority: Authority) -> None:
    shown = authority.sign("devices", ends=timedelta(days=10, hours=1))
    for path in shown:
        path.chmod(0o644)
    port = free_port()
    extra = f"allow_anonymous true\nlistener {port}\ncertfile {shown.cert}\nkeyfile {shown.key}"
    now = ends(shown) - 10 * DAY - 3_600
    ours = BrokerSettings(cert_file=shown.cert, key_file=shown.key, tls_listener=f"0.0.0.0:{port}")
    with Mosquitto(tmp_path / "devices", extra) as server:
        plain = MqttSettings(url=server.url)
        by_file = certificates(settings(mqtt=plain), now, server.configuration)
        by_settings = certificates(settings(mqtt=plain, broker=ours), now)
        both = certificates(settings(mqtt=plain, broker=ours), now, server.configuration)
        as_ours = certificates(
            settings(mqtt=MqttSettings(url=f"mqtts://localhost:{port}", ca_file=authority.file)),
            now,
            server.configuration,
        )
    for found in (by_file, by_settings, both):  # and once, whoever names it
        assert [(one.code, f"port {port}" in one.found.en) for one in found] == [("tls.ends_soon", True)]
    assert sum(one.code == "tls.ends_soon" for one in as_ours) == 1  # not said twice


def test_the_stores_certificate_is_looked_at_though_nobody_trusts_it(authority: Authority) -> None:
    files = authority.sign("store")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*files)
    server = ScriptedServer(context)
    url = f"influxdbs://ingest@localhost:{server.port}/telemetry"
    [found] = certificates(settings(store=StoreSettings(url=url)), ends(files) - DAY)
    server.close()
    assert (found.code, found.level) == ("tls.ends_soon", "warning")
    assert f"localhost:{server.port}" in found.found.fr
    assert server.requests == []


def test_who_is_away_or_speaks_no_tls_is_left_to_the_other_parts(mosquitto: Mosquitto, authority: Authority) -> None:
    for port in (free_port(), mosquitto.port):
        found = certificates(mqtt_of(port, authority), 1_795_000_000)
        assert [one for one in found if "localhost" in one.found.en] == []


# -- listeners


@pytest.mark.parametrize(
    ("console", "code"),
    [
        (ConsoleSettings(bind="127.0.0.1:8080"), ""),
        (ConsoleSettings(bind="[::1]:8080"), ""),
        (ConsoleSettings(bind="0.0.0.0:8080"), "tls.pages_in_clear"),
        (ConsoleSettings(bind="[::]:8080"), "tls.pages_in_clear"),
        (ConsoleSettings(bind="192.0.2.7:8080"), "tls.pages_in_clear"),
        (ConsoleSettings(bind="0.0.0.0:8080", proxies="10.0.0.1"), ""),
        (ConsoleSettings(bind="0.0.0.0:8080", cert_file=Path("c"), key_file=Path("k")), ""),
    ],
)
def test_pages_in_clear_beyond_this_machine_are_found(console: ConsoleSettings, code: str) -> None:
    assert levels(listeners(settings(console=console), None)) == ({code: "warning"} if code else {})


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("influxdb://u@127.0.0.1:8086/t", False),
        ("influxdb://u@localhost/t", False),
        ("influxdb://u@[::1]:8086/t", False),
        ("influxdb://u@base.example/t", True),
        ("influxdbs://u@base.example/t", False),
        ("sqlite:///readings.sqlite", False),
    ],
)
def test_a_store_elsewhere_in_clear_is_found(url: str, found: bool) -> None:
    codes = levels(listeners(settings(store=StoreSettings(url=url)), None))
    assert codes == ({"tls.store_in_clear": "warning"} if found else {})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [Listener(1883, "127.0.0.1", tls=False)]),
        ("listener 1883", [Listener(1883, EVERYWHERE, tls=False)]),
        ("listener 1883 127.0.0.1", [Listener(1883, "127.0.0.1", tls=False)]),
        ("port 1884", [Listener(1884, EVERYWHERE, tls=False)]),
        ("bind_address 192.0.2.7", [Listener(1883, "192.0.2.7", tls=False)]),
        ("listener 8883\ncertfile c\nkeyfile k", [Listener(8883, EVERYWHERE, tls=True)]),
        (
            "listener 1883\nlistener 8883\ncertfile c",
            [Listener(1883, EVERYWHERE, tls=False), Listener(8883, EVERYWHERE, tls=True)],
        ),
        (
            "listener 8883\ncertfile c\nlistener 1883",
            [Listener(8883, EVERYWHERE, tls=True), Listener(1883, EVERYWHERE, tls=False)],
        ),
        ("listener 0 /run/mosquitto.sock", []),
        ("# listener 1883\nlistener 1883 ::1", [Listener(1883, "::1", tls=False)]),
    ],
)
def test_listeners_of_a_mosquitto_conf(text: str, found: list[Listener], tmp_path: Path) -> None:
    file = tmp_path / "mosquitto.conf"
    file.write_text(f"persistence true\n{text}\n")
    assert read_listeners(file) == found


LISTENERS = st.lists(
    st.builds(
        Listener,
        st.integers(1, 65_535),
        st.sampled_from([EVERYWHERE, "127.0.0.1", "::1", "0.0.0.0", "192.0.2.7", "broker.example"]),
        st.booleans(),
    ),
    min_size=1,
)


@given(written=LISTENERS, split=st.integers(0, 5))
def test_what_is_written_is_read_whatever_file_it_stands_in(
    written: list[Listener], split: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("conf")
    (folder / "conf.d").mkdir()
    blocks = [
        f"listener {one.port} {'' if one.address == EVERYWHERE else one.address}\n"
        + ("certfile c\nkeyfile k\n" if one.tls else "")
        for one in written
    ]
    (folder / "conf.d/a.conf").write_text("".join(blocks[split:]))
    (folder / "mosquitto.conf").write_text("".join(blocks[:split]) + f"include_dir {folder}/conf.d\n")
    assert read_listeners(folder / "mosquitto.conf") == written
    wide = [one for one in written if not one.tls and not on_this_machine(one.address)]
    found = listeners(settings(), folder / "mosquitto.conf")
    assert sum(one.code == "tls.listener_in_clear" for one in found) == len(wide)


def test_what_mosquitto_really_listens_on_is_what_is_read(mosquitto: Mosquitto) -> None:
    assert read_listeners(mosquitto.configuration) == [Listener(mosquitto.port, "127.0.0.1", tls=False)]
    assert levels(listeners(settings(), mosquitto.configuration)) == {"tls.listeners_right": "ok"}
