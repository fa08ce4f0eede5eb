from __future__ import annotations

import json
from datetime import datetime

import pytest
from hypothesis import example, given, strategies as st

from asyncsdk.unleash.analytics.page import decode_any
from asyncsdk.unleash.analytics.pages import KEYS
from asyncsdk.unleash.analytics.plain import plain_page

ROW = ["person", 3, "W1", 0, "m", "1597622730877", "W1?token=test-secret", "2020-08-17T12:00:00.000Z"]


def written(rows, keys=KEYS, total=1):
    page = {"keys": keys, "total_num_pages": total, "data": rows}
    return json.dumps(page, separators=(",", ":"), ensure_ascii=False).encode()


def slowly(data):
    """What the slow path makes of it; None where that is an error."""
    try:
        return decode_any(data)
    except Exception:  # noqa: BLE001  # whatever it is: the fast path must not take the page
        return None


def assert_alike(data):
    """The fast path leaves a page alone or gives what the slow path gives."""
    fast = plain_page(data)
    if fast is not None:
        slow = slowly(data)
        assert slow is not None, "the slow path refuses what the fast path took"
        assert fast[0].schema == slow[0].schema
        assert fast[0].equals(slow[0])
        assert fast[1] == slow[1]
        fast[0].validate(full=True)


plain_text = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters='"\\'))
plain_time = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).map(  # noqa: DTZ001
    lambda at: at.isoformat(timespec="milliseconds") + "Z"
)
plain_int = st.integers(0, 2**63 - 1) | st.integers(0, 120)
plain_row = st.tuples(plain_text, plain_int, plain_text, plain_int, plain_text, plain_text, plain_text, plain_time)


@given(st.lists(plain_row, min_size=1, max_size=5), st.none() | st.integers(0, 10**9))
@example([ROW], 1)
@example([["", 0, "", 0, "", "", "", ROW[7]]], None)
@example([["null", 1, "nan", 10, "TRUE", "#N/A", "inf", ROW[7]]], 1)
@example([[" a ", 9, "a,b", 99, "],[", "{}", ",", ROW[7]], ["],", 1, "[", 1, ",1,", "]]", ":[[", ROW[7]]], 1)
@example([["\x7f\u2028", 2**63 - 1, "ß😀", 10**18, "\ufeff", "é", "'", ROW[7]]], 1)
def test_a_plain_page_is_taken_and_gives_what_the_slow_path_gives(rows, total):
    data = written(rows, total=total)
    assert plain_page(data) is not None
    assert_alike(data)


same_day = st.times().map(lambda at: f"2020-02-29T{at.isoformat(timespec='milliseconds')}Z")
sized_text = st.sampled_from(["ab", "é", "],", "[,", "::", "  "])
even_row = st.tuples(plain_text, plain_int, *[sized_text, plain_int, sized_text, sized_text, sized_text, same_day])


@given(st.lists(even_row, min_size=1, max_size=6))
def test_strings_of_one_size_and_times_of_one_day_are_like_any_other(rows):
    data = written(rows)
    assert plain_page(data) is not None
    assert_alike(data)


@pytest.mark.parametrize("number", [9, 10**7, 10**8 - 1, 10**8, 10**15, 10**16 - 1, 10**16, 10**18, 2**63 - 1])
@pytest.mark.parametrize("name", ["", "p", "person"])
def test_numbers_of_any_size_are_read_wherever_the_page_begins(number, name):
    rows = [[name, number, "", 0, "", "", "", ROW[7]], [name, 0, "", number, "", "", "", ROW[7]]]
    for page in (rows, rows[:1], rows[1:]):
        assert plain_page(written(page)) is not None
        assert_alike(written(page))


def test_midnight_may_pass_within_a_page():
    data = written([[*ROW[:7], "2020-02-29T23:59:59.999Z"], [*ROW[:7], "2020-03-01T00:00:00.000Z"]])
    assert plain_page(data) is not None
    assert_alike(data)


