from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from asyncsdk.cli import times
from asyncsdk.cli.terminal.problems import UsageError
from asyncsdk.datasets.windows import milliseconds, split, window_length

NOW = datetime(2026, 11, 22, 10, 37, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T10:00", datetime(2026, 11, 1, 10, tzinfo=UTC)),
        ("2026-11-01 10:00:30.25", datetime(2026, 11, 1, 10, 0, 30, 250_000, tzinfo=UTC)),
        ("2026-11-01T10:00Z", datetime(2026, 11, 1, 10, tzinfo=UTC)),
        ("2026-11-01t10:00z", datetime(2026, 11, 1, 10, tzinfo=UTC)),
        ("2026-11-01T10:00+02:00", datetime(2026, 11, 1, 8, tzinfo=UTC)),
        ("1597622400000", datetime(2020, 8, 17, tzinfo=UTC)),
        (" now ", NOW),
        ("today", datetime(2026, 11, 22, tzinfo=UTC)),
        ("Yesterday", datetime(2026, 11, 21, tzinfo=UTC)),
        ("-24h", datetime(2026, 11, 21, 10, 37, 15, tzinfo=UTC)),
        ("now-2h", datetime(2026, 11, 22, 8, 37, 15, tzinfo=UTC)),
        ("now - 1h30m", datetime(2026, 11, 22, 9, 7, 15, tzinfo=UTC)),
        ("now+1d", datetime(2026, 11, 23, 10, 37, 15, tzinfo=UTC)),
        ("yesterday+6h", datetime(2026, 11, 21, 6, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_people_write_it(text, expected):
    found = times.moment(text, NOW)
    assert found == expected
    assert found.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tomorrow", "'tomorrow' is no time: write an ISO 8601 time such as 2026-11-01"),
        ("", "is no time"),
        ("2026-13-01", "is no time"),
        ("2026-02-30", "is no time"),
        ("1597622400", "looks like seconds.*multiply by 1000"),
        ("1597622400000000000", "looks like nanoseconds.*divide by 1000000"),
        ("now-2", "'2' has no unit"),
        ("-2x", "'2x' is no duration"),
        ("-999999999w", "beyond any calendar|longer than any calendar"),
        ("0001-01-01T00:00+14:00", "is beyond any calendar"),
        ("1969-12-31", "before 1970"),
    ],
)
def test_a_time_that_is_none_says_what_to_write(text, said):
    with pytest.raises(ValueError, match=said):
        times.moment(text, NOW)


@pytest.mark.parametrize(
    ("text", "relative"),
    [
        ("now", True),
        ("-24h", True),
        ("now-2h", True),
        ("today", True),
        ("2026-11-01", False),
        ("1597622400000", False),
        ("", False),
    ],
)
def test_a_relative_time_is_told_from_an_absolute_one(text, relative):
    assert times.is_relative(text) is relative


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30s", timedelta(seconds=30)),
        ("10m", timedelta(minutes=10)),
        ("1h", timedelta(hours=1)),
        ("1d", timedelta(days=1)),
        ("2w", timedelta(weeks=2)),
        ("250ms", timedelta(milliseconds=250)),
        ("1h30m", timedelta(minutes=90)),
        (" 1H ", timedelta(hours=1)),
        ("PT1H", timedelta(hours=1)),
        ("P1DT12H", timedelta(hours=36)),
        ("pt90s", timedelta(seconds=90)),
        ("0", timedelta(0)),
        ("0s", timedelta(0)),
    ],
)
def test_a_duration_is_read_as_people_write_it(text, expected):
    assert times.duration(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("60", "'60' has no unit: write it like 30s, 10m, 1h, 1d or 1h30m"),
        ("", "is no duration"),
        ("P", "is no duration"),
        ("PT", "is no duration"),
        ("-1h", "is no duration"),
        ("1 hour", "is no duration"),
        ("1.5h", "is no duration"),
        ("999999999w", "longer than any calendar"),
    ],
)
def test_a_duration_that_is_none_says_what_to_write(text, said):
    with pytest.raises(ValueError, match=said):
        times.duration(text)


@given(st.text(max_size=20) | st.from_regex(r"(now)?[-+ ]?[0-9]{1,12}(ms|[smhdw])?", fullmatch=True))
@pytest.mark.parametrize("read", [lambda text: times.moment(text, NOW), times.duration])
def test_whatever_is_typed_is_read_or_refused_in_one_line(read, text):
    try:
        refusal = "" if read(text) is not None else "nothing"
    except ValueError as error:
        refusal = str(error)
    assert "\n" not in refusal
    assert refusal != "nothing"


@given(st.integers(10**11, 9 * 10**13), st.integers(1, 3_000_000))
def test_an_edge_lies_on_the_grid_that_windows_have(at, seconds):
    window = timedelta(seconds=seconds)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
    before, after = times.edge_before(moment, window), times.edge_after(moment, window)
    assert before <= moment <= after
    if before < after:
        assert list(split(milliseconds(before), milliseconds(after), window_length(window))) == [
            (milliseconds(before), milliseconds(after))
        ]


def test_a_time_on_an_edge_is_its_own_edge():
    edge = datetime(2026, 11, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert times.edge_before(edge, timedelta(hours=1)) == times.edge_after(edge, timedelta(hours=1)) == edge


@pytest.mark.parametrize(("typed", "same"), [("30d", "-30d"), ("90m", "-90m"), ("1h30m", "-1h30m"), (" 2W ", "-2w")])
def test_a_length_of_time_alone_is_that_long_ago(typed, same):
    assert times.moment(typed, NOW) == times.moment(same, NOW)
    assert times.is_relative(typed)


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2026-07-01", "2026-06-30T22:00+00:00"),
        ("2026-12-01", "2026-11-30T23:00+00:00"),
        ("2026-07-01T10:00", "2026-07-01T08:00+00:00"),
        ("2026-07-01T10:00Z", "2026-07-01T10:00+00:00"),
        ("today", "2026-10-24T22:00+00:00"),
        ("yesterday", "2026-10-23T22:00+00:00"),
        ("today+1d", "2026-10-25T23:00+00:00"),  # that day has 25 hours
        ("today+3h", "2026-10-25T01:00+00:00"),
        ("now-1d", "2026-10-24T10:00+00:00"),
    ],
)
def test_dates_and_today_are_those_of_the_zone(typed, read):
    now = datetime(2026, 10, 25, 10, tzinfo=UTC)
    assert times.moment(typed, now, BERLIN) == datetime.fromisoformat(read)


@pytest.mark.parametrize("name", ["Europe/Nowhere", "../etc/passwd", "", "Europe", "a\x00b"])
def test_a_zone_that_there_is_not_is_refused(name):
    with pytest.raises(UsageError, match="--tz: there is no time zone"):
        times.chosen_zone(name)


def test_without_a_zone_it_is_utc():
    assert times.chosen_zone(None) is UTC
    assert times.chosen_zone("utc") is UTC
