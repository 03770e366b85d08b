"""Mise en service: codes, forms, the confirmation, the files, and the first reading."""

import html
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from consoles import CONFIG, SCRIPT, TECHNICIAN, Answer, Served, console_of, sources_of
from starlette.requests import Request

from dashboards.console.access import Role, User
from dashboards.console.console import Console
from dashboards.console.install.choices import nearest, positions
from dashboards.console.install.codes import Code, read_code
from dashboards.console.install.page import routes
from dashboards.console.install.texts import TEXTS
from dashboards.console.present import Present
from dashboards.console.site import navigation_of
from dashboards.console.sources import Refused, RefusedPage
from devices.editing import change
from devices.editing_files import InventoryFiles
from devices.load import load_registry
from devices.problems import Problem
from devices.reading import Reading, Series

NOW = time.time_ns() // 1_000_000
EUI = "70b3d54999f0552d"
DEVICE = "college-moulins-s12"
NEW = {
    "id": "college-neuf",
    "eui": "70-B3-D5-49-99-F0-55-2D",
    "model": "indoor-air",
    "domain": "building",
    "site": "college-moulins",
    "name": "Salle 21",
    "commune": "03190",
    "latitude": "46,5662",
    "longitude": "3.3333",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The project's own configuration, as far as devices go."""
    target = tmp_path / "config"
    for name in ("models", "reference"):
        shutil.copytree(CONFIG / name, target / name)
    for name in ("quantities.toml", "devices.csv", "placements.csv"):
        shutil.copy(CONFIG / name, target / name)
    return target


class Desk:
    """A running process that reads its folder again; `noted` is its audit log."""

    def __init__(self, folder: Path | None, **given: Any) -> None:
        self.files = InventoryFiles(folder) if folder else None
        self.registry = load_registry(folder or CONFIG)
        self.noted: list[tuple[str, str]] = []
        self.problems: Sequence[Problem] = ()
        self.present = Present()
        self.given = given

    async def reload(self) -> Sequence[Problem]:
        if not self.problems and self.files:
            self.registry = load_registry(self.files.folder)
        return self.problems

    async def note(self, _request: Request, who: str, what: str, _outcome: str) -> int:
        self.noted.append((who, what))
        return 1

    def console(self, user: User | None = TECHNICIAN) -> Console:
        sources = sources_of(registry=lambda: self.registry, inventory=self.files, reload=self.reload, **self.given)
        return console_of(sources, self.present, user)

    def served(self, user: User | None = TECHNICIAN) -> Served:
        return Served(routes(self.console(user), self.note))


def hidden(answer: Answer) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', answer.body)
    return {name: html.unescape(text) for name, text in found}


def fields_of(answer: Answer) -> dict[str, str]:
    """What a browser would send of the form as it stands."""
    found = dict(hidden(answer))
    for tag in re.findall(r"<input (?!type=\"hidden\")[^>]*>", answer.body):
        name, text = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name:
            found[name[1]] = html.unescape(text[1]) if text else ""
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]*)".*?>(.*?)</select>', answer.body, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


def filled(served: Served, path: str, **typed: str) -> dict[str, str]:
    return {**fields_of(served.get(path)), "csrf": "right", **typed}


