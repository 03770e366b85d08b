"""The charts of a device alone, as its page asks for them again."""

import re
from typing import NoReturn

import pytest
from consoles import REGISTRY, SCRIPT, Served, console_of, sources_of

from dashboards.console.device.page import routes
from devices.errors import StoreUnavailable
from devices.reading import Reading
from stores.memory import MemoryStore

NOW = 1_795_608_000_000
DEVICE = "d945-souvigny"
PAGE = f"/devices/{DEVICE}"
MARKED = re.compile(r'id="([^"]+)" data-anew')


def served() -> Served:
    store, series = MemoryStore(), REGISTRY.profiles[DEVICE].series_at(NOW)
    store.write([Reading(series, NOW - n * 600_000, {"air_temperature": n / 10}) for n in range(50)])
    sources = sources_of(points=store.points, hours=store.hours)
    return Served(routes(console_of(sources), now=lambda: NOW))


@pytest.mark.parametrize("query", ["range=24h", "range=7d&quantity=road_surface_state", "range=30d&page=2&lang=en"])
def test_what_is_put_anew_is_what_the_page_itself_says(query: str) -> None:
    with served() as pages:
        whole, part = pages.get(f"{PAGE}?{query}").body, pages.get(f"{PAGE}/charts?{query}").body
    assert "<main" not in part
    assert part.strip() in whole
    names = MARKED.findall(part)
    assert names == MARKED.findall(whole)
    assert len(names) == len(set(names)) > 10


def test_the_page_says_where_its_charts_are_asked_for_again() -> None:
    with served() as pages:
        body = pages.get(f"{PAGE}?range=7d").body
    found = re.search(r'data-words="([^"]+)"', body)
    assert found is not None
    assert re.fullmatch(rf"{PAGE}/charts\?range=7d&amp;quantity=\w+&amp;page=1", found[1])


def test_asking_again_does_not_choose_the_language_of_the_next_page() -> None:
    with served() as pages:
        answer = pages.get(f"{PAGE}/charts?lang=en")
        assert "set-cookie" in {name.lower() for name in pages.get(f"{PAGE}?lang=en").headers}
    assert "Table of Air temperature" in answer.body
    assert "set-cookie" not in {name.lower() for name in answer.headers}


@pytest.mark.parametrize("query", ["range=x", "quantity=x", "page=0", "quantity=%3Cscript%3E", "from=hier"])
def test_a_wrong_question_is_400(query: str) -> None:
    with served() as pages:
        answer = pages.get(f"{PAGE}/charts?{query}")
        assert pages.get("/devices/nobody/charts").status == 404
    assert answer.status == 400
    assert SCRIPT not in answer.body


def _away(*_arguments: object) -> NoReturn:
    raise StoreUnavailable("connection refused")


def test_a_store_that_is_away_is_503_so_that_nothing_good_is_replaced() -> None:
    sources = sources_of(points=_away, hours=_away)
    with Served(routes(console_of(sources), now=lambda: NOW)) as pages:
        assert pages.get(f"{PAGE}/charts").status == 503
