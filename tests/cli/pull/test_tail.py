from __future__ import annotations

import json
import signal
from datetime import UTC, datetime, timedelta

import pytest

from asyncsdk.testing import AnalyticsService, Sandbox, faults, serve


def lines(text):
    return [json.loads(each) for each in text.splitlines()]


def test_new_rows_come_as_lines_until_it_has_enough(command, origin):
    code, out, err = command("unleash", "tail", "--all", "--since", "-1h", "--limit", 5, "--base-url", origin)
    assert (code, err) == (0, "")
    found = lines(out)
    assert len(found) == 5
    since = datetime.now(UTC) - timedelta(hours=1, minutes=1)
    assert all(datetime.fromisoformat(row["timestamp"]) > since for row in found)


def test_with_a_position_each_row_comes_once_whoever_goes_on(command, origin, tmp_path):
    given = ("unleash", "tail", "--all", "--since", "-2h", "--position", tmp_path / "at.json", "--base-url", origin)
    found = [row for _ in range(4) for row in lines(command(*given, "--limit", 20)[1])]
    assert len(found) == 80
    assert len({json.dumps(row) for row in found}) == 80
    assert sorted(each.name for each in tmp_path.iterdir()) == ["at.json"]


def test_a_tail_that_is_stopped_was_followed_live(start, origin, tmp_path):
    position = tmp_path / "at.json"
    tail = start("unleash", "tail", "--all", "--since", "-1h", "--position", position, "--base-url", origin)
    first = [json.loads(tail.stdout.readline()) for _ in range(3)]
    tail.send_signal(signal.SIGTERM)
    out, err = tail.stdout.read(), tail.stderr.read()  # not communicate: it would pass over what readline has taken in
    assert (tail.wait(60), err) == (143, b"")
    assert len({json.dumps(row) for row in [*first, *lines(out)]}) == len(first) + len(lines(out))


def test_csv_has_one_header(command, origin):
    _, out, _ = command("unleash", "tail", "--all", "--since", "-1h", "--limit", 3, "-f", "csv", "--base-url", origin)
    assert [line.startswith("class_name,") for line in out.splitlines()] == [True, False, False, False]


def test_what_is_waited_out_is_told(start):
    service = AnalyticsService(devices=1, rows_per_hour=600, api_key="test-key")
    with serve(Sandbox(service, on_request=faults.fail_every(1, 503, "down"))) as url:
        tail = start("unleash", "tail", "--all", "--max-attempts", "1", "--base-url", f"{url}/v1")
        assert b"waiting: " in tail.stderr.readline()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--all", "--format", "parquet"), "Parquet files cannot go down a pipe"),
        (("--all", "--device", "W1"), "leave out --device"),
        ((), "say which devices"),
        (("--all", "--since", "soon"), "is no time"),
        (("--all", "--interval", "0"), "is no length of time"),
    ],
)
def test_what_cannot_be_meant_is_refused(command, typed, said):
    code, out, err = command("unleash", "tail", *typed, "--base-url", "http://127.0.0.1:9/v1")
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize("content", ["[]", "{", '{"dataset": "blaize.grants"}'])
def test_a_file_that_holds_no_position_is_refused(command, tmp_path, content):
    (tmp_path / "at.json").write_text(content)
    code, _, err = command(
        "unleash", "tail", "--all", "--position", tmp_path / "at.json", "--base-url", "http://127.0.0.1:9/v1"
    )
    assert code == 2
    assert "position" in err


def test_where_there_are_several_lists_those_with_a_time_can_be_followed(command):
    code, out, _ = command("livepeer", "tail", "--help")
    assert code == 0
    assert "usage" in out
    assert "stream-sessions" not in out
    assert command("blaize", "tail")[0] == 2


# ---- pull --follow


def test_windows_are_committed_as_they_settle_and_it_goes_on_where_it_stopped(start, origin, tmp_path):
    given = ("unleash", "pull", "--all", "--from", "-3h", "--follow", "--format", "ndjson", "--out", tmp_path / "rows")
    for skipped in (b"", b"there already"):
        pull = start(*given, "--base-url", origin)
        line = pull.stderr.readline()
        assert b"rows in" in line
        assert skipped in line
        pull.send_signal(signal.SIGINT)
        _, err = pull.communicate(timeout=60)
        assert pull.returncode == 130
        assert b"the same command goes on from there" in err
    files = list((tmp_path / "rows").rglob("*.ndjson"))
    assert files
    assert not [path for path in files if "provisional" in path.name]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("--to", "2026-01-01", "--out", "x"), "there is no end to follow to"),
        ((), "give a directory"),
        (("--restart", "--out", "x"), "leave out --follow"),
        (("--keep-going", "--out", "x"), "leave out --follow"),
        (("--json", "--out", "x"), "leave out --follow"),
    ],
)
def test_what_has_an_end_is_not_followed(command, typed, said):
    code, _, err = command(
        "unleash", "pull", "--all", "--from", "2025-12-01", "--follow", *typed, "--base-url", "http://127.0.0.1:9/v1"
    )
    assert code == 2
    assert said in err
