from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from asyncsdk.blaize import moment
from asyncsdk.blaize.times import from_milliseconds, moment_or_none


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018-04-27T09:15:28Z", "2018-04-27T09:15:28+00:00"),
        ("2018-04-27T11:15:28+02:00", "2018-04-27T09:15:28+00:00"),
        ("2011-11-11T11:11:11.000", "2011-11-11T11:11:11+00:00"),
        ("2026-01-02 03:04:05", "2026-01-02T03:04:05+00:00"),
        ("2018-11-15 14:29 PM UTC", "2018-11-15T14:29:00+00:00"),
        ("2017-11-15 14:29 PM UTC", "2017-11-15T14:29:00+00:00"),
        ("2018-11-15 00:05 AM UTC", "2018-11-15T00:05:00+00:00"),
        ("2018-11-15 12:05 AM UTC", "2018-11-15T00:05:00+00:00"),
        ("2018-11-15 12:05 PM UTC", "2018-11-15T12:05:00+00:00"),
        ("2018-11-15 02:29 PM UTC", "2018-11-15T14:29:00+00:00"),
        ("2018-11-15 2:29 AM", "2018-11-15T02:29:00+00:00"),
        ("2018-11-15 14:29:30 PM GMT", "2018-11-15T14:29:30+00:00"),
    ],
)
def test_the_services_spellings_are_understood(text, expected):
    assert moment(text).isoformat() == expected
    assert moment_or_none(text).isoformat() == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "Hello, world!",
        "2018-11-15 14:29 AM UTC",
        "2018-11-15 25:29 PM UTC",
        "2018-11-31 10:00 AM UTC",
        "2018-11-15 14:61 PM UTC",
        "2018-11-15 14:29 PM EST",
        "١٢٣٤-11-15 14:29 PM UTC",
    ],
)
def test_what_is_no_time_is_refused_by_the_function_and_none_beside_a_field(text):
    with pytest.raises(ValueError):
        moment(text)
    assert moment_or_none(text) is None


def test_nothing_is_no_time():
    assert moment_or_none(None) is None
    assert moment_or_none(1592181105400) is None


@given(st.datetimes(timezones=st.just(UTC)).filter(lambda when: when.year >= 1000))
def test_a_24_hour_clock_with_its_half_of_the_day_is_read_back(when):
    when = when.replace(second=0, microsecond=0)
    half = "AM" if when.hour < 12 else "PM"
    assert moment(f"{when:%Y-%m-%d %H:%M} {half} UTC") == when


@given(st.text())
def test_no_text_breaks_the_property(text):
    assert moment_or_none(text) is None or moment_or_none(text).tzinfo is UTC


def test_milliseconds_are_counted_from_the_epoch():
    assert from_milliseconds(1592181105400) == datetime(2020, 6, 15, 0, 31, 45, 400000, tzinfo=UTC)
    for wrong in (None, "1592181105400", True, 10**30, float("nan"), float("inf")):
        assert from_milliseconds(wrong) is None
