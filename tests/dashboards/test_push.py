"""`push` and `diff` against a double of Grafana's API: this shows that our side is consistent, not that Grafana is."""

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import typer
from grafana import TOKEN, Grafana, RefusedError, serving
from typer.testing import CliRunner, Result

from alerts.load import load_alerts
from dashboards.grafana.board import OUR_TAG
from dashboards.grafana.legend import Legend
from dashboards.grafana.provisioning import routes
from dashboards.grafana.push import Wanted, carry_out, differing, plan, wanted
from dashboards.grafana.pushing.change import Action, Kind, seen_by
from dashboards.grafana.pushing.server import GrafanaError, GrafanaServer
from devices.load import load_registry
from servers import free_port
from vigiterre.__main__ import shell
from vigiterre.commands import dashboards_push

CONFIG = Path(__file__).parents[2] / "config"
REGISTRY = load_registry(CONFIG)
RULES = load_alerts(CONFIG, REGISTRY).rules
OURS = wanted(Legend("fr", REGISTRY, RULES))
WATCHED = wanted(Legend("fr", REGISTRY, RULES), oncall_email="astreinte@example.org", policies=True)
ENGLISH = wanted(Legend("en", REGISTRY, RULES))
WINTER = "vigiterre-winter"
RULE = "vigiterre-watch-quiet"


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    with serving(Grafana()) as state:
        yield state


def server(grafana: Grafana, token: str = TOKEN) -> GrafanaServer:
    return GrafanaServer(grafana.url, token)


def pushed(grafana: Grafana, aim: Wanted = OURS) -> list[str]:
    """Pushes; what was written, as `create dashboard vigiterre-winter`."""
    there = server(grafana)
    done = carry_out(there, plan(there, aim))
    return [f"{change.action} {change.what}" for change in done]


def refused(grafana: Grafana, aim: Wanted = OURS, token: str = TOKEN) -> GrafanaError:
    with pytest.raises(GrafanaError) as caught:
        carry_out(server(grafana, token), plan(server(grafana, token), aim))
    assert TOKEN not in caught.value.text("fr") + caught.value.text("en")
    return caught.value


def without(aim: Wanted, uid: str) -> Wanted:
    return replace(aim, dashboards={key: one for key, one in aim.dashboards.items() if key != uid})


def test_a_first_push_writes_folder_dashboards_rules_and_who_is_told(grafana: Grafana) -> None:
    pushed(grafana, WATCHED)
    assert {uid: folder["title"] for uid, folder in grafana.folders.items()} == {"vigiterre": "Vigiterre"}
    assert grafana.dashboards.keys() == WATCHED.dashboards.keys()
    assert {one["folderUid"] for one in grafana.dashboards.values()} == {"vigiterre"}
    assert grafana.rules.keys() == {rule["uid"] for rule in WATCHED.rules}
    assert grafana.contacts[f"{routes.CONTACT}-email"]["settings"]["addresses"] == "astreinte@example.org"
    assert grafana.timings.keys() == {routes.NIGHT}
    assert grafana.tree["receiver"] == routes.CONTACT


def test_a_second_push_changes_nothing(grafana: Grafana) -> None:
    pushed(grafana, WATCHED)
    before = list(grafana.writes)
    assert pushed(grafana, WATCHED) == []
    assert grafana.writes == before
    assert all(change.action is Action.KEEP for change in plan(server(grafana), WATCHED))


def test_a_plan_writes_nothing(grafana: Grafana) -> None:
    assert differing(plan(server(grafana), WATCHED))
    assert grafana.writes == []


def test_both_languages_live_side_by_side_and_prune_nothing_of_each_other(grafana: Grafana) -> None:
    pushed(grafana)
    pushed(grafana, replace(ENGLISH, rules=OURS.rules))
    assert grafana.dashboards.keys() == OURS.dashboards.keys() | ENGLISH.dashboards.keys()
    assert pushed(grafana) == []
    assert grafana.folders.keys() == {"vigiterre", "vigiterre-en"}


