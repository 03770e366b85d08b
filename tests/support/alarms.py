"""A territory with people to tell, on real processes: what the tests of alerts begin with."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from pathlib import Path

from sinks import Devices, Hook, devices_at, write_config
from stale_air import notify
from telling import Inbox, mail_server

from alerts.alert import Alert, What
from alerts.book import FILE, Book
from servers import Mosquitto, Vigiterre

MAIL = """
[channels.courriel]
mail = "env:TEST_MAIL"
"""
S12, S14 = "college-moulins-s12", "college-moulins-s14"


class Alarm:
    """A territory with people to tell: `vigiterre run` between a broker, a mail server and a webhook."""

    def __init__(self, folder: Path, broker: Mosquitto, hook: Hook, mail: tuple[Inbox, str], devices: Devices) -> None:
        self.folder = folder
        self.broker = broker
        self.hook = hook
        self.inbox, self.mail = mail
        self.devices = devices
        self.process: Vigiterre | None = None

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def run(self) -> Vigiterre:
        assert self.process is not None
        return self.process

    def start(self, rules: str, route: str = "") -> None:
        """The first time; `route` is more of the route to people."""
        channels = MAIL + notify(self.hook.url, "courriel", more=route)
        write_config(self.config, rules, channels, {"mesure-1": "site-1"})
        database = f"sqlite:///{self.folder / 'readings.sqlite'}"
        self.process = Vigiterre(self.folder / "vigiterre", self.config, self.broker.url, database, TEST_MAIL=self.mail)
        assert self.process.environment is not None
        self.process.environment["VIGITERRE_CONSOLE__PUBLIC_URL"] = f"http://127.0.0.1:{self.process.port}"
        self.again()

    def again(self) -> None:
        self.run.start()
        self.run.wait_for("vigiterre_mqtt_connected", 1)

    def kill(self) -> None:
        """As a power failure would, and a start."""
        self.run.kill()
        self.again()

    def book(self) -> Book:
        return Book(self.folder / "vigiterre" / "data" / FILE, read_only=True)

    def alerts(self) -> list[Alert]:
        with self.book() as book:
            return book.alerts()[::-1]

    def happened(self, alert: int) -> list[What]:
        with self.book() as book:
            return [one.what for one in book.transitions(alert)]

    def mails(self) -> list[EmailMessage]:
        """All that came."""
        return list(self.inbox.messages.queue)

    def judged(self, count: int) -> None:
        self.run.wait_for("vigiterre_alerts_judged_total", count)


@contextmanager
def alarm_at(folder: Path) -> Iterator[Alarm]:
    with ExitStack() as stack:
        broker = stack.enter_context(Mosquitto(folder / "mosquitto"))
        hook = stack.enter_context(Hook())
        mail = stack.enter_context(mail_server())
        devices = stack.enter_context(devices_at(broker.port))
        alarm = Alarm(folder, broker, hook, mail, devices)
        stack.callback(lambda: alarm.process and alarm.process.stop())
        yield alarm
