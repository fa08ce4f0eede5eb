"""A service that kills who asks it: what the trials of processes and engines share."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import polars as pl
from attrs import Factory, define, frozen

from asyncsdk import Plan, UnleashAnalytics, datasets
from asyncsdk.testing import AnalyticsService, Sandbox, serve

START = datetime(2020, 8, 17, tzinfo=UTC)
SIX = START + timedelta(hours=6)


def connect(url):
    """A client that says in which process it is; its key is looked up there."""
    return UnleashAnalytics(base_url=f"{url}/v1", headers={"x-process": str(os.getpid())})


@define
class Killer:
    """Sees each request, and kills the process that asked at some of them: so a kill hits work that is under way.

    Attributes:
        at: the numbers of the requests to kill at, in order.
        later: gives how many seconds after the request; None for at once.
        requests: how many there were.
        killed: the processes.
    """

    at: list = Factory(list)
    later: object = None
    requests: int = 0
    killed: list = Factory(list)

    def __call__(self, request):
        self.requests += 1
        process = int(request.headers["x-process"])
        if self.at and self.requests >= self.at[0] and process not in (os.getpid(), *self.killed):
            self.at.pop(0)
            self.killed.append(process)
            if self.later is None:
                kill(process)
            else:
                threading.Timer(self.later(), kill, [process]).start()


def kill(process):
    # A process that has ended by now is waited for by nobody but the trial itself: its number is not given away.
    os.kill(process, signal.SIGKILL)


@frozen
class World:
    """What a trial has.

    Attributes:
        connect: the recipe for a client.
        plan: what is to be fetched.
        truth: its rows, in the order of their values.
        needed: how many requests it takes.
        killer: the service's.
    """

    connect: object
    plan: Plan
    truth: pl.DataFrame
    needed: int
    killer: Killer

    def is_truth(self, found):
        """Whether a table or frame has the very rows, in any order."""
        frame = found if isinstance(found, pl.DataFrame) else pl.DataFrame(found)
        return in_order(frame.select(self.truth.columns)).equals(self.truth)


def in_order(frame):
    times = pl.col("timestamp").dt.cast_time_unit("us").dt.convert_time_zone("UTC")
    return frame.with_columns(times).sort(pl.all())


@contextmanager
def world(*, devices=8, hours=12):
    """A service of its own, and what it holds."""
    service = AnalyticsService(devices=devices, rows_per_hour=60, page_size=25)
    length = timedelta(hours=1)
    plan = Plan.make("unleash_analytics.rows", service.device_ids, START, START + hours * length, length)
    killer = Killer()
    with serve(Sandbox(service, on_request=killer)) as url:
        recipe = partial(connect, url)
        truth = in_order(pl.DataFrame(datasets.read(plan, recipe)))
        needed, killer.requests = killer.requests, 0
        assert truth.height > needed >= len(plan)
        yield World(recipe, plan, truth, needed, killer)
        assert set(killer.killed) != {os.getpid()}


def connected(base_url):
    """The same as an option of Spark's names it."""
    return connect(base_url)


def refused(base_url):
    """A client whose key is none; made where it is used, since no key travels."""
    return UnleashAnalytics("wrong-key", base_url=f"{base_url}/v1", headers={"x-process": "1"})
