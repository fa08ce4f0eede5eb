"""An endless list on a clock of the test's own: what is new, what is late, what was there before."""

from __future__ import annotations

import json
from itertools import islice
from random import Random

import pytest
from hypothesis import given, strategies as st

from asyncsdk.datasets.tail.following import Following
from asyncsdk.datasets.tail.position import WIDTH, Position

MINUTE = 60_000
START = 1_600_000_000_000
LATENESS = 10 * MINUTE


class Service:
    """Rows with a time, each of which is to be had from a later moment on; given twice, and in no order.

    Args:
        windows: minutes that have rows.
        seed: of its dice.
        latest: how long after its time a row may be there, in milliseconds.
    """

    def __init__(self, windows, seed, latest):
        self.dice = Random(seed)
        rows = {}
        for window in range(windows):
            for _ in range(self.dice.randrange(4)):
                # Every other one at a time that others have too.
                time = START + window * MINUTE + (self.dice.randrange(MINUTE) if self.dice.random() < 0.5 else 0)
                late = self.dice.random() < 0.3
                rows[len(rows)] = (time, time + (self.dice.randrange(latest) if late else 0))
        self.rows = rows
        self._by_minute = {}
        for name, (time, _) in rows.items():
            self._by_minute.setdefault(time // MINUTE, []).append(name)

    def answer(self, start, end, now):
        """What is there now of a range, some of it twice."""
        found = [
            name
            for minute in range(start // MINUTE, end // MINUTE + 1)
            for name in self._by_minute.get(minute, ())
            if start <= self.rows[name][0] < end and self.rows[name][1] <= now
        ]
        found += [name for name in found if self.dice.random() < 0.2]
        self.dice.shuffle(found)
        return found


def pairs(service, names):
    return [(name.to_bytes(WIDTH, "big"), service.rows[name][0]) for name in names]


def poll(following, service, now):
    start, end = following.ask(now)
    if start == end:
        return []
    names = service.answer(start, end, now)
    found = [names[number] for number in following.new(pairs(service, names), end)]
    following.came(end, now)
    return found


def test_late_doubled_and_reordered_rows_of_ten_thousand_windows_come_once_each():
    service = Service(10_000, seed=1, latest=LATENESS)
    following = Following(Position(START, START), LATENESS, MINUTE)
    found, most, longest = [], 0, 0
    for window in range(10_000 + 12):
        found += poll(following, service, START + (window + 1) * MINUTE)
        most = max(most, len(following.position.given))
        longest = max(longest, len(json.dumps(following.position.wire("meters.readings"))))
    assert sorted(found) == sorted(service.rows)
    assert most <= 4 * 12  # the rows of the lateness, whatever came before
    assert longest < 1000


def test_a_position_at_any_moment_is_where_another_goes_on():
    """Saved after each row, the process killed, and read again: none is lost, none comes twice."""
    service = Service(400, seed=2, latest=LATENESS)
    saved, found = Position(START, START).wire("d"), []
    for window in range(412):
        now = START + (window + 1) * MINUTE
        for _ in range(3):
            following = Following(Position.read(json.loads(json.dumps(saved)), "d", now), LATENESS, MINUTE)
            start, end = following.ask(now)
            names = service.answer(start, end, now)
            taken = list(islice(following.new(pairs(service, names), end), service.dice.randrange(3)))
            found += [names[number] for number in taken]
            saved = following.position.wire("d")  # and here it is killed
        following = Following(Position.read(saved, "d", now), LATENESS, MINUTE)
        found += poll(following, service, now)
        saved = following.position.wire("d")
    assert sorted(found) == sorted(service.rows)


@given(st.integers(0, 2**32), st.integers(1, 30), st.lists(st.integers(1, 50), min_size=5, max_size=40))
def test_however_often_it_is_asked(seed, lateness, pauses):
    service = Service(60, seed, latest=lateness * MINUTE)
    following = Following(Position(START, START), lateness * MINUTE, MINUTE)
    found, now = [], START
    for pause in [*pauses, *([2] * 60)]:
        now += pause * MINUTE
        for _ in range(60):  # until it has caught up
            found += poll(following, service, now)
            if following.ask(now)[1] == now:
                break
        found += poll(following, service, now)
    assert sorted(found) == sorted(service.rows)


def test_ten_thousand_rows_of_one_time_come_once_each():
    following = Following(Position(START, START), LATENESS, MINUTE)
    rows = [(number.to_bytes(WIDTH, "big"), START) for number in range(10_000)]
    assert len(list(following.new(rows * 2, START + MINUTE))) == 10_000
    following.came(START + MINUTE, START + MINUTE)
    assert list(following.new(rows[::-1], START + MINUTE)) == []


def test_a_long_absence_is_caught_up_with_in_steps():
    following = Following(Position(START, START), LATENESS, MINUTE)
    now, asked = START + 1000 * MINUTE, []
    while (span := following.ask(now))[1] < now:
        asked.append(span)
        following.came(span[1], now)
    assert asked[0] == (START, START + 20 * MINUTE)
    assert [first[1] for first in asked[:-1]] == [second[0] for second in asked[1:]]
    assert following.position.high >= now - 21 * MINUTE


def test_a_beginning_that_is_still_to_come_is_waited_for():
    following = Following(Position(START, START), LATENESS, MINUTE)
    assert following.ask(START - MINUTE) == (START, START)


def test_a_row_without_a_readable_time_comes_once():
    following = Following(Position(START, START), LATENESS, MINUTE)
    for window in range(1, 30):
        now = START + window * MINUTE
        assert list(following.new([(b"unknown!", None)], now)) == ([0] if window == 1 else [])
        following.came(now, now)
        if now - LATENESS > START + MINUTE:
            break
    assert b"unknown!" not in following.position.given


def test_a_position_is_of_one_data_set_and_whole():
    whole = Position(START, START + 1, {b"12345678"}).wire("a.b")
    assert Position.read(whole, "a.b", 0) == Position(START, START + 1, {b"12345678"})
    with pytest.raises(ValueError, match=r"of 'a\.b', not of c\.d"):
        Position.read(whole, "c.d", 0)
    for change in ({"given": "abc"}, {"given": "YWJj"}, {"from": "x"}, {"from": START + 5}, {"to": None}):
        with pytest.raises(ValueError, match="no position of a tail"):
            Position.read({**whole, **change}, "a.b", 0)
    with pytest.raises(ValueError, match="looks like seconds"):
        Position.read(1_600_000_000, "a.b", 0)
    assert Position.read(None, "a.b", START) == Position(START, START)
