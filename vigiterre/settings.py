"""Settings: `vigiterre.toml` in the configuration folder, every key overridable by environment.

`VIGITERRE_MQTT__URL` is `mqtt.url`. Secrets come from the environment (`VIGITERRE_MQTT__PASSWORD`) or from a file
(`mqtt.password_file`), never from the TOML. docs/settings.md lists every key; a test compares.
"""

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from devices.errors import ConfigError, VigiterreError
from devices.problems import Language, Problem, near
from devices.tables import Document, Table, read_table

FILE = "vigiterre.toml"
SECRETS = (("mqtt", "password"), ("store", "password"), ("grafana", "token"), ("authority", "passphrase"))
"""Never in the file."""


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MqttSettings(Section):
    url: str = Field("mqtt://127.0.0.1:1883", description="broker: mqtt://user@host:1883, or mqtts:// for TLS")
    client_id: str = Field("vigiterre-ingest", description="fixed name of our session on the broker")
    root: str = Field("vigiterre", pattern=r"^[^/+#$][^+#]*[^/+#]$|^[^/+#$]$", description="first topic level(s)")
    share: str = Field("", pattern=r"^[^/+#]*$", description="$share group; then client_id must differ per process")
    unshared: bool = Field(
        True, description="with share: also what cannot be shared, foreign brokers and Sparkplug; in one process only"
    )
    password: SecretStr | None = Field(None, description="environment only; password_file is better")
    password_file: Path | None = Field(None, description="file holding the broker password")
    ca_file: Path | None = Field(None, description="certificate authority of the broker (mqtts)")
    cert_file: Path | None = Field(None, description="our certificate (mqtts)")
    key_file: Path | None = Field(None, description="its key (mqtts)")
    keep_alive: int = Field(30, ge=1, le=3600, description="seconds")
    max_payload: int = Field(262_144, ge=1_024, description="bytes; larger payloads are refused as too_large")


class StoreSettings(Section):
    url: str = Field("", description="influxdb://user@host:8086/telemetry, influxdbs://, sqlite:///path or memory:")
    password: SecretStr | None = Field(None, description="environment only; password_file is better")
    password_file: Path | None = Field(None, description="file holding the store password (InfluxDB 2: the API token)")
    raw_days: int = Field(90, ge=0, description="raw readings are kept this long; 0 is for ever")
    rollup_days: int = Field(3_650, ge=0, description="hourly roll-ups are kept this long; 0 is for ever")


class JournalSettings(Section):
    max_bytes: int = Field(4 * 2**30, ge=2**20, description="when full of unstored messages we stop reading the broker")
    max_days: int = Field(7, ge=0, description="stored messages stay this long for `vigiterre replay`")


class QuarantineSettings(Section):
    max_bytes: int = Field(2**30, ge=2**20, description="oldest refusals beyond this are dropped and counted")
    max_days: int = Field(30, ge=1, description="refusals are kept this long")
    device_share: int = Field(10, ge=1, le=100, description="percent of max_bytes that one device may take")


class LimitSettings(Section):
    readings_per_hour: int = Field(
        0, ge=0, le=1_000_000, description="readings of one device and hour of event time; 0 is without limit"
    )
    bytes_per_day: int = Field(
        0, ge=0, le=2**32 - 1, description="bytes of one device and day of event time; 0 is without limit"
    )


class ClockSettings(Section):
    max_age_days: int = Field(30, ge=1, description="readings later than this are refused as too_old")


class AlertSettings(Section):
    lateness_minutes: int = Field(60, ge=1, description="how far behind its device's newest a reading is still judged")
    history_days: int = Field(1_825, ge=30, description="alerts that ended are kept this long")


