"""Targets that fsspec reaches: its own memory, and S3 as moto plays it, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import fsspec
import pyarrow.parquet as pq
import pytest
from attrs import evolve

import asyncsdk
from asyncsdk import AnalyticsRow, Plan, Shard
from asyncsdk.columns import to_wire
from asyncsdk.errors import ConfigurationError
from asyncsdk.sinks import CSVSink, Ledger, NDJSONSink, ParquetSink
from asyncsdk.sinks.layout import LABELS
from asyncsdk.sinks.parts import draft_name, draft_token
from asyncsdk.sinks.remote import RemoteStore

every_sink = pytest.mark.parametrize("make", [ParquetSink, NDJSONSink, CSVSink])


async def write(sink, shard, *parts):
    async with sink.open(shard) as writer:
        for each in parts:
            await writer.write(each)


def found(memory, root):
    """The files below a folder, but for what says which tree it is."""
    return [path for path in memory.find(root) if LABELS not in path]


@pytest.fixture
def memory(monkeypatch, tmp_path):
    """An empty `memory://`, and no temporary files but those of this test."""
    files = fsspec.filesystem("memory")
    monkeypatch.setattr(type(files), "store", {})
    monkeypatch.setattr(type(files), "pseudo_dirs", [""])
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield files
    assert list(tmp_path.iterdir()) == []


@every_sink
@pytest.mark.anyio
async def test_a_shard_is_one_file_in_a_hive_tree_and_is_done(make, memory, shard, rows):
    sink = make("memory://bucket/rows")
    await write(sink, shard(), rows(shard()))
    await write(sink, shard(7, 8, "a/b"), rows(shard()))
    names = sorted(found(memory, "/bucket/rows"))
    assert names[0].startswith(
        "/bucket/rows/device_id=W9d3f1bcad8e8abd/date=2020-08-17/20200817T060000.000Z-20200817T07"
    )
    assert names[1].startswith("/bucket/rows/device_id=a%2Fb/date=2020-08-17/20200817T070000.000Z-20200817T08")
    assert sorted(await make("memory://bucket/rows/").done()) == [shard(), shard(7, 8, "a/b")]


@every_sink
@pytest.mark.anyio
async def test_the_bytes_are_those_of_a_local_file(make, memory, shard, rows, tmp_path_factory, files):
    local = tmp_path_factory.mktemp("local")
    await write(make(local), shard(), rows(shard(), 100))
    await write(make("memory://rows"), shard(), rows(shard(), 100))
    assert [memory.cat_file(path) for path in found(memory, "/rows")] == list(files(local).values())


@every_sink
@pytest.mark.anyio
async def test_nothing_is_there_before_the_block_is_left_or_after_an_exception(make, memory, shard, rows):
    sink = make("memory://rows")
    with pytest.raises(TypeError):
        await write(sink, shard(), rows(shard()), [object()])
    assert found(memory, "/rows") == []
    async with sink.open(shard()) as writer:
        await writer.write(rows(shard()))
        assert found(memory, "/rows") == []
    assert len(found(memory, "/rows")) == 1


@every_sink
@pytest.mark.anyio
async def test_a_service_that_fails_is_an_error_that_names_the_file_and_leaves_nothing(
    make, memory, shard, rows, monkeypatch
):
    def put_file(self, source, target):
        raise OSError("the service is tired")

    monkeypatch.setattr(type(memory), "put_file", put_file)
    with pytest.raises(OSError, match=r"memory://rows/20200817T060000\.000Z.*: the service is tired"):
        await write(make("memory://rows"), shard(), rows(shard()))
    assert found(memory, "/rows") == []


@pytest.mark.anyio
async def test_a_final_shard_takes_the_place_of_provisional_ones(memory, shard, rows):
    sink = NDJSONSink("memory://rows")
    await write(sink, shard(6, 6.5, settled=False), rows(shard()))
    assert list(await sink.done()) == []
    await write(sink, shard(6, 7, settled=False), rows(shard()))
    assert len(found(memory, "/rows")) == 1
    await write(sink, shard(), rows(shard()))
    [path] = found(memory, "/rows")
    assert ".provisional." not in path
    await write(sink, shard(settled=False), rows(shard()))
    assert found(memory, "/rows") == [path]


@pytest.mark.anyio
async def test_a_provisional_file_that_a_killed_run_left_beside_a_final_one_goes_away(memory, shard, rows):
    sink = NDJSONSink("memory://rows")
    await write(sink, shard(), rows(shard()))
    [path] = found(memory, "/rows")
    memory.pipe_file(path.replace(".ndjson", ".provisional.ndjson"), b"")
    assert list(await sink.done()) == [shard()]
    assert found(memory, "/rows") == [path]


@pytest.mark.anyio
@pytest.mark.parametrize("settled", [True, False])
async def test_no_instant_gets_into_two_final_files(memory, shard, rows, settled):
    sink = NDJSONSink("memory://rows")
    await write(sink, shard(6, 6.5), rows(shard()))
    before = found(memory, "/rows")
    with pytest.raises(ConfigurationError, match="another run"):
        await write(sink, shard(6, 7, settled=settled), rows(shard()))
    assert found(memory, "/rows") == before
    assert Ledger(await sink.done()).missing(shard()) == [shard(6.5, 7)]


@every_sink
@pytest.mark.anyio
async def test_a_shard_without_rows_is_done_too(make, memory, shard):
    await write(make("memory://rows"), shard())
    assert list(await make("memory://rows").done()) == [shard()]


@every_sink
@pytest.mark.anyio
async def test_what_was_asked_for_again_takes_the_place_of_what_is_there(make, memory, shard, rows):
    sink = make("memory://rows")
    await write(sink, shard(6, 6.5), rows(shard()))
    await write(sink, shard(6.5, 7))
    await write(sink, evolve(shard(), refreshed=True), rows(shard()))
    [path] = found(memory, "/rows")
    before = memory.cat_file(path)
    await write(sink, evolve(shard(), refreshed=True), rows(shard(), 5))
    assert found(memory, "/rows") == [path]
    assert memory.cat_file(path) != before
    assert list(await sink.done()) == [shard()]


@every_sink
@pytest.mark.anyio
async def test_a_target_of_one_data_set_and_format_refuses_another(make, memory, shard, tags):
    await write(make("memory://rows"), shard())
    with pytest.raises(ConfigurationError, match=r"memory://rows holds unleash_analytics\.rows .* take meters\.tags"):
        await write(make("memory://rows"), Shard(tags.id, "a"))
    other = CSVSink if make is NDJSONSink else NDJSONSink
    with pytest.raises(ConfigurationError, match="give that a folder of its own"):
        await other("memory://rows").done()


@every_sink
@pytest.mark.anyio
async def test_snapshots_lie_by_key_or_at_the_root(make, memory, tags, everything):
    await write(make("memory://tags"), Shard(tags.id, "a"))
    await write(make("memory://all"), Shard(everything.id), [{"name": "x"}])
    assert list(await make("memory://tags").done()) == [Shard(tags.id, "a")]
    assert list(await make("memory://all").done()) == [Shard(everything.id)]
    assert list(await make("memory://tags").done(Plan.make(tags.id, ["b"]))) == []


@pytest.mark.anyio
@pytest.mark.parametrize(("keys", "listings"), [(None, 1), (["W1"], 1), (["W1", "W2", "W3"], 3), (range(100), 1)])
async def test_a_target_is_listed_once_or_by_the_few_keys_that_are_wanted(memory, shard, monkeypatch, keys, listings):
    sink = NDJSONSink("memory://rows")
    for device in ("W1", "W2", "8"):
        for start in (6, 30):
            await write(sink, shard(start, start + 1, device))
    asked, find = [], type(memory).find
    monkeypatch.setattr(type(memory), "find", lambda self, *given, **more: (asked.append(given), find(self, *given))[1])
    if keys is None:
        assert len(await sink.done()) == 6
    else:
        plan = Plan.make(shard().dataset, keys, shard().start, shard().end, timedelta(hours=1))
        there = {"W1", "W2", "8"} & set(plan.keys)
        assert sorted(await sink.done(plan)) == sorted(shard(device=device) for device in there)
    assert len([path for (path,) in asked if LABELS not in path]) == listings


@pytest.mark.anyio
async def test_the_files_of_others_are_left_alone(memory, shard):
    sink = NDJSONSink("memory://rows")
    await write(sink, shard())
    for path in ("/rows/readme.md", "/rows/device_id=W1/notes.txt", "/rows/device_id=W1/date=2020-08-17/part-0.ndjson"):
        memory.pipe_file(path, b"mine")
    before = found(memory, "/rows")
    assert list(await sink.done()) == [shard()]
    assert found(memory, "/rows") == before


@pytest.mark.anyio
async def test_a_file_system_that_is_no_object_store_gets_a_whole_file_by_renaming_it(tmp_path, shard, rows, files):
    """The local disk by way of fsspec stands for those."""
    local, remote = tmp_path / "local", tmp_path / "remote"
    store = RemoteStore(f"file://{remote}")
    assert not store.is_atomic
    sink = NDJSONSink(local)
    await write(sink, shard(), rows(shard()))
    sink = NDJSONSink(local)
    sink._store = store
    await write(sink, shard(), rows(shard()))
    assert files(remote) == files(local)
    assert list(await sink.done()) == [shard()]


class RefusedError(Exception):
    """An error that is no OSError, as ftplib has them."""


def refuses(move, files, old, new):
    if files.exists(new):
        raise RefusedError("550 the file exists")
    move(files, old, new)


def says_nothing(move, files, old, new):
    if not files.exists(new):
        move(files, old, new)


def replaces(move, files, old, new):
    move(files, old, new)


@pytest.fixture
def share(memory, monkeypatch):
    """The same as a file system that is no object store, whose renaming is yet to be said."""
    monkeypatch.setattr(RemoteStore, "is_atomic", False)
    move = type(memory).mv

    def rename_as(way):
        monkeypatch.setattr(type(memory), "mv", lambda files, old, new, **_: way(move, files, old, new))
        return memory

    return rename_as


@pytest.mark.anyio
@pytest.mark.parametrize("way", [refuses, says_nothing, replaces])
async def test_a_shard_that_comes_again_replaces_the_one_before_however_files_are_renamed(share, way, shard, rows):
    memory, sink = share(way), NDJSONSink("memory://rows")
    for again in (evolve(shard(), settled=False), evolve(shard(7, 8), refreshed=True)):
        await write(sink, again, rows(shard(), 1))
        await write(sink, again, rows(shard(), 5))
    assert [memory.cat_file(path).count(b"\n") for path in found(memory, "/rows")] == [5, 5]


@pytest.mark.anyio
async def test_the_one_before_stays_where_a_new_one_cannot_take_its_place(share, shard, rows):
    memory, sink, again = share(refuses), NDJSONSink("memory://rows"), evolve(shard(), refreshed=True)
    await write(sink, again, rows(shard(), 1))
    [path] = found(memory, "/rows")

    def fails(move, files, old, new):
        if new == path and memory.cat_file(old).count(b"\n") == 5:
            raise RefusedError("550 no")
        move(files, old, new)

    share(fails)
    with pytest.raises(OSError, match="RefusedError: 550 no"):
        await write(sink, again, rows(shard(), 5))
    assert found(memory, "/rows") == [path]
    assert memory.cat_file(path).count(b"\n") == 1


@pytest.mark.anyio
async def test_a_draft_that_is_older_than_any_upload_is_swept_and_a_young_one_is_not(memory, shard, rows):
    sink = NDJSONSink("memory://rows")
    await write(sink, shard(), rows(shard()))
    [path] = found(memory, "/rows")
    folder, _, name = path.rpartition("/")
    old, young, other = (
        f"{folder}/{draft_name(name, token)}"
        for token in (draft_token(time.time() - 100_000), draft_token(time.time()), "notes")
    )
    for each in (old, young, other):
        memory.pipe_file(each, b"")
    assert list(await sink.done()) == [shard()]
    assert set(found(memory, "/rows")) == {path, young, other}


@pytest.mark.anyio
async def test_a_target_that_is_a_file_is_a_clear_error(memory):
    memory.pipe_file("/rows", b"mine")
    with pytest.raises(ConfigurationError, match=r"cannot write to memory://rows: it is a file"):
        await NDJSONSink("memory://rows").done()


@pytest.mark.anyio
async def test_a_protocol_that_nobody_knows_is_a_clear_error_without_secrets():
    with pytest.raises(ConfigurationError, match="nosuch") as caught:
        await NDJSONSink("nosuch://me:test-secret@host/rows").done()
    assert "test-secret" not in str(caught.value)


@pytest.mark.anyio
async def test_a_service_that_cannot_be_reached_is_a_clear_error(memory, monkeypatch):
    def find(self, path, **options):
        raise PermissionError("Access Denied")

    monkeypatch.setattr(type(memory), "find", find)
    with pytest.raises(ConfigurationError, match="cannot write to memory://rows: Access Denied"):
        await NDJSONSink("memory://rows").done()


def test_a_repr_shows_no_secret():
    store = RemoteStore("sftp://me:test-secret@host/rows", {"password": "test-secret"})
    assert repr(store) == "RemoteStore(url=sftp://***@host/rows)"


@pytest.mark.anyio
async def test_without_fsspec_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(ConfigurationError, match=r"asyncsdk\[fsspec\]"):
        await NDJSONSink("s3://bucket/rows").done()


S3 = """
import json, logging, sys
import anyio, boto3
from moto.server import ThreadedMotoServer
logging.getLogger("werkzeug").setLevel(logging.ERROR)
from asyncsdk.datasets.shard import Shard
from asyncsdk.sinks import NDJSONSink, ParquetSink
import asyncsdk.unleash.analytics.datasets

