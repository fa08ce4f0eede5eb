from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.soak, pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")]

TRIAL = Path(__file__).with_name("kill_trial.py")


@pytest.mark.parametrize(("sink", "kills"), [("parquet", 100), ("ndjson", 50), ("csv", 50)])
def test_backfills_killed_again_and_again_end_as_undisturbed_ones(sink, kills):
    command = [sys.executable, "-W", "error", str(TRIAL), str(kills), "11", sink]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    print(f"\n{sink}: {found['kills']} kills")  # noqa: T201  # the report is the point
    for name, value in found.items():
        print(f"  {name}: {value}")  # noqa: T201
    assert found["kills"] == kills
    assert (
        found["files that differ"] == found["files left over"] == found["lives that fetched again what was done"] == 0
    )
