from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

from asyncsdk.datasets.shard import Shard
from asyncsdk.errors import ConfigurationError
from asyncsdk.sinks.layout import (
    Part,
    date_folder,
    device_folder,
    device_of,
    draft_name,
    file_name,
    is_draft,
    near,
    outdated,
    overlapping,
    part,
    replaced,
)
from asyncsdk.times import DAY

MIDNIGHT = 18_491 * DAY  # 2020-08-17
HOUR = 3_600_000
SHARD = Shard("unleash_analytics.rows", "W9d3f1bcad8e8abd", MIDNIGHT + 6 * HOUR, MIDNIGHT + 7 * HOUR)


def test_a_shard_lies_in_a_hive_tree_under_readable_utc_times():
    assert device_folder(SHARD.key) == "device_id=W9d3f1bcad8e8abd"
    assert date_folder(SHARD) == "date=2020-08-17"
    assert file_name(SHARD, ".parquet") == "20200817T060000.000Z-20200817T070000.000Z.parquet"


def test_a_shard_that_is_not_settled_says_so_in_its_name():
    name = file_name(evolve(SHARD, settled=False), ".csv.gz")
    assert name == "20200817T060000.000Z-20200817T070000.000Z.provisional.csv.gz"
    assert part(name, "date=2020-08-17", ".csv.gz") == Part(name, SHARD.start, SHARD.end, settled=False)


@given(st.integers(10**11, 4 * 10**12), st.integers(1, DAY), st.booleans())
def test_a_name_says_exactly_which_milliseconds_a_file_holds(start, length, settled):
    shard = Shard("unleash_analytics.rows", "W1", start, min(start + length, start - start % DAY + DAY), settled)
    name = file_name(shard, ".parquet")
    assert part(name, date_folder(shard), ".parquet") == Part(name, shard.start, shard.end, settled)


@given(st.text(min_size=1).filter(lambda text: text not in (".", "..") and text.isprintable()))
def test_any_device_id_has_one_folder_of_its_own(device):
    name = device_folder(device)
    assert "/" not in name
    assert "\\" not in name
    assert device_of(name) == device


@pytest.mark.parametrize("device", ["", ".", ".."])
def test_a_device_id_that_cannot_stand_in_a_path_is_refused(device):
    with pytest.raises(ValueError, match="a key must not be"):
        device_folder(device)


@pytest.mark.parametrize(
    ("start", "end"),
    [(MIDNIGHT, MIDNIGHT), (MIDNIGHT + 1, MIDNIGHT), (MIDNIGHT - 1, MIDNIGHT + 1), (MIDNIGHT, MIDNIGHT + DAY + 1)],
)
def test_a_shard_that_does_not_lie_within_one_day_is_refused(start, end):
    with pytest.raises(ValueError, match="one UTC day"):
        date_folder(evolve(SHARD, start=start, end=end))


def test_the_whole_day_is_a_shard():
    day = evolve(SHARD, start=MIDNIGHT, end=MIDNIGHT + DAY)
    name = file_name(day, ".parquet")
    assert name == "20200817T000000.000Z-20200818T000000.000Z.parquet"
    assert part(name, "date=2020-08-17", ".parquet") == Part(name, day.start, day.end, settled=True)


@pytest.mark.parametrize(
    "name",
    [
        "notes.parquet",
        "part-0.parquet",
        "_SUCCESS",
        "20200817T060000.000Z-20200817T070000.000Z.ndjson",
        "20200817T060000.000Z-20200817T070000.000Z.parquet.crc",
        "20200817T060000.000Z-20200817T070000.000Z.final.parquet",
        "20200817T060000.000Z-20200817T060000.000Z.parquet",
        "20200817T070000.000Z-20200817T060000.000Z.parquet",
        "20200817T060000.000Z-20200818T000000.001Z.parquet",
        "20200818T060000.000Z-20200818T070000.000Z.parquet",
        "20200817T250000.000Z-20200817T260000.000Z.parquet",
        "20200817T060000Z-20200817T070000Z.parquet",
        ".20200817T060000.000Z-20200817T070000.000Z.parquet.0123abcd.tmp",
    ],
)
def test_the_files_of_others_are_passed_over(name):
    assert part(name, "date=2020-08-17", ".parquet") is None


@pytest.mark.parametrize(
    "name", ["device=W1", "device_id", "device_id=", "date=2020-08-17", "device_id=a b", "device_id=%41"]
)
def test_the_folders_of_others_are_passed_over(name):
    assert device_of(name) is None


def test_an_unfinished_file_is_known_by_its_name_and_is_hidden():
    name = draft_name(file_name(SHARD, ".parquet"), "0123abcd")
    assert name.startswith(".")
    assert is_draft(name)
    assert not is_draft(file_name(SHARD, ".parquet"))
    assert not is_draft(".DS_Store.tmp")
    assert part(name, "date=2020-08-17", ".parquet") is None


def test_files_overlap_where_they_share_an_instant_and_not_where_they_touch():
    parts = [Part("a", 0, 10, settled=True), Part("b", 10, 20, settled=False), Part("c", 20, 30, settled=True)]
    assert overlapping(parts, 10, 20) == parts[1:2]
    assert overlapping(parts, 9, 21) == parts
    assert overlapping(parts, 30, 40) == []


def test_a_provisional_file_is_outdated_once_a_final_one_holds_some_of_its_time():
    parts = [Part("a", 0, 10, settled=True), Part("b", 5, 20, settled=False), Part("c", 20, 30, settled=False)]
    assert outdated(parts) == parts[1:2]


def provisional(start, end):
    return Part(f"{start}-{end}.provisional", SHARD.start + start, SHARD.start + end, settled=False)


def final(start, end):
    return Part(f"{start}-{end}", SHARD.start + start, SHARD.start + end, settled=True)


def test_a_shard_comes_in_place_of_the_provisional_files_that_hold_some_of_its_time():
    parts = [provisional(-10, 0), provisional(-10, 1), final(-20, 0), provisional(5, 6), provisional(HOUR, 2 * HOUR)]
    assert replaced(parts, SHARD) == [parts[1], parts[3]]


def test_a_shard_that_is_there_already_replaces_nothing():
    assert replaced([final(0, HOUR), provisional(0, HOUR)], SHARD) is None


@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize("other", [final(0, 1), final(HOUR - 1, HOUR), final(-1, HOUR + 1), final(0, HOUR + 1)])
def test_a_shard_of_which_a_final_file_holds_a_part_is_refused(other, settled):
    with pytest.raises(ConfigurationError, match="already"):
        replaced([other], evolve(SHARD, settled=settled))


@given(st.integers(0, 48), st.integers(1, 24), st.booleans())
def test_no_file_that_overlaps_a_shard_is_overlooked_and_none_but_those_is_looked_at(start, length, settled):
    other = Shard(
        "unleash_analytics.rows", "W1", MIDNIGHT + start * HOUR // 2, MIDNIGHT + (start + length) * HOUR // 2, settled
    )
    name = file_name(other, ".parquet")
    overlaps = other.start < SHARD.end and SHARD.start < other.end
    assert near([name, "notes.txt", draft_name(name, "0123abcd")], SHARD) == [name] * overlaps
