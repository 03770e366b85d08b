"""Where the reference samples are, when there are any: real messages that may not be copied into the project.

They are looked for where VIGITERRE_SHARED_DATA says, else in `shared/data` beside the project. Tests that need them
say so and are skipped without them.
"""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def samples() -> Path:
    """The folder of samples; skips the test when it is absent."""
    folder = Path(os.environ.get("VIGITERRE_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the reference samples are not here: {folder.name} beside the project, or VIGITERRE_SHARED_DATA")
    return folder