def test_what_somebody_changed_in_grafana_is_put_right(grafana: Grafana) -> None:
    pushed(grafana)
    grafana.edited(WINTER, title="Bricolage")
    (change,) = differing(plan(server(grafana), OURS))
    assert [line for line in change.lines() if "Bricolage" in line] == ['-  "title": "Bricolage",']
    assert pushed(grafana) == [f"update dashboard {WINTER}"]
    assert grafana.dashboards[WINTER]["dashboard"]["title"] == OURS.dashboards[WINTER]["title"]
    assert grafana.dashboards[WINTER]["dashboard"]["version"] == 3


def test_a_dashboard_that_was_moved_is_moved_back(grafana: Grafana) -> None:
    pushed(grafana)
    grafana.dashboards[WINTER]["folderUid"] = ""
    assert pushed(grafana) == [f"update dashboard {WINTER}"]
    assert grafana.dashboards[WINTER]["folderUid"] == "vigiterre"


def test_a_folder_that_was_renamed_gets_its_title_back(grafana: Grafana) -> None:
    pushed(grafana)
    grafana.folders["vigiterre"]["title"] = "Autre"
    assert pushed(grafana) == ["update folder vigiterre"]
    assert grafana.folders["vigiterre"]["title"] == "Vigiterre"


def test_a_dashboard_that_left_the_code_is_pruned(grafana: Grafana) -> None:
    pushed(grafana)
    assert pushed(grafana, without(OURS, WINTER)) == [f"remove dashboard {WINTER}"]
    assert WINTER not in grafana.dashboards


def test_a_persons_own_dashboard_is_kept_even_in_our_folder(grafana: Grafana) -> None:
    pushed(grafana)
    grafana.has({"uid": "mine", "title": "À moi", "tags": []}, "vigiterre")
    grafana.has({"uid": "aeb1copy", "title": "Copie", "tags": [OUR_TAG]}, "vigiterre")
    grafana.has({"uid": "vigiterre-old", "title": "Ailleurs", "tags": [OUR_TAG]}, "")
    assert pushed(grafana, without(OURS, WINTER)) == [f"remove dashboard {WINTER}"]
    assert {"mine", "aeb1copy", "vigiterre-old"} <= grafana.dashboards.keys()


def test_a_persons_dashboard_of_the_same_title_is_not_written_over(grafana: Grafana) -> None:
    pushed(grafana, without(OURS, WINTER))
    grafana.has({"uid": "mine", "title": OURS.dashboards[WINTER]["title"], "tags": []}, "vigiterre")
    assert "412" in refused(grafana).text("fr")
    assert "mine" in grafana.dashboards


def test_pruning_reads_all_pages_of_a_search(grafana: Grafana) -> None:
    grafana.post_folder({"uid": "vigiterre", "title": "Vigiterre"})
    for number in range(1_001):
        grafana.has({"uid": f"vigiterre-{number}", "title": f"{number}", "tags": [OUR_TAG]}, "vigiterre")
    assert len(server(grafana).tagged("vigiterre", OUR_TAG)) == 1_001


def test_what_grafana_reads_from_files_is_refused_before_anything_is_written(grafana: Grafana) -> None:
    grafana.has(dict(OURS.dashboards[WINTER]), "vigiterre", provisioned=True)
    grafana.rules[RULE] = {"uid": RULE, "title": "…", "provenance": "file"}
    said = refused(grafana).text("fr")
    assert WINTER in said
    assert RULE in said
    assert grafana.writes == []


def test_a_policy_tree_of_a_file_is_refused(grafana: Grafana) -> None:
    grafana.tree["provenance"] = "file"
    assert "root" in refused(grafana, WATCHED).text("en")
    assert grafana.writes == []


def test_the_policy_tree_is_left_alone_unless_asked_for(grafana: Grafana) -> None:
    before = dict(grafana.tree)
    pushed(grafana, replace(WATCHED, policies=False))
    assert grafana.tree == before
    assert not grafana.timings
    assert grafana.contacts
    with pytest.raises(GrafanaError, match="oncall_email"):
        wanted(Legend("fr", REGISTRY, RULES), policies=True)