server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
host, port = server.get_host_and_port()
options = {"key": "test-key", "secret": "test-secret", "client_kwargs": {"endpoint_url": f"http://{host}:{port}", "region_name": "us-east-1"}}
client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1",
                      aws_access_key_id="test-key", aws_secret_access_key="test-secret")
client.create_bucket(Bucket="bucket")
given = json.load(sys.stdin)
shards = [Shard(*each) for each in given["shards"]]

def keys():
    return [each["Key"] for each in client.list_objects_v2(Bucket="bucket").get("Contents", []) if ".asyncsdk" not in each["Key"]]

async def main(root):
    sink = ParquetSink(f"s3://bucket/{root}", storage_options=options)
    found = {"before": len(await sink.done())}
    for shard in shards:
        async with sink.open(shard) as writer:
            await writer.write(given["rows"])
            before = keys()
        assert len(keys()) == len(before) + 1
    try:
        async with sink.open(shards[0].__class__(shards[0].dataset, "W1", shards[0].start, shards[0].end + 1)) as writer:
            pass
    except Exception as error:
        found["conflict"] = str(error)
    try:
        async with sink.open(shards[0].__class__(shards[0].dataset, "W2", shards[0].start, shards[0].end)) as writer:
            raise KeyError
    except KeyError:
        pass
    found["done"] = sorted([each.key, each.start, each.end] for each in await sink.done())
    again = ParquetSink(f"s3://bucket/{root}", storage_options=options)
    found["again"] = sorted([each.key, each.start, each.end] for each in await again.done())
    found["keys"] = [key for key in keys() if key.startswith(f"{root}/")]
    found["uploads"] = len(client.list_multipart_uploads(Bucket="bucket").get("Uploads", []))
    found["content"] = client.get_object(Bucket="bucket", Key=found["keys"][0])["Body"].read().hex()
    wrong = NDJSONSink("s3://nowhere/rows", storage_options=options)
    try:
        async with wrong.open(shards[0]) as writer:
            pass
    except OSError as error:
        found["nowhere"] = str(error)
    return found

