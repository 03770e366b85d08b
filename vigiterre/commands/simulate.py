"""`vigiterre simulate`: the players of the demonstration, against a broker of yours."""

import secrets
import signal
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated
from urllib.parse import quote, urlsplit

import typer
from paho.mqtt.enums import MQTTProtocolVersion

from devices.device import DOMAINS
from devices.errors import VigiterreError
from devices.load import load_registry
from devices.problems import near
from ingest.broker import Broker, check_url
from vigiterre.commands.demo import check_folder
from vigiterre.demo.local_time import DAY_MS
from vigiterre.demo.players import Player, load_players
from vigiterre.demo.publisher import Publisher
from vigiterre.demo.screen import Screen
from vigiterre.demo.stage import Stage
from vigiterre.moment import now_ms
from vigiterre.settings import secret
from vigiterre.shell import Shell

SETTLE_SECONDS = 15.0
"""For the broker to confirm what was published, at the end."""
WATCH_SECONDS = 0.1


def simulate(
    context: typer.Context,
    broker: Annotated[str, typer.Option(help="mqtt://[user@]host:1883, mqtts://")],
    username: Annotated[str, typer.Option(help="nom d'utilisateur · user name", show_default=False)] = "",
    password_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="mot de passe · password")
    ] = None,
    ca_file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="autorité · authority (mqtts)")
    ] = None,
    devices: Annotated[
        str, typer.Option(help="nombre, ou noms séparés par des virgules · a number, or names with commas")
    ] = "",
    rate: Annotated[float, typer.Option(min=0.01, max=5_000, help="messages/s")] = 10.0,
    duration: Annotated[
        float, typer.Option(min=0, help="secondes ; 0 : jusqu'à Ctrl-C · seconds; 0: until Ctrl-C")
    ] = 0,
    history: Annotated[float, typer.Option(min=0, max=30, help="jours d'abord · days first")] = 0,
    root: Annotated[str, typer.Option(help="premier niveau des sujets · first topic level")] = "vigiterre",
) -> None:
    """Publie des mesures vers un courtier MQTT · Publishes readings to an MQTT broker."""
    shell: Shell = context.obj
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with shell.failing(), ExitStack() as stack:
        check_folder(shell)
        players = chosen(load_players(shell.folder, load_registry(shell.folder), root), devices, shell)
        target = Broker(
            url=with_user(broker, username),
            client_id=f"vigiterre-simulate-{secrets.token_hex(4)}",  # two of us must not take turns on one session
            topics=("#",),
            password=secret(None, password_file),
            ca_file=ca_file,
        )
        publisher = Publisher(target, MQTTProtocolVersion.MQTTv5, stopping)
        publisher.connect()
        stack.callback(publisher.close)
        screen = stack.enter_context(Screen(shell))
        screen.playing(target.address, len(players))
        stage = Stage(players, dict.fromkeys(DOMAINS, publisher), now_ms, stopping)
        with ThreadPoolExecutor(1) as thread:
            watch(thread.submit(play, stage, history, duration or None, rate), stage, screen, stopping)
        shell.tell("simulate_done", messages=stage.score.messages, readings=stage.score.readings)


def play(stage: Stage, days: float, duration: float | None, rate: float) -> None:
    """History as fast as the broker confirms it, then live readings for `duration` seconds."""
    now = now_ms()
    if days:
        stage.play_history(now - round(days * DAY_MS), now, None)
    if not stage.stopping.is_set():
        stage.play_live(now, duration, rate)
    stage.settle(SETTLE_SECONDS)


def watch(playing: Future[None], stage: Stage, screen: Screen, stopping: threading.Event) -> None:
    """Shows the progress until the players are done; whatever happens, they are told to stop."""
    try:
        while not playing.done():
            screen.progress(stage.score)
            time.sleep(WATCH_SECONDS)
    finally:
        stopping.set()
    playing.result()


def chosen(players: list[Player], devices: str, shell: Shell) -> list[Player]:
    """All, the first so many, or those named. Raises VigiterreError for a name that plays nothing."""
    if not devices:
        return players
    if devices.isdecimal() and int(devices) > 0:
        return players[: int(devices)]
    by_id = {player.device: player for player in players}
    names = [name.strip() for name in devices.split(",")]
    for name in names:
        if name not in by_id:
            raise VigiterreError(shell.say("no_such_player", device=name, known=near(name, by_id)))
    return [by_id[name] for name in names]


def with_user(url: str, username: str) -> str:
    """The URL as this user; one the URL names already stays when none is given."""
    check_url(url)
    if not username:
        return url
    parts = urlsplit(url)
    return parts._replace(netloc=f"{quote(username, safe='')}@{parts.netloc.rpartition('@')[2]}").geturl()
