from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading

import anyio
import pytest

from asyncsdk import SDKError
from asyncsdk.cli.pull.rows import Lines, RowLines
from asyncsdk.cli.pull.to_stdout import _copy
from asyncsdk.cli.terminal.streams import ReaderGone
from asyncsdk.testing import AnalyticsService, Sandbox, faults, serve

DAY = ("--from", "2020-08-17", "--to", "2020-08-18")
SAMPLE = ("--device", "Wabcdb35be35bb72", *DAY)
FAILED_SHARD = "[Wnowhere 2020-08-17T00:00:00.000000Z/86400s]"


def test_rows_go_to_stdout_just_as_the_server_sent_them(command, origin):
    code, out, err = command("unleash", "pull", *SAMPLE, "--base-url", origin)
    assert code == 0
    first, second = map(json.loads, out.splitlines())
    assert first == {
        "class_name": "person",
        "count": 1,
        "device_id": "Wabcdb35be35bb72",
        "frame_number": 110251,
        "model_id": "starter-ai",
        "session_id": "1597622730877",
        "source_file_name": "Wabcdb35be35bb72?token=sneaky-firefox-288",
        "timestamp": "2020-08-17T02:08:49.000Z",
    }
    assert second["count"] == 3
    assert err.startswith("2 rows in 24 shards")


def test_a_quiet_pull_writes_rows_and_nothing_else(command, origin):
    code, out, err = command("unleash", "pull", *SAMPLE, "--quiet", "--base-url", origin)
    assert (code, len(out.splitlines()), err) == (0, 2, "")


def test_rows_can_be_csv(command, origin):
    _, out, _ = command("unleash", "pull", *SAMPLE, "--format", "csv", "--base-url", origin)
    header, first, second = csv.reader(io.StringIO(out))
    assert header == [
        "class_name", "count", "device_id", "frame_number", "model_id", "session_id", "source_file_name", "timestamp", "extra"
    ]  # fmt: skip
    assert first[:3] == ["person", "1", "Wabcdb35be35bb72"]
    assert second[-2:] == ["2020-08-17T02:08:49.000Z", ""]


def test_csv_loses_nothing_of_a_row_that_is_like_no_other(command):
    service = AnalyticsService(on_page=faults.with_key('zone, "A"', {"deep": [1]}))
    with serve(Sandbox(service)) as url:
        _, out, _ = command("unleash", "pull", *SAMPLE, "-f", "csv", "--base-url", f"{url}/v1")
    row = next(csv.DictReader(io.StringIO(out)))
    assert json.loads(row["extra"]) == {'zone, "A"': {"deep": [1]}}


def test_ordered_rows_come_device_by_device_and_in_order_of_time(command, origin):
    code, out, _ = command("unleash", "pull", "--all", *DAY, "--ordered", "--base-url", origin)
    rows = [json.loads(line) for line in out.splitlines()]
    _, ids, _ = command("unleash", "devices", "--base-url", origin)
    order = {device: place for place, device in enumerate(ids.split())}
    keys = [(order[row["device_id"]], row["timestamp"]) for row in rows]
    assert code == 0
    assert len(rows) > 1000
    assert keys == sorted(keys)


def test_any_order_gives_the_same_rows(command, origin):
    outs = [
        sorted(command("unleash", "pull", "--all", *DAY, "--base-url", origin, *more)[1].splitlines())
        for more in (["-c", "1"], ["-c", "32", "--window", "1d"], ["--window", "15m", "--ordered"])
    ]
    assert outs[0] == outs[1] == outs[2]


def test_a_limit_ends_the_pull(command, origin):
    code, out, err = command("unleash", "pull", "--all", *DAY, "--limit", 7, "--base-url", origin)
    assert (code, len(out.splitlines())) == (0, 7)
    assert err.startswith("7 rows")


def test_an_empty_range_has_no_rows(command, origin):
    code, out, err = command(
        "unleash", "pull", "--all", "--from", "2020-08-17", "--to", "2020-08-17", "--base-url", origin
    )
    assert (code, out) == (0, "")
    assert err.startswith("0 rows in 0 shards")


def test_a_device_that_is_not_there_ends_the_pull_in_one_sentence(command, origin):
    code, out, err = command("unleash", "pull", "-d", "Wnowhere", *DAY, "--window", "1d", "--base-url", origin)
    assert (code, out) == (1, "")
    assert err == f"error: the service answered 422: Validation failed - no such device {FAILED_SHARD}\n"


