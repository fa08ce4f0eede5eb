"""Many files made one: the same rows, the same ledger, beside readers and writers, killed anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import anyio
import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from attrs import evolve

import asyncsdk
from asyncsdk.datasets.ledger import Ledger
from asyncsdk.datasets.shard import Shard
from asyncsdk.errors import ConfigurationError
from asyncsdk.sinks import CSVSink, NDJSONSink, ParquetSink, compact, drafts
from asyncsdk.sinks.compaction import folder as of_folder
from asyncsdk.testing import FakeClock
from asyncsdk.times import DAY
from asyncsdk.unleash.analytics.datasets import ROWS_OF_DEVICES

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux swaps two folders in one step")

MIDNIGHT = 18_491 * DAY  # 2020-08-17
HOUR = 3_600_000
LATER = FakeClock(MIDNIGHT / 1000 + 3 * 86_400)


def shard(hour, day=0, device="W1", hours=1):
    start = MIDNIGHT + day * DAY + hour * HOUR
    return Shard(ROWS_OF_DEVICES.id, device, start, start + hours * HOUR)


def rows(each, number=3):
    at = (each.start - MIDNIGHT) // HOUR
    return [
        {
            "class_name": "person",
            "count": n,
            "device_id": each.key,
            "frame_number": at,
            "timestamp": f"2020-08-17T00:00:{n:02}.000Z",
        }
        for n in range(number)
    ]


async def write(sink, each, number=3):
    async with sink.open(each) as writer:
        if number:
            await writer.write(rows(each, number))


def tree(root):
    return sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and path.parent.name != ".asyncsdk"
    )


every_sink = pytest.mark.parametrize(
    ("make", "read"),
    [
        (ParquetSink, lambda root: sorted(zip(*pq.read_table(root).select(["frame_number", "count"]).to_pydict().values(), strict=True))),
        (NDJSONSink, lambda root: sorted(pl.scan_ndjson(f"{root}/**/*.ndjson").select("frame_number", "count").collect().rows())),
        (CSVSink, lambda root: sorted(pl.scan_csv(f"{root}/**/*.csv").select("frame_number", "count").collect().rows())),
        (lambda path: NDJSONSink(path, "gzip"), lambda root: sorted(duckdb.sql(f"select frame_number, count from read_json('{root}/**/*.ndjson.gz')").fetchall())),
        (lambda path: CSVSink(path, "zstd"), lambda root: sorted(duckdb.sql(f"select frame_number, count from read_csv('{root}/**/*.csv.zst')").fetchall())),
    ],
    ids=["parquet", "ndjson", "csv", "ndjson.gz", "csv.zst"],
)  # fmt: skip


@every_sink
@pytest.mark.anyio
async def test_the_files_of_a_past_day_and_key_become_one(make, read, tmp_path):
    root = tmp_path / "rows"
    sink = make(root)
    for day in range(3):
        for device in ("W1", "W2"):
            for hour in range(24):
                await write(sink, shard(hour, day, device), number=0 if hour == 5 else 2)
    before, ledger = read(root), set(Ledger(await sink.done())._done[ROWS_OF_DEVICES.id]["W1"])
    done = await compact(root, older_than=timedelta(days=1), clock=LATER)
    assert (done.folders, done.compacted, done.removed, done.busy) == (4, 4, 4 * 23, 0)
    assert read(root) == before
    assert len(before) == 3 * 2 * 23 * 2
    assert set(Ledger(await make(root).done())._done[ROWS_OF_DEVICES.id]["W1"]) == ledger
    assert len([name for name in tree(root) if "date=2020-08-17" in name]) == 2
    assert len([name for name in tree(root) if "date=2020-08-19" in name]) == 2 * 24
    assert [each.name for each in tmp_path.iterdir()] == ["rows"]
    again = await compact(root, older_than=timedelta(days=1), clock=LATER)
    assert (again.folders, again.compacted, again.removed) == (4, 0, 0)


@pytest.mark.anyio
async def test_what_was_never_fetched_stays_a_gap_and_what_is_provisional_stays(tmp_path):
    root = tmp_path / "rows"
    sink = NDJSONSink(root)
    for hour in (0, 1, 2, 5, 6, 9):
        await write(sink, shard(hour))
    await write(sink, evolve(shard(12), settled=False))
    day = root / "device_id=W1" / "date=2020-08-17"
    (day / "notes.txt").write_text("of somebody else")
    before = Ledger(await sink.done()).missing(shard(0, hours=24))
    assert (await compact(root, clock=LATER)).removed == 3
    assert sorted(path.name for path in day.iterdir()) == [
        "20200817T000000.000Z-20200817T030000.000Z.ndjson",
        "20200817T050000.000Z-20200817T070000.000Z.ndjson",
        "20200817T090000.000Z-20200817T100000.000Z.ndjson",
        "20200817T120000.000Z-20200817T130000.000Z.provisional.ndjson",
        "notes.txt",
    ]
    assert Ledger(await sink.done()).missing(shard(0, hours=24)) == before
    # The gap is filled, and what is there now becomes one.
    for hour in (3, 4):
        await write(sink, shard(hour))
    assert (await compact(root, clock=LATER)).removed == 3
    assert len(list(day.iterdir())) == 4


@pytest.mark.anyio
async def test_a_day_without_rows_stays_done_without_rows(tmp_path):
    sink = NDJSONSink(tmp_path / "rows")
    for hour in range(3):
        await write(sink, shard(hour), number=0)
    await compact(tmp_path / "rows", clock=LATER)
    assert tree(tmp_path / "rows") == ["device_id=W1/date=2020-08-17/.20200817T000000.000Z-20200817T030000.000Z.empty"]
    assert [(each.start, each.end) for each in await sink.done()] == [(MIDNIGHT, MIDNIGHT + 3 * HOUR)]


@pytest.mark.anyio
async def test_a_refresh_of_what_was_compacted_replaces_it(tmp_path):
    sink = NDJSONSink(tmp_path / "rows")
    for hour in range(3):
        await write(sink, shard(hour))
    await compact(tmp_path / "rows", clock=LATER)
    await write(sink, evolve(shard(0, hours=3), refreshed=True), number=1)
    [name] = tree(tmp_path / "rows")
    assert len((tmp_path / "rows" / name).read_bytes().splitlines()) == 1


@pytest.mark.anyio
async def test_a_folder_in_which_somebody_writes_is_left_for_the_next_time(tmp_path):
    sink = NDJSONSink(tmp_path / "rows")
    for hour in range(3):
        await write(sink, shard(hour))
    async with sink.open(shard(3)) as writer:
        assert (await compact(tmp_path / "rows", clock=LATER)).busy == 1
        await writer.write(rows(shard(3)))
    assert (await compact(tmp_path / "rows", clock=LATER)).removed == 3


@pytest.mark.parametrize("moment", ["merge", "exchange", "after the exchange"])
@pytest.mark.anyio
async def test_a_writer_that_comes_in_the_middle_loses_nothing(tmp_path, monkeypatch, moment):
    sink, came = NDJSONSink(tmp_path / "rows"), []
    for hour in range(3):
        await write(sink, shard(hour))

    def comes():
        """Begins a shard, in the folder as it is now."""
        if not came:
            came.append(sink._store.create(sink._layouts[ROWS_OF_DEVICES.id], shard(3)))

    real = {"merge": of_folder.merge, "exchange": of_folder.exchange}

    def merging(*given):
        real["merge"](*given)
        if moment == "merge":
            comes()

    def exchanging(old, new):
        if moment == "exchange":
            comes()
        real["exchange"](old, new)
        if moment == "after the exchange":
            comes()

    monkeypatch.setattr(of_folder, "merge", merging)
    monkeypatch.setattr(of_folder, "exchange", exchanging)
    done = await compact(tmp_path / "rows", clock=LATER)
    assert (done.busy, done.removed) == ((0, 2) if moment == "after the exchange" else (1, 0))
    draft = came[0]
    draft.file.write(b'{"frame_number":3}\n')
    draft.finish(empty=False)
    assert draft.commit(empty=False) is None
    monkeypatch.undo()
    await compact(tmp_path / "rows", clock=LATER)
    [name] = tree(tmp_path / "rows")
    assert len((tmp_path / "rows" / name).read_bytes().splitlines()) == 10


def test_a_lock_that_was_waited_for_in_a_folder_that_is_gone_is_none(tmp_path, monkeypatch):
    (tmp_path / "old").mkdir()
    (tmp_path / "new").mkdir()
    real = drafts._lock

    def late(handle):
        of_folder.exchange(tmp_path / "old", tmp_path / "new")
        return real(handle)

    monkeypatch.setattr(drafts, "_lock", late)
    with drafts.alone_in(tmp_path / "old") as alone:
        assert not alone


@pytest.mark.anyio
async def test_a_reader_sees_each_row_once_at_any_moment(tmp_path):
    sink, root = NDJSONSink(tmp_path / "rows"), tmp_path / "rows"
    devices = [f"W{number}" for number in range(12)]
    for device in devices:
        for hour in range(6):
            await write(sink, shard(hour, device=device))
    seen, stop = [], threading.Event()

    def look():
        while not stop.is_set():
            for device in devices:
                handle = os.open(root / f"device_id={device}" / "date=2020-08-17", os.O_RDONLY)
                names = [name for name in os.listdir(handle) if not name.startswith(".")]
                found = 0
                try:
                    for name in names:
                        with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=handle), "rb") as file:
                            found += len(file.read().splitlines())
                    seen.append((found, len(names)))
                except FileNotFoundError:  # it was listed before: again
                    pass
                finally:
                    os.close(handle)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        while len(seen) < 20:
            pass
        assert (await compact(root, clock=LATER)).compacted == 12
        so_far = len(seen)
        while len(seen) < so_far + 20:
            pass
    finally:
        stop.set()
        thread.join()
    assert set(seen) == {(18, 6), (18, 1)}


@pytest.mark.anyio
async def test_files_of_other_columns_stay_apart(tmp_path):
    sink = CSVSink(tmp_path / "rows")
    for hour in range(2):
        await write(sink, shard(hour))
    first = tmp_path / "rows" / tree(tmp_path / "rows")[0]
    first.write_bytes(b"other,columns\n1,2\n")
    before = tree(tmp_path / "rows")
    with pytest.raises(ConfigurationError, match="other columns"):
        await compact(tmp_path / "rows", clock=LATER)
    assert tree(tmp_path / "rows") == before
    assert [each.name for each in tmp_path.iterdir()] == ["rows"]


@pytest.mark.anyio
async def test_what_is_no_such_target_is_told(tmp_path, monkeypatch):
    for wrong, said in ((tmp_path / "nothing", "no target"), ("s3://bucket/rows", "only a local folder")):
        with pytest.raises(ConfigurationError, match=said):
            await compact(wrong)
    (tmp_path / "users" / ".asyncsdk").mkdir(parents=True)
    (tmp_path / "users" / ".asyncsdk" / "blaize.users,ndjson").touch()
    with pytest.raises(ConfigurationError, match="has no days"):
        await compact(tmp_path / "users")
    with pytest.raises(ValueError, match="older_than"):
        await compact(tmp_path, older_than=timedelta(days=-1))
    sink = NDJSONSink(tmp_path / "rows")
    for hour in range(2):
        await write(sink, shard(hour))
    from asyncsdk.sinks.compaction import exchange

    monkeypatch.setattr(exchange, "_renameat2", lambda: None)
    with pytest.raises(ConfigurationError, match="takes Linux"):
        await compact(tmp_path / "rows", clock=LATER)
    assert len(tree(tmp_path / "rows")) == 2


KILLED = """
import asyncio, json, os, shutil, signal, sys
from pathlib import Path
from asyncsdk.sinks import NDJSONSink, compact
from asyncsdk.datasets.ledger import Ledger
from asyncsdk.sinks.compaction import tree

