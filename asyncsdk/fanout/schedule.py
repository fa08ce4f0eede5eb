"""Which page to fetch next, and which may be handed out: the decisions of a fan-out, without any I/O."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from attrs import frozen

from ..paging import Page
from .walk import Walk

if TYPE_CHECKING:
    from ..paging import Pager

K = TypeVar("K")
T = TypeVar("T")

Order = Literal["any", "shard", "plan"]
"""How pages come out: as they arrive; in page order within each shard; shard after shard in the plan's order."""


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
        self.capacity = 2 * concurrency
        # In the plan's order, pages of later shards must not take every place: the shard whose turn it is needs some to
        # be fetched concurrently, and all the others wait for it.
        self._reserve = concurrency if order == "plan" else 0
        self._open: dict[int, Walk[K, T]] = {}
        self._pending: list[int] = []
        self._opened = 0
        self._turn = 0
        self.outstanding = 0

    @property
    def idle(self) -> bool:
        """Whether no shard is under way."""
        return not self._open

    @property
    def may_open(self) -> bool:
        """Whether there is room for one more shard."""
        return self._room(self._opened) and (self._most_open is None or len(self._open) < self._most_open)

    @property
    def has_job(self) -> bool:
        """Whether `next` would give a page to fetch."""
        walk = self._oldest_pending()
        return walk is not None and self._room(walk.index)

    def open(self, key: K, pager: Pager[T]) -> None:
        """Begin a shard."""
        walk = Walk(self._opened, key, pager)
        self._open[walk.index] = walk
        heappush(self._pending, walk.index)
        self._opened += 1

    def next(self) -> Job[K, T] | None:
        """The next page to fetch; None while there is none, or no room for one."""
        walk = self._oldest_pending()
        if walk is None or not self._room(walk.index):
            return None
        job = Job(walk, walk.asked, walk.token())
        walk.asked += 1
        walk.in_flight += 1
        self.outstanding += 1
        if not walk.pending:
            heappop(self._pending)
        return job

    def arrived(self, job: Job[K, T], page: Page[T]) -> list[Delivery[K, T]]:
        """A page came: what may be handed out now."""
        walk = job.walk
        was_pending = walk.pending
        walk.learn(job.position, page)
        if walk.pending and not was_pending:
            heappush(self._pending, walk.index)
        return self._came(job, page)

    def failed(self, job: Job[K, T]) -> tuple[bool, list[Delivery[K, T]]]:
        """A page could not be had: whether that is its shard's first failure, and what may be handed out now."""
        walk = job.walk
        if walk.failed or job.position >= walk.known:
            # Of no interest any more; or beyond the end, since the total shrank after it was asked for: an empty page.
            return False, self._came(job, Page(()))
        walk.failed = True
        self.outstanding -= 1 + len(walk.held)
        walk.in_flight -= 1
        walk.held.clear()
        return True, self._release(walk)

    def taken(self) -> None:
        """The consumer took a page: there is room for another."""
        self.outstanding -= 1

    def _oldest_pending(self) -> Walk[K, T] | None:
        while self._pending:
            walk = self._open.get(self._pending[0])
            if walk is not None and walk.pending:
                return walk
            heappop(self._pending)
        return None

    def _room(self, index: int) -> bool:
        return self.outstanding < self.capacity - (self._reserve if index != self._turn else 0)

    def _came(self, job: Job[K, T], page: Page[T]) -> list[Delivery[K, T]]:
        """Put a page in its place."""
        walk = job.walk
        walk.in_flight -= 1
        if walk.failed:
            self.outstanding -= 1
        elif self._order == "any":
            self._settle(walk)
            return [Delivery(walk, page, last=False)]
        else:
            walk.held[job.position] = page
        return self._release(walk)

    def _release(self, walk: Walk[K, T]) -> list[Delivery[K, T]]:
        """Every held page whose turn has come."""
        if self._order != "plan":
            return self._from(walk)
        out: list[Delivery[K, T]] = []
        self._settle(walk)
        while self._turn < self._opened:
            first = self._open.get(self._turn)
            if first is not None and not first.failed:
                out += self._from(first)
                if not first.complete:
                    break
            self._turn += 1
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
