"""`vigiterre demo` as its user has it: a real process, its page, its last line, its end."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from devices.load import load_registry
from devices.reading import Reason
from servers import Mosquitto, free_port, wait_until
from stores.open import open_store
from vigiterre.demo.faults import NOT_MADE

CONFIG = Path(__file__).parent.parent.parent / "config"
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
SECONDS = 60


class Demo:
    """One `vigiterre demo`. What it says goes to a file, so that it can be read while it runs."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.said = folder / "stderr"
        self.temporary = folder / "tmp"
        self.temporary.mkdir(parents=True, exist_ok=True)
        with self.said.open("w") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "vigiterre", "--config", str(CONFIG), "demo", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                env={
                    **os.environ,
                    "VIGITERRE_LANGUAGE": "en",
                    "VIGITERRE_STORE__URL": "influxdb://127.0.0.1:1/production",  # must not be touched
                    "TMPDIR": str(self.temporary),
                    **environment,
                },
            )

    def words(self) -> str:
        return self.said.read_text()

    def found(self, pattern: str) -> str:
        """The first group of a pattern in what it says, "" before it is said."""
        match = re.search(pattern, self.words())
        return match[1] if match else ""

    def ready(self) -> "Demo":
        wait_until(lambda: bool(self.found(r"Page +(\S+)")) or self.process.poll() is not None, "the banner")
        assert self.process.poll() is None, self.words()
        return self

    def page(self, path: str = "") -> str:
        with urllib.request.urlopen(self.found(r"Page +(\S+)") + path, timeout=10) as answer:
            body: str = answer.read().decode()
            return body

    def post(self, path: str, **fields: str) -> int:
        """Status of what a form leads to."""
        body = urllib.parse.urlencode(fields).encode()
        try:
            with urllib.request.urlopen(self.found(r"Page +(\S+)") + path, body, timeout=10) as answer:
                status: int = answer.status
        except urllib.error.HTTPError as error:
            with error:
                status = error.code
        return status

    def finish(self) -> str:
        """Standard output, once it has ended."""
        return self.process.communicate(timeout=SECONDS)[0]

    def outcome(self) -> dict[str, int]:
        """The JSON line, which is all of standard output, and obeys its law."""
        lines = self.finish().splitlines()
        assert len(lines) == 1, self.words()
        counted: dict[str, int] = json.loads(lines[0])
        assert list(counted) == ["received", "stored", "refused", "devices"]
        assert counted["received"] == counted["stored"] + counted["refused"]
        return counted

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.communicate(timeout=SECONDS)


@dataclass(frozen=True)
class Performance:
    """One that played for three seconds into a folder that is kept."""

    began: int
    outcome: dict[str, int]
    words: str
    french: str
    english: str
    """Its first page while it played."""
    devices: str
    quarantine_page: str
    data: Path

    def quarantine(self) -> list[dict[str, Any]]:
        answer = subprocess.run(
            [sys.executable, "-m", "vigiterre", "--config", str(CONFIG), "quarantine", "list", "--json"],
            env={**os.environ, "VIGITERRE_DATA_DIR": str(self.data)},
            capture_output=True,
            check=True,
            timeout=SECONDS,
        )
        rows: list[dict[str, Any]] = json.loads(answer.stdout)
        return rows


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Performance:
    folder = tmp_path_factory.mktemp("demo")
    began = round(time.time() * 1000)
    demo = Demo(folder, "--duration", "3", "--bind", "127.0.0.1:0", "--data-dir", str(folder / "data"))
    try:
        demo.ready()
        refused = "quarantine?lang=en"
        wait_until(lambda: "unknown_device" in demo.page(refused) or demo.process.poll() is not None, "refusals")
        french, english = demo.page("?lang=fr"), demo.page("?lang=en")
        devices, quarantine = demo.page("devices?lang=en&size=100"), demo.page(refused)
        outcome = demo.outcome()
        assert demo.process.returncode == 0, demo.words()
        return Performance(began, outcome, demo.words(), french, english, devices, quarantine, folder / "data")
    finally:
        demo.close()


Start = Callable[..., Demo]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[Demo] = []

    def go(*arguments: str, **environment: str) -> Demo:
        demo = Demo(tmp_path, *arguments, **environment)
        started.append(demo)
        return demo

    yield go
    for demo in started:
        demo.close()


def test_it_ends_by_itself_with_one_line_of_json_after_storing_a_territory(played: Performance) -> None:
    outcome = played.outcome
    assert outcome["stored"] >= 1_000
    assert outcome["refused"] >= 1
    assert outcome["devices"] == len(load_registry(CONFIG).devices)
    assert (
        f"{outcome['received']} readings received = {outcome['stored']} stored + {outcome['refused']} refused"
        in played.words
    )
    assert "Traceback" not in played.words


def test_its_page_answers_meanwhile_and_says_that_nothing_was_measured(played: Performance) -> None:
    assert "aucune de ces valeurs n&#39;a été mesurée ici" in played.french
    assert "none of these values was measured here" in played.english
    assert "°C" in played.english


def test_who_comes_from_this_machine_is_a_technician_and_is_told_so(played: Performance) -> None:
    assert "sans mot de passe" in played.french
    assert "demo (technician)" in played.english


def test_made_up_and_replayed_devices_are_marked_on_the_page(played: Performance) -> None:
    tags = Counter(
        tag
        for device in load_registry(CONFIG).devices.values()
        for tag in device.tags
        if tag in {"simulated", "replayed"}
    )
    for tag, count in tags.items():
        assert played.devices.count(f'<span class="tag">{tag}</span>') == count > 0


