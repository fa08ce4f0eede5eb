from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from asyncsdk.cli.terminal import text


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (3_400_000, "3.4 MB"), (5 * 10**12, "5.0 TB")]
)
def test_a_size_has_the_unit_that_fits(count, shown):
    assert text.size(count) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.04, "0.0 s"), (59.9, "59.9 s"), (200, "3 min 20 s"), (3599.9, "1 h 00 min"), (7500, "2 h 05 min")],
)
def test_a_length_of_time_has_the_units_that_fit(seconds, shown):
    assert text.elapsed(seconds) == shown


def test_nouns_agree_with_their_number():
    assert text.counted(1, "row") == "1 row"
    assert text.counted(1200, "row") == "1,200 rows"
    assert text.counted(0, "retry", "retries") == "0 retries"


def test_a_sparkline_is_as_high_as_its_values():
    assert text.sparkline([0, 1, 4, 8]) == "▁▂▅█"
    assert text.sparkline([]) == ""
    assert text.sparkline([0, 0]) == "▁▁"


@given(st.lists(st.integers(0, 10**12), min_size=1))
def test_a_sparkline_has_one_bar_a_value_and_follows_their_order(values):
    line = text.sparkline(values)
    assert len(line) == len(values)
    assert [bar for _, bar in sorted(zip(values, line, strict=True))] == sorted(line)


@given(st.text())
def test_what_is_shown_cannot_steer_a_terminal(value):
    assert text.one_line(value).isprintable()
    assert text.printable(value).isprintable()


def test_printable_text_stays_as_it_is():
    assert text.printable("Tor 7, Überwachung 門") == "Tor 7, Überwachung 門"
    assert text.printable("\x1b[2J") == "\\x1b[2J"
