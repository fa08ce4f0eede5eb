"""How much of a plan is done, by the ledger alone: reports of several runs do not add up where some of them were repeated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from inspect import isawaitable, signature

from anyio.lowlevel import checkpoint
from attrs import frozen

from ..fanout.keys import Keys
from .ledger import Ledger
from .plan import Plan
from .protocol import Sink
from .shard import Shard

_NAMED = 1000
_AT_ONCE = 1000


@frozen
class Coverage:
    """A plan held against what a sink has of it.

    Attributes:
        shards: how many the plan has.
        done: how many of them are done as a whole.
        missing: what is not, each as a shard, the rest of one that is done in part; the first 1,000. ``Plan.of(coverage.missing)`` is a
            plan of them; a backfill of the whole plan does them all.
    """

    shards: int
    done: int
    missing: tuple[Shard, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do."""
        return self.done == self.shards


async def finished(sink: Sink, plan: Plan) -> Iterable[Shard]:
    """What a sink has of a plan, or all that it has."""
    done: Callable[..., Iterable[Shard] | Awaitable[Iterable[Shard]]] = sink.done
    found = done(plan) if signature(done).parameters else done()
    return await found if isawaitable(found) else found


async def coverage(plan: Plan, sink: Sink) -> Coverage:
    """See `Pull.coverage`."""
    ledger = Ledger(await finished(sink, plan))
    shards, done, missing = 0, 0, list[Shard]()
    every = Keys(plan)
    try:
        while True:
            try:
                shard = await every.next()
            except StopAsyncIteration:
                break
            rest = ledger.missing(shard)
            shards += 1
            done += not rest
            missing += rest[: _NAMED - len(missing)]
            if shards % _AT_ONCE == 0:
                await checkpoint()
    finally:
        await every.aclose()
    return Coverage(shards, done, tuple(missing))
