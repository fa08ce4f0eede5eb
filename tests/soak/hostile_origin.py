"""An origin that does everything a server can do wrong, by a seed: run as a process of its own.

    python hostile_origin.py SEED DEVICES [--calm]

It prints its port. Every line it then reads on its standard input it answers with its counters as JSON, once no connection is open
any more; at once for "now"; and for "hold 16" it keeps answers back from then on until 16 requests wait. What it does to the n-th request for a page follows from the seed, the page and n; after
four failures in a row a page is served, so that every walk ends.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import socket
import struct
import sys
from collections import Counter
from contextlib import suppress
from email.utils import formatdate
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from world import World, dice

_REQUEST = re.compile(rb"GET /v1/analytics/([^/ ]+)/(\d+)/(\d+)/(\d+) HTTP/1\.1\r\n")
_PATIENCE = 20.0
_HOLD = 2.0
_PAUSE = 0.002

# In thousandths of all requests. What stands in _HARMLESS still gives the whole page.
_HARMLESS = {
    "chunked": 40,
    "gzip": 60,
    "slow": 20,
    "early hints": 10,
    "dropped after": 20,
    "closed after": 20,
    "junk after": 5,
}
_FAULTS = {
    "reset": 15,
    "reset in body": 10,
    "hang up": 10,
    "cut": 15,
    "cut chunks": 10,
    "cut gzip": 10,
    "cut head": 5,
    "half JSON": 15,
    "HTML": 10,
    "500": 15,
    "502": 10,
    "503": 5,
    "503 with Retry-After": 2,
    "429": 3,
    "429 with Retry-After": 3,
    "429 with a date": 1,
    "408": 2,
    "stall": 1,
}
_MOST_FAILURES = 4
_HTML = b"<!DOCTYPE html><html><body><h1>Sign in</h1></body></html>"


def _wheel(weights):
    return [kind for kind, share in weights.items() for _ in range(share)]


_ALL = _wheel(_HARMLESS | _FAULTS)
_ALL += ["plain"] * (1000 - len(_ALL))
_KINDS = {False: _ALL, True: _wheel(_HARMLESS) + ["plain"] * 100}


def _answer(status, body, *lines):
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: application/json", *lines]
    return "\r\n".join([*head, "", ""]).encode() + body


def _message(status, *lines):
    return _answer(status, json.dumps({"message": status.partition(" ")[2]}).encode(), *lines)


def _chunks(body):
    pieces = [body[at : at + 700] for at in range(0, len(body), 700)]
    return [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]


_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n"


class Origin:
    """What all connections share.

    Args:
        world: what there is to fetch.
        calm: serve every page whole.
    """

    def __init__(self, world, *, calm):
        self.world = world
        self.calm = calm
        self.wanted = 0
        self.most_held = 0
        self.held = []
        self.timer = None
        self.asked = Counter()
        self.counts = Counter()
        self.connections = 0
        self.open = set()
        self.empty = asyncio.Event()

    def kind(self, target):
        """What to do to this request."""
        number = self.asked[target]
        self.asked[target] += 1
        wheel = _KINDS[self.calm or number >= _MOST_FAILURES]
        kind = wheel[dice(self.world.seed, target, number) % len(wheel)]
        if self.calm:
            kind = "plain"
        self.counts[kind] += 1
        return kind

    def hold(self, serve):
        """Serve a request now, or together with others, if as many are to wait for each other."""
        if not self.wanted:
            serve()
            return
        self.held.append(serve)
        self.most_held = max(self.most_held, len(self.held))
        if self.timer is not None:
            self.timer.cancel()
        if len(self.held) >= self.wanted:
            self.wanted = 0
            self.release()
        else:
            # a client that cannot ask for so many at once is to be told from one that hangs
            self.timer = asyncio.get_running_loop().call_later(_HOLD, self.release)

    def release(self):
        held, self.held = self.held, []
        for serve in held:
            serve()

    def told(self):
        counts = {"requests": sum(self.counts.values()), "connections": self.connections, "open": len(self.open)}
        return json.dumps(counts | {"most held": self.most_held, "kinds": dict(self.counts)})


class Connection(asyncio.Protocol):
    """One client's connection: requests come one after the other."""

    def __init__(self, origin):
        self.origin = origin
        self.received = b""
        self.busy = False
        self.doomed = False

    def connection_made(self, transport):
        self.transport = transport
        self.origin.connections += 1
        self.origin.open.add(self)

    def connection_lost(self, _):
        self.origin.open.discard(self)
        if not self.origin.open:
            self.origin.empty.set()

    def data_received(self, data):
        self.received += data
        if self.doomed:
            self.transport.close()
        elif not self.busy and b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            self.origin.hold(partial(self._serve, head + b"\r\n"))

    def _serve(self, head):
        if self.transport.is_closing():
            return
        found = _REQUEST.match(head)
        if not found:
            self.transport.write(_message("404 Not Found"))
            return
        device, start, _, number = (value.decode() for value in found.groups())
        world = self.origin.world
        body = world.page(world.shard(device, int(start)), int(number))
        kind = self.origin.kind(f"{device}/{start}/{number}")
        if kind[0].isdigit():
            self._refuse(kind)
        elif "cut" in kind or "reset" in kind or kind in ("hang up", "stall"):
            self._break(kind, body)
        else:
            self._give(kind, body)

    def _refuse(self, kind):
        status = {"500": "500 Internal Server Error", "503": "503 Service Unavailable", "429": "429 Too Many Requests"}
        wait = (
            ["Retry-After: 1"]
            if "Retry" in kind
            else ["Retry-After: " + formatdate(usegmt=True)]
            if "date" in kind
            else []
        )
        if kind == "502":
            self.transport.write(_answer("502 Bad Gateway", _HTML))
        elif kind == "408":
            self.transport.write(_message("408 Request Timeout", "Connection: close"))
            self.transport.close()
        else:
            self.transport.write(_message(status[kind[:3]], *wait))

    def _break(self, kind, body):
        """Give a part of an answer, and end the connection."""
        whole = _answer("200 OK", body)
        head = whole[: -len(body)]
        packed = gzip.compress(body, 1)
        given = {
            "reset in body": head + body[: len(body) // 2],
            "cut": head + body[: -(1 + len(body) // 3)],
            "cut head": head[:30],
            "cut chunks": _CHUNKED + b"".join(_chunks(body)[:1]),
            "cut gzip": _answer("200 OK", packed, "Content-Encoding: gzip")[: -len(packed) // 2],
        }.get(kind, b"")
        self.transport.write(given)
        if kind == "stall":
            self.busy = True
        elif "reset" in kind:
            # closing with a linger of zero sends RST instead of FIN
            raw = self.transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.transport.abort()
        else:
            self.transport.close()

    def _give(self, kind, body):
        """Give a whole answer, though not always a page."""
        if kind == "half JSON":
            body = body[: 2 * len(body) // 3]
        elif kind == "HTML":
            body = _HTML
        answer = _answer("200 OK", body)
        if kind == "chunked":
            answer = b"".join([_CHUNKED, *_chunks(body), b"0\r\n\r\n"])
        elif kind == "gzip":
            answer = _answer("200 OK", gzip.compress(body, 1), "Content-Encoding: gzip")
        elif kind == "early hints":
            answer = b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\n" + answer
        elif kind == "closed after":
            answer = _answer("200 OK", body, "Connection: close")
        elif kind == "junk after":
            answer += b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
        if kind == "slow":
            size = -(-len(answer) // 5)
            self.busy = True
            self._drip([answer[at : at + size] for at in range(0, len(answer), size)])
            return
        self.transport.write(answer)
        if kind == "closed after":
            self.transport.close()
        # without a word: the client finds out when it asks again
        self.doomed = kind == "dropped after"

    def _drip(self, pieces):
        if self.transport.is_closing():
            return
        self.transport.write(pieces[0])
        if len(pieces) > 1:
            asyncio.get_running_loop().call_later(_PAUSE, self._drip, pieces[1:])
            return
        self.busy = False
        self.data_received(b"")


def _say(what):
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


async def _report(origin, commands):
    """Answer every line of the standard input."""
    while line := (await commands.readline()).decode():
        if line.startswith("hold"):
            origin.wanted = int(line.split()[1])
        elif line.strip() != "now":
            origin.empty.clear()
            if origin.open:
                with suppress(TimeoutError):
                    await asyncio.wait_for(origin.empty.wait(), _PATIENCE)
        _say(origin.told())


async def main(seed, devices, *, calm):
    loop = asyncio.get_running_loop()
    origin = Origin(World(seed, devices), calm=calm)
    server = await loop.create_server(lambda: Connection(origin), "127.0.0.1", 0, backlog=1024)
    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    _say(server.sockets[0].getsockname()[1])
    # without its parent it has no purpose: it ends with its standard input
    await _report(origin, commands)
    server.close()


if __name__ == "__main__":
    try:
        from uvloop import run
    except ImportError:
        from asyncio import run
    run(main(int(sys.argv[1]), int(sys.argv[2]), calm="--calm" in sys.argv[3:]))