def test_every_reason_it_can_make_has_a_refusal_on_the_page_and_in_the_quarantine(played: Performance) -> None:
    wanted = {reason.value for reason in Reason if reason not in NOT_MADE}
    assert wanted <= {row["reason"] for row in played.quarantine()}
    for reason in wanted:
        assert reason in played.quarantine_page


def test_its_store_holds_a_week_of_which_the_last_day_is_whole(played: Performance) -> None:
    store = open_store(f"sqlite:///{(played.data / 'readings.sqlite').resolve()}", None, read_only=True)
    try:
        points = store.points("d978a-lurcy", "road_surface_temperature", played.began - 8 * DAY_MS, played.began)
    finally:
        store.close()
    times = [point[0] for point in points]
    assert min(times) < played.began - 6 * DAY_MS - 12 * HOUR_MS
    hours = {(played.began - time) // HOUR_MS for time in times}
    assert set(range(24)) <= hours


def test_its_words_lead_to_the_page_the_data_and_the_refusals(played: Performance) -> None:
    assert f"{played.data} (kept)" in played.words
    assert "quarantine list" in played.words
    assert "Nothing that is shown was measured" in played.words


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_the_json_and_nothing_is_left_behind(start: Start, number: signal.Signals) -> None:
    demo = start("--bind", "127.0.0.1:0").ready()
    broker = int(demo.found(r"mqtt://127\.0\.0\.1:(\d+)"))
    wait_until(lambda: "readings sent" in demo.words(), "the first readings")
    demo.process.send_signal(number)
    assert demo.outcome()["stored"] > 0
    assert demo.process.returncode == 0
    assert "still being stored" in demo.words()
    assert list(demo.temporary.iterdir()) == []
    assert not listens(broker)


def test_an_alert_is_acknowledged_on_its_page_and_by_nobody_without_the_form_s_token(start: Start) -> None:
    demo = start("--bind", "127.0.0.1:0").ready()
    wait_until(lambda: "Live, accelerated" in demo.words(), "the end of the history: until then alerts come and go")
    found = re.search(r'href="/alerts/(\d+)"', demo.page("alerts"))
    assert found is not None
    one = f"alerts/{found[1]}"
    token = re.search(r'name="csrf" value="([^"]+)"', demo.page(one))
    assert token is not None
    assert demo.post(f"{one}/acknowledge", comment="patrol has left") == 403
    assert demo.post(f"{one}/acknowledge", comment="patrol has left", csrf=token[1]) == 200
    page = demo.page(f"{one}?lang=en")
    assert "patrol has left" in page
    assert "demo" in page


def test_an_open_page_that_follows_it_live_does_not_keep_it_from_ending(start: Start) -> None:
    demo = start("--bind", "127.0.0.1:0").ready()
    with urllib.request.urlopen(demo.found(r"Page +(\S+)") + "live?all=1", timeout=SECONDS) as stream:
        while b"event: reading" not in stream.readline():
            pass
        demo.process.send_signal(signal.SIGTERM)
        demo.outcome()
    assert demo.process.returncode == 0, demo.words()


def test_when_it_is_killed_its_broker_ends_too(start: Start) -> None:
    demo = start("--bind", "127.0.0.1:0").ready()
    broker = int(demo.found(r"mqtt://127\.0\.0\.1:(\d+)"))
    assert listens(broker)
    demo.process.kill()
    wait_until(lambda: not listens(broker), "the broker's end")


def test_a_folder_that_was_played_into_can_be_played_into_again(played: Performance, start: Start) -> None:
    again = start("--duration", "1", "--bind", "127.0.0.1:0", "--data-dir", str(played.data))
    outcome = again.outcome()
    assert again.process.returncode == 0, again.words()
    known = int(again.found(r"besides, (\d+) known already"))
    assert outcome["stored"] + known >= 1_000, "the same instants play the same values"
    assert known > 0
    assert outcome["devices"] == played.outcome["devices"]


def test_a_real_broker_takes_the_place_of_the_embedded_one(start: Start, tmp_path: Path) -> None:
    with Mosquitto(tmp_path / "mosquitto", durable=False) as broker:
        demo = start("--duration", "2", "--bind", "127.0.0.1:0", "--broker", broker.url)
        outcome = demo.outcome()
    assert demo.process.returncode == 0, demo.words()
    assert outcome["stored"] >= 1_000
    assert outcome["refused"] >= 1


@pytest.mark.parametrize(
    ("language", "words"), [("fr", "un autre programme écoute là"), ("en", "another program listens there")]
)
def test_an_address_that_is_taken_is_an_error_of_one_line(start: Start, language: str, words: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        demo = start("--duration", "1", "--bind", bind, VIGITERRE_LANGUAGE=language)
        assert demo.finish() == ""
    assert demo.process.returncode == 1
    assert len(demo.words().splitlines()) == 1
    assert bind in demo.words()
    assert words in demo.words()


def test_a_configuration_without_a_play_is_said_with_the_remedy(start: Start, tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "vigiterre", "--config", str(tmp_path), "demo", "--duration", "1"],
        env={**os.environ, "VIGITERRE_LANGUAGE": "en"},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "vigiterre --config FOLDER" in answer.stderr


def test_a_broker_that_is_not_there_is_said_with_the_remedy(start: Start) -> None:
    demo = start("--bind", "127.0.0.1:0", "--broker", f"mqtt://127.0.0.1:{free_port()}")
    assert demo.finish() == ""
    assert demo.process.returncode == 1
    assert "without it, a broker is embedded" in demo.words()
    assert "Traceback" not in demo.words()


def listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
