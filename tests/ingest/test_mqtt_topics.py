"""Topics change while we run, or between two runs: the new ones come, the old ones no longer do, nothing is missed."""

import asyncio
from pathlib import Path

from receiving import Landing, connected, receiving, until

from ingest.mqtt import Broker
from servers import Mosquitto, publish_lines


def broker_of(mosquitto: Mosquitto, unique: str, *topics: str) -> Broker:
    return Broker(url=mosquitto.url, client_id=unique, topics=tuple(f"{unique}/{topic}/#" for topic in topics))


async def test_other_topics_are_subscribed_without_a_new_connection(
    mosquitto: Mosquitto, unique: str, tmp_path: Path
) -> None:
    landing = Landing()
    async with receiving(broker_of(mosquitto, unique, "a", "b"), landing, tmp_path) as receiver:
        await connected(receiver)
        receiver.subscribe_to((f"{unique}/b/#", f"{unique}/c/#"))
        await until(lambda: "/c/" in (tmp_path / "session.json").read_text(), "the subscription")
        for level in "abc":
            await asyncio.to_thread(publish_lines, mosquitto, f"{unique}/{level}/x", [level])
        await until(lambda: landing.payloads == [b"b", b"c"], "the topics wanted now")
        assert receiver.state.reconnects == 0


async def test_what_an_earlier_run_subscribed_to_is_given_up(mosquitto: Mosquitto, unique: str, tmp_path: Path) -> None:
    async with receiving(broker_of(mosquitto, unique, "a", "b"), Landing(), tmp_path) as receiver:
        await connected(receiver)
    landing = Landing()
    async with receiving(broker_of(mosquitto, unique, "b"), landing, tmp_path) as receiver:
        await connected(receiver)
        for level in "ab":
            await asyncio.to_thread(publish_lines, mosquitto, f"{unique}/{level}/x", [level])
        await until(lambda: landing.payloads == [b"b"], "the topic still wanted")
