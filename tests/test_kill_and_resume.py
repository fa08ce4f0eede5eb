"""The small version of `soak/test_kill_and_resume.py`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TRIAL = Path(__file__).with_name("soak") / "kill_trial.py"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_backfill_killed_four_times_ends_as_an_undisturbed_one():
    command = [sys.executable, "-W", "error", str(TRIAL), "4", "7", "parquet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["kills"] == 4
    assert found["files in each"] == 48
    assert (
        found["files that differ"] == found["files left over"] == found["lives that fetched again what was done"] == 0
    )
