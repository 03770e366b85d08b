"""What operators do to us: other configurations under load, and a second process on the same folder."""

import signal
import subprocess
import time

from chaos.fault import Fault
from chaos.stage import Stage
from chaos.territory import device, write_devices

HEARD_SECONDS = 10
SECOND_SECONDS = 30


class Reload(Fault):
    """SIGHUP with a good configuration that has one device more."""

    name, touches = "reload-good", frozenset({"configuration"})
    hold = (0.2, 1.0)

    def inject(self, stage: Stage) -> None:
        write_devices(stage.config, [*stage.names, device(999_999)])
        stage.ingestor.send(signal.SIGHUP)

    def heal(self, stage: Stage) -> None:
        write_devices(stage.config, stage.names)
        stage.ingestor.send(signal.SIGHUP)


class BrokenReload(Fault):
    """SIGHUP with a configuration full of mistakes: the old one stays, and that is said."""

    name, touches = "reload-broken", frozenset({"configuration"})
    hold = (0.5, 1.0)

    def inject(self, stage: Stage) -> None:
        self.pid, mark = stage.ingestor.pid, stage.mark()
        (stage.config / "devices.csv").write_text("id,model\nbroken,\nno such thing\n")
        stage.ingestor.send(signal.SIGHUP)
        deadline = time.monotonic() + HEARD_SECONDS
        while "config_kept" not in stage.log_since(mark) and stage.ingestor.pid == self.pid is not None:
            if time.monotonic() > deadline:
                stage.complain(self.name, "a broken configuration is not said in the log")
                return
            time.sleep(0.05)

    def heal(self, stage: Stage) -> None:
        write_devices(stage.config, stage.names)
        stage.ingestor.send(signal.SIGHUP)


class SecondProcess(Fault):
    """A second `vigiterre run` on the same data_dir: it must refuse, and say why."""

    name, touches = "second-process", frozenset({"configuration", "ingestor"})
    hold = (0.1, 0.2)

    def inject(self, stage: Stage) -> None:
        second = stage.another()
        try:
            ended = subprocess.run(
                second.command,
                env=second.environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=SECOND_SECONDS,
            )
        except subprocess.TimeoutExpired:
            stage.complain(self.name, "a second process on the same data_dir goes on running")
            return
        said = ended.stdout + ended.stderr
        if ended.returncode == 0 or "in use by process" not in said:
            stage.complain(self.name, f"it ended with {ended.returncode} and said: {said[-500:]}")

    def heal(self, stage: Stage) -> None:
        """It ended by itself."""


FAULTS: list[type[Fault]] = [Reload, BrokenReload, SecondProcess]
