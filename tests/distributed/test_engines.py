"""Ray and Spark, whose workers are killed while they ask; `nox -s distributed` runs it, in environments that have them.

Both put the machine's own address in place of 127.0.0.1. So the engine, its workers and the service stand in a network that has nothing
but the loopback device.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import uuid
from importlib.util import find_spec
from pathlib import Path

import pytest
import trial

import asyncsdk

APART = ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "-"]
SETTINGS = {
    "RAY_AUTH_MODE": "disabled",
    "RAY_USAGE_STATS_ENABLED": "0",
    "SPARK_LOCAL_IP": "127.0.0.1",
    "PYSPARK_PYTHON": sys.executable,
    "UNLEASH_API_KEY": "test-key",
}
ENGINES = [name for name, module in (("ray", "ray"), ("spark", "pyspark")) if find_spec(module)]

pytestmark = pytest.mark.engine


def apart():
    """Whether a network of its own can be made here."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    return subprocess.run([*APART, "true"], capture_output=True, check=False).returncode == 0


def left(mark):
    """The processes that were started with a variable of this value."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            found += [process.name] if mark.encode() in (process / "environ").read_bytes() else []
        except OSError:  # it has ended, or is somebody else's
            continue
    return found


@pytest.fixture(scope="module", params=ENGINES)
def said(request, tmp_path_factory):
    """What a trial found, with the name of the engine."""
    if not apart():
        pytest.skip("no network namespace can be made here, and the engine would listen on the machine's own address")
    root, home, mark = tmp_path_factory.mktemp("trial"), tmp_path_factory.mktemp("home"), uuid.uuid4().hex
    paths = os.pathsep.join([str(Path(asyncsdk.__file__).parents[1]), str(Path(trial.__file__).parent)])
    done = subprocess.run(
        [*APART, sys.executable, str(Path(__file__).with_name("engine_trial.py")), request.param, str(root)],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
        env=os.environ | SETTINGS | {"PYTHONPATH": paths, "HOME": str(home), "ASYNCSDK_TRIAL": mark},
    )
    assert done.returncode == 0, done.stderr[-5000:]
    assert left(mark) == []
    assert [path.name for path in home.iterdir()] == []
    found = json.loads(done.stdout.splitlines()[-1])
    return {"engine": request.param, **found}


def test_workers_killed_while_rows_become_files_leave_the_very_rows(said):
    found = said["read"]
    assert found["killed"] == 2
    assert found["requests"] > found["needed"], "a kill hit nothing"
    assert found["exact"]


def test_workers_killed_during_a_backfill_leave_each_row_once(said):
    if said["engine"] == "spark":
        assert "backfill" not in said  # it reads; what it writes is its own
        return
    found = said["backfill"]
    assert found["killed"] == 2
    assert found["needed"] < found["requests"] < 1.5 * found["needed"]
    assert found["done"] == found["shards"]
    assert found["exact"]


def test_a_final_error_ends_it_at_once_with_its_sentence(said):
    for name in {"refused", "refused read"} & set(said):
        assert "403: Forbidden" in said[name]["said"]
        assert said[name]["requests"] <= 96, "it was tried again"
    assert said["refused"].get("error", "PermissionDeniedError") == "PermissionDeniedError"


def test_conditions_decide_what_spark_asks_for_and_change_nothing_else(said):
    if said["engine"] != "spark":
        assert "pushed" not in said
        return
    assert said["pushed"]["rows"] == said["pushed"]["expected"] > 0
    assert said["pushed"]["requests"] < said["read"]["needed"] / 4
    assert said["again"]["exact"]
