from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from asyncsdk.codec import timestamp
from asyncsdk.codec.times import read_time
from asyncsdk.columns.cells import ABSENT, cell, extra_text, json_text, json_texts, json_value, json_values, wire_value
from asyncsdk.columns.kinds import Items, Moment

NOON = 1_597_665_600_000  # 2020-08-17T12:00:00Z
MS = Moment("ms", read_time, timestamp)
US = Moment("us", read_time, timestamp)
KINDS = ["text", "integer", "real", "truth", "json", MS, US, Items("text")]


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
        ("real", 1.5, 1.5),
        ("real", 1, 1.0),
        ("real", -(2**60), -float(2**60)),
        ("truth", True, True),
        ("truth", False, False),
        ("json", {"b": [1, None], "a": "é"}, '{"b":[1,null],"a":"é"}'),
        ("json", "text", '"text"'),
        ("json", 2**70, str(2**70)),
        (Items("text"), ["a", None], '["a",null]'),
        (US, "2020-08-17T12:00:00.000Z", NOON * 1000),
        (US, "2020-08-17T12:00:00.000001Z", NOON * 1000 + 1),
        (US, "1969-12-31T23:59:59.999999Z", -1),
        ("integer", -0.0, 0),
        ("integer", 1e18, 10**18),
        (MS, "2020-08-17T12:00:00.000Z", NOON),
        (MS, "2020-08-17T12:00:00.001Z", NOON + 1),
        (MS, "1969-12-31T23:59:59.999Z", -1),
        (MS, "0001-01-01T00:00:00.000Z", -62_135_596_800_000),
        (MS, "9999-12-31T23:59:59.999Z", 253_402_300_799_999),
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
        ("real", 2**53 + 1, float(2**53)),
        ("real", "1.5", 1.5),
        ("real", "-2e3", -2000.0),
        (US, "2020-08-17T12:00:00.000000Z", NOON * 1000),
        (US, "2020-08-17T12:00:00.0000019Z", NOON * 1000 + 1),
        (US, "2020-10-25T02:30:00+02:00", 1_603_585_800_000_000),
        (US, "2020-10-25T02:30:00+01:00", 1_603_589_400_000_000),
        ("integer", "3", 3),
        ("integer", "-3", -3),
        (MS, "2020-08-17T12:00:00Z", NOON),
        (MS, "2020-08-17T12:00:00.000+00:00", NOON),
        (MS, "2020-08-17T14:00:00.000+02:00", NOON),
        (MS, "2020-08-17T12:00:00.000", NOON),
        (MS, "2020-08-17 12:00:00.000Z", NOON),
        (MS, "2020-08-17T12:00:00.0009Z", NOON),
        (MS, "1969-12-31T23:59:59.9999Z", -1),
        (MS, "2020-08-17", NOON - 43_200_000),
    ],
)
def test_a_value_that_can_be_read_is_read_but_is_not_all_of_it(kind, value, held):
    assert cell(kind, value) == (held, False)


@pytest.mark.parametrize("value", [None, True, False, [], {}, ["a"], {"a": 1}])
@pytest.mark.parametrize("kind", ["text", "integer", "real", MS, US])
def test_a_value_that_cannot_be_read_is_null_in_its_column(kind, value):
    assert cell(kind, value) == (None, False)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("real", ""),
        ("real", "nan"),
        ("real", "1_000"),
        ("real", "9" * 5000),
        ("real", 10**400),
        ("real", "1e999"),
        ("truth", 1),
        ("truth", 0.0),
        ("truth", "true"),
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
        (MS, ""),
        (MS, "yesterday"),
        (MS, "2020-02-30T12:00:00.000Z"),
        (MS, "2020-08-17T12:00:60.000Z"),
        (MS, "0000-01-01T00:00:00.000Z"),
        (MS, "0001-01-01T00:00:00.000+01:00"),
        (MS, NOON),
    ],
)
def test_a_number_or_time_of_which_no_sense_can_be_made_is_null_in_its_column(kind, value):
    assert cell(kind, value) == (None, False)


def test_what_a_row_does_not_have_is_null_and_nothing_else():
    assert all(cell(kind, ABSENT) == (None, True) for kind in KINDS)


def test_the_same_extra_has_the_same_text_whatever_the_order_of_its_keys():
    assert extra_text({"b": [1], "a": None}) == extra_text({"a": None, "b": [1]}) == '{"a":null,"b":[1]}'
    assert extra_text({}) is None


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), each, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("kind", ["text", "integer", "real", "json"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_what_is_no_number_in_json_is_refused(kind, value):
    with pytest.raises(ValueError, match="JSON has no form"):
        cell(kind, value)
    for text_of in (json_text, lambda value: json_texts([1, value])):
        with pytest.raises(ValueError, match="JSON has no form"):
            text_of({"a": [None, "null", {"b": (value,)}]})


@pytest.mark.parametrize("ordered", [False, True])
def test_half_of_an_emoji_stands_in_json_text_as_its_escape(ordered):
    value = {"b": "caf\ud83d", "a": ["null", None, 2**70, 1.5, {"\udfff": True}]}
    text = json_text(value, ordered=ordered)
    assert text.isascii()
    assert text.startswith('{"a"' if ordered else '{"b"')
    assert json_texts([value, 1], ordered=ordered) == [text, "1"]
    assert json_value(text) == value
    assert json_values([text, "1"]) == [value, 1]
    with pytest.raises(ValueError, match="JSON has no form"):
        json_text({"b": "caf\ud83d", "a": float("nan")})


@given(st.lists(anything))
def test_many_values_are_written_and_read_as_each_alone(values):
    assert json_texts(values) == list(map(json_text, values))
    assert json_values(json_texts(values)) == values


times = st.datetimes().map(lambda at: at.isoformat(timespec="milliseconds") + "Z")


@given(st.sampled_from(KINDS), anything | times)
def test_a_value_that_stands_in_its_column_as_it_is_can_be_had_from_there(kind, value):
    held, exact = cell(kind, value)
    if exact:
        assert wire_value(kind, held) == value
