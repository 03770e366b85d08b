"""Everything a person does on the pages of a real `vigiterre demo`, with a keyboard and no mouse."""

import re
from collections.abc import Iterator

import pytest
from browsing import ARTEFACTS, DESKTOP, chromium, ready, violations, window
from demos import PASSWORD, Demo
from keyboard import Keyboard
from playwright.sync_api import Browser, Page, expect

from dashboards.console.access import Role

DEVICE = "college-moulins-s12"
PAGES = (
    "/",
    "/?wall",
    "/devices",
    f"/devices/{DEVICE}",
    "/alerts",
    "/alerts/mutes",
    "/quarantine",
    "/quarantine/1",
    "/platform",
    "/report?kind=day&site=college-moulins",
    "/install",
    f"/install/{DEVICE}",
    "/sign-in",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def page(demo: Demo, browser: Browser) -> Iterator[Page]:
    with window(browser, demo.url, viewport=DESKTOP, reduced_motion="reduce", quiet=True) as opened:
        yield opened


@pytest.fixture
def keys(page: Page) -> Keyboard:
    return Keyboard(page)


def clean(page: Page, name: str) -> None:
    """A state that a person comes to by acting."""
    assert violations(page, ARTEFACTS / f"{name}.json") == []


def around(page: Page, keys: Keyboard, path: str) -> tuple[list[int], dict[int, str]]:
    """Where the focus went, and where it should; another time round where the page, which is live, grew meanwhile."""
    for _ in range(5):
        page.goto(path)
        ready(page)
        page.evaluate("scrollTo(0, 0)")
        before = keys.stops()
        places = keys.around()
        if keys.stops().keys() == before.keys():
            return places, before
    raise AssertionError(f"{path} is never still")


@pytest.mark.parametrize("path", PAGES)
def test_the_focus_goes_through_the_whole_page_in_reading_order_and_leaves_it(
    page: Page, keys: Keyboard, path: str
) -> None:
    places, due = around(page, keys, path)
    assert places == sorted(places)
    assert [written for place, written in due.items() if place not in places] == []
    assert ".skip" in page.evaluate("(at) => '.' + document.querySelectorAll('*')[at].className", places[0])


def test_the_focus_goes_back_the_way_it_came(page: Page, keys: Keyboard) -> None:
    page.goto("/alerts/mutes")
    keys.to("main button.primary")
    keys.to("#kind input", "Shift+Tab")
    keys.to(".skip", "Shift+Tab")


def test_the_first_stop_skips_to_the_content(page: Page, keys: Keyboard) -> None:
    page.goto("/platform")
    keys.to(".skip")
    page.keyboard.press("Enter")
    assert keys.at("#content")
    keys.press("Tab")
    assert keys.at("main a, main button")


def test_the_language_is_changed_and_changed_back(page: Page, keys: Keyboard) -> None:
    page.goto("/report")
    for language in ("en", "fr"):
        keys.to(f".who a[hreflang={language}]")
        keys.enter(f"lang={language}")
        assert page.get_attribute("html", "lang") == language


def test_the_map_is_moved_and_magnified_opened_and_left(page: Page, keys: Keyboard) -> None:
    page.goto("/")
    ready(page)
    keys.to("#map")
    pane = page.locator(".leaflet-map-pane")
    before = pane.get_attribute("style")
    keys.press("ArrowRight")
    expect(pane).not_to_have_attribute("style", before or "")
    keys.to(".leaflet-marker-icon:not(.cluster)")
    keys.press("Enter")
    expect(page.locator(".leaflet-popup a").first).to_be_visible()
    assert keys.at(".leaflet-popup *")
    keys.press("Escape")
    expect(page.locator(".leaflet-popup")).to_have_count(0)
    assert keys.at(".leaflet-marker-icon")
    keys.to(".map-skip", "Shift+Tab")
    page.keyboard.press("Enter")
    assert keys.at("#list")


def test_a_device_is_reached_from_the_list_beside_the_map(page: Page, keys: Keyboard) -> None:
    page.goto("/")
    ready(page)
    keys.to(".map-skip")
    page.keyboard.press("Enter")
    keys.to("tbody th a")
    keys.enter("/devices/[a-z]")
    assert page.locator("#charts").count() == 1


def test_the_wall_display_is_entered_and_left(page: Page, keys: Keyboard) -> None:
    page.goto("/")
    keys.to("main a[href='/?wall']")
    keys.enter(r"\?wall")
    keys.to(".leave")
    keys.enter(r"/\??$")
    assert "wall" not in (page.get_attribute("html", "class") or "")


def test_devices_are_filtered_sorted_paged_and_opened(page: Page, keys: Keyboard) -> None:
    page.goto("/devices")
    keys.to("#size")
    keys.choose("25")
    keys.to("form.filters .primary")
    keys.enter("size=25")
    keys.to("nav.pages a[rel=next]")
    keys.enter("page=2")
    keys.to("nav.pages a[rel=prev]")
    keys.to("thead th:nth-child(2) a", "Shift+Tab")
    keys.enter("sort=commune")
    expect(page.locator("thead th:nth-child(2)")).to_have_attribute("aria-sort", "ascending")
    keys.to("#text")
    keys.write("moulins")
    keys.to("#state")
    keys.choose("ok")
    keys.to("form.filters .primary")
    keys.enter("text=moulins.*state=ok")
    rows = page.locator("tbody tr")
    assert 0 < rows.count() < 25
    keys.to("tbody th a")
    keys.enter("/devices/[a-z]")


def test_of_a_device_the_range_is_changed_and_every_value_read(page: Page, keys: Keyboard) -> None:
    page.goto(f"/devices/{DEVICE}")
    keys.to("#charts nav.tabs a[href*='range=7d']")
    keys.enter("range=7d")
    assert page.get_attribute("#charts nav.tabs a[href*='range=7d']", "aria-current") == "true"
    ready(page)
    keys.to(".plot")
    legend = page.locator(".plot .u-legend").first
    said = []
    for _ in range(3):
        keys.press("ArrowLeft")
        said.append(legend.inner_text())
        assert keys.at(".plot")
    assert len(set(said)) == 3
    keys.to(".chart .actions a[href$='#table']")
    keys.enter("#table")
    keys.to("#table a[download]")
    assert keys.download().endswith(".csv")


def test_the_live_feed_is_paused_and_goes_on_where_the_focus_is(page: Page, keys: Keyboard) -> None:
    page.goto("/platform")
    ready(page)
    button = "#live [data-part=button]"
    keys.to(button)
    keys.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-feed", "paused")
    assert keys.at(button)
    clean(page, "live-paused")
    keys.press("Space")
    expect(page.locator("html")).to_have_attribute("data-feed", "on")
    assert keys.at(button)
    page.context.set_offline(True)
    keys.press("Enter")
    keys.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-feed", re.compile("lost|closed"))
    clean(page, "live-lost")


def test_an_alert_is_found_acknowledged_and_silenced(page: Page, keys: Keyboard) -> None:
    page.goto("/alerts")
    keys.to("main .primary")
    keys.to("#choose input[type=checkbox]")
    page.keyboard.press("Space")
    keys.to("#comment")
    keys.write("vu au clavier")
    keys.enter("/alerts")
    expect(page.locator("main [role=status].done")).to_contain_text("1")
    expect(page.get_by_text("vu au clavier").first).to_be_visible()
    clean(page, "alerts-acknowledged")
    keys.to("#q")
    keys.write("co2")
    keys.enter("q=co2")
    keys.to("main .filters a")
    keys.enter("/alerts$")
    title = page.locator("#choose tr:has(input[type=checkbox]) th a").first.get_attribute("href")
    keys.to(f"#choose a[href='{title}']")
    keys.enter("/alerts/")
    clean(page, "alert-open")
    keys.to("#comment")
    keys.write("on y va")
    keys.enter("/alerts/")
    expect(page.locator("main [role=status].done")).to_be_visible()
    keys.to("#length")
    page.keyboard.press("ArrowDown")
    keys.to("#why")
    keys.write("travaux")
    keys.enter("/alerts/")
    expect(page.get_by_text("travaux").first).to_be_visible()
    clean(page, "alert-silenced")


def test_a_maintenance_window_is_made_and_ended(page: Page, keys: Keyboard) -> None:
    page.goto("/alerts/mutes")
    keys.to("#kind input")
    page.keyboard.press("ArrowDown")
    keys.to("input[name=comment]")
    keys.write("révision")
    keys.enter("/alerts/mutes")  # what it is for is missing
    expect(page.locator("#problems")).to_be_visible()
    assert keys.at("#problems")
    clean(page, "mutes-wrong")
    keys.to("#problems a")
    page.keyboard.press("Enter")
    assert keys.at("#whom")
    keys.to("#device")
    keys.write(DEVICE)
    keys.enter("/alerts/mutes")
    row = page.locator("tbody tr", has_text="révision")
    expect(row).to_have_count(1)
    clean(page, "mutes-made")
    number = row.locator("input[name=id]").get_attribute("value")
    keys.to(f"tr:has(input[name=id][value='{number}']):has(input[value=maintenance]) button")
    keys.enter("/alerts/mutes")
    expect(page.locator("main [role=status].done")).to_be_visible()
    expect(row).to_have_count(0)


def test_a_refusal_is_found_looked_at_fetched_and_replayed(page: Page, keys: Keyboard) -> None:
    page.goto("/quarantine")
    keys.to("#reason")
    keys.choose("unknown_quantity")
    keys.to("form.filters .primary")
    keys.enter("reason=unknown_quantity")
    keys.to("[aria-labelledby=messages] tbody a")
    keys.enter("/quarantine/")
    keys.to("main a[download]")
    assert keys.download()
    keys.to("[aria-labelledby=bytes]")
    keys.to("main form .primary", "Shift+Tab")
    keys.enter("/quarantine")
    expect(page.locator("main [role=status].done")).to_be_visible()
    clean(page, "quarantine-replayed")


def test_a_report_is_chosen_made_and_stands_alone_in_print(page: Page, keys: Keyboard) -> None:
    page.goto("/report")
    keys.to("#kind")
    keys.choose("week")
    keys.to("#site")
    keys.choose("college-moulins")
    keys.to("main form .primary")
    keys.enter("kind=week")
    expect(page.locator("main table").first).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".top nav")).not_to_be_visible()
    expect(page.locator("main form")).not_to_be_visible()
    expect(page.locator("main table").first).to_be_visible()


