"""Whoever writes an address into notify.toml reaches nothing of our own network through it, unless that is said."""

import asyncio
import errno
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from telling import NOW, Web, channel, web_server

from alerts.notices.plan import Channel, ChannelKind, Heartbeat, Plan
from alerts.notices.plan_file import FILE, read_plan
from alerts.notices.public_only import public_only
from alerts.notices.trial import notify_test
from alerts.notices.trouble import NotSent
from alerts.notices.web import ask, public
from devices.problems import Problem

INWARD = [
    "127.0.0.1", "127.1", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "localhost",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "[fd00::1]", "[fe80::1]", "[fec0::1]", "[64:ff9b:1::1]",
    "169.254.169.254", "2852039166", "0xa9fea9fe", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "100.100.100.200",
    "192.0.0.192", "168.63.129.16", "224.0.0.1", "[ff02::1]", "255.255.255.255",
]  # fmt: skip
"""Loopback, private, shared, of the link, of the site, metadata of clouds, multicast: in every way to write them."""
APPRISE = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as found:
        yield found


PRIVATE = str(NotSent("private"))
FAILED = str(NotSent("apprise"))


def tried(one: Channel) -> str:
    with pytest.raises(NotSent) as refused:
        notify_test(Plan(channels={one.name: one}), one.name, NOW)
    assert "allow_private = true" in refused.value.text("fr") or str(refused.value) != PRIVATE
    return str(refused.value)


@pytest.mark.parametrize("host", INWARD)
def test_a_webhook_into_our_own_network_is_refused_however_it_is_written(host: str) -> None:
    assert tried(channel("hook", ChannelKind.WEBHOOK, f"http://{host}/latest/meta-data")) == PRIVATE


@APPRISE
@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "localhost", "[::ffff:127.0.0.1]", "169.254.169.254"])
@pytest.mark.parametrize(
    "service",
    ["json://{}/x", "gotify://{}/Atoken1234567890", "ntfy://{}/topic", "signal://{}/+33600000001/+33600000002"],
)
def test_apprise_is_held_to_the_same_where_it_is_asked_for_by_a_host(service: str, host: str) -> None:
    assert tried(channel("chat", ChannelKind.APPRISE, service.format(host))) == PRIVATE


@APPRISE
def test_a_service_without_a_host_is_not_resolved_for_its_host_is_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []

    def resolved(*given: object) -> list[str]:
        asked.append(given)
        return []

    monkeypatch.setattr("alerts.notices.transport.resolved", resolved)
    monkeypatch.setattr("apprise.Apprise.notify", lambda *_given, **_more: False)
    assert tried(channel("sms", ChannelKind.APPRISE, "freemobile://12345678@KEYofTHEaccount")) == FAILED
    assert asked == []


@APPRISE
def test_apprise_follows_no_redirect(web: Web) -> None:
    web.answers = [302]
    address = web.url.replace("http://", "json://")
    assert tried(channel("chat", ChannelKind.APPRISE, address, allow_private=True)) == FAILED
    assert web.asked.qsize() == 1


def test_the_heartbeat_is_held_to_the_same(web: Web) -> None:
    heartbeat = Heartbeat(SecretStr(web.url), 1_000)
    with pytest.raises(NotSent, match="private"):
        ask("GET", web.url, body=None, headers={}, allow_private=heartbeat.allow_private)
    assert web.asked.empty()


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_more: answer("8.8.8.8", "192.168.1.1"))
    assert tried(channel("hook", ChannelKind.WEBHOOK, "http://hook.example/")) == PRIVATE


