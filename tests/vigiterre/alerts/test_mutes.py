"""`vigiterre alerts silence`, `maintenance`, `mutes`: what is muted, until when, and by whom."""

from alerts_asked import ROAD, Running, rows, run, told

from vigiterre.moment import now_ms


def test_a_silence_says_what_it_covers_and_can_be_ended(running: Running) -> None:
    result = run("silence", "--site", ROAD.site, "--for", "2h", "--comment", "salage en cours", "--who", "Marie")
    assert result.exit_code == 0, told(result)
    assert told(result).startswith("Silence 1 jusqu'au ")
    assert "1 capteurs, 1 alertes en cours" in told(result)
    [row] = rows("mutes")
    assert row.items() >= {
        "id": 1, "kind": "silence", "current": True, "selector": f"sites={ROAD.site}", "who": "Marie",
        "comment": "salage en cours",
    }.items()  # fmt: skip
    assert running.alerting.muted(running.alerting.unclosed[1], now_ms())
    wrong = run("maintenance", "--end", 1)
    assert wrong.exit_code == 1
    assert "1 : rien de ce numéro" in told(wrong)
    assert told(run("silence", "--end", 1)) == "1 a pris fin : les alertes sont de nouveau annoncées.\n"
    assert not running.alerting.muted(running.alerting.unclosed[1], now_ms() + 1)
    assert run("silence", "--end", 1).exit_code == 1
    assert told(run("mutes")) == "Aucun silence, aucune intervention.\n"


def test_a_maintenance_window_is_announced_ahead(running: Running) -> None:
    times = ("--since", "2100-01-01T08:00+01:00", "--until", "2100-01-01T12:00+01:00")
    assert run("maintenance", "--commune", "03190", *times, "--comment", "chaudière").exit_code == 0
    [row] = rows("mutes")
    assert row.items() >= {
        "kind": "maintenance", "current": False, "start": "2100-01-01T07:00:00Z", "end": "2100-01-01T11:00:00Z",
    }.items()  # fmt: skip
    assert "à venir" in run("mutes").stdout
    assert run("maintenance", "--end", 1).exit_code == 0
    assert rows("mutes") == []


def test_a_rule_alone_or_everything_can_be_silenced(running: Running) -> None:
    of_rule = told(run("silence", "--rule", "black_ice", "--for", "30 min", "--comment", "x"))
    assert ": 10 capteurs, 1 alertes" in of_rule
    everything = told(run("silence", "--everything", "--for", "1d", "--comment", "x"))
    assert f": {len(running.alerting.registry.devices)} capteurs, 2 alertes" in everything
    assert "tout le territoire" in run("mutes").stdout


def test_a_silence_of_nothing_known_is_refused_with_what_is_near(running: Running) -> None:
    """One that is misspelt would silence nothing, and be trusted."""
    for option, value in (("--site", "collège-moulins"), ("--device", "x"), ("--rule", "black_icee"), ("--tag", "x")):
        result = run("silence", option, value, "--for", "2h", "--comment", "x")
        assert result.exit_code == 1
        assert f"« {value} » ne convient pas ; connus : " in told(result)
    assert "n'est pas un code INSEE" in told(run("silence", "--commune", "3190", "--for", "1h", "--comment", "x"))
    assert running.alerting.mutes == []
