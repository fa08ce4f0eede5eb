"""Ray: a plan as a Ray Data set, and a backfill as tasks."""

# an engine that is not installed with the others
# pyright: reportMissingImports=false, reportAttributeAccessIssue=false

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ..datasets.blocking import Reader, coverage
from ..datasets.covering import Coverage
from .pieces import Fill, Share, cut, known

if TYPE_CHECKING:
    from ray.data import Dataset

    from ..datasets.blocking import Connect
    from ..datasets.plan import Plan
    from ..datasets.protocol import Sink


def read(plan: Plan, connect: Connect, *, pieces: int | None = None, total_concurrency: int = 16) -> Dataset:
    """The rows of a plan as a Ray Data set, a piece of the plan a read task; what is lost with a node is fetched again.

    ::

        rows = asyncsdk.distributed.ray.read(plan, UnleashAnalytics)
        rows.groupby("device_id").count().show()

    Args:
        plan: what to read; ``"all"`` is listed here and now, the rest is fetched when it is used.
        connect: makes the client of the service in a task, as for `asyncsdk.datasets.read`.
        pieces: how many read tasks; None for four a CPU of the cluster, as many of which run at once as there are now.
        total_concurrency: how many pages all tasks together ask for at once.

    Raises:
        SDKError: here, what listing the keys met; from its use, within Ray's own error, what the first failed shard met.
    """
    import ray.data

    from .ray_source import Source

    share = Share.of(total_concurrency, _cpus(), pieces)
    readers = [Reader(piece, connect, share.concurrency, ordered=True) for piece in cut(known(plan, connect), share)]
    return ray.data.read_datasource(Source(readers), concurrency=share.at_once, override_num_blocks=len(readers))


def backfill(
    plan: Plan,
    connect: Connect,
    sink: Sink,
    *,
    pieces: int | None = None,
    total_concurrency: int = 16,
    settle: timedelta = timedelta(0),
    refresh: bool = False,
) -> Coverage:
    """Write a plan into a sink exactly once, on a cluster: arguments as in `read` and `asyncsdk.datasets.backfill`.

    ::

        asyncsdk.distributed.ray.backfill(plan, UnleashAnalytics, ParquetSink("s3://bucket/rows"))

    A piece whose worker dies goes to another, which skips what is done; one that fails is not tried again, and ends the rest.

    Raises:
        SDKError: what the first failed shard met.
        OSError: what the sink met, which all workers must reach.
    """
    import ray.exceptions

    share, plan = Share.of(total_concurrency, _cpus(), pieces), known(plan, connect)
    fill = Fill(connect, sink, share.concurrency, settle, refresh)
    task = ray.remote(max_retries=-1, retry_exceptions=False, scheduling_strategy="SPREAD")(_filled)
    waiting = cut(plan, share)[::-1]
    running: list[ray.ObjectRef[None]] = []
    try:
        while waiting or running:
            while waiting and len(running) < share.at_once:
                running.append(task.remote(fill, waiting.pop()))
            [ended], running = ray.wait(running)
            ray.get(ended)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
    finally:
        for each in running:
            ray.cancel(each)
    return coverage(plan, sink)


def _filled(fill: Fill, piece: Plan) -> None:
    fill(piece)


def _cpus() -> int:
    import ray.exceptions

    return max(1, int(ray.cluster_resources().get("CPU", 1)))
