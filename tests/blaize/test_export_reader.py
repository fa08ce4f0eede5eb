"""The reader of one long list: any cut of the bytes gives the same rows, and nothing broken looks whole."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from asyncsdk.blaize import export_reader
from asyncsdk.blaize.export_reader import BrokenExportError, ExportReader

TEXT = st.text(max_size=8) | st.sampled_from(
    ['"', "\\", '\\"', "]", "[", "{", "}", "\\\\", ",", ":", "é", "😀", "\n", "\ud83d"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
ROWS = st.lists(st.dictionaries(TEXT, JSON, max_size=4), max_size=6)
AROUND = st.dictionaries(TEXT.filter(lambda name: name != "results"), JSON, max_size=3)


@st.composite
def documents(draw):
    """The bytes of a document, its rows, and what stands around them."""
    rows = draw(ROWS)
    written = rows
    if draw(st.booleans()):  # one list deeper
        at = draw(st.integers(0, len(rows)))
        written = [rows[:at], rows[at:]]
    around = {}
    if draw(st.booleans()):
        around = draw(AROUND)
        members = list(around.items())
        members.insert(draw(st.integers(0, len(members))), ("results", written))
        written = dict(members)
    spaces = draw(st.sampled_from([{}, {"indent": 1}, {"separators": (",", ":")}]))
    text = json.dumps(written, ensure_ascii="\\ud83d" in json.dumps(written) or draw(st.booleans()), **spaces)
    before = draw(st.sampled_from(["", " ", "\ufeff", "\ufeff "]))
    return f"{before}{text}\r\n".encode(), json.loads(json.dumps(rows)), around


@st.composite
def cut(draw, data):
    """Bytes in pieces, some of them empty."""
    places = sorted(draw(st.lists(st.integers(0, len(data)), max_size=8)))
    return [data[one:other] for one, other in zip([0, *places], [*places, len(data)], strict=True)]


def read(pieces):
    reader = ExportReader()
    rows = [row for piece in pieces for row in reader.feed(piece)]
    return rows, reader


@given(data=st.data(), document=documents())
def test_every_cut_of_the_bytes_gives_the_same_rows(data, document):
    text, rows, around = document
    found, reader = read(data.draw(cut(text)))
    assert json.dumps(found) == json.dumps(rows)
    assert json.dumps(reader.around) == json.dumps(around)
    assert reader.complete


@given(document=documents())
def test_byte_by_byte_is_no_exception(document):
    text, rows, _ = document
    found, reader = read([text[at : at + 1] for at in range(len(text))])
    assert found == rows
    assert reader.complete


@given(data=st.data(), document=documents())
def test_a_document_that_breaks_off_is_never_complete(data, document):
    text, rows, _ = document
    end = len(text.rstrip())
    shorter = text[: data.draw(st.integers(0, end - 1))]
    found, reader = read(data.draw(cut(shorter)))
    assert not reader.complete
    assert found == rows[: len(found)]


@given(data=st.data(), document=documents())
def test_a_byte_that_is_wrong_is_found_or_changes_a_value_alone(data, document):
    text, _, _ = document
    at = data.draw(st.integers(0, len(text) - 1))
    wrong = text[:at] + data.draw(st.sampled_from([b"]", b"}", b",", b'"', b"x", b"\xff", b"["])) + text[at + 1 :]
    try:
        found, reader = read(data.draw(cut(wrong)))
    except BrokenExportError:
        return
    if reader.complete:
        value = json.loads(wrong)
        listed = value["results"] if isinstance(value, dict) else value
        flat = [row for each in listed for row in (each if isinstance(each, list) else [each])]
        assert json.dumps(found) == json.dumps(flat)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (b'{"message": "Forbidden"}', "an object without a list of results"),
        (b"{}", "an object without a list of results"),
        (b'{"results": null}', "an object without a list of results"),
        (b'{"results": {}}', "an object without a list of results"),
        (b"null ", "neither a list nor an object"),
        (b'"[]"', "neither a list nor an object"),
        (b"<!DOCTYPE html>", "neither a list nor an object"),
        (b"[1]", "no object where a row is due"),
        (b"[null]", "no object where a row is due"),
        (b"[[[{}]]]", "no object where a row is due"),
        (b"[{},]", "no object where a row is due"),
        (b"[,{}]", "no object where a row is due"),
        (b"[{} {}]", "no comma"),
        (b"[{}}", "no comma"),
        (b"[{}]]", "more after the end"),
        (b"[{}]{}", "more after the end"),
        (b'[{}]{"error": "timed out"}', "more after the end"),
        (b'{"results": []}x', "more after the end"),
        (b'{"results": [] "a": 1}', "no comma"),
        (b'{"results" []}', "no colon"),
        (b"{results: []}", "no name"),
        (b'{"a": 1,}', "no name"),
        (b'{"a": nope, "results": []}', "not JSON"),
        (b'[{"a": }]', "not JSON"),
        (b'[{"a": 1]}]', "not JSON"),
        (b'[{"a": "\xff"}]', "not JSON"),
        (b'[{"a": 01}]', "not JSON"),
        (b'[{"a": NaN}]', "not JSON"),
        (b'[{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}]", "not JSON"),
    ],
)
def test_what_is_no_list_of_objects_is_refused(document, why):
    for pieces in ([document], [document[at : at + 1] for at in range(len(document))]):
        with pytest.raises(BrokenExportError, match=why):
            read(pieces)


def test_an_error_says_where_it_is():
    reader = ExportReader()
    reader.feed(b'[{"a": 1},')
    with pytest.raises(BrokenExportError, match=r"invalid character\), at byte 10$"):
        reader.feed(b'{"b": nope},')


def test_rows_come_out_as_soon_as_they_are_whole():
    reader = ExportReader()
    assert reader.feed(b'[{"a": 1}, {"a": ') == [{"a": 1}]
    assert reader.feed(b"2}") == [{"a": 2}]
    assert reader.feed(b", ") == []
    assert reader.feed(b"{}") == [{}]
    assert not reader.complete
    assert reader.feed(b"]") == []
    assert reader.complete


def test_deeply_nested_rows_are_rows():
    deep = json.loads('{"a":' * 40 + "[[[{}]]]" + "}" * 40)
    text = json.dumps([deep, {}, deep]).encode()
    for size in (1, 7, 64, len(text)):
        found, reader = read([text[at : at + size] for at in range(0, len(text), size)])
        assert found == [deep, {}, deep]
        assert reader.complete


def test_a_row_has_a_longest_size(monkeypatch):
    monkeypatch.setattr(export_reader, "MOST", 1000)
    reader = ExportReader()
    reader.feed(b'[{"a": "' + b"x" * 900)
    with pytest.raises(BrokenExportError, match="more than 1000 bytes in one row"):
        reader.feed(b"x" * 100)


def test_what_is_held_is_one_row_and_no_more():
    reader = ExportReader()
    reader.feed(b"[")
    row = json.dumps({"a": "x" * 50}).encode()
    for _ in range(1000):
        reader.feed(row + b",")
        assert len(reader._buffer) <= len(row)
