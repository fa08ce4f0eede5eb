"""The quickstart, followed to the letter: its files written, its commands run, in the order of the page."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import pytest
from blocks import ROOT, file_of

import asyncsdk

_FENCED = re.compile(r"^```(python|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# What stands there for the reader to do, and is done here: what is to be installed is, and the sandbox is served in a terminal of its own.
_BEFOREHAND = ("pip install", "asyncsdk sandbox")


@pytest.fixture
def terminal():
    """What a shell finds: our commands first, and the package that is tested."""
    place = str(Path(asyncsdk.__file__).parents[1])
    return os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "PYTHONPATH": place}


@pytest.fixture
def exported(terminal):
    """The variables that ``asyncsdk sandbox`` prints, while it runs."""
    command = ["asyncsdk", "sandbox", "--port", "0"]
    with subprocess.Popen(
        command, env=terminal | {"PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True
    ) as process:
        lines = takewhile(lambda line: "Ctrl-C" not in line, process.stdout)
        yield dict(line.removeprefix("export ").strip().split("=", 1) for line in lines if line.startswith("export "))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)


@pytest.fixture
def typed(terminal, exported, tmp_path):
    """Runs a command in an empty folder, where these variables are set."""
    where = terminal | exported

    def run(command):
        done = subprocess.run(
            command, shell=True, cwd=tmp_path, env=where, capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


def test_the_quickstart_followed_to_the_letter(typed, tmp_path):
    told = {}
    for language, block in _FENCED.findall((ROOT / "docs/quickstart.md").read_text()):
        if language == "python":
            (tmp_path / file_of(block)).write_text(block)
            continue
        for command in block.splitlines():
            if not command.startswith(_BEFOREHAND):
                told.setdefault(command, []).append(typed(command))
    assert "Wb8fabc31378ce07" in told["python first.py"][0]
    first, again = told["python day.py"]
    assert first != again
    assert "device_id" in told["python busiest.py"][0]
    assert "new@example.com" in told["python people.py"][0]
    assert "new@example.com" in told["asyncsdk blaize users list"][0]
    assert "1 passed" in told["python -m pytest -q test_people.py"][0]
