"""A browser in short, as people know theirs: `Firefox, Windows`. It is what it says of itself, and no proof. Pure."""

import re

LONGEST = 40
"""Characters of what is no browser we know."""
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
"""What stands in it -> what it is; Edge names Chrome and Safari too, so the order decides."""
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """Of the header `User-Agent`; "" where there is none."""
    found = [next((name for mark, name in known if mark in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    if found[0]:
        return ", ".join(filter(None, found))
    first = re.match(r"[\w./+-]+", user_agent, re.ASCII)
    return first[0][:LONGEST] if first else ""
