from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from asyncsdk.sinks import drafts

fcntl = pytest.importorskip("fcntl")

NAME = "20200817T060000.000Z-20200817T070000.000Z.parquet"

HOLD = """
import sys
import tempfile
from pathlib import Path
from asyncsdk.sinks import drafts
file, path = drafts.create(Path(sys.argv[1]), sys.argv[2])
print(path, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path):
    """Another process, which has a draft open, and the draft's path."""
    root = Path(drafts.__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path), NAME],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root)},
    ) as process:
        yield process, Path(process.stdout.readline().rstrip())
        process.kill()


def test_a_draft_is_hidden_and_no_two_have_one_name(tmp_path):
    one, path = drafts.create(tmp_path / "a" / "b", NAME)
    other, another = drafts.create(tmp_path / "a" / "b", NAME)
    with one, other:
        assert path != another
        assert path.parent == another.parent == tmp_path / "a" / "b"
        assert all(each.name.startswith(f".{NAME}.") for each in (path, another))


def test_what_this_process_is_writing_is_not_swept(tmp_path):
    file, path = drafts.create(tmp_path, NAME)
    with file:
        drafts.sweep(path)
        assert path.exists()
    drafts.sweep(path)
    assert not path.exists()


def test_what_another_process_is_writing_is_swept_once_it_is_dead(other):
    process, path = other
    drafts.sweep(path)
    assert path.exists()
    process.kill()
    process.wait()
    drafts.sweep(path)
    assert not path.exists()


def test_a_sweeper_keeps_the_lock_until_the_draft_is_gone(tmp_path, monkeypatch):
    """Else a writer could take it in between, and lose its file."""
    path, unlink, tried = tmp_path / f".{NAME}.0123abcd.tmp", Path.unlink, []
    path.touch()

    def unlink_locked(path):
        with path.open("r+b") as file, pytest.raises(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        tried.append(path)
        unlink(path)

    monkeypatch.setattr(Path, "unlink", unlink_locked)
    drafts.sweep(path)
    assert tried == [path]
    assert not path.exists()


def test_sweeping_what_is_gone_does_no_harm(tmp_path):
    drafts.sweep(tmp_path / f".{NAME}.0123abcd.tmp")


def test_a_draft_that_is_swept_between_its_birth_and_its_lock_is_begun_anew(tmp_path, monkeypatch):
    locks = []

    def flock(handle, operation):
        if not locks:
            [path] = tmp_path.iterdir()
            path.unlink()
        locks.append(operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    file, path = drafts.create(tmp_path, NAME)
    with file:
        assert path.exists()
    assert len(locks) == 2


def test_a_draft_that_a_sweeper_has_just_locked_is_left_to_it(tmp_path, monkeypatch):
    tried = []

    def flock(handle, operation):
        tried.append(operation)
        if len(tried) == 1:
            raise BlockingIOError

    monkeypatch.setattr(fcntl, "flock", flock)
    file, path = drafts.create(tmp_path, NAME)
    with file:
        assert len(list(tmp_path.iterdir())) == 2
        assert path.exists()


def test_where_there_are_no_locks_nothing_is_swept(tmp_path, monkeypatch):
    def flock(handle, operation):
        raise OSError(38, os.strerror(38))

    monkeypatch.setattr(fcntl, "flock", flock)
    file, path = drafts.create(tmp_path, NAME)
    file.close()
    drafts.sweep(path)
    assert path.exists()
    with drafts.alone_in(tmp_path) as alone:
        assert alone


def test_a_folder_is_made_with_those_above_it_and_may_be_there_already(tmp_path):
    drafts.make_folder(tmp_path / "a" / "b" / "c")
    drafts.make_folder(tmp_path / "a" / "b" / "c")
    assert (tmp_path / "a" / "b" / "c").is_dir()


def test_a_folder_cannot_be_made_where_a_file_is(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        drafts.make_folder(tmp_path / "file")
    with pytest.raises(NotADirectoryError):
        drafts.make_folder(tmp_path / "file" / "below")


def test_a_folder_of_a_drive_that_is_not_there_cannot_be_made(monkeypatch):
    monkeypatch.setattr(Path, "is_dir", lambda path: False)
    with pytest.raises(FileNotFoundError):
        drafts.make_folder(Path("/"))


def test_whoever_is_alone_in_a_folder_keeps_its_lock_until_the_end(tmp_path):
    handle = os.open(tmp_path, os.O_RDONLY)
    try:
        with drafts.alone_in(tmp_path), pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(handle)


def test_whoever_comes_second_to_a_folder_is_told_so_and_does_not_wait(tmp_path):
    with drafts.alone_in(tmp_path) as alone:
        assert alone
        with drafts.alone_in(tmp_path) as second:
            assert not second
    with drafts.alone_in(tmp_path) as alone:
        assert alone


FORK = """
import os, sys
from pathlib import Path
from asyncsdk.sinks import drafts
folder = Path(sys.argv[1])
file, path = drafts.create(folder, sys.argv[2])
file.write(b"held back")
with drafts.alone_in(folder):
    if os.fork() == 0:
        print(path, flush=True)
        sys.stdin.readline()
        file.close()
        os._exit(0)
    if sys.argv[3] == "killed":
        os._exit(9)
with drafts.alone_in(folder) as alone:
    assert alone
os._exit(0)  # the draft is given up, as by a kill
"""


@pytest.mark.parametrize("parent", ["killed", "leaves"])
def test_a_forked_child_keeps_no_lock_of_its_parent_and_writes_nothing_for_it(tmp_path, parent):
    root = Path(drafts.__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", FORK, str(tmp_path), NAME, parent],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(root)},
    ) as process:
        path = Path(process.stdout.readline().rstrip())
        assert process.wait() == (9 if parent == "killed" else 0)
        with drafts.alone_in(tmp_path) as alone:
            assert alone, "the child lives still"
        held = path.open("rb")
        drafts.sweep(path)
        assert not path.exists()
        process.stdin.write("end\n")
        process.stdin.close()
        assert process.stdout.read() == ""
        with held:
            assert held.read() == b""


def test_what_dead_processes_left_in_the_folder_for_temporary_files_is_swept(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    (tmp_path / "another.tmp").touch()
    file, path = drafts.create_temporary()
    with file:
        drafts.sweep_temporary()
        assert path.exists()
    drafts.sweep_temporary()
    assert [each.name for each in tmp_path.iterdir()] == ["another.tmp"]
