"""No secret reaches the log, in whatever words it comes; what is no secret stays readable."""

import io
import json
import logging
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from vigiterre import logs
from vigiterre.redaction import REDACTED, SHORTEST, Redaction
from vigiterre.secret_places import secret_places, secret_values
from vigiterre.settings import LogSettings, load_settings

CANARY = "c4nary-Zx81"
CREDENTIALS = st.text(st.characters(codec="ascii", categories=("L", "N"), include_characters="-_.~!$*+%"), min_size=1)
KNOWN = st.text(min_size=SHORTEST, max_size=40).filter(lambda text: text.strip() == text and text.isprintable())


def redacted(text: str, *known: str) -> str:
    redaction = Redaction(lambda: known)
    event = redaction(None, "info", {"event": text})
    assert isinstance(event, dict)
    return str(event["event"])


FORMS = {
    "url": ("cannot reach mqtt://ingest:{}@broker:1883/x", "cannot reach mqtt://ingest:[redacted]@broker:1883/x"),
    "url without user": ("redis://:{}@h", "redis://:[redacted]@h"),
    "url with an at": ("smtps://u:{}@x@h/?to=a@b", "smtps://u:[redacted]@h/?to=a@b"),
    "header": ("Authorization: Basic {}", "Authorization: Basic [redacted]"),
    "header in a dictionary": ("{{'Authorization': 'Token {}'}}", "{'Authorization': 'Token [redacted]'}"),
    "header of ASGI": ("(b'authorization', b'Token {}')", "(b'authorization', b'Token [redacted]')"),
    "cookie": ("cookie: vigiterre={}; path=/", "cookie: [redacted]"),
    "one of our cookies": ("{{'vigiterre_session': '{}', 'n': '1'}}", "{'vigiterre_session': '[redacted]', 'n': '1'}"),
    "secure cookie": ("{{'__Host-vigiterre': '{}'}}", "{'__Host-vigiterre': '[redacted]'}"),
    "token of a form": ("(b'x-csrf-token', b'{}')", "(b'x-csrf-token', b'[redacted]')"),
    "assignment": ("password={} user=anne", "password=[redacted] user=anne"),
    "quoted, with spaces": ('mqtt_password="{} of the house" and', 'mqtt_password="[redacted]" and'),
    "json": ('{{"api_key": "{}", "n": 1}}', '{"api_key": "[redacted]", "n": 1}'),
    "query of InfluxDB": ("/query?u=a&p={}&q=SHOW", "/query?u=a&p=[redacted]&q=SHOW"),
    "token of the API": ("got vgt_{}abcdef from", "got [redacted] from"),
    "link that acknowledges": ("GET /ack/{}.x-y HTTP/1.1", "GET /ack/[redacted] HTTP/1.1"),
    "link that shares": ("GET /share/{}abc/values.csv", "GET /share/[redacted]/values.csv"),
    "hash of a password": ("hash $argon2id$v=19$m=65536$"+"{}", "hash [redacted]"),
    "hash of mosquitto": ("ingest:$7$101${}", "ingest:[redacted]"),
    "key of age": ("AGE-SECRET-KEY-1QQ{}", "[redacted]-Zx81"),
    "private key": (
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----[redacted]-----END PRIVATE KEY-----",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "shown"), FORMS.values(), ids=FORMS)
def test_what_has_the_form_of_a_secret_is_redacted_and_the_rest_stays(text: str, shown: str) -> None:
    assert redacted(text.format(CANARY)) == shown


@pytest.mark.parametrize(
    "text",
    ["connected to mqtt://ingest@broker:1883", "http://127.0.0.1:8080/", "12 tokens, 3 passwords",
     "password_file=/run/x", "device=d2009 quantity=co2 value=612", "broker: wrong password",
     "secret in the file: vigiterre.toml", "p=5", "https://h/path?a=1&b=2", "a@b.fr and c@d.fr",
     "see http://h: it said a@b"],
)  # fmt: skip
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert redacted(text) == text


@given(user=CREDENTIALS, password=CREDENTIALS, host=st.from_regex(r"[a-z]{1,9}(:[0-9]{2,5})?", fullmatch=True))
def test_no_password_of_any_url_remains(user: str, password: str, host: str) -> None:
    shown = redacted(f"before mqtts://{user}:{password}@{host}/path after")
    assert shown == f"before mqtts://{user}:{REDACTED}@{host}/path after"


@given(secret=KNOWN, before=st.binary(max_size=5))
def test_a_known_secret_is_found_in_every_spelling(secret: str, before: bytes) -> None:
    for spelt in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1], repr(secret)[1:-1]):
        assert redacted(f"<{spelt}>", secret) == f"<{REDACTED}>"
    if len(secret.encode()) >= 2 * SHORTEST:
        coded = b64encode(before + secret.encode()).decode()
        assert REDACTED in redacted(coded, secret)


@given(text=st.text(max_size=200), known=st.lists(KNOWN, max_size=3))
def test_redacting_twice_says_nothing_more(text: str, known: list[str]) -> None:
    once = redacted(text, *known)
    again = redacted(once, *known)
    assert again.count(REDACTED) >= once.count(REDACTED)


