"""Spans and metrics as OpenTelemetry's SDK gets them."""

from __future__ import annotations

import gc
import io

import anyio
import httpx
import pytest
from opentelemetry import context as contexts, trace
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from asyncsdk import Blaize, Livepeer, NotFoundError, RateLimitError, RetryPolicy, UnleashPlatform, fan_out
from asyncsdk.auth.credentials import AWSCredentials
from asyncsdk.datasets import read
from asyncsdk.http.body import FileBody
from asyncsdk.integrations.opentelemetry import OpenTelemetry
from asyncsdk.testing import Script

USER = {"user_id": "secret-id"}
KNOWN = {
    "http.request.method": "GET",
    "server.address": "demo.api.zephr.com",
    "server.port": 443,
    "url.template": "/v3/users/{user_id}",
}


class World:
    def __init__(self):
        self.exporter = InMemorySpanExporter()
        self.reader = InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.telemetry = OpenTelemetry(
            tracer_provider=self.tracers, meter_provider=MeterProvider(metric_readers=[self.reader])
        )
        self.requests = []

    def blaize(self, *answers, **options):
        def watched(answer):
            def give(request):
                self.requests.append(request)
                return answer if isinstance(answer, httpx.Response) else httpx.Response(answer, json=USER)

            return give

        options.setdefault("retry", RetryPolicy(base_delay=0))
        script = Script(*map(watched, answers))
        keys = {"access_key": "canary-access", "secret_key": "canary-secret"}
        return Blaize("demo", **keys, transport=script, telemetry=self.telemetry, **options)

    @property
    def spans(self):
        return self.exporter.get_finished_spans()

    def metrics(self):
        found = self.reader.get_metrics_data()
        each = (metric for one in found.resource_metrics for scope in one.scope_metrics for metric in scope.metrics)
        return {metric.name: list(metric.data.data_points) for metric in each}


@pytest.fixture
def world():
    return World()


@pytest.fixture(autouse=True)
def _no_context_is_left():
    before = contexts.get_current()
    yield
    assert contexts.get_current() == before


@pytest.mark.anyio
@pytest.mark.parametrize("opted", [None, "http", "http/dup"])
async def test_a_call_is_a_span_and_its_attempts_are_children(world, monkeypatch, opted):
    if opted is not None:
        monkeypatch.setenv("OTEL_SEMCONV_STABILITY_OPT_IN", opted)
    async with world.blaize(503, 200) as blaize:
        await blaize.users.get("secret-id")
    first, second, call = world.spans
    assert call.name == "blaize.users.get"
    assert call.kind == SpanKind.INTERNAL
    assert dict(call.attributes) == {
        **KNOWN,
        "asyncsdk.operation": "blaize.users.get",
        "http.response.status_code": 200,
        "asyncsdk.attempts": 2,
    }
    assert {first.name, second.name} == {"GET /v3/users/{user_id}"}
    assert first.kind == second.kind == SpanKind.CLIENT
    assert first.parent.span_id == second.parent.span_id == call.context.span_id
    assert dict(first.attributes) == {**KNOWN, "http.response.status_code": 503, "error.type": "503"}
    assert dict(second.attributes) == {**KNOWN, "http.response.status_code": 200, "http.request.resend_count": 1}
    assert [each.status.status_code for each in (first, second, call)] == [
        StatusCode.ERROR,
        StatusCode.UNSET,
        StatusCode.UNSET,
    ]


