"""A certificate that ends tells somebody: a month before, and again in its last week."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from certifying import Authority, Files, put

from vigiterre.run import Run
from vigiterre.service import Service
from vigiterre.settings import BrokerSettings, ConsoleSettings, MqttSettings, Settings
from vigiterre.tls.certificate import read_certificates
from vigiterre.tls.pair import Pair
from vigiterre.tls.shown import Shown
from vigiterre.tls.terms import LOOK_SECONDS, SOON, URGENT, Terms

CONFIG = Path(__file__).parents[2] / "config"
DAY = 86_400
MINUTE_MS = 60_000


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "tls")


def ends(files: Files) -> float:
    return read_certificates(files.cert)[0].ends.timestamp()


def run_of(folder: Path, **given: Any) -> Run:
    return Run(Service(Settings(data_dir=folder / "data", store={"url": "memory:"}, **given), CONFIG))


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (31 * DAY, set()),
        (30 * DAY - 1, {SOON}),
        (7 * DAY + 1, {SOON}),
        (7 * DAY - 1, {SOON, URGENT}),
        (-1, {SOON, URGENT}),
    ],
)
def test_a_certificate_is_said_a_month_and_again_a_week_before_its_end(
    authority: Authority, left: float, told: set[str]
) -> None:
    files = authority.sign()
    words = Terms(Settings(), Shown(Pair(*files))).words(ends(files) - left)
    assert {name for name, one in words.items() if one} == told
    for name in told:
        for language in ("fr", "en"):
            assert str(files.cert) in words[name].text(language)
            assert read_certificates(files.cert)[0].end_date in words[name].text(language)


@pytest.mark.parametrize("left", [20 * DAY, 3 * DAY, -2 * DAY])
async def test_it_is_an_alert_that_somebody_is_told_of_and_ends_once_it_is_renewed(
    tmp_path: Path, authority: Authority, left: int
) -> None:
    files = authority.sign()
    run = run_of(tmp_path, console=ConsoleSettings(cert_file=files.cert, key_file=files.key))
    now = int(ends(files) - left) * 1000
    for minute in range(12):
        await run.pass_time(now + minute * MINUTE_MS, None)
    due = {"platform_certificate", *(["platform_certificate_urgent"] if left < 7 * DAY else [])}
    assert {case.alert.rule for case in run.service.open_alerts() if "certificate" in case.alert.rule} == due
    assert str(files.cert) in str([case.alert for case in run.service.open_alerts()])
    put(authority.sign("next", ends=timedelta(days=365)), files)
    run.reload()
    for minute in range(12, 24):
        await run.pass_time(now + minute * MINUTE_MS, None)
    assert not [case for case in run.service.open_alerts() if "certificate" in case.alert.rule]
    assert not run.checks()["certificate"]
    run.service.close()


def test_readiness_does_not_suffer_from_an_end_that_is_near(tmp_path: Path, authority: Authority) -> None:
    files = authority.sign(ends=timedelta(days=3))
    run = run_of(tmp_path, console=ConsoleSettings(cert_file=files.cert, key_file=files.key))
    assert run.checks()["certificate"] == ""
    run.service.close()


def test_metrics_say_when_each_certificate_ends(tmp_path: Path, authority: Authority) -> None:
    pages, ours, brokers = (authority.sign(name, ends=timedelta(days=days)) for name, days in NAMES.items())
    run = run_of(
        tmp_path,
        console=ConsoleSettings(cert_file=pages.cert, key_file=pages.key),
        mqtt=MqttSettings(url="mqtts://localhost", ca_file=authority.file, cert_file=ours.cert, key_file=ours.key),
        broker=BrokerSettings(cert_file=brokers.cert, key_file=brokers.key),
    )
    text = run.metrics.text().decode()
    authoritys = Files(authority.file, authority.file)
    for name, files in (("pages", pages), ("client", ours), ("broker", brokers), ("authority", authoritys)):
        [line] = [one for one in text.splitlines() if one.startswith(f'{METRIC}{{certificate="{name}"}}')]
        assert float(line.split()[1]) == ends(files)
    run.service.close()


METRIC = "vigiterre_certificate_expiry_time_seconds"
NAMES = {"pages": 40, "ours": 50, "brokers": 60}


def test_without_certificates_nothing_is_said(tmp_path: Path) -> None:
    run = run_of(tmp_path)
    assert METRIC + "{" not in run.metrics.text().decode()
    assert not any(words for name, words in run.words(0).items() if "certificate" in name)
    run.service.close()


def test_an_authority_that_is_being_replaced_wakes_nobody(tmp_path: Path, authority: Authority) -> None:
    old = authority.sign("old", ends=timedelta(days=3))
    both = tmp_path / "both.pem"
    both.write_bytes(old.cert.read_bytes() + authority.file.read_bytes())
    terms = Terms(Settings(mqtt=MqttSettings(ca_file=both)), None)
    assert not any(terms.words(ends(old)).values())
    both.write_bytes(old.cert.read_bytes())
    assert terms.words(ends(old))[SOON] == "", "files are read once a minute"


def test_files_are_read_again_after_a_minute_and_one_that_is_gone_is_the_doctors(authority: Authority) -> None:
    files, clock = authority.sign("broker", ends=timedelta(days=3)), [0.0]
    settings = Settings(broker=BrokerSettings(cert_file=files.cert, key_file=files.key))
    terms = Terms(settings, None, lambda: clock[0])
    now = ends(files) - 3 * DAY
    assert "du courtier" in terms.words(now)[URGENT].french
    put(authority.sign("next", ends=timedelta(days=365)), files)
    assert terms.words(now)[URGENT]
    clock[0] = LOOK_SECONDS
    assert not terms.words(now)[URGENT]
    files.cert.write_text("not a certificate")
    clock[0] = 2 * LOOK_SECONDS
    assert not any(terms.words(now).values())


def test_a_renewal_that_is_refused_is_an_alert_too(authority: Authority) -> None:
    files = authority.sign()
    shown = Shown(Pair(*files))
    files.cert.write_text("half a renewal")
    shown.look()
    words = Terms(Settings(), shown).words(ends(authority.sign("twin")) - 89 * DAY)
    assert "refus" in words[SOON].french
    assert not words[URGENT]
