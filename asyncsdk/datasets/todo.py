"""The shards of a plan that a backfill has still to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio.lowlevel import checkpoint
from attrs import evolve

from ..fanout.keys import Keys
from ..times import MILLISECOND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import timedelta

    from ..fanout.progress import Progress
    from ..http.clock import Clock
    from .ledger import Ledger, Refresh
    from .plan import Plan
    from .shard import Shard

_AT_ONCE = 1000


class Todo:
    """The shards of a plan that are still to do, lazily: what is done is left out, in parts where it must be.

    Args:
        plan: what there is to do in all.
        done: what of it is done; or what stands there and is to be fetched again.
        refreshed: whether it is the latter.
        settle: how long late rows may still come.
        clock: what time it is.

    Attributes:
        length: how many shards the plan has; None where that is not known.
        progress: told how many were left out; to be set before the first shard is asked for.
    """

    def __init__(self, plan: Plan, done: Ledger | Refresh, *, refreshed: bool, settle: timedelta, clock: Clock) -> None:
        self._shards = Keys(plan)
        self._done = done
        self._refreshed = refreshed
        self._settle = settle / MILLISECOND
        self._clock = clock
        self.length = self._shards.length
        self.progress: Progress | None = None

    async def __aiter__(self) -> AsyncIterator[Shard]:
        assert self.progress is not None
        try:
            while True:
                shard = await self._shards.next()
                missing = self._done.missing(shard)
                if not missing:
                    self.progress.skipped += 1
                    if self.progress.skipped % _AT_ONCE == 0:  # a million of them must not hold up everybody else
                        await checkpoint()
                for each in missing:
                    settled = each.end is None or each.end + self._settle <= int(self._clock.time() * 1000)
                    yield evolve(each, settled=settled, refreshed=self._refreshed)
        except StopAsyncIteration:
            return
        finally:
            await self._shards.aclose()
