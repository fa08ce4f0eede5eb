from __future__ import annotations

import io

import pytest
from rich.console import Console

from asyncsdk import Progress
from asyncsdk.cli.terminal.progress import LiveProgress, Pace, remaining


def console(**options):
    return Console(file=io.StringIO(), width=100, color_system=None, **options)


@pytest.fixture
def clock():
    class Clock:
        now = 0.0

        def __call__(self):
            return self.now

    return Clock()


def shown(live):
    out = console()
    out.print(live.line())
    return out.file.getvalue()


def test_pace_is_the_mean_over_the_last_seconds():
    pace = Pace(over=3)
    assert pace.at(0, 0) == 0
    assert pace.at(1, 100) == 100
    assert pace.at(2, 300) == 150
    assert pace.at(5, 300) == 0
    assert pace.at(6, 900) == 150


def test_time_left_follows_what_this_run_fetched_itself():
    assert remaining(0, 50, 100, 10) is None
    assert remaining(10, 50, 100, 5) == 20
    assert remaining(50, 50, 100, 5) == 0


def test_the_line_shows_shards_rows_and_retries(clock):
    live = LiveProgress(720, console=console(), clock=clock)
    live.follow(Progress(shards=100, skipped=200, rows=12_345, retries=2))
    clock.now = 10
    line = shown(live)
    for figure in ("300/720 shards", "12,345 rows", "2 retries", "42.0 s left"):
        assert figure in line
    assert "failed" not in line
    assert len(line.splitlines()) == 1


def test_the_line_shows_failures_where_there_are_some(clock):
    live = LiveProgress(10, console=console(), clock=clock)
    live.follow(Progress(shards=1, failures=3))
    assert "3 failed" in shown(live)


def test_a_shard_fetched_in_parts_does_not_go_beyond_the_end(clock):
    live = LiveProgress(2, console=console(), clock=clock)
    live.follow(Progress(shards=5))
    assert "2/2 shards" in shown(live)


def test_nothing_is_drawn_where_there_is_no_terminal():
    out = console(force_terminal=False)
    with LiveProgress(10, console=out) as live:
        live.follow(Progress(shards=1))
    assert out.file.getvalue() == ""


def test_nothing_is_drawn_where_nobody_wants_it():
    out = console(force_terminal=True)
    with LiveProgress(10, wanted=False, console=out):
        pass
    assert out.file.getvalue() == ""


def test_the_line_is_wiped_out_at_the_end():
    out = console(force_terminal=True)
    with LiveProgress(10, console=out) as live:
        live.follow(Progress(shards=7))
    drawn = out.file.getvalue()
    assert "7/10 shards" in drawn
    assert drawn.endswith("\x1b[2K")
