from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from starlette.responses import PlainTextResponse

import asyncsdk.testing
from asyncsdk.testing import AnalyticsService, Sandbox

START, END = 1_597_622_400_000, 1_597_708_800_000


class Echo:
    """A second system, which says what path it was asked for."""

    prefix = "/v1beta"

    async def respond(self, request, path):
        return PlainTextResponse(f"{request.method} {path}")


def busy_page(service):
    return f"/analytics/{service.device_ids[0]}/{START}/{END}/1"


@pytest.mark.anyio
async def test_by_default_it_serves_every_system(in_process):
    sandbox = Sandbox()
    async with in_process(sandbox) as client:
        assert (await client.get("/analytics/version")).json() == "1.0.1"
        assert (await client.get("http://sandbox.test/v3/users")).status_code == 401
    systems = {each.parent.name for each in Path(asyncsdk.testing.__file__).parent.glob("*/documents.json")}
    assert {type(each).__module__.split(".")[2] for each in sandbox.services} == systems


def test_no_two_systems_are_at_the_same_path():
    prefixes = [each.prefix for each in Sandbox().services]
    assert len(set(prefixes)) == len(prefixes)


@pytest.mark.anyio
async def test_each_system_answers_below_its_own_prefix(in_process):
    async with in_process(Sandbox(AnalyticsService(), Echo())) as client:
        assert (await client.get("/analytics/version")).json() == "1.0.1"
        assert (await client.delete("http://sandbox.test/v1beta/a%2Fb/c?d=e")).text == "DELETE /a%2Fb/c"


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["/", "/v1", "/v2/analytics/version", "/analytics/version", "//v1/analytics/version"])
async def test_outside_of_every_prefix_it_says_what_it_serves(in_process, path):
    async with in_process(Sandbox(AnalyticsService(), Echo())) as client:
        answer = await client.get(httpx.URL("http://sandbox.test").copy_with(raw_path=path.encode()))
    assert answer.status_code == 404
    said = f"the sandbox has nothing at {path}: it serves AnalyticsService at /v1/, Echo at /v1beta/"
    assert answer.json() == {"message": said}


@pytest.mark.anyio
async def test_its_root_says_so_also_where_a_system_has_no_prefix(in_process):
    async with in_process(Sandbox()) as client:
        answer = await client.get("http://sandbox.test/")
    assert answer.status_code == 404
    for prefix in ("/v1/", "/prod/", "/cognitive3d/", "/api/"):
        assert f" at {prefix}" in answer.json()["message"]


@pytest.mark.anyio
async def test_answers_are_compressed_for_those_who_accept_it(in_process):
    service = AnalyticsService(devices=1)
    async with in_process(Sandbox(service)) as client:
        packed = await client.get(busy_page(service), headers={"accept-encoding": "gzip"})
        plain = await client.get(busy_page(service), headers={"accept-encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) * 4 < int(plain.headers["content-length"])


@pytest.mark.anyio
async def test_compression_can_be_off(in_process):
    service = AnalyticsService(devices=1)
    async with in_process(Sandbox(service, gzip=False)) as client:
        answer = await client.get(busy_page(service), headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in answer.headers


@pytest.mark.anyio
async def test_a_hook_may_answer_or_let_through(in_process):
    def no_devices(request):
        return PlainTextResponse("closed", 503) if request.url.path.endswith("/devices") else None

    async with in_process(Sandbox(on_request=no_devices)) as client:
        assert (await client.get("/analytics/devices")).text == "closed"
        assert (await client.get("/analytics/version")).json() == "1.0.1"


@pytest.mark.anyio
async def test_a_hook_may_be_a_coroutine_function(in_process):
    seen = []

    async def record(request):
        seen.append((request.method, request.headers["x-api-key"], await request.body()))

    async with in_process(Sandbox(on_request=record)) as client:
        assert (await client.get("/analytics/version")).json() == "1.0.1"
    assert seen == [("GET", "test-key", b"")]


@pytest.mark.anyio
async def test_latency_comes_before_the_answer(in_process, monkeypatch):
    waited = []

    async def sleep(seconds):
        waited.append(seconds)

    monkeypatch.setattr("anyio.sleep", sleep)
    async with in_process(Sandbox(latency=0.25)) as client:
        assert (await client.get("/analytics/version")).json() == "1.0.1"
    assert waited == [0.25]


@pytest.mark.anyio
async def test_it_speaks_the_lifespan_protocol_for_servers_that_insist():
    said = []
    events = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive():
        return next(events)

    async def send(message):
        said.append(message["type"])

    await Sandbox()({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
