from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from asyncsdk.datasets.windows import count, milliseconds, span, split, window_length
from asyncsdk.times import DAY, instant

HOUR = 3_600_000
DAY_OF_THE_SAMPLES = 1_597_622_400_000

NAIVE = datetime.fromisoformat("2020-08-17")

times = st.integers(0, 200 * 365 * DAY)
moments = st.datetimes(NAIVE.replace(year=1971), NAIVE.replace(year=5000), timezones=st.timezones())
lengths = st.one_of(
    st.integers(1, 40 * DAY),
    st.sampled_from([1000, 7 * 60_000, HOUR, 5 * HOUR, DAY - 1, DAY, DAY + 1, 7 * DAY]),
)


@st.composite
def ranges(draw):
    """A range of at most a few thousand windows, and their length."""
    start, length = draw(times), draw(lengths)
    widest = 300 * min(length, DAY)
    return start, start + draw(st.integers(0, widest)), length


@given(ranges())
def test_windows_tile_the_range_without_gap_or_overlap(case):
    start, end, length = case
    windows = list(split(start, end, length))
    assert all(first < last for first, last in windows)
    assert all(one[1] == other[0] for one, other in pairwise(windows))
    if start < end:
        assert (windows[0][0], windows[-1][1]) == (start, end)
    else:
        assert windows == []


@given(ranges())
def test_inner_edges_lie_on_the_grid_and_on_every_midnight_and_nowhere_else(case):
    start, end, length = case
    edges = {stop for _, stop in split(start, end, length)} - {end}
    assert all(edge % length == 0 or edge % DAY == 0 for edge in edges)
    midnights = range(start - start % DAY + DAY, end, DAY)
    multiples = range(start - start % length + length, end, length)
    assert edges == {*midnights, *multiples}


@given(ranges(), st.data())
def test_a_window_is_the_same_whatever_range_is_asked_for(case, data):
    start, end, length = case
    inner_start = data.draw(st.integers(start, end))
    inner_end = data.draw(st.integers(inner_start, end))
    whole = set(split(start, end, length))
    inner = list(split(inner_start, inner_end, length))
    assert set(inner[1:-1]) <= whole
    for first, last in inner:
        assert any(one <= first and last <= other for one, other in whole)


@given(ranges())
def test_the_count_is_the_length_of_the_walk(case):
    assert count(*case) == len(list(split(*case)))


def test_a_year_of_hours_is_counted_without_walking():
    assert count(DAY_OF_THE_SAMPLES, DAY_OF_THE_SAMPLES + 365 * DAY, HOUR) == 8760
    assert count(0, 10**14, 1) == 10**14


@given(ranges(), st.integers(0, 10**9))
def test_no_instant_of_a_range_is_in_two_windows_or_in_none(case, offset):
    start, end, length = case
    at = start + offset % max(1, end - start)
    holding = [window for window in split(start, end, length) if window[0] <= at < window[1]]
    assert len(holding) == (start < end)


# ---- points in time


@given(moments)
def test_a_datetime_is_cut_down_at_the_start_and_rounded_up_at_the_end(moment):
    down, up = milliseconds(moment), milliseconds(moment, up=True)
    assert timedelta(0) <= moment - instant(down) < timedelta(milliseconds=1)
    assert timedelta(0) <= instant(up) - moment < timedelta(milliseconds=1)
    assert span(moment, moment) == (down, up)


BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)


def test_the_hour_that_clocks_show_twice_is_two_hours():
    again = NIGHT.replace(minute=10, fold=1)
    first, last = span(NIGHT, again)
    assert last - first == 40 * 60_000
    assert span(NIGHT, NIGHT.replace(fold=1)) == (first, first + HOUR)


def test_its_second_round_is_after_its_first():
    with pytest.raises(
        ValueError, match=r"^start \(2026-10-25T02:10:00\+01:00\) is after end \(2026-10-25T02:30:00\+02:00\)$"
    ):
        span(NIGHT.replace(minute=10, fold=1), NIGHT)
    with pytest.raises(ValueError, match="is after end"):
        span(NIGHT.replace(fold=1), NIGHT)


nights = st.datetimes(NAIVE.replace(2026, 10, 25, 1), NAIVE.replace(2026, 10, 25, 4), timezones=st.just(BERLIN))


@given(nights, nights)
def test_a_range_is_one_exactly_where_time_goes_on(start, end):
    if start.astimezone(UTC) <= end.astimezone(UTC):
        assert span(start, end) == span(start.astimezone(UTC), end.astimezone(UTC))
    else:
        with pytest.raises(ValueError, match="is after end"):
            span(start, end)


@given(st.integers(10**11, 10**14))
def test_int_milliseconds_stand_for_themselves(value):
    assert milliseconds(value) == milliseconds(value, up=True) == milliseconds(instant(value)) == value


