"""The settings of the broker, and what a person reads when one is wrong."""

import string
from pathlib import Path
from typing import Any

import pytest

from ingest.broker import WEEK_S, Broker
from ingest.mqtt import InvalidBroker, Trouble
from ingest.trouble import TEXTS

GOOD: dict[str, Any] = {
    "url": "mqtt://ingest@broker.example:1883",
    "client_id": "vigiterre",
    "topics": ("vigiterre/#",),
}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"url": "http://broker"}, "url_scheme"),
        ({"url": "broker:1883"}, "url_scheme"),
        ({"url": "mqtt://"}, "url_host"),
        ({"url": "mqtt://broker:notaport"}, "url_host"),
        ({"url": "mqtt://broker:99999"}, "url_host"),
        ({"url": "mqtt://broker/topic"}, "url_host"),
        ({"url": "mqtt://[broken"}, "url_host"),
        ({"url": "mqtt://user:S3CRET@broker"}, "url_password"),
        ({"client_id": ""}, "client_id"),
        ({"topics": ()}, "topics"),
        ({"topics": ("a", "")}, "topics"),
        ({"share": "a/b"}, "share"),
        ({"session_expiry": WEEK_S - 1}, "session_expiry"),
        ({"keep_alive": 0}, "bounds"),
        ({"receive_maximum": 65_536}, "bounds"),
        ({"buffer_messages": 0}, "bounds"),
        ({"ca_file": Path("ca.pem")}, "tls_scheme"),
        ({"url": "mqtts://broker", "cert_file": Path("c.pem")}, "tls_pair"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_with_words(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidBroker) as caught:
        Broker(**(GOOD | changes))
    assert caught.value.trouble.code == code
    assert "S3CRET" not in str(caught.value) + caught.value.trouble.text("fr")


def test_the_url_says_host_port_and_user() -> None:
    broker = Broker(**GOOD)
    assert (broker.host, broker.port, broker.user, broker.tls) == ("broker.example", 1883, "ingest", False)
    secure = Broker(**(GOOD | {"url": "mqtts://a%40b@[::1]"}))
    assert (secure.host, secure.port, secure.user, secure.tls) == ("::1", 8883, "a@b", True)


def test_the_password_is_in_no_repr() -> None:
    assert "S3CRET" not in repr(Broker(**GOOD, password="S3CRET"))


@pytest.mark.parametrize(
    ("url", "exposed"),
    [
        ("mqtt://broker.example", True),
        ("mqtts://broker.example", False),
        ("mqtt://127.0.0.1", False),
        ("mqtt://localhost", False),
        ("mqtt://[::1]", False),
        ("mqtt://192.0.2.1", True),
    ],
)
def test_a_password_in_clear_on_a_network_is_noticed(url: str, exposed: bool) -> None:
    assert Broker(**(GOOD | {"url": url}), password="x").password_in_clear is exposed
    assert not Broker(**(GOOD | {"url": url})).password_in_clear


def test_a_share_group_stands_before_every_filter() -> None:
    assert Broker(**(GOOD | {"topics": ("a/#", "b")}), share="g").filters == ["$share/g/a/#", "$share/g/b"]


@pytest.mark.parametrize("code", TEXTS)
def test_every_trouble_needs_the_same_facts_in_french_and_in_english(code: str) -> None:
    french, english = ({name for _, name, _, _ in string.Formatter().parse(text) if name} for text in TEXTS[code])
    assert french == english
    facts = dict.fromkeys(french, "fact")
    assert Trouble(code, facts).text("fr") != Trouble(code, facts).text("en")
