from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from asyncsdk.columns.cells import ABSENT, COLUMNS, cell, extra_text, wire_value

NOON = 1_597_665_600_000  # 2020-08-17T12:00:00Z


@pytest.mark.parametrize(
    ("kind", "value", "held"),
    [
        ("text", "person", "person"),
        ("text", "", ""),
        ("text", "null", "null"),
        ("integer", 3, 3),
        ("integer", -(2**63), -(2**63)),
        ("integer", 2**63 - 1, 2**63 - 1),
        ("integer", 1.0, 1),
        ("integer", -0.0, 0),
        ("integer", 1e18, 10**18),
        ("timestamp", "2020-08-17T12:00:00.000Z", NOON),
        ("timestamp", "2020-08-17T12:00:00.001Z", NOON + 1),
        ("timestamp", "1969-12-31T23:59:59.999Z", -1),
        ("timestamp", "0001-01-01T00:00:00.000Z", -62_135_596_800_000),
        ("timestamp", "9999-12-31T23:59:59.999Z", 253_402_300_799_999),
    ],
)
def test_a_value_that_fits_stands_in_its_column_and_is_given_back(kind, value, held):
    assert cell(kind, value) == (held, True)
    assert wire_value(kind, held) == value


@pytest.mark.parametrize(
    ("kind", "value", "held"),
    [
        ("text", 1597622730877, "1597622730877"),
        ("text", 1.5, "1.5"),
        ("text", "caf\ud83d", "caf\ufffd"),
        ("integer", "3", 3),
        ("integer", "-3", -3),
        ("timestamp", "2020-08-17T12:00:00Z", NOON),
        ("timestamp", "2020-08-17T12:00:00.000+00:00", NOON),
        ("timestamp", "2020-08-17T14:00:00.000+02:00", NOON),
        ("timestamp", "2020-08-17T12:00:00.000", NOON),
        ("timestamp", "2020-08-17 12:00:00.000Z", NOON),
        ("timestamp", "2020-08-17T12:00:00.0009Z", NOON),
        ("timestamp", "1969-12-31T23:59:59.9999Z", -1),
        ("timestamp", "2020-08-17", NOON - 43_200_000),
    ],
)
def test_a_value_that_can_be_read_is_read_but_is_not_all_of_it(kind, value, held):
    assert cell(kind, value) == (held, False)


@pytest.mark.parametrize("value", [None, True, False, [], {}, ["a"], {"a": 1}])
@pytest.mark.parametrize("kind", ["text", "integer", "timestamp"])
def test_a_value_that_cannot_be_read_is_null_in_its_column(kind, value):
    assert cell(kind, value) == (None, False)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", 1.5),
        ("integer", 2**63),
        ("integer", -(2**63) - 1),
        ("integer", 1e300),
        ("integer", str(2**63)),
        ("integer", ""),
        ("integer", "03"),
        ("integer", " 3"),
        ("integer", "3.0"),
        ("integer", "٣"),
        ("integer", "9" * 5000),
        ("timestamp", ""),
        ("timestamp", "yesterday"),
        ("timestamp", "2020-02-30T12:00:00.000Z"),
        ("timestamp", "2020-08-17T12:00:60.000Z"),
        ("timestamp", "0000-01-01T00:00:00.000Z"),
        ("timestamp", "0001-01-01T00:00:00.000+01:00"),
        ("timestamp", NOON),
    ],
)
def test_a_number_or_time_of_which_no_sense_can_be_made_is_null_in_its_column(kind, value):
    assert cell(kind, value) == (None, False)


def test_what_a_row_does_not_have_is_null_and_nothing_else():
    assert all(cell(kind, ABSENT) == (None, True) for kind in COLUMNS.values())


def test_the_same_extra_has_the_same_text_whatever_the_order_of_its_keys():
    assert extra_text({"b": [1], "a": None}) == extra_text({"a": None, "b": [1]}) == '{"a":null,"b":[1]}'
    assert extra_text({}) is None


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), each, max_size=3),
    max_leaves=5,
)


times = st.datetimes().map(lambda at: at.isoformat(timespec="milliseconds") + "Z")


@given(st.sampled_from(sorted(set(COLUMNS.values()))), json_values | times)
def test_a_value_that_stands_in_its_column_as_it_is_can_be_had_from_there(kind, value):
    held, exact = cell(kind, value)
    if exact:
        assert wire_value(kind, held) == value
