from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings, strategies as st

from asyncsdk.fanout.schedule import Schedule
from asyncsdk.paging import Page, Pager


async def never(cursor):
    raise NotImplementedError


def pager(*, numbered=True):
    return Pager(never, numbered=1 if numbered else None)


class Source:
    """What the service has of one shard at the moment."""

    def __init__(self, pages, *, numbered):
        self.pages = pages
        self.numbered = numbered
        self.has_shrunk = False
        self.told = 0

    def answer(self, position):
        """The page as the service gives it now; None where it refuses, since there is no such page."""
        if position >= self.pages:
            return None
        cursor = str(position + 2) if position + 1 < self.pages else None
        return Page((position,), position + 1, self.pages if self.numbered else None, cursor)


class Trial:
    """A schedule between a service whose answers overtake each other and a consumer that takes its time."""

    def __init__(self, seed, concurrency, order, most_open, sources):
        self.dice = Random(seed)
        self.order = order
        self.concurrency = concurrency
        self.most_open = most_open
        self.schedule = Schedule(concurrency, order, most_open)
        self.sources = sources
        self.in_flight = []
        self.ready = []
        self.given = {}
        self.came = {}
        self.ended = set()
        self.failed = set()

    def run(self):
        """Any move that is possible may be the next one, until everything has come to its end."""
        while moves := self.moves():
            self.dice.choice(moves)()
            self.check_places()
        assert len(self.given) == len(self.sources)
        assert self.schedule.idle
        assert self.schedule.outstanding == 0
        assert self.schedule._pending == []
        for key in self.given.keys() - self.failed:
            assert sorted(self.given[key]) == sorted(self.came[key])
            if not self.sources[key].has_shrunk:
                assert sorted(self.came[key]) == list(range(len(self.came[key])))
                assert len(self.came[key]) >= self.sources[key].told
        if self.order != "any":
            assert self.ended == self.given.keys() - self.failed

    def moves(self):
        possible = {
            self.open: len(self.given) < len(self.sources) and self.schedule.may_open,
            self.ask: len(self.in_flight) < self.concurrency and self.schedule.has_job,
            self.arrive: self.in_flight,
            self.take: self.ready,
        }
        moves = [move for move, is_possible in possible.items() if is_possible]
        if moves and self.dice.random() < 0.1:
            return [self.fail] if self.in_flight and self.dice.random() < 0.2 else [self.change]
        return moves

    def open(self):
        key = len(self.given)
        self.schedule.open(key, pager(numbered=self.sources[key].numbered))
        self.given[key], self.came[key] = [], []

    def ask(self):
        job = self.schedule.next()
        assert job.token == (None if job.position == 0 else str(job.position + 1))
        self.in_flight.append((job, self.sources[job.walk.key].answer(job.position)))

    def arrive(self):
        """Any answer may come first; it may have been made when it was asked for, or only now."""
        job, answer = self.drawn()
        self.settle(job, self.dice.choice([answer, self.sources[job.walk.key].answer(job.position)]))

    def fail(self):
        job, _ = self.drawn()
        self.settle(job, None)

    def drawn(self):
        return self.in_flight.pop(self.dice.randrange(len(self.in_flight)))

    def settle(self, job, page):
        if page is not None:
            self.came[job.walk.key].append(job.position)
            self.sources[job.walk.key].told = max(self.sources[job.walk.key].told, page.total_pages or 0)
            self.ready += self.schedule.arrived(job, page)
            return
        is_beyond = job.position >= job.walk.known
        first, deliveries = self.schedule.failed(job)
        assert first == (not is_beyond and job.walk.key not in self.failed)
        if first:
            self.failed.add(job.walk.key)
        self.ready += deliveries

    def take(self):
        delivery = self.ready.pop(0)
        self.schedule.taken()
        key = delivery.walk.key
        assert key not in self.ended
        self.given[key] += delivery.page.items
        if delivery.last:
            self.ended.add(key)
        if self.order != "any":
            assert self.given[key] == sorted(self.given[key])
        if self.order == "plan":
            assert all(other in self.ended | self.failed for other in range(key))

    def change(self):
        source, change = self.dice.choice(self.sources), self.dice.choice([-2, -1, 1, 2, 3])
        source.pages = max(1, source.pages + change)
        source.has_shrunk |= change < 0

    def check_places(self):
        held = sum(len(walk.held) for walk in self.schedule._open.values())
        assert self.schedule.outstanding == len(self.in_flight) + held + len(self.ready)
        assert self.schedule.outstanding <= 2 * self.concurrency
        assert self.most_open is None or len(self.schedule._open) <= self.most_open


