"""`vigiterre alerts` refuses what it cannot do, and says what to write or to start."""

from pathlib import Path

import pytest
from alerts_asked import ROAD, alert, rows, run, told, write


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ack"], "Dites lesquelles"),
        (["ack", "1", "--all"], "Dites lesquelles"),
        (["ack", "--rule", "snow"], "Dites lesquelles"),
        (["silence", "--for", "2h", "--comment", "x"], "Dites sur quoi"),
        (["silence", "--everything", "--site", "x", "--for", "2h", "--comment", "x"], "Dites sur quoi"),
        (["silence", "--site", "x", "--comment", "x"], "Dites pour combien de temps"),
        (["silence", "--site", "x", "--for", "2h", "--until", "2100-01-01", "--comment", "x"], "soit --for"),
        (["silence", "--site", "x", "--for", "2h"], "Dites pourquoi"),
        (["silence", "--site", "x", "--for", "2 heures", "--comment", "x"], "n'est pas une durée"),
        (["silence", "--site", "x", "--for", "0 s", "--comment", "x"], "n'est pas une durée"),
        (["silence", "--site", "x", "--until", "2020-01-01", "--comment", "x"], "déjà passée"),
        (["maintenance", "--site", "x", "--since", "hier", "--for", "2h", "--comment", "x"], "n'est pas une date"),
        (["history", "--csv", "--json"], "s'excluent"),
        (["history", "--since", "2026-11-25", "--until", "2026-11-24"], "doit précéder"),
        (["list", "--level", "grave"], "choisissez parmi"),
    ],
    ids=str,
)
def test_a_command_misspelt_is_told_with_what_to_write(arguments: list[str], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in told(result)


@pytest.mark.parametrize(
    "command",
    [
        ["ack", "1"],
        ["silence", "--device", ROAD.device, "--for", "2h", "--comment", "x"],
        ["maintenance", "--end", "1"],
    ],
    ids=" ".join,
)
def test_acting_without_a_running_process_is_refused_with_the_remedy(command: list[str], data: Path) -> None:
    write(data, alert(1))
    result = run(*command)
    assert result.exit_code == 1
    assert told(result).startswith(f"Aucun vigiterre ne tourne sur {data} : rien n'a été fait")
    assert "vigiterre run" in told(result)
    assert rows("list")[0]["status"] == "firing"
