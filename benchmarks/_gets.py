"""One small GET, again and again, by several clients.

Each function takes the base URL, how many requests at once and how many in all. It opens its connections and settles first, and
gives the number of requests after that, their seconds and their CPU seconds.
"""

from __future__ import annotations

import asyncio
import time

import uvloop

_HEADERS = {"x-api-key": "test-key", "User-Agent": "benchmark/1", "Accept": "application/json"}
_TIMEOUT = {"connect": 10.0, "read": 60.0, "write": 60.0, "pool": None}
_WARM = 4


class Aiohttp:
    """What a specialist writes."""

    def __init__(self, base, at_once):
        import aiohttp

        self.session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=at_once), headers=_HEADERS)
        self.url = f"{base}/analytics/version"

    async def get(self):
        async with self.session.get(self.url) as answer:
            await answer.read()

    async def close(self):
        await self.session.close()


class Httpx:
    """`httpx.AsyncClient` as it comes."""

    def __init__(self, base, at_once):  # it sets its own limits
        import httpx

        # at 256 at once it keeps its own users waiting longer than its own limit of 5 s, where the machine is busy
        self.client = httpx.AsyncClient(headers=_HEADERS, timeout=None)
        self.url = f"{base}/analytics/version"

    async def get(self):
        await self.client.get(self.url)

    async def close(self):
        await self.client.aclose()


class Operation:
    """An operation: signed with a key, retried, throttled, redacted, decoded."""

    def __init__(self, base, at_once):
        from asyncsdk import UnleashAnalytics

        self.client = UnleashAnalytics("test-key", base_url=base, max_connections=at_once)
        self.get = self.client.version

    async def close(self):
        await self.client.aclose()


class Engine:
    """Our engine alone, called with a request that is built already: the transport that an operation sits on."""

    def __init__(self, base, at_once):  # it has no limit of its own
        import httpx

        from asyncsdk.engines.aiohttp.engine import AiohttpEngine

        self.engine = AiohttpEngine()
        extensions = {"timeout": _TIMEOUT}
        self.request = httpx.Request("GET", f"{base}/analytics/version", headers=_HEADERS, extensions=extensions)

    async def get(self):
        self.engine.home.enter()
        await self.engine.carry(self.request, most=1 << 30)

    async def close(self):
        await self.engine.aclose()


def _timed(kind):
    async def main(base, at_once, requests):
        client = kind(base, at_once)
        share = requests // at_once

        async def work(count):
            for _ in range(count):
                await client.get()

        await asyncio.gather(*(work(_WARM) for _ in range(at_once)))
        wall, cpu = time.perf_counter(), time.process_time()
        await asyncio.gather(*(work(share) for _ in range(at_once)))
        timing = share * at_once, time.perf_counter() - wall, time.process_time() - cpu
        await client.close()
        return timing

    return lambda *arguments: uvloop.run(main(*arguments))


aiohttp = _timed(Aiohttp)
httpx = _timed(Httpx)
operation = _timed(Operation)
engine = _timed(Engine)