@pytest.mark.anyio
async def test_each_attempt_carries_its_own_span_once_and_is_signed_with_it(world):
    async with world.blaize(503, 200) as blaize:
        await blaize.users.get("7")
    sent = [request.headers.get_list("traceparent") for request in world.requests]
    first, second, _ = world.spans
    for (header,), span in zip(sent, (first, second), strict=True):
        assert header.startswith(f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-")


@pytest.mark.anyio
async def test_the_header_is_there_when_the_signature_is_made(world):
    seen = []
    transport = httpx.MockTransport(lambda request: seen.append(request) or httpx.Response(200, json={"results": []}))
    keys = AWSCredentials("test-access", "canary-secret")
    async with UnleashPlatform(credentials=keys, transport=transport, telemetry=world.telemetry) as platform:
        await platform.http.get("/plan/list")
    names = [name.lower() for name in seen[0].headers]
    assert names.index("traceparent") < names.index("authorization")


@pytest.mark.anyio
async def test_a_failed_call_says_how(world):
    async with world.blaize(404, retry=RetryPolicy(max_attempts=1)) as blaize:
        with pytest.raises(NotFoundError):
            await blaize.users.get("secret-id")
    attempt, call = world.spans
    assert attempt.attributes["error.type"] == call.attributes["error.type"] == "404"
    assert call.status.status_code == StatusCode.ERROR
    assert call.status.description is None


@pytest.mark.anyio
async def test_a_call_is_a_child_of_what_goes_on_around_it_also_in_a_fan_out(world):
    page = httpx.Response(200, json={"results": [{"id": "1"}], "total": 1})
    async with world.blaize(*[page] * 3) as blaize:
        with world.tracers.get_tracer("theirs").start_as_current_span("endpoint") as around:
            async with fan_out(["1", "2", "3"], blaize.users.grants.list) as stream:
                async for _ in stream:
                    pass
    calls = [span for span in world.spans if span.name == "blaize.users.grants.list"]
    assert len(calls) == 3
    assert {call.parent.span_id for call in calls} == {around.get_span_context().span_id}


def test_the_calls_of_a_reader_in_a_thread_are_children_of_what_goes_on_around_it(world):
    page = httpx.Response(200, json={"results": [{"id": "1"}], "total": 1})
    plan = world.blaize().datasets.grants.plan(["1", "2"])
    with world.tracers.get_tracer("theirs").start_as_current_span("job") as around:
        assert sum(batch.num_rows for batch in read(plan, lambda: world.blaize(page, page))) == 2
    calls = [span for span in world.spans if span.name == "blaize.users.grants.list"]
    assert len(calls) == 2
    assert {call.parent.span_id for call in calls} == {around.get_span_context().span_id}


@pytest.mark.anyio
async def test_where_work_is_done_in_a_thread_the_span_is_the_same(world):
    seen = []

    class Watched(io.BytesIO):
        def read(self, size=-1):
            seen.append(trace.get_current_span().get_span_context().span_id)
            return super().read(size)

    body = FileBody(Watched(b"pieces"))
    seen.clear()  # it was looked at, where this test runs
    with world.tracers.get_tracer("theirs").start_as_current_span("upload") as around:
        assert b"".join([piece async for piece in body.stream()]) == b"pieces"
    assert set(seen) == {around.get_span_context().span_id}


@pytest.mark.anyio
async def test_a_stream_that_is_closed_by_another_task_leaves_no_span_current(world, caplog):
    page = httpx.Response(200, json={"results": [{"id": "1"}, {"id": "2"}], "total": 2})

    async def grants(blaize):
        async with fan_out(["1", "2"], blaize.users.grants.list) as stream:
            async for pair in stream:
                yield pair

    async with world.blaize(page, page) as blaize:
        generator = grants(blaize)
        assert await anext(generator)
        async with anyio.create_task_group() as group:
            group.start_soon(generator.aclose)
    gc.collect()
    assert [span.name for span in world.spans].count("GET /v3/users/{user_id}/grants") >= 1
    assert "detach" not in caplog.text


@pytest.mark.anyio
async def test_a_cancelled_call_ends_its_spans_and_is_no_error(world):
    async def hang(_):
        await anyio.sleep_forever()

    async with Livepeer("canary-key", transport=httpx.MockTransport(hang), telemetry=world.telemetry) as livepeer:
        with anyio.move_on_after(0.05):
            await livepeer.streams.get("secret-id")
    attempt, call = world.spans
    assert attempt.attributes["error.type"] == call.attributes["error.type"] == "Cancelled"
    assert call.status.status_code == StatusCode.UNSET


@pytest.mark.anyio
async def test_metrics_have_no_id_and_no_secret(world):
    async with world.blaize(429, 200) as blaize:
        with pytest.raises(RateLimitError):
            await blaize.with_options(retry=RetryPolicy(max_attempts=1)).users.get("secret-id")
        await blaize.users.get("secret-id")
        found = world.metrics()
        told = repr(found) + repr([span.to_json() for span in world.spans])
    refused, served = found["http.client.request.duration"]
    assert dict(served.attributes) == {**KNOWN, "url.scheme": "https", "http.response.status_code": 200}
    assert refused.attributes["error.type"] == "429"
    assert [served.count, refused.count] == [1, 1]
    for name in ("active", "limit", "waiting", "paused"):
        (point,) = found[f"asyncsdk.throttle.{name}"]
        assert dict(point.attributes) == {"server.address": "demo.api.zephr.com", "server.port": 443}
    assert "secret-id" not in told
    assert "canary" not in told


@pytest.mark.anyio
async def test_gauges_follow_the_throttle_and_a_client_that_is_gone_is_forgotten(world):
    seen = []

    async def look(_):
        seen.append(world.metrics()["asyncsdk.throttle.active"][0].value)
        return httpx.Response(200, json={})

    async with Livepeer("canary-key", transport=httpx.MockTransport(look), telemetry=world.telemetry) as livepeer:
        await livepeer.streams.get("1")
    del livepeer
    gc.collect()
    assert seen == [1]
    assert "asyncsdk.throttle.active" not in world.metrics()


@pytest.mark.anyio
async def test_another_instrumentation_below_makes_no_second_span(world):
    seen = []
    transport = httpx.MockTransport(lambda request: seen.append(request) or httpx.Response(200, json={}))
    async with httpx.AsyncClient(transport=transport) as theirs:
        HTTPXClientInstrumentor.instrument_client(theirs, tracer_provider=world.tracers)
        async with Livepeer("canary-key", http_client=theirs, telemetry=world.telemetry) as livepeer:
            await livepeer.streams.get("1")
    attempt, call = world.spans
    assert [attempt.name, call.name] == ["GET /stream/{id}", "livepeer.streams.get"]
    assert len(seen[0].headers.get_list("traceparent")) == 1


@pytest.mark.anyio
async def test_where_tracing_is_suppressed_nothing_is_told(world):
    async with world.blaize(200) as blaize:
        token = contexts.attach(contexts.set_value("suppress_instrumentation", True))
        try:
            await blaize.users.get("7")
        finally:
            contexts.detach(token)
    assert world.spans == ()
