"""Client CPU of one small GET through our aiohttp engine, against bare aiohttp with uvloop.

    python benchmarks/engines.py [--requests 4000] [--rounds 7] [--all]

A raw server runs in a process of its own, on core 0 where the system lets us choose, the client on core 1. Rounds are
interleaved, and only the ratios of one run mean something: times drift. `--all` adds httpx2 and httpx, which are slow.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import aiohttp
import httpx
import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from asyncsdk.engines.aiohttp.engine import AiohttpEngine
from asyncsdk.engines.httpx2.engine import Httpx2Engine

AT_ONCE = (16, 64, 256)
PATH = "/v1/things/abc?page=3"
BODY = b'{"id":"x","name":"something small","items":[1,2,3,4,5,6,7,8]}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\nDate: Sat, 22 Nov 2025 08:00:00 GMT\r\nServer: raw\r\nContent-Type: application/json\r\n"
    b"Content-Length: %d\r\nConnection: keep-alive\r\nX-Request-Id: 0123456789abcdef\r\n\r\n%b" % (len(BODY), BODY)
)
HEADERS = {"X-Api-Key": "k" * 32, "User-Agent": "benchmark/1", "Accept": "application/json"}
TIMEOUT = {"connect": 10.0, "read": 60.0, "write": 60.0, "pool": None}


class Server(asyncio.Protocol):
    """Gives the same answer to every request without a body."""

    def connection_made(self, transport):
        self.transport = transport
        self.received = b""

    def data_received(self, data):
        self.received += data
        complete, _, self.received = self.received.rpartition(b"\r\n\r\n")
        if complete:
            self.transport.write(ANSWER * (complete.count(b"\r\n\r\n") + 1))


async def serve():
    server = await asyncio.get_running_loop().create_server(Server, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def pin(core):
    if hasattr(os, "sched_setaffinity") and core in os.sched_getaffinity(0):
        os.sched_setaffinity(0, {core})


class Aiohttp:
    """What a specialist would write."""

    def __init__(self, url, at_once):
        self.url = url
        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once), headers=HEADERS)

    async def get(self):
        async with self.session.get(self.url) as answer:
            await answer.read()

    async def aclose(self):
        await self.session.close()


class Transport:
    """A transport called directly, with a request that is built already."""

    def __init__(self, url, transport):
        self.transport = transport
        self.request = httpx.Request("GET", url, headers=HEADERS, extensions={"timeout": TIMEOUT})

    async def get(self):
        answer = await self.transport.handle_async_request(self.request)
        async for _ in answer.stream:
            pass
        await answer.aclose()

    async def aclose(self):
        await self.transport.aclose()


class Whole(Transport):
    """An engine of ours, asked as the chain asks it."""

    async def get(self):
        self.transport.home.enter()
        await self.transport.carry(self.request, most=1 << 30)


def contestants(everything):
    chosen = {
        "aiohttp": Aiohttp,
        "asyncsdk, body whole": lambda url, _: Whole(url, AiohttpEngine()),
        "asyncsdk, body streamed": lambda url, _: Transport(url, AiohttpEngine()),
    }
    if everything:
        chosen["asyncsdk on httpx2"] = lambda url, _: Whole(url, Httpx2Engine())
        limits = {n: httpx.Limits(max_connections=n, max_keepalive_connections=n) for n in AT_ONCE}
        chosen["httpx"] = lambda url, n: Transport(url, httpx.AsyncHTTPTransport(limits=limits[n]))
    return chosen


async def cost(build, url, at_once, requests):
    """Microseconds of this process's CPU for one request, connections already open."""
    client = build(url, at_once)

    async def work(share):
        for _ in range(share):
            await client.get()

    await asyncio.gather(*(work(1) for _ in range(at_once)))
    started = time.process_time()
    await asyncio.gather(*(work(requests // at_once) for _ in range(at_once)))
    spent = time.process_time() - started
    await client.aclose()
    return spent / (requests // at_once * at_once) * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=4000, help="in one round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--all", action="store_true", help="with httpx2 and httpx")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        pin(0)
        uvloop.run(serve())
        return
    pin(1)
    server = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)
    try:
        url = f"http://127.0.0.1:{int(server.stdout.readline())}{PATH}"
        costs = {}
        for _ in range(options.rounds):
            for at_once in AT_ONCE:
                for name, build in contestants(options.all).items():
                    spent = uvloop.run(cost(build, url, at_once, options.requests))
                    costs.setdefault((name, at_once), []).append(spent)
    finally:
        server.terminate()
        server.wait()
    report({key: statistics.median(values) for key, values in costs.items()})


def report(medians):
    print(f"{'client CPU of one GET':<26}" + "".join(f"{n:>7} at once      " for n in AT_ONCE) + "  256 / 16")
    for name in dict.fromkeys(name for name, _ in medians):
        row = [(medians[name, n], medians[name, n] / medians["aiohttp", n]) for n in AT_ONCE]
        cells = "".join(f"{spent:>8.1f} µs {ratio:>5.2f}x   " for spent, ratio in row)
        print(f"{name:<26}{cells} {row[-1][0] / row[0][0]:>6.2f}x")


if __name__ == "__main__":
    main()