class ConsoleSettings(Section):
    bind: str = Field("127.0.0.1:8080", description="host:port of the pages, /livez, /readyz and /metrics")
    cert_file: Path | None = Field(None, description="certificate of the pages, PEM, intermediates after it: https")
    key_file: Path | None = Field(None, description="its key, PEM, without password")
    public_url: str = Field("", description="address of the pages as people reach them, for the links in notices")
    tiles: str = Field("", description="URL pattern of background map tiles; empty: our outline only")
    reading: Literal["auto", "all", "signed-in"] = Field("auto", description="who reads without signing in")
    session_hours: int = Field(12, ge=1, le=720, description="so long unused, a session ends")
    proxies: str = Field("", description="addresses of proxies whose X-Forwarded-* are believed, separated by commas")
    secure_cookies: Literal["auto", "always", "never"] = Field(
        "auto", description="whether cookies are for https alone"
    )
    audit_days: int = Field(1_825, ge=30, description="the log of changes is kept this long")

    @field_validator("bind")
    @classmethod
    def host_and_port(cls, bind: str) -> str:
        host, _, port = bind.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65535:
            raise ValueError("write host:port, such as 127.0.0.1:8080")
        return bind

    @field_validator("public_url")
    @classmethod
    def web_address(cls, url: str) -> str:
        if url and not re.match(r"https?://[^/\s?#]+(?:/[^\s?#]*)?$", url):
            raise ValueError("write the address of the pages, such as https://vigiterre.example.org")
        return url.rstrip("/")

    @field_validator("proxies")
    @classmethod
    def addresses(cls, proxies: str) -> str:
        try:
            networks(proxies)
        except ValueError as error:
            raise ValueError("write addresses or networks, such as 127.0.0.1, 10.0.0.0/8") from error
        return proxies

    @field_validator("tiles")
    @classmethod
    def tile_pattern(cls, url: str) -> str:
        # It goes into a Content-Security-Policy, where `;` and spaces begin something else.
        named = re.fullmatch(r"https?://[A-Za-z0-9.{}:-]+/[^\s;,'\"<>]*", url)
        if url and not (named and all(part in url for part in ("{z}", "{x}", "{y}"))):
            raise ValueError("write a pattern such as https://tiles.example.org/{z}/{x}/{y}.png")
        return url

    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The proxies."""
        return networks(self.proxies)

    @property
    def own_url(self) -> str:
        """Of the pages, as they listen."""
        return f"{'http' if self.cert_file is None else 'https'}://{self.bind}"

    def address(self) -> tuple[str, int]:
        host, _, port = self.bind.rpartition(":")
        return host.strip("[]"), int(port)


def networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Of `127.0.0.1, 10.0.0.0/8`. Raises ValueError."""
    return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())


class GrafanaSettings(Section):
    """Of `vigiterre dashboards push` and `diff`; the running process needs none of it."""

    url: str = Field("", description="address of Grafana, for `vigiterre dashboards push`")
    token: SecretStr | None = Field(None, description="environment only; token_file is better")
    token_file: Path | None = Field(None, description="file holding the token of a service account")
    folder: str = Field("Vigiterre", min_length=1, pattern="^[^/]*$", description="title of the dashboards' folder")
    oncall_email: str = Field("", description="who is told by the watchman rules; several addresses separated by ;")


