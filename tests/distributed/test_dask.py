"""A plan on a Dask cluster of this machine, whose workers are killed while they ask."""

from __future__ import annotations

import signal
from functools import partial

import polars as pl
import pytest
import trial
from attrs import evolve
from distributed import Client, LocalCluster

from asyncsdk import PermissionDeniedError
from asyncsdk.distributed import dask as on_dask
from asyncsdk.sinks import ParquetSink

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals of POSIX")


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A cluster of one worker more than are killed here: Dask may be long in starting another, or not manage to."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UNLEASH_API_KEY", "test-key")
        patch.setenv("HOME", str(home))
        with (
            LocalCluster(
                host="127.0.0.1",
                dashboard_address=None,
                n_workers=5,
                threads_per_worker=1,
                local_directory=str(home / "dask"),
            ) as cluster,
            Client(cluster) as client,
        ):
            yield client


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setenv("UNLEASH_API_KEY", "test-key")
    with trial.world() as world:
        yield world


def test_a_dataframe_is_the_plan_and_has_its_types_before_it_is_computed(client, world):
    frame = on_dask.read(evolve(world.plan, keys="all"), world.connect, client)
    assert world.killer.requests == 1  # the list of keys
    assert 4 < frame.npartitions <= 20
    found = frame.compute()
    assert world.is_truth(found)
    assert found.dtypes.equals(frame.dtypes)


def test_a_final_error_ends_it_at_once_with_its_sentence(client, world, tmp_path):
    refused = partial(trial.refused, *world.connect.args)
    with pytest.raises(PermissionDeniedError, match="403") as caught:
        on_dask.backfill(world.plan, refused, ParquetSink(tmp_path / "out"), client)
    assert caught.value.shard.dataset == world.plan.dataset
    assert world.killer.requests < len(world.plan)
    with pytest.raises(PermissionDeniedError, match="403"):
        on_dask.read(world.plan, refused, client).compute()


def test_what_travels_holds_no_key_and_is_small(client, world):
    from distributed.protocol.pickle import dumps

    graph = dumps(on_dask.read(world.plan, world.connect, client).optimize().__dask_graph__())
    assert b"test-key" not in graph
    assert len(graph) < 10_000


def test_the_total_is_divided_among_the_workers(client, world):
    assert on_dask.read(world.plan, world.connect, client, total_concurrency=1).npartitions == 1
    assert on_dask.read(world.plan, world.connect, client, pieces=3).npartitions == 3


@pytest.mark.soak  # Dask does not always replace a worker that was killed, and then waits without end
def test_a_worker_killed_while_a_dataframe_becomes_files_leaves_the_very_rows(client, world, tmp_path):
    world.killer.at = [20, world.needed // 2]
    on_dask.read(world.plan, world.connect, client).to_parquet(tmp_path / "out", write_index=False)
    assert len(world.killer.killed) == 2
    assert world.killer.requests > world.needed, "a kill hit nothing"
    assert world.is_truth(pl.read_parquet(tmp_path / "out"))


@pytest.mark.soak  # Dask does not always replace a worker that was killed, and then waits without end
def test_a_worker_killed_during_a_backfill_leaves_each_row_once(client, world, tmp_path):
    world.killer.at = [20, world.needed // 2]
    sink = ParquetSink(tmp_path / "out")
    found = on_dask.backfill(world.plan, world.connect, sink, client)
    assert (found.shards, found.done, len(found.missing)) == (len(world.plan), len(world.plan), 0)
    assert len(world.killer.killed) == 2
    assert world.killer.requests > world.needed, "a kill hit nothing"
    assert list((tmp_path / "out").rglob("*.tmp")) == []
    assert world.is_truth(pl.read_parquet(tmp_path / "out"))

    before = world.killer.requests
    assert on_dask.backfill(world.plan, world.connect, sink, client) == found
    assert world.killer.requests == before
