"""Sinks in processes of their own, which are stopped at a certain instant and then killed or let go on.

The instants are those at which something on the disk has just changed or is about to. The other process says through a pipe that it is
there, and waits; nothing depends on time.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import anyio
import pytest

import asyncsdk
from asyncsdk.sinks import CSVSink, NDJSONSink, ParquetSink

pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs signals and locks of POSIX")

OTHER = """
import json, os, stat, sys
from pathlib import Path
import anyio
from asyncsdk.errors import ConfigurationError
from asyncsdk.datasets.shard import Shard
import asyncsdk.unleash.analytics.datasets
from asyncsdk.sinks import CSVSink, NDJSONSink, ParquetSink, drafts

root, kind, instant, shard, rows = *sys.argv[1:4], Shard(*json.loads(sys.argv[4])), json.loads(sys.argv[5])

def reached(name):
    if name == instant:
        print(name, flush=True)
        sys.stdin.readline()

def around(owner, name, before, after):
    function = getattr(owner, name)
    def call(*args, **kwargs):
        reached(before(*args))
        result = function(*args, **kwargs)
        reached(after(*args))
        return result
    setattr(owner, name, call)

def what(handle):
    return "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"

around(os, "fsync", lambda handle: f"before the {what(handle)} is synced", lambda handle: f"the {what(handle)} is synced")
around(Path, "mkdir", lambda *_: "", lambda path, *_: f"the folder {path.name[:5]} is made")
around(Path, "replace", lambda *_: "before it is renamed", lambda *_: "it is renamed")
around(Path, "unlink", lambda *_: "before another is removed", lambda *_: "another is removed")
around(drafts.fcntl, "flock", lambda *_: "", lambda handle, _: f"the {what(handle)} is locked")

async def main():
    sink = {each.__name__: each for each in (ParquetSink, NDJSONSink, CSVSink)}[kind](root)
    async with sink.open(shard) as writer:
        reached("nothing is written")
        await writer.write(rows)
        reached("rows are written")
    reached("it is committed")

try:
    anyio.run(main)
except ConfigurationError as error:
    sys.exit(str(error))
