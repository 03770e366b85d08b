"""A real `vigiterre demo` on a real broker, for tests that look at its pages."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from argon2 import PasswordHasher

from dashboards.console.access import Role
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.accounts.passwords import Passwords
from servers import Mosquitto, free_port, wait_until

CONFIG = Path(__file__).parents[2] / "config"
YEAR_MS = 366 * 86_400_000
PASSWORD = "trois mots sans rapport"
QUICK = Passwords(PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))


class Demo:
    """Its week is played first, then it sends live values. It has a configuration and a data folder of its own."""

    def __init__(self, folder: Path, broker: Mosquitto) -> None:
        self.broker = broker
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = folder / "demo.log"
        self.data = folder / "data"
        shutil.copytree(CONFIG, folder / "config")
        program = [sys.executable, "-m", "vigiterre", "--config", str(folder / "config"), "demo"]
        bind = self.url.removeprefix("http://")
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [*program, "--broker", broker.url, "--bind", bind, "--data-dir", str(self.data)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def wait(self) -> None:
        """Until the week is played and what follows is live."""
        wait_until(lambda: "100" in self.log.read_text() or self.process.poll() is not None, "the week", 180)
        assert self.process.poll() is None, self.log.read_text()
        time.sleep(2)

    def close(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, self.log.read_text()

    def add_user(self, name: str, role: Role) -> None:
        """Whose password is PASSWORD."""
        with Accounts(self.data) as accounts:
            accounts.users.add(name, role, QUICK.hash(PASSWORD), time.time_ns() // 1_000_000)

    def share(self, commune: str) -> str:
        """Path of a new link, as `vigiterre shares add` makes it."""
        now = time.time_ns() // 1_000_000
        with Accounts(self.data) as accounts:
            return "/share/" + accounts.shares.add(commune, "mairie", now + YEAR_MS, now)