def test_a_short_secret_is_not_looked_for_within_words() -> None:
    assert redacted("the sea", "sea") == "the sea"


def test_facts_of_every_kind_are_looked_into() -> None:
    event: dict[str, Any] = {
        "token": "anything",
        "names": ["a", f"password={CANARY}"],
        "headers": {"authorization": "Basic x", "host": "h"},
        "error": ValueError(f"mqtt://u:{CANARY}@h"),
        "count": 3,
        "path": Path("/etc/vigiterre"),
    }
    shown = Redaction()(None, "info", event)
    assert isinstance(shown, dict)
    assert CANARY not in str(shown)
    assert (shown["token"], shown["headers"]["authorization"]) == (REDACTED, REDACTED)
    assert (shown["count"], shown["path"], shown["names"][0]) == (3, Path("/etc/vigiterre"), "a")


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], io.StringIO]]:
    """Where a log of this form goes."""
    before, handlers = structlog.get_config(), list(logging.getLogger().handlers)

    def begin(form: str) -> io.StringIO:
        stream = io.StringIO()
        monkeypatch.setattr(sys, "stderr", stream)
        logs.configure(LogSettings.model_validate({"format": form}), Redaction(lambda: [CANARY]))
        return stream

    yield begin
    structlog.configure(**before)
    logging.getLogger().handlers[:] = handlers


def fail() -> None:
    raise ValueError(f"no answer from http://h/{CANARY}/x")


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_holds_no_secret(form: str, written: Callable[[str], io.StringIO]) -> None:
    stream = written(form)
    try:
        fail()
    except ValueError:
        structlog.get_logger().exception("failed", address=f"mqtt://u:{CANARY}@h")
    assert CANARY not in stream.getvalue()
    assert "ValueError" in stream.getvalue()
    assert "mqtt://u:[redacted]@h" in stream.getvalue()


@pytest.mark.parametrize("form", ["console", "json"])
def test_what_libraries_log_is_redacted_too(form: str, written: Callable[[str], io.StringIO]) -> None:
    stream = written(form)
    try:
        fail()
    except ValueError:
        logging.getLogger("uvicorn.error").exception("cannot say %s", CANARY)
    assert CANARY not in stream.getvalue()
    assert "uvicorn.error" in stream.getvalue()
    assert "ValueError" in stream.getvalue()
    if form == "json":
        assert json.loads(stream.getvalue())["event"] == "library"


@pytest.mark.parametrize("form", ["console", "json"])
def test_what_ends_the_process_is_said_without_secrets(form: str) -> None:
    program = f"""
from vigiterre import logs
from vigiterre.settings import LogSettings
logs.configure(LogSettings(format={form!r}))
logs.say_crashes()
raise ValueError("no answer from mqtt://u:{CANARY}@h")
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert CANARY not in ended.stderr
    assert "crashed" in ended.stderr
    assert "no answer from mqtt://u:[redacted]@h" in ended.stderr


def test_secrets_are_known_where_settings_and_tables_name_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hook").write_text("https://hooks.example.org/services/T00AB12CD34/notify?key=k3yK3yK3yK3y\n")
    (tmp_path / "mail").write_text("smtps://anne:p%40ssw0rd@mail.example.org/?from=a@example.org&to=b@example.org")
    (tmp_path / "foreign").write_text("f0reign-password")
    (tmp_path / "notify.toml").write_text(f'[channels.a]\nwebhook = "file:{tmp_path}/hook"\nsecret = "env:A_SECRET"\n')
    (tmp_path / "sources.toml").write_text(f'[brokers.b]\npassword_file = "{tmp_path}/foreign"\n')
    (tmp_path / "broken.toml").write_text("= not toml")
    monkeypatch.setenv("A_SECRET", "signing-secret")
    monkeypatch.setenv("VIGITERRE_MQTT__PASSWORD", "mqtt-password")
    monkeypatch.setenv("VIGITERRE_STORE__PASSWORD_FILE", f"{tmp_path}/mail")
    monkeypatch.setenv("VIGITERRE_GRAFANA__TOKEN_FILE", f"{tmp_path}/gone")
    settings = load_settings(tmp_path)
    known = secret_values(settings, tmp_path)
    for secret in (
        "signing-secret",
        "mqtt-password",
        "f0reign-password",
        "p@ssw0rd",
        "p%40ssw0rd",
        "k3yK3yK3yK3y",
        "T00AB12CD34",
    ):
        assert secret in known or len(secret) < 12, secret
    assert not {"hooks.example.org", "mail.example.org", "services", "notify"} & known
    assert secret_places(settings, tmp_path).variables == {"A_SECRET"}


def test_a_secret_that_changes_is_known_too(monkeypatch: pytest.MonkeyPatch) -> None:
    known, now = ["first-secret"], 100.0
    monkeypatch.setattr("vigiterre.redaction.time.monotonic", lambda: now)
    redaction = Redaction(lambda: known)
    assert redaction(None, "info", {"event": "first-secret"}) == {"event": REDACTED}
    known[:] = ["second-secret"]
    now += 60
    assert redaction(None, "info", {"event": "first-secret second-secret"}) == {"event": f"{REDACTED} {REDACTED}"}
