"""config/systemd/vigiterre-broker: what the unit starts, as root with the capabilities that it keeps and no other.

mosquitto runs under its own account, and the accounts belong to a third, as on Debian.
"""

import configparser
import ctypes
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from guarded import INGEST, Guarded
from pages import ROOT

from servers import wait_until
from vigiterre.credentials.file import Credentials, Kind

UNITS = ROOT / "config/systemd"
NOBODY = 65_534
"""Has the accounts, as `vigiterre` does where it is installed."""


def section(unit: str, name: str) -> dict[str, str]:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((UNITS / unit).read_text())
    return dict(parser[name])


@pytest.fixture
def guarded() -> Iterator[Guarded]:
    """In a folder that everybody may look into, unlike those of pytest."""
    if os.geteuid() != 0:
        pytest.skip("only root can be root with less")
    folder = Path(tempfile.mkdtemp(prefix="vigiterre-unit-"))
    folder.chmod(0o755)
    guarded = Guarded(folder, {"device-a": "building", "device-b": "road"})
    guarded.environment["VIGITERRE_BROKER__ACCOUNT"] = "mosquitto"
    guarded.environment["VIGITERRE_BROKER__PID_FILE"] = str(folder / "kept/mosquitto.pid")
    shutil.chown(folder / "kept", "mosquitto", "mosquitto")
    os.chown(guarded.data, NOBODY, NOBODY)
    guarded.data.chmod(0o750)
    guarded.service("ingest", INGEST)
    guarded.devices("create", "device-a")
    guarded.start()
    yield guarded
    guarded.stop()
    shutil.rmtree(folder)


def run_unit(guarded: Guarded, kept: str) -> subprocess.CompletedProcess[str]:
    service = section("vigiterre-broker.service", "Service")
    key, _, config = service["Environment"].partition("=")
    assert (key, config) == ("VIGITERRE_CONFIG", "/etc/vigiterre")
    words = shlex.split(service["ExecStart"])
    assert words[0] == "/opt/vigiterre/.venv/bin/vigiterre"
    bounds = ",".join(["-all", *(f"+{one.removeprefix('CAP_').lower()}" for one in kept.split())])
    limits = ["setpriv", "--no-new-privs", f"--bounding-set={bounds}", "--inh-caps=-all"]
    command = [*limits, str(Path(sys.executable).parent / "vigiterre"), *words[1:]]
    environment = {"PATH": os.environ["PATH"], key: str(guarded.config), **guarded.environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_what_the_unit_starts_puts_new_accounts_in_force_with_the_capabilities_it_keeps(guarded: Guarded) -> None:
    guarded.devices("create", "device-b")
    kept = section("vigiterre-broker.service", "Service")["CapabilityBoundingSet"]
    told = run_unit(guarded, kept)
    assert told.returncode == 0, told.stderr
    wait_until(lambda: guarded.caller("device-b").code == 0, "the new account")
    for name in ("vigiterre.passwd", "vigiterre.acl"):
        state = (guarded.files / name).stat()
        assert state.st_mode & 0o777 == 0o600
        assert state.st_uid == (guarded.folder / "kept").stat().st_uid
    assert (guarded.data / "credentials.sqlite").stat().st_uid == NOBODY


@pytest.mark.parametrize("lost", section("vigiterre-broker.service", "Service")["CapabilityBoundingSet"].split())
def test_the_unit_keeps_no_capability_that_it_could_do_without(guarded: Guarded, lost: str) -> None:
    kept = section("vigiterre-broker.service", "Service")["CapabilityBoundingSet"].split()
    guarded.devices("create", "device-b")
    assert run_unit(guarded, " ".join(one for one in kept if one != lost)).returncode != 0, lost


def test_the_path_unit_watches_the_file_of_the_accounts_and_the_timer_looks_after_it() -> None:
    data_dir = "/var/lib/vigiterre"
    assert section("vigiterre-broker.path", "Path")["PathChanged"] == f"{data_dir}/credentials.sqlite"
    assert data_dir in section("vigiterre-broker.service", "Service")["ReadWritePaths"].split()
    assert section("vigiterre-broker.timer", "Timer")["OnCalendar"] == "hourly"


CHANGED = 0x4 | 0x8 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800
"""What `PathChanged=` asks of the kernel (systemd, path.c): attributes, a writer's close, creation, deletion, moves."""


class Watch:
    """The kernel on one file, as systemd would hear it."""

    def __init__(self, path: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._events = libc.inotify_init1(os.O_NONBLOCK)
        assert libc.inotify_add_watch(self._events, os.fsencode(path), CHANGED) >= 0, os.strerror(ctypes.get_errno())

    def woken(self) -> bool:
        try:
            return bool(os.read(self._events, 4_096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._events)


def test_the_path_unit_is_woken_by_an_account_of_the_pages_and_not_by_what_it_starts(guarded: Guarded) -> None:
    watch = Watch(guarded.data / "credentials.sqlite")
    with closing(watch):
        with closing(Credentials(guarded.data)) as pages:  # as vigiterre/device_keys.py gives one
            pages.create({"device-b": "0123456789abcdef" * 3}, Kind.DEVICE, 0)
        assert watch.woken()
        told = run_unit(guarded, section("vigiterre-broker.service", "Service")["CapabilityBoundingSet"])
        assert (told.returncode, watch.woken()) == (0, False), "it would start itself again, for ever"


def test_systemd_accepts_the_three_together(tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("systemd-analyze is not here")
    here = []
    for unit in sorted(UNITS.glob("vigiterre-broker.*")):
        here.append(tmp_path / unit.name)
        here[-1].write_text(unit.read_text().replace("/opt/vigiterre/.venv/bin", str(Path(sys.executable).parent)))
    assert len(here) == 3
    told = subprocess.run([analyse, "verify", "--man=no", *here], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout + told.stderr) == (0, "")