@settings(max_examples=100)
@given(
    seed=st.integers(0, 2**32),
    concurrency=st.integers(1, 5),
    order=st.sampled_from(["any", "shard", "plan"]),
    most_open=st.none() | st.integers(1, 3),
    pages=st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=8),
)
def test_whatever_the_order_of_arrivals_every_page_comes_out_once_and_in_order(
    seed, concurrency, order, most_open, pages
):
    sources = [Source(count, numbered=numbered) for count, numbered in pages]
    Trial(seed, concurrency, order, most_open, sources).run()


# ---- cases with a name


def page(position, total, *, items=("row",)):
    more = total is not None and position + 1 < total
    return Page(items, position + 1, total, str(position + 2) if more else None)


def opened(order="shard", concurrency=8):
    schedule = Schedule(concurrency, order)
    schedule.open("a", pager())
    return schedule


def asked(schedule, count):
    jobs = [schedule.next() for _ in range(count)]
    assert None not in jobs
    return jobs


def test_the_other_pages_are_asked_for_once_the_first_has_told_their_number():
    schedule = opened()
    (first,) = asked(schedule, 1)
    assert schedule.next() is None
    schedule.arrived(first, page(0, 3))
    assert [job.token for job in asked(schedule, 2)] == ["2", "3"]
    assert schedule.next() is None


def test_a_shard_of_a_thousand_pages_at_the_head_of_the_plan_gets_its_concurrency():
    schedule = opened("plan", concurrency=4)
    for key in "bcde":
        schedule.open(key, pager())
    first, *others = asked(schedule, 4)
    assert schedule.next() is None
    schedule.arrived(first, page(0, 1000))
    for job in others:
        assert schedule.arrived(job, page(0, 1)) == []
    assert [job.walk.key for job in asked(schedule, 4)] == ["a"] * 4


def test_a_later_shard_never_takes_the_places_of_the_one_whose_turn_it_is():
    schedule = opened("plan", concurrency=2)
    schedule.open("b", pager())
    head, other = asked(schedule, 2)
    schedule.arrived(other, page(0, 1000))
    assert schedule.next() is None
    schedule.arrived(head, page(0, 2))
    assert asked(schedule, 1)[0].walk.key == "a"


def test_the_turn_passes_to_the_next_shard_when_the_first_has_failed():
    schedule = opened("plan")
    schedule.open("b", pager())
    first, second = asked(schedule, 2)
    assert schedule.arrived(second, page(0, 1)) == []
    is_first, deliveries = schedule.failed(first)
    assert is_first
    assert [each.walk.key for each in deliveries] == ["b"]
    assert schedule.idle


def test_a_failed_shard_does_not_keep_the_plan_waiting_for_what_is_still_on_its_way():
    schedule = opened("plan")
    schedule.open("b", pager())
    first, second = asked(schedule, 2)
    schedule.arrived(first, page(0, 3))
    (two, three) = asked(schedule, 2)
    schedule.arrived(second, page(0, 1))
    _, deliveries = schedule.failed(two)
    assert [each.walk.key for each in deliveries] == ["b"]
    assert not schedule.idle
    assert schedule.arrived(three, page(2, 3)) == []
    assert schedule.idle


def test_only_the_first_failure_of_a_shard_counts():
    schedule = opened()
    (first,) = asked(schedule, 1)
    schedule.arrived(first, page(0, 3))
    two, three = asked(schedule, 2)
    assert schedule.failed(three) == (True, [])
    assert schedule.failed(two) == (False, [])
    assert schedule.idle