def confirmed(served: Served, path: str, fields: dict[str, str]) -> Answer:
    summary = served.post(path, fields)
    assert summary.status == 200, summary.body
    return served.post(path, {**hidden(summary), "csrf": "right"})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("70B3D54999F0552D", Code(EUI)),
        ("70-b3-d5-49-99-f0-55-2d", Code(EUI)),
        (" 70:B3:D5:49:99:F0:55:2D ", Code(EUI)),
        ("70B3 D549 99F0 552D", Code(EUI)),
        ("0x70B3D54999F0552D", Code(EUI)),
        ("LW:D0:1122334455667788:70B3D54999F0552D:AABB1122:OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR:CAF2C", Code(EUI)),
        ("LW:D0:1122334455667788:70B3D54999F0552D:AABB1122", Code(EUI)),
        ("lw:d0:1122334455667788:70b3d54999f0552d:aabb1122", Code(EUI)),
        ("URN:DEV:LW:1122334455667788_70B3D54999F0552D_AABB1122", Code(EUI)),
        ("URN:LW:DP:1122334455667788:70B3D54999F0552D:AABB1122", Code(EUI)),
        ("AppEUI: 1122334455667788 DevEUI: 70-B3-D5-49-99-F0-55-2D", Code(EUI)),
        ("SN:6136B1234;EUI:70B3D54999F0552D;", Code(EUI)),
        ("AppEUI: 1122334455667788", Code(name="AppEUI: 1122334455667788")),
        ("LW:D0:1122334455667788", Code(name="LW:D0:1122334455667788")),
        ("70B3D54999F0552", Code(name="70B3D54999F0552")),
        ("college-moulins-s12", Code(name="college-moulins-s12")),
        ("https://example.org/x", Code(name="https://example.org/x")),
        ("", Code()),
    ],
)
def test_a_code_is_read_however_it_is_printed(text: str, code: Code) -> None:
    assert read_code(text) == code


def test_a_known_code_leads_to_its_device_and_an_unknown_one_to_the_form(folder: Path) -> None:
    desk = Desk(folder)
    with desk.served() as served:
        assert served.get("/install?code=College-Moulins-S12").headers["location"] == f"/install/{DEVICE}"
        answer = served.get("/install?code=LW:D0:1122334455667788:70B3D54999F0552D:AABB1122")
        assert f'href="/install/_add?eui={EUI}"' in answer.body
        assert served.get("/install?code=").status == 400
        assert "college-moulins-s12" in served.get("/install?code=college-moulins-s13").body


def test_an_added_device_is_in_the_file_in_force_and_waited_for(folder: Path) -> None:
    desk = Desk(folder)
    before = (folder / "devices.csv").read_text()
    with desk.served() as served:
        assert 'name="model"' in served.get(f"/install/_add?eui={EUI}&q=indoor").body
        fields = filled(served, f"/install/_add?eui={EUI}&model=indoor-air", **NEW)
        assert fields["domain"] == "building"
        summary = served.post("/install/_add", fields)
        assert "+college-neuf,indoor-air,building,college-moulins,Salle 21,03190" in summary.body
        assert (folder / "devices.csv").read_text() == before
        done = served.post("/install/_add", {**hidden(summary), "csrf": "right"})
        assert done.status == 303
        assert re.fullmatch(r"/install/college-neuf\?at=\d+", done.headers["location"])
        page = served.get(done.headers["location"]).body
    assert TEXTS["fr"]["waiting"] in page
    assert desk.registry.addresses[EUI] == "college-neuf"
    assert desk.noted[0][0] == "anne"
    assert "+college-neuf" in desk.noted[0][1]
    rest = (folder / "devices.csv").read_text().splitlines()
    assert rest[1:-1] == before.splitlines()[1:]


