from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from asyncsdk.cli.terminal.streams import ReaderGone, standard_streams

FULL = Path("/dev/full")
PULL = ("unleash", "pull", "--sandbox", "--all", "--from", "2020-08-17", "--to", "2020-08-17T02:00")
# What writes to stdout: the help, a line, a table, JSON, rows as they come.
WRITERS = [("--help",), ("unleash", "devices", "--sandbox"), PULL]
OTHERS = [("--version",), ("unleash", "version", "--sandbox", "--json"), PULL]


@pytest.fixture
def gone():
    """The writing end of a pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize("closed", ["1>&-", "0<&- 1>&- 2>&-"])
def test_a_closed_stream_disturbs_nothing(environment, closed):
    """Its number must not go to the socket of the event loop, which would be written to or closed."""
    line = f'"{sys.executable}" -m asyncsdk unleash version --sandbox {closed}'
    run = subprocess.run(["sh", "-c", line], capture_output=True, check=False, env=os.environ)
    assert (run.returncode, run.stderr) == (0, b"")
    assert run.stdout in (b"1.0.1\n", b"")


def test_a_stream_that_knows_few_characters_is_no_failure(start, environment, tmp_path):
    environment.setenv("PYTHONIOENCODING", "ascii")
    demo = start("demo", "--out", tmp_path, "--devices", 1, "--hours", 2)
    out, err = demo.communicate(timeout=60)
    assert (demo.returncode, err) == (0, b"")
    assert b"1 of 1 device" in out


def ended(process):
    _, err = process.communicate(timeout=60)
    return process.returncode, err


@pytest.mark.parametrize("arguments", WRITERS)
def test_a_reader_that_has_had_enough_is_no_failure(start, gone, arguments):
    assert ended(start(*arguments, stdout=gone)) == (0, b"")


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_nor_is_it_where_a_library_writes_bytes(start, environment, gone, encoding):
    environment.setenv("PYTHONIOENCODING", encoding)
    environment.setenv("TYPER_USE_RICH", "0")
    assert ended(start("--help", stdout=gone)) == (0, b"")


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", OTHERS)
def test_a_disk_that_is_full_is_told(start, arguments):
    with FULL.open("wb") as full:
        assert ended(start(*arguments, stdout=full)) == (1, b"error: No space left on device\n")


def test_a_reader_of_the_figures_that_has_gone_does_not_undo_a_failure(start, gone, tmp_path):
    pull = ("unleash", "pull", "--sandbox", "--from", "2020-08-17", "--to", "2020-08-17T01:00", "--out", tmp_path)
    assert ended(start(*pull, "-d", "Wnowhere", "--keep-going", "--json", "--quiet", stdout=gone)) == (1, b"")
    assert ended(start(*pull, "-d", "Wabcdb35be35bb72", "--json", "--quiet", stdout=gone)) == (0, b"")


@pytest.mark.parametrize(
    ("to", "arguments", "code"),
    [
        ("gone", ("--nope",), 2),
        ("gone", PULL, 0),
        ("full", PULL, 0),
        ("full", ("unleash", "pull", "--sandbox", "-d", "..", *PULL[4:]), 2),
    ],
)
def test_what_cannot_be_said_on_stderr_changes_nothing(start, request, to, arguments, code):
    if to == "full" and not FULL.exists():
        pytest.skip("needs a device that is always full")
    with FULL.open("wb") if to == "full" else os.fdopen(os.dup(request.getfixturevalue("gone")), "wb") as stderr:
        process = start(*arguments, stderr=stderr)
        process.communicate(timeout=60)
    assert process.returncode == code


def test_a_failure_that_a_library_hides_is_met_again(monkeypatch, gone):
    with os.fdopen(os.dup(gone), "w") as stdout:
        monkeypatch.setattr(sys, "stdout", stdout)
        with standard_streams():
            sys.stdout.write("x")
            for _ in range(2):
                with pytest.raises(ReaderGone):
                    sys.stdout.flush()
            with pytest.raises(ReaderGone):
                sys.stdout.buffer.flush()


def test_streams_are_as_they_were_afterwards():
    before = sys.stdout, sys.stderr
    with standard_streams():
        assert (sys.stdout, sys.stderr) != before
        assert sys.stdout.encoding == before[0].encoding
    assert (sys.stdout, sys.stderr) == before
