"""How long it takes to know what is done: a million files of this machine, a hundred thousand objects of another.

    python benchmarks/ledger.py [--quick] [--rounds 3] [--docs]

Each figure is of a process of its own. What a listing alone takes is measured beside it, and taken off: by `os.scandir` on the disk,
by the same pages read and thrown away from a server that lists as S3 does. On this machine's own moto that server takes minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from statistics import median
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

sys.path.insert(0, str(Path(__file__).resolve().parent))

import anyio
from _report import Report, options
from memory import forget_peak, resident

from asyncsdk.datasets import Ledger

HOUR = 3_600_000
START = 1_577_836_800_000  # 2020-01-01
HOURS_A_DEVICE = 10_000
LABEL = "unleash_analytics.rows,device_id,date,parquet"


def stamp(hour):
    return f"{datetime.fromtimestamp(START / 1000, UTC) + timedelta(hours=hour):%Y%m%dT%H%M%S}.000Z"


def paths(shards, hours):
    """The files of a backfill below its folder, device by device."""
    names = [
        f"date={stamp(at)[:4]}-{stamp(at)[4:6]}-{stamp(at)[6:8]}/{stamp(at)}-{stamp(at + 1)}.parquet"
        for at in range(hours)
    ]
    for device in range(shards // hours):
        for name in names:
            yield f"device_id=W{device:015x}/{name}"


def scandir_alone(root):
    """The listing that there is no way around."""
    count, folders = 0, [root]
    while folders:
        with os.scandir(folders.pop()) as found:
            for each in found:
                if each.is_dir(follow_symlinks=False):
                    folders.append(each.path)
                else:
                    count += 1
    return count


def ledger_of(sink):
    """What a run does at its start; the number of shards."""
    done = anyio.run(sink.done)
    Ledger(done)
    return len(done)


def measured_local(how, root):
    import asyncsdk.unleash.analytics.datasets  # noqa: F401  # the data set whose tree it is
    from asyncsdk.sinks import ParquetSink

    sink = ParquetSink(root)
    return timed(lambda: scandir_alone(root) if how == "scandir" else ledger_of(sink))


def timed(work):
    forget_peak()
    before, began = resident(), time.perf_counter()
    count = work()
    return count, time.perf_counter() - began, (resident() - before) / 1e6


def measured_shuffled(number):
    """Shards as the sink of somebody else gives them: minutes with a gap after each, in any order."""
    from asyncsdk.datasets import Ledger, Shard

    shards = [Shard("any.rows", "W1", START + at * 120_000, START + at * 120_000 + 60_000) for at in range(number)]
    Random(1).shuffle(shards)

    def work():
        Ledger(shards)
        return number

    return timed(work)


def measured_memory(number):
    import fsspec

    import asyncsdk.unleash.analytics.datasets  # noqa: F401
    from asyncsdk.sinks import ParquetSink

    files = fsspec.filesystem("memory")
    files.pipe_file(f"/rows/.asyncsdk/{LABEL}", b"")
    for path in paths(number, 10):
        files.pipe_file(f"/rows/{path}", b"")
    sink = ParquetSink("memory://rows")
    return timed(lambda: ledger_of(sink))


class Listing(BaseHTTPRequestHandler):
    """Lists one bucket, a thousand keys a page."""

    protocol_version = "HTTP/1.1"
    keys = ()

    def do_HEAD(self):
        self.send_response(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self):
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if "list-type" not in query:
            self.do_HEAD()
            return
        prefix, first = query.get("prefix", ""), int(query.get("continuation-token", "0"))
        keys = self.keys if prefix == "rows/" else [key for key in self.keys if key.startswith(prefix)]
        most = int(query.get("max-keys", "1000"))
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag>"
            "<Size>0</Size><StorageClass>STANDARD</StorageClass></Contents>"
            for key in keys[first : first + most]
        )
        more = first + most < len(keys)
        token = f"<NextContinuationToken>{first + most}</NextContinuationToken>" if more else ""
        body = (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Name>bucket</Name><IsTruncated>{str(more).lower()}</IsTruncated>{token}{rows}</ListBucketResult>"
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(number):
    """The server, in a process of its own: prints its port."""
    Listing.keys = [f"rows/.asyncsdk/{LABEL}", *(f"rows/{path}" for path in paths(number, 10))]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listing)
    print(server.server_address[1], flush=True)
    threading.Thread(target=sys.stdin.read).start()
    server.serve_forever()


def measured_s3(how, port):
    import fsspec

    import asyncsdk.unleash.analytics.datasets  # noqa: F401
    from asyncsdk.sinks import ParquetSink

    options = {
        "key": "test",
        "secret": "test",
        "client_kwargs": {"endpoint_url": f"http://127.0.0.1:{port}", "region_name": "us-east-1"},
    }
    files = fsspec.filesystem("s3", **options)
    files.exists("bucket/rows")  # the first request loads botocore
    if how == "ledger":
        sink = ParquetSink("s3://bucket/rows", storage_options=options)
        return timed(lambda: ledger_of(sink))

    def listed():
        count, asked = 0, {}
        while True:
            page = files.call_s3("list_objects_v2", Bucket="bucket", Prefix="rows/", **asked)
            count += len(page["Contents"])
            if not page["IsTruncated"]:
                return count
            asked = {"ContinuationToken": page["NextContinuationToken"]}

    return timed(listed)


def apart(*arguments):
    """A figure of a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--one", *map(str, arguments)], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout)


