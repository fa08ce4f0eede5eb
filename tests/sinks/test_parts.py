from __future__ import annotations

from array import array

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

from asyncsdk.datasets.shard import Shard
from asyncsdk.errors import ConfigurationError
from asyncsdk.sinks.parts import (
    Part,
    draft_name,
    edges_in,
    edges_of_day,
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


SNAPSHOT = Shard("blaize.grants", "u1")
DATE = "2020-08-17"


def test_a_file_has_readable_utc_times_for_its_name():
    assert file_name(SHARD, ".parquet") == "20200817T060000.000Z-20200817T070000.000Z.parquet"


def test_a_shard_that_is_not_settled_says_so_in_its_name():
    name = file_name(evolve(SHARD, settled=False), ".csv.gz")
    assert name == "20200817T060000.000Z-20200817T070000.000Z.provisional.csv.gz"
    assert part(name, ".csv.gz", DATE) == Part(name, SHARD.start, SHARD.end, settled=False)


@given(st.integers(10**11, 4 * 10**12), st.integers(1, DAY), st.booleans())
def test_a_name_says_exactly_which_milliseconds_a_file_holds(start, length, settled):
    shard = Shard("unleash_analytics.rows", "W1", start, min(start + length, start - start % DAY + DAY), settled)
    name = file_name(shard, ".parquet")
    assert part(name, ".parquet", shard.date) == Part(name, shard.start, shard.end, settled)


def test_a_shard_without_time_is_a_snapshot():
    assert file_name(SNAPSHOT, ".csv.gz") == "snapshot.csv.gz"
    assert part("snapshot.csv.gz", ".csv.gz", None) == Part("snapshot.csv.gz", 0, 1)
    assert part("snapshot.csv.gz", ".csv.gz", DATE) is None
    assert part(file_name(SHARD, ".csv"), ".csv", None) is None


@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize(("shard", "date"), [(SHARD, DATE), (SNAPSHOT, None)])
def test_a_shard_without_rows_may_have_a_hidden_name_that_no_pattern_of_readers_takes(shard, date, settled):
    name = file_name(evolve(shard, settled=settled), ".csv", empty=True)
    assert name.startswith(".")
    assert name.endswith(".empty")
    found = part(name, ".csv", date)
    assert (found.settled, found.empty) == (settled, True)
    assert (found.start, found.end) == ((0, 1) if date is None else (SHARD.start, SHARD.end))
    assert not is_draft(name)


def test_the_whole_day_is_a_shard():
    day = evolve(SHARD, start=MIDNIGHT, end=MIDNIGHT + DAY)
    name = file_name(day, ".parquet")
    assert name == "20200817T000000.000Z-20200818T000000.000Z.parquet"
    assert part(name, ".parquet", DATE) == Part(name, day.start, day.end, settled=True)


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
    assert part(name, ".parquet", DATE) is None


def test_an_unfinished_file_is_known_by_its_name_and_is_hidden():
    name = draft_name(file_name(SHARD, ".parquet"), "0123abcd")
    assert name.startswith(".")
    assert is_draft(name)
    assert not is_draft(file_name(SHARD, ".parquet"))
    assert not is_draft(".DS_Store.tmp")
    assert part(name, ".parquet", DATE) is None


def test_files_overlap_where_they_share_an_instant_and_not_where_they_touch():
    parts = [Part("a", 0, 10, settled=True), Part("b", 10, 20, settled=False), Part("c", 20, 30, settled=True)]
    assert overlapping(parts, 10, 20) == parts[1:2]
    assert overlapping(parts, 9, 21) == parts
    assert overlapping(parts, 30, 40) == []


def test_a_provisional_file_is_outdated_once_a_final_one_holds_some_of_its_time():
    parts = [Part("a", 0, 10, settled=True), Part("b", 5, 20, settled=False), Part("c", 20, 30, settled=False)]
    assert outdated(parts) == parts[1:2]


def test_a_final_file_within_a_wider_one_is_outdated_too():
    """A run that fetched both again was killed between the two."""
    parts = [Part("a", 0, 10), Part("b", 10, 20), Part("all", 0, 20), Part("c", 20, 30)]
    assert outdated(parts) == parts[:2]


def test_of_two_files_of_one_shard_the_one_with_rows_stays():
    parts = [Part(".a.empty", 0, 10, empty=True), Part("a", 0, 10)]
    assert outdated(parts) == parts[:1]


@given(
    st.sets(st.integers(0, 86_400), min_size=2, max_size=8),
    st.lists(st.sampled_from(["final", "empty", "provisional", "draft", "notes.txt"]), min_size=8, max_size=8),
)
def test_the_files_of_a_day_are_read_at_once_just_as_one_by_one(seconds, kinds):
    edges = sorted(MIDNIGHT + 1000 * each for each in seconds)
    names = []
    for start, end, kind in zip(edges, edges[1:], kinds, strict=False):
        shard = Shard("any.rows", "W1", start, end, settled=kind != "provisional")
        name = file_name(shard, ".csv", empty=kind == "empty")
        names.append({"draft": draft_name(name, "0123abcd"), "notes.txt": kind}.get(kind, name))
    parts = [found for name in names if (found := part(name, ".csv", DATE)) is not None]
    at_once = edges_of_day(reversed(names), ".csv", DATE)
    if set(kinds[: len(names)]) <= {"final", "empty"}:
        assert at_once == edges_in(parts)
    else:
        assert at_once is None


@pytest.mark.parametrize(
    ("names", "date"),
    [
        ([file_name(SHARD, ".csv"), file_name(evolve(SHARD, end=SHARD.end + 1), ".csv")], DATE),
        ([file_name(SHARD, ".parquet")], DATE),
        ([file_name(SHARD, ".csv")], "2020-08-18"),
        ([file_name(SHARD, ".csv")], "yesterday"),
        (["20200817T250000.000Z-20200817T260000.000Z.csv"], DATE),
        (["20200817T06000\u0660.000Z-20200817T070000.000Z.csv"], DATE),
        (["20200817T060000.000Z_20200817T070000.000Z.csv"], DATE),
        (["20200817T070000.000Z-20200817T060000.000Z.csv"], DATE),
        (["20200817T060000.000Z-20200818T000000.001Z.csv"], DATE),
        (["."], DATE),
        ([""], DATE),
    ],
)
def test_what_is_not_plain_is_left_to_a_closer_look(names, date):
    assert edges_of_day(names, ".csv", date) is None


def test_no_files_and_a_whole_day_are_plain():
    assert edges_of_day([], ".csv", DATE) == array("q")
    day = evolve(SHARD, start=MIDNIGHT, end=MIDNIGHT + DAY)
    assert edges_of_day([file_name(day, ".csv")], ".csv", DATE) == array("q", [MIDNIGHT, MIDNIGHT + DAY])


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


def again(shard):
    return evolve(shard, refreshed=True)


def test_a_shard_that_was_asked_for_again_comes_in_the_place_of_all_within_it():
    parts = [final(0, HOUR // 2), final(HOUR // 2, HOUR), provisional(5, 2 * HOUR), final(HOUR, 2 * HOUR)]
    assert replaced(parts, again(SHARD)) == parts[:3]
    assert replaced([final(0, HOUR)], again(SHARD)) == [final(0, HOUR)]


@pytest.mark.parametrize("other", [final(-1, HOUR), final(0, HOUR + 1), final(HOUR - 1, HOUR + 1)])
def test_a_file_that_reaches_beyond_it_is_not_replaced_in_part(other):
    with pytest.raises(ConfigurationError, match="already"):
        replaced([other], again(SHARD))


def test_a_snapshot_is_there_or_replaced():
    there = [Part("snapshot.csv", 0, 1), Part(".snapshot.empty", 0, 1, empty=True)]
    for each in there:
        assert replaced([each], SNAPSHOT) is None
        assert replaced([each], again(SNAPSHOT)) == [each]
    assert near(["snapshot.csv", ".snapshot.empty", "notes.txt"], SNAPSHOT) == ["snapshot.csv", ".snapshot.empty"]


@given(st.integers(0, 48), st.integers(1, 24), st.booleans())
def test_no_file_that_overlaps_a_shard_is_overlooked_and_none_but_those_is_looked_at(start, length, settled):
    other = Shard(
        "unleash_analytics.rows", "W1", MIDNIGHT + start * HOUR // 2, MIDNIGHT + (start + length) * HOUR // 2, settled
    )
    names = [file_name(other, ".parquet"), file_name(other, ".parquet", empty=True)]
    overlaps = other.start < SHARD.end and SHARD.start < other.end
    assert near([*names, "notes.txt"], SHARD) == names * overlaps
