from __future__ import annotations

import io
import json
import sys
from types import SimpleNamespace

import pytest
from pyarrow import parquet

from asyncsdk.testing import LivepeerService, Sandbox, serve

STREAM = "de7818e7-610a-4057-8f6f-b785dc1e6f88"
ADMIN = {"email": "admin@livepeer.com", "password": "thisisapassword"}


@pytest.fixture
def livepeer(command, environment):
    """Runs a command against a sandbox that keeps its state: ``code, out, err = livepeer("streams", "list")``."""
    environment.setenv("LIVEPEER_API_KEY", "test-key")
    environment.delenv("LIVEPEER_JWT", raising=False)
    with serve(Sandbox(LivepeerService())) as url:
        yield lambda *arguments: command("livepeer", *arguments, "--base-url", f"{url}/api")


@pytest.fixture
def given(livepeer):
    """What a command that succeeds prints as JSON."""

    def run(*arguments):
        code, out, err = livepeer(*arguments, "--json")
        assert (code, err) == (0, "")
        return json.loads(out)

    return run


@pytest.fixture
def session(livepeer, environment, monkeypatch, tmp_path):
    """The file that an administrator's login writes."""
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(json.dumps(ADMIN).encode())))
    environment.delenv("LIVEPEER_API_KEY")
    code, out, err = livepeer("users", "login", "--anonymous", "--data", "-", "--json")
    assert (code, err) == (0, "")
    file = tmp_path / "session.json"
    file.write_text(out)
    return file


def test_what_is_created_can_be_got_changed_and_deleted(livepeer, given):
    made = given("streams", "create", "--name", "concert", "--record")
    assert given("streams", "set-record", made["id"], "--no-record")["status_code"] == 204
    assert given("streams", "get", made["id"])["record"] is False
    assert given("streams", "delete", made["id"])["status_code"] == 204
    code, out, err = livepeer("streams", "get", made["id"])
    assert (code, out) == (1, "")
    assert err.startswith("error: the service answered 404: ")


def test_a_list_is_walked_by_pages_and_ends_where_it_was_told_to(given):
    for name in "abc":
        given("streams", "create", "--name", name)
    ordered = ("streams", "list", "--order=-name", "--page-size", 1)
    assert [each["name"] for each in given(*ordered)] == ["test_stream", "c", "b", "a"]
    assert [each["name"] for each in given(*ordered, "--limit", 2)] == ["test_stream", "c"]
    assert [each["name"] for each in given("streams", "list", "--filters", '{"name": "b"}')] == ["b"]


def test_a_login_needs_no_credentials_and_is_those_of_what_follows(livepeer, session):
    code, out, err = livepeer("users", "list", "--output", "ndjson", "--credentials-file", session)
    assert (code, err) == (0, "")
    assert [json.loads(line)["email"] for line in out.splitlines()] == [ADMIN["email"], "useremail@gmail.com"]


@pytest.mark.parametrize(
    ("arguments", "rows"),
    [
        (("streams",), 1),
        (("sessions",), 1),
        (("users",), 2),
        (("stream-sessions", "--all"), 0),
        (("usage", "--all", "--from", "2026-11-01", "--to", "2026-11-03", "--window", "1d"), 4),
    ],
)
def test_each_data_set_is_pulled_from_the_embedded_sandbox(command, environment, tmp_path, arguments, rows):
    environment.delenv("LIVEPEER_API_KEY", raising=False)
    code, out, _ = command("livepeer", "pull", *arguments, "--sandbox", "--out", tmp_path, "--json")
    assert (code, json.loads(out)["rows"]) == (0, rows)
    assert sum(parquet.read_metadata(each).num_rows for each in tmp_path.rglob("*.parquet")) == rows


def test_without_credentials_it_says_where_to_put_them(livepeer, environment):
    environment.delenv("LIVEPEER_API_KEY")
    said = (
        "error: there are no credentials: set the environment variables LIVEPEER_API_KEY, or LIVEPEER_JWT, "
        "or give --credentials-file FILE; --sandbox needs none\n"
    )
    assert livepeer("streams", "list") == (2, "", said)


def test_no_credentials_are_asked_for_where_none_are_to_be_sent(livepeer, environment):
    environment.delenv("LIVEPEER_API_KEY")
    code, out, err = livepeer("regions", "list", "--anonymous", "--output", "ndjson")
    assert (code, json.loads(out)["region"], err) == (0, "ber", "")


def test_neither_help_nor_error_shows_a_secret(livepeer, command, environment):
    environment.setenv("LIVEPEER_API_KEY", "test-secret-4711")
    _, out, _ = command("livepeer", "streams", "get", "--help")
    code, _, err = livepeer("streams", "get", STREAM)
    assert code == 1
    assert "the service refused access" in err
    assert "4711" not in out + err
