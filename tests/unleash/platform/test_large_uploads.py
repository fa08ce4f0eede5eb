"""Files that are large, and disks that are slow: memory stays bounded, and the event loop turns meanwhile."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time

import anyio
import pytest

from asyncsdk.testing import RawServer, Reply
from asyncsdk.unleash.platform import UnleashPlatform

MB = 1 << 20
WHERE = {"device_id": "W123", "session_id": "3"}
FORM = '{"url": "%s/pylot", "fields": {"key": "k"}}'

# Says by how many bytes its memory has grown at most while it sent a large file.
SENDER = """
import json, resource, sys
import anyio
from asyncsdk import AWSCredentials, UnleashPlatform

url, small, large, backend, options = sys.argv[1:]

def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

async def main():
    async with UnleashPlatform(credentials=AWSCredentials("test-access", "test-secret"), base_url=url) as platform:
        await platform.library.upload(small, device_id="W123", session_id="3")
        before = most()
        done = await platform.library.upload(large, device_id="W123", session_id="3")
        print(json.dumps({"size": done.size, "grown": most() - before}))

anyio.run(main, backend=backend, backend_options=json.loads(options))
"""


class Storage(RawServer):
    """Tells that files are to be sent to itself, and discards them."""

    def __init__(self):
        super().__init__(self._answer, keep_bodies=False)

    def _answer(self, request):
        if request.target.endswith("/library/upload"):
            return Reply.ok((FORM % self.url).encode())
        return Reply.ok(status="204 No Content")

    def received(self):
        """Bytes of each form."""
        return [each.received for each in self.requests if each.target == "/pylot"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell how much memory a process had at most")
@pytest.mark.anyio
@pytest.mark.parametrize("size", [200 * MB, pytest.param(3072 * MB, marks=pytest.mark.soak)])
async def test_a_large_file_is_sent_in_little_memory(anyio_backend, tmp_path, file, size):
    large = tmp_path / "flight.mp4"
    with large.open("wb") as sparse:
        sparse.truncate(size)
    name, options = anyio_backend
    async with Storage() as server:
        arguments = [server.url, str(file(5 * MB)), str(large), name, json.dumps(options)]
        done = await anyio.run_process([sys.executable, "-c", SENDER, *arguments], stderr=subprocess.STDOUT)
    told = json.loads(done.stdout)
    assert told["size"] == size
    assert told["grown"] < 16 * MB
    assert server.received()[1] > size


class SlowFile(io.BytesIO):
    """A file each of whose operations blocks until the event loop has turned many times: for good, if that is where it is read."""

    name = "slow.bin"

    def __init__(self, content, loop):
        super().__init__(content)
        self._loop = loop
        self.reads = 0

    def read(self, *given):
        self._block()
        self.reads += 1
        return super().read(*given)

    def seek(self, *given):
        self._block()
        return super().seek(*given)

    def tell(self):
        self._block()
        return super().tell()

    def _block(self):
        until, patience = self._loop.turns + 50, time.monotonic() + 30
        while self._loop.turns < until:
            if time.monotonic() > patience:
                raise AssertionError("the event loop stands still while the file is read")
            time.sleep(0.001)


class Loop:
    """Counts how often the event loop turns."""

    turns = 0

    async def run(self):
        while True:
            self.turns += 1
            await anyio.sleep(0.0001)


@pytest.mark.anyio
async def test_a_slow_disk_holds_up_nobody_else(keys):
    content, loop = bytes(range(250)) * 4000, Loop()
    slow = SlowFile(content, loop)
    async with (
        Storage() as server,
        UnleashPlatform(credentials=keys, base_url=server.url) as platform,
        anyio.create_task_group() as tasks,
    ):
        tasks.start_soon(loop.run)
        done = await platform.library.upload(slow, **WHERE)
        tasks.cancel_scope.cancel()
    assert done.size == len(content)
    assert slow.reads > 4
    assert server.received()[0] > len(content)
