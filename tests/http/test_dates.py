from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime, formatdate

import pytest
from hypothesis import given, strategies as st

from asyncsdk.http.dates import http_date

NOON = 1_445_412_480.0  # Wed, 21 Oct 2015 07:28:00 GMT


@pytest.fixture(params=["UTC", "Australia/Sydney", "America/St_Johns"], autouse=True)
def _zone(request, monkeypatch):
    """Wherever this machine is."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "Wednesday, 21-Oct-15 07:28:00 GMT",
        "Wed Oct 21 07:28:00 2015",
        "Wed, 21 Oct 2015 07:28:00",
        "Wed, 21 Oct 2015 07:28:00 -0000",
        "Wed, 21 Oct 2015 07:28:00 +0000",
        "Wed, 21 Oct 2015 07:28:00 UTC",
        "Wed, 21 Oct 2015 07:28:00 Z",
        "Wed, 21 Oct 2015 09:28:00 +0200",
        "Wed, 21 Oct 2015 09:28:00 +02:00",
        "Wed, 21 Oct 2015 03:58:00 -0330",
        "Wed, 21 Oct 2015 03:28:00 EDT",
        "Wed, 21 Oct 15 07:28:00 GMT",
        "Wed, 21-Oct-2015 07:28:00 GMT",
        "Wed Oct 21 07:28:00 UTC 2015",
        "21 Oct 2015 07:28:00 GMT",
        "  wed, 21 OCT 2015 07:28:00 gmt ",
        "Tue, 21 Oct 2015 07:27:60 GMT",
    ],
)
def test_it_is_read_in_any_form(text):
    assert http_date(text, NOON) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "7",
        "2015-10-21T07:28:00Z",
        "Wed, 21 Oct 2015",
        "Wed, 99 Oct 2015 07:28:00 GMT",
        "Wed, 00 Oct 2015 07:28:00 GMT",
        "Wed, 31 Feb 2015 07:28:00 GMT",
        "Wed, 21 Foo 2015 07:28:00 GMT",
        "Wed, 21 Oct 2015 24:00:00 GMT",
        "Wed, 21 Oct 2015 07:28:61 GMT",
        "Wed, 21 Oct 99999 07:28:00 GMT",
        "Wed, 21 Oct 0000 07:28:00 GMT",
        "Wed, 21 Oct 2015 07:28:00 CET",
        "Wed, 21 Oct 2015 07:28:00 GMT+1",
        "Wed, 21 Oct 2015 07:28:00 +0160",
        "Wed, 21 Oct 2015 07:28:00 GMT, Wed, 21 Oct 2015 07:28:00 GMT",
        "Wed, ٢١ Oct 2015 07:28:00 GMT",
    ],
)
def test_what_makes_no_sense_is_none(text):
    assert http_date(text, NOON) is None


@pytest.mark.parametrize(
    ("text", "year"),
    [("15", 2015), ("16", 2016), ("65", 2065), ("66", 1966), ("94", 1994), ("00", 2000)],
)
def test_a_year_of_two_digits_is_not_far_ahead(text, year):
    found = http_date(f"Sunday, 06-Nov-{text} 08:49:37 GMT", NOON)
    assert datetime.fromtimestamp(found, UTC).year == year


seconds = st.integers(-(10**9), 10**10)


@given(seconds, st.integers(-23 * 60, 23 * 60))
def test_what_others_write_is_read(at, minutes):
    moment = datetime.fromtimestamp(at, timezone(timedelta(minutes=minutes)))
    assert http_date(format_datetime(moment), NOON) == at
    assert http_date(formatdate(at, usegmt=True), NOON) == at
    assert http_date(time.asctime(time.gmtime(at)), NOON) == at


@given(
    st.text(max_size=40) | st.from_regex(r"\w{3}, \d\d? \w{3} \d{2,4} \d\d:\d\d:\d\d( [A-Z]{3}|[+-]\d{4})?"), seconds
)
def test_nothing_makes_it_stumble(text, now):
    found = http_date(text, now)
    assert found is None or isinstance(found, float)
