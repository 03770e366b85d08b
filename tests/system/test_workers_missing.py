"""One of several workers is missing, on real processes."""

import time

from sinks import Devices
from split import Split

from servers import wait_until


def test_while_a_worker_is_missing_it_is_said_and_no_device_is_silent_and_one_that_is_counts_afterwards(
    split: Split, devices: Devices
) -> None:
    """A device that is silent after twenty seconds may have been heard by the broker alone meanwhile."""
    split.start()

    def rules() -> list[str]:
        return [one.rule for one in split.found()]

    devices.say("mesure-1", co2=600)
    devices.say("mesure-1", co2=600)
    wait_until(lambda: split.judged() >= 2, "both judged")
    split.workers[1].kill()
    wait_until(lambda: rules() == ["workers"], "the missing worker")
    assert "worker-2" in split.found()[0].detail
    assert split.alerts.get("/readyz")[0] == 503
    time.sleep(15)  # 20 s since it was heard, and no event to wait for
    assert rules() == ["workers"]
    split.start_worker(split.workers[1])
    for _ in range(10):
        devices.say("mesure-1", co2=600)
        time.sleep(2)  # as it does
    assert rules() == ["workers"]
    wait_until(lambda: rules() == ["workers", "silent"], "that it is silent now", 60)
