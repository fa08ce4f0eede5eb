from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from asyncsdk import Failure, Plan, Report, SDKError, Warned
from asyncsdk.cli.pull.source import Source
from asyncsdk.cli.pull.summary import Summary
from asyncsdk.cli.unleash import UnleashWay
from asyncsdk.unleash.analytics.datasets import ROWS_OF_DEVICES

DAY = datetime(2026, 11, 1, tzinfo=UTC)
PLAN = Plan.make("unleash_analytics.rows", ["Wa", "Wb"], DAY, DAY + timedelta(days=1), timedelta(hours=1))


def summary(**figures):
    figures = {
        "shards": 48, "provisional": 0, "skipped": 0, "pages": 50, "rows": 12_000, "bytes": 340_000, "retries": 1, "outside": 0,
        "seconds": 2.0, **figures,
    }  # fmt: skip
    return Summary(
        source=Source(ROWS_OF_DEVICES, UnleashWay), plan=PLAN, format="parquet", out="rows", report=Report(**figures)
    )


def test_the_figures_are_for_people():
    assert summary().lines() == ["12,000 rows in 48 shards, 340.0 kB over the wire, in 2.0 s (6,000 rows/s, 1 retry)"]


def test_a_run_that_went_on_says_so():
    first, second = summary(shards=8, skipped=40).lines()
    assert first == "went on where it stopped: 40 of 48 shards were there already"
    assert second.startswith("12,000 rows in 8 shards")


def test_a_run_with_nothing_to_do_says_so():
    assert summary(shards=0, skipped=48, rows=0).lines() == ["nothing to fetch: 48 of 48 shards were there already"]


def test_shards_that_are_too_young_are_told():
    assert "2 shards too young to be final: the same command will fetch them again" in summary(provisional=2).lines()


def test_rows_left_out_are_told():
    assert "3 rows beyond the edges of their shard left out" in summary(outside=3).lines()


def failing(*reasons):
    shards = iter(PLAN)
    failures = tuple(Failure(next(shards), SDKError(why)) for why in reasons)
    return summary(failures=failures).lines()[1:]


def test_failures_for_one_reason_stand_together_the_most_first():
    assert failing("gone", *["no answer"] * 7) == [
        "failed: 7 shards, Wa 2026-11-01T01:00:00.000000Z/3600s among them: no answer",
        "failed: Wa 2026-11-01T00:00:00.000000Z/3600s: gone",
    ]


def test_a_few_reasons_are_shown_and_the_rest_counted():
    lines = failing(*"aabbccddeefgg")
    assert len(lines) == 6
    assert lines[-1] == "and 3 more failures for 2 other reasons"


def test_a_few_warnings_are_shown_and_the_rest_counted():
    shard = next(iter(PLAN))
    told = summary(warnings=tuple(Warned(shard, f"row {number} is cut short") for number in range(1000)), warned=4711)
    assert told.lines()[1] == "warning: Wa 2026-11-01T00:00:00.000000Z/3600s: row 0 is cut short"
    assert told.lines()[-1] == "and 4,706 more warnings"
    assert told.wire()["warned"] == 4711
    assert told.wire()["warnings"][0] == {
        "device": "Wa",
        "from": "2026-11-01T00:00:00.000Z",
        "to": "2026-11-01T01:00:00.000Z",
        "warning": "row 0 is cut short",
    }


def test_the_same_figures_are_one_json_object():
    failure = Failure(next(iter(PLAN)), SDKError("no answer"))
    assert json.loads(json.dumps(summary(failures=(failure,)).wire())) == {
        "out": "rows",
        "format": "parquet",
        "devices": 2,
        "from": "2026-11-01T00:00:00.000Z",
        "to": "2026-11-02T00:00:00.000Z",
        "window_seconds": 3600.0,
        "shards": 48,
        "fetched": 48,
        "skipped": 0,
        "provisional": 0,
        "pages": 50,
        "rows": 12_000,
        "outside": 0,
        "bytes": 340_000,
        "retries": 1,
        "seconds": 2.0,
        "rows_per_second": 6000,
        "warned": 0,
        "warnings": [],
        "failures": [
            {"device": "Wa", "from": "2026-11-01T00:00:00.000Z", "to": "2026-11-01T01:00:00.000Z", "error": "no answer"}
        ],
    }