def test_who_replaces_the_policy_tree_sees_all_of_it_go(grafana: Grafana) -> None:
    grafana.tree = {"receiver": "equipe-si", "group_by": ["team"], "provenance": ""}
    (change,) = (one for one in plan(server(grafana), WATCHED) if one.kind is Kind.POLICY)
    assert '-  "receiver": "equipe-si"' in list(change.lines())
    assert change.title == f"equipe-si -> {routes.CONTACT}"


def test_what_is_pushed_stays_read_only_in_grafanas_pages(grafana: Grafana) -> None:
    pushed(grafana, WATCHED)
    assert {rule["provenance"] for rule in grafana.rules.values()} == {"api"}
    assert "x-disable-provenance" not in {name.lower() for name in grafana.headers}


def test_a_rule_that_was_changed_is_put_right_and_one_that_left_the_code_is_pruned(grafana: Grafana) -> None:
    pushed(grafana)
    grafana.rules[RULE]["for"] = "1h"
    assert pushed(grafana) == [f"update rule {RULE}"]
    fewer = replace(OURS, rules=[rule for rule in OURS.rules if rule["uid"] != RULE])
    assert pushed(grafana, fewer) == [f"remove rule {RULE}"]
    assert RULE not in grafana.rules


def test_a_persons_own_rule_is_kept(grafana: Grafana) -> None:
    grafana.rules["theirs"] = {"uid": "theirs", "title": "À eux", "labels": {"vigiterre": "watch"}}
    grafana.rules["vigiterre-watch-copy"] = {"uid": "vigiterre-watch-copy", "title": "Copie", "labels": None}
    pushed(grafana)
    assert {"theirs", "vigiterre-watch-copy"} <= grafana.rules.keys()


def test_a_change_of_somebody_else_between_plan_and_push_is_not_written_over(grafana: Grafana) -> None:
    pushed(grafana)
    grafana.edited(WINTER, title="Premier")
    there = server(grafana)
    changes = plan(there, OURS)
    grafana.edited(WINTER, title="Second")
    with pytest.raises(GrafanaError, match="412"):
        carry_out(there, changes)
    assert grafana.dashboards[WINTER]["dashboard"]["title"] == "Second"


def test_what_was_written_before_an_error_stays_and_the_next_push_goes_on(grafana: Grafana) -> None:
    aim = replace(OURS, rules=[*OURS.rules[:-1], OURS.rules[-1] | {"condition": "Z"}])
    assert "400" in refused(grafana, aim).text("en")
    assert len(grafana.rules) == len(OURS.rules) - 1
    assert pushed(grafana) == [f"create rule {OURS.rules[-1]['uid']}"]


def test_a_wrong_token_and_one_without_rights_are_told_apart(grafana: Grafana) -> None:
    assert "401" in refused(grafana, token="wrong").text("fr")
    grafana.role = "Viewer"
    assert "403" in refused(grafana).text("fr")
    assert "Admin" in refused(grafana).text("en")


def test_an_address_where_no_grafana_answers_is_said_with_what_to_correct(grafana: Grafana) -> None:
    for url in (f"http://127.0.0.1:{free_port()}", f"{grafana.url}/sub"):
        with pytest.raises(GrafanaError, match=r"grafana\.url"):
            GrafanaServer(url, TOKEN).greet()
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        silent = GrafanaServer(f"http://127.0.0.1:{deaf.getsockname()[1]}", TOKEN, timeout=0.2)
        with pytest.raises(GrafanaError, match="does not answer"):
            silent.greet()


@pytest.mark.parametrize(
    "url",
    ["grafana:3000", "http://", "ftp://g", "http://me:secret@g", "http://g?verify=no", "http://g:99999", "http://["],
)
def test_an_address_that_is_none_or_holds_a_password_is_refused(url: str) -> None:
    with pytest.raises(GrafanaError) as caught:
        GrafanaServer(url, TOKEN)
    assert "secret" not in str(caught.value)


