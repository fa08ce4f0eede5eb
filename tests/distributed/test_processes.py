"""Without an engine: processes take pieces of one plan into one sink, are killed at random instants, and are started again until it is done."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import polars as pl
import pytest
import trial

import asyncsdk
from asyncsdk import Plan, datasets
from asyncsdk.datasets import coverage
from asyncsdk.sinks import NDJSONSink, ParquetSink

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals of POSIX")

WORKER = """
import json, pickle, sys
from asyncsdk import datasets
report = datasets.backfill(*pickle.load(sys.stdin.buffer), concurrency=4)
print(json.dumps([report.shards, report.skipped]))
"""
PATHS = os.pathsep.join([str(Path(asyncsdk.__file__).parents[1]), str(Path(trial.__file__).parent)])


def started(work):
    worker = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": PATHS},
    )
    worker.stdin.write(pickle.dumps(work))
    worker.stdin.close()
    return worker


def ended(worker):
    """What a process has done and skipped; None if it was killed."""
    with worker:
        said, failed = worker.stdout.read(), worker.stderr.read()
    assert worker.wait() in (0, -signal.SIGKILL), failed.decode()
    assert failed == b""
    return None if worker.returncode else json.loads(said)


def test_one_plan_in_many_processes_ends_as_in_one(monkeypatch, tmp_path):
    monkeypatch.setenv("UNLEASH_API_KEY", "test-key")
    chance, sink = Random(18), ParquetSink(tmp_path / "out")
    with trial.world() as world:
        world.killer.at = sorted(chance.sample(range(10, world.needed), 4))
        world.killer.later = lambda: chance.uniform(0, 0.02)
        waiting, reports, lives = world.plan.split(5), [], 0
        while waiting:
            running = [(piece, started((piece, world.connect, sink))) for piece in waiting[:3]]
            del waiting[:3]
            lives += len(running)
            for piece, worker in running:
                report = ended(worker)
                waiting += [] if report else [piece]
                reports += [report] if report else []
        requests, killed = world.killer.requests, lives - 5

    assert killed >= 2
    assert requests > world.needed or sum(skipped for _, skipped in reports) > 0, "a kill hit nothing"
    found = coverage(world.plan, sink)
    assert (found.shards, found.done, len(found.missing)) == (len(world.plan), len(world.plan), 0)
    assert list((tmp_path / "out").rglob("*.tmp")) == []
    assert world.is_truth(pl.read_parquet(tmp_path / "out"))


def test_how_far_it_came_is_what_the_sink_has(monkeypatch, tmp_path):
    monkeypatch.setenv("UNLEASH_API_KEY", "test-key")
    sink = NDJSONSink(tmp_path)
    with trial.world(devices=2, hours=6) as world:
        first, second = world.plan.split(2)
        datasets.backfill(first, world.connect, sink)
        datasets.backfill(first, world.connect, sink)
        found = coverage(world.plan, sink)
        assert (found.shards, found.done) == (12, 6)
        assert list(found.missing) == list(second)
        datasets.backfill(Plan.of(found.missing), world.connect, sink)
        assert coverage(world.plan, sink).complete
