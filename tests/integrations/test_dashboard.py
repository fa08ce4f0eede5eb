"""The example of a dashboard without a browser; `tests/browser` looks at its page."""

from __future__ import annotations

import importlib.util
import json
import time
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from asyncsdk.testing import AnalyticsService, BlaizeService, Sandbox, serve

_PATH = Path(__file__).parents[2] / "examples" / "dashboard.py"


@pytest.fixture(scope="module")
def http():
    specification = importlib.util.spec_from_file_location("dashboard", _PATH)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    services = (AnalyticsService(devices=2, rows_per_hour=60), BlaizeService(users=20))
    with serve(Sandbox(*services)) as url, TestClient(module.sandboxed(url)) as http:
        yield http


def test_its_page_is_there(http):
    assert http.get("/").text.startswith("<!doctype html>")
    assert http.get("/health").json()["blaize"]["ok"]


def test_it_lists_devices_and_users(http):
    assert len(http.get("/devices").json()) > 2
    assert http.get("/users").json()[0]["user_id"] == "123456789ABCD"


def test_its_chart_is_a_picture(http):
    got = http.get("/chart.svg")
    assert got.headers["content-type"] == "image/svg+xml"
    assert len(ET.fromstring(got.text).findall("{*}rect")) > 10


def test_its_live_rows_end(http):
    device = http.get("/devices").json()[-1]
    *rows, end, _ = http.get("/live", params={"device": device}).text.split("\n\n")
    assert json.loads(end.partition("data: ")[2]) == {"rows": len([row for row in rows if row.startswith("data")])}


def test_a_mistake_is_told_before_the_answer_begins(http):
    when = {"start": "2020-08-17T08:00:00Z", "end": "2020-08-17T06:00:00Z"}
    assert http.get("/rows.ndjson", params={"device": "W1", **when}).status_code == 422


def test_a_pull_goes_on_by_itself(http):
    number = http.post("/pulls").json()["id"]
    ends = time.monotonic() + 60
    while not (told := http.get(f"/pulls/{number}").json())["done"]:
        assert told["failed"] is None
        assert time.monotonic() < ends
    assert told["shards"] == told["total"] > 0
    assert http.get("/pulls/99").status_code == 404