def test_a_name_that_means_another_address_a_moment_later_is_asked_once(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the second answer leads to our own web server, which must not be asked."""
    port = port_of(web)
    answers = [answer("203.0.113.7"), answer("127.0.0.1")]
    connected: list[object] = []

    def connect(address: tuple[str, int], *_given: object, **_more: object) -> None:
        connected.append(address)
        raise OSError(errno.EHOSTUNREACH, "no route")

    monkeypatch.setattr("alerts.notices.web.public", lambda address: not address.startswith("127."))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_more: answers.pop(0))
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    assert "no route" in tried(channel("hook", ChannelKind.WEBHOOK, f"http://hook.example:{port}/"))
    assert connected == [("203.0.113.7", port)]
    assert len(answers) == 1
    assert web.asked.empty()


@APPRISE
@pytest.mark.parametrize("service", ["json", "xml", "form", "gotify", "ntfy"])
def test_apprise_does_not_reach_a_name_that_means_another_address_a_moment_later(
    web: Web, service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when we look, our own web server when the library connects."""
    port = port_of(web)
    answers = [answer("8.8.8.8", port=port)]
    asked: list[object] = []

    def resolve(host: object, *_given: object, **_more: object) -> list[tuple[Any, ...]]:
        asked.append(host)
        return answers.pop(0) if answers else answer("127.0.0.1", port=port)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    path = {"gotify": "Atoken1234567890", "ntfy": "topic"}.get(service, "x")
    assert tried(channel("chat", ChannelKind.APPRISE, f"{service}://rebinding.example:{port}/{path}")) == PRIVATE
    assert len(asked) >= 2, "the library resolved it again"
    assert web.asked.empty()


@APPRISE
def test_apprise_reaches_nothing_of_ours_by_a_service_that_names_no_host(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its address is Apprise's own, which we do not know: what it means is looked at all the same."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_given, **_more: answer("127.0.0.1", port=port_of(web)))
    assert tried(channel("sms", ChannelKind.APPRISE, "freemobile://12345678@KEYofTHEaccount")) == PRIVATE
    assert web.asked.empty()


@APPRISE
def test_several_services_of_one_channel_are_each_looked_at_in_threads_of_their_own(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = port_of(web)
    answers = [answer("8.8.8.8", port=port), answer("8.8.4.4", port=port)]
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda *_given, **_more: answers.pop(0) if answers else answer("127.0.0.1", port=port),
    )
    both = f"json://one.example:{port}/x, json://two.example:{port}/y"
    assert tried(channel("chat", ChannelKind.APPRISE, both)) == PRIVATE
    assert web.asked.empty()


def test_what_is_looked_at_is_the_connection_of_who_asked_and_no_other(web: Web) -> None:
    """The store of the same process is on loopback, and is reached meanwhile."""
    address = ("127.0.0.1", port_of(web))
    with ThreadPoolExecutor(1) as others, public_only() as attempts:
        others.submit(connected, address).result()
        assert not attempts.private
        with pytest.raises(PermissionError):
            connected(address)
        assert attempts.private
        with pytest.raises(PermissionError):
            others.submit(copy_context().run, connected, address).result()
    connected(address)


@pytest.mark.parametrize("where", ["127.0.0.1", "localhost"])
def test_datagrams_and_names_that_are_resolved_beside_us_are_refused_too(where: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one, public_only() as attempts:
        with pytest.raises(PermissionError):
            one.sendto(b"x", (where, 9))
        assert attempts.private


def test_a_socket_of_this_machine_is_no_public_address(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as one, public_only():
        server.bind(str(tmp_path / "s"))
        server.listen()
        with pytest.raises(PermissionError):
            one.connect(str(tmp_path / "s"))


def connected(address: tuple[str, int]) -> None:
    with socket.create_connection(address, timeout=5):
        """It was reached."""


def port_of(web: Web) -> int:
    return int(web.url.rsplit(":", 1)[1].partition("/")[0])


async def test_what_is_meant_is_allowed_by_name(web: Web) -> None:
    one = channel("hook", ChannelKind.WEBHOOK, web.url, allow_private=True)
    await asyncio.to_thread(notify_test, Plan(channels={"hook": one}), "hook", NOW)
    assert web.asked.qsize() == 1


@given(st.ip_addresses(v=4))
def test_an_address_of_ipv6_that_stands_for_one_of_ipv4_is_judged_as_that_one(address: Any) -> None:
    number = int(address)
    high, low = number >> 16, number & 0xFFFF
    for written in (f"::ffff:{address}", f"64:ff9b::{address}", f"2002:{high:x}:{low:x}::1"):
        assert public(written) == public(str(address)), written


def answer(*addresses: str, port: int = 80) -> list[tuple[Any, ...]]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]


@pytest.mark.parametrize(
    ("kind", "address", "taken"),
    [
        ("apprise", "json://127.0.0.1/", True),
        ("webhook", "http://127.0.0.1/", True),
        ("mail", "smtps://a:b@mail.example/?from=a@b.fr&to=c@d.fr", False),
    ],
)
@APPRISE
def test_the_file_takes_the_key_where_it_means_something(
    tmp_path: Path, kind: str, address: str, *, taken: bool
) -> None:
    (tmp_path / FILE).write_text(f'[channels.one]\n{kind} = "env:ADDRESS"\nallow_private = true\n')
    problems: list[Problem] = []
    plan = read_plan(tmp_path, {}, problems, environment={"ADDRESS": address})
    assert [one.place for one in problems if "allow_private" in one.text("en")] == [one.place for one in problems]
    assert (not problems and plan.channels["one"].allow_private) == taken
