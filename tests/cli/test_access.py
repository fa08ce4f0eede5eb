from __future__ import annotations

import io
import re
import sys
from types import SimpleNamespace

import pytest


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


@pytest.mark.parametrize(
    "url", ["ftp://example.com", "example.com/v1", "https://user:test-secret@example.com", "https://a/?b=c", ""]
)
def test_a_base_url_that_cannot_be_one_is_refused(command, url):
    code, _, err = command("unleash", "version", "--base-url", url)
    assert code == 2
    assert err.startswith("error: --base-url: it must be an absolute http or https URL")
    assert "secret" not in err


def test_the_sandbox_has_its_own_key_and_base_url(command, key_file):
    code, _, err = command("unleash", "version", "--sandbox", "--base-url", "https://example.com")
    assert (code, err) == (2, "error: --base-url: the sandbox has its own: leave it out, or leave out --sandbox\n")
    code, _, err = command("unleash", "version", "--sandbox", "--api-key-file", key_file(b"test-key"))
    assert code == 2


@pytest.mark.parametrize("seconds", ["0", "-1", "nan"])
def test_a_limit_of_time_must_be_above_zero(command, seconds):
    code, _, err = command("unleash", "version", "--sandbox", "--timeout", seconds)
    assert code == 2
    assert "--timeout" in err
