from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import given, settings, strategies as st

from asyncsdk.testing.unleash_analytics.generator import HOUR, KEYS, Fleet, mix

DAY = 24 * HOUR
START = 1_597_622_400_000  # 2020-08-17

cameras = st.builds(
    lambda seed, rows_per_hour, at: list(Fleet(seed, 8, rows_per_hour).cameras.values())[at],
    seed=st.integers(0, 3),
    rows_per_hour=st.sampled_from([0, 1, 40, 250, 1500]),
    at=st.integers(0, 7),
)
times = st.one_of(
    st.integers(START, START + 3 * HOUR),
    st.integers(0, 36).map(lambda quarters: START + quarters * HOUR // 4),
)


def time_of(row):
    return round(datetime.fromisoformat(row[KEYS.index("timestamp")]).timestamp() * 1000)


@settings(deadline=None)
@given(cameras, times, times)
def test_a_sub_range_gives_exactly_the_rows_of_the_larger_range_that_lie_inside(camera, one, other):
    start, end = sorted((one, other))
    larger = camera.rows(START - HOUR // 2, START + 10 * HOUR)
    assert camera.rows(start, end) == [row for row in larger if start <= time_of(row) < end]


@settings(deadline=None)
@given(cameras, times, times, times)
def test_two_ranges_that_meet_give_the_rows_of_both_together(camera, one, two, three):
    start, middle, end = sorted((one, two, three))
    assert camera.rows(start, middle) + camera.rows(middle, end) == camera.rows(start, end)


@settings(deadline=None)
@given(cameras, times, times, st.integers(0, 50), st.integers(0, 50))
def test_any_cut_of_a_range_is_the_slice_of_its_rows(camera, one, other, offset, limit):
    start, end = sorted((one, other))
    every = camera.rows(start, end)
    assert camera.count(start, end) == len(every)
    assert camera.rows(start, end, offset, limit) == every[offset : offset + limit]
    assert camera.rows(start, end, len(every) - limit if len(every) > limit else 0, limit) == every[-limit:][:limit]
    assert camera.rows(start, end, offset) == every[offset:]


@settings(deadline=None)
@given(cameras)
def test_rows_are_in_order_of_time_and_no_two_are_alike(camera):
    rows = camera.rows(START, START + 12 * HOUR)
    assert [time_of(row) for row in rows] == sorted(time_of(row) for row in rows)
    assert len(set(rows)) == len(rows)
    assert len({(row[0], row[3], row[5]) for row in rows}) == len(rows)  # class, frame, session


def test_the_rows_of_a_seed_never_change():
    fleet = Fleet(seed=1, size=2)
    assert fleet.device_ids == ("W099b9dd8225c354", "W60b68d34e27ffb7")
    assert fleet.cameras["W099b9dd8225c354"].rows(START, START + DAY, 100, 1) == [
        (
            "person",
            0,
            "W099b9dd8225c354",
            484651,
            "site-safety",
            "1597620152100",
            "W099b9dd8225c354-1597620152-16-Aug-20-23-22-32.mp4",
            "2020-08-17T04:45:38.140Z",
        )
    ]


def test_another_seed_gives_other_devices():
    assert not set(Fleet(1).device_ids) & set(Fleet(2).device_ids)


def test_a_smaller_fleet_is_the_beginning_of_a_larger_one_with_the_same_rows():
    small, large = Fleet(7, 3), Fleet(7, 50)
    assert large.device_ids[:3] == small.device_ids
    for device, camera in small.cameras.items():
        assert large.cameras[device].rows(START, START + HOUR) == camera.rows(START, START + HOUR)


def test_device_ids_look_like_the_documents():
    ids = Fleet(size=500).device_ids
    assert len(set(ids)) == 500
    assert all(re.fullmatch(r"W[0-9a-f]{15}", each) for each in ids)


def test_a_day_of_thirty_devices_has_between_a_hundred_and_three_hundred_thousand_rows():
    assert 100_000 < sum(camera.count(START, START + DAY) for camera in Fleet().cameras.values()) < 300_000


@pytest.mark.parametrize("rows_per_hour", [1, 10, 250, 100_000, 1_000_000])
def test_the_rate_is_the_mean_over_days_and_devices(rows_per_hour):
    fleet = Fleet(size=150, rows_per_hour=rows_per_hour)
    rows = sum(camera.count(START, START + 4 * DAY) for camera in fleet.cameras.values())
    assert rows / (150 * 96) == pytest.approx(rows_per_hour, rel=0.1)


def test_days_are_busy_and_nights_are_quiet():
    camera = next(iter(Fleet(rows_per_hour=1000).cameras.values()))
    by_hour = [camera.count(START + hour * HOUR, START + (hour + 1) * HOUR) for hour in range(24)]
    assert max(by_hour[:5]) * 4 < min(by_hour[8:19])


def test_the_busiest_fleet_still_gives_each_frame_its_own_time():
    for camera in Fleet(size=60, rows_per_hour=1_000_000).cameras.values():
        hour = camera.hour(START // HOUR + 17)
        assert hour.frames <= HOUR // camera.tick
        times = [hour.time(frame) for frame in range(2000)]
        assert times == sorted(set(times))
        assert hour.time(hour.frames - 1) < hour.start + HOUR


def test_some_rows_lie_exactly_on_the_edge_of_an_hour():
    on_edge = [camera for camera in Fleet().cameras.values() if camera.count(START + 9 * HOUR, START + 9 * HOUR + 1)]
    assert 2 <= len(on_edge) < 30


def test_rows_look_like_the_documents():
    rows = [row for camera in Fleet().cameras.values() for row in camera.rows(START, START + 8 * HOUR)]
    assert {"person", "car", "truck", "bus", "bicycle", "total_count"} <= {row[0] for row in rows}
    for class_name, count, device, frame, model, session, source, timestamp in rows:
        assert class_name
        assert model
        assert count >= 0
        assert frame >= 0
        assert re.fullmatch(r"\d{13}", session)
        assert int(session) <= time_of((timestamp,) * 8)
        assert re.fullmatch(r"2020-08-17T0\d:[0-5]\d:[0-5]\d\.\d{3}Z", timestamp)
        assert re.fullmatch(rf"{device}(\?token=[a-z]+-[a-z]+-\d+|-\d{{10}}-1[67]-Aug-20-\d\d-\d\d-\d\d\.mp4)", source)
    assert any("?token=" in row[6] for row in rows)
    assert any(row[6].endswith(".mp4") for row in rows)


def test_a_file_is_named_after_the_start_of_its_session():
    camera = next(each for each in Fleet().cameras.values() if ".mp4" in each.source(START))
    assert camera.source(1_597_644_023_430) == f"{camera.device_id}-1597644023-17-Aug-20-06-00-23.mp4"


def test_the_total_is_the_sum_of_the_classes_of_its_frame():
    for camera in Fleet(size=8).cameras.values():
        rows = camera.rows(START + 9 * HOUR, START + 10 * HOUR)
        size = camera.rows_per_frame
        for at in range(0, len(rows), size):
            *classes, total = rows[at : at + size]
            assert total[0] == "total_count"
            assert total[1] == sum(row[1] for row in classes)
            assert len({row[3:] for row in rows[at : at + size]}) == 1


def test_the_sessions_of_a_range_hold_those_of_its_rows():
    for camera in Fleet(size=12, rows_per_hour=20).cameras.values():
        seen = {row[5] for row in camera.rows(START, START + DAY)}
        listed = camera.sessions(START, START + DAY)
        assert seen <= set(listed)
        assert len(listed) in (4, 5)
        assert listed == sorted(listed)


@pytest.mark.parametrize(
    "changes",
    [{"size": -1}, {"rows_per_hour": -1}, {"rows_per_hour": 1_000_001}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_fleet_that_cannot_be_is_refused(changes):
    with pytest.raises(ValueError, match=next(iter(changes))):
        Fleet(**changes)


@settings(deadline=None)
@given(st.integers(0, 2**64 - 1))
def test_mixing_stays_within_64_bits_and_spreads_neighbours(value):
    assert 0 <= mix(value) < 2**64
    assert (mix(value) ^ mix(value + 1)).bit_count() > 5


def test_mixing_is_splitmix64():
    # The first outputs of the published generator for the seed 0: its state grows by the golden gamma at each step.
    assert mix(0) == 0xE220A8397B1DCDAF
    assert mix(0x9E3779B97F4A7C15) == 0x6E789E6AA1B965F4
