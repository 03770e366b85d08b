"""Long lists in pages: which one is shown, and the addresses of its neighbours."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode


class Paging(NamedTuple):
    """Rows `first` to `last`, counted from 1, of `total`; both 0 when there is none."""

    page: int
    pages: int
    first: int
    last: int
    total: int
    before: str
    """Query string of the page before, or ""."""
    after: str

    @property
    def offset(self) -> int:
        return max(0, self.first - 1)


def paged(page: int, total: int, size: int, kept: Mapping[str, object], name: str = "page") -> Paging:
    """A page beyond the last one is the last. `kept` is what else stands in the address; what is empty is left out."""
    pages = max(1, -(-total // size))
    page = min(max(1, page), pages)
    first, last = (page - 1) * size + 1 if total else 0, min(page * size, total)

    def address(there: int) -> str:
        return query_of({**kept, name: there}) if 1 <= there <= pages else ""

    return Paging(page, pages, first, last, total, address(page - 1), address(page + 1))


def query_of(values: Mapping[str, object]) -> str:
    """`level=critical&page=2`, without what is empty."""
    return urlencode({name: value for name, value in values.items() if value not in ("", 0, None)})
