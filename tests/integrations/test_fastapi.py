"""A FastAPI app on clients: opened and closed with it, errors answered, rows handed on."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import anyio
import attrs
import httpx
import pytest
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.testclient import TestClient

import asyncsdk
from asyncsdk import (
    Blaize,
    Cognitive3D,
    ConfigurationError,
    Livepeer,
    RetryPolicy,
    UnleashAnalytics,
    UnleashPlatform,
)
from asyncsdk.auth.credentials import AWSCredentials
from asyncsdk.blaize import User, webhooks
from asyncsdk.integrations.fastapi import add_exception_handlers, client, health, lifespan, ndjson, sse
from asyncsdk.testing import AnalyticsService, Sandbox, Script, serve

START = datetime(2020, 8, 17, 6, tzinfo=UTC)
_ONCE = RetryPolicy(max_attempts=1)
AnalyticsOfApp = Annotated[UnleashAnalytics, Depends(client(UnleashAnalytics))]


def blaize_that(*answers):
    transport = Script(*answers)
    return partial(Blaize, "demo", access_key="test-access", secret_key="test-secret", transport=transport, retry=_ONCE)


def users_app(*answers):
    app = FastAPI(lifespan=lifespan(blaize_that(*answers)))
    add_exception_handlers(app)

    @app.get("/users/{user_id}", responses={404: {}})
    async def user(user_id: str, blaize: Annotated[Blaize, Depends(client(Blaize))]) -> User:
        return await blaize.users.get(user_id)

    @app.get("/me")
    async def me(blaize: Annotated[Blaize, Depends(client(Blaize))]) -> User:
        return await blaize.users.get("secret-id")

    @app.post("/hook", status_code=204)
    async def hook(request: Request) -> None:
        webhooks.parse(await request.body())

    return app


@pytest.mark.parametrize(
    ("answer", "path", "status", "after"),
    [
        (httpx.Response(429, headers={"Retry-After": "7"}), "/me", 503, "7"),
        (httpx.Response(503), "/me", 503, "1"),
        (httpx.ReadTimeout("late"), "/me", 504, None),
        (httpx.Response(404), "/users/7", 404, None),
        (httpx.Response(404), "/me", 502, None),
        (httpx.Response(401), "/me", 502, None),
        (httpx.Response(500, json={"message": "canary"}), "/me", 502, None),
        (httpx.Response(200, content=b"<html>canary"), "/me", 502, None),
        (httpx.ConnectError("refused"), "/me", 502, None),
    ],
)
def test_what_a_call_raises_is_answered(answer, path, status, after, caplog):
    with TestClient(users_app(answer)) as http:
        got = http.get(path)
    assert (got.status_code, got.headers.get("retry-after")) == (status, after)
    assert list(got.json()) == ["detail"]
    assert "canary" not in got.text
    (record,) = [each for each in caplog.records if each.name == "asyncsdk" and each.levelno >= logging.WARNING] or [
        None
    ]
    assert (record is None) == (status == 404)


@pytest.mark.parametrize(
    ("body", "status"), [(b"{}", 400), (b'{"type": 3}', 400), (b"<html>", 400), (b'{"type": "CREATE_USER"}', 204)]
)
def test_what_is_no_event_is_a_bad_request(body, status):
    with TestClient(users_app(200)) as http:
        assert http.post("/hook", content=body).status_code == status


def test_a_webhook_that_is_not_genuine_is_not_authorized():
    app = FastAPI()
    add_exception_handlers(app)

    @app.post("/hook")
    async def hook(request: Request) -> None:
        asyncsdk.livepeer.webhooks.verify(await request.body(), request.headers.get("livepeer-signature"), "secret")

    with TestClient(app) as http:
        assert (
            http.post("/hook", content=b"{}", headers={"livepeer-signature": "t=1,v1=" + 64 * "0"}).status_code == 401
        )


def test_a_mistake_of_the_apps_own_is_no_answer_of_a_service():
    app = FastAPI()
    add_exception_handlers(app)

    @app.get("/")
    async def root(blaize: Annotated[Blaize, Depends(client(Blaize))]) -> None: ...

    with TestClient(app) as http, pytest.raises(ConfigurationError, match="lifespan=lifespan"):
        http.get("/")


def test_clients_are_opened_and_closed_with_the_app_and_found_by_class_and_name():
    made = []

    def make(transport):
        made.append(blaize_that(transport)())
        return made[-1]

    app = FastAPI(lifespan=lifespan(partial(make, 200), other=partial(make, 201)))

    @app.get("/")
    async def root(
        one: Annotated[Blaize, Depends(client(Blaize))], other: Annotated[Blaize, Depends(client(Blaize, "other"))]
    ) -> list[bool]:
        return [one is made[0], other is made[1]]

    assert made == []
    with TestClient(app) as http:
        assert http.get("/").json() == [True, True]
    for each in made:
        with pytest.raises(ConfigurationError, match="closed"):
            anyio.run(each.users.get, "7")


# ---- health


@pytest.fixture(scope="module")
def url():
    with serve(Sandbox()) as url:
        yield url


def everybody(url):
    return [
        partial(UnleashAnalytics, "test-key", base_url=f"{url}/v1"),
        partial(UnleashPlatform, credentials=AWSCredentials("test-access", "test-secret"), base_url=f"{url}/prod"),
        partial(Blaize, base_url=url, access_key="test-access", secret_key="test-secret"),
        partial(Cognitive3D, "test-key", base_url=f"{url}/cognitive3d", data_url=f"{url}/cognitive3d/data"),
        partial(Livepeer, "test-key", base_url=f"{url}/api"),
    ]


def test_every_system_has_a_health_check(url):
    app = FastAPI(lifespan=lifespan(*everybody(url)))
    app.include_router(health())
    with TestClient(app) as http:
        got = http.get("/health")
    assert got.status_code == 200, got.text
    assert list(got.json()) == ["blaize", "cognitive3d", "livepeer", "unleash_analytics", "unleash_platform"]
    assert all(each["ok"] for each in got.json().values())


def test_what_is_not_well_is_told_by_its_class(url):
    hanging = partial(Livepeer, "test-key", transport=httpx.MockTransport(lambda _: anyio.sleep_forever()))
    down = blaize_that(httpx.ConnectError("canary"))
    app = FastAPI(lifespan=lifespan(everybody(url)[0], hanging, spare=down))
    app.include_router(health("/status", within=0.2))
    with TestClient(app) as http:
        got = http.get("/status")
    assert got.status_code == 503
    assert {name: each.get("error") for name, each in got.json().items()} == {
        "livepeer": "TimeoutError",
        "spare": "ConnectError",
        "unleash_analytics": None,
    }


# ---- rows


@pytest.fixture
def sandbox():
    return Sandbox(AnalyticsService(devices=2, rows_per_hour=300, page_size=10))


@pytest.fixture
def rows_app(sandbox):
    make = partial(UnleashAnalytics, "test-key", transport=httpx.ASGITransport(sandbox), retry=_ONCE)
    app = FastAPI(lifespan=lifespan(make, columns=False))
    add_exception_handlers(app)

    @app.get("/rows/{device}")
    async def rows(device: str, start: datetime, end: datetime, analytics: AnalyticsOfApp):
        try:
            stream = analytics.fan_out(device, start, end, concurrency=2)
        except ValueError as error:
            raise HTTPException(422, str(error)) from None
        return await ndjson(stream)

    @app.get("/live/{device}")
    async def live(device: str, start: datetime, analytics: AnalyticsOfApp):
        app.state.client = analytics
        return await sse(analytics.fan_out(device, start, datetime(2020, 8, 17, 8, tzinfo=UTC), concurrency=2))

    return app


def test_rows_are_handed_on(rows_app):
    with TestClient(rows_app) as http:
        got = http.get("/rows/all", params={"start": START.isoformat(), "end": "2020-08-17T08:00:00Z"})
        told = http.get("/live/all", params={"start": START.isoformat()})
    assert got.headers["content-type"] == "application/x-ndjson"
    rows = [json.loads(line) for line in got.text.splitlines()]
    assert len(rows) > 100
    assert len({row["device_id"] for row in rows}) > 1
    assert told.headers["content-type"].startswith("text/event-stream")
    assert told.text.count("data: ") == len(rows) + 1


def test_what_is_wrong_is_told_before_the_answer_has_begun(rows_app, sandbox):
    from starlette.responses import JSONResponse

    with TestClient(rows_app) as http:
        naive = http.get("/rows/all", params={"start": "2020-08-17T06:00:00", "end": "2020-08-17T08:00:00Z"})
        assert naive.status_code == 422
        assert "time zone" in naive.json()["detail"] or "aware" in naive.json()["detail"]
        sandbox.on_request = lambda _: JSONResponse({}, 429, {"Retry-After": "3"})
        refused = http.get("/live/all", params={"start": START.isoformat()})
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "3")


@pytest.mark.anyio
@pytest.mark.parametrize("messages", [0, 1, 3])
async def test_who_hangs_up_stops_the_fan_out_at_the_service(rows_app, sandbox, messages):
    """At the beginning, in the middle; as a server has it: `receive` says so, or `send` fails."""
    asked = []
    sandbox.on_request = lambda request: asked.append(request.url.path)
    gone, sent = anyio.Event(), []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/live/all",
        "raw_path": b"/live/all",
        "query_string": f"start={START:%Y-%m-%dT%H:%M:%SZ}".encode(),
        "headers": [],
        "client": None,
        "server": None,
        "root_path": "",
        "state": {},
    }
    first = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive():
        if first:
            return first.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)
        if len(sent) > messages:
            gone.set()
            await anyio.sleep_forever()  # nobody takes what is sent

    async with rows_app.router.lifespan_context(rows_app) as state:
        with anyio.fail_after(10):
            await rows_app({**scope, "state": state}, receive, send)
        count = len(asked)
        await anyio.sleep(0.05)
        assert len(asked) == count < 40
        analytics = rows_app.state.client
        assert (analytics.throttle.active, analytics.throttle.waiting) == (0, 0)


def test_a_model_is_a_body_and_an_answer():
    app = users_app(httpx.Response(200, json={"user_id": "7", "new": [None]}))
    with TestClient(app) as http:
        assert http.get("/users/7").json() == {"user_id": "7", "new": [None]}
        schema = http.get("/openapi.json").json()["paths"]["/users/{user_id}"]["get"]["responses"]["200"]
    assert schema["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/User"}
    assert attrs.has(User)
