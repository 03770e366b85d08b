"""The doctor reads mosquitto.conf: each setting by which the broker would lose what it confirms."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from examined import CONFIG, levels

from devices.load import load_registry
from ingest.sources import Sources
from servers import Mosquitto
from vigiterre.broker_config.render import PIECE, Blueprint
from vigiterre.doctor.mosquitto_conf import mosquitto_configuration
from vigiterre.settings import Settings


def conf(tmp_path: Path, **changes: str | None) -> Path:
    values: dict[str, str | None] = {
        "persistence": "true",
        "persistence_location": f"{tmp_path}/",
        "autosave_on_changes": "true",
        "autosave_interval": "1",
        "max_queued_messages": "0",
        "user": "no-such-account",
    }
    values |= changes
    file = tmp_path / "mosquitto.conf"
    file.write_text("# durable\n" + "".join(f"{key} {value}\n" for key, value in values.items() if value is not None))
    return file


def test_the_test_suites_own_broker_is_configured_to_keep_what_it_confirms(mosquitto: Mosquitto) -> None:
    assert levels(mosquitto_configuration(mosquitto.configuration)).keys() <= {
        "broker.conf_right",
        "broker.location_unwritable",  # started by an ordinary account, whose folder mosquitto's own may not enter
    }


@pytest.mark.parametrize(
    ("changes", "code", "level"),
    [
        ({}, "broker.conf_right", "ok"),
        ({"persistence": None}, "broker.no_persistence", "error"),
        ({"persistence": "false"}, "broker.no_persistence", "error"),
        ({"autosave_on_changes": None}, "broker.no_autosave", "warning"),
        ({"autosave_interval": "1800"}, "broker.no_autosave", "warning"),
        ({"max_queued_messages": None}, "broker.queue_limited", "error"),
        ({"max_queued_bytes": "1000000"}, "broker.queue_limited", "error"),
        ({"persistent_client_expiration": "2d"}, "broker.session_expires", "warning"),
        ({"persistent_client_expiration": "14d"}, "broker.conf_right", "ok"),
        ({"persistence_location": "/nowhere/at/all"}, "broker.no_location", "error"),
    ],
)
def test_p18_each_setting_that_loses_messages_is_found(
    tmp_path: Path, changes: Mapping[str, str | None], code: str, level: str
) -> None:
    assert levels(mosquitto_configuration(conf(tmp_path, **changes))) == {code: level}


def test_p18_a_folder_that_mosquittos_account_may_not_write_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir(mode=0o555)
    found = mosquitto_configuration(conf(tmp_path, persistence_location=f"{folder}/", user="nobody"))
    assert levels(found) == {"broker.location_unwritable": "error"}
    assert "chown -R nobody" in found[0].remedy.fr


def test_included_files_count_and_the_last_one_wins(tmp_path: Path) -> None:
    included = tmp_path / "conf.d"
    included.mkdir()
    (included / "late.conf").write_text("persistence false\n")
    file = conf(tmp_path)
    file.write_text(file.read_text() + f"include_dir {included}\n")
    assert levels(mosquitto_configuration(file)) == {"broker.no_persistence": "error"}


def test_a_conf_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert levels(mosquitto_configuration(tmp_path / "none.conf")) == {"broker.conf_unreadable": "error"}


def test_the_broker_settings_that_are_shipped_and_derived_pass_but_for_their_folder(tmp_path: Path) -> None:
    derived = Blueprint(Settings(), load_registry(CONFIG), Sources(), ()).files()[PIECE]
    (tmp_path / "conf.d").mkdir()
    (tmp_path / PIECE).write_text(derived.content)
    debian = tmp_path / "mosquitto.conf"  # as the package has it, with our file beside it
    debian.write_text(f"persistence true\npersistence_location {tmp_path}/\ninclude_dir {tmp_path / 'conf.d'}\n")
    for file in (debian, *(CONFIG / "broker").glob("*.conf")):
        assert levels(mosquitto_configuration(file)).keys() <= {
            "broker.conf_right",
            "broker.no_location",
            "broker.location_unwritable",
        }
