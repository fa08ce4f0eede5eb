"""Many pagers at once: fixed workers over a lazy plan, a bounded buffer, one consumer.

No task outlives its ``async with`` block, and nothing is yielded inside a task group: the workers belong to a task of their own,
the consumer only takes what they put down, and any task may leave the block.
"""

from __future__ import annotations

import inspect
from collections import deque
from collections.abc import AsyncIterable, Callable, Iterable, Sequence
from types import TracebackType
from typing import Generic, Literal, Self, TypeVar

import anyio

from ..chain.attempts import observer
from ..chain.turns import Events, Turns, turns
from ..errors import SDKError
from ..paging import Page, Pager
from .keys import Keys
from .owner import Owner
from .progress import Failure, Progress, Warned
from .schedule import Delivery, Job, Order, Schedule

K = TypeVar("K")
T = TypeVar("T")

OnError = Literal["raise", "collect"]

# Warnings are kept up to so many, and counted beyond: what there is of them is bounded, whatever the number of rows.
_MOST_WARNINGS = 1000

_LEFT = "this fan-out has ended: iterate it inside its block"


def checked_concurrency(value: object) -> int:
    """A number of workers, else TypeError or ValueError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"concurrency must be a whole number, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"concurrency must be at least 1, not {value}")
    return value


class Run(Generic[K, T]):
    """The pages of many pagers, as an async context manager.

    A worker that finds work wakes another one, and one that finds none sleeps until a page was taken: so as many are awake as
    there is work for.

    Args:
        keys: what to fetch, lazily.
        fetch: from a key to its pager.
        concurrency: how many pages are fetched at once.
        order: how pages come out.
        on_error: ``"raise"`` gives the first error to the consumer, ``"collect"`` lists it in `failures` and goes on.
        most_open: how many keys may be under way at once; None for no limit of its own.
    """

    def __init__(
        self,
        keys: Iterable[K] | AsyncIterable[K],
        fetch: Callable[[K], Pager[T]],
        *,
        concurrency: int = 16,
        order: Order = "any",
        on_error: OnError = "raise",
        most_open: int | None = None,
    ) -> None:
        self._concurrency = checked_concurrency(concurrency)
        if on_error not in ("raise", "collect"):
            raise ValueError(f'on_error must be "raise" or "collect", not {on_error!r}')
        self._keys = Keys(keys)
        self._fetch = fetch
        self._collect = on_error == "collect"
        self._schedule: Schedule[K, T] = Schedule(concurrency, order, most_open)
        self._ready: deque[Delivery[K, T]] = deque()
        self._error: BaseException | None = None
        self._idle_workers: deque[anyio.Event] = deque()
        self._consumer: anyio.Event | None = None
        self._events = Events()
        self._turns = Turns(self._consumer_due, self._events)
        self._exhausted = False
        self._opening = False
        self._entered = False
        self._left = False
        self._owner: Owner | None = None
        self.progress = Progress(total_shards=self._keys.length)
        self.failures: list[Failure[K]] = []
        self.warnings: list[Warned[K]] = []

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.progress.summary('keys')}>"

    def _repr_html_(self) -> str:
        return self.progress._repr_html_()

    async def __aenter__(self) -> Self:
        if self._entered:
            raise RuntimeError("a fan-out is entered once; make a new one")
        self._entered = True
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop everything at once: no task and no connection of this fan-out is left when the block has been left."""
        self._left = True
        self._stop(RuntimeError(_LEFT))  # to a task that waits for a page while another one leaves
        self._ready.clear()
        owner = self._owner
        try:
            if owner is not None:
                await owner.stop()
                if owner.failure is not None and error is None:  # what ends the body goes on as it is
                    raise owner.failure
        finally:
            await self._keys.aclose()

    # ---- the consumer's side

    async def deliveries(self) -> Delivery[K, T] | None:
        """The next page, None when there is no more.

        Raises:
            Exception: what a worker met first, where errors are raised.
            RuntimeError: outside the ``async with`` block, while another task waits for the next page, or after somebody has
                cancelled the workers.
        """
        self._start()
        while True:
            if self._error is not None:
                raise self._error
            if self._ready:
                delivery = self._ready.popleft()
                self._schedule.taken()
                self._wake()
                return delivery
            if self._finished:
                return None
            if self._consumer is not None:
                raise RuntimeError("a fan-out is iterated by one task; another one is waiting for its next page")
            self._consumer = self._events.new()
            try:
                await self._consumer.wait()
            finally:
                self._consumer = None
                self._turns.pass_on()

    @property
    def _grows(self) -> bool:
        """Whether a page takes more memory decoded than as bytes, so that pages are better decoded one by one."""
        return True

    @property
    def _finished(self) -> bool:
        return self._exhausted and self._schedule.idle

    def _start(self) -> None:
        if not self._entered:
            raise RuntimeError('a fan-out owns tasks: use it as "async with ... as stream"')
        if self._left:
            raise RuntimeError(_LEFT)
        if self._owner is None:
            self._owner = Owner(self._work, self._concurrency, self._workers_gone)

    def _deliver(self, deliveries: list[Delivery[K, T]]) -> None:
        self._ready.extend(deliveries)
        if self._consumer is not None and (self._ready or self._error is not None or self._finished):
            self._consumer.set()

    def _consumer_due(self) -> bool:
        """Whether the consumer was told of pages, and has not had the time to take them yet."""
        return self._consumer is not None and self._consumer.is_set()

    def _workers_gone(self, failure: BaseException | None) -> None:
        """Tell the consumer, if they left work behind."""
        if not self._finished:
            self._stop(failure or RuntimeError("this fan-out has ended: its tasks were cancelled from outside"))

    # ---- the workers' side

    async def _work(self) -> None:
        observer.set(self.progress.attempted)
        if self._grows:
            turns.set(self._turns)
        while (job := await self._next_job()) is not None:
            self.progress.active += 1
            try:
                page = await job.walk.trail.page(job.walk.pager, job.token)
            except Exception as error:  # noqa: BLE001  # whatever it is, the consumer is to have it
                self._failed(job, error)
            else:
                self._arrived(job, page)
                del page  # else a worker would keep it until its next one has come
            finally:
                self.progress.active -= 1

    async def _next_job(self) -> Job[K, T] | None:
        """The next page to fetch, once there is one; None when there will be no more."""
        while self._error is None and not self._finished:
            if (job := self._schedule.next()) is not None:
                self._wake()  # there may be work for one more, who then wakes the next
                return job
            if self._may_open:
                await self._open_next()
                continue
            turn = self._events.new()
            self._idle_workers.append(turn)
            await turn.wait()
        return None

    @property
    def _may_open(self) -> bool:
        return not self._exhausted and not self._opening and self._schedule.may_open

    async def _open_next(self) -> None:
        self._opening = True
        try:
            key = await self._keys.next()
        except StopAsyncIteration:
            self._exhausted = True
            self._deliver([])
            return
        except Exception as error:  # noqa: BLE001  # the caller's own iterable failed: nothing can go on
            self._stop(error)
            return
        finally:
            self._opening = False
        try:
            pager = self._pager_of(key)
        except Exception as error:  # noqa: BLE001  # what `fetch` meets is the key's failure
            self._report(key, error)
            from anyio.lowlevel import checkpoint  # its import takes a while

            await checkpoint()  # no request was made that would let others have their turn
        else:
            self._schedule.open(key, pager)

    def _pager_of(self, key: K) -> Pager[T]:
        pager = self._fetch(key)
        if isinstance(pager, Pager):
            return pager
        if inspect.iscoroutine(pager):
            pager.close()  # else it warns that nobody awaited it
        raise TypeError(f"fetch must return a Pager, not {type(pager).__name__}")

    def _arrived(self, job: Job[K, T], page: Page[T]) -> None:
        if not job.walk.failed:
            self.progress.pages += 1
            self.progress.rows += len(page.items)
            if page.warnings:
                self._warn(job.walk.key, page.warnings)
        self._came(job, self._schedule.arrived(job, page))

    def _warn(self, key: K, texts: Sequence[str]) -> None:
        self.progress.warnings += len(texts)
        self.warnings += [Warned(key, text) for text in texts[: _MOST_WARNINGS - len(self.warnings)]]

    def _failed(self, job: Job[K, T], error: Exception) -> None:
        first, deliveries = self._schedule.failed(job)
        if first:
            # What is known to be incomplete is not given any further: whoever collects will fetch it again.
            kept = [each for each in self._ready if each.walk is not job.walk]
            for _ in range(len(self._ready) - len(kept)):
                self._schedule.taken()
            self._ready = deque(kept)
            self._report(job.walk.key, error)
        self._came(job, deliveries)

    def _came(self, job: Job[K, T], deliveries: list[Delivery[K, T]]) -> None:
        self.progress.shards += job.walk.fetched and not job.walk.failed
        self._deliver(deliveries)

    def _report(self, key: K, error: Exception) -> None:
        if isinstance(error, SDKError):
            error.shard = key
        if not self._collect:
            self._stop(error)
            return
        self.progress.failures += 1
        # A traceback keeps the frames of its calls alive, and there may be many failures.
        self.failures.append(Failure(key, error.with_traceback(None) if isinstance(error, SDKError) else error))

    def _stop(self, error: BaseException) -> None:
        """The consumer is to have this error, and nothing else is to be fetched."""
        if self._error is None:
            self._error = error
        self._deliver([])

    def _wake(self) -> None:
        """Wake a worker, if there is work for one."""
        if self._idle_workers and (self._schedule.has_job or self._may_open):
            self._idle_workers.popleft().set()
