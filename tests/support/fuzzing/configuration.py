"""What people write: TOML and CSV as editors and spreadsheets save them, and forms that change a device."""

import shutil
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from urllib.parse import parse_qsl, urlencode

from alerts.load import load_alerts
from dashboards.console.alerts_page.moments import written
from dashboards.console.install.forms import DEEDS, mistakes, read_wish
from dashboards.console.pieces.asked import Wrong
from devices import importing
from devices.editing import NoSuchDevice
from devices.editing_files import InventoryFiles
from devices.errors import ConfigError
from devices.load import load_registry
from devices.problems import LANGUAGES, Problem
from devices.texts import PROBLEMS
from fuzzing.mutate import noise, spoiled
from fuzzing.parcel import pack, unpack
from fuzzing.seeds import CONFIG, DATA
from fuzzing.target import NOW, Tally, Unexplained
from ingest.codecs import source_codecs
from ingest.sources import read_sources
from vigiterre.settings import load_settings

SMALL = DATA / "alerts" / "territory"
PLACEMENTS = b"device,from,until,site,name,commune,latitude,longitude,altitude\n%s,,2024-03-01,a,a,03190,,,\n"
COMMUNES = "commune,name,latitude,longitude,population\n" + "".join(
    f"{code},{name},46.5,3.3,19664\n"
    for code, name in (("03190", "Moulins"), ("03185", "Montluçon"), ("03132", "Lapalisse"), ("03107", "Dompierre"))
)
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16")
ALERTS = ("rules.toml", "calendars.toml", "notify.toml")
TABLES = 3
"""So many tables of a long file make an input."""


