"""An endless stream of rows: asks, gives what is new, waits, asks again."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import anyio
import msgspec
from anyio.lowlevel import checkpoint

from ...codec import Model, to_dict
from ...errors import SDKError
from ...http.clock import Clock
from ...later import Later
from ..dataset import Dataset
from ..plan import Keys, Plan
from ..stream import RowStream, row_time
from ..windows import When
from .following import Following
from .patience import after_error, passing, pause
from .position import WIDTH, Position

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = Later("pyarrow")

M = TypeVar("M", bound=Model)

INTERVAL = timedelta(seconds=30)
"""From one time of asking to the next, where nobody says otherwise."""

LATENESS = timedelta(minutes=10)
"""How long after its time a row may still arrive, likewise."""

_DAY = timedelta(days=1)
_MILLISECOND = timedelta(milliseconds=1)


class Tail(Generic[M]):
    """What `Pull.tail` gives: enter it, then iterate it, or its `batches`; one of the two. It has no end of its own.

    Attributes:
        key: whose the row given last is, or the batch; None before the first, and where there is no key.
        error: what it is waiting out now: the service is down, or busy; None as long as all is well.
    """

    def __init__(
        self,
        dataset: Dataset[M],
        keys: Keys | None,
        fan_out: Callable[[Plan], RowStream[M]],
        clock: Clock,
        *,
        since: When | Mapping[str, Any] | None,
        interval: timedelta,
        lateness: timedelta,
        on_error: Callable[[SDKError], object] | None,
    ) -> None:
        if interval <= timedelta(0) or lateness < timedelta(0):
            raise ValueError(f"interval must be above zero and lateness no less, not {interval!r} and {lateness!r}")
        now = int(clock.time() * 1000)
        self.key: str | None = None
        self.error: SDKError | None = None
        self._dataset = dataset
        self._clock = clock
        self._keys = keys
        self._fan_out = fan_out
        self._on_error = on_error
        self._interval = interval.total_seconds()
        self._following = Following(
            Position.read(since, dataset.id, now), lateness // _MILLISECOND, interval // _MILLISECOND
        )
        self._state = "new"
        self._as: str | None = None
        self._waiting: anyio.CancelScope | None = None
        self._stream: RowStream[M] | None = None
        self._asked = self._until = 0
        self._due = 0.0
        self._in_vain = 0
        self._gave = False
        self._rows: Iterator[M] = iter(())

    @property
    def position(self) -> dict[str, Any]:
        """Where it has come to, as JSON: given as ``since`` another time, the row after this one is the next.

        It counts what was given up to this moment: save it once that is safe where it went.
        """
        return self._following.position.wire(self._dataset.id)

    async def __aenter__(self) -> Self:
        if self._state != "new":
            raise RuntimeError("a tail is entered once; make a new one, from its position")
        self._state = "open"
        if isinstance(self._keys, AsyncIterable):
            self._keys = tuple([str(each) async for each in self._keys])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._state = "left"
        if self._waiting is not None:  # another task waits for a row
            self._waiting.cancel()
        await self._close()

    def __aiter__(self) -> Self:
        self._use("rows")
        return self

    async def __anext__(self) -> M:
        while True:
            for row in self._rows:
                return row
            self._use("rows")
            rows = await self._next()
            self._rows = self._new(rows)

    def pages(self) -> TailPages[M]:
        """What is new by pages, as lists of rows: each is there at once, and what follows has to be waited for."""
        self._use("rows")
        return TailPages(self)

    def batches(self) -> TailBatches[M]:
        """What is new as Arrow record batches, one a page, of one schema.

        Raises:
            ConfigurationError: the extra ``arrow`` is not installed.
            RuntimeError: it is being iterated row by row already.
        """
        self._dataset.schema()  # says what is missing
        self._use("arrow")
        return TailBatches(self)

    def _use(self, form: str) -> None:
        if self._state != "open":
            raise RuntimeError('a tail is used inside its block: "async with ... as stream"')
        if self._as not in (None, form):
            raise RuntimeError("a tail is read as rows or as batches, not both")
        self._as = form

    def _new(self, rows: Sequence[M]) -> Iterator[M]:
        """The rows that were not given before; each counts as given when it is taken."""
        key, time = self.key or "", self._dataset.time or ""
        known = ((_digest(key, row), row_time(getattr(row, time))) for row in rows)
        for number in self._following.new(known, self._until):
            self._gave = True
            yield rows[number]

    async def _new_page(self, form: str) -> list[M]:
        self._use(form)
        while True:
            if rows := list(self._new(await self._next())):
                return rows

    async def _next(self) -> Sequence[M]:
        """The next page, some of whose rows may be new.

        Raises:
            StopAsyncIteration: another task has left the block.
            SDKError: what does not end by itself.
        """
        with anyio.CancelScope() as waiting:
            self._waiting = waiting
            try:
                while True:
                    if (rows := await self._page()) is not None:
                        return rows
            except RuntimeError:  # the stream was left under its feet
                if self._state != "left":
                    raise
            finally:
                self._waiting = None
        raise StopAsyncIteration

    async def _page(self) -> Sequence[M] | None:
        try:
            if self._stream is None:
                await self._ask()
            assert self._stream is not None
            delivery = await self._stream.deliveries()
        except SDKError as error:
            await self._close()
            if not passing(error):
                raise
            self.error = error.with_traceback(None)  # which would keep the frames of its calls alive
            if self._on_error is not None:
                self._on_error(error)
            self._in_vain += 1
            self._due = self._clock.monotonic() + after_error(error, self._interval, self._in_vain)
            return None
        self.error = None
        if delivery is not None:
            self.key = delivery.walk.key.key
            return list(delivery.page.items)  # some data sets make each row when it is taken
        await self._close()
        self._following.came(self._until, self._asked)
        if self._until < self._asked:  # behind: no pause
            self._due = 0.0
        else:
            self._in_vain = 0 if self._gave else self._in_vain + 1
            self._due += pause(self._interval, self._in_vain)
        return None

    async def _ask(self) -> None:
        """Begin with the next range, once its time has come."""
        while True:
            await checkpoint()
            now = self._clock.monotonic()
            if self._due > now:
                await self._clock.sleep(self._due - now)
            self._due, self._gave = self._clock.monotonic(), False
            self._asked = int(self._clock.time() * 1000)
            start, self._until = self._following.ask(self._asked)
            if start < self._until:
                break
            self._due += self._interval
        plan = Plan(self._dataset.id, self._keys, start, self._until, _DAY // _MILLISECOND)
        stream = self._fan_out(plan)
        self._stream = await stream.__aenter__()

    async def _close(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            await stream.__aexit__(None, None, None)


class TailPages(Generic[M]):
    """The new rows of a tail by pages, none of which is empty."""

    def __init__(self, tail: Tail[M]) -> None:
        self._tail = tail

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> list[M]:
        return await self._tail._new_page("rows")  # noqa: SLF001  # a part of the tail


class TailBatches(Generic[M]):
    """The same as Arrow record batches."""

    def __init__(self, tail: Tail[M]) -> None:
        self._tail = tail

    @property
    def schema(self) -> pa.Schema:
        """The schema of all of them."""
        return self._tail._dataset.schema()  # noqa: SLF001  # a part of the tail

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> pa.RecordBatch:
        tail = self._tail
        rows = await tail._new_page("arrow")  # noqa: SLF001
        return tail._dataset.columns.to_batch(rows, tail.key)  # noqa: SLF001


def _digest(key: str, row: Model) -> bytes:
    """What stands for a row: the same for the same values of the same key, in whatever order they are sent."""
    text = msgspec.json.encode([key, to_dict(row)], order="sorted")
    return blake2b(text, digest_size=WIDTH).digest()
