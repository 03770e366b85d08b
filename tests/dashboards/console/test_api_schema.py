"""Whatever is asked of the API, it answers as its description says: schemathesis asks, on a real socket."""

import subprocess
import sys
from pathlib import Path

import pytest
from api_territory import api
from consoles import Served

EXAMPLES = 50
"""Requests of each kind to each endpoint."""
CONFIGURATION = """
[generation]
database = "none"

[[operations]]
include-path = "/devices/{id}/series"
# Two well-formed times may be in the wrong order, a text need be no quantity: no schema can foretell these refusals.
checks.positive_data_acceptance.enabled = false
"""


@pytest.mark.timeout(300)
def test_whatever_is_asked_is_answered_as_described(tmp_path: Path) -> None:
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    with Served(api()) as served:
        address = f"http://127.0.0.1:{served.port}/api/v1/openapi.json"
        program = [str(Path(sys.executable).parent / "st"), "--config-file", str(configuration), "run", address]
        options = ["--mode", "all", "--max-examples", str(EXAMPLES), "--seed", "11", "--workers", "2", "--no-color"]
        done = subprocess.run(
            [*program, *options], cwd=tmp_path, capture_output=True, text=True, timeout=280, check=False
        )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "12 passed" in done.stdout, done.stdout[-2000:]
