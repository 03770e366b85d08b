"""What a page carries on of its own address: all of it, as it is written, but for what has the name of a secret."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from dashboards.console.carried import carried, here

HARMLESS = st.sampled_from(["range=24h", "q=a%20b", "lang=fr", "wall", "", "x=%26token%3D1", "page=2", "q=password"])
SECRET = st.sampled_from(
    ["token=x", "pass%77ord=x", "Access_Token=x", "api-key=x", "csrf", "PASSWD=x", "secret%5B%5D=x"]
)


def asked(query: str) -> Request:
    scope = {"type": "http", "method": "GET", "path": "/devices", "query_string": query.encode(), "headers": []}
    return Request(scope | {"server": ("h", 80), "scheme": "http"})


@given(st.lists(HARMLESS, max_size=5), st.lists(st.tuples(st.integers(0, 5), SECRET), max_size=3))
def test_nothing_is_lost_but_what_has_the_name_of_a_secret(parts: list[str], secrets: list[tuple[int, str]]) -> None:
    mixed = list(parts)
    for place, secret in secrets:
        mixed.insert(place, secret)
    assert carried(asked("&".join(mixed))) == "&".join(parts)


@pytest.mark.parametrize(
    ("query", "path"), [("", "/devices"), ("token=x", "/devices"), ("q=a&token=x", "/devices?q=a")]
)
def test_one_comes_back_to_the_page_and_what_was_chosen_there(query: str, path: str) -> None:
    assert here(asked(query)) == path