class Folder:
    """A small territory on disk: spoiled for one input, and right again for the next."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "territory"
        shutil.copytree(SMALL, self.path)
        (self.path / "reference").mkdir()
        self.write("reference/communes.csv", COMMUNES.encode())
        first = next(iter(load_registry(self.path).devices))
        self.write("placements.csv", PLACEMENTS % first.encode())
        self.pristine = {str(one.relative_to(self.path)): one.read_bytes() for one in self.path.rglob("*.*")}
        self.registry = load_registry(self.path)
        self._spoiled: set[str] = set()

    def write(self, name: str, content: bytes) -> None:
        (self.path / name).write_bytes(content)

    def spoil(self, name: str, content: bytes) -> None:
        self._spoiled.add(name)
        self.write(name, content)

    def mend(self) -> None:
        for name in self._spoiled:
            if name in self.pristine:
                self.write(name, self.pristine[name])
            else:
                (self.path / name).unlink(missing_ok=True)
        self._spoiled.clear()


def loaded(load: Callable[[], object]) -> Tally:
    """Counts what a loader gives or what it says; raises Unexplained for a problem nobody can act on."""
    try:
        load()
    except ConfigError as error:
        judge(error.problems)
        return Tally(0, Counter(one.code for one in error.problems))
    return Tally(1)


def judge(problems: list[Problem]) -> None:
    if not problems:
        raise Unexplained("refused without a problem")
    for one in problems:
        if one.code not in PROBLEMS or not one.file:
            raise Unexplained(f"{one.code} of file {one.file!r}")
        for language in LANGUAGES:
            text = one.text(language)
            if one.file not in text or len(text) <= len(one.file) + 3:
                raise Unexplained(f"{one.code} has no words in {language}")


class Toml:
    """Law: a file of settings, quantities, models, sources, rules, calendars or channels loads,
    or each problem is said."""

    def __init__(self, folder: Path) -> None:
        self._folder = Folder(folder)
        self._shipped = load_registry(CONFIG)
        self._codecs = sorted(source_codecs())
        own = {name: content for name, content in self._folder.pristine.items() if name.endswith(".toml")}
        own.pop("rules.toml", None)
        texts = {name: (CONFIG / name).read_bytes() for name in ("vigiterre.toml", "sources.toml", *ALERTS)}
        self._tables = {name: tables(text) for name, text in {**texts, **own}.items()}
        self._others = [one for some in self._tables.values() for one in some]

    def draw(self, chance: Random) -> bytes:
        name = chance.choice(sorted(self._tables))
        some = self._tables[name]
        chosen = some if len(some) <= TABLES else sorted(chance.sample(some, TABLES), key=some.index)
        content = spoiled(b"".join(chosen), chance, self._others) if chance.random() < 0.97 else noise(chance)
        return pack([(name, content)])

    def run(self, data: bytes) -> Tally:
        tally = Tally()
        for name, content in unpack(data):
            if name in self._tables:
                self._folder.spoil(name, content)
                tally.add(loaded(partial(self._load, name)))
                self._folder.mend()
        return tally

    def _load(self, name: str) -> object:
        path = self._folder.path
        if name == "vigiterre.toml":
            return load_settings(path)
        if name == "sources.toml":
            problems: list[Problem] = []
            found = read_sources(path, self._codecs, "vigiterre", problems)
            if problems:
                raise ConfigError(problems)
            return [one.match(f"{one.filter}/x") for one in found.sources]
        if name in ALERTS:
            return load_alerts(path, self._shipped)
        return load_registry(path)

    def close(self) -> None:
        pass


def tables(text: bytes) -> list[bytes]:
    """A TOML file in pieces that begin at a blank line before a table."""
    pieces = text.replace(b"\n\n[", b"\n\n\0[").split(b"\0")
    return [one for one in pieces if one.strip()]


class Sheets:
    """Law: a spreadsheet loads, or each problem is said; one that is imported leaves a territory that loads."""

    def __init__(self, folder: Path) -> None:
        self._folder = Folder(folder)
        self._names = ("devices.csv", "placements.csv", "reference/communes.csv", "incoming.csv")
        pristine = self._folder.pristine
        self._seeds = {name: pristine.get(name, pristine["devices.csv"]) for name in self._names}

    def draw(self, chance: Random) -> bytes:
        name = chance.choice(self._names)
        text = self._seeds[name].decode()
        for old, new in ((",", ";"), ("\n", "\r\n"), ("\n", "\r"), (",", "\t"), ("e", "é")):
            text = text.replace(old, new) if chance.random() < 0.15 else text
        if chance.random() < 0.05:
            text = text.replace(",", "," + "x" * chance.choice((200, 140_000)), 1)
        content = text.encode(chance.choice(ENCODINGS), "replace")
        return pack(
            [(name, spoiled(content, chance, list(self._seeds.values())) if chance.random() < 0.95 else content)]
        )

    def run(self, data: bytes) -> Tally:
        tally = Tally()
        for name, content in unpack(data):
            if name in self._names:
                self._folder.spoil(name, content)
                tally.add(loaded(self._import if name == "incoming.csv" else self._load))
                self._folder.mend()
        return tally

    def _load(self) -> object:
        return load_registry(self._folder.path)

    def _import(self) -> object:
        folder = self._folder
        folder.spoil("devices.csv", folder.pristine["devices.csv"])
        importing.apply(importing.plan(folder.path / "devices.csv", folder.path / "incoming.csv", folder.registry))
        try:
            after = load_registry(folder.path)
        except ConfigError as error:
            raise AssertionError(f"imported, and no longer loads: {error}") from error
        assert after.devices.keys() >= folder.registry.devices.keys(), "an import removed a device"
        return after

    def close(self) -> None:
        pass


class Forms:
    """Law: a form changes the device it is about and no other, and what is written loads; or it says why not."""

    def __init__(self, folder: Path) -> None:
        self._folder = Folder(folder)
        self._devices = sorted(self._folder.registry.devices)
        self._models = sorted(self._folder.registry.models)

    def draw(self, chance: Random) -> bytes:
        deed, device = chance.choice(sorted(DEEDS)), chance.choice(self._devices)
        good = {
            "id": "neuf", "model": chance.choice(self._models), "domain": "building", "site": "mairie",
            "name": "Salle du conseil",
            "commune": "03190", "latitude": "46,5", "longitude": "3.3", "at": written(NOW),
            "eui": "70B3D5-4999F0.552D", "tags": "a b",
            "installed": "24/11/2026", "params": "offset.co2=-12",
        }  # fmt: skip
        form = {name: good.get(name, "") for name in DEEDS[deed] if chance.random() < 0.9}
        for name, text in form.items():
            if chance.random() < 0.2:
                form[name] = spoiled(text.encode(), chance, [b"=cmd()", device.encode()]).decode("utf-8", "replace")
        query = urlencode(form).encode()
        parts = [(f"{deed} {device}", spoiled(query, chance) if chance.random() < 0.1 else query)]
        if chance.random() < 0.3:
            name = chance.choice(("devices.csv", "placements.csv"))
            parts.insert(0, (name, spoiled(self._folder.pristine[name], chance)))
        return pack(parts)

    def run(self, data: bytes) -> Tally:
        tally = Tally()
        for name, content in unpack(data):
            deed, _, device = name.partition(" ")
            if name in ("devices.csv", "placements.csv"):
                self._folder.spoil(name, content)
            elif deed in DEEDS and device in self._devices:
                tally.add(self._sent(deed, device, content))
        self._folder.mend()
        return tally

    def _sent(self, deed: str, device: str, content: bytes) -> Tally:
        folder = self._folder
        form = dict(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
        model = folder.registry.models[folder.registry.devices[device].model]
        wrong: list[Wrong] = []
        for language in LANGUAGES:
            wish, wrong = read_wish(deed, device, form, model, language)
            assert all(one.text for one in wrong)
        if wrong:
            return Tally(0, Counter({"wrong": len(wrong)}))
        files = InventoryFiles(folder.path)
        try:
            trial = files.attempt(wish.edit)
            if trial.problems:
                judge(trial.problems)
                for language in LANGUAGES:
                    assert all(one.text for one in mistakes(trial.problems, trial.after, device, wish.typed, language))
                return Tally(0, Counter(one.code for one in trial.problems))
        except NoSuchDevice:
            return Tally(0, Counter({"no_such_device": 1}))
        except ConfigError as error:  # the page says it instead of the form
            judge(error.problems)
            return Tally(0, Counter(one.code for one in error.problems))
        before = _devices(folder.path)
        folder.spoil("devices.csv", trial.before.devices)
        folder.spoil("placements.csv", trial.before.placements or b"")
        files.write(trial)
        after = _devices(folder.path)
        assert after is not None, "written without a problem, and no longer loads"
        about = {device, form.get("id", "").strip()}
        if before is not None:
            others = before.keys() - about
            assert {name: after.get(name) for name in others} == {name: before[name] for name in others}, (
                "another device"
            )
        return Tally(1)

    def close(self) -> None:
        pass


def _devices(path: Path) -> dict[str, object] | None:
    try:
        return dict(load_registry(path).devices)
    except ConfigError:
        return None
