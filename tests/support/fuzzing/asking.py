"""What a browser or a program asks: query strings, headers, and the secrets of links, forms, sessions and tokens."""

import base64
import binascii
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request

from alerts.book import Book
from alerts.links import BadLink, Links
from dashboards.console.access import Role, User
from dashboards.console.accounts import csrf
from dashboards.console.accounts.accounts import Accounts
from dashboards.console.accounts.trust import Trust, own_path
from dashboards.console.acknowledge import fields
from dashboards.console.alerts_page import filters as of_alerts
from dashboards.console.alerts_page.moments import read_moment
from dashboards.console.api.asked import OfAlerts, OfDevices, OfQuarantine, OfSeries, OfValues, read
from dashboards.console.api.problem import Trouble, problem
from dashboards.console.device.span import read_span
from dashboards.console.device.twin import page_number
from dashboards.console.devices.query import read_query, standing
from dashboards.console.fleet import Fleet, fleet_of
from dashboards.console.install.first import since_of
from dashboards.console.live_routes import Wrong as WrongLive
from dashboards.console.live_routes import read as read_live
from dashboards.console.pieces.asked import Asked, count_of
from dashboards.console.pieces.paging import paged
from dashboards.console.quarantine import filters as of_quarantine
from dashboards.console.report.bilan import Where, places
from dashboards.console.report.page import chosen
from devices.problems import LANGUAGES, Language
from fuzzing.mutate import spoiled
from fuzzing.seeds import known
from fuzzing.target import NOW, Tally, Unexplained

SECONDS = 1_000
API = {"devices": OfDevices, "values": OfValues, "series": OfSeries, "alerts": OfAlerts, "quarantine": OfQuarantine}
VALUES = (
    "", "1", "0", "-1", "25", "²", "٣", "9" * 30, "1e3", "name", "desc", "road", "building", "03190", "2A004", "ok",
    "late", "alert",
    "critical", "7d", "2026-11-24", "2026-11-24T06:00", "24/11/2026 à 6h00", "2026-02-30", "0001-01-01T00:00",
    "9999-12-31T23:59:59Z",
    "2026-10-25T02:30", "20261124", "2026-W48-2", "true", "raw", "1h", "air_temperature", "schema", "day", "week",
    "a\0b", "\N{RIGHT-TO-LEFT OVERRIDE}x",
    "<script>alert(1)</script>", "é" * 250, "//evil.example/", "/\\evil.example", "/ok?a=b", "javascript:alert(1)",
    "-12-7", "1795641240000",
    "%", "%ff", "\ufffd",
)  # fmt: skip
NAMES = (
    "domain", "commune", "site", "model", "state", "text", "sort", "direction", "page", "size", "range", "from", "to",
    "quantity", "step",
    "aggregate", "level", "rule", "ack", "q", "days", "past", "reason", "device", "kind", "day", "limit", "cursor",
    "open", "since", "lang",
    "next", "after", "all", "message", "who", "comment", "at",
)  # fmt: skip


