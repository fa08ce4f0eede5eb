"""The same fan-out with libraries used as they come; each function as in `_expert.py`."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from threading import local

import httpx
import requests
import urllib3
from _pages import HEADERS, path


def gather_over_httpx(base, devices, at_once):
    """`asyncio.gather` over `httpx.AsyncClient` as it comes, and the JSON of the standard library."""

    async def main():
        semaphore = asyncio.Semaphore(at_once)
        async with httpx.AsyncClient(headers=HEADERS, timeout=None) as client:

            async def one(device, number):
                async with semaphore:
                    answer = await client.get(base + path(device, number))
                return answer.json()

            async def walk(device):
                first = await one(device, 1)
                total = first["total_num_pages"]
                pages = await asyncio.gather(*(one(device, number) for number in range(2, total + 1)))
                return sum(len(page["data"]) for page in (first, *pages))

            return sum(await asyncio.gather(*map(walk, devices)))

    return asyncio.run(main())


def document_example(base, devices, at_once):  # one at a time
    """The example that the API's document prints, in a loop: urllib3, one page after the other."""
    rows = 0
    with urllib3.PoolManager() as http:
        for device in devices:
            number, total = 1, 1
            while number <= total:
                r = http.request("GET", base + path(device, number), headers=HEADERS)
                page = json.loads(r.data)
                rows += len(page["data"])
                total = page["total_num_pages"]
                number += 1
    return rows


def requests_in_threads(base, devices, at_once):
    """A thread for each request under way, a `requests.Session` for each thread."""
    mine = local()

    def one(device, number):
        if not hasattr(mine, "session"):
            mine.session = requests.Session()
            mine.session.headers.update(HEADERS)
        return mine.session.get(base + path(device, number)).json()

    with ThreadPoolExecutor(at_once) as threads:
        firsts = [(device, threads.submit(one, device, 1)) for device in devices]
        rest = []
        rows = 0
        for device, future in firsts:
            page = future.result()
            rows += len(page["data"])
            rest += [threads.submit(one, device, number) for number in range(2, page["total_num_pages"] + 1)]
        return rows + sum(len(future.result()["data"]) for future in rest)
