"""A small installation on disk, made by the product's own parts: something in every file that a backup knows."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from alerts.alert import Alert, Transition, What
from alerts.book import Book
from alerts.links import read_key
from alerts.rule import Level
from dashboards.console.accounts.accounts import Accounts
from devices.reading import Message, Reading, Reason, Refusal, Series
from devices.schema import HOUR_MS
from ingest.broker import Broker
from ingest.cursor import Cursor
from ingest.journal import Journal
from ingest.quarantine import Quarantine, Row
from ingest.session_file import remember_session
from stores.memory import MemoryStore
from stores.port import Rollup
from stores.roller import Roller
from stores.sqlite import SqliteStore
from vigiterre.credentials.file import Credentials, Kind

NOON = 1_795_435_200_000
FOREVER_MS = 10**15
SCHOOL = Series("building", "co2-01", "em300", "école du centre", "03190")
MESSAGES = [Message("vigiterre/building/co2-01/up", b'{"values": {"co2": %d}}' % n, NOON + n) for n in range(500)]


def installed(data: Path, messages: Sequence[Message] = MESSAGES) -> None:
    """Fills a data_dir: the journal holds the messages, the cursor stands after 100."""
    data.mkdir(parents=True)
    with Journal(data / "journal", max_bytes=2**20, max_age_ms=FOREVER_MS, segment_bytes=8_192) as journal:
        for first in range(0, len(messages), 50):
            journal.append(messages[first : first + 50])
    Cursor(data / "store.cursor").save(100)
    with Quarantine(data / "quarantine.sqlite", FOREVER_MS, 2**30) as quarantine:
        quarantine.add([Row(7, -1, messages[6], Refusal(Reason.UNDECODABLE, "d", "co2-01"))])
    with Book(data / "alerts.sqlite") as book, book.transaction():
        book.write_alerts([Alert(1, "co2_high", SCHOOL, Level.CRITICAL, Level.CRITICAL, NOON, NOON)])
        book.write_transitions([Transition(1, NOON, NOON, What.FIRED, Level.CRITICAL, 1800.0, "")])
        book.note("exported", 1)
    Roller(MemoryStore(), data / "rollup.sqlite", {}, 0, NOON).close()
    with Accounts(data):
        pass
    with closing(Credentials(data)) as credentials:
        credentials.create({SCHOOL.device: "vgc_" + "s" * 43}, Kind.DEVICE, NOON)
    read_key(data)
    broker = Broker("mqtt://127.0.0.1", "vigiterre-ingest", ("vigiterre/#",))
    remember_session(data / "session.json", broker)
    store = SqliteStore(data / "readings.sqlite")
    store.ensure_schema()
    store.write([Reading(SCHOOL, NOON + n * 60_000, {"co2": 400.0 + n, "leak": 0.0}) for n in range(300)])
    hours = [{"co2": 400.0, "co2_min": 1 / 3, "co2_max": 1e22, "co2_count": 6.0}] * 5
    store.write_rollups([Rollup(SCHOOL, "co2", NOON + n * HOUR_MS, fields) for n, fields in enumerate(hours)])
    store.close()
