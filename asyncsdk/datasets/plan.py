"""What a fan-out is to fetch: shards, and plans that give them one at a time."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable
from typing import TYPE_CHECKING, Literal, Self

from attrs import field, frozen

from ..fanout.keys import finish
from ..fanout.progress import Failure
from ..operation import segment
from ..times import DAY, instant
from .windows import Instant, count, span, split, window_length

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from datetime import datetime, timedelta

Devices = str | Iterable[str] | AsyncIterable[str]
"""Device ids: one, an iterable, an async iterable, or ``"all"``."""


@frozen(order=True)
class Shard:
    """The unit of work: one device's rows of ``[start, end)``.

    Attributes:
        system: the service, e.g. ``"unleash_analytics"``.
        device: the device id.
        start: first millisecond since the epoch, UTC.
        end: the millisecond after the last.
        settled: False while late rows may still arrive, which keeps it from being marked done. No part of its identity.
    """

    system: str
    device: str
    start: int
    end: int
    settled: bool = field(default=True, eq=False, order=False, hash=False)

    @property
    def date(self) -> str:
        """The UTC day it lies in, ``YYYY-MM-DD``: a shard never crosses midnight."""
        return instant(self.start).date().isoformat()

    def holds(self, timestamp: datetime) -> bool:
        """Whether a row of this time belongs here."""
        return instant(self.start) <= timestamp < instant(self.end)

    def __str__(self) -> str:
        return f"{self.device} {instant(self.start):%Y-%m-%dT%H:%M:%S.%f}Z/{(self.end - self.start) / 1000:g}s"


def device_id(value: object) -> str:
    """A device id that can stand in a path, else TypeError or ValueError."""
    if not isinstance(value, str):
        raise TypeError(f"a device id is a string, not {type(value).__name__}")
    segment(value, "device id")
    return value


def _devices(value: Devices) -> tuple[str, ...] | AsyncIterable[str] | Literal["all"]:
    if isinstance(value, str):
        return "all" if value == "all" else (device_id(value),)
    if isinstance(value, AsyncIterable):
        return value
    if not isinstance(value, Iterable):
        raise TypeError(
            f'devices must be ids, an iterable or async iterable of them, or "all", not {type(value).__name__}'
        )
    return tuple(dict.fromkeys(device_id(each) for each in value))


@frozen
class Plan:
    """Devices by windows, as a value: nothing is fetched, and no shard exists before it is asked for.

    Iterate it (``for``, or ``async for`` where the devices arrive asynchronously) to see the shards: device by device,
    each in order of time. A plan of plain ids has a length and pickles.

    Attributes:
        system: the service.
        devices: ids without repeats, an async iterable of ids, or ``"all"``, which the client resolves.
        start, end: milliseconds since the epoch, UTC.
        window: the width of a shard in milliseconds.
        shards: the shards themselves, for a plan made by `Plan.of`; None otherwise.
    """

    system: str
    devices: tuple[str, ...] | AsyncIterable[str] | Literal["all"] = field(converter=_devices)
    start: int
    end: int
    window: int
    shards: tuple[Shard, ...] | None = None

    @classmethod
    def make(cls, system: str, devices: Devices, start: Instant, end: Instant, window: timedelta) -> Plan:
        """A plan from what a caller has at hand.

        Raises:
            TypeError, ValueError: a device id, time or window that cannot be meant (`milliseconds`, `window_length`).
        """
        length = window_length(window)
        first, last = span(start, end)
        return cls(system, devices, first, last, length)

    @classmethod
    def of(cls, shards: Iterable[Shard | Failure[Shard]]) -> Plan:
        """A plan of just these shards, such as the ``failures`` of an earlier run.

        Raises:
            ValueError: they are not all of one system.
        """
        chosen = tuple(dict.fromkeys(each.key if isinstance(each, Failure) else each for each in shards))
        if len(systems := {each.system for each in chosen}) > 1:
            raise ValueError(f"a plan is for one system, not for {' and '.join(sorted(systems))}")
        return cls(
            system=chosen[0].system if chosen else "",
            devices=(each.device for each in chosen),
            start=min((each.start for each in chosen), default=0),
            end=max((each.end for each in chosen), default=0),
            window=max((each.end - each.start for each in chosen), default=DAY),
            shards=chosen,
        )

    def windows(self, device: str) -> Iterator[Shard]:
        """The shards of one device, in order of time."""
        for start, end in split(self.start, self.end, self.window):
            yield Shard(self.system, device, start, end)

    def __iter__(self) -> Iterator[Shard]:
        if self.shards is not None:
            yield from self.shards
            return
        for device in self._known():
            yield from self.windows(device)

    def __aiter__(self) -> AsyncIterator[Shard]:
        if self.shards is not None or not isinstance(self.devices, AsyncIterable):
            return _Ready(iter(self))
        return _Arriving(self, self.devices)

    def __len__(self) -> int:
        if self.shards is not None:
            return len(self.shards)
        return len(self._known()) * count(self.start, self.end, self.window)

    def _known(self) -> tuple[str, ...]:
        if isinstance(self.devices, tuple):
            return self.devices
        raise TypeError(
            'this plan\'s devices are not known yet (an async iterable or "all"): iterate it with "async for"'
        )


class _Ready:
    """Shards that are known, for ``async for``."""

    def __init__(self, shards: Iterator[Shard]) -> None:
        self._shards = shards

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Shard:
        for shard in self._shards:
            return shard
        raise StopAsyncIteration


class _Arriving:
    """Shards of devices that arrive asynchronously. A class, not a generator: leaving the loop leaves none of ours suspended."""

    def __init__(self, plan: Plan, devices: AsyncIterable[str]) -> None:
        self._plan = plan
        self._devices = devices
        self._ids = aiter(devices)
        self._seen: set[str] = set()
        self._shards: Iterator[Shard] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Shard:
        from anyio.lowlevel import checkpoint  # its import takes a while

        while True:
            for shard in self._shards:
                return shard
            await checkpoint()  # a consumer that skips a year of done hours lets others have their turn
            value = await anext(self._ids)
            try:
                device = device_id(value)
            except (TypeError, ValueError):
                await self.aclose()
                raise
            if device not in self._seen:
                self._seen.add(device)
                self._shards = self._plan.windows(device)

    async def aclose(self) -> None:
        """Finish the iterator of the devices; one that the caller made is the caller's."""
        await finish(self._ids, self._devices)
