"""What a sink takes along to another process: where it writes, and no credential."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import asyncsdk
from asyncsdk.errors import ConfigurationError
from asyncsdk.sinks import CSVSink, FromEnvironment, NDJSONSink, ParquetSink
from asyncsdk.sinks.options import resolved

CANARY = "canary-in-a-pickle"


def from_a_function():
    return {"key": "me", "secret": os.environ["ARCHIVE_SECRET"]}


@pytest.mark.parametrize(
    "options",
    [
        {
            "secret": FromEnvironment("ARCHIVE_SECRET"),
            "client_kwargs": {"aws_secret": FromEnvironment("ARCHIVE_SECRET")},
        },
        from_a_function,
        {"profile": "archive", "anon": False, "client_kwargs": {"endpoint_url": "http://127.0.0.1:9"}, "port": 22},
        None,
    ],
)
@pytest.mark.parametrize("make", [ParquetSink, NDJSONSink, CSVSink])
def test_a_sink_travels_without_what_it_reads_where_it_is(monkeypatch, make, options):
    monkeypatch.setenv("ARCHIVE_SECRET", CANARY)
    sink = make("memory://bucket/rows", storage_options=options)
    _ = sink._store.target if options is None else None  # it knows a file system by then
    packed = pickle.dumps(sink)
    assert CANARY.encode() not in packed
    assert len(packed) < 1000
    assert repr(pickle.loads(packed)) == repr(sink)
    assert CANARY not in repr(sink)


@pytest.mark.parametrize(
    ("url", "options", "named"),
    [
        ("s3://bucket/rows", {"secret": CANARY}, "secret"),
        ("s3://bucket/rows", {"client_kwargs": {"aws_secret_access_key": CANARY}}, "aws_secret_access_key"),
        ("gs://bucket/rows", {"token": {"private_key": CANARY}}, "private_key"),
        ("az://rows", {"connection_string": CANARY}, "connection_string"),
        ("s3://bucket/rows", {"endpoint_url": f"http://me:{CANARY}@host"}, "endpoint_url"),
        ("ftp://host/rows", {"password": 123456}, "password"),
        ("gs://bucket/rows", {"token": object()}, "token"),
        (f"sftp://me:{CANARY}@host/rows", None, r"sftp://\*\*\*@host"),
    ],
)
def test_what_may_be_a_credential_does_not_travel(url, options, named):
    sink = NDJSONSink(url, storage_options=options)
    with pytest.raises(ConfigurationError, match=named) as caught:
        pickle.dumps(sink)
    assert CANARY not in str(caught.value)


def test_a_variable_is_read_at_any_depth_and_told_when_it_is_missing(monkeypatch):
    monkeypatch.setenv("ARCHIVE_SECRET", CANARY)
    options = {"a": {"b": FromEnvironment("ARCHIVE_SECRET")}, "c": 1}
    assert resolved(options) == {"a": {"b": CANARY}, "c": 1}
    assert resolved(lambda: options)["a"] == {"b": CANARY}
    monkeypatch.delenv("ARCHIVE_SECRET")
    with pytest.raises(ConfigurationError, match="ARCHIVE_SECRET"):
        resolved(options)


def test_a_folder_is_the_same_one_in_a_process_elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = "import pickle, sys, anyio; anyio.run(pickle.load(sys.stdin.buffer).done)"
    (tmp_path / "elsewhere").mkdir()
    subprocess.run(
        [sys.executable, "-c", code],
        input=pickle.dumps(NDJSONSink("rows")),
        cwd=tmp_path / "elsewhere",
        env=os.environ | {"PYTHONPATH": str(Path(asyncsdk.__file__).parents[1])},
        check=True,
    )
    assert sorted(each.name for each in tmp_path.iterdir()) == ["elsewhere", "rows"]
