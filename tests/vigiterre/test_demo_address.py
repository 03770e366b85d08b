"""Where the page listens: exactly where the user says, else at the usual port or the next free one, said."""

import contextlib
import socket
from pathlib import Path
from typing import Literal

import pytest

from devices.errors import VigiterreError
from vigiterre.demo.address import USUAL, page_address
from vigiterre.shell import Shell

FRENCH, ENGLISH = Shell(Path("config"), "fr"), Shell(Path("config"), "en")


def test_a_taken_usual_port_gives_way_to_another_and_that_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as listener:
        with contextlib.suppress(OSError):  # somebody else has it: taken all the same
            listener.bind(("127.0.0.1", 8080))
            listener.listen()
        found = page_address(None, ENGLISH)
    port = int(found.rpartition(":")[2])
    assert port != 8080
    assert f"{USUAL} is taken by another program: the page is on port {port}." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "un autre programme écoute là"), ("en", "a free port is chosen")]
)
def test_a_taken_port_that_was_asked_for_is_an_error_with_its_remedy(language: Literal["fr", "en"], words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        asked = f"127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(VigiterreError, match=words) as raised:
            page_address(asked, Shell(Path("config"), language))
    assert asked in str(raised.value)


@pytest.mark.parametrize("asked", ["nowhere", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536", ":8080"])
def test_an_address_that_is_none_is_answered_with_an_example(asked: str) -> None:
    with pytest.raises(VigiterreError, match=r"écrivez hôte:port, par exemple 127\.0\.0\.1:8080"):
        page_address(asked, FRENCH)


def test_an_address_of_another_machine_is_refused_with_what_to_write_instead() -> None:
    with pytest.raises(VigiterreError, match="or an address of this machine"):
        page_address("192.0.2.1:8080", ENGLISH)


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_port_0_is_any_free_port_of_that_host(host: str) -> None:
    found = page_address(f"{host}:0", FRENCH)
    assert found.startswith(f"{host}:")
    assert int(found.rpartition(":")[2]) > 0