class BrokerSettings(Section):
    """Of `vigiterre broker render` and `apply`, which write mosquitto's files; `run` reads `cert_file` alone."""

    folder: Path = Field(Path("/etc/mosquitto"), description="where mosquitto's files are written")
    whole: bool = Field(
        False, description="true: the whole mosquitto.conf; false: a file for the conf.d of Debian's own"
    )
    account: str = Field("mosquitto", min_length=1, description="account that mosquitto runs as; it owns its files")
    data_folder: Path = Field(Path("/var/lib/mosquitto"), description="with whole: where mosquitto keeps messages")
    pid_file: Path = Field(Path("/run/mosquitto/mosquitto.pid"), description="where mosquitto says its process id")
    in_clear: Literal["machine", "containers"] = Field(
        "machine", description="who reaches `listener`: this machine; with whole, also the containers of one network"
    )
    listener: str = Field("127.0.0.1:1883", description="plain listener: a loopback address, but see in_clear")
    tls_listener: str = Field("0.0.0.0:8883", description="listener by TLS, open once there is a certificate")
    ca_file: Path | None = Field(None, description="authority of cert_file, where mosquitto is to be told of it")
    cert_file: Path | None = Field(None, description="the broker's certificate and its chain, PEM")
    key_file: Path | None = Field(None, description="its key, PEM; readable by the account")
    certificate_listener: str = Field(
        "", description="listener by TLS for devices that show a certificate; empty: none. Needs cert_file"
    )
    max_connections: int = Field(20_000, ge=1, description="connections by TLS at once; more are refused")
    public_address: str = Field("", description="host:port of the broker as devices reach it, told with a credential")

    @field_validator("listener", "tls_listener", "certificate_listener", "public_address")
    @classmethod
    def host_and_port(cls, address: str, info: ValidationInfo) -> str:
        host, _, port = address.rpartition(":")
        needed = bool(address) or info.field_name not in ("certificate_listener", "public_address")
        if needed and not (re.fullmatch(r"[\w.\[\]:-]+", host) and port.isdecimal() and 0 < int(port) <= 65535):
            raise ValueError("write host:port, such as 127.0.0.1:1883")
        if info.field_name == "listener" and not _is_loopback(host) and info.data.get("in_clear") != "containers":
            raise ValueError("passwords cross it in clear: write a loopback address, such as 127.0.0.1:1883")
        return address

    @field_validator("in_clear")
    @classmethod
    def of_containers_only_whole(cls, in_clear: str, info: ValidationInfo) -> str:
        if in_clear == "containers" and not info.data.get("whole"):
            raise ValueError("containers have a mosquitto.conf of their own: set broker.whole, or write machine")
        return in_clear


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


class AuthoritySettings(Section):
    """Of `vigiterre devices certificates` and `broker apply`; the running process needs none of it."""

    key_file: Path | None = Field(None, description="key of the devices' authority; empty: data_dir/pki/authority.key")
    passphrase: SecretStr | None = Field(None, description="environment only; passphrase_file is better")
    passphrase_file: Path | None = Field(None, description="file holding the passphrase of that key, where it has one")
    days: int = Field(1_825, ge=1, le=7_300, description="a device's certificate is good this long")


class LogSettings(Section):
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="how much is logged")
    format: Literal["console", "json"] = Field("console", description="for people or for machines")


