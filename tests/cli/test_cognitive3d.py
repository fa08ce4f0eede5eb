from __future__ import annotations

import io
import json
import zipfile

import pytest
from pyarrow import parquet

from asyncsdk.testing import CognitiveService, Sandbox, serve

RANGE = ("--from", "2025-12-25", "--to", "2025-12-27", "--window", "1d")


@pytest.fixture
def sandboxed(command, environment):
    """Runs a command against the embedded sandbox: ``code, out, err = sandboxed("projects", "get", 4460)``."""
    for each in ("C3D_API_KEY", "C3D_DEVELOPER_KEY"):
        environment.delenv(each, raising=False)
    return lambda *arguments: command("cognitive3d", *arguments, "--sandbox")


@pytest.fixture
def scene(tmp_path):
    """The options that name the files of a scene."""
    files = {"scene.bin": b"\x00\x01", "scene.gltf": b"{}"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return [each for name in files for each in ("--files", f"{name}={tmp_path / name}")]


def test_sessions_are_listed_by_times_and_durations(sandboxed):
    typed = ("--start", "2025-12-25", "--end", "2025-12-26", "--min-duration", 600, "--exclude-test")
    code, out, err = sandboxed("sessions", "list", 5001, *typed, "--output", "ndjson")
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert rows
    assert all(row["date"].startswith("2025-12-25T") and row["duration"] >= 600_000 for row in rows)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("sessions list", "sessionId"),
        ("sessions events", "eventDate"),
        ("sessions objectives", "stepResult"),
        ("objectives by-version", "completionRate"),
        ("objectives by-step", "stepName"),
        ("question-sets answers", "valueLabel"),
        ("projects scenes", "sceneName"),
        ("projects objects", "sdkId"),
    ],
)
def test_each_list_ends_where_its_limit_is(sandboxed, path, key):
    code, out, err = sandboxed(*path.split(), 5001, "--limit", 1, "--output", "ndjson")
    assert (code, err) == (0, "")
    (line,) = out.splitlines()
    assert key in json.loads(line)


def test_events_are_listed_by_the_filters_of_sessions(sandboxed):
    typed = ("--start", "2025-12-25", "--end", "2025-12-26", "--exclude-test", "--min-duration", 600)
    code, out, err = sandboxed("sessions", "events", 5001, *typed, "--output", "ndjson")
    rows = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert rows
    assert all(row["date"].startswith("2025-12-25T") and row["duration"] >= 600_000 for row in rows)


def test_a_query_of_the_client_itself_is_a_command_of_the_group(sandboxed):
    code, out, err = sandboxed("property-names", "--data", '{"projectId": 5001}', "--json")
    assert (code, err) == (0, "")
    assert {"name": "score", "type": "number"} in json.loads(out)


def test_the_raw_files_of_a_session_go_down_a_pipe(command, start, environment):
    process = start("cognitive3d", "session-files", "json-zip", 4460, "1749535200_9f1c", "--sandbox")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, b"")
    assert zipfile.ZipFile(io.BytesIO(out)).namelist()


def test_a_scene_is_uploaded_by_the_paths_of_its_files(sandboxed, scene):
    code, out, err = sandboxed("media", "upload-scene", *scene)
    assert (code, err, len(out.strip())) == (0, "", 36)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ((), "error: Missing option '--files'"),
        (("--files", "scene.bin"), "error: --files: 'scene.bin' is no pair: write name=value"),
    ],
)
def test_files_that_cannot_be_meant_are_refused(sandboxed, typed, said):
    code, out, err = sandboxed("media", "upload-scene", *typed)
    assert (code, out) == (2, "")
    assert err.startswith(said)


def test_each_host_gets_its_own_key(command, environment, scene):
    service = CognitiveService(api_key="test-key-of-all", developer_key="test-key-of-uploads")
    environment.setenv("C3D_API_KEY", service.api_key)
    environment.setenv("C3D_DEVELOPER_KEY", service.developer_key)
    with serve(Sandbox(service)) as url:
        hosts = ("--base-url", f"{url}/cognitive3d", "--data-url", f"{url}/cognitive3d/data")
        code, out, _ = command("cognitive3d", "media", "upload-scene", *scene, *hosts)
        assert (code, out.strip()) == (0, *service.uploaded)
        assert command("cognitive3d", "projects", "get", 4460, *hosts)[0] == 0


@pytest.mark.parametrize("name", ["sessions", "events", "objective-results", "session-objectives", "exit-polls"])
def test_each_data_set_is_pulled_from_the_embedded_sandbox(sandboxed, tmp_path, name):
    code, out, _ = sandboxed("pull", name, "--project", 5001, *RANGE, "--out", tmp_path, "--json")
    figures = json.loads(out)
    assert (code, figures["fetched"]) == (0, 2)
    files = list(tmp_path.rglob("*.parquet"))
    assert sum(parquet.read_metadata(each).num_rows for each in files) == figures["rows"] > 0


def test_all_projects_cannot_be_pulled(sandboxed):
    code, out, err = sandboxed("pull", "sessions", "--all", *RANGE)
    assert (code, out) == (1, "")
    assert "the service has no list of all projects" in err


def test_neither_help_nor_error_shows_a_secret(command, environment):
    environment.setenv("C3D_API_KEY", "test-secret-4711")
    _, out, _ = command("cognitive3d", "projects", "get", "--help")
    with serve(Sandbox(CognitiveService())) as url:
        code, _, err = command("cognitive3d", "projects", "get", 4460, "--base-url", f"{url}/cognitive3d")
    assert code == 1
    assert "the service refused access" in err
    assert "4711" not in out + err


def test_without_a_key_it_says_where_to_put_it(command, environment):
    environment.delenv("C3D_API_KEY", raising=False)
    code, _, err = command("cognitive3d", "projects", "get", 4460)
    assert code == 2
    assert err.startswith("error: there are no credentials: set the environment variables C3D_API_KEY, or give ")
