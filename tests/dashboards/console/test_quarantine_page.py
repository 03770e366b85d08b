"""Quarantaine: what was refused, its bytes, running it again and deleting it."""

import json
import re
import time
import urllib.request
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pytest
from consoles import SCRIPT, Served, console_of, sources_of
from hypothesis import given
from hypothesis import strategies as st

from dashboards.console.access import Role, User
from dashboards.console.alerts_page.moments import written
from dashboards.console.console import Console
from dashboards.console.pieces.visible import holds, visible
from dashboards.console.quarantine.bytes_shown import LINE, PAGE, lines, pretty, symbol
from dashboards.console.quarantine.page import routes
from dashboards.console.quarantine.texts import REMEDIES
from dashboards.console.sources import Dropped, Refused, RefusedPage
from devices.errors import StoreUnavailable, VigiterreError
from devices.problems import Bilingual
from devices.reading import Reason

NOW = time.time_ns() // 1_000_000
ADMIN = User("root", Role.ADMIN)
TECHNICIAN = User("anne", Role.TECHNICIAN)
JSON = b'{"temp": "\\u202e<b>x</b>", "n": [1, 2]}'


def refused(
    number: int, payload: bytes = JSON, reason: str = "schema", device: str = "d978a-lurcy", **given: Any
) -> Refused:
    found = Refused(
        number, NOW - number * 1000, f"vigiterre/road/{device}/up", device, reason, "no number: temp", len(payload),
        sha256(payload).hexdigest(), payload,
    )  # fmt: skip
    return found._replace(**given)