def rounds_of(rounds, *arguments):
    """The median of seconds and megabytes, and how many shards there were."""
    found = [apart(*arguments) for _ in range(rounds)]
    return found[0][0], median(each[1] for each in found), median(each[2] for each in found)


def local(report, rounds, number):
    memory = Path("/dev/shm")
    root = Path(tempfile.mkdtemp(prefix="asyncsdk-bench-", dir=memory if os.access(memory, os.W_OK) else None))
    try:
        report.doing(f"making {number:,} files")
        (root / ".asyncsdk").mkdir()
        (root / ".asyncsdk" / LABEL).touch()
        for path in paths(number, HOURS_A_DEVICE):
            place = root / path
            if not place.parent.exists():
                place.parent.mkdir(parents=True)
            os.close(os.open(place, os.O_CREAT | os.O_WRONLY))
        listing = rounds_of(rounds, "local", "scandir", root)
        ledger = rounds_of(rounds, "local", "ledger", root)
    finally:
        shutil.rmtree(root)
    return listing, ledger


def main():
    parser = options(__doc__)
    parser.add_argument("--one", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        one = {
            "local": measured_local,
            "shuffled": lambda n: measured_shuffled(int(n)),
            "memory": lambda n: measured_memory(int(n)),
            "s3": measured_s3,
            "serve": lambda n: serve(int(n)),
        }
        name, *arguments = given.one
        print(json.dumps(one[name](*arguments)))
        return
    rounds = given.rounds or (1 if given.quick else 3)
    number, remote = (100_000, 10_000) if given.quick else (1_000_000, 100_000)
    report = Report("ledger", write=given.docs)
    listing, ledger = local(report, rounds, number)
    shuffled = rounds_of(rounds, "shuffled", 525_600)
    memory = rounds_of(rounds, "memory", remote)
    server = [sys.executable, __file__, "--one", "serve", str(remote)]
    with subprocess.Popen(server, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        port = process.stdout.readline().strip()
        try:
            s3_alone, s3 = rounds_of(rounds, "s3", "listing", port), rounds_of(rounds, "s3", "ledger", port)
        finally:
            process.terminate()
    rows = [
        ("files of this machine, listed alone", listing),
        ("files of this machine, in the ledger", ledger),
        ("minutes of one device in any order, in the ledger", shuffled),
        ("files in fsspec's memory, in the ledger", memory),
        ("objects of S3, listed alone", s3_alone),
        ("objects of S3, in the ledger", s3),
    ]
    report.table(
        "What is done, as a run takes it in",
        ("", "shards", "seconds", "MB at the peak"),
        [(name, f"{count:,}", f"{seconds:.2f}", f"{peak:.0f}") for name, (count, seconds, peak) in rows],
    )
    report.goals(
        {
            "ledger of local files": ledger[1] - listing[1],
            "memory of the ledger": ledger[2] - listing[2],
            "ledger of remote files": max(memory[1], s3[1]),
        }
    )
    report.close()


if __name__ == "__main__":
    main()