def test_a_total_that_grows_is_followed_on_whichever_page_it_comes():
    schedule = opened()
    (first,) = asked(schedule, 1)
    schedule.arrived(first, page(0, 3))
    two, three = asked(schedule, 2)
    schedule.arrived(three, page(2, 3))
    schedule.arrived(two, page(1, 4))
    (four,) = asked(schedule, 1)
    assert four.token == "4"
    assert schedule.arrived(four, page(3, 4))[-1].last


def test_an_old_total_that_comes_late_takes_nothing_back():
    schedule = opened()
    (first,) = asked(schedule, 1)
    schedule.arrived(first, page(0, 3))
    two, three = asked(schedule, 2)
    schedule.arrived(three, page(2, 5))
    schedule.arrived(two, page(1, 3))
    assert [job.token for job in asked(schedule, 2)] == ["4", "5"]


def test_an_old_total_of_a_later_page_takes_nothing_back_either():
    schedule = opened()
    (first,) = asked(schedule, 1)
    schedule.arrived(first, page(0, 3))
    two, three = asked(schedule, 2)
    schedule.arrived(two, page(1, 5))
    schedule.arrived(three, page(2, 3))  # the service gave this answer before it gave the other
    four, five = asked(schedule, 2)
    assert [job.token for job in (four, five)] == ["4", "5"]
    schedule.arrived(four, page(3, 4))
    schedule.arrived(five, page(4, 5))
    assert schedule.idle


def test_a_total_that_shrinks_is_followed():
    schedule = opened()
    (first,) = asked(schedule, 1)
    schedule.arrived(first, page(0, 9))
    (two,) = asked(schedule, 1)
    deliveries = schedule.arrived(two, page(1, 2))
    assert schedule.next() is None
    assert [each.last for each in deliveries] == [True]


@pytest.mark.parametrize("order", ["any", "shard", "plan"])
def test_a_page_that_is_missing_beyond_a_total_that_shrank_is_no_failure(order):
    schedule = opened(order)
    (first,) = asked(schedule, 1)
    given = schedule.arrived(first, page(0, 4))
    two, three, four = asked(schedule, 3)
    given += schedule.arrived(two, page(1, 2))
    for job in (four, three):
        is_first, deliveries = schedule.failed(job)
        assert not is_first
        given += deliveries
    assert schedule.idle
    assert [each.page.items for each in given] == [("row",), ("row",), (), ()]
    assert [each.last for each in given] == [False, False, False, order != "any"]


def test_a_page_that_fails_where_no_total_says_that_it_is_gone_is_a_failure():
    schedule = opened()
    (first,) = asked(schedule, 1)
    schedule.arrived(first, page(0, 4))
    two, three, _ = asked(schedule, 3)
    schedule.arrived(two, page(1, None))
    assert schedule.next() is None
    assert schedule.failed(three) == (True, [])


def test_a_walk_by_cursors_asks_for_one_page_after_the_other():
    schedule = Schedule(8, "shard")
    schedule.open("a", pager(numbered=False))
    tokens = []
    for number in range(100):
        (job,) = asked(schedule, 1)
        tokens.append(job.token)
        (delivery,) = schedule.arrived(job, Page(("row",), cursor=None if number == 99 else f"c{number}"))
        schedule.taken()
        assert delivery.last == (number == 99)
        assert len(schedule._pending) <= 1  # memory does not follow the length of the walk
    assert tokens == [None, *(f"c{number}" for number in range(99))]
    assert schedule.idle


def test_a_consumer_that_takes_nothing_stops_the_asking():
    schedule = opened("any", concurrency=2)
    (first,) = asked(schedule, 1)
    schedule.arrived(first, page(0, 1000))
    for job in asked(schedule, 3):
        schedule.arrived(job, page(job.position, 1000))
    assert schedule.next() is None
    assert not schedule.may_open
    schedule.taken()
    assert schedule.next() is not None


def test_no_more_shards_are_open_than_allowed():
    schedule = Schedule(8, "shard", most_open=1)
    schedule.open("a", pager())
    assert not schedule.may_open
    (first,) = asked(schedule, 1)
    schedule.arrived(first, page(0, 1))
    assert schedule.may_open
