from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest

from asyncsdk.testing import Sandbox, UnleashPlatformService, serve

TO = ("--device", "W123", "--session", "7")


class World:
    """A sandbox, and what was asked of it."""

    def __init__(self, most):
        self.service = UnleashPlatformService(most=most)
        self.sent = 0
        self.begun = Event()
        self.goes_on = Event()
        self.goes_on.set()
        self.app = Sandbox(self.service, on_request=self._seen)

    def _seen(self, request):
        if request.url.path.endswith("/storage/pylot"):
            self.sent += 1
            self.begun.set()
            self.goes_on.wait()

    def stored(self):
        """The names in the session and their sizes."""
        prefix = "u/W123/7/"
        found = self.service.storage.objects
        return {key.removeprefix(prefix): each.size for key, each in found.items() if key.startswith(prefix)}


@pytest.fixture
def most():
    """Bytes that a form allows."""
    return 10_000


@pytest.fixture
def world(most):
    return World(most)


@pytest.fixture
def upload(command, aws_keys, world):
    """Runs the command against a sandbox that keeps its state."""
    with serve(world.app) as url:
        world.url = f"{url}/prod"
        yield lambda *arguments: command("platform", "library", "upload", *TO, *arguments, "--base-url", world.url)


@pytest.fixture
def flight(tmp_path):
    """Three pictures of 1000, 1001 and 1002 bytes."""
    found = []
    for number in range(3):
        found.append(tmp_path / f"{number}.JPG")
        found[-1].write_bytes(bytes([number]) * (1000 + number))
    return found


def test_files_are_sent_with_a_line_for_each_where_stderr_is_no_terminal(upload, world, flight):
    code, out, err = upload(*flight)
    assert (code, out) == (0, "")
    *lines, summary = err.splitlines()
    assert sorted(lines) == [f"{path}: sent (1.0 kB)" for path in flight]
    assert summary.startswith("3 files sent, 3.0 kB in ")
    assert world.stored() == {"0.JPG": 1000, "1.JPG": 1001, "2.JPG": 1002}


def test_what_is_there_with_the_same_size_is_skipped_and_what_has_another_is_sent_again(upload, world, flight):
    upload(*flight[:2])
    flight[1].write_bytes(b"other")
    code, out, err = upload(*flight, "--json")
    told = json.loads(out)
    assert (code, told["sent"], told["skipped"], told["failed"], told["bytes"]) == (0, 2, 1, 0, 1007)
    assert {each["file"]: each["status"] for each in told["files"]} == {
        str(flight[0]): "skipped",
        str(flight[1]): "sent",
        str(flight[2]): "sent",
    }
    assert f"{flight[0]}: skipped: it is there already with this size\n" in err
    assert "1 file skipped, there already with the same size" in err
    assert (world.stored()["1.JPG"], world.sent) == (5, 4)
    code, out, err = upload(*flight)
    assert (code, out) == (0, "")
    assert err.splitlines()[-1] == "nothing to send: 3 files skipped, there already with the same size"
    assert world.sent == 4
    assert upload(*flight, "--restart", "--quiet") == (0, "", "")
    assert world.sent == 7


@pytest.mark.parametrize("most", [1000])
def test_the_first_failure_ends_it_and_names_the_file(upload, world, flight):
    code, out, err = upload(*flight, "--concurrency", "1")
    assert (code, out) == (1, "")
    said = f"error: {flight[1]}: the file has 1001 bytes, and the form allows 0 to 1000\n"
    assert err == f"{flight[0]}: sent (1.0 kB)\n{said}"
    assert world.stored() == {"0.JPG": 1000}


def test_with_keep_going_the_others_are_sent_and_the_failure_listed(upload, world, flight):
    world.service.fail_next("forbidden")
    world.service.fail_next("forbidden")
    code, _, err = upload(*flight, "--keep-going", "--restart", "--concurrency", "1", "--json")
    assert code == 1
    assert world.stored() == {"2.JPG": 1002}
    assert err.count("failed: the service refused access (403") == 4  # as they come, and at the end
    assert upload(*flight)[0] == 0
    assert len(world.stored()) == 3


def test_a_failure_of_the_service_says_at_which_file(upload, world, flight):
    world.service.fail_next("forbidden")
    code, _, err = upload(flight[0], "--restart", "--quiet")
    assert code == 1
    assert err.startswith("error: the service refused access (403")
    assert err.endswith(f"[{flight[0]}]\n")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["none.JPG"], "error: FILE: none.JPG: No such file or directory"),
        (["."], "error: FILE: .: not a regular file"),
        (["a/1.JPG", "b/1.JPG"], "error: FILE: a/1.JPG and b/1.JPG would come under one name"),
        (["a/1.JPG", "--device", ".."], "error: --device: it must not be '..'"),
        ([], "error: Missing argument"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(upload, world, tmp_path, monkeypatch, typed, said):
    monkeypatch.chdir(tmp_path)
    for folder in "ab":
        Path(folder).mkdir()
        Path(folder, "1.JPG").write_bytes(b"x")
    code, out, err = upload(*typed)
    assert (code, out) == (2, "")
    assert err.startswith(said)
    assert world.sent == 0


def test_a_file_that_is_typed_twice_is_sent_once(upload, world, flight, monkeypatch):
    monkeypatch.chdir(flight[0].parent)
    assert upload(flight[0], flight[0], "./0.JPG")[0] == 0
    assert (world.sent, world.stored()) == (1, {"0.JPG": 1000})


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_one_that_is_stopped_says_how_to_go_on_and_leaves_whole_files_only(upload, world, flight, start, number, code):
    world.goes_on.clear()
    process = start("platform", "library", "upload", *flight, *TO, "--base-url", world.url, stderr=subprocess.PIPE)
    assert world.begun.wait(60)
    process.send_signal(number)
    world.goes_on.set()
    out, err = process.communicate()
    assert (process.returncode, out) == (code, b"")
    assert err.decode().splitlines()[-1] == (
        "stopped: what was sent is in the library, and the same command goes on from there"
    )
    assert b"Traceback" not in err
    assert world.stored().items() <= {"0.JPG": 1000, "1.JPG": 1001, "2.JPG": 1002}.items()
    assert upload(*flight)[0] == 0
    assert len(world.stored()) == 3


def test_it_needs_no_account_with_the_embedded_sandbox(command, aws_keys, flight):
    aws_keys.delenv("AWS_ACCESS_KEY_ID")
    code, out, _ = command("platform", "library", "upload", flight[0], *TO, "--sandbox", "--json")
    assert (code, json.loads(out)["sent"]) == (0, 1)
