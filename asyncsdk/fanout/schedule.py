"""Which page to fetch next, and which may be handed out: the decisions of a fan-out, without any I/O."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from attrs import define, field, frozen

if TYPE_CHECKING:
    from ..paging import Page, Pager

K = TypeVar("K")
T = TypeVar("T")

Order = Literal["any", "shard", "plan"]
"""How pages come out: as they arrive; in page order within each shard; shard after shard in the plan's order."""


@define(eq=False)
class Walk(Generic[K, T]):
    """One shard under way.

    Attributes:
        index: its place in the plan.
        key: what it is.
        pager: gives its pages.
        asked: how many of its pages have been asked for: the position of the next one.
        known: how many are known to exist so far.
        cursor: the token of the next page, where pages are not numbered.
        in_flight: pages asked for that have not arrived.
        given: pages handed out, or ready to be, in order.
        held: pages that wait for one before them, by position.
        failed: no more of it is wanted.
    """

    index: int
    key: K
    pager: Pager[T]
    asked: int = 0
    known: int = 1
    cursor: str | None = None
    in_flight: int = 0
    given: int = 0
    held: dict[int, Page[T]] = field(factory=dict)
    failed: bool = False

    @property
    def pending(self) -> bool:
        """Whether there is a page to ask for."""
        return not self.failed and self.asked < self.known

    def token(self) -> str | None:
        """The token of the next page to ask for."""
        if self.asked and self.pager.numbered is not None:
            return str(self.pager.numbered + self.asked)
        return self.cursor

    @property
    def complete(self) -> bool:
        """Whether every page has arrived and been given, or none is wanted any more."""
        return not self.in_flight and (self.failed or (self.asked >= self.known and not self.held))


@frozen
class Job(Generic[K, T]):
    """One page to fetch."""

    walk: Walk[K, T]
    position: int
    token: str | None


@frozen
class Delivery(Generic[K, T]):
    """One page to hand out; `last` says that its shard is complete with it (never said where pages come in any order)."""

    walk: Walk[K, T]
    page: Page[T]
    last: bool


class Schedule(Generic[K, T]):
    """Pages by the oldest shard first, never more than `capacity` asked for and not yet taken by the consumer.

    Args:
        concurrency: how many pages are fetched at once.
        order: how they come out.
        most_open: how many shards may be under way at once; None for as many as there are places.
    """

    def __init__(self, concurrency: int, order: Order, most_open: int | None = None) -> None:
        self._order = order
        self._most_open = most_open
        self._capacity = 2 * concurrency
        # In the plan's order, pages of later shards must not take every place: the shard whose turn it is needs some to
        # be fetched concurrently, and all the others wait for it.
        self._reserve = concurrency if order == "plan" else 0
        self._open: dict[int, Walk[K, T]] = {}
        self._pending: list[int] = []
        self._opened = 0
        self._turn = 0
        self._outstanding = 0

    @property
    def idle(self) -> bool:
        """Whether no shard is under way."""
        return not self._open

    @property
    def may_open(self) -> bool:
        """Whether there is room for one more shard."""
        return self._room(self._opened) and (self._most_open is None or len(self._open) < self._most_open)

    def open(self, key: K, pager: Pager[T]) -> None:
        """Begin a shard."""
        walk = Walk(self._opened, key, pager)
        self._open[walk.index] = walk
        heappush(self._pending, walk.index)
        self._opened += 1

    def next(self) -> Job[K, T] | None:
        """The next page to fetch; None while there is none, or no room for one."""
        while self._pending:
            walk = self._open.get(self._pending[0])
            if walk is None or not walk.pending:
                heappop(self._pending)
                continue
            if not self._room(walk.index):
                return None
            job = Job(walk, walk.asked, walk.token())
            walk.asked += 1
            walk.in_flight += 1
            self._outstanding += 1
            return job
        return None

    def _room(self, index: int) -> bool:
        return self._outstanding < self._capacity - (self._reserve if index != self._turn else 0)

    def arrived(self, job: Job[K, T], page: Page[T]) -> list[Delivery[K, T]]:
        """A page came: what may be handed out now."""
        walk = job.walk
        walk.in_flight -= 1
        if walk.failed:
            self._outstanding -= 1
            self._settle(walk)
            return []
        was_pending = walk.pending
        self._learn(walk, job.position, page)
        if walk.pending and not was_pending:
            heappush(self._pending, walk.index)
        if self._order == "any":
            self._settle(walk)
            return [Delivery(walk, page, last=False)]
        walk.held[job.position] = page
        return self._in_turn() if self._order == "plan" else self._from(walk)

    @staticmethod
    def _learn(walk: Walk[K, T], position: int, page: Page[T]) -> None:
        """How many pages there are, as this one says. A total that changes in mid-walk is followed."""
        if walk.pager.numbered is None:
            if page.cursor is not None:
                walk.known, walk.cursor = position + 2, page.cursor
        elif page.cursor is not None:
            walk.known = max(walk.known, page.total_pages or 1)
        elif position + 1 < walk.known:
            walk.known = max(walk.asked, position + 1)

    def _in_turn(self) -> list[Delivery[K, T]]:
        """Every held page whose turn has come in the plan's order."""
        out: list[Delivery[K, T]] = []
        while (walk := self._open.get(self._turn)) is not None:
            out += self._from(walk)
            if walk.index in self._open:
                break
            self._turn = min(self._open, default=self._opened)
        return out

    def _from(self, walk: Walk[K, T]) -> list[Delivery[K, T]]:
        """The held pages of a shard that have none missing before them."""
        out = []
        while walk.given in walk.held:
            page = walk.held.pop(walk.given)
            walk.given += 1
            out.append(Delivery(walk, page, last=walk.complete))
        self._settle(walk)
        return out

    def _settle(self, walk: Walk[K, T]) -> None:
        if walk.complete:
            self._open.pop(walk.index, None)

    def failed(self, job: Job[K, T]) -> tuple[bool, list[Delivery[K, T]]]:
        """A page could not be had: whether this is its shard's first failure, and what may be handed out now."""
        walk = job.walk
        walk.in_flight -= 1
        self._outstanding -= 1 + len(walk.held)
        first, walk.failed = not walk.failed, True
        walk.held.clear()
        self._settle(walk)
        return first, self._in_turn() if self._order == "plan" else []

    def taken(self) -> None:
        """The consumer took a page: there is room for another."""
        self._outstanding -= 1
