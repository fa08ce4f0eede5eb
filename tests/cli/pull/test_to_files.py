from __future__ import annotations

import csv
import gzip
import json
import re
import signal
import subprocess
import sys
import threading
from typing import ClassVar

import anyio
import fsspec
import pytest
import typer
from fsspec.implementations.memory import MemoryFileSystem
from pyarrow import parquet

from asyncsdk.testing import AnalyticsService, Fleet, Sandbox, faults, serve

RANGE = ("--from", "2020-08-17", "--to", "2020-08-17T06:00")
STREET, CROWD = "Wabcdb35be35bb72", "W9d3f1bcad8e8abd"


@pytest.fixture
def pull(command, origin):
    """Pulls a quarter of a day into a directory, from a small sandbox unless told otherwise."""

    def run(out, *more, base_url=origin):
        which = () if {"-d", "--all"} & set(more) else ("--all",)
        return command("unleash", "pull", *which, *RANGE, "--out", out, "--base-url", base_url, *more)

    return run


def tree(out):
    """Every file below a directory, hidden ones too, with its bytes; but for what says which tree it is."""
    files = {str(path.relative_to(out)): path for path in sorted(out.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in files.items() if not name.startswith(".asyncsdk")}


def test_a_pull_makes_one_file_of_each_device_and_window(pull, tmp_path):
    code, out, err = pull(tmp_path / "rows", "-d", STREET, "-d", CROWD)
    assert (code, out) == (0, "")
    assert err.startswith("2 rows in 12 shards, ")
    files = tree(tmp_path / "rows")
    assert len(files) == 12
    assert f"device_id={STREET}/date=2020-08-17/20200817T020000.000Z-20200817T030000.000Z.parquet" in files
    rows = parquet.read_table(tmp_path / "rows").to_pylist()
    assert [(row["class_name"], row["count"], row["device_id"]) for row in rows] == [
        ("person", 1, STREET),
        ("person", 3, STREET),
    ]


def test_the_same_command_finds_that_all_is_there(pull, tmp_path):
    pull(tmp_path)
    before = tree(tmp_path)
    code, _, err = pull(tmp_path)
    assert (code, err) == (0, "nothing to fetch: 36 of 36 shards were there already\n")
    assert tree(tmp_path) == before


def test_a_longer_range_fetches_only_what_is_new(pull, command, origin, tmp_path):
    pull(tmp_path)
    code, _, err = command(
        "unleash",
        "pull",
        "--all",
        "--from",
        "2020-08-17",
        "--to",
        "2020-08-17T07:00",
        "--out",
        tmp_path,
        "--base-url",
        origin,
    )
    assert code == 0
    assert err.splitlines()[0] == "went on where it stopped: 36 of 42 shards were there already"
    assert " rows in 6 shards, " in err


def test_concurrency_and_order_change_no_file(pull, tmp_path):
    for name, more in {"a": ("-c", 1), "b": ("-c", 32), "c": ("-c", 7, "--ordered")}.items():
        assert pull(tmp_path / name, *more)[0] == 0
    assert tree(tmp_path / "a") == tree(tmp_path / "b") == tree(tmp_path / "c")


def test_the_figures_are_one_json_object_on_stdout(pull, tmp_path):
    code, out, err = pull(tmp_path, "--json", "--quiet")
    figures = json.loads(out)
    assert (code, err) == (0, "")
    assert figures["out"] == str(tmp_path)
    assert figures["devices"] == 6
    assert (figures["shards"], figures["fetched"], figures["skipped"]) == (36, 36, 0)
    assert figures["rows"] == parquet.read_table(tmp_path).num_rows
    assert (figures["from"], figures["to"]) == ("2020-08-17T00:00:00.000Z", "2020-08-17T06:00:00.000Z")
    again = json.loads(pull(tmp_path, "--json", "--quiet")[1])
    assert (again["fetched"], again["skipped"], again["rows"]) == (0, 36, 0)


def test_rows_can_be_ndjson_or_csv(pull, tmp_path):
    pull(tmp_path / "n", "-f", "ndjson")
    pull(tmp_path / "c", "-f", "csv", "--compression", "gzip")
    lines = [json.loads(line) for content in tree(tmp_path / "n").values() for line in content.splitlines()]
    cells = []
    for name, content in tree(tmp_path / "c").items():
        if name.endswith(".empty"):
            assert content == b""
            continue
        assert name.endswith(".csv.gz")
        cells += csv.DictReader(gzip.decompress(content).decode().splitlines())
    assert [(row["device_id"], row["timestamp"], row["class_name"]) for row in lines] == [
        (row["device_id"], row["timestamp"], row["class_name"]) for row in cells
    ]
    assert len(lines) > 100


def test_restart_fetches_again_what_is_there_and_touches_nothing_else(pull, command, origin, tmp_path):
    pull(tmp_path)
    good = tree(tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (device, *_) = Fleet(size=3).device_ids
    other = tmp_path / f"device_id={device}" / "date=2020-08-17" / "20200817T030000.000Z-20200817T040000.000Z.parquet"
    spoilt = tmp_path / f"device_id={device}" / "date=2020-08-17" / "20200817T020000.000Z-20200817T030000.000Z.parquet"
    assert {other, spoilt} <= set(tmp_path.rglob("*.parquet"))
    spoilt.write_bytes(b"spoilt")
    other.write_bytes(b"out of the range of what is restarted")
    code, _, err = command(
        "unleash", "pull", "-d", device, "--from", "2020-08-17", "--to", "2020-08-17T03:00", "--restart",
        "--out", tmp_path, "--base-url", origin,
    )  # fmt: skip
    assert code == 0
    assert " in 3 shards, " in err
    after = tree(tmp_path)
    assert after.pop("notes.txt") == b"mine"
    assert after.pop(str(other.relative_to(tmp_path))) == b"out of the range of what is restarted"
    assert after == {name: content for name, content in good.items() if name in after}
    assert len(after) == len(good) - 1


def test_restart_removes_nothing_that_it_cannot_have_again(pull, environment, tmp_path):
    pull(tmp_path)
    before = tree(tmp_path)
    environment.setenv("UNLEASH_API_KEY", "test-secret")
    code, _, err = pull(tmp_path, "-d", Fleet(size=1).device_ids[0], "--restart")
    assert code == 1
    assert "the service refused access" in err
    assert tree(tmp_path) == before


def test_restart_can_change_the_width_of_the_windows(pull, tmp_path):
    pull(tmp_path, "--window", "15m")
    assert len(tree(tmp_path)) == 144
    assert pull(tmp_path, "--window", "1h", "--restart")[0] == 0
    assert len(tree(tmp_path)) == 36


def test_a_shard_that_is_young_is_fetched_again(command, origin, tmp_path):
    arguments = (
        "unleash",
        "pull",
        "-d",
        STREET,
        "--from",
        "-90m",
        "--settle",
        "52w",
        "--out",
        tmp_path,
        "--base-url",
        origin,
    )
    for _ in range(2):
        code, _, err = command(*arguments)
        assert code == 0
        assert "too young to be final: the same command will fetch them again" in err
        assert "were there already" not in err
    assert all(name.endswith(".provisional.parquet") for name in tree(tmp_path))


def test_relative_times_give_files_of_whole_windows(command, origin, tmp_path):
    code, _, _ = command("unleash", "pull", "-d", STREET, "--from", "-150m", "--out", tmp_path, "--base-url", origin)
    assert code == 0
    stamps = [stamp for name in tree(tmp_path) for stamp in name.rsplit("/", 1)[1].split(".provisional")[0].split("-")]
    assert stamps
    assert all("0000.000Z" in stamp for stamp in stamps)


@pytest.mark.parametrize("where", ["file/below", "file"])
def test_a_directory_that_cannot_be_written_is_told(pull, tmp_path, where):
    (tmp_path / "file").touch()
    code, out, err = pull(tmp_path / where)
    assert (code, out) == (1, "")
    assert err == f"error: cannot write to {tmp_path / where}: Not a directory\n"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--limit", 3), "--limit: it is for stdout"),
        (("--compression", "rar"), "--compression: 'rar' is none that this format has: it is one of zstd, snappy"),
        (("-f", "csv", "--compression", "snappy"), "it is one of none, gzip, zstd"),
        (("--from", "2020-08-18"), "--from: 2020-08-18T00:00:00.000Z is after --to"),
        (("--settle", "soon"), "--settle: 'soon' is no duration"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_made(pull, tmp_path, more, said):
    code, out, err = pull(tmp_path / "rows", *more)
    assert (code, out) == (2, "")
    assert said in err
    assert len(err.splitlines()) == 1
    assert not (tmp_path / "rows").exists()


def test_files_of_a_url_are_fetched_again_too(pull):
    assert pull("memory://rows")[0] == 0
    code, out, _ = pull("memory://rows", "--restart", "--json")
    assert code == 0
    assert (json.loads(out)["fetched"], json.loads(out)["skipped"]) == (36, 0)


def test_restart_keeps_what_is_there_until_it_can_be_replaced(pull, environment, tmp_path, origin):
    """A service that breaks down in the middle leaves every hour whole, the old or the new one."""
    pull(tmp_path)
    before = tree(tmp_path)
    with serve(Sandbox(AnalyticsService(devices=3, rows_per_hour=60), on_request=faults.fail_every(3))) as url:
        code, _, _ = pull(tmp_path, "--restart", "--max-attempts", 1, base_url=f"{url}/v1")
    assert code == 1
    assert tree(tmp_path) == before


def test_a_device_that_is_not_there_leaves_whole_files_of_the_others(pull, tmp_path):
    code, _, err = pull(tmp_path, "-d", STREET, "-d", "Wnowhere", "--keep-going", "--json")
    assert code == 1
    assert "failed: 6 shards, Wnowhere 2020-08-17T0" in err
    assert {name.split("/")[0] for name in tree(tmp_path)} == {f"device_id={STREET}"}


def test_an_id_of_the_services_list_that_no_request_can_name_is_a_failure_of_its_own(pull, tmp_path):
    sandbox = Sandbox(AnalyticsService(devices=3, rows_per_hour=60))

    async def listing(scope, receive, send):
        if not scope.get("path", "").endswith("/devices"):
            await sandbox(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": json.dumps(["", None, STREET]).encode()})

    with serve(listing) as url:
        code, _, err = pull(tmp_path, "--keep-going", base_url=f"{url}/v1")
    assert code == 1
    assert "the service lists '' among the keys of unleash_analytics.rows" in err
    assert "failed: 6 shards" in err
    assert {name.split("/")[0] for name in tree(tmp_path)} == {f"device_id={STREET}"}


@pytest.fixture
def reluctant():
    """A sandbox that answers eight requests and then takes more, but does not answer: its base URL, and the event of that."""
    asked, seen = threading.Event(), []

    async def hold(_):
        seen.append(1)
        if len(seen) > 8:
            asked.set()
            await anyio.sleep_forever()

    with serve(Sandbox(AnalyticsService(devices=3, rows_per_hour=60), on_request=hold)) as url:
        yield f"{url}/v1", asked


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGKILL, -9)]
)
def test_a_pull_that_is_stopped_leaves_whole_files_and_goes_on(start, pull, reluctant, tmp_path, number, code):
    base_url, asked = reluctant
    target, expected = tmp_path / "stopped", tmp_path / "undisturbed"
    pull(expected)
    process = start("unleash", "pull", "--all", *RANGE, "-c", 2, "--out", target, "--base-url", base_url)
    assert asked.wait(60)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, b"")
    left = tree(target)
    whole = {name: content for name, content in left.items() if not name.rsplit("/", 1)[1].startswith(".")}
    assert whole.items() <= tree(expected).items()
    if number is not signal.SIGKILL:
        assert left == whole
        assert err.decode() == f"stopped: what was finished is in {target}, and the same command goes on from there\n"
    code, _, err = pull(target)
    assert code == 0
    assert tree(target) == tree(expected)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_job_that_ignores_ctrl_c_is_stopped_too(start, reluctant, tmp_path, number, code):
    """As a shell starts it with `&` in a script."""
    base_url, asked = reluctant
    arguments = ("unleash", "pull", "--all", *RANGE, "-c", 2, "--out", tmp_path, "--base-url", base_url)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = start(*arguments)
    finally:
        signal.signal(signal.SIGINT, before)
    assert asked.wait(60)
    process.send_signal(signal.SIGINT)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert err.startswith(b"stopped: ")