home = Path(sys.argv[1])
STEPS = {"open", "os.listdir", "os.scandir", "os.mkdir", "os.rename", "os.link", "os.remove", "os.rmdir", "shutil.rmtree", "fcntl.flock"}

def rows(root):
    return sorted(line for path in root.rglob("*.ndjson") for line in path.read_bytes().splitlines())

async def ledger(root):
    return sorted((key, list(edges)) for key, edges in Ledger(await NDJSONSink(root).done())._done["unleash_analytics.rows"].items())

async def whole(root):
    from asyncsdk.testing import FakeClock
    return await compact(root, clock=FakeClock(1_600_000_000))

wanted, covered = rows(home / "rows"), asyncio.run(ledger(home / "rows"))
killed = swapped = step = 0
while True:
    root = home / "trial" / "rows"
    shutil.copytree(home / "rows", root)
    child = os.fork()
    if child == 0:
        counted = 0
        def count(event, _):
            global counted
            if event in STEPS:
                counted += 1
                if counted == step:
                    os.kill(os.getpid(), signal.SIGKILL)
        sys.addaudithook(count)
        tree._compact(str(root), tree.datetime(2020, 9, 1), None)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0, status
    killed += os.WIFSIGNALED(status)
    assert rows(root) == wanted, step            # what any reader of the tree finds
    assert asyncio.run(ledger(root)) == covered, step
    swapped += os.WIFSIGNALED(status) and len(list(root.rglob("*.ndjson"))) < 8
    asyncio.run(whole(root))
    assert rows(root) == wanted, step
    assert asyncio.run(ledger(root)) == covered, step
    assert len(list(root.rglob("*.ndjson"))) == 2
    assert os.listdir(root.parent) == ["rows"], (step, os.listdir(root.parent))
    shutil.rmtree(root.parent)
    if status == 0 and step:
        break
    step += 1
print(json.dumps({"killed": killed, "after an exchange": swapped}))
"""


def test_killed_at_each_step_it_leaves_all_rows_once_and_the_next_one_goes_on(tmp_path):
    for device in ("W1", "W2"):
        for hour in range(4):
            anyio.run(write, NDJSONSink(tmp_path / "rows"), shard(hour, device=device))
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", KILLED, tmp_path],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(asyncsdk.__file__).parents[1])},
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["killed"] > 40
    assert found["after an exchange"] > 10