def test_one_signs_in_is_told_what_is_wrong_and_what_is_not_allowed(demo: Demo, page: Page, keys: Keyboard) -> None:
    demo.add_user("victor", Role.VIEWER)
    page.goto("/sign-in")
    keys.to("main form .primary")
    keys.enter("/sign-in")
    clean(page, "sign-in-empty")
    keys.to(".errors a")
    page.keyboard.press("Enter")
    assert keys.at("#name")
    keys.write("victor")
    keys.to("#password")
    keys.write("what comes to mind")
    keys.enter("/sign-in")
    expect(page.locator("[role=alert]")).to_be_visible()
    clean(page, "sign-in-wrong")
    keys.to("#password")
    keys.write(PASSWORD)
    keys.enter("/$")
    assert "victor" in page.inner_text(".who")
    answer = page.goto("/install")
    assert answer is not None
    assert answer.status == 403
    clean(page, "refused")
    page.goto("/alerts")
    clean(page, "alerts-of-a-viewer")
    keys.to(".who form button")
    keys.enter("/$")
    assert "victor" not in page.inner_text(".who")


def test_what_a_commune_sees_by_its_link_is_walked_through(demo: Demo, page: Page, keys: Keyboard) -> None:
    path = demo.share("03190")
    for shown in (path, f"{path}/report"):
        page.goto(shown)
        clean(page, f"share{'-report' if shown != path else ''}")
        places = keys.around()
        assert places == sorted(places)
        assert set(keys.stops()) <= set(places)
