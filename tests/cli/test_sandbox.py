from __future__ import annotations

import re
import signal
import socket

import httpx
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
        return process, said, re.search(r"base URL +(\S+)", said)[1]

    return begin


def test_it_prints_where_it_is_and_the_key_to_use(begun, command):
    _, said, base_url = begun("--devices", 2, "--seed", 7)
    assert "API key   test-key" in said
    assert "2 generated devices, seed 7" in said
    code, out, _ = command("unleash", "devices", "--base-url", base_url)
    assert code == 0
    assert out.split()[-2:] == list(Fleet(seed=7, size=2).device_ids)


def test_it_serves_blaize_at_the_same_address(begun):
    _, said, base_url = begun("--users", 3)
    assert "tenant demo, 3 generated users, seed 1" in said
    blaize = re.search(r"tenant.*\n +base URL +(\S+)\n +access key +(\S+)\n +secret key +(\S+)", said)
    assert blaize.groups() == (base_url.removesuffix("/v1"), "test-access", "test-secret")
    answer = httpx.get(f"{blaize[1]}/v3/users", trust_env=False)
    assert (answer.status_code, list(answer.json())) == (401, ["message"])


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
