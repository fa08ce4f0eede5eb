from __future__ import annotations

import json
import re

import anyio
import pytest
from hypothesis import given, strategies as st

from asyncsdk import AnalyticsRow
from asyncsdk.cli.terminal.output import Output, column_widths, columns_that_fit, flat, write_list, write_value
from asyncsdk.cli.terminal.stdout import StandardOutput


async def listed(items):
    for item in items:
        yield item


@pytest.fixture
def written(capfd):
    """What a list looks like on stdout."""

    def write(items, output):
        anyio.run(lambda: write_list(listed(items), Output(output), StandardOutput()))
        return capfd.readouterr().out

    return write


def test_plain_values_stand_one_a_line(written):
    assert written(["Wa", "Wb"], "table") == "Wa\nWb\n"


def test_plain_values_cannot_steer_a_terminal(written):
    assert written(["W\x1b[2J", "a\nb"], "table") == "W\\x1b[2J\na\\nb\n"


def test_a_list_as_json_is_one_array(written):
    items = ["Wa", {"a": [1, None]}, "ü\n"]
    assert json.loads(written(items, "json")) == items
    assert json.loads(written([], "json")) == []
    assert json.loads(written(["one"], "json")) == ["one"]


def test_a_list_as_ndjson_has_one_value_a_line(written):
    items = ["Wa", {"a": [1, None]}, "ü\n"]
    assert [json.loads(line) for line in written(items, "ndjson").splitlines()] == items
    assert written([], "ndjson") == ""


@pytest.mark.parametrize("output", ["json", "ndjson"])
def test_half_of_a_surrogate_pair_comes_out_as_it_came_in(written, output):
    sent = {"name": "cut in an emoji: \ud83d", "deeper": ["\udfff"]}
    found = json.loads(written([sent], output))
    assert (found[0] if output == "json" else found) == sent


def test_objects_in_a_pipe_have_tabs_between_all_their_keys(written):
    items = [{"id": "a", "count": 1}, {"id": "b\tc", "tags": ["x", "y"], "note": None}, {"note": "x" * 500}]
    assert written(items, "table") == (f'id\tcount\ttags\tnote\na\t1\t\t\nb\\tc\t\t["x","y"]\t\n\t\t\t{"x" * 500}\n')


def test_objects_on_a_terminal_fit_its_width(written, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    header, first, second = written([{"id": "a", "note": "x" * 500}, {"id": "[i]", "note": ""}], "table").splitlines()
    assert header.split() == ["id", "note"]
    assert len(first) <= 80
    assert first.startswith("a")
    assert first.endswith("x…")
    assert second.split() == ["[i]"]


def test_models_are_written_under_their_wire_names(written):
    row = AnalyticsRow(class_name="person", count=2)
    assert json.loads(written([row], "ndjson")) == {"class_name": "person", "count": 2}


@pytest.mark.parametrize(
    ("value", "output", "shown"),
    [
        ("1.0.1", "table", "1.0.1\n"),
        ("1.0.1", "json", '"1.0.1"\n'),
        (None, "table", "\n"),
        (None, "json", "null\n"),
        ([1, 2], "table", "[1,2]\n"),
        ({"a": 1}, "ndjson", '{"a":1}\n'),
    ],
)
def test_one_value_is_written_on_one_line(value, output, shown, capfd):
    anyio.run(lambda: write_value(value, Output(output), StandardOutput()))
    assert capfd.readouterr().out == shown


def test_one_object_is_a_table_of_its_fields(capfd):
    anyio.run(lambda: write_value({"name": "gate", "on": True}, Output.TABLE, StandardOutput()))
    assert [line.split() for line in capfd.readouterr().out.splitlines()] == [
        ["field", "value"],
        ["name", "gate"],
        ["on", "true"],
    ]


@given(st.lists(st.integers(1, 500), min_size=1, max_size=20), st.integers(20, 300))
def test_columns_fit_the_room_and_only_wide_ones_give_way(natural, room):
    widths = column_widths(natural, room)
    assert sum(widths) <= room
    assert all(1 <= width <= need for width, need in zip(widths, natural, strict=True))
    if sum(natural) <= room:
        assert widths == natural
    cut = [width for width, need in zip(widths, natural, strict=True) if width < need]
    assert all(width <= min(cut) + 1 for width in widths if cut)


USER = {"user_id": "1", "identifiers": {"email_address": "joe@example.com", "of": {"crm": 4}}, "attributes": {}}


def test_one_level_of_nesting_becomes_columns(written):
    header, row = written([USER], "table").splitlines()
    assert header.split("\t") == ["user_id", "identifiers.email_address", "identifiers.of", "attributes"]
    assert row.split("\t") == ["1", "joe@example.com", '{"crm":4}', "{}"]
    assert json.loads(written([USER], "json")) == [USER]


def test_a_name_with_a_dot_takes_no_other_ones_place():
    assert flat({"a": {"b": 1}, "a.b": 2}) == {"a": {"b": 1}, "a.b": 2}
    assert list(flat({"x": {"y": 1}, "z": 2, "w": {"v": None}})) == ["x.y", "z", "w.v"]


@pytest.fixture
def terminal(written, monkeypatch):
    """The same on a terminal with colours."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def write(items, output):
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        return written(items, output)

    return write


def plain(shown):
    return re.sub(r"\x1b\[[\d;]*m", "", shown)


class TestJSONOnATerminal:
    def test_is_indented_and_coloured(self, terminal):
        shown = terminal([USER, {"a": 1}], "json")
        assert "\x1b[" in shown
        assert json.loads(plain(shown)) == [USER, {"a": 1}]
        assert plain(shown).splitlines()[:3] == ["[", "  {", '    "user_id": "1",']

    def test_is_not_coloured_where_nobody_wants_it(self, terminal, monkeypatch):
        monkeypatch.setenv("NO_COLOR", "1")
        assert not re.search(r"\x1b\[[\d;]*3\d", terminal([{"a": 1}], "json"))

    def test_keeps_one_line_a_value_where_that_was_asked_for(self, terminal):
        assert len(terminal([USER, USER], "ndjson").splitlines()) == 2

    def test_keeps_numbers_as_they_are_and_cuts_nothing(self, terminal):
        value = {"big": 2**63, "small": 1e-7, "long": "x y " * 200}
        assert json.loads(plain(terminal([value], "json"))) == [value]

    def test_cannot_steer_it(self, terminal):
        steering = "\x9b2J\x7f\u202e\x1b[2J"
        shown = plain(terminal([steering], "json"))
        assert not {"\x9b", "\x7f", "\u202e", "\x1b"} & set(shown)
        assert json.loads(shown) == [steering]


def test_columns_that_could_not_be_told_apart_are_named_below(written, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    shown = written([{f"column_{n}": "value" * 3 for n in range(9)}], "table")
    header, row, *rest = plain(shown).splitlines()
    assert len(header.split()) == 6
    assert len(row) <= 60
    assert " ".join(" ".join(rest).split()) == "and column_6, column_7, column_8: --json shows all"


@given(st.lists(st.integers(1, 60), min_size=1, max_size=20), st.integers(1, 200))
def test_some_columns_are_always_shown(natural, width):
    fit = columns_that_fit(natural, width)
    assert 1 <= fit <= len(natural)
    assert fit == 1 or sum(min(each, 8) + 2 for each in natural[:fit]) <= width
