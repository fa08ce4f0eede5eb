"""Dask: a plan as a dataframe, and a backfill on a cluster."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from ..datasets.blocking import Reader, coverage
from ..datasets.covering import Coverage
from .pieces import Fill, Share, cut, known

if TYPE_CHECKING:
    import dask.dataframe as dd
    import pandas as pd
    import pyarrow as pa
    from distributed import Client

    from ..datasets.blocking import Connect
    from ..datasets.plan import Plan
    from ..datasets.protocol import Sink


def read(
    plan: Plan, connect: Connect, client: Client, *, pieces: int | None = None, total_concurrency: int = 16
) -> dd.DataFrame:
    """The rows of a plan as a dataframe of Arrow's types, a piece of the plan a partition; a lost one is fetched again.

    ::

        rows = asyncsdk.distributed.dask.read(plan, UnleashAnalytics, client)
        rows.groupby("device_id")["count"].sum().compute()

    Args:
        plan: what to read; ``"all"`` is listed here and now, the rest is fetched when it is computed.
        connect: makes the client of the service in a worker, as for `asyncsdk.datasets.read`.
        client: of the cluster; as many partitions are read at once as it has threads now.
        pieces: how many partitions; None for four a thread.
        total_concurrency: how many pages all workers together ask for at once.

    Raises:
        SDKError: here, what listing the keys met; from the computation, what the first failed shard met.
    """
    import dask.dataframe as dd

    share = Share.of(total_concurrency, _threads(client), pieces)
    readers = [Reader(piece, connect, share.concurrency, ordered=True) for piece in cut(known(plan, connect), share)]
    meta = _pandas(readers[0].schema.empty_table())
    return dd.from_map(_frame, readers, meta=meta, label="asyncsdk-read", enforce_metadata=False)


def backfill(
    plan: Plan,
    connect: Connect,
    sink: Sink,
    client: Client,
    *,
    pieces: int | None = None,
    total_concurrency: int = 16,
    settle: timedelta = timedelta(0),
    refresh: bool = False,
) -> Coverage:
    """Write a plan into a sink exactly once, on a cluster: arguments as in `read` and `asyncsdk.datasets.backfill`.

    ::

        asyncsdk.distributed.dask.backfill(plan, UnleashAnalytics, ParquetSink("s3://bucket/rows"), client)

    A piece whose worker dies goes to another, which skips what is done; one that fails is not tried again, what waits is dropped.

    Raises:
        SDKError: what the first failed shard met.
        OSError: what the sink met, which all workers must reach.
    """
    from distributed import as_completed

    share, plan = Share.of(total_concurrency, _threads(client), pieces), known(plan, connect)
    fill = Fill(connect, sink, share.concurrency, settle, refresh)
    futures = client.map(fill, cut(plan, share), key="asyncsdk-backfill", pure=False)
    try:
        for future in as_completed(futures):
            future.result()
            future.release()  # or it would be done again if the worker that holds its result were lost
    finally:
        client.cancel(futures)
    return coverage(plan, sink)


def _threads(client: Client) -> int:
    threads: Any = client.nthreads()  # a coroutine only of a client that is asynchronous
    return max(1, sum(map(int, threads.values())))


def _frame(reader: Reader) -> pd.DataFrame:
    import pyarrow as pa

    return _pandas(pa.Table.from_batches(reader, reader.schema))


def _pandas(table: pa.Table) -> pd.DataFrame:
    import pandas as pd

    return table.to_pandas(types_mapper=pd.ArrowDtype)