print(json.dumps({backend: anyio.run(main, backend, backend=backend) for backend in ("asyncio", "trio")}))
server.stop()
"""


def test_s3_holds_whole_objects_under_their_final_names(shard, rows, tmp_path):
    shards = [shard(6, 7, "W1"), shard(7, 8, "W1")]
    wire = rows(shards[0])
    given = {"shards": [[each.dataset, each.key, each.start, each.end] for each in shards], "rows": wire}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    environment |= {"PYTHONPATH": str(Path(asyncsdk.__file__).parents[1]), "TMPDIR": str(tmp_path)}
    result = subprocess.run(
        [sys.executable, "-c", S3],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert result.returncode == 0, result.stderr
    assert list(tmp_path.iterdir()) == []
    for backend, found in json.loads(result.stdout.splitlines()[-1]).items():
        assert found["before"] == 0
        assert found["done"] == found["again"] == [[each.key, each.start, each.end] for each in shards]
        assert found["keys"] == [
            f"{backend}/device_id=W1/date=2020-08-17/20200817T0{hour}0000.000Z-20200817T0{hour + 1}0000.000Z.parquet"
            for hour in (6, 7)
        ]
        assert found["uploads"] == 0
        assert "already" in found["conflict"]
        assert "s3://nowhere/rows" in found["nowhere"]
        path = tmp_path / backend / "device_id=W1" / "one.parquet"
        path.parent.mkdir(parents=True)
        path.write_bytes(bytes.fromhex(found["content"]))
        assert to_wire(pq.read_table(tmp_path / backend), AnalyticsRow) == wire
