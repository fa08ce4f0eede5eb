"""What an operation adds on top of the transport it sits on, link by link, over a transport that answers from memory.

    python benchmarks/overhead.py [--quick] [--rounds 9]

Every figure is the median of interleaved rounds, in µs of CPU a call, with what the transport itself takes subtracted. No
network is involved: `benchmarks/small_gets.py` has that. The goal in docs/performance.md is 40 µs first, then 15.
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import sys
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import httpx
from _report import options

from asyncsdk import UnleashAnalytics
from asyncsdk.auth.keys import HeaderSigner
from asyncsdk.chain.call import Call, Sending
from asyncsdk.chain.calls import Calls
from asyncsdk.chain.host import Host, Hosts, HostState
from asyncsdk.chain.options import Options
from asyncsdk.chain.signing import exchange
from asyncsdk.chain.way import Way
from asyncsdk.engines.choice import connections
from asyncsdk.http.body import EMPTY
from asyncsdk.http.clock import SYSTEM
from asyncsdk.http.url import BaseURL
from asyncsdk.timeout import Timeout
from asyncsdk.unleash.analytics.client import VERSION

CALLS = 2_000
BASE = BaseURL("https://api.example.com/v1")
HEADERS = httpx.Headers([(b"Host", BASE.host), (b"Accept", b"*/*"), (b"User-Agent", b"benchmark")])
LIMITS = {"timeout": Timeout().extension()}
MOST = 1 << 30
ANSWER = [
    (b"Content-Type", b"application/json"),
    (b"Content-Length", b"7"),
    (b"Date", b"Sun, 22 Nov 2026 09:00:00 GMT"),
    (b"Connection", b"keep-alive"),
    (b"x-amzn-RequestId", b"5f0d2c1e-0000-4000-8000-000000000000"),
]


class Memory(httpx.AsyncBaseTransport):
    """Always the same answer, at once."""

    async def handle_async_request(self, _):
        return httpx.Response(200, headers=ANSWER, stream=httpx.ByteStream(b'"1.0.1"'))


def contestants():
    """Name to a coroutine function; each of the first ones adds one link to the one before."""
    transport = Memory()
    ready = httpx.Request("GET", BASE.join("/analytics/version"), headers=HEADERS, extensions=LIMITS)
    signer = HeaderSigner("x-api-key", "benchmark", "benchmark")
    held = connections(transport)
    host = Host(BASE, signer, HostState(64, SYSTEM))
    way = Way(held)
    calls = Calls(way, Hosts({"": host}, lambda: HostState(64, SYSTEM)), Options())
    call = Call(
        VERSION, host, url=BASE.join("/analytics/version"), headers=HEADERS, body=EMPTY, timeout=Timeout(), most=MOST
    )
    carry = partial(held.opened().carry, most=MOST)
    client = UnleashAnalytics("benchmark", base_url=BASE.text, transport=transport)
    seen = []
    hooked = UnleashAnalytics("benchmark", base_url=BASE.text, transport=transport, on_attempt=seen.append)
    limited = UnleashAnalytics("benchmark", base_url=BASE.text, transport=transport).with_options(timeout=5)
    plain = httpx.AsyncClient(
        transport=transport, base_url=BASE.text, headers={"x-api-key": "benchmark"}, trust_env=False
    )

    def request():
        url = BASE.join("/analytics/version")
        return httpx.Request("GET", url, headers=HEADERS, stream=httpx.ByteStream(b""), extensions=LIMITS)

    return {
        "transport": lambda: transport.handle_async_request(ready),
        "+ a request": lambda: transport.handle_async_request(request()),
        "+ adapted as an engine": lambda: carry(request()),
        "+ signature": lambda: exchange(carry, request(), EMPTY, signer, calls),
        "+ credentials, permit, limits: the one way": lambda: way.send(Sending(call), calls),
        "+ retry, read, decode: the operation": client.version,
        "the operation, with a hook": hooked.version,
        "the operation, on a copy": limited.version,
        "client.http.get": lambda: client.http.get("/analytics/version"),
        "httpx.AsyncClient.get": lambda: plain.get("/analytics/version"),
    }


async def turn(call):
    """µs of CPU that one call takes."""
    began = time.process_time()
    for _ in range(CALLS):
        await call()
    return (time.process_time() - began) / CALLS * 1e6


async def main(rounds):
    chosen = contestants()
    found = {name: [] for name in chosen}
    for number in range(rounds + 1):
        for name, call in chosen.items():
            micros = await turn(call)
            if number:  # the first round warms up
                found[name].append(micros)
    below = statistics.median(found["transport"])
    operation = statistics.median(found["+ retry, read, decode: the operation"]) - below
    print(f"{'µs of CPU a call, beyond the transport':<40} {'median':>7} {'/ operation':>12}")
    for name, times in found.items():
        own = statistics.median(times) - (0 if name == "transport" else below)
        print(f"{name:<40} {own:7.1f} {own / operation:11.2f}x")
    print(
        f"goal: 40 µs {'reached' if operation <= 40 else 'missed'}, 15 µs {'reached' if operation <= 15 else 'missed'}"
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    given = options(__doc__).parse_args()
    asyncio.run(main(given.rounds or (3 if given.quick else 9)))
