"""A person with a keyboard and no mouse. Every stop of the focus is looked at: it is seen, and nothing covers it."""

import re
from typing import Any

from playwright.sync_api import Page

STOP = """(wanted) => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const style = getComputedStyle(at);
  const marks = [[.5, .5], [.1, .5], [.9, .5], [.5, .1], [.5, .9]];
  const own = (box) => marks.some(([x, y]) => {
    const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return hit && (at.contains(hit) || hit.closest('label')?.control === at);
  });
  return {
    place: [...document.querySelectorAll('*')].indexOf(at),
    words: `${at.localName} ${at.ariaLabel || at.innerText || at.name || at.id}`.slice(0, 60),
    outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: [...at.getClientRects()].some((box) => box.width > 1 && box.height > 1 && own(box)),
    wanted: wanted !== '' && at.matches(wanted),
  };
}"""
STOPS = """() => {
  const all = [...document.querySelectorAll('*')];
  const kinds = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const there = (one) => one.checkVisibility() && !one.disabled && one.tabIndex >= 0
    && !(one.type === 'radio' && !one.checked);
  return [...document.querySelectorAll(kinds)].filter(there)
    .map((one) => [all.indexOf(one), one.outerHTML.slice(0, 100)]);
}"""
"""What can be used on the page, in reading order: its place among all elements, and how it is written."""
MOST = 250


class Keyboard:
    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str, wanted: str = "") -> dict[str, Any] | None:
        """Where the focus is then; None when it left the page. AssertionError when one would not see where it is."""
        self.page.keyboard.press(key)
        stop: dict[str, Any] | None = self.page.evaluate(STOP, wanted)
        assert stop is None or (stop["outlined"] and stop["seen"]), stop
        return stop

    def to(self, wanted: str, key: str = "Tab") -> None:
        """Press it until the focus is at what the CSS selector names, once around the page at most."""
        for _ in range(MOST):
            stop = self.press(key, wanted)
            if stop is not None and stop["wanted"]:
                return
        raise AssertionError(f"{wanted} is not reached by {key}")

    def write(self, text: str) -> None:
        """In place of what the field holds."""
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose(self, value: str) -> None:
        """In a list of choices, from the first one down by the arrow."""
        self.page.keyboard.press("Home")
        for _ in range(MOST):
            if self.page.evaluate("document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no choice {value}")

    def enter(self, leads_to: str) -> None:
        """The enter key opens a page whose address this pattern is found in."""
        with self.page.expect_navigation(url=re.compile(leads_to), wait_until="load"):
            self.page.keyboard.press("Enter")

    def download(self) -> str:
        """The name of the file that the enter key fetches."""
        with self.page.expect_download() as found:
            self.page.keyboard.press("Enter")
        return found.value.suggested_filename

    def at(self, selector: str) -> bool:
        return bool(self.page.evaluate("(wanted) => document.activeElement.matches(wanted)", selector))

    def around(self) -> list[int]:
        """Places of all stops from the top to the end of the page. AssertionError when it does not end."""
        places: list[int] = []
        for _ in range(MOST):
            stop = self.press("Tab")
            if stop is None:
                return places
            places.append(stop["place"])
        raise AssertionError("the focus does not leave the page")

    def stops(self) -> dict[int, str]:
        """All that the focus must stop at."""
        return dict(self.page.evaluate(STOPS))
