"""An upload whose process is killed at any instant: one whole object or none, and the next process sends it whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from random import Random
from threading import Event

import pytest

from asyncsdk.http.body import PIECE
from asyncsdk.testing import Sandbox, UnleashPlatformService, serve

# Reads names, and forks a sender for each, which says its process id and then how far it is after each piece. A name that begins
# with "step" is of one that waits each time until it is let on. What it came to is said at its end.
NURSERY = """
import os, sys
import anyio
from asyncsdk import AWSCredentials, UnleashPlatform

url, path = sys.argv[1:]

def line():
    read = b""
    while not read.endswith(b"\\n"):
        read += os.read(0, 1) or sys.exit()
    return read.decode().strip()

def sender(name):
    def told(*_):
        os.write(1, b".")
        if name.startswith("step"):
            os.read(0, 1)

    async def main():
        async with UnleashPlatform(credentials=AWSCredentials("test-access", "test-secret"), base_url=url) as platform:
            await platform.library.upload(path, device_id="W123", session_id="3", filename=name, progress=told)

    os.write(1, b"%d\\n" % os.getpid())
    anyio.run(main)

while name := line():
    child = os.fork()
    if not child:
        sender(name)
        os._exit(0)
    os.write(1, b"|%d\\n" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
PIECES = 8

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")


class Senders:
    """Processes that upload a file, one after the other."""

    def __init__(self, url, path):
        command = [sys.executable, "-c", NURSERY, f"{url}/prod", str(path)]
        self._nursery = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)

    def start(self, name):
        self.let_on(f"{name}\n".encode())
        self._process = int(self._nursery.stdout.readline())

    def let_on(self, said=b"."):
        self._nursery.stdin.write(said)

    def heard(self):
        return self._nursery.stdout.read(1)

    def kill(self):
        with suppress(ProcessLookupError):  # it has come to its end
            os.kill(self._process, signal.SIGKILL)

    def ended(self):
        """The exit code."""
        while self.heard() != b"|":
            pass
        return int(self._nursery.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._nursery.stdin.close()
        self._nursery.wait()
        self._nursery.stdout.close()


@pytest.fixture
def path(file):
    return file(PIECES * PIECE)


def test_a_sender_that_is_killed_between_two_pieces_leaves_nothing_and_the_next_one_all(path):
    service, begun = UnleashPlatformService(), Event()

    def seen(request):
        if request.url.path.endswith("/storage/pylot"):
            begun.set()

    killed_after = (1, PIECES // 2, PIECES - 1)
    with serve(Sandbox(service, on_request=seen)) as url, Senders(url, path) as senders:
        for pieces in killed_after:
            begun.clear()
            senders.start(f"step-{pieces}")
            for _ in range(pieces):
                assert senders.heard() == b"."
                senders.let_on()
            assert senders.heard() == b"."
            assert begun.wait(30)
            senders.kill()
            assert senders.ended() == -signal.SIGKILL
        senders.start("next")
        assert senders.ended() == 0
    # the server is gone: nothing is still arriving
    assert not {f"u/W123/3/step-{pieces}" for pieces in killed_after} & set(service.storage.objects)
    assert service.storage.content("u/W123/3/next") == path.read_bytes()


@pytest.mark.parametrize("kills", [12, pytest.param(200, marks=pytest.mark.soak)])
def test_a_sender_that_is_killed_at_any_time_leaves_one_whole_object_or_none(path, kills):
    service, luck, ends = UnleashPlatformService(), Random(7), []
    with serve(Sandbox(service)) as url, Senders(url, path) as senders:
        began = time.monotonic()
        senders.start("measured")
        assert senders.ended() == 0
        takes = time.monotonic() - began
        for number in range(kills):
            senders.start(f"run-{number}")
            time.sleep(takes * number / kills * luck.uniform(0.5, 1.5))  # the instant is what is tried here
            senders.kill()
            ends.append(senders.ended())
    assert -signal.SIGKILL in ends
    for number, end in enumerate(ends):
        there = f"u/W123/3/run-{number}" in service.storage.objects
        assert there or end == -signal.SIGKILL
        assert not there or service.storage.content(f"u/W123/3/run-{number}") == path.read_bytes()
