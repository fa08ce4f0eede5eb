from __future__ import annotations

import re
import signal
import socket

import pytest

from asyncsdk.testing import Fleet


@pytest.fixture
def begun(start):
    """A sandbox in a process of its own, and the base URL that it printed."""

    def begin(*arguments):
        process = start("sandbox", "--port", 0, *arguments, text=True)
        said = ""
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            said += line
        return process, said, dict(re.findall(r"^export (\w+)=(.*)$", said, re.MULTILINE))

    return begin


def test_it_prints_by_what_variables_each_service_is_found(begun, command, environment):
    _, said, variables = begun("--devices", 2, "--users", 3, "--seed", 7)
    assert "2 generated devices, seed 7" in said
    assert "3 generated users, seed 7" in said
    for name, value in variables.items():
        environment.setenv(name, value)
    code, out, _ = command("unleash", "devices")
    assert code == 0
    assert out.split()[-2:] == list(Fleet(seed=7, size=2).device_ids)
    for arguments in (
        ("platform", "devices", "list"),
        ("blaize", "users", "list"),
        ("cognitive3d", "projects", "get", 5001),
        ("livepeer", "streams", "list"),
    ):
        assert command(*arguments)[::2] == (0, "")


def test_ctrl_c_stops_it_quietly(begun):
    process, _, _ = begun()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (130, "", "")


def test_a_port_that_is_taken_is_told_in_one_sentence(command):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, out, err = command("sandbox", "--port", port)
    assert (code, out) == (1, "")
    assert err.startswith(f"error: cannot listen on 127.0.0.1:{port}: Address already in use")
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments", [("--port", 65536), ("--port", "http"), ("--devices", -1), ("--rows-per-hour", -1)]
)
def test_what_cannot_be_served_is_refused(command, arguments):
    code, out, err = command("sandbox", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert arguments[0] in err