def test_a_pull_that_keeps_going_gives_the_rest_and_fails_at_the_end(command, origin):
    code, out, err = command(
        "unleash", "pull", "-d", "Wnowhere", *SAMPLE, "--window", "1d", "--keep-going", "--base-url", origin
    )
    assert (code, len(out.splitlines())) == (1, 2)
    assert "failed: Wnowhere 2020-08-17T00:00:00.000000Z/86400s: " in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((*SAMPLE, "--format", "parquet"), "--format: Parquet files cannot go down a pipe"),
        ((*SAMPLE, "--json"), "--json: the summary would get between the rows on stdout"),
        ((*SAMPLE, "--compression", "gzip"), "--compression: it is for files"),
        ((*SAMPLE, "--restart"), "--restart: a pipe remembers nothing"),
        (("--device", "Wa"), "Missing option '--from'"),
        (DAY, "say which devices to pull: --device ID"),
        (("--all", *SAMPLE), "--all: it stands for every device"),
        (("--all", "--from", "2020-08-18", "--to", "2020-08-17"), "--from: 2020-08-18T00:00:00.000Z is after --to"),
        ((*SAMPLE, "--window", "0"), "--window: '0' is no length of time"),
        ((*SAMPLE, "--window", "-1h"), "--window: '-1h' is no duration"),
        ((*SAMPLE, "--concurrency", "0"), "--concurrency"),
        ((*SAMPLE, "--format", "xml"), "--format"),
        ((*SAMPLE, "--limit", "0"), "--limit"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(command, arguments, said):
    code, out, err = command("unleash", "pull", *arguments, "--sandbox")
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert said in err
    assert len(err.splitlines()) == 1


def test_a_reader_that_has_enough_ends_the_pull_quietly(start, origin):
    pull = start("unleash", "pull", "--all", *DAY, "--base-url", origin)
    assert json.loads(pull.stdout.readline())
    pull.stdout.close()
    _, err = pull.communicate(timeout=60)
    assert (pull.returncode, err) == (0, b"")


@pytest.mark.parametrize("noun", ["devices", "sessions"])
def test_a_reader_that_wants_nothing_is_no_failure(start, origin, noun):
    reader, writer = os.pipe()
    os.close(reader)
    listing = start("unleash", noun, "--base-url", origin, stdout=writer)
    os.close(writer)
    _, err = listing.communicate(timeout=60)
    assert (listing.returncode, err) == (0, b"")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_pull_that_waits_for_its_reader(start, origin, number, code):
    """The pipe is full and nobody reads, as when `less` shows the first page."""
    pull = start("unleash", "pull", "--all", *DAY, "--base-url", origin)
    pull.stdout.readline()
    pull.send_signal(number)
    pull.wait(timeout=60)
    _, err = pull.communicate()
    assert (pull.returncode, err) == (code, b"")


def test_ctrl_c_ends_a_pull_that_waits_for_the_service(start):
    asked = threading.Event()
    with serve(Sandbox(on_request=_held(asked))) as url:
        pull = start("unleash", "pull", *SAMPLE, "--base-url", f"{url}/v1")
        assert asked.wait(60)
        pull.send_signal(signal.SIGINT)
        out, err = pull.communicate(timeout=60)
    assert (pull.returncode, out, err) == (130, b"", b"")


def _held(asked):
    """A service that takes requests and never answers."""

    async def hold(_):
        asked.set()
        await anyio.sleep_forever()

    return hold


@pytest.mark.parametrize("gone", [False, True])
@pytest.mark.anyio
async def test_what_was_read_before_a_failure_is_written_and_a_reader_that_has_gone_hides_none(gone):
    written = []

    class Output:
        async def write(self, data):
            if gone:
                raise ReaderGone
            written.append(data)

    async def rows():
        yield {"a": 1}
        yield {"a": 2}
        raise SDKError("no answer")

    lines = RowLines(Lines(encode=lambda held, _: b"".join(b"%d\n" % row["a"] for row in held)), Output())
    with pytest.raises(SDKError):
        await _copy(rows(), lines, None)
    assert written == ([] if gone else [b"1\n2\n"])


def test_ctrl_c_waits_for_no_reader():
    """It cancels the task once, as asyncio does, while rows are held that the full pipe does not take."""

    class Full:
        async def write(self, data):
            await anyio.sleep_forever()

    async def main():
        waiting = asyncio.Event()

        async def rows():
            yield {"a": 1}
            waiting.set()
            await anyio.sleep_forever()

        lines = RowLines(Lines(encode=lambda held, _: b"row"), Full(), clock=lambda: 0.0)
        copying = asyncio.create_task(_copy(rows(), lines, None))
        await waiting.wait()
        copying.cancel()
        done, _ = await asyncio.wait([copying], timeout=10)
        copying.cancel()
        return bool(done)

    assert asyncio.run(main())


def test_a_slow_reader_gets_every_row(start, origin, command):
    _, expected, _ = command("unleash", "pull", "--all", *DAY, "--ordered", "--base-url", origin)
    pull = start("unleash", "pull", "--all", *DAY, "--ordered", "-q", "--base-url", origin)
    with subprocess.Popen(
        [sys.executable, "-c", "import sys\nwhile line := sys.stdin.buffer.read(97): sys.stdout.buffer.write(line)"],
        stdin=pull.stdout,
        stdout=subprocess.PIPE,
    ) as reader:
        pull.stdout.close()
        got = reader.communicate(timeout=60)[0]
    assert pull.wait(timeout=60) == 0
    assert got.decode() == expected


def test_rows_can_go_into_a_file(start, origin, tmp_path):
    with (tmp_path / "rows.ndjson").open("wb") as file:
        pull = start("unleash", "pull", *SAMPLE, "--base-url", origin, stdout=file)
        assert pull.wait(timeout=60) == 0
    assert len((tmp_path / "rows.ndjson").read_text().splitlines()) == 2
