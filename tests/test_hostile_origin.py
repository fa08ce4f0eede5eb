"""The small version of `soak/test_hostile_origin.py`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

TRIAL = Path(__file__).with_name("soak") / "hostile_trial.py"
CASES = {
    "asyncio": ["--ordered"],
    "uvloop": ["--batches"],
    "trio": [],
}


@pytest.mark.parametrize("backend", CASES)
def test_a_fan_out_through_a_hostile_origin_gives_every_row_once_and_leaves_nothing(backend):
    command = [sys.executable, "-W", "error", str(TRIAL), backend, "1000", "7", *CASES[backend]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["requests"] > 1000
    assert found["retries"] > 100
    assert found["outside"] > 0
    assert found["lost"] == found["doubled"] == found["strange"] == found["shards"] == found["failures"] == 0
    assert found["connections left"] == found["permits left"] == found["tasks left"] == found["threads left"] == 0
