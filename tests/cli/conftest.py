from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import asyncsdk
from asyncsdk.cli import main
from asyncsdk.testing import AnalyticsService, Sandbox, serve

ROOT = str(Path(asyncsdk.__file__).parents[1])
KEY = "test-key"


@pytest.fixture(autouse=True)
def _no_terminal_from_outside(monkeypatch):
    """What the terminal is, and how wide, is the tests' own business."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("LINES", raising=False)


@pytest.fixture
def environment(monkeypatch):
    """What the commands find in the environment: the sandbox's key, no terminal to speak of."""
    monkeypatch.setenv("UNLEASH_API_KEY", KEY)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("ASYNCSDK_DEBUG", raising=False)
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    # A relative entry would mean another folder in a subprocess that runs elsewhere.
    monkeypatch.setenv("PYTHONPATH", ROOT)
    return monkeypatch


@pytest.fixture
def aws_keys(environment):
    """The sandbox's key pair, where botocore looks for one, and nothing else."""
    environment.setenv("AWS_ACCESS_KEY_ID", "test-access")
    environment.setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
    environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
    environment.setenv("AWS_CONFIG_FILE", "none")
    environment.setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
    for each in ("AWS_SESSION_TOKEN", "AWS_PROFILE", "UNLEASH_STAGE", "UNLEASH_PLATFORM_BASE_URL"):
        environment.delenv(each, raising=False)
    return environment


@pytest.fixture
def command(environment, capfd):
    """Runs a command in this process: ``code, out, err = command("unleash", "version")``."""

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(each) for each in arguments])
        out, err = capfd.readouterr()
        return left.value.code, out, err

    return run


@pytest.fixture
def start(environment):
    """Starts a command in a process of its own, which is gone when the test ends."""
    started = []

    def begin(*arguments, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "stdin": subprocess.DEVNULL, **options}
        process = subprocess.Popen([sys.executable, "-m", "asyncsdk", *map(str, arguments)], env=os.environ, **options)
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def origin():
    """A small sandbox: the base URL of its Analytics API."""
    with serve(Sandbox(AnalyticsService(devices=3, rows_per_hour=60))) as url:
        yield f"{url}/v1"
