"""What several modules look at: one demonstration for all of them."""

from collections.abc import Iterator

import pytest
from demos import Demo

from servers import Mosquitto


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Of one worker; the modules that want it run in one worker, or each has its own."""
    with Mosquitto(tmp_path_factory.mktemp("broker"), durable=False) as broker:
        running = Demo(tmp_path_factory.mktemp("demo"), broker)
        running.wait()
        yield running
        running.close()