def request_of(query: str, headers: dict[str, str] | None = None) -> Request:
    """As uvicorn would hand it on."""
    told = [
        (name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in (headers or {}).items()
    ]
    scope = {
        "type": "http", "method": "GET", "path": "/", "scheme": "http", "query_string": query.encode("latin-1",
        "replace"),
        "headers": told, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "path_params": {},
    }  # fmt: skip
    return Request(scope)


class Queries:
    """Law: a query string is read, or each mistake is said in two languages; nothing it says leads off our pages."""

    def __init__(self, _folder: Path) -> None:
        self._registry = known()
        self._fleet: Fleet = fleet_of(self._registry)
        self._communes, self._sites = places(self._registry)
        self._readers: dict[str, Callable[[Request], Counter[str]]] = {
            "devices": self._devices,
            "device": self._device,
            "alerts": self._alerts,
            "quarantine": self._quarantine,
            "report": self._report,
            "live": self._live,
            "rest": self._rest,
            **{f"api-{name}": self._api for name in API},
        }

    def draw(self, chance: Random) -> bytes:
        pairs = [(chance.choice(NAMES), chance.choice(VALUES)) for _ in range(chance.randrange(6))]
        query = urlencode(pairs).encode()
        if chance.random() < 0.4:
            query = spoiled(query, chance, [b"&page=%00", b"&page=1&page=2"])
        return f"{chance.choice(sorted(self._readers))}?".encode() + query

    def run(self, data: bytes) -> Tally:
        name, _, query = data.decode("latin-1").partition("?")
        if name not in self._readers:
            return Tally()
        request = request_of(query)
        request.scope["reader"] = name
        wrong = self._readers[name](request)
        return Tally(not wrong, wrong)

    def _devices(self, request: Request) -> Counter[str]:
        query, wrong = read_query(request.query_params, self._fleet)
        again, more = read_query(dict(parse_qsl(query.link()[1:], keep_blank_values=True)), self._fleet)
        assert (again, more) == (query, []), "a link of ours asks something else"
        assert all(one.name and len(one.known) < SECONDS for one in wrong)
        assert len(standing(self._fleet, query)) <= len(self._fleet.cards)
        return Counter(one.name for one in wrong)

    def _device(self, request: Request) -> Counter[str]:
        span, wrong = read_span(request.query_params, NOW)
        assert span.start < span.end
        page = page_number(request.query_params.get("page", ""))
        assert page is None or page > 0
        return Counter(wrong.values())

    def _alerts(self, request: Request) -> Counter[str]:
        def one(language: Language) -> Asked:
            asked = Asked(request.query_params, language)
            found = of_alerts.read_filters(asked, of_alerts.choices_of(self._registry, {}, [], language))
            paging = paged(found.page, 70, 25, found.chosen)
            assert 1 <= paging.page <= paging.pages
            return asked

        return said(one)

    def _quarantine(self, request: Request) -> Counter[str]:
        def one(language: Language) -> Asked:
            asked = Asked(request.query_params, language)
            found = of_quarantine.read_filters(asked)
            assert all(value.isprintable() for value in found.chosen.values())
            return asked

        return said(one)

    def _report(self, request: Request) -> Counter[str]:
        asked = request.query_params
        where = Where(asked.get("commune", ""), asked.get("site", ""))
        try:
            period = chosen(asked.get("kind", "day"), asked.get("day", ""), where, self._communes, self._sites, NOW)
        except ValueError:
            return Counter({"bad_choice": 1})
        assert period.start < period.end
        assert period.moved(-1).end == period.start
        return Counter()

    def _live(self, request: Request) -> Counter[str]:
        try:
            for language in LANGUAGES:
                read_live(request, language)
        except WrongLive as error:
            if not str(error):
                raise Unexplained("refused without a word") from error
            return Counter({"live": 1})
        return Counter()

    def _rest(self, request: Request) -> Counter[str]:
        query = request.query_params
        read_moment(query.get("at", "") or query.get("from", ""))
        since_of(request)
        assert 0 <= count_of(query, "page") < 10**9
        assert all(one.isprintable() for one in fields(str(query).encode()).values())
        own = own_path(query.get("next", "/"))
        parts = urlsplit(own)
        assert own.startswith("/")
        assert not parts.scheme, f"leads away: {own!r}"
        assert not parts.netloc, f"leads away: {own!r}"
        assert own[1:2] not in ("/", "\\"), f"leads away: {own!r}"
        return Counter()

    def _api(self, request: Request) -> Counter[str]:
        kind: type[Any] = API[str(request.scope["reader"]).removeprefix("api-")]
        try:
            read(kind, request.query_params.multi_items())
        except Trouble as trouble:
            if not trouble.errors:
                raise Unexplained("refused without a parameter") from trouble
            for language in LANGUAGES:
                told = json.loads(bytes(problem(trouble, "/api/v1/x", language).body))
                assert all(one["parameter"] is not None and one["detail"] for one in told["errors"])
            return Counter(one.parameter for one in trouble.errors if one.parameter in NAMES) or Counter({"unknown": 1})
        return Counter()

    def close(self) -> None:
        pass


def said(one: Callable[[Language], Asked]) -> Counter[str]:
    found: Counter[str] = Counter()
    for language in LANGUAGES:
        asked = one(language)
        if not all(each.text for each in asked.wrong):
            raise Unexplained("a mistake without a word")
        found = Counter(each.field for each in asked.wrong)
    return found


class Secrets:
    """Law: a link, a form's token, a session, an API token or a share opens what it was made for,
    and nothing else does."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._accounts = Accounts(folder)
        self._accounts.users.add("anne", Role.TECHNICIAN, "x", NOW)
        account = self._accounts.users.find("anne")
        assert account is not None
        self._book = Book(folder / "alerts.sqlite")
        self._links = Links(self._book.connection, self._book.lock, b"k" * 32)
        self._trust = Trust("127.0.0.1")
        session = self._accounts.sessions.begin(account, NOW)
        assert session is not None
        self._good: dict[str, str] = {
            "link": self._links.make("n1", "mail", NOW),
            "csrf": csrf.token_for(b"key"),
            "session": session,
            "token": self._accounts.tokens.add("cron", Role.VIEWER, NOW * 2, NOW),
            "share": self._accounts.shares.add("03190", "mairie", NOW * 2, NOW),
            "cookie": f"vigiterre={session}; lang=fr",
        }
        self._claim = self._links.read(self._good["link"], NOW)

    def draw(self, chance: Random) -> bytes:
        """Secrets are drawn anew in each process: an input is the wrongs done to one, as a seed."""
        return f"{chance.choice(sorted(self._good))} {chance.getrandbits(48)}".encode()

    def run(self, data: bytes) -> Tally:
        kind, _, seed = data.decode("utf-8", "replace").partition(" ")
        if kind not in self._good:
            return Tally()
        chance = Random(seed)
        good = self._good[kind]
        others = [one.encode() for one in self._good.values()]
        shown = good if chance.random() < 0.05 else spoiled(good.encode(), chance, others).decode("latin-1")
        opened = self._opens(kind, shown)
        assert opened or shown != good, f"the good {kind} opens nothing"
        return Tally(opened, Counter({kind: not opened}))

    def _opens(self, kind: str, shown: str) -> bool:
        found: Any
        match kind:
            case "link":
                return self._follows(shown)
            case "csrf":
                opened = csrf.is_right(shown, b"key")
                assert not opened or same_bytes(shown, self._good["csrf"]), "a forged form token is taken"
                assert not csrf.is_right(shown, b"other")
                return opened
            case "session":
                found = self._accounts.sessions.user(shown, NOW)
                assert found in (None, User("anne", Role.TECHNICIAN))
            case "token":
                found = self._accounts.tokens.user(shown, NOW)
            case "share":
                found = self._accounts.shares.of(shown, NOW)
            case _:
                request = request_of(
                    "", {"cookie": shown, "host": shown[:50], "x-forwarded-for": shown, "accept-language": shown}
                )
                assert self._trust.client(request) == "127.0.0.1"
                self._trust.host(request)
                return request.cookies.get("vigiterre") == self._good["session"]
        assert found is None or shown == self._good[kind], f"a forged {kind} is taken"
        return found is not None

    def _follows(self, shown: str) -> bool:
        try:
            claim = self._links.read(shown, NOW)
        except BadLink as error:
            if not all(error.text(language) for language in LANGUAGES):
                raise Unexplained("a bad link without a word") from error
            return False
        assert claim == self._claim, "a forged link is taken"
        return True

    def close(self) -> None:
        self._accounts.close()
        self._book.close()


def same_bytes(one: str, other: str) -> bool:
    """Base64 has several spellings of the same bytes."""
    try:
        return base64.urlsafe_b64decode(one) == base64.urlsafe_b64decode(other)
    except (ValueError, binascii.Error):
        return False
