from __future__ import annotations

import re
import socket
import subprocess
import sys

import pytest

from asyncsdk import __version__
from asyncsdk.testing import AnalyticsService, Sandbox, faults, serve

COMMANDS = [
    (), ("unleash",), ("unleash", "version"), ("unleash", "devices"), ("unleash", "sessions"), ("unleash", "rows"),
    ("unleash", "tableau"), ("unleash", "pull"), ("demo",), ("sandbox",)
]  # fmt: skip
LEAVES = [each for each in COMMANDS if each not in ((), ("unleash",))]


def test_the_version_is_that_of_the_package(command):
    assert command("--version") == (0, f"asyncsdk {__version__}\n", "")


@pytest.mark.parametrize("path", COMMANDS)
def test_help_is_documentation(command, path):
    code, out, err = command(*path, "--help")
    assert (code, err) == (0, "")
    assert "Usage: asyncsdk" in out
    # Markdown that was not rendered, or a paragraph that was broken in the wrong place, would show.
    assert "**" not in out
    assert "[bold]" not in out


@pytest.mark.parametrize("path", LEAVES)
def test_the_help_of_each_command_has_an_example(command, path):
    _, out, _ = command(*path, "-h")
    assert re.search(rf"Examples?:.*asyncsdk {' '.join(path)}", out, re.DOTALL)


@pytest.mark.parametrize("path", [(), ("unleash",)])
def test_a_group_alone_shows_its_commands(command, path):
    code, out, err = command(*path)
    assert code == 2
    assert "Commands" in out + err
    assert "error:" not in out + err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("unleash", "device"),
            "error: No such command 'device'. Did you mean 'devices'?; see: asyncsdk unleash --help\n",
        ),
        (("unleash", "devices", "--nope"), "error: No such option: --nope; see: asyncsdk unleash devices --help\n"),
        (
            ("unleash", "devices", "-o", "xml"),
            "'xml' is not one of 'table', 'json', 'ndjson'; see: asyncsdk unleash devices --help\n",
        ),
    ],
)
def test_a_command_that_cannot_be_meant_is_refused_in_one_sentence(command, arguments, said):
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert err.endswith(said)
    assert len(err.splitlines()) == 1


def test_shell_completion_knows_commands_and_options(start, environment):
    environment.setenv("_ASYNCSDK_COMPLETE", "complete_bash")
    environment.setenv("COMP_WORDS", "asyncsdk unleash ")
    environment.setenv("COMP_CWORD", "2")
    out, _ = start().communicate(timeout=60)
    commands = ["version", "devices", "sessions", "rows", "tableau", "pull", "tail", "request", "plot"]
    assert out.decode().split() == commands


@pytest.mark.parametrize("missing", ["typer", "rich"])
def test_without_its_extra_it_says_what_to_install(missing):
    """As where the extra `cli` is not installed: the module cannot be found."""
    code = (
        "import sys, importlib.util as util; find = util.find_spec\n"
        f"util.find_spec = lambda name, *rest: None if name == {missing!r} else find(name, *rest)\n"
        "from asyncsdk.cli import main; main(['--version'])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == f'error: the command line needs {missing}: pip install "asyncsdk[cli]"\n'


def test_help_and_version_load_no_heavy_library():
    code = (
        "import sys; from asyncsdk.cli import main\n"
        "try: main(['unleash', 'pull', '--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'pyarrow', 'aiohttp', 'starlette', 'uvicorn', 'botocore'} & set(sys.modules)), file=sys.stderr)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stderr == "[]\n"


@pytest.fixture
def nobody():
    """A base URL at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    return f"http://127.0.0.1:{port}/v1"


EVERY_CALL = [
    ("unleash", "version"),
    ("unleash", "devices"),
    ("unleash", "sessions"),
    ("unleash", "pull", "--all", "--from", "2020-08-17", "--to", "2020-08-18"),
    ("unleash", "pull", "--device", "Wa", "--from", "2020-08-17", "--to", "2020-08-18"),
]


def said_in_one_sentence(code, out, err, secret):
    assert (code, out) == (1, "")
    assert err.startswith("error: ")
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err
    assert secret not in err


@pytest.mark.parametrize("arguments", EVERY_CALL)
def test_a_wrong_key_is_told_and_not_shown(command, origin, environment, arguments):
    environment.setenv("UNLEASH_API_KEY", "test-secret-4711")
    code, out, err = command(*arguments, "--base-url", origin)
    said_in_one_sentence(code, out, err, "4711")
    assert "the service refused access (403: Forbidden): are the credentials right, and may they do this?" in err


@pytest.mark.parametrize("arguments", EVERY_CALL)
def test_a_server_that_is_down_is_told(command, nobody, environment, arguments):
    environment.setenv("UNLEASH_API_KEY", "test-secret-4711")
    code, out, err = command(*arguments, "--base-url", nobody, "--max-attempts", 2)
    said_in_one_sentence(code, out, err, "4711")
    assert "cannot connect to http://127.0.0.1:" in err


@pytest.mark.parametrize("arguments", EVERY_CALL)
def test_a_server_that_sends_web_pages_is_told(command, environment, arguments):
    environment.setenv("UNLEASH_API_KEY", "test-secret-4711")
    with serve(Sandbox(on_request=faults.html())) as url:
        code, out, err = command(*arguments, "--base-url", f"{url}/v1", "--max-attempts", 1)
    said_in_one_sentence(code, out, err, "4711")
    assert "a page of HTML" in err


def test_what_a_server_says_cannot_steer_the_terminal(command):
    with serve(Sandbox(on_request=faults.fail_every(1, 400, "bad\x1b[2J\nthings"))) as url:
        code, _, err = command("unleash", "version", "--base-url", f"{url}/v1")
    assert code == 1
    assert err == "error: the service answered 400: bad\\x1b[2J things\n"


def test_a_traceback_is_shown_on_request_without_the_key(command, environment):
    environment.setenv("ASYNCSDK_DEBUG", "1")
    service = AnalyticsService(api_key="test-another-key")
    with serve(Sandbox(service)) as url:
        code, _, err = command("unleash", "version", "--base-url", f"{url}/v1")
    assert code == 1
    assert err.startswith("Traceback")
    assert "PermissionDeniedError" in err
    assert err.splitlines()[-1].startswith("error: the service refused access")
    assert "test-key" not in err