class Unreliable(MemoryFileSystem):
    """A target that hangs up in the middle, as the servers of FTP, SMB and SSH do."""

    protocol = "unreliable"
    store: ClassVar = {}
    pseudo_dirs: ClassVar = [""]
    error = None
    puts = 0

    def put_file(self, lpath, rpath, **options):
        Unreliable.puts += 1
        if Unreliable.puts > 3:
            raise self.error
        return super().put_file(lpath, rpath, **options)


@pytest.fixture
def unreliable():
    """A target that takes three files; then each of its calls raises the error it was given."""
    fsspec.register_implementation("unreliable", Unreliable, clobber=True)
    yield Unreliable
    Unreliable.store.clear()
    Unreliable.puts = 0


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (BrokenPipeError(32, "Broken pipe"), r"unreliable://rows/\S+\.parquet: Broken pipe"),
        (OSError("gone"), r"cannot write to unreliable://rows: unreliable://rows/\S+\.parquet: gone \(OSError; .*"),
        (EOFError(), r"cannot write to unreliable://rows: unreliable://rows/\S+\.parquet.*"),
        (
            ExceptionGroup("two", [BrokenPipeError(32, "Broken pipe")]),
            r"cannot write to unreliable://rows: unreliable://rows/\S+\.parquet: .*",
        ),
        (typer.Exit(0), r"cannot write to unreliable://rows: unreliable://rows/\S+\.parquet: Exit.*"),
        (typer.Abort(), r"cannot write to unreliable://rows: unreliable://rows/\S+\.parquet: Abort.*"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_target_that_breaks_off_is_a_failure(pull, unreliable, error, said):
    unreliable.error = error
    code, out, err = pull("unreliable://rows", "--quiet")
    assert (code, out) == (1, "")
    assert re.fullmatch(f"error: {said}\n", err)
    assert sum(name.endswith(".parquet") for name in unreliable.store) == 3


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        ("SystemExit(0)", 1, "error: it ended without a reason (SystemExit; "),
        ("KeyboardInterrupt", 130, "stopped: what was finished is in ending://rows, "),
    ],
)
def test_a_target_that_ends_the_program_is_no_success(environment, error, code, said):
    program = f"""
import fsspec
from fsspec.implementations.memory import MemoryFileSystem
class Ending(MemoryFileSystem):
    protocol = "ending"
    def put_file(self, lpath, rpath, **options):
        raise {error}
fsspec.register_implementation("ending", Ending)
from asyncsdk.cli import main
main(["unleash", "pull", "--sandbox", "--all", *{RANGE}, "--out", "ending://rows", "--quiet"])
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.returncode == code
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_service_that_fails_now_and_then_is_pulled_whole(pull, tmp_path):
    service = Sandbox(AnalyticsService(devices=3, rows_per_hour=60), on_request=faults.fail_every(5))
    pull(tmp_path / "good")
    with serve(service) as url:
        code, out, _ = pull(tmp_path / "bad", "--json", base_url=f"{url}/v1")
    assert code == 0
    assert json.loads(out)["retries"] > 0
    assert tree(tmp_path / "bad") == tree(tmp_path / "good")
