from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from asyncsdk.cli.pull.request import chosen_duration, chosen_keys, chosen_range, chosen_target
from asyncsdk.cli.pull.rows import Format
from asyncsdk.cli.pull.source import Source
from asyncsdk.cli.terminal.problems import UsageError
from asyncsdk.cli.unleash import UnleashWay
from asyncsdk.unleash.analytics.datasets import ROWS_OF_DEVICES

ROWS = Source(ROWS_OF_DEVICES, UnleashWay)
NOW = datetime(2026, 11, 22, 10, 37, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_keys_are_named_or_all():
    assert chosen_keys(ROWS, ["Wb", "Wa", "Wb"], everything=False) == ("Wb", "Wa")
    assert chosen_keys(ROWS, [], everything=True) is None


@pytest.mark.parametrize(
    ("named", "everything", "said"),
    [
        ([], False, "say which devices to pull: --device ID .*, or --all"),
        (["Wa"], True, "--all: it stands for every device"),
        ([""], False, "--device: device id must not be ''"),
        ([".."], False, "--device: "),
    ],
)
def test_keys_that_cannot_be_meant_are_refused(named, everything, said):
    with pytest.raises(UsageError, match=said):
        chosen_keys(ROWS, named, everything)


def test_both_ends_of_a_range_are_relative_to_one_now():
    assert chosen_range("-2h", "now", NOW) == (NOW - 2 * HOUR, NOW)
    assert chosen_range("now", "now", NOW) == (NOW, NOW)


def test_relative_ends_are_widened_to_whole_windows_where_there_are_files():
    assert chosen_range("-24h", "now", NOW, HOUR) == (
        datetime(2026, 11, 21, 10, tzinfo=UTC),
        datetime(2026, 11, 22, 11, tzinfo=UTC),
    )


def test_absolute_ends_stay_as_they_are_typed():
    start, end = datetime(2026, 11, 1, 0, 30, tzinfo=UTC), datetime(2026, 11, 1, 7, 45, tzinfo=UTC)
    assert chosen_range("2026-11-01T00:30", "2026-11-01T07:45", NOW, HOUR) == (start, end)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-11-02", "2026-11-01", "--from: 2026-11-02T00:00:00.000Z is after --to 2026-11-01T00:00:00.000Z"),
        ("soon", "now", "--from: 'soon' is no time"),
        ("today", "1597622400", "--to: .*looks like seconds"),
    ],
)
def test_a_range_that_cannot_be_meant_is_refused(start, end, said):
    with pytest.raises(UsageError, match=said):
        chosen_range(start, end, NOW)


def test_a_duration_of_zero_is_refused_where_it_makes_no_sense():
    assert chosen_duration("--settle", "0", zero=True) == timedelta(0)
    with pytest.raises(UsageError, match="--window: '0s' is no length of time to cut a range into"):
        chosen_duration("--window", "0s")
    with pytest.raises(UsageError, match="--window: '60' has no unit"):
        chosen_duration("--window", "60")


@pytest.mark.parametrize(
    ("out", "typed", "expected"),
    [
        ("-", None, (None, Format.NDJSON)),
        ("-", Format.CSV, (None, Format.CSV)),
        ("rows", None, ("rows", Format.PARQUET)),
        ("s3://bucket/rows", Format.NDJSON, ("s3://bucket/rows", Format.NDJSON)),
    ],
)
def test_the_format_follows_the_target_unless_it_is_given(out, typed, expected):
    assert chosen_target(out, typed) == expected


def test_parquet_cannot_go_down_a_pipe():
    with pytest.raises(
        UsageError, match="--format: Parquet files cannot go down a pipe: give a directory with --out DIR"
    ):
        chosen_target("-", Format.PARQUET)


def test_a_file_name_is_no_directory():
    with pytest.raises(UsageError, match=r"--out: rows.csv looks like a file, .* write ... > rows.csv"):
        chosen_target("rows.csv", Format.CSV)
