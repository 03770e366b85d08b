"""docs/production.md names what exists; installing is run by test_install_debian.py and tests/test_compose.py."""

import re
import shlex
from pathlib import Path

import pytest
from accounts import AS_ROOT
from pages import ROOT, assert_command_exists, placed, read_page

from servers import Server, free_port, program
from vigiterre.doctor.mosquitto_conf import mosquitto_configuration

PAGES = ["docs/production.md", "docs/install-debian.md"]


def test_the_broker_file_for_a_trial_starts_and_the_doctor_finds_nothing_wrong(tmp_path: Path) -> None:
    port, conf = free_port(), tmp_path / "mosquitto.conf"
    changes = {"listener 1883": f"listener {port}", "/var/lib/mosquitto/": f"{tmp_path}/"}
    conf.write_text(placed((ROOT / "config/broker/mosquitto.conf").read_text(), changes) + AS_ROOT)
    with Server([program("mosquitto"), "-c", str(conf)], port, tmp_path / "log"):
        pass
    assert [finding.code for finding in mosquitto_configuration(conf)] == ["broker.conf_right"]


@pytest.mark.parametrize("name", PAGES)
def test_every_command_of_the_page_exists_with_its_options(name: str) -> None:
    commands = r"\bvigiterre(?= )((?: --config \S+)? (?:run|check|doctor|devices|replay|alerts|broker)\b[^\n;&`#]*)"
    found = re.findall(commands, read_page(name).text)
    assert len(found) >= 3
    for command in found:
        assert_command_exists(shlex.split(command))


@pytest.mark.parametrize("name", PAGES)
def test_every_file_of_the_repository_that_the_page_names_exists(name: str) -> None:
    places = r"\b((?:tests|config|docs)/[\w./-]+\w|Dockerfile|docker-compose\.yml|\.env\.example|CHANGELOG\.md)"
    found = set(re.findall(places, read_page(name).text))
    assert found
    for path in found:
        assert (ROOT / path).exists(), path


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_the_page_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", read_page(name).text):
        assert (ROOT / "docs" / target).exists(), target
