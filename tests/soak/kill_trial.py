"""Backfills killed by SIGKILL at random instants and started again until they are done: prints what became of them, as JSON.

    python kill_trial.py KILLS SEED SINK

A life ends after a random number of steps that it reported itself, so the kill falls anywhere: in the imports, between pages, in a
commit. A target that is done is compared, byte by byte, with one that was never disturbed, and the next target begins.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent))

from hostile_trial import Origin
from world import HOURS, World

_DEVICES = 2
_MOST_STEPS = 80


def files(folder):
    """Everything in a folder: relative path to bytes, what a killed run left behind included."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".asyncsdk" not in path.parts
    }


def committed(folder):
    """How many shards stand in their final place."""
    return sum(not any(part.startswith(".") for part in Path(name).parts) for name in files(folder))


class Lives:
    """Runs of the same backfill, most of them killed.

    Args:
        url: of the origin.
        seed: of its world.
        sink: its name.
    """

    def __init__(self, url, seed, sink):
        self._script = [sys.executable, "-W", "error", str(Path(__file__).with_name("backfill_process.py")), url]
        self._what = [str(seed), str(_DEVICES), sink]
        self.kills = 0
        self.count = 0

    def live(self, folder, steps=None):
        """Run until it is done, which gives its report, or kill it after so many steps, which gives None."""
        self.count += 1
        command = [*self._script, str(folder), *self._what]
        told = b""
        with subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0) as process:
            while steps is not None and len(told) < steps and (more := process.stdout.read(steps - len(told))):
                told += more
            if steps is not None and b"\n" not in told:
                process.kill()
            while more := process.stdout.read(1 << 16):
                told += more
        if process.returncode == 0:
            return json.loads(told.rpartition(b"\n")[2])
        if process.returncode != -9:
            raise SystemExit(f"a life ended with {process.returncode}")
        self.kills += 1
        return None


def trial(kills, seed, sink):
    random = Random(seed)
    world = World(seed, _DEVICES)
    targets = different = left = forgotten = 0
    with Origin(world, "--calm") as origin, tempfile.TemporaryDirectory(prefix="asyncsdk-soak-") as name:
        lives = Lives(origin.url, seed, sink)
        undisturbed = Path(name, "undisturbed")
        assert lives.live(undisturbed) == {"shards": world.devices * HOURS, "skipped": 0, "rows": world.rows}
        wanted = files(undisturbed)
        requests = origin.counts()["requests"]
        while lives.kills < kills:
            folder = Path(name, str(targets))
            folder.mkdir()
            targets += 1
            report = None
            while report is None:
                before = committed(folder)
                report = lives.live(folder, None if lives.kills >= kills else random.randrange(_MOST_STEPS))
            found = files(folder)
            different += sum(found.get(each) != content for each, content in wanted.items())
            left += len(found.keys() - wanted.keys())
            forgotten += report["skipped"] != before or report["shards"] != world.devices * HOURS - before
        asked = origin.counts()["requests"] / requests - 1
    return {
        "kills": lives.kills,
        "lives": lives.count,
        "targets": targets,
        "files in each": len(wanted),
        "files that differ": different,
        "files left over": left,
        "lives that fetched again what was done": forgotten,
        "pages fetched for each target, against an undisturbed run": round(asked / targets, 2),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(trial(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])) + "\n")
