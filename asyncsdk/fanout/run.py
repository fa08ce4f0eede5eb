"""Many pagers at once: fixed workers over a lazy plan, a bounded buffer, one consumer.

No task outlives its ``async with`` block, and nothing is yielded inside a task group: the block owns the group, the consumer
only takes what the workers put down.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Sized
from typing import TYPE_CHECKING, Any, Generic, Literal, Self, TypeVar

import anyio

from ..errors import SDKError
from ..http.attempts import observer
from ..paging import Page, Pager
from .progress import Failure, Progress
from .schedule import Delivery, Job, Order, Schedule

if TYPE_CHECKING:
    from types import TracebackType

K = TypeVar("K")
T = TypeVar("T")

OnError = Literal["raise", "collect"]


def checked_concurrency(value: object) -> int:
    """A number of workers, else TypeError or ValueError."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"concurrency must be a whole number, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"concurrency must be at least 1, not {value}")
    return value


class Run(Generic[K, T]):
    """The pages of many pagers, as an async context manager.

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
        if not isinstance(keys, Iterable | AsyncIterable):
            raise TypeError(f"keys must be an iterable or an async iterable, not {type(keys).__name__}")
        self._keys = keys
        self._fetch = fetch
        self._collect = on_error == "collect"
        self._schedule: Schedule[K, T] = Schedule(concurrency, order, most_open)
        self._ready: deque[Delivery[K, T]] = deque()
        self._error: Exception | None = None
        self._idle_workers: deque[anyio.Event] = deque()
        self._consumer: anyio.Event | None = None
        self._exhausted = False
        self._opening = False
        self._source: _Keys[K] | None = None
        self._group: anyio.abc.TaskGroup | None = None
        self.progress = Progress(total_shards=_length(keys))
        self.failures: list[Failure[K]] = []

    async def __aenter__(self) -> Self:
        if self._group is not None:
            raise RuntimeError("a fan-out is entered once; make a new one")
        self._group = anyio.create_task_group()
        await self._group.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        """Stop everything at once: no task and no connection of this fan-out is left when the block has been left."""
        group = self._group
        assert group is not None
        group.cancel_scope.cancel()
        self._ready.clear()
        try:
            if error is not None and not isinstance(error, Exception):
                # A cancellation must go through the group, which tells its own from its parent's.
                return await group.__aexit__(kind, error, traceback)
            # An error of the block's body goes on as it is: the group would wrap it.
            await group.__aexit__(None, None, None)
        finally:
            if self._source is not None:
                await self._source.aclose()
        return None

    # ---- the consumer's side

    async def deliveries(self) -> Delivery[K, T] | None:
        """The next page, None when there is no more.

        Raises:
            Exception: what a worker met first, where errors are raised.
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
            self._consumer = anyio.Event()
            await self._consumer.wait()

    @property
    def _finished(self) -> bool:
        return self._exhausted and self._schedule.idle

    def _start(self) -> None:
        if self._group is None:
            raise RuntimeError('a fan-out owns tasks: use it as "async with ... as stream"')
        if self._source is None:
            self._source = _Keys(self._keys)
            for _ in range(self._concurrency):
                self._group.start_soon(self._work, self._source)

    def _deliver(self, deliveries: list[Delivery[K, T]]) -> None:
        self._ready.extend(deliveries)
        if self._consumer is not None and (self._ready or self._error is not None or self._finished):
            self._consumer.set()

    # ---- the workers' side

    async def _work(self, keys: _Keys[K]) -> None:
        observer.set(self.progress.attempted)
        while (job := await self._next_job(keys)) is not None:
            self.progress.active += 1
            try:
                page = await job.walk.pager.page(job.token)
            except Exception as error:  # noqa: BLE001  # whatever it is, the consumer is to have it
                self._failed(job, error)
            else:
                self._arrived(job, page)
            finally:
                self.progress.active -= 1

    async def _next_job(self, keys: _Keys[K]) -> Job[K, T] | None:
        """The next page to fetch, once there is one; None when there will be no more."""
        while self._error is None:
            if (job := self._schedule.next()) is not None:
                return job
            if not self._exhausted and not self._opening and self._schedule.may_open:
                await self._open_next(keys)
                continue
            if self._finished:
                break
            turn = anyio.Event()
            self._idle_workers.append(turn)
            await turn.wait()
        self._wake(len(self._idle_workers))
        return None

    async def _open_next(self, keys: _Keys[K]) -> None:
        self._opening = True
        try:
            key = await keys.next()
        except StopAsyncIteration:
            self._exhausted = True
            self._wake(len(self._idle_workers))
            self._deliver([])
            return
        except Exception as error:  # noqa: BLE001  # the caller's own iterable failed: nothing can go on
            self._stop(error)
            return
        finally:
            self._opening = False
        try:
            pager = self._fetch(key)
            if not isinstance(pager, Pager):
                raise TypeError(f"fetch must return a Pager, not {type(pager).__name__}")  # noqa: TRY301
        except Exception as error:  # noqa: BLE001
            self._report(key, error)
        else:
            self._schedule.open(key, pager)
            self._wake()

    def _arrived(self, job: Job[K, T], page: Page[T]) -> None:
        walk = job.walk
        if not walk.failed:
            self.progress.pages += 1
            self.progress.rows += len(page.items)
        known = walk.known
        deliveries = self._schedule.arrived(job, page)
        if not walk.failed and not walk.in_flight and walk.asked >= walk.known:
            self.progress.shards += 1
        self._wake(1 + max(0, walk.known - known))
        self._deliver(deliveries)

    def _failed(self, job: Job[K, T], error: Exception) -> None:
        first, deliveries = self._schedule.failed(job)
        if first:
            self._report(job.walk.key, error)
        self._wake()
        self._deliver(deliveries)

    def _report(self, key: K, error: Exception) -> None:
        if isinstance(error, SDKError):
            error.shard = key
        if not self._collect:
            self._stop(error)
            return
        self.progress.failures += 1
        self.failures.append(Failure(key, error))
        self._deliver([])

    def _stop(self, error: Exception) -> None:
        """The consumer is to have this error, and nothing else is to be fetched."""
        if self._error is None:
            self._error = error
        assert self._group is not None
        self._wake(len(self._idle_workers))
        self._deliver([])

    def _wake(self, workers: int = 1) -> None:
        while workers > 0 and self._idle_workers:
            self._idle_workers.popleft().set()
            workers -= 1


class _Keys(Generic[K]):
    """One lazy sequence of keys, whichever way it is iterated."""

    def __init__(self, keys: Iterable[K] | AsyncIterable[K]) -> None:
        self._keys = keys
        self._async: AsyncIterator[K] | None = None
        if isinstance(keys, Iterable) and not _needs_async(keys):
            self._sync = iter(keys)
        else:
            assert isinstance(keys, AsyncIterable)
            self._async = aiter(keys)

    async def next(self) -> K:
        if self._async is not None:
            return await anext(self._async)
        for key in self._sync:
            return key
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Finish an iterator that was made here; one that the caller made is the caller's."""
        close = getattr(self._async, "aclose", None)
        if close is not None and self._async is not self._keys:
            with anyio.CancelScope(shield=True):
                await close()


def _needs_async(keys: Any) -> bool:
    """A plan iterates both ways; with devices that arrive asynchronously only the one works."""
    return isinstance(keys, AsyncIterable) and _length(keys) is None


def _length(keys: Any) -> int | None:
    try:
        return len(keys) if isinstance(keys, Sized) else None
    except TypeError:
        return None
