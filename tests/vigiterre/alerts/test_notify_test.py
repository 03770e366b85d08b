"""`vigiterre alerts notify-test`: a test by a real channel, at once."""

import shutil
from pathlib import Path

import pytest
from alerts_asked import CONFIG, run, told
from telling import mail_server


def notifying(tmp_path: Path, address: str) -> Path:
    folder = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    (folder / "notify.toml").write_text(
        '[channels.courriel]\nmail = "env:VIGITERRE_TEST_MAIL"\n[channels.astreinte]\nrota = "routes"\n'
        '[rotas.routes]\nmembers = ["courriel"]\nturn = "week"\nhandover = "mon 08:00"\nsince = 2026-11-02\n'
        '[[routes]]\nchannels = ["astreinte"]\n'
    )
    return folder


def test_a_test_goes_out_at_once_and_says_by_which_channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as (inbox, address):
        monkeypatch.setenv("VIGITERRE_TEST_MAIL", address)
        folder = notifying(tmp_path, address)
        direct = run("notify-test", "courriel", config=folder)
        assert direct.exit_code == 0, told(direct)
        assert "Essai remis par le canal courriel (mail)" in told(direct)
        assert "Essai" in inbox.next()["Subject"]
        by_rota = run("notify-test", "astreinte", config=folder)
        assert "courriel (mail), d'astreinte pour astreinte" in told(by_rota)
        inbox.next()
        unknown = run("notify-test", "sms", config=folder)
        assert unknown.exit_code == 1
        assert "le canal « sms » n'existe pas ; connus : astreinte, courriel" in told(unknown)
    refused = run("notify-test", "courriel", config=folder)
    assert refused.exit_code == 1
    assert told(refused).startswith("L'essai n'est pas parti par courriel : ")