def test_keys_that_grafana_adds_are_no_difference_and_lists_are_compared_whole() -> None:
    assert seen_by({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}) == {"a": {"b": 1}}
    assert seen_by({"a": 1}, {}) == {}
    assert seen_by([{"a": 1}], [{"a": 1, "z": 0}]) == [{"a": 1}]
    assert seen_by([1], [1, 2]) == [1, 2]
    assert seen_by({"a": 1}, None) is None


def test_the_double_says_404_409_and_412_like_grafana(grafana: Grafana) -> None:
    with pytest.raises(RefusedError):
        grafana.get_dashboard("nobody")
    grafana.post_folder({"uid": "x", "title": "X"})
    with pytest.raises(RefusedError) as twice:
        grafana.post_folder({"uid": "x", "title": "X"})
    assert twice.value.status == 409


# The commands.

app = typer.Typer()
app.callback()(shell)
app.command("push")(dashboards_push.push)
app.command("diff")(dashboards_push.diff)


@pytest.fixture
def environment(grafana: Grafana, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The token's file."""
    for name in ("LANGUAGE", "CONFIG", "STORE__URL", "MQTT__URL", "GRAFANA__TOKEN"):
        monkeypatch.delenv(f"VIGITERRE_{name}", raising=False)
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    monkeypatch.setenv("VIGITERRE_GRAFANA__URL", grafana.url)
    monkeypatch.setenv("VIGITERRE_GRAFANA__TOKEN_FILE", str(file))
    return file


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["--config", str(CONFIG), *arguments])
    assert TOKEN not in result.output
    return result


def test_diff_ends_with_3_where_something_differs_and_0_where_nothing_does(grafana: Grafana, environment: Path) -> None:
    before = run("diff")
    assert before.exit_code == dashboards_push.DIFFERENT
    assert f"+++ code/dashboard {WINTER}" in before.stdout
    assert grafana.writes == []
    assert run("push").exit_code == 0
    after = run("diff")
    assert (after.exit_code, after.stdout) == (0, "")


def test_push_says_what_it_did_and_a_dry_run_what_it_would_do(grafana: Grafana, environment: Path) -> None:
    planned = run("push", "--dry-run")
    assert grafana.writes == []
    assert "rien n'a été écrit" in planned.stderr
    done = run("push")
    assert done.stdout == planned.stdout
    assert f"créer  tableau de bord  {WINTER}  Routes en hiver" in done.stdout
    rows = json.loads(run("push", "--json").stdout)
    assert rows == []


def test_json_says_each_difference(grafana: Grafana, environment: Path) -> None:
    run("push")
    grafana.edited(WINTER, title="Bricolage")
    (row,) = json.loads(run("diff", "--json").stdout)
    assert (row["action"], row["kind"], row["key"]) == ("update", "dashboard", WINTER)
    assert '-  "title": "Bricolage",' in row["diff"]


def test_push_in_english_goes_to_a_folder_of_its_own(grafana: Grafana, environment: Path) -> None:
    assert run("push", "--lang", "en").exit_code == 0
    assert grafana.folders["vigiterre-en"]["title"] == "Vigiterre (en)"


def test_without_an_address_or_a_token_the_command_says_what_is_missing(
    grafana: Grafana, environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment.write_text("")
    assert "grafana.token_file" in run("push").stderr
    environment.unlink()
    missing = run("push")
    assert (missing.exit_code, str(environment) in missing.stderr) == (1, True)
    monkeypatch.delenv("VIGITERRE_GRAFANA__URL")
    assert "--url" in run("diff").stderr
    assert run("push", "--url", "nowhere").exit_code == 1


def test_a_token_in_the_file_of_settings_is_refused(environment: Path, tmp_path: Path) -> None:
    folder = tmp_path / "config"
    folder.mkdir()
    (folder / "vigiterre.toml").write_text('[grafana]\ntoken = "glsa_x"\n')
    result = CliRunner().invoke(app, ["--config", str(folder), "push"])
    assert result.exit_code == 1
    assert "grafana.token" in result.stderr
    assert "glsa_x" not in result.output
