from pathlib import Path

from devices.problems import Problem
from devices.tables import key_lines, read_table

TEXT = """\
# a comment = not a key
title = "x"
a.b = 1

[co2] # with a comment
label = { fr = "a", en = "b" }
text = '''
unit = "not a key"
[not.a.table]
'''
after = 1

[[quantities]]
quantity = "one"
[[quantities]]
"quantity" = "two"
[quantities.limits]
min = 0
"""


def test_every_key_has_the_line_where_it_stands() -> None:
    lines = key_lines(TEXT)
    assert lines["title",] == 2
    assert lines["a", "b"] == 3
    assert lines["co2",] == 5
    assert lines["co2", "label"] == 6
    assert lines["co2", "after"] == 11
    assert lines["quantities", "1", "quantity"] == 14
    assert lines["quantities", "2", "quantity"] == 16
    assert lines["quantities", "2", "limits", "min"] == 18
    assert not {("co2", "unit"), ("not", "a", "table")} & lines.keys()


def test_a_byte_order_mark_and_windows_line_ends_are_forgiven(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_bytes(b"\xef\xbb\xbfa = 1\r\n[b]\r\nc = 'x'\r\n")
    problems: list[Problem] = []
    table = read_table(file, "x.toml", problems)
    assert table is not None
    inner = table.table("b")
    assert inner is not None
    inner.number("c")
    assert [problem.place for problem in problems] == ["line 3, b.c"]


def test_a_file_that_cannot_be_read_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "x.toml").mkdir()
    problems: list[Problem] = []
    assert read_table(tmp_path / "x.toml", "x.toml", problems) is None
    assert [problem.code for problem in problems] == ["unreadable_file"]


def test_keys_inside_an_inline_table_are_told_at_the_line_of_the_table(tmp_path: Path) -> None:
    file = tmp_path / "x.toml"
    file.write_text("[a]\nb = { c = 1 }\n")
    problems: list[Problem] = []
    root = read_table(file, "x.toml", problems)
    assert root is not None
    a = root.table("a")
    assert a is not None
    b = a.table("b")
    assert b is not None
    b.text("d")
    b.finish()
    assert not b.sound
    assert [(problem.place, problem.code) for problem in problems] == [
        ("line 2, a.b", "missing_key"),
        ("line 2, a.b.c", "unknown_key"),
    ]


def test_a_choice_among_nothing_is_a_problem_not_a_crash(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('codec = "a"\n')
    problems: list[Problem] = []
    table = read_table(tmp_path / "x.toml", "x.toml", problems)
    assert table is not None
    assert table.choice("codec", []) == ""
    assert [problem.code for problem in problems] == ["not_one_of"]
