"""`python -m fuzzing.worker TARGET SEED FIRST COUNT FOLDER`: one run in a process that may die of it, told in JSON.

What Rust panics print, and what the product logs of every bad input, goes nowhere.
"""

import faulthandler
import os
import sys
from pathlib import Path

import structlog

from fuzzing.work import as_json, run


def main(name: str, seed: str, first: str, count: str, folder: str) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50), cache_logger_on_first_use=True)
    output = os.dup(1)
    with (Path(folder) / "stack").open("w") as stack:
        faulthandler.enable(stack)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        if not os.environ.get("VIGITERRE_FUZZ_LOUD"):
            os.dup2(silence, 2)
        report = run(name, seed, int(first), int(count), Path(folder))
        faulthandler.disable()
    with os.fdopen(output, "w") as told:
        told.write(as_json(report))


if __name__ == "__main__":
    main(*sys.argv[1:])
