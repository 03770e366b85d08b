"""Settings: the file, the environment over it, and every mistake said at once with its place."""

from pathlib import Path

import pytest

from devices.errors import ConfigError
from vigiterre.settings import load_settings, secret


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONFIG", "DATA_DIR", "MQTT__URL", "STORE__URL", "LANGUAGE"):
        monkeypatch.delenv(f"VIGITERRE_{name}", raising=False)


def folder(tmp_path: Path, text: str) -> Path:
    (tmp_path / "vigiterre.toml").write_text(text)
    return tmp_path


def problems(tmp_path: Path, text: str, language: str = "en") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_settings(folder(tmp_path, text))
    assert language in ("fr", "en")
    return [problem.text("fr" if language == "fr" else "en") for problem in caught.value.problems]


def test_without_a_file_everything_has_a_default_on_this_machine(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert settings.mqtt.url == "mqtt://127.0.0.1:1883"
    assert settings.console.address() == ("127.0.0.1", 8080)
    assert settings.store_url == "sqlite:///var/readings.sqlite"


def test_the_environment_wins_over_the_file_key_by_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGITERRE_MQTT__URL", "mqtts://broker.example:8883")
    settings = load_settings(folder(tmp_path, '[mqtt]\nurl = "mqtt://other:1883"\nkeep_alive = 60\n'))
    assert (settings.mqtt.url, settings.mqtt.keep_alive) == ("mqtts://broker.example:8883", 60)


def test_every_mistake_is_reported_with_file_line_and_remedy(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        '[mqtt]\nurl = "mqtt://a:1883"\nurll = "x"\nkeep_alive = "soon"\n\n'
        '[console]\nbind = "8080"\n\n[nonsense]\na = 1\n',
    )
    assert len(found) == 4
    assert any(line.startswith("vigiterre.toml: line 3, mqtt.urll: ") for line in found), found
    assert any("line 4, mqtt.keep_alive" in line for line in found), found
    assert any("127.0.0.1:8080" in line for line in found), found


def test_a_wrong_variable_is_reported_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGITERRE_MQTT__KEEP_ALIVE", "soon")
    [line] = problems(tmp_path, "")
    assert line.startswith("VIGITERRE_MQTT__KEEP_ALIVE: ")


def test_a_password_in_the_file_is_refused(tmp_path: Path) -> None:
    [line] = problems(tmp_path, '[store]\npassword = "canary"\n')
    assert "store.password" in line
    assert "canary" not in line


def test_a_password_never_shows_in_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGITERRE_STORE__PASSWORD", "canary")
    settings = load_settings(tmp_path)
    assert "canary" not in repr(settings)
    assert secret(settings.store.password, None) == "canary"


def test_a_password_file_is_read_without_its_newline_and_must_exist(tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("canary\n")
    assert secret(None, tmp_path / "pw") == "canary"
    with pytest.raises(ConfigError, match="absent"):
        secret(None, tmp_path / "absent")


def test_late_data_must_come_before_the_store_forgets(tmp_path: Path) -> None:
    [line] = problems(tmp_path, "[store]\nraw_days = 30\n[clock]\nmax_age_days = 30\n", "fr")
    assert "30" in line


def test_a_shared_subscription_needs_a_client_id_of_its_own(tmp_path: Path) -> None:
    [line] = problems(tmp_path, '[mqtt]\nshare = "ingest"\n')
    assert "client_id" in line


def test_passwords_cross_no_network_in_clear_but_that_of_containers_and_only_by_name(tmp_path: Path) -> None:
    for listener in ("0.0.0.0:1883", "[::]:1883", "192.0.2.7:1883", "mosquitto:1883"):
        wide = f'listener = "{listener}"\n'
        for given in (wide, f"whole = true\n{wide}", f'whole = true\nin_clear = "machine"\n{wide}'):
            [told] = problems(tmp_path, f"[broker]\n{given}")
            assert "passwords cross it in clear" in told
        named = load_settings(folder(tmp_path, f'[broker]\nwhole = true\nin_clear = "containers"\n{wide}'))
        assert named.broker.listener == listener
    [told, *_] = problems(tmp_path, '[broker]\nin_clear = "containers"\n')
    assert "set broker.whole" in told


def test_broken_toml_is_said_with_its_line(tmp_path: Path) -> None:
    [line] = problems(tmp_path, "[mqtt]\nurl = \n")
    assert "line 2" in line
