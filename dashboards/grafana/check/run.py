"""Every query of a dashboard, put to a real store with its variables at one value, at several and at All."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from dashboards.grafana.check.asking import SLOW_MS, Answered, Asker
from dashboards.grafana.check.choices import ALL, Choice, Resolved, resolved, tried
from dashboards.grafana.check.fault import Fault, at_annotation, at_panel
from dashboards.grafana.check.files import BoardFile, panels
from dashboards.grafana.check.interpolation import Chosen, Span, interpolated, milliseconds, names_in
from dashboards.grafana.check.loose import Tree, tree, trees, whole, words
from dashboards.grafana.check.queries import POLICY
from devices.problems import Bilingual
from devices.schema import RAW, ROLLUP

RANGE_MS = 7 * 86_400_000
TRIED = 3
"""So many single values of a variable are shown; the search for one that has rows goes on."""
SEARCHED = 100


class Question(NamedTuple):
    """One query of a dashboard."""

    panel: str
    ref: str
    statement: str
    shortest: str
    """Least interval that the panel allows, `1m`; "" where it says none."""
    place: Bilingual
    needs_rows: bool
    """It is a fault when there are none."""


class Run(NamedTuple):
    """One answer, for the table."""

    board: str
    panel: str
    ref: str
    setting: str
    answered: Answered

    def row(self) -> dict[str, object]:
        """As a flat object."""
        rows, ms, error, _ = self.answered
        found = {"kind": "query", "dashboard": self.board, "panel": self.panel, "target": self.ref}
        return {**found, "setting": self.setting, "rows": rows, "ms": round(ms, 1), "error": error}


class Ran(NamedTuple):
    runs: list[Run]
    faults: list[Fault]


def run(board: BoardFile, asker: Asker, now: int, seldom: Mapping[int, str]) -> Ran:
    """Over the seven days before `now`, ms. `seldom`: panels that may be empty. Raises StoreUnavailable."""
    span = Span(now - RANGE_MS, now)
    state = resolved(board, asker, span)
    found = Ran([], list(state.faults))
    if not all(one.values or one.everything for one in state.first().values()):
        return found  # said already; no query can be put without a value
    for question in questions(board, seldom):
        Trial(board, question, asker, span, state, found).all()
    return found


def questions(board: BoardFile, seldom: Mapping[int, str]) -> Iterator[Question]:
    for panel in panels(board.document):
        number = whole(panel.get("id"))
        name = f"{number} {words(panel, 'title')}"
        for target in trees(panel, "targets"):
            if words(target, "query"):
                place = at_panel(panel, words(target, "refId"))
                yield _question(name, target, words(panel, "interval"), place, needs_rows=number not in seldom)
    for annotation in trees(board.document, "annotations", "list"):
        if words(annotation, "target", "query"):
            name = words(annotation, "name")
            yield _question(name, tree(annotation, "target"), "", at_annotation(name), needs_rows=False)


def _question(panel: str, query: Tree, shortest: str, place: Bilingual, *, needs_rows: bool) -> Question:
    return Question(panel, words(query, "refId"), words(query, "query"), shortest, place, needs_rows)


class Trial:
    """One question at all its settings."""

    def __init__(
        self, board: BoardFile, question: Question, asker: Asker, span: Span, state: Resolved, found: Ran
    ) -> None:
        self.board = board
        self.question = question
        self.asker = asker
        self.span = span
        self.state = state
        self.found = found
        self.used = set(names_in(question.statement))
        self.own = own_span(board, span.end)

    def all(self) -> None:
        raw = self._put({}, RAW)
        if not raw.rows and not raw.error:  # over a week, what began a minute ago is a single point
            raw = self._put({}, RAW, span=self.own)
        free = [choice for choice in self._asked() if not choice.every]
        if self.question.needs_rows and not free and not raw.rows and not raw.error:
            self._fault("empty", setting=self._setting({}, RAW))
        if POLICY in self.used:
            rolled = self._put({}, ROLLUP)
            if raw.rows and not rolled.rows and not rolled.error:
                self._fault("empty_rollup", setting=self._setting({}, ROLLUP))
        if raw.error:
            return  # one word about a bad statement is enough
        for choice in self._asked():
            if choice.offered and (raw.rows or not choice.every):
                self._singles(choice, raw.tags.get(choice.name, ()))
            if choice.multi and len(choice.offered) > 1:
                likely = list(tried(choice, raw.tags.get(choice.name, ())))[:2]
                self._put({choice.name: Chosen(tuple(likely), True)}, RAW)

    def _asked(self) -> list[Choice]:
        """The variables that its statement names."""
        return [one for name, one in self.state.choices.items() if name in self.used and name != POLICY]

    def _singles(self, choice: Choice, likely: tuple[str, ...]) -> None:
        """One value after another: three, and more only until one has rows.

        More are also tried for what may be empty, where All is no choice: only one device may have the quantity.
        """
        filled, count = False, 0
        searched = self.question.needs_rows or not choice.every
        for value in tried(choice, likely):
            if count >= (SEARCHED if searched and not filled else TRIED):
                break
            count += 1
            answered = self._put({choice.name: choice.one(value)}, RAW, listed=count <= TRIED)
            filled = filled or answered.rows > 0
            if answered.error:
                return
        if self.question.needs_rows and not filled:
            self._fault("empty_single", name=choice.name, tried=count)

    def _put(
        self, changed: Mapping[str, Chosen], policy: str, *, listed: bool = True, span: Span | None = None
    ) -> Answered:
        chosen = {**self.state.first(), **changed, POLICY: Chosen((policy,))}
        statement = interpolated(self.question.statement, chosen, span or self.span, self.question.shortest)
        answered = self.asker.ask(statement)
        setting = self._setting(changed, policy) + (f", {words(self.board.document, 'time', 'from')}" if span else "")
        if listed or answered.rows:
            name, ref = words(self.board.document, "uid"), self.question.ref
            self.found.runs.append(Run(name, self.question.panel, ref, setting, answered))
        if answered.error:
            self._fault("query_error", setting=setting, error=answered.error)
        elif answered.ms > SLOW_MS:
            self._fault("slow", setting=setting, ms=round(answered.ms), limit=round(SLOW_MS))
        return answered

    def _fault(self, code: str, **facts: object) -> None:
        self.found.faults.append(Fault(self.board.file, self.question.place, code, facts))

    def _setting(self, changed: Mapping[str, Chosen], policy: str) -> str:
        """`policy=autogen, device=a|b`, the others at All; `policy` only where it matters."""
        parts = [f"{POLICY}={policy}"] if POLICY in self.used else []
        parts += [f"{name}={'|'.join(one.values)}" for name, one in changed.items()]
        alone = [one for one in self._asked() if not one.every and one.name not in changed]
        parts += [f"{one.name}={'|'.join(one.first.values)}" for one in alone]
        return ", ".join(parts) or ALL


def own_span(board: BoardFile, now: int) -> Span:
    """The range of time a dashboard opens with, as `now-6h` says it; a week where it cannot be read."""
    length = milliseconds(words(board.document, "time", "from").removeprefix("now-"))
    return Span(now - (length or RANGE_MS), now)


def slowest(runs: Sequence[Run]) -> Run | None:
    return max(runs, key=lambda one: one.answered.ms, default=None)