class Kept:
    """A quarantine in memory; `asked` is what was asked of the running process."""

    def __init__(self, *rows: Refused) -> None:
        self.rows = rows
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.error: VigiterreError | None = None

    def console(self, user: User | None = TECHNICIAN, **given: Any) -> Console:
        found = {"refused": self.refused, "refused_one": self.one, "ask": self.ask} | given
        return console_of(sources_of(**found), user=user)

    def refused(self, filters: Mapping[str, str], offset: int, limit: int) -> RefusedPage:
        found = [
            one for one in self.rows
            if filters.get("reason", one.reason) == one.reason
            and filters.get("device", one.device) == one.device
            and holds(f"{one.topic} {one.device} {one.detail}", filters.get("text", ""))
        ]  # fmt: skip
        return RefusedPage(found[offset : offset + limit], len(found), Counter(one.reason for one in self.rows))

    def one(self, number: int) -> Refused | None:
        return next((one for one in self.rows if one.id == number), None)

    async def ask(self, command: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        self.asked.append((command, arguments))
        if self.error:
            raise self.error
        return {"messages": 4, "cut": 1, "refused": 2, "waiting": True, "purged": 9}


def form(**fields: str) -> Mapping[str, str]:
    return {"csrf": "right", **fields}


def numbers(body: str) -> list[int]:
    return [int(one) for one in re.findall(r'href="/quarantine/([0-9]+)"', body)]


def test_refusals_are_counted_by_reason_with_what_to_do() -> None:
    kept = Kept(refused(1), refused(2), refused(3, reason="out_of_range"))
    with Served(routes(kept.console())) as served:
        body, english = served.get("/quarantine").body, served.get("/quarantine?lang=en").body
    assert body.index("forme inattendue") < body.index("valeur invraisemblable")
    assert REMEDIES["fr"]["out_of_range"] in body
    assert REMEDIES["en"]["schema"].replace("'", "&#39;") in english
    assert body.count("<h1") == 1
    assert numbers(body) == [1, 2, 3]
    assert "Retirer les filtres" not in body


def test_every_reason_has_a_remedy_in_both_languages() -> None:
    assert set(REMEDIES["fr"]) == set(REMEDIES["en"]) == {reason.value for reason in Reason}


def test_filters_leave_what_they_name() -> None:
    kept = Kept(refused(1), refused(2, device="other"), refused(3, reason="too_old", detail="Été dernier"))
    asked = {"reason=too_old": [3], "device=other": [2], "q=ete": [3], "reason=schema&q=lurcy": [1], "q=nothing": []}
    with Served(routes(kept.console())) as served:
        for query, found in asked.items():
            answer = served.get(f"/quarantine?{query}")
            assert (answer.status, numbers(answer.body)) == (200, found), query
            assert "Retirer les filtres" in answer.body


@pytest.mark.parametrize(
    "query", ["reason=x", "page=0", "page=x", "device=" + "a" * 300, "q=" + "b" * 300, "reason=%00%ff"]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_wrong_filter_is_said(query: str, language: str) -> None:
    with Served(routes(Kept(refused(1)).console())) as served:
        answer = served.get(f"/quarantine?{query}&lang={language}")
    assert answer.status == 400
    assert ("À corriger" if language == "fr" else "To be corrected") in answer.body


def test_a_page_beyond_the_last_is_the_last() -> None:
    kept = Kept(*(refused(number) for number in range(1, 61)))
    with Served(routes(kept.console())) as served:
        first, last = served.get("/quarantine?reason=schema").body, served.get("/quarantine?page=999").body
    assert len(numbers(first)) == 50
    assert "?reason=schema&amp;page=2" in first
    assert numbers(last) == list(range(51, 61))


def test_a_quarantine_that_cannot_be_read_is_said() -> None:
    def broken(*_: object) -> RefusedPage:
        raise StoreUnavailable("file is locked")

    def odd(_: int) -> Refused | None:
        raise OSError("no such disk")

    with Served(routes(Kept().console(refused=broken, refused_one=odd))) as served:
        answer, one = served.get("/quarantine"), served.get("/quarantine/1")
    assert (answer.status, one.status) == (200, 503)
    assert "file is locked" in answer.body
    assert "no such disk" in one.body


def test_one_refusal_shows_its_bytes_its_json_and_its_digest() -> None:
    with Served(routes(Kept(refused(1)).console())) as served:
        body = served.get("/quarantine/1").body
    assert sha256(JSON).hexdigest() in body
    assert "7b 22 74 65 6d 70" in body
    assert "{&#34;temp&#34;:␣" in body
    assert "&#34;n&#34;: [\n" in body
    assert "\u202e" not in body
    assert "<b>x" not in body
    assert 'href="/devices/d978a-lurcy"' in body


def test_long_bytes_come_in_pages_and_a_cut_message_says_so() -> None:
    long = refused(1, bytes(range(256)) * 20, size=100_000)
    with Served(routes(Kept(long).console())) as served:
        first, last = served.get("/quarantine/1").body, served.get("/quarantine/1?page=3").body
        assert served.get("/quarantine/1?page=x").status == 400
    assert "00000" in first
    assert "01000" in last
    assert "il ne peut pas être rejoué" in first
    assert 'action="/quarantine/1/replay"' not in first


def test_the_download_is_all_the_bytes_and_nothing_that_a_browser_opens() -> None:
    payload = b"<script>alert(1)</script>\x00\xff\r\n"
    with Served(routes(Kept(refused(1, payload, device='x"\r\nSet-Cookie: a=b')).console())) as served:
        request = f"http://127.0.0.1:{served.port}/quarantine/1/bytes"
        with urllib.request.urlopen(request, timeout=10) as answer:
            body, headers = answer.read(), answer.headers
        assert served.get("/quarantine/2/bytes").status == 404
    assert body == payload
    assert headers["content-type"] == "application/octet-stream"
    assert headers["content-disposition"] == 'attachment; filename="vigiterre-1.bin"'
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"].startswith("sandbox")
    assert headers["set-cookie"] is None


@pytest.mark.parametrize("number", ["9", str(2**63), "9" * 60])
def test_an_unknown_refusal_is_not_found_in_words(number: str) -> None:
    with Served(routes(Kept(refused(1)).console())) as served:
        answer = served.get(f"/quarantine/{number}")
    assert answer.status == 404
    assert "Refus inconnu" in answer.body


def test_one_message_is_run_again_and_the_page_says_what_became_of_it() -> None:
    kept = Kept(refused(1))
    with Served(routes(kept.console())) as served:
        answer = served.post("/quarantine/1/replay", form())
        assert answer.status == 303
        body = served.get(answer.headers["location"]).body.replace("\N{NO-BREAK SPACE}", " ")
    assert kept.asked == [("quarantine_replay", {"ids": [1], "reason": None, "device": None})]
    for said in ("Messages rejoués : 4.", "incomplets : 1.", "Refusés de nouveau : 2.", "attendent encore"):
        assert said in body


def test_all_of_a_filter_is_run_again() -> None:
    kept = Kept(refused(1), refused(2, device="other"), refused(3, detail="été"))
    with Served(routes(kept.console())) as served:
        assert served.post("/quarantine/replay", form(reason="schema", device="other")).status == 303
        assert served.post("/quarantine/replay", form(q="ETE")).status == 303
        assert served.post("/quarantine/replay", form()).status == 303
        nothing = served.post("/quarantine/replay", form(q="nulle part"))
        wrong = served.post("/quarantine/replay", form(reason="all"))
    assert [arguments for _, arguments in kept.asked] == [
        {"ids": None, "reason": "schema", "device": "other"},
        {"ids": [3], "reason": None, "device": None},
        {"ids": None, "reason": None, "device": None},
    ]
    assert (nothing.status, wrong.status) == (400, 400)
    assert "Il n&#39;y a rien à rejouer." in nothing.body


def test_what_the_process_refuses_is_said() -> None:
    kept = Kept(refused(1))
    kept.error = VigiterreError(Bilingual(f"plus là {SCRIPT}", "gone"))
    with Served(routes(kept.console(ADMIN))) as served:
        for path in ("/quarantine/1/replay", "/quarantine/replay", "/quarantine/purge"):
            answer = served.post(path, form(before=written(NOW - 60_000), sure="on"))
            assert answer.status == 400, path
            assert "plus là &lt;script&gt;" in answer.body


def test_an_administrator_deletes_what_the_filter_names_and_only_when_sure() -> None:
    kept, before = Kept(refused(1)), (NOW - 3_600_000) // 60_000 * 60_000
    with Served(routes(kept.console(ADMIN))) as served:
        assert 'action="/quarantine/purge"' in served.get("/quarantine").body
        unsure = served.post("/quarantine/purge", form(before=written(before), reason="schema"))
        future = served.post("/quarantine/purge", form(before=written(NOW + 7_200_000), sure="on"))
        no_time = served.post("/quarantine/purge", form(sure="on"))
        by_text = served.post("/quarantine/purge", form(before=written(before), q="x", sure="on"))
        assert not kept.asked
        answer = served.post("/quarantine/purge", form(before=written(before), reason="schema", sure="on"))
        assert answer.status == 303
        assert "Refus effacés\N{NO-BREAK SPACE}: 9." in served.get(answer.headers["location"]).body
    assert kept.asked == [("quarantine_purge", {"before": before, "reason": "schema", "device": None})]
    assert {one.status for one in (unsure, future, no_time, by_text)} == {400}
    assert f'value="{written(before)}"' in unsure.body
    assert 'id="sure-wrong"' in unsure.body


def test_roles_are_kept() -> None:
    kept = Kept(refused(1))
    for user in (None, User("eve", Role.VIEWER)):
        with Served(routes(kept.console(user))) as served:
            body = served.get("/quarantine").body + served.get("/quarantine/1").body
            assert 'action="/quarantine/' not in body
            for path in ("/quarantine/1/replay", "/quarantine/replay", "/quarantine/purge"):
                assert served.post(path, form(sure="on")).status == 403
    with Served(routes(kept.console())) as served:
        assert served.post("/quarantine/purge", form(before=written(NOW), sure="on")).status == 403
        assert served.post("/quarantine/replay", {"csrf": "wrong"}).status == 403
        assert 'action="/quarantine/purge"' not in served.get("/quarantine").body
    assert not kept.asked


def test_text_of_strangers_is_never_markup() -> None:
    odd = refused(
        1,
        SCRIPT.encode(),
        reason="schema",
        device=SCRIPT,
        topic=f"x/{SCRIPT}\u202e\ud800",
        detail=f"{SCRIPT}\x1b[31m\n{SCRIPT}",
    )
    with Served(routes(Kept(odd).console(ADMIN))) as served:
        for path in (
            "/quarantine",
            "/quarantine/1",
            "/quarantine?q=%3Cscript%3E",
            "/quarantine?device=%22%3E%3Cscript%3E",
        ):
            answer = served.get(path)
            assert answer.status == 200
            assert SCRIPT not in answer.body
            assert "<script>" not in answer.body
            assert not {"\u202e", "\x1b"} & set(answer.body)


@given(st.binary(max_size=3 * PAGE))
def test_every_byte_is_shown_once_in_order(payload: bytes) -> None:
    shown = [line for start in range(0, len(payload), PAGE) for line in lines(payload, start)]
    assert bytes.fromhex(" ".join(line.octets for line in shown)) == payload
    assert [int(line.offset, 16) for line in shown] == list(range(0, len(payload), LINE))
    assert all(len(line.text) * 3 - 1 == len(line.octets) for line in shown)


def test_every_byte_has_a_symbol_that_is_seen() -> None:
    symbols = [symbol(octet) for octet in range(256)]
    assert all(one.isprintable() and not one.isspace() for one in symbols)
    assert symbols[10] == "␊"
    assert symbols[0x41] == "A"


@given(st.binary(max_size=300))
def test_no_payload_breaks_the_json_view(payload: bytes) -> None:
    pretty(payload)
    pretty(b"{" + payload)


@given(st.dictionaries(st.text(), st.lists(st.integers() | st.text() | st.booleans() | st.none())))
def test_json_set_out_on_lines_is_the_same_json_and_all_of_it_is_seen(value: dict[str, Any]) -> None:
    text = pretty(json.dumps(value).encode())
    assert all(letter.isprintable() or letter.isspace() for letter in text)
    assert json.loads(text) == value


@pytest.mark.parametrize(
    "payload", [b"[" * 60_000, b'{"a":' * 10_000, b"12", b'"x"', b"", b"\xff{", b'{"n": ' + b"9" * 5_000 + b"}"]
)
def test_what_is_no_json_to_look_at_is_left_to_the_bytes(payload: bytes) -> None:
    assert pretty(payload) == ""


@given(st.text())
def test_visible_text_has_nothing_invisible(text: str) -> None:
    assert all(one.isprintable() or one.isspace() for one in visible(text))
    assert not {"\n", "\x1b", "\u202e", "\u2028"} & set(visible(text))
    assert visible(visible(text)) == visible(text)


@pytest.mark.parametrize(
    ("language", "device", "strangers"),
    [
        ("fr", "mad\N{NO-BREAK SPACE}: 45 999 refus", "capteurs inconnus"),
        ("en", "mad: 45 999 refusals", "unknown devices"),
    ],
)
def test_what_was_dropped_of_who_took_too_much_room_is_told(language: str, device: str, strangers: str) -> None:
    gone = [Dropped("mad", "schema", 45_999), Dropped("", "unknown_device", 7)]
    found = RefusedPage([], 0, {}, gone)
    with Served(routes(Kept().console(refused=lambda *_: found))) as served:
        body = served.get("/quarantine", **{"Accept-Language": language}).body.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert device in body
    assert strangers in body
