"""`vigiterre alerts silence`, `maintenance` and `mutes`: what keeps people from being told for a while."""

from typing import Annotated, Any, NamedTuple

import typer

from alerts.alert import Mute, MuteKind
from alerts.durations import duration
from devices import cells
from devices.errors import VigiterreError
from vigiterre.commands.alerts_acting import act, myself
from vigiterre.commands.alerts_options import CommentOption, JsonOption, WhoOption
from vigiterre.commands.alerts_view import opened
from vigiterre.commands.options import gathered
from vigiterre.commands.quarantine import LARGEST
from vigiterre.moment import now_ms
from vigiterre.shell import Misuse, Shell, print_json, print_table, read_time, shown_time
from vigiterre.texts import said

Several = list[str] | None
DomainsOption = Annotated[Several, typer.Option("--domain", help="domaine · domain (road, building, …, platform)")]
SitesOption = Annotated[Several, typer.Option("--site", help="site")]
CommunesOption = Annotated[Several, typer.Option("--commune", help="code INSEE")]
DevicesOption = Annotated[Several, typer.Option("--device", help="capteur · device")]
TagsOption = Annotated[Several, typer.Option("--tag", help="étiquette · tag")]
RulesOption = Annotated[Several, typer.Option("--rule", help="règle · rule")]
LengthOption = Annotated[str | None, typer.Option("--for", help="durée · duration (30min, 2h, 1d)")]
UntilOption = Annotated[str | None, typer.Option("--until", help="jusqu'à · until (2026-11-24T06:00Z)")]
EverythingOption = Annotated[bool, typer.Option("--everything", help="tout le territoire · the whole territory")]
EndOption = Annotated[int | None, typer.Option("--end", max=LARGEST, help="y mettre fin · end the one of this number")]
STATES = {True: "mute_current", False: "mute_coming"}
KINDS = {MuteKind.SILENCE: "kind_silence", MuteKind.MAINTENANCE: "kind_maintenance"}


class On(NamedTuple):
    """What is muted, as the options of a command say it."""

    domain: DomainsOption = None
    site: SitesOption = None
    commune: CommunesOption = None
    device: DevicesOption = None
    tag: TagsOption = None
    rule: RulesOption = None
    everything: EverythingOption = False

    def selector(self) -> dict[str, list[str]]:
        """Those of them that choose devices and were given, as a Selector calls them."""
        named = {
            "domains": self.domain, "sites": self.site, "communes": self.commune, "devices": self.device,
            "tags": self.tag,
        }  # fmt: skip
        return {name: values for name, values in named.items() if values}


@gathered("on", On)
def silence(
    context: typer.Context,
    on: On,
    length: LengthOption = None,
    until: UntilOption = None,
    comment: CommentOption = "",
    who: WhoOption = None,
    end: EndOption = None,
) -> None:
    """Fait taire des alertes pour un temps, ou met fin à un silence · Silences alerts for a time, or ends a silence."""
    shell: Shell = context.obj
    if end is not None:
        unmute(shell, MuteKind.SILENCE, end)
        return
    mute(shell, MuteKind.SILENCE, on, (None, until, length), who, comment)


@gathered("on", On)
def maintenance(
    context: typer.Context,
    on: On,
    since: Annotated[str | None, typer.Option(help="à partir de ; sinon maintenant · from; else now")] = None,
    until: UntilOption = None,
    length: LengthOption = None,
    comment: CommentOption = "",
    who: WhoOption = None,
    end: EndOption = None,
) -> None:
    """Annonce une intervention, ou y met fin · Announces a maintenance window, or ends one."""
    shell: Shell = context.obj
    if end is not None:
        unmute(shell, MuteKind.MAINTENANCE, end)
        return
    mute(shell, MuteKind.MAINTENANCE, on, (since, until, length), who, comment)


def mutes(context: typer.Context, as_json: JsonOption = False) -> None:
    """Liste les silences et les interventions, en cours et à venir · Lists silences and maintenance windows."""
    shell: Shell = context.obj
    with opened(shell) as view:
        rows = [described(one, view.now) for one in view.mutes]
    if as_json:
        print_json(rows)
    elif rows:
        headings = [shell.say(f"column_{name}") for name in rows[0] if name != "created"]
        print_table(headings, (worded(shell, row).values() for row in rows))
    else:
        shell.tell("no_mute")


def mute(
    shell: Shell,
    kind: MuteKind,
    on: On,
    times: tuple[str | None, str | None, str | None],
    who: str | None,
    comment: str,
) -> None:
    """`times` are --since, --until and --for as they were given."""
    given = on.selector()
    with shell.failing():
        if bool(given or on.rule) == on.everything:
            raise Misuse(said("mute_what"))
        if not comment.strip():
            raise Misuse(said("mute_why"))
        if "communes" in given:
            given["communes"] = [code(text) for text in given["communes"]]
        start, end = span(*times)
    result = act(
        shell, "alerts_mute",
        kind=kind, selector=given, rules=on.rule or [], start=start, end=end, who=who or myself(), comment=comment,
    )  # fmt: skip
    facts = {**result, "start": shown_time(start), "end": shown_time(end)}
    shell.tell("silenced" if kind is MuteKind.SILENCE else "maintained", **facts)


def unmute(shell: Shell, kind: MuteKind, number: int) -> None:
    act(shell, "alerts_unmute", id=number, kind=kind)
    shell.tell("unmuted", id=number)


def span(since: str | None, until: str | None, length: str | None) -> tuple[int, int]:
    """[start, end) in ms. Raises Misuse."""
    now = now_ms()
    start = read_time("--since", since) if since else now
    if (until is None) == (length is None):
        raise Misuse(said("mute_how_long"))
    if until is not None:
        end = read_time("--until", until)
    else:
        lasting = duration(length or "")
        if not lasting:
            raise Misuse(said("bad_length", value=length))
        end = start + lasting
    if end <= max(start, now):
        raise Misuse(said("mute_over", end=shown_time(end)))
    return start, end


def code(text: str) -> str:
    """An INSEE code. Raises VigiterreError."""
    found = cells.commune(text)
    if found is None:
        raise VigiterreError(said("no_such_commune", commune=text))
    return found


def described(one: Mute, now: int) -> dict[str, Any]:
    """What `mutes --json` gives."""
    return {
        "id": one.id,
        "kind": one.kind.value,
        "current": one.start <= now,
        "start": shown_time(one.start),
        "end": shown_time(one.end),
        "selector": " ".join(f"{name}={','.join(values)}" for name, values in one.selector.as_dict().items()),
        "rules": " ".join(sorted(one.rules)),
        "who": one.who,
        "comment": one.comment,
        "created": shown_time(one.created),
    }


def worded(shell: Shell, row: dict[str, Any]) -> dict[str, Any]:
    kind, state = shell.say(KINDS[MuteKind(row["kind"])]), shell.say(STATES[row["current"]])
    chosen = row["selector"] or ("" if row["rules"] else shell.say("mute_everything"))
    return {name: value for name, value in row.items() if name != "created"} | {
        "kind": kind, "current": state, "selector": chosen,
    }  # fmt: skip
