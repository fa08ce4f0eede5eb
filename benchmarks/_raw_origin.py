"""A small HTTP origin on asyncio, for machines without nginx, and for latency where nginx has no module for it.

It serves the same paths as the nginx of `_origin.py`, from memory. Run by `_origin.py` in a process of its own.
"""

from __future__ import annotations

import asyncio
import re
import sys
from email.utils import formatdate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from _measure import pin

_REQUEST = re.compile(rb"GET /(?:(slow|gzip)/)?(\d+x\d+)/v1/analytics/(?:(version|devices)|[^ ]+) HTTP/1\.1\r\n")
_TINY = {b"version": b'"1.0.1"', b"devices": b'["Wb8fabc31378ce07","W022abc5be35bb72","Weea288bc1faaddd"]'}


def answers(folder):
    """Whole answers by (variant, page, endpoint)."""
    made = {}
    for path in folder.glob("*.json"):
        name = path.stem.encode()
        plain, packed = _answer(path.read_bytes()), _answer(path.with_suffix(".json.gz").read_bytes(), packed=True)
        made |= {(b"", name, b""): plain, (b"slow", name, b""): plain, (b"gzip", name, b""): packed}
        for endpoint, body in _TINY.items():
            made |= dict.fromkeys([(b"", name, endpoint), (b"slow", name, endpoint)], _answer(body))
    return made


def _answer(body, *, packed=False):
    return (
        b"HTTP/1.1 200 OK\r\nServer: raw\r\nDate: %b\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n%bConnection: keep-alive\r\n\r\n%b"
        % (formatdate(usegmt=True).encode(), len(body), b"Content-Encoding: gzip\r\n" if packed else b"", body)
    )


class Origin(asyncio.Protocol):
    """Answers what it knows, at once or after the latency."""

    def __init__(self, known, latency):
        self.known = known
        self.latency = latency
        self.received = b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            head, self.received = self.received[: end + 2], self.received[end + 4 :]
            found = _REQUEST.match(head)
            answer = found and self.known.get((found[1] or b"", found[2], found[3] or b""))
            if not answer:
                self.transport.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            elif found[1] == b"slow":
                asyncio.get_running_loop().call_later(self.latency, self.transport.write, answer)
            else:
                self.transport.write(answer)


async def serve(folder, latency):
    known = answers(folder)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Origin(known, latency), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    pin(0)
    try:
        from uvloop import run
    except ImportError:
        from asyncio import run
    run(serve(Path(sys.argv[1]), float(sys.argv[2])))