def test_parameters_a_model_asks_for_have_a_field_of_their_own(folder: Path) -> None:
    asking = next(model for model in load_registry(folder).models.values() if model.requires)
    name = asking.requires[0]
    with Desk(folder).served() as served:
        fields = filled(served, f"/install/_add?model={asking.id}", **{**NEW, "model": asking.id})
        wrong = served.post("/install/_add", fields)
        assert wrong.status == 400
        assert f'id="param.{name}-wrong"' in wrong.body
        summary = served.post("/install/_add", {**fields, **{f"param.{one}": "1.5" for one in asking.requires}})
    assert f"{name}=1.5" in summary.body


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("id", "Été"),
        ("id", DEVICE),
        ("id", ""),
        ("eui", "12"),
        ("model", "rien"),
        ("domain", ""),
        ("site", ""),
        ("commune", "99999"),
        ("latitude", "91"),
        ("longitude", ""),
        ("altitude", "haut"),
        ("installed", "hier"),
        ("params", "x"),
        ("name", "n" * 201),
        ("site", "a\\b"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(folder: Path, field: str, text: str) -> None:
    before = (folder / "devices.csv").read_bytes()
    with Desk(folder).served() as served:
        fields = filled(served, "/install/_add?model=indoor-air", **NEW)
        answer = served.post("/install/_add", {**fields, field: text, "confirmed": "1"})
    assert answer.status == 400
    assert f'<a href="#{field}">' in answer.body
    assert f'id="{field}-wrong"' in answer.body
    assert (folder / "devices.csv").read_bytes() == before


def test_edit_move_replace_and_retire_go_all_the_way(folder: Path) -> None:
    desk = Desk(folder)
    with desk.served() as served:
        at = f"/install/{DEVICE}"
        assert confirmed(served, f"{at}/edit", filled(served, f"{at}/edit", owner="moulins")).status == 303
        assert desk.registry.devices[DEVICE].owner == "moulins"
        moved = filled(served, f"{at}/move", site="mairie", commune="03185", at="24/11/2026 06:00")
        assert confirmed(served, f"{at}/move", moved).status == 303
        assert [place.site for place in desk.registry.devices[DEVICE].placements] == ["college-moulins", "mairie"]
        other = filled(served, f"{at}/replace", eui=EUI, model="elsys-ers2-co2")
        assert confirmed(served, f"{at}/replace", other).status == 303
        assert desk.registry.devices[DEVICE].model == "elsys-ers2-co2"
        gone = confirmed(served, f"{at}/retire", filled(served, f"{at}/retire"))
        assert gone.headers["location"] == f"/install?retired={DEVICE}"
        assert DEVICE in served.get(gone.headers["location"]).body
        assert served.get(at).status == 404
    assert DEVICE not in desk.registry.devices
    assert len(desk.noted) == 4


def test_a_form_that_is_sent_as_it_was_shown_changes_nothing(folder: Path) -> None:
    with Desk(folder).served() as served:
        answer = served.post(f"/install/{DEVICE}/edit", filled(served, f"/install/{DEVICE}/edit"))
    assert answer.status == 400
    assert TEXTS["fr"]["nothing"] in html.unescape(answer.body)


def test_going_back_from_the_summary_keeps_what_was_typed(folder: Path) -> None:
    with Desk(folder).served() as served:
        summary = served.post(f"/install/{DEVICE}/edit", filled(served, f"/install/{DEVICE}/edit", owner="moulins"))
        answer = served.post(f"/install/{DEVICE}/edit", {**hidden(summary), "csrf": "right", "act": "back"})
    assert fields_of(answer)["owner"] == "moulins"


@pytest.mark.parametrize("late", ["before the check", "before the confirmation"])
def test_nobody_overwrites_what_another_wrote_meanwhile(folder: Path, late: str) -> None:
    desk = Desk(folder)
    assert desk.files
    path = f"/install/{DEVICE}/edit"
    with desk.served() as served:
        fields = filled(served, path, tags="a b")
        if late == "before the confirmation":
            fields = {**hidden(served.post(path, fields)), "csrf": "right"}
        desk.files.write(desk.files.attempt(lambda found: change(found, DEVICE, {"owner": "voisin"})))
        after = (folder / "devices.csv").read_bytes()
        answer = served.post(path, fields)
        assert answer.status == 409
        assert re.search(r"\+college-moulins-s12.*voisin", html.unescape(answer.body))
        assert fields_of(answer)["tags"] == "a b"
        assert (folder / "devices.csv").read_bytes() == after
        again = confirmed(served, path, {**fields_of(answer), "csrf": "right"})
    assert again.status == 303
    assert desk.registry.devices[DEVICE].tags == ("a", "b")


def test_a_form_without_fingerprint_writes_nothing(folder: Path) -> None:
    before = (folder / "devices.csv").read_bytes()
    with Desk(folder).served() as served:
        answer = served.post("/install/_add", {**NEW, "csrf": "right", "confirmed": "1"})
    assert answer.status == 409
    assert (folder / "devices.csv").read_bytes() == before


PAGES = ("/install", "/install/_add", f"/install/{DEVICE}", f"/install/{DEVICE}/state", f"/install/{DEVICE}/edit")


@pytest.mark.parametrize("path", PAGES)
def test_only_technicians_see_these_pages(folder: Path, path: str) -> None:
    desk = Desk(folder)
    with desk.served(User("paul", Role.VIEWER)) as served:
        assert served.get(path).status == 403
    with desk.served(None) as served:
        answer = served.get(path)
    assert (answer.status, answer.headers["location"]) == (303, f"/sign-in?next={path}")


@pytest.mark.parametrize("user", [None, User("paul", Role.VIEWER)])
@pytest.mark.parametrize("path", ["_add", f"{DEVICE}/edit", f"{DEVICE}/move", f"{DEVICE}/replace", f"{DEVICE}/retire"])
def test_only_technicians_change_anything(folder: Path, user: User | None, path: str) -> None:
    desk = Desk(folder)
    assert desk.files
    _, seen = desk.files.read()
    before = (folder / "devices.csv").read_bytes()
    with desk.served(user) as served:
        fields = {**NEW, "csrf": "right", "seen": seen, "confirmed": "1"}
        assert served.post(f"/install/{path}", fields).status == 403
    with desk.served() as served:
        assert served.post(f"/install/{path}", {**fields, "csrf": "wrong"}).status == 403
    assert (folder / "devices.csv").read_bytes() == before


def test_the_navigation_shows_it_to_technicians() -> None:
    shown = {role: [entry.name for entry in navigation_of(User("x", role))] for role in Role}
    assert "install" not in shown[Role.VIEWER]
    assert "install" not in [entry.name for entry in navigation_of(None)]
    assert "install" in shown[Role.TECHNICIAN]
    assert "install" in shown[Role.ADMIN]


@pytest.mark.parametrize(
    "path",
    [
        "/install?code={}",
        "/install?retired={}",
        "/install/{}",
        "/install/_add?q={}&id={}",
        "/install/_add?model=indoor-air&id={}",
        "/install/{}/edit",
    ],
)
def test_a_script_in_an_address_is_only_text(folder: Path, path: str) -> None:
    with Desk(folder).served() as served:
        answer = served.get(path.replace("{}", "%3Cscript%3Ealert(%22x%22)%3C%2Fscript%3E"))
    assert answer.status < 500
    assert "<script>alert" not in answer.body


def test_a_script_in_a_name_is_only_text_everywhere(folder: Path) -> None:
    desk = Desk(folder)
    typed = {**NEW, "name": SCRIPT, "owner": SCRIPT, "site": SCRIPT}
    with desk.served() as served:
        fields = filled(served, "/install/_add?model=indoor-air", **typed)
        summary = served.post("/install/_add", fields)
        done = served.post("/install/_add", {**hidden(summary), "csrf": "right"})
        bodies = [summary.body, *(served.get(f"/install/college-neuf{end}").body for end in ("", "/edit", "/move"))]
    assert done.status == 303
    assert desk.registry.devices["college-neuf"].placements[0].name == SCRIPT
    for body in bodies:
        assert "<script>alert" not in body
        assert "&lt;script&gt;" in body


def test_the_commune_is_found_by_the_position(folder: Path) -> None:
    middles = positions(folder)
    assert nearest(46.5662, 3.3333, middles)[0] == "03190"
    with Desk(folder).served() as served:
        fields = filled(served, "/install/_add?model=indoor-air", **{**NEW, "commune": "", "act": "locate"})
        assert fields_of(served.post("/install/_add", fields))["commune"] == "03190"
        assert served.post("/install/_add", {**fields, "latitude": ""}).status == 400


def test_without_files_nothing_is_offered_and_the_reason_is_said() -> None:
    with Desk(None).served() as served:
        home, form, device = (served.get(path) for path in ("/install", "/install/_add", f"/install/{DEVICE}"))
    assert form.status == 503
    for answer in (home, form, device):
        assert TEXTS["fr"]["no_files"] in html.unescape(answer.body)
        assert "/edit" not in answer.body


def test_a_read_only_folder_is_said_before_anybody_types(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(folder)
    monkeypatch.setattr(desk.files, "obstacle", lambda: "read_only")
    with desk.served() as served:
        for path in ("/install", "/install/_add", f"/install/{DEVICE}"):
            assert ":ro" in served.get(path).body
            assert "ReadWritePaths" in served.get(f"{path}?lang=en").body


def test_a_disk_that_is_full_is_said_and_what_was_typed_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/install/{DEVICE}/edit"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with Desk(folder).served() as served:
        summary = served.post(path, filled(served, path, owner="moulins"))
        monkeypatch.setattr("devices.files.os.fsync", full)
        answer = served.post(path, {**hidden(summary), "csrf": "right"})
    assert answer.status == 503
    assert "No space left" in answer.body
    assert fields_of(answer)["owner"] == "moulins"


def test_a_configuration_that_is_not_taken_up_is_said(folder: Path) -> None:
    desk = Desk(folder)
    desk.problems = [Problem("rules.toml", "", "missing_file")]
    path = f"/install/{DEVICE}/edit"
    with desk.served() as served:
        answer = confirmed(served, path, filled(served, path, owner="moulins"))
    assert answer.status == 500
    assert "rules.toml" in answer.body


def refused(received: int) -> Refused:
    return Refused(7, received, "t", DEVICE, "undecodable", SCRIPT, 3, "", b"abc")


@pytest.mark.parametrize(
    ("values", "refusals", "state"),
    [
        ({}, [], "waiting"),
        ({}, [NOW - 1], "waiting"),
        ({}, [NOW + 1], "refused"),
        ({"rssi": -90.0}, [], "joined"),
        ({"co2": 612.0}, [], "well"),
        ({"co2": 612.0, "rssi": -90.0, "snr": 8.0, "gateways": 3.0}, [], "well"),
        ({"co2": 612.0, "rssi": -125.0}, [], "weak"),
        ({"co2": 612.0}, [NOW + 1], "mixed"),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_first_reading_is_told_as_it_is(
    folder: Path, values: dict[str, float], refusals: list[int], state: str, language: str
) -> None:
    rows = [refused(time) for time in refusals]
    desk = Desk(folder, refused=lambda *_: RefusedPage(rows, len(rows), {}))
    series = Series("building", DEVICE, "indoor-air", "college-moulins", "03190")
    desk.present.take([Reading(series, NOW - 10, {"co2": 500.0, "rssi": -125.0})])
    if values:
        desk.present.take([Reading(series, NOW + 5, values)])
    with desk.served() as served:
        page = served.get(f"/install/{DEVICE}?after={NOW - 10}&at={NOW}&lang={language}").body
        part = served.get(f"/install/{DEVICE}/state?after={NOW - 10}&at={NOW}&lang={language}").body
    assert f'data-state="{state}"' in page
    assert TEXTS[language][state] in html.unescape(part)
    assert "<html" not in part
    assert "<script>alert" not in part
    assert ("data-settled" in part) == (state in ("well", "weak"))


@pytest.mark.parametrize("query", ["after=x", "at=-1", "after=9999999999999999", "at=%C2%B2"])
def test_a_miscopied_address_is_said(folder: Path, query: str) -> None:
    with Desk(folder).served() as served:
        assert served.get(f"/install/{DEVICE}?{query}").status == 400
        assert served.get(f"/install/{DEVICE}/state?{query}").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/install/nobody",
        f"/install/{DEVICE}/add",
        f"/install/{DEVICE}/sell",
        "/install/nobody/edit",
        "/install/..%2F/edit",
    ],
)
def test_what_is_not_there_is_404_in_words(folder: Path, path: str) -> None:
    with Desk(folder).served() as served:
        assert served.get(path).status == 404


def test_both_languages_say_the_same_things() -> None:
    assert TEXTS["fr"].keys() == TEXTS["en"].keys()
    for key, words in TEXTS["fr"].items():
        assert words.strip()
        assert set(re.findall(r"\{\w+\}", words)) == set(re.findall(r"\{\w+\}", TEXTS["en"][key])), key
        assert not re.search(r" [:;!?»]|« ", words.replace("/etc/vigiterre ; chmod", "")), key