"""

INSTANTS = [
    "the folder date= is made",
    "the file is locked",
    "rows are written",
    "the file is synced",
    "the folder is locked",
    "before it is renamed",
    "it is renamed",
    "before another is removed",
    "another is removed",
    "before the folder is synced",
    "it is committed",
]


@contextmanager
def other(root, make, instant, shard, rows):
    """Another process that writes a shard and stops at an instant, or at none."""
    given = json.dumps([shard.dataset, shard.key, shard.start, shard.end, shard.settled])
    with subprocess.Popen(
        [sys.executable, "-c", OTHER, str(root), make.__name__, instant, given, json.dumps(rows)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(asyncsdk.__file__).parents[1])},
    ) as process:
        try:
            if instant:
                assert process.stdout.readline().rstrip() == instant, process.stderr.read()
            yield process
        finally:
            process.kill()


def write(sink, shard, rows):
    async def main():
        async with sink.open(shard) as writer:
            await writer.write(rows)

    anyio.run(main)


def done(sink):
    return list(anyio.run(sink.done))


def finished(found):
    """Of files by name those that a reader would see."""
    return {name: content for name, content in found.items() if not Path(name).name.startswith(".")}


@pytest.mark.parametrize("instant", INSTANTS)
def test_whenever_it_is_killed_there_are_whole_files_only_and_the_next_run_completes_them(
    tmp_path, shard, rows, files, instant
):
    make = NDJSONSink
    whole = make(tmp_path / "whole")
    write(whole, shard(6, 6.5, settled=False), rows(shard())[:1])
    [before] = files(tmp_path / "whole").items()
    write(whole, shard(), rows(shard()))
    [after] = files(tmp_path / "whole").items()

    if not instant.endswith("is made"):
        write(make(tmp_path / "killed"), shard(6, 6.5, settled=False), rows(shard())[:1])
    with other(tmp_path / "killed", make, instant, shard(), rows(shard())) as process:
        process.kill()
    left = finished(files(tmp_path / "killed"))
    assert left.items() <= {before, after}

    sink = make(tmp_path / "killed")
    assert done(sink) == [shard()] * (after[0] in left)
    assert files(tmp_path / "killed") == finished(files(tmp_path / "killed")), "what is hidden has been swept"
    if after[0] not in left:
        write(sink, shard(), rows(shard()))
    assert files(tmp_path / "killed") == dict([after])


@pytest.mark.parametrize("make", [ParquetSink, CSVSink])
def test_the_other_kinds_of_files_are_whole_or_not_there_as_well(tmp_path, shard, rows, files, make):
    write(make(tmp_path / "whole"), shard(), rows(shard()))
    for instant in ("rows are written", "the file is synced", "it is renamed"):
        with other(tmp_path / instant, make, instant, shard(), rows(shard())) as process:
            process.kill()
        assert finished(files(tmp_path / instant)).items() <= files(tmp_path / "whole").items()
    assert finished(files(tmp_path / "it is renamed")) == files(tmp_path / "whole")


def test_what_a_live_process_is_writing_is_left_to_it(tmp_path, shard, rows, files):
    sink = NDJSONSink(tmp_path)
    with other(tmp_path, NDJSONSink, "rows are written", shard(), rows(shard())) as process:
        hidden = files(tmp_path)
        assert done(sink) == []
        assert files(tmp_path) == hidden
        process.communicate("go on\n")
        assert process.returncode == 0
    assert done(sink) == [shard()]
    assert finished(files(tmp_path)) == files(tmp_path)


@pytest.mark.parametrize("instant", ["nothing is written", "rows are written", "before the file is synced"])
def test_of_two_processes_with_the_same_shard_one_wins_and_the_rows_are_there_once(
    tmp_path, shard, rows, files, instant
):
    sink = NDJSONSink(tmp_path)
    with other(tmp_path, NDJSONSink, instant, shard(), rows(shard())) as process:
        write(sink, shard(), rows(shard()))
        before = finished(files(tmp_path))
        process.communicate("go on\n")
        assert process.returncode == 0
    assert files(tmp_path) == before
    assert len(before) == 1


def test_of_two_processes_with_shards_that_overlap_the_later_one_is_told(tmp_path, shard, rows, files):
    sink = NDJSONSink(tmp_path)
    with other(tmp_path, NDJSONSink, "rows are written", shard(6, 7), rows(shard())) as process:
        write(sink, shard(6.5, 7.5), rows(shard()))
        before = finished(files(tmp_path))
        _, said = process.communicate("go on\n")
        assert process.returncode == 1
    assert "20200817T063000.000Z-20200817T073000.000Z.ndjson already" in said
    assert "Traceback" not in said
    assert files(tmp_path) == before


@pytest.mark.parametrize("end", ["kill", "go on"])
def test_a_process_waits_for_another_that_is_about_to_commit(tmp_path, shard, rows, files, end):
    """The lock goes with the process that holds it: a dead one keeps nobody waiting."""
    with (
        other(tmp_path, NDJSONSink, "before it is renamed", shard(6, 7), rows(shard())) as first,
        other(tmp_path, NDJSONSink, "the file is synced", shard(6.5, 7.5), rows(shard())) as second,
    ):
        second.stdin.write("go on\n")
        second.stdin.flush()
        if end == "kill":
            first.kill()
        else:
            first.communicate("go on\n")
        _, said = second.communicate()
    done(NDJSONSink(tmp_path))
    [name] = files(tmp_path)
    if end == "kill":
        assert second.returncode == 0
        assert "20200817T063000.000Z-20200817T073000.000Z" in name
    else:
        assert second.returncode == 1
        assert "already" in said
        assert "20200817T060000.000Z-20200817T070000.000Z" in name


FULL = """
import json, resource, signal, sys
import anyio
from asyncsdk.datasets.shard import Shard
import asyncsdk.unleash.analytics.datasets
from asyncsdk.sinks import CSVSink, NDJSONSink, ParquetSink

root, kind, shard, rows = *sys.argv[1:3], Shard(*json.loads(sys.argv[3])), json.loads(sys.argv[4])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))

async def main():
    sink = {each.__name__: each for each in (ParquetSink, NDJSONSink, CSVSink)}[kind](root)
    async with sink.open(shard) as writer:
        for at in range(200):
            await writer.write([row | {"session_id": str(hash((at, number)))} for number in range(50) for row in rows])

try:
    anyio.run(main)
except OSError as error:
    sys.exit(str(error))
"""


@pytest.mark.parametrize("make", [ParquetSink, NDJSONSink, CSVSink])
def test_a_disk_that_takes_no_more_is_one_sentence_that_names_a_folder_that_is_there_and_leaves_nothing(
    tmp_path, shard, rows, files, make
):
    given = json.dumps([shard().dataset, shard().key, shard().start, shard().end])
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", FULL, str(tmp_path), make.__name__, given, json.dumps(rows(shard(), 10))],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(asyncsdk.__file__).parents[1])},
    )
    assert result.returncode == 1
    [said] = result.stderr.splitlines()
    assert "File too large" in said
    assert str(tmp_path) in said
    assert files(tmp_path) == {}