@pytest.mark.parametrize(
    "cells",
    [
        {0: None},
        {0: 5},
        {0: True},
        {0: "a\nb"},
        {0: 'a"b'},
        {0: "a\\b"},
        {0: '","'},
        {1: "3"},
        {1: 1.0},
        {1: 1.5},
        {1: -1},
        {1: None},
        {1: True},
        {1: 2**63},
        {1: 2**64},
        {1: [1]},
        {1: {"a": 1}},
        {2: ["a"]},
        {5: 1597622730877},
        {5: "", 1: "3"},
        {5: None, 1: "3"},
        {5: 12, 1: "3"},
        {0: 12, 1: "3"},
        {5: 12, 3: "3"},
        {7: None},
        {7: 1597622730877},
        {7: "2020-08-17T12:00:00Z"},
        {7: "2020-08-17 12:00:00.000Z"},
        {7: "2020-08-17T12:00:00+0000"},
        {7: "2020-08-17T12:00:60.000Z"},
        {7: "2020-02-30T12:00:00.000Z"},
        {7: "0000-01-01T00:00:00.000Z"},
        {7: "2020-08-17T12:00:00.000z"},
        {7: "2020-08-17T12:00:00.0000000Z"},
        {7: ""},
    ],
    ids=repr,
)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_row_that_is_not_plain_sends_its_page_the_slow_way(cells, at):
    rows = [list(ROW), list(ROW), list(ROW)]
    for column, value in cells.items():
        rows[at][column] = value
    data = written(rows)
    assert plain_page(data) is None
    assert slowly(data) is not None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"person",3', b'"person", 3'),
        (b'"person",3', b'"person" ,3'),
        (b'"person",3', b'"person",03'),
        (b'"person",3', b'"person",+3'),
        (b'"person",3', b'"person",3 '),
        (b'"person",3', b'"person",0x3'),
        (b'"person",3', b'"person",0xFFFFFFF'),
        (b'"person",3', b'"person",'),
        (b'"person",3', b'"person",3e0'),
        (b'"person",3', b'"per"son",3'),
        (b'"person",3', b'"pers"on,3'),
        (b'"person",3', b'"pers"o"n",3'),
        (b'"person",3', b'"person""",3'),
        (b'"person",3', b"person,3"),
        (b'"person",3', b'person,"3"'),
        (b'"person",3', b"'person',3"),
        (b'"person",3', b'"per\\u0073on",3'),
        (b'"person",3', b'"per\x00son",3'),
        (b'"person",3', b'"per\rson",3'),
        (b'"person",3', b'"per\tson",3'),
        (b'"person",3', b'"per\xffson",3'),
        (b'"person",3', b'"per\xed\xa0\x80son",3'),
        (b"],[", b"], ["),
        (b"],[", b"],\n["),
        (b"],[", b"],[],["),
        (b"],[", b"],[["),
        (b"],[", b"]],["),
        (b"],[", b'],"more":['),
        (b"],[", b",["),
        (b"],[", b"],"),
        (b'000Z"]', b'000Z"x]'),
        (b'000Z"]', b'000Z" ]'),
        (b'000Z"]', b'000Z"],x'),
        (b'000Z"]', b'000Z",]'),
        (b'000Z"]', b'000Z]"'),
        (b'"data":[[', b'"data": [['),
        (b'"data":[[', b'"data":[],"data":[['),
        (b'"data":[[', b'"more":{"data":[]},"data":[['),
        (b'"data":[[', b'"more":1,"data":[['),
        (b'"total_num_pages":1', b'"total_num_pages":1.0'),
        (b'"total_num_pages":1', b'"total_num_pages":"1"'),
        (b'"total_num_pages":1', b'"total_num_pages":[[1]]'),
        (b'"total_num_pages":1', b'"total_num_pages":01'),
        (b'"total_num_pages":1', b'"total_num_pages":-1'),
        (b'"total_num_pages":1', b'"total_num_pages":9223372036854775808'),
        (b"]]}", b']],"data":[]}'),
        (b"]]}", b']],"data":[[]]}'),
        (b"]]}", b']],"keys":["a"]}'),
        (b"]]}", b"]]"),
        (b"]]}", b"]]}}"),
        (b'"count"', b'"many"'),
        (b'"class_name","count"', b'"count","class_name"'),
    ],
    ids=repr,
)
def test_a_page_that_is_written_in_another_way_gives_what_the_slow_path_gives(before, after):
    plain = written([ROW, ROW, ROW])
    for count in (1, 2, 3):
        data = plain.replace(before, after, count)
        assert data != plain
        assert plain_page(data) is None
        assert_alike(data)


@pytest.mark.parametrize("more", [b" ", b"\n"])
def test_white_space_around_the_rows_does_not_matter(more):
    data = written([ROW]).replace(b'{"keys"', b"{" + more + b'"keys"').replace(b"]]}", b"]]" + more + b"}" + more)
    assert plain_page(data) is not None
    assert_alike(data)


def test_the_rows_may_stand_before_the_keys():
    data = json.dumps({"data": [ROW, ROW], "keys": KEYS, "total_num_pages": 2}, separators=(",", ":")).encode()
    assert plain_page(data)[1] == 2
    assert_alike(data)


anything = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
anything |= st.text(st.characters(codec="utf-8"), max_size=8) | st.lists(st.integers(0, 9), max_size=2)
anything |= st.sampled_from(["", "null", "3", "a],[b", '"', "\\", "a,b", "a\r\nb", "nan", "inf", "007", ROW[7]])


@given(st.data())
def test_whatever_the_cells_hold_the_fast_path_gives_what_the_slow_path_gives(data):
    rows = data.draw(st.lists(st.lists(anything, min_size=8, max_size=8) | plain_row.map(list), min_size=1, max_size=4))
    for row in rows:
        for at in range(8):
            if data.draw(st.integers(0, 5)):
                row[at] = ROW[at]
    assert_alike(written(rows))


signs = rb"""" \ [ ] ],[ , 0 00 0x1 - + 1.0 e1 null true "3" "" {} : } "," ", ," ' "a" "data":[[ Z T"""
edits = st.sampled_from([*signs.split(), b"", b" ", b"\n", b"\r", b"\x00", b"\xff", b"\xc3\xa9"])


@given(st.data())
def test_however_a_page_is_spoilt_the_fast_path_gives_what_the_slow_path_gives(data):
    rows = data.draw(st.lists(st.sampled_from([ROW, ["", 10, "a", 0, "b", "c", "", ROW[7]]]), min_size=1, max_size=3))
    page = written(rows)
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(page)))
        end = min(len(page), start + data.draw(st.integers(0, 3)))
        page = page[:start] + data.draw(edits) + page[end:]
    assert_alike(page)
