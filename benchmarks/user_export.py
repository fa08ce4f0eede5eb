"""Peak memory of a user export: `blaize.users.export` over bodies of 1 MB, 100 MB and 1 GB.

    python benchmarks/user_export.py [--quick]

The server, in a process of its own, writes one JSON array row by row; the client, in another, counts the users that arrive and says
what it took. Memory must not follow the size of the body.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
import time

MEGABYTE = 1_000_000
ROWS = 400
ROW = {
    "seq-no": 1,
    "user": {
        "user_id": "123456789ABCD",
        "identifiers": {"email_address": "joe.blow@company.com"},
        "attributes": {"first_name": "Joe", "surname": "Blow", "note": "x" * 200},
    },
}


async def serve() -> None:
    """One request a connection: the size of the body, in MB, is the tenant's path."""
    block = b",".join([json.dumps(ROW).encode()] * ROWS)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readuntil(b"\r\n\r\n")
        size = int(line.split(b"/", 2)[1].split(b"/")[0]) * MEGABYTE
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n[")
        written = 0
        while written < size:
            writer.write((b"," if written else b"") + block)
            written += len(block)
            await writer.drain()
        writer.write(b"]")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def export(port: int, megabytes: int) -> dict[str, float]:
    from asyncsdk import Blaize

    address = f"http://127.0.0.1:{port}/{megabytes}"
    async with Blaize(access_key="test-access", secret_key="test-secret", base_url=address) as blaize:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        began = time.perf_counter()
        count = 0
        async with blaize.users.export(attributes=True) as users:
            async for _ in users:
                count += 1
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"users": count, "seconds": seconds, "before": before / 1024, "peak": peak / 1024}


def main() -> None:
    sizes = [1, 20, 100] if "--quick" in sys.argv else [1, 100, 1000]
    with subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        port = server.stdout.readline().strip()
        try:
            print(f"{'body':>8} {'users':>10} {'MB/s':>7} {'MB before':>10} {'MB at peak':>11}")
            peaks = []
            for size in sizes:
                done = subprocess.run(
                    [sys.executable, __file__, "export", port, str(size)], capture_output=True, text=True, check=True
                )
                found = json.loads(done.stdout)
                peaks.append(found["peak"])
                print(
                    f"{size:>5} MB {found['users']:>10,} {size / found['seconds']:>7.1f}"
                    f" {found['before']:>10.1f} {found['peak']:>11.1f}"
                )
            grown = peaks[-1] - peaks[0]
            print(
                f"goal: memory does not follow the body: {grown:+.1f} MB for {sizes[-1]} MB: {'yes' if grown < 10 else 'no'}"
            )
        finally:
            server.terminate()


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve())
    elif sys.argv[1:2] == ["export"]:
        print(json.dumps(asyncio.run(export(int(sys.argv[2]), int(sys.argv[3])))))
    else:
        main()
