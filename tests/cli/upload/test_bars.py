from __future__ import annotations

import io

import pytest
from rich.console import Console

from asyncsdk.cli.upload.bars import Bars
from asyncsdk.cli.upload.summary import Outcome, Summary

BAR = str.maketrans("", "", "━╸╺")


class Time:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Time()


def console(**options):
    return Console(
        file=io.StringIO(), width=100, **{"force_terminal": True, "height": 10, "color_system": None, **options}
    )


def shown(bars):
    out = console()
    out.print(bars.table())
    return [" ".join(line.translate(BAR).split()) for line in out.file.getvalue().splitlines()]


def test_there_is_a_bar_for_each_file_under_way_and_one_for_all(clock):
    bars = Bars(3, 6_000_000, console=console(), clock=clock)
    first, second = bars.begun("a.JPG", 2_000_000), bars.begun("b.JPG", 1_000_000)
    assert shown(bars)[-1].startswith("0/3 files 0 B / 6.0 MB 0 B/s")
    clock.now = 2.0
    first(500_000, 2_000_000)
    second(1_000_000, 1_000_000)
    lines = shown(bars)
    assert lines[0].endswith("500.0 kB / 2.0 MB")
    assert lines[1].endswith("1.0 MB / 1.0 MB")
    assert lines[2] == "0/3 files 1.5 MB / 6.0 MB 750.0 kB/s 6.0 s left"
    bars.ended(Outcome("b.JPG", "sent", 1_000_000))
    assert [line.split()[0] for line in shown(bars)] == ["a.JPG", "1/3"]


def test_an_attempt_that_begins_again_takes_its_bytes_back(clock):
    bars = Bars(1, 1000, console=console(), clock=clock)
    follow = bars.begun("a.JPG", 1000)
    follow(900, 1000)
    follow(100, 1000)
    assert "100 B / 1.0 kB" in shown(bars)[-1]


def test_a_file_that_failed_is_counted_and_its_bytes_are_not_awaited(clock):
    bars = Bars(2, 2000, console=console(), clock=clock)
    bars.begun("a.JPG", 1500)
    bars.ended(Outcome("a.JPG", "failed", 1500, error=OSError("no")))
    assert shown(bars) == ["1/2 files 0 B / 500 B 0 B/s 1 failed"]


def test_more_files_than_the_terminal_has_lines_leave_room_for_the_last(clock):
    bars = Bars(50, 50, console=console(), clock=clock)
    for number in range(50):
        bars.begun(f"{number}.JPG", 1)
    lines = shown(bars)
    assert len(lines) == 9
    assert lines[-1].startswith("0/50 files")


def test_what_is_drawn_is_wiped_out_at_the_end_and_no_line_is_written(capsys):
    out = console()
    with Bars(1, 10, console=out) as bars:
        bars.begun("a.JPG", 10)
        bars.ended(Outcome("a.JPG", "sent", 10))
    assert "1/1 files" in out.file.getvalue()
    assert out.file.getvalue().endswith("\x1b[2K")
    assert capsys.readouterr() == ("", "")


def test_nothing_is_shown_where_nobody_wants_it(capsys):
    for out in (console(), console(force_terminal=False)):
        with Bars(1, 10, wanted=False, console=out) as bars:
            bars.ended(Outcome("a.JPG", "sent", 10))
        assert out.file.getvalue() == ""
    assert capsys.readouterr() == ("", "")


def test_a_name_cannot_steer_the_terminal(clock):
    bars = Bars(1, 10, console=console(), clock=clock)
    bars.begun("\x1b[31mred", 10)
    assert shown(bars)[0].startswith("\\x1b[31mred")
    assert Outcome("\x1b[31mred", "sent", 10).line() == "\\x1b[31mred: sent (10 B)"


def test_the_summary_shows_some_failures_and_counts_the_rest():
    failed = [Outcome(f"{number}.JPG", "failed", 1, error=OSError(5, "no")) for number in range(7)]
    summary = Summary("W123", "7", [Outcome("a", "sent", 10, "k"), *failed], 2.0)
    assert summary.lines() == [
        "1 file sent, 10 B in 2.0 s (5 B/s)",
        *(f"{number}.JPG: failed: no" for number in range(5)),
        "and 2 more failures",
    ]
    assert summary.wire()["failed"] == 7
    assert summary.wire()["files"][:2] == [
        {"file": "a", "status": "sent", "size": 10, "key": "k"},
        {"file": "0.JPG", "status": "failed", "size": 1, "error": "no"},
    ]
