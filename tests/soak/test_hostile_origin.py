from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.soak

TRIAL = Path(__file__).with_name("hostile_trial.py")
CASES = {
    "asyncio": ["--ordered"],
    "uvloop": [],
    "uvloop-batches": ["--batches"],
    "trio": [],
}
NOTHING = ("lost", "doubled", "strange", "shards", "failures")
NOTHING_LEFT = ("connections left", "permits left", "tasks left", "threads left")


@pytest.mark.parametrize("case", CASES)
def test_a_hundred_thousand_requests_lose_nothing_and_leave_nothing(case):
    command = [sys.executable, "-W", "error", str(TRIAL), case.partition("-")[0], "100000", "11", *CASES[case]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    print(f"\n{case}: {found['requests']:,} requests, {found['retries']:,} of them again")  # noqa: T201  # the report
    for name, value in found.items():
        print(f"  {name}: {value}")  # noqa: T201
    assert found["requests"] >= 100_000
    assert not any(found[name] for name in NOTHING + NOTHING_LEFT)
    memory = found["memory"]
    assert max(memory[-5:]) - max(memory[:5]) < 8, "memory grows"