def test_a_row_just_before_a_finer_end_is_inside():
    end = datetime(2020, 8, 17, 12, 0, 0, 500_700, tzinfo=UTC)
    row = datetime(2020, 8, 17, 12, 0, 0, 500_200, tzinfo=UTC)
    _, last = span(end - timedelta(hours=1), end)
    assert row < end
    assert row < instant(last)


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (1_597_622_400, "seconds"),
        (1, "seconds"),
        (0, "seconds"),
        (10**11 - 1, "seconds"),
        (10**14 + 1, "microseconds"),
        (1_597_622_400_000_000, "microseconds"),
        (1_597_622_400_000_000_000, "nanoseconds"),
    ],
)
def test_another_unit_is_refused_by_name(value, unit):
    with pytest.raises(ValueError, match=rf"^start={value} looks like {unit}; .*milliseconds"):
        span(value, value)


def test_a_naive_datetime_is_refused_and_told_how_to_mend_it():
    with pytest.raises(ValueError, match=r"^end is a naive datetime \(2020-08-17T00:00:00\).*tzinfo=datetime\.UTC"):
        span(DAY_OF_THE_SAMPLES, NAIVE)


@pytest.mark.parametrize("value", [1.5e12, "2020-08-17", None, True, date(2020, 8, 17), timedelta(days=1)])
def test_what_is_no_time_is_a_type_error(value):
    with pytest.raises(TypeError, match="start must be an aware datetime or int milliseconds"):
        span(value, DAY_OF_THE_SAMPLES)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (datetime(1969, 12, 31, 23, 59, tzinfo=UTC), "before 1970"),
        (datetime.min.replace(tzinfo=UTC), "before 1970"),
        (-1, "before 1970"),
        (datetime.max.replace(tzinfo=UTC), "after 5138"),
    ],
)
def test_a_time_that_no_camera_has_seen_is_refused(value, why):
    with pytest.raises(ValueError, match=why):
        milliseconds(value)


def test_the_epoch_itself_is_a_good_beginning():
    assert milliseconds(datetime(1970, 1, 1, tzinfo=UTC)) == 0


@pytest.mark.parametrize("zone", ["Australia/Sydney", "America/New_York", "Asia/Kathmandu", "Europe/Berlin"])
def test_an_offset_changes_the_text_and_not_the_instant(zone):
    moment = datetime(2020, 8, 17, 2, 8, 49, tzinfo=UTC)
    assert milliseconds(moment.astimezone(ZoneInfo(zone))) == milliseconds(moment) == 1_597_630_129_000


def test_the_hour_that_a_clock_shows_twice_is_two_hours():
    zone = ZoneInfo("Europe/Berlin")
    first = datetime(2020, 10, 25, 2, 30, tzinfo=zone)
    second = first.replace(fold=1)
    assert milliseconds(second) - milliseconds(first) == HOUR


def test_the_day_on_which_the_clock_is_put_forward_has_23_windows_of_an_hour():
    zone = ZoneInfo("Europe/Berlin")
    start, end = span(datetime(2020, 3, 29, tzinfo=zone), datetime(2020, 3, 30, tzinfo=zone))
    assert count(start, end, HOUR) == 23


def test_a_zone_of_half_an_hour_has_its_outer_windows_clipped():
    zone = timezone(timedelta(hours=5, minutes=30))
    start, end = span(datetime(2020, 8, 17, tzinfo=zone), datetime(2020, 8, 17, 2, tzinfo=zone))
    assert [last - first for first, last in split(start, end, HOUR)] == [HOUR // 2, HOUR, HOUR // 2]


@pytest.mark.parametrize("step", [timedelta(seconds=1), timedelta(microseconds=1)])
def test_a_start_after_the_end_is_refused(step):
    end = datetime(2020, 8, 17, tzinfo=UTC)
    with pytest.raises(ValueError, match=r"^start \(2020-08-17T00:00:.*\) is after end \(2020-08-17T00:00:00"):
        span(end + step, end)


def test_a_start_after_the_end_is_refused_in_milliseconds_too():
    with pytest.raises(ValueError, match=r"^start \(2020-08-17T00:00:00.001000\+00:00\) is after end"):
        span(DAY_OF_THE_SAMPLES + 1, DAY_OF_THE_SAMPLES)


def test_an_empty_range_has_no_windows():
    assert list(split(DAY_OF_THE_SAMPLES, DAY_OF_THE_SAMPLES, HOUR)) == []


@pytest.mark.parametrize("window", [timedelta(0), timedelta(hours=-1), timedelta(microseconds=1500)])
def test_a_window_is_a_whole_number_of_milliseconds_above_zero(window):
    with pytest.raises(ValueError, match="whole number of milliseconds above zero"):
        window_length(window)


def test_a_window_is_a_timedelta():
    with pytest.raises(TypeError, match="timedelta, not int"):
        window_length(3600)
    assert window_length(timedelta(hours=1)) == HOUR
