"""Polars: a plan as a lazy frame that asks for what a query needs."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from ..datasets.blocking import Reader
from .conditions import narrowed
from .pieces import known

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from ..datasets.blocking import Connect
    from ..datasets.plan import Plan


def scan(plan: Plan, connect: Connect, *, concurrency: int = 16) -> pl.LazyFrame:
    """The rows of a plan as a lazy frame. Nothing is asked for before it is collected, and each time anew.

    ::

        rows = asyncsdk.distributed.polars.scan(plan, UnleashAnalytics)
        rows.filter(pl.col("device_id") == "W9d3f1bcad8e8abd", pl.col("timestamp") >= noon).collect()

    Conditions on the key (``==``, ``is_in``) and on the time (comparisons, ``is_between``) that are joined by ``&`` decide what is
    asked for; ``head`` ends it early. Rows come in the plan's order.

    Args:
        plan: what to read.
        connect: makes the client, as for `asyncsdk.datasets.read`.
        concurrency: how many pages are asked for at once.

    Raises:
        ConfigurationError: the extra ``arrow`` is not installed. What goes wrong later is polars' ``ComputeError``, with our sentence.
    """
    import polars as pl
    from polars.io.plugins import register_io_source

    def frames(
        columns: list[str] | None, predicate: pl.Expr | None, limit: int | None, _: int | None
    ) -> Iterator[pl.DataFrame]:
        wanted = plan
        if predicate is not None and limit is None:  # a limit counts rows before they are filtered
            narrow = narrowed(predicate, plan.dataset)
            wanted = narrow.of(plan if narrow.keys is None else known(plan, connect))
        if limit == 0:
            return
        with closing(iter(Reader(wanted, connect, concurrency, ordered=True))) as batches:
            for batch in batches:
                frame = pl.DataFrame(batch).head(batch.num_rows if limit is None else limit)
                limit = None if limit is None else limit - frame.height
                frame = frame if predicate is None else frame.filter(predicate)
                yield frame if columns is None else frame.select(columns)
                if limit == 0:
                    return

    empty = pl.DataFrame(Reader(plan, connect).schema.empty_table())
    return register_io_source(frames, schema=empty.schema)
