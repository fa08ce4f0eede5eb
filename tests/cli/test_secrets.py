from __future__ import annotations

import io
import json
import os
import re
import signal
import sys
from types import SimpleNamespace

import pytest

from asyncsdk.cli.secrets import Credentials
from asyncsdk.cli.terminal.problems import UsageError, report


@pytest.fixture
def key_file(tmp_path):
    def write(content):
        path = tmp_path / "key"
        path.write_bytes(content)
        return path

    return write


@pytest.mark.parametrize(
    "content", [b"test-key", b"test-key\n", b"  test-key \r\nsecond line\n", b"\xef\xbb\xbftest-key\n"]
)
def test_a_key_is_the_first_line_of_its_file(command, origin, environment, key_file, content):
    environment.delenv("UNLEASH_API_KEY")
    code, out, err = command("unleash", "version", "--base-url", origin, "--api-key-file", key_file(content))
    assert (code, out, err) == (0, "1.0.1\n", "")


def test_a_key_file_wins_over_the_environment(command, origin, environment, key_file):
    environment.setenv("UNLEASH_API_KEY", "test-secret-of-another-account")
    assert command("unleash", "version", "--base-url", origin, "--api-key-file", key_file(b"test-key"))[0] == 0


def test_a_key_can_come_from_stdin(command, origin, environment, monkeypatch):
    environment.delenv("UNLEASH_API_KEY")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"test-key\n")))
    assert command("unleash", "version", "--base-url", origin, "--api-key-file", "-")[0] == 0


def test_without_a_key_it_says_where_to_put_one(command, environment):
    environment.delenv("UNLEASH_API_KEY")
    code, out, err = command("unleash", "version")
    assert (code, out) == (2, "")
    assert err == (
        "error: there is no API key: set the environment variable UNLEASH_API_KEY or give --api-key-file FILE; "
        "--sandbox needs none\n"
    )


def test_no_option_takes_a_key_as_its_value(command):
    code, _, err = command("unleash", "version", "--api-key", "test-secret")
    assert code == 2
    assert "No such option: --api-key" in err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the first line of .*key is empty: it must hold the API key"),
        (b"\ntest-secret", "the first line of .*key is empty"),
        (b"test secret\x00of mine", "cannot be an API key: it must be printable ASCII"),
        ("tést-secret".encode(), "cannot be an API key"),
    ],
)
def test_a_key_that_cannot_be_one_is_refused_and_not_shown(command, key_file, content, said):
    code, out, err = command("unleash", "version", "--api-key-file", key_file(content))
    assert (code, out) == (2, "")
    assert re.fullmatch(f"error: .*{said}.*\n", err)
    assert "secret" not in err


def test_a_key_file_that_is_not_there_is_named(command, tmp_path):
    code, _, err = command("unleash", "version", "--api-key-file", tmp_path / "nowhere")
    assert code == 2
    assert err == f"error: --api-key-file: cannot read {tmp_path / 'nowhere'}: No such file or directory\n"


TWO = Credentials(
    ({"access_key": "TOY_ACCESS_KEY", "secret_key": "TOY_SECRET_KEY"}, {"jwt": "TOY_JWT"}),
    more={"region": "TOY_REGION"},
)
PAIR = {"access_key": "a", "secret_key": "b"}


@pytest.mark.parametrize(
    ("there", "read"),
    [
        ({"TOY_ACCESS_KEY": "a", "TOY_SECRET_KEY": "b"}, PAIR),
        ({"TOY_ACCESS_KEY": "a", "TOY_SECRET_KEY": "b", "TOY_JWT": "j"}, PAIR),
        ({"TOY_ACCESS_KEY": "", "TOY_SECRET_KEY": "", "TOY_JWT": "j"}, {"jwt": "j"}),
        ({"TOY_JWT": "j", "TOY_REGION": "r"}, {"jwt": "j", "region": "r"}),
    ],
)
def test_the_first_credentials_that_are_whole_are_taken(monkeypatch, there, read):
    for name, value in there.items():
        monkeypatch.setenv(name, value)
    assert TWO.read(None) == read


@pytest.mark.parametrize(
    ("held", "read"),
    [
        ({**PAIR, "jwt": "j", "region": "r", "name": "mine"}, {**PAIR, "region": "r"}),
        ({"access_key": "a", "jwt": "j"}, {"jwt": "j"}),
        ({"access_key": "a", "secret_key": None, "jwt": "j"}, {"jwt": "j"}),
    ],
)
def test_a_file_of_credentials_is_read_likewise(tmp_path, held, read):
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps(held))
    assert TWO.read(str(file)) == read


@pytest.mark.parametrize("held", ["{}", "[]", '{"access_key": "a"}', '{"jwt": 1}', '{"region": "r"}'])
def test_a_file_of_no_credentials_says_what_it_must_hold(tmp_path, held):
    file = tmp_path / "credentials.json"
    file.write_text(held)
    said = "^--credentials-file: it must hold a JSON object with access_key and secret_key, or with jwt$"
    with pytest.raises(UsageError, match=said):
        TWO.read(str(file))


def test_what_was_read_is_shown_in_no_message(monkeypatch, capsys):
    monkeypatch.setenv("TOY_JWT", "a-b-c-4711")
    TWO.read(None)
    report(RuntimeError("there was a-b-c-4711 in it"))
    assert "4711" not in capsys.readouterr().err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_wait_for_a_key(start, tmp_path, number, code):
    """No event loop waits there: it would be told, and could not heed it."""
    os.mkfifo(tmp_path / "key")
    process = start("unleash", "version", "--api-key-file", tmp_path / "key")
    with (tmp_path / "key").open("wb"):  # once the other end is open, too
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (code, b"")
