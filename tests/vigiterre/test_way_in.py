"""What is shared with other processes, and what only one may have."""

from pathlib import Path

from vigiterre.settings import Settings
from vigiterre.way_in import WayIn

CONFIG = Path(__file__).parent.parent.parent / "config"


def way_in(folder: Path, **mqtt: object) -> WayIn:
    return WayIn(Settings(data_dir=folder, mqtt=mqtt), CONFIG)


def test_alone_nothing_is_shared(tmp_path: Path) -> None:
    one = way_in(tmp_path)
    assert one.topics()[0] == "vigiterre/#"
    assert not [topic for topic in one.topics() if topic.startswith("$share")]
    assert set(one.topics()) == {"vigiterre/#", *one.sources.filters()}
    assert one.foreign_sources() is one.sources


def test_in_a_group_all_is_shared_but_what_a_codec_must_hear_whole(tmp_path: Path) -> None:
    one = way_in(tmp_path, share="g", client_id="a")
    assert one.topics()[0] == "$share/g/vigiterre/#"
    assert [topic for topic in one.topics() if not topic.startswith("$share/g/")] == ["spBv1.0/+/+/#"]
    assert len(one.topics()) == len(set(one.topics())) == len(way_in(tmp_path).topics())


def test_in_a_group_one_process_is_spared_what_another_has(tmp_path: Path) -> None:
    one = way_in(tmp_path, share="g", client_id="b", unshared=False)
    assert all(topic.startswith("$share/g/") for topic in one.topics())
    assert one.foreign_sources().brokers == ()
