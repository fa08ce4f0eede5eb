"""How far many workers came with a plan: by what the sink has, since what each of them reports is only what it did itself."""

from __future__ import annotations

from inspect import isawaitable, signature
from typing import TYPE_CHECKING, Any

from anyio.from_thread import start_blocking_portal
from attrs import frozen

from ..datasets.ledger import Ledger
from ..datasets.plan import Plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ..datasets.protocol import Sink
    from ..datasets.shard import Shard


@frozen(kw_only=True)
class Standing:
    """How far a plan has come.

    Attributes:
        shards: how many the plan has.
        done: how many of them the sink has as a whole.
        missing: what is still to do, and what may still change (``settle``), as a plan; empty when all is done.
    """

    shards: int
    done: int
    missing: Plan


def standing(plan: Plan, sink: Sink) -> Standing:
    """How far a sink has come with a plan, whoever wrote into it, and how often.

    It goes through the plan shard by shard, some hundred thousand a second.

    Args:
        plan: one whose keys are known.
        sink: where it is written to.

    Raises:
        TypeError: the plan's keys are not known.
        OSError: what the sink met.
    """
    ledger = Ledger(_done(sink, plan))
    total = done = 0
    missing: list[Shard] = []
    for shard in plan:
        total += 1
        parts = ledger.missing(shard)
        done += not parts
        missing += parts
    return Standing(shards=total, done=done, missing=Plan.of(missing))


def _done(sink: Sink, plan: Plan) -> Iterable[Shard]:
    async def ask() -> Iterable[Shard]:
        done: Callable[..., Any] = sink.done
        found: Any = done(plan) if signature(done).parameters else done()
        shards: Iterable[Shard] = await found if isawaitable(found) else found
        return shards

    with start_blocking_portal() as portal:
        return portal.call(ask)
