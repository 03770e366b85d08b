"""The link that the service puts into a notice leads to the alerts of that notice."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from telling import NOW, alert

from alerts.book import FILE, Book
from alerts.dispatch import NoticeKind, Order
from alerts.links import BadLink
from alerts.rule import Level
from vigiterre.moment import now_ms
from vigiterre.service import Service
from vigiterre.settings import Settings

CONFIG = Path(__file__).parent.parent.parent / "config"
ADDRESS = "https://vigiterre.allier.example"


def service_in(folder: Path, address: str = ADDRESS) -> Service:
    settings = Settings(data_dir=folder, store={"url": "memory:"}, console={"public_url": address})
    return Service(settings, CONFIG)


def test_the_link_of_a_notice_shows_and_acknowledges_its_alerts_once(tmp_path: Path) -> None:
    with Book(tmp_path / FILE) as book, book.transaction():
        book.write_alerts(replace(alert(number), rule="black_ice") for number in (1, 2, 3))
    service = service_in(tmp_path)
    outbox, now = service.alerting.outbox, now_ms()
    outbox.add([Order(number, NoticeKind.FIRING, "mail", Level.CRITICAL, "site:sioule", now) for number in (1, 2)], now)
    bundle = outbox.take("mail", now)
    assert bundle is not None
    url = service._acknowledge_url(bundle.notice, "mail", now)
    token = url.removeprefix(f"{ADDRESS}/ack/")
    assert [case.alert.id for case in service.look_at_link(token)] == [1, 2]
    found = asyncio.run(service.alerting.acknowledge_by_link(service.links, token, "Marie", "", now))
    assert [one.id for one in found] == [1, 2]
    with pytest.raises(BadLink):
        service.look_at_link(token)
    service.close()


def test_without_an_address_of_our_pages_a_notice_has_no_link(tmp_path: Path) -> None:
    service = service_in(tmp_path, "")
    assert service._acknowledge_url("n1", "mail", NOW) == ""
    service.close()
