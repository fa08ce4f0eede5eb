"""What a query's conditions on key and time leave of a plan, so that the rest is not asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import reduce
from operator import and_
from typing import TYPE_CHECKING, Literal

from attrs import evolve, frozen

from ..codec.model import named
from ..datasets.dataset import declared
from ..times import since_epoch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..datasets.plan import Plan
    from ..datasets.shard import Shard

Comparison = Literal["<", "<=", "=", ">=", ">"]


def time_column(dataset: str) -> str | None:
    """The column of a data set that places a row in time; None without time."""
    found = declared(dataset)
    return next((name for field, name in named(found.model) if field.name == found.time), None)


@frozen
class Narrow:
    """A part of a plan; of a condition never less than what it allows.

    Attributes:
        keys: the only ones; None for all.
        start: the first millisecond; None for the plan's own.
        end: the one after the last; likewise.
    """

    keys: frozenset[str] | None = None
    start: int | None = None
    end: int | None = None

    @classmethod
    def compared(cls, comparison: Comparison, value: object) -> Narrow:
        """What ``time <comparison> value`` leaves; everything where the value is no point in time."""
        if not isinstance(value, datetime) or value.utcoffset() is None:
            return cls()
        first = since_epoch(value)
        # A row of the same millisecond may be later within it.
        after = since_epoch(value - timedelta(microseconds=1)) + 1 if comparison == "<" else first + 1
        return cls(None, None if comparison in {"<", "<="} else first, None if comparison in {">", ">="} else after)

    @classmethod
    def among(cls, values: Iterable[object]) -> Narrow:
        """What a key that is one of these leaves; everything where one of them can be no key."""
        found = list(values)
        if not all(isinstance(each, str | int) for each in found):
            return cls()
        return cls(frozenset(map(str, found)))

    @classmethod
    def every(cls, conditions: Iterable[Narrow]) -> Narrow:
        """What all of them leave."""
        every = list(conditions)
        keys = [each.keys for each in every if each.keys is not None]
        starts = [each.start for each in every if each.start is not None]
        ends = [each.end for each in every if each.end is not None]
        return cls(reduce(and_, keys) if keys else None, max(starts, default=None), min(ends, default=None))

    def of(self, plan: Plan) -> Plan:
        """What is left of a plan whose keys are known; all of one that is a piece cut within a key."""
        if plan.shards is not None:
            return evolve(plan, shards=tuple(filter(self._holds, plan.shards)))
        if plan.first_start is not None or plan.last_end is not None:
            return plan
        if self.keys is not None and isinstance(plan.keys, tuple):
            plan = evolve(plan, keys=[key for key in plan.keys if key in self.keys])
        if plan.start is None or plan.end is None:
            return plan
        start = plan.start if self.start is None else max(self.start, plan.start)
        end = plan.end if self.end is None else min(self.end, plan.end)
        return evolve(plan, start=start, end=end) if start < end else evolve(plan, shards=())

    def _holds(self, shard: Shard) -> bool:
        if self.keys is not None and shard.key is not None and shard.key not in self.keys:
            return False
        if shard.start is None or shard.end is None:
            return True
        return (self.end is None or shard.start < self.end) and (self.start is None or shard.end > self.start)