class Settings(BaseSettings):
    """Everything that differs between installations. Relative paths are relative to the working directory."""

    model_config = SettingsConfigDict(
        env_prefix="VIGITERRE_", env_nested_delimiter="__", extra="forbid", frozen=True, env_ignore_empty=True
    )

    data_dir: Path = Field(Path("var"), description="journal, quarantine, state; survives restarts")
    language: Language = Field("fr", description="of pages and command line: fr or en")
    mqtt: MqttSettings = MqttSettings()
    store: StoreSettings = StoreSettings()
    journal: JournalSettings = JournalSettings()
    quarantine: QuarantineSettings = QuarantineSettings()
    limits: LimitSettings = LimitSettings()
    clock: ClockSettings = ClockSettings()
    alerts: AlertSettings = AlertSettings()
    console: ConsoleSettings = ConsoleSettings()
    grafana: GrafanaSettings = GrafanaSettings()
    broker: BrokerSettings = BrokerSettings()
    authority: AuthoritySettings = AuthoritySettings()
    log: LogSettings = LogSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  -- pydantic-settings calls by position
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, whose content comes in as keyword arguments."""
        return env_settings, init_settings

    @property
    def store_url(self) -> str:
        """`store.url`, or a SQLite file in `data_dir`."""
        return self.store.url or f"sqlite:///{self.data_dir / 'readings.sqlite'}"


def load_settings(folder: Path, **overrides: Any) -> Settings:
    """Read `vigiterre.toml` of a folder, if there, and the environment. Raises ConfigError with every problem."""
    path = folder / FILE
    problems: list[Problem] = []
    table = read_table(path, FILE, problems) if path.exists() else Table(Document(FILE, "", problems), {})
    if table is None:
        raise ConfigError(problems)
    inline = [keys for keys in SECRETS if _holds(table, keys)]
    problems += [Problem(FILE, table.document.place(keys, ".".join(keys)), "secret_in_file") for keys in inline]
    try:
        settings = Settings(**{**table.values, **overrides})
    except ValidationError as error:
        problems += [_problem(table, fault) for fault in error.errors(include_url=False, include_input=False)]
        raise ConfigError(problems) from error
    problems += _incoherent(settings)
    if problems:
        raise ConfigError(problems)
    return settings


def secret(value: SecretStr | None, file: Path | None) -> str | None:
    """A password from the environment or from its file. Raises ConfigError when the file cannot be read."""
    if value is not None or file is None:
        return value.get_secret_value() if value else None
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError([Problem(str(file), "", "unreadable_file", {"detail": error.strerror})]) from error


def wrong_setting(folder: Path, key: str, error: VigiterreError) -> Problem:
    """What a later step says of a setting, `mqtt.url` or another, with the place where it was given."""
    keys = tuple(key.split("."))
    table = read_table(folder / FILE, FILE, []) or Table(Document(FILE, "", []), {})
    file, place = _place(table, keys) if _given(table, keys) else (FILE, key)
    return Problem(file, place, "wrong_setting", {"error": error.words})


def _given(table: Table, keys: tuple[str, ...]) -> bool:
    return bool(os.environ.get("VIGITERRE_" + "__".join(keys).upper())) or _holds(table, keys)


def _incoherent(settings: Settings) -> list[Problem]:
    problems = []
    if 0 < settings.store.raw_days <= settings.clock.max_age_days:
        facts = {"max_age": settings.clock.max_age_days, "raw": settings.store.raw_days}
        problems.append(Problem(FILE, "clock.max_age_days", "max_age_beyond_retention", facts))
    if settings.mqtt.share and settings.mqtt.client_id == MqttSettings.model_fields["client_id"].default:
        problems.append(Problem(FILE, "mqtt.client_id", "share_needs_client_id"))
    if (settings.broker.cert_file is None) != (settings.broker.key_file is None):
        problems.append(Problem(FILE, "broker.cert_file", "cert_needs_key"))
    if settings.broker.certificate_listener and settings.broker.cert_file is None:
        problems.append(Problem(FILE, "broker.certificate_listener", "listener_needs_cert"))
    if settings.broker.certificate_listener in (settings.broker.listener, settings.broker.tls_listener):
        problems.append(Problem(FILE, "broker.certificate_listener", "listener_twice"))
    return problems


def _problem(table: Table, fault: Any) -> Problem:
    keys = tuple(str(part) for part in fault["loc"])
    name = ".".join(keys)
    file, place = _place(table, keys)
    if fault["type"] == "extra_forbidden":
        return Problem(file, place, "unknown_setting", {"name": name, "known": near(name, setting_names())})
    return Problem(file, place, "bad_setting", {"error": fault["msg"].removeprefix("Value error, ")})


def _place(table: Table, keys: tuple[str, ...]) -> tuple[str, str]:
    """Where a setting was given: its variable wins over the file, and is what must be corrected."""
    variable = "VIGITERRE_" + "__".join(keys).upper()
    if os.environ.get(variable) or not _holds(table, keys):
        return variable, ""
    return FILE, table.document.place(keys, ".".join(keys))


def _holds(table: Table, keys: tuple[str, ...]) -> bool:
    at: Any = table.values
    for key in keys:
        if not isinstance(at, dict) or key not in at:
            return False
        at = at[key]
    return True


def setting_names() -> list[str]:
    """Every key, dotted: `mqtt.url`."""
    names = []
    for name, field in Settings.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, Section):
            names += [f"{name}.{key}" for key in inner.model_fields]
        else:
            names.append(name)
    return names
