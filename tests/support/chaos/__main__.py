"""`make chaos SEED=7 DURATION=60`: faults at random on real processes, a table, and JSON as the last line."""

import argparse
import json
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from chaos.act import WARM_SECONDS, Faults, Scene, Verdict, judge, play, schedule
from chaos.check import SHOWN, Result
from chaos.fault import Fault
from chaos.faults import all_faults, chosen
from chaos.plan import Plan
from chaos.role import KillLog
from chaos.stage import Stage
from chaos.table import kill_log, table

LOG_SHOWN = 3_000
EACH_SECOND = "autosave_interval 1"
KILLED = {"ingestor": "kill-ingestor", "broker": "kill-broker", "store": "kill-store"}


def main() -> int:
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if given.list:
        show("\n".join(one.name for one in all_faults()))
        return 0
    seed = given.seed if given.seed is not None else int(time.time()) % 1_000_000
    say(f"seed {seed}")
    try:
        faults = chosen(given.faults)
    except ValueError as error:
        say(str(error))
        return 2
    kills = KillLog()
    together = [one for one in faults if not one.alone]
    verdicts = [on_a_stage(together, given, seed, given.duration, kills)] if together else []
    alone = [one for one in faults if one.alone]
    verdicts += [on_a_stage([one], given, seed, given.duration / len(faults), kills) for one in alone]
    return tell(verdicts, kills)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="what happens, in which order; random without")
    parser.add_argument("--duration", type=float, default=60, help="seconds in which faults are injected")
    parser.add_argument("--rate", type=float, default=200, help="messages a second")
    parser.add_argument("--devices", type=int, default=50)
    parser.add_argument("--faults", default="all", help="words that are in their names, separated by commas")
    parser.add_argument("--pairs", action="store_true", help="two faults at once")
    parser.add_argument("--rounds", type=int, default=0, help="go on until each fault was injected as often")
    parser.add_argument("--kills", type=int, default=0, help="go on until each process was killed as often")
    parser.add_argument(
        "--saves",
        choices=("changes", "clock", "stop"),
        default="changes",
        help="when the broker saves: at each change as our configurations have it, each second, or when it is stopped",
    )
    parser.add_argument("--not-durable", action="store_const", const="stop", dest="saves", help="--saves stop")
    parser.add_argument("--keep", type=Path, help="a folder to be left behind, with all logs")
    parser.add_argument("--list", action="store_true", help="the faults there are")
    return parser.parse_args()


def on_a_stage(
    faults: list[type[Fault]], given: argparse.Namespace, seed: int, seconds: float, kills: KillLog
) -> Verdict:
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    plan = Plan(folder, seed, given.rate, given.devices, durable=given.saves == "changes")
    plan.broker = EACH_SECOND if given.saves == "clock" else ""
    with ExitStack() as afterwards:
        afterwards.callback(shutil.rmtree, folder, ignore_errors=True)
        for fault in [one() for one in faults]:
            afterwards.callback(fault.dismantle, plan)
            fault.prepare(plan)
        if given.keep is not None:
            afterwards.callback(keep, folder, given.keep / folder.name)
        with Stage(plan) as stage:
            time.sleep(WARM_SECONDS)
            scenes = perform(stage, faults, given, seconds)
            verdict = judge(stage, scenes, say)
            kills.kills += stage.kills.kills
            if not verdict.good:
                say(f"the end of the log of vigiterre:\n{stage.log_since(0)[-LOG_SHOWN:]}")
        return verdict


def keep(folder: Path, where: Path) -> None:
    where.parent.mkdir(parents=True, exist_ok=True)
    with suppress(shutil.Error):  # a socket is no file
        shutil.copytree(folder, where, symlinks=True)
    say(f"kept: {where}")


def perform(stage: Stage, faults: Sequence[type[Fault]], given: argparse.Namespace, seconds: float) -> list[Scene]:
    """Faults until the time is over, and what else was asked for is done."""
    deadline = time.monotonic() + seconds
    order = schedule(faults, random.Random(stage.plan.seed), pairs=given.pairs)
    scenes: list[Scene] = []
    while not scenes or scenes[-1].healthy is not None:
        in_time = time.monotonic() < deadline or len(scenes) < given.rounds * len(faults)
        acting = next(order) if in_time else lacking(stage, faults, given.kills)
        if not acting:
            break
        scenes.append(play(stage, acting, say))
    return scenes


def lacking(stage: Stage, faults: Sequence[type[Fault]], kills: int) -> Faults:
    """The kill of a process that was not killed as often; none when all were that these faults kill."""
    for role, name in KILLED.items():
        found = tuple(one for one in faults if one.name == name)
        if found and stage.kills.count(role) < kills:
            return found
    return ()


def tell(verdicts: list[Verdict], kills: KillLog) -> int:
    whole = Result()
    for verdict in verdicts:
        whole.add(verdict.whole)
    complaints = [one for verdict in verdicts for one in verdict.complaints]
    show(kill_log(kills.kills), "", table([pair for verdict in verdicts for pair in verdict.scenes]))
    show(*whole.words[:SHOWN], *(f"{fault}: {words}" for fault, words in complaints))
    show(f"wrong {whole.wrong}, strange {whole.strange}, undecodable ones kept again {whole.again}")
    show(json.dumps(whole.numbers()))
    return 0 if whole.good and not complaints else 1


def say(words: str) -> None:
    show(f"{time.strftime('%H:%M:%S')} {words}")


def show(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
