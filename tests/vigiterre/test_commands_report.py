"""`vigiterre report`, on what a stopped installation has kept."""

import shutil
from pathlib import Path

import pytest
from telling import mail_server
from typer.testing import CliRunner, Result

from alerts.book import FILE, Book
from devices.load import load_registry
from devices.reading import Reading, Series
from stores.rollup import roll_up
from stores.sqlite import SqliteStore
from vigiterre.__main__ import app

CONFIG = Path(__file__).parents[2] / "config"
HOUR = 3_600_000
NOON = 1_795_608_000_000
"""25 November 2026, 12:00 UTC."""
ROOM = Series("building", "college-moulins-s12", "indoor-air", "college-moulins", "03190")
ASKED = ["--site", "college-moulins", "--day", "2026-11-25"]


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation that measured an hour of CO2."""
    for name in ("LANGUAGE", "CONFIG", "STORE__URL", "MQTT__URL"):
        monkeypatch.delenv(f"VIGITERRE_{name}", raising=False)
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setenv("VIGITERRE_DATA_DIR", str(data))
    Book(data / FILE).close()
    store = SqliteStore(data / "readings.sqlite")
    store.ensure_schema()
    readings = [Reading(ROOM, NOON + n * HOUR // 12, {"co2": 600.0 + n}) for n in range(12)]
    store.write_rollups(roll_up(readings, load_registry(CONFIG).quantities, NOON))
    store.close()
    folder = tmp_path / "config"
    shutil.copytree(CONFIG, folder)
    return folder


def report(config: Path, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["--config", str(config), "report", *map(str, arguments)])


def test_it_writes_a_page_that_stands_alone_and_a_pdf(config: Path, tmp_path: Path) -> None:
    page, pdf = tmp_path / "b.html", tmp_path / "b.pdf"
    assert report(config, *ASKED, "--html", page).exit_code == 0
    text = page.read_text()
    assert "Bilan de college-moulins, le 25 novembre 2026" in text
    assert "605,5\u00a0ppm" in text
    assert report(config, *ASKED, "--pdf", pdf, "--lang", "en").exit_code == 0
    assert pdf.read_bytes().startswith(b"%PDF-")


def test_it_goes_by_e_mail_with_the_pdf(config: Path, tmp_path: Path) -> None:
    with mail_server() as (inbox, address):
        (tmp_path / "address").write_text(address)
        (config / "notify.toml").write_text(f'[channels.bilan-03190]\nmail = "file:{tmp_path / "address"}"\n')
        result = report(config, "--commune", "03190", "--week", "--day", "2026-11-25", "--mail", "bilan-03190")
        assert result.exit_code == 0, result.output
        message = inbox.next()
    assert message["Subject"] == "Bilan de Moulins, du 23 novembre 2026 au 29 novembre 2026"
    parts = {part.get_content_type(): part for part in message.walk()}
    assert "605,5" in parts["text/html"].get_content()
    assert parts["application/pdf"].get_filename() == "bilan-03190.pdf"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--site", "college-moulins"], 2, "--pdf FICHIER"),
        (["--html", "x.html"], 2, "--commune CODE"),
        (["--site", "nowhere", "--html", "x.html"], 1, "aucun capteur à «\u00a0nowhere\u00a0»"),
        (["--site", "college-moulins", "--day", "hier", "--html", "x.html"], 2, "AAAA-MM-JJ"),
        (["--site", "college-moulins", "--mail", "x"], 1, "pas de canal de courriel"),
    ],
)
def test_what_cannot_be_is_said_with_the_remedy(config: Path, arguments: list[str], code: int, words: str) -> None:
    result = report(config, *arguments)
    assert result.exit_code == code
    assert words in result.output
