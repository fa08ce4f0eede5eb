from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.soak

TRIAL = Path(__file__).with_name("cancel_trial.py")


@pytest.mark.parametrize("backend", ["asyncio", "uvloop", "trio"])
def test_after_four_hundred_cancelled_fan_outs_the_client_works_at_full_concurrency(backend):
    command = [sys.executable, "-W", "error", str(TRIAL), backend, "400", "11"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    print(f"\n{backend}: {found['rounds']} rounds")  # noqa: T201  # the report is the point
    for name, value in found.items():
        print(f"  {name}: {value}")  # noqa: T201
    assert found["at once afterwards"] == 16
    assert found["lost"] == found["doubled"] == found["strange"] == 0
    assert found["permits left"] == found["tasks left"] == found["connections left"] == 0
