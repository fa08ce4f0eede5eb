from __future__ import annotations

import json

import pytest
from pyarrow import parquet

from asyncsdk.testing import Sandbox, UnleashPlatformService, serve


@pytest.fixture
def platform(command, aws_keys):
    """Runs a command against a sandbox that keeps its state: ``code, out, err = platform("devices", "list")``."""
    with serve(Sandbox(UnleashPlatformService())) as url:
        yield lambda *arguments: command("platform", *arguments, "--base-url", f"{url}/prod")


def test_what_is_created_can_be_listed_got_and_deleted(platform):
    fields = ("--name", "Mavic 3", "--description", "survey drone", "--hwstats", "{}", "--usage", "{}")
    code, out, err = platform("devices", "create", *fields, "--json")
    assert (code, err) == (0, "")
    made = json.loads(out)
    assert made["id"] in platform("devices", "list")[1]
    assert json.loads(platform("devices", "get", made["id"], "--json")[1])["name"] == "Mavic 3"
    assert platform("devices", "delete", made["id"])[0] == 0
    assert platform("devices", "get", made["id"])[0] == 1


def test_a_region_that_the_gateway_is_not_in_is_refused(platform):
    code, _, err = platform("devices", "list", "--region", "eu-west-1")
    assert code == 1
    assert "the service refused access (403" in err


def test_the_embedded_sandbox_has_keys_of_its_own(command, aws_keys):
    aws_keys.delenv("AWS_ACCESS_KEY_ID")
    aws_keys.delenv("AWS_SECRET_ACCESS_KEY")
    code, out, err = command("platform", "devices", "verify-token", "W123", "test-stream-token", "--sandbox", "--json")
    assert (code, json.loads(out), err) == (0, {"valid": True}, "")


@pytest.mark.parametrize(
    ("arguments", "rows"),
    [
        (("devices",), 2),
        (("media", "--device", "W123"), 1),
        (("sessions", "--device", "W123"), 1),
        (("solutions", "--all"), 0),
    ],
)
def test_each_data_set_is_pulled_from_the_embedded_sandbox(command, aws_keys, tmp_path, arguments, rows):
    code, out, _ = command("platform", "pull", *arguments, "--sandbox", "--out", tmp_path, "--json")
    assert (code, json.loads(out)["rows"]) == (0, rows)
    assert parquet.read_table(tmp_path).num_rows == rows


def test_without_credentials_it_says_where_to_put_them(platform, aws_keys):
    aws_keys.delenv("AWS_ACCESS_KEY_ID")
    aws_keys.delenv("AWS_SECRET_ACCESS_KEY")
    code, out, err = platform("devices", "list")
    assert (code, out) == (1, "")
    assert "give credentials=..., or set the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in err


def test_neither_help_nor_error_shows_a_secret(platform, command, aws_keys):
    aws_keys.setenv("AWS_SECRET_ACCESS_KEY", "test-secret-4711")
    _, out, _ = command("platform", "devices", "list", "--help")
    code, _, err = platform("devices", "list")
    assert code == 1
    assert "the service refused access" in err
    assert "4711" not in out + err


@pytest.mark.parametrize("option", ["--stage", "--region", "--modelling-url"])
def test_the_sandbox_takes_no_other_place(command, option):
    code, _, err = command("platform", "devices", "list", "--sandbox", option, "test")
    assert (code, err) == (2, f"error: {option}: the sandbox has its own: leave it out, or leave out --sandbox\n")
