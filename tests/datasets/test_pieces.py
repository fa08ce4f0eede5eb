"""Pieces of one plan in processes of their own, killed at random instants and started again until all is done."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import anyio
import pytest

import asyncsdk
from asyncsdk import Plan, UnleashAnalytics, datasets
from asyncsdk.sinks import NDJSONSink
from asyncsdk.testing import AnalyticsService, Sandbox, serve

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

START = datetime(2020, 8, 17, tzinfo=UTC)
PIECES = 3

# One byte for each step, so that whoever kills it knows that it was in the middle of its work.
WORKER = """
import os, pickle, sys
from asyncsdk import datasets
piece, connect, sink = pickle.load(sys.stdin.buffer)
datasets.backfill(piece, connect, sink, concurrency=3, on_progress=lambda _: os.write(1, b"."))
"""


class Worker:
    """A process with a piece."""

    def __init__(self, packed):
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=os.environ | {"PYTHONPATH": str(Path(asyncsdk.__file__).parents[1])},
        )
        with self._process.stdin as pipe:
            pipe.write(packed)

    def step(self):
        """Wait for a step; False at the end."""
        return bool(self._process.stdout.read(1))

    def kill(self):
        self._process.kill()
        return self.end()

    def end(self):
        """How it ended."""
        with self._process:
            self._process.stdout.read()
        return self._process.returncode


def files(folder):
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".asyncsdk")}


def test_processes_that_are_killed_fill_one_sink_with_just_the_rows(monkeypatch, tmp_path):
    requests, random, kills = [], Random(7), 0
    service = AnalyticsService(devices=4, rows_per_hour=60, page_size=25)
    monkeypatch.setenv("UNLEASH_API_KEY", service.api_key)
    plan = Plan.make("unleash_analytics.rows", service.device_ids, START, START + timedelta(days=1), timedelta(hours=1))
    with serve(Sandbox(service, on_request=lambda request: requests.append(request.url.path))) as url:
        connect = partial(UnleashAnalytics, base_url=f"{url}/v1")
        datasets.backfill(plan, connect, NDJSONSink(tmp_path / "undisturbed"))
        needed = len(requests)
        sink = NDJSONSink(tmp_path / "pieces")
        packed = [pickle.dumps((piece, connect, sink)) for piece in plan.split(PIECES)]
        assert max(map(len, packed)) < 1000
        for _ in range(2):
            before = datasets.coverage(plan, sink).done
            workers = [Worker(each) for each in packed]
            for worker in workers:
                took = sum(worker.step() for _ in range(random.randrange(2, 25)))
                kills += worker.kill() == -9 and took > 1
            assert before < datasets.coverage(plan, sink).done < len(plan)
        assert [worker.end() for worker in map(Worker, packed)] == [0] * PIECES
    assert kills > PIECES  # some worker may have come to its end before it was reached
    assert len(requests) > 2 * needed  # what was under way was asked for again
    found = datasets.coverage(plan, sink)
    assert (found.shards, found.done) == (4 * 24, 4 * 24)
    assert files(tmp_path / "pieces") == files(tmp_path / "undisturbed")
    assert len(list(anyio.run(sink.done))) == len(plan)
