"""The demonstration's settings: its own broker, store and folder, whatever the file and the environment say."""

from dataclasses import dataclass
from pathlib import Path

from vigiterre.settings import (
    AlertSettings,
    ClockSettings,
    ConsoleSettings,
    JournalSettings,
    LogSettings,
    MqttSettings,
    QuarantineSettings,
    Settings,
    StoreSettings,
    load_settings,
)

CLIENT_ID = "vigiterre-demo"


@dataclass(frozen=True)
class Plan:
    """What the command line asked for."""

    folder: Path
    """The configuration folder."""
    data_dir: Path
    kept: bool
    """False: data_dir goes when the demonstration ends."""
    bind: str
    """host:port of the pages."""
    duration: float | None
    """Seconds of playing, history included; None is until Ctrl-C."""
    broker: str = ""
    """URL of a real broker; "" starts the embedded one."""
    password_file: Path | None = None
    """Of that broker."""


def demo_settings(plan: Plan, broker: str) -> Settings:
    """Settings that can touch nothing but `plan.data_dir` and this broker (URL).

    The environment may hold the addresses of production; only the language, the first topic level, the largest payload
    and how to log are taken from there. Raises ConfigError when the file or the environment is wrong.
    """
    configured = load_settings(plan.folder)
    log = configured.log if "level" in configured.log.model_fields_set else LogSettings(level="warning")
    return configured.model_copy(
        update={
            "data_dir": plan.data_dir,
            "mqtt": MqttSettings(
                url=broker,
                client_id=CLIENT_ID,
                root=configured.mqtt.root,
                max_payload=configured.mqtt.max_payload,
                password_file=plan.password_file,
            ),
            "store": StoreSettings(),
            "journal": JournalSettings(),
            "quarantine": QuarantineSettings(),
            "clock": ClockSettings(),
            "alerts": AlertSettings(),
            "console": ConsoleSettings(bind=plan.bind),
            "log": log,
        }
    )
