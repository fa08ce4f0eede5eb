from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")


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


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "arguments", [("devices",), ("pull", "--all", "--from", "2020-08-17", "--to", "2020-08-17T06:00")]
)
def test_a_disk_that_is_full_is_told(start, arguments):
    with FULL.open("wb") as full:
        run = start("unleash", *arguments, "--sandbox", stdout=full)
        _, err = run.communicate(timeout=60)
    assert (run.returncode, err) == (1, b"error: No space left on device\n")
