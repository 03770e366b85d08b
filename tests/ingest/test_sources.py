"""Sources: one text is the subscription and the parser, and every mistake in the file is said with its line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.problems import Problem
from ingest.sources import Source, Sources, read_sources

CODECS = ("chirpstack", "tasmota")
GOOD = """
[sources.chirpstack]
topic = "application/{application}/device/{eui}/event/{event}"
codec = "chirpstack"

[sources.zigbee]
topic = "zigbee2mqtt/{name...}"
codec = "tasmota"
device = "{name}"
broker = "barn"

[brokers.barn]
url = "mqtts://us@barn.example:8883"
password_file = "secrets/barn"
"""


def read(folder: Path, text: str) -> tuple[Sources, list[str]]:
    (folder / "sources.toml").write_text(text)
    problems: list[Problem] = []
    return read_sources(folder, CODECS, "vigiterre", problems), [problem.text("en") for problem in problems]


def test_one_text_subscribes_and_parses(tmp_path: Path) -> None:
    sources, problems = read(tmp_path, GOOD)
    assert problems == []
    assert sources.filters() == ("application/+/device/+/event/+",)
    assert sources.filters("barn") == ("zigbee2mqtt/#",)
    found = sources.match("application/7/device/0102030405060708/event/up")
    assert found is not None
    assert found[0].codec == "chirpstack"
    assert found[1] == {"application": "7", "eui": "0102030405060708", "event": "up"}


def test_the_last_level_may_be_all_that_remains(tmp_path: Path) -> None:
    sources, _ = read(tmp_path, GOOD)
    assert sources.match("zigbee2mqtt/salle/3/thermo") is None
    found = sources.match("zigbee2mqtt/salle/3/thermo", "barn")
    assert found is not None
    assert found[1] == {"name": "salle/3/thermo"}
    level_above = sources.match("zigbee2mqtt", "barn")  # MQTT: `zigbee2mqtt/#` subscribes to it too
    assert level_above is not None
    assert level_above[1] == {"name": ""}


def test_without_a_file_there_are_no_sources(tmp_path: Path) -> None:
    problems: list[Problem] = []
    assert read_sources(tmp_path, CODECS, "vigiterre", problems) == Sources()
    assert problems == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('topic = "a/{x}/b{y}"', 'bad topic level "b{y}"'),
        ('topic = "a/+/{x}"', 'bad topic level "+"'),
        ('topic = "a/{x...}/b"', 'bad topic level "{x...}"'),
        ('topic = "a/{x}/{x}"', "names two levels alike"),
        ('topic = "a/b"', "has no named level"),
        ('topic = "{all...}"', "takes all of the broker"),
        ('topic = "$SYS/{x}"', "takes all of the broker"),
        ('topic = "vigiterre/{x}"', "is below vigiterre, where our own devices are"),
        ('topic = "a/{x}"\ncodec = "chirpstick"', "known: chirpstack"),
        ('topic = "a/{x}"\ndevice = "{y}"', "known: payload, {x}"),
        ('topic = "a/{x}"\nbroker = "shed"', 'there is no broker "shed"'),
        ('topic = "a/{x}"\nchanel = 3', 'key "chanel" does not exist'),
    ],
)
def test_a_mistake_is_said_with_its_line_and_remedy(tmp_path: Path, line: str, words: str) -> None:
    codec = "" if "codec" in line else 'codec = "tasmota"\n'
    sources, problems = read(tmp_path, f"[sources.one]\n{codec}{line}\n")
    assert len(problems) == 1
    assert words in problems[0]
    assert problems[0].startswith("sources.toml: line ")
    assert sources == Sources()


@pytest.mark.parametrize("url", ["http://x", "mqtt://user:secret@host", "mqtt://"])
def test_a_wrong_broker_address_is_said_and_never_quoted(tmp_path: Path, url: str) -> None:
    _, problems = read(tmp_path, f'[brokers.b]\nurl = "{url}"\n')
    assert len(problems) == 1
    assert "bad broker address" in problems[0]
    assert "secret" not in problems[0]


LEVELS = st.text(st.characters(exclude_characters="/+#\0{}", exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(st.lists(LEVELS, min_size=1, max_size=5), st.lists(LEVELS, min_size=5, max_size=5))
def test_what_a_filter_subscribes_to_is_what_the_pattern_reads(fixed: list[str], said: list[str]) -> None:
    text = "/".join(level if number % 2 else f"{{l{number}}}" for number, level in enumerate(fixed))
    topic = "/".join(level if number % 2 else said[number] for number, level in enumerate(fixed))
    source = Source("s", text, "tasmota")
    assert source.match(topic) == {f"l{number}": said[number] for number in range(0, len(fixed), 2)}
    assert source.match(topic + "/more") is None
    assert source.filter.count("/") == topic.count("/")
