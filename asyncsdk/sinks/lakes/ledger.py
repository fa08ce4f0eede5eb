"""The ledger of a table, row by row: what of it a shard replaces, and what is done."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter

from ...datasets.ledger import Finished
from ...datasets.plan import Plan
from ...datasets.shard import Shard
from ...errors import ConfigurationError
from ..parts import Part, replaced


def replaces(known: Iterable[tuple[int, int, int, bool]], shard: Shard) -> list[int] | None:
    """What a shard comes in the place of; None if it is there already.

    Args:
        known: of the same key, each: its number, start, end (milliseconds; 0 and 1 without time), and whether it is final.
        shard: what is being committed.

    Raises:
        ConfigurationError: something final holds a part of its time.
    """
    parts = [Part(str(number), start, end, settled) for number, start, end, settled in known]
    try:
        found = replaced(parts, shard)
    except ConfigurationError:
        raise ConfigurationError(
            f"{shard}: a part of its time is in the table already: does another run write to it, with other windows or another range?"
        ) from None
    return None if found is None else [int(each.name) for each in found]


def finished(dataset: str, rows: Iterable[tuple[str | None, int, int]], *, timed: bool) -> Finished:
    """The ledger of a data set.

    Args:
        dataset: its id.
        rows: key, start, end of each shard that is final, in order of the keys.
        timed: whether it has a time.
    """
    made = Finished(dataset, timed=timed)
    for key, each in groupby(rows, itemgetter(0)):
        made.add(key, array("q", (edge for _, start, end in each for edge in (start, end))))
    return made


def span_of(plan: Plan | None) -> tuple[int, int]:
    """The first and the last millisecond that a plan asks for; all that there are without one."""
    if plan is None or plan.start is None or plan.end is None:
        return 0, 1 << 62
    return plan.start, plan.end
