from __future__ import annotations

import traceback

import anyio
import httpx
import pytest
from one_host import OneHost

from asyncsdk.auth.keys import HeaderSigner
from asyncsdk.chain.retry import RetryPolicy
from asyncsdk.errors import ConfigurationError
from asyncsdk.testing.clock import FakeClock
from asyncsdk.testing.script import Script
from asyncsdk.timeout import Timeout

KEY = HeaderSigner("x-api-key", "test-secret", "test-secret")


def client(engine, **options):
    given = {"base_url": "https://api.example.com/v1", "signer": KEY, "clock": FakeClock(), **options}
    return OneHost(transport=engine, **given)


def raised(error):
    raise error


async def throttle_of(owner):
    return owner.throttle


@pytest.mark.anyio
class TestWhereRequestsGo:
    async def test_relative_paths_are_below_the_base_url(self):
        script = Script(200)
        async with client(script) as owner:
            await owner.http.get("/orders/a%2Fb", params={"q": "x y"})
            await owner.http.get("orders")
        assert [str(each.url) for each in script.requests] == [
            "https://api.example.com/v1/orders/a%2Fb?q=x%20y",
            "https://api.example.com/v1/orders",
        ]

    async def test_they_are_signed_and_the_request_that_is_kept_is_not(self):
        script = Script(200)
        async with client(script, user_agent="shop/1") as owner:
            response = await owner.http.post("/orders", json={"a": 1})
        assert script.requests[0].headers["x-api-key"] == "test-secret"
        assert script.requests[0].headers["user-agent"] == "shop/1"
        assert script.bodies == [b'{"a":1}']
        assert "x-api-key" not in response.request.headers

    async def test_other_origins_get_no_credentials(self):
        script = Script(200)
        async with client(script) as owner:
            await owner.http.get("https://evil.example/v1/orders")
        assert "x-api-key" not in script.requests[0].headers

    async def test_no_redirect_is_followed(self):
        script = Script(httpx.Response(302, headers={"location": "https://evil.example/"}))
        async with client(script) as owner:
            response = await owner.http.get("/orders")
        assert (response.status_code, len(script.requests)) == (302, 1)

    async def test_no_cookie_is_kept(self):
        script = Script(httpx.Response(200, headers={"set-cookie": "sid=test-secret; Domain=api.example.com; Path=/"}))
        async with client(script) as owner:
            for _ in range(2):
                await owner.http.get("/orders")
            assert not list(owner.http.cookies.jar)
        assert "cookie" not in script.requests[1].headers

    async def test_the_environment_has_no_say(self, monkeypatch):
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
        script = Script(200)
        async with client(script) as owner:
            await owner.http.get("/orders")
        assert len(script.requests) == 1


@pytest.mark.anyio
class TestRetries:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
    @pytest.mark.parametrize("failure", [503, httpx.ReadError("lost"), httpx.ConnectError("refused")], ids=repr)
    async def test_a_safe_method_is_sent_again(self, method, failure):
        script = Script(failure, 200)
        async with client(script) as owner:
            response = await owner.http.request(method, "/orders")
        assert (response.status_code, len(script.requests)) == (200, 2)

    @pytest.mark.parametrize("method", ["POST", "PATCH", "ANYTHING"])
    async def test_any_other_only_where_it_was_not_sent_or_throttled(self, method):
        script = Script(httpx.ConnectError("refused"), 429, 503)
        async with client(script) as owner:
            response = await owner.http.request(method, "/orders", content=b"body")
        assert (response.status_code, script.bodies) == (503, [b"body"] * 3)

    async def test_what_cannot_be_sent_again_is_raised_as_httpx_raises_it(self):
        async with client(Script(httpx.ReadError("lost"))) as owner:
            with pytest.raises(httpx.ReadError, match="lost") as caught:
                await owner.http.post("/orders")
        assert "x-api-key" not in caught.value.request.headers
        assert caught.value.__cause__ is caught.value.__context__ is None

    async def test_a_body_that_can_be_had_only_once_is_sent_once(self):
        async def pieces():
            yield b"one"
            yield b"two"

        script = Script(503, 200)
        async with client(script) as owner:
            response = await owner.http.put("/orders", content=pieces())
        assert (response.status_code, script.bodies) == (503, [b"onetwo"])

    async def test_and_an_error_says_why_it_was_not_sent_again(self):
        async def pieces():
            yield b"one"

        async def lost(request):
            await request.aread()
            raise httpx.ReadError("lost")

        async with client(httpx.MockTransport(lost)) as owner:
            with pytest.raises(httpx.ReadError, match="lost; its body came from a source that can be read only once"):
                await owner.http.put("/orders", content=pieces())

    async def test_of_a_body_nobody_has_begun_another_attempt_can_be_made(self):
        async def pieces():
            yield b"one"

        bodies = []

        async def answer(request):
            if not bodies:
                bodies.append(None)
                raise httpx.ConnectError("refused")
            bodies.append(await request.aread())
            return httpx.Response(200)

        class Late(httpx.AsyncBaseTransport):
            async def handle_async_request(self, request):
                return await answer(request)

        async with client(Late()) as owner:
            assert (await owner.http.put("/orders", content=pieces())).status_code == 200
        assert bodies == [None, b"one"]

    async def test_a_spent_quota_is_no_reason_to_try_again_and_can_still_be_read(self):
        script = Script(httpx.Response(429, json={"message": "Limit Exceeded"}), streamed=True)
        async with client(script) as owner:
            response = await owner.http.get("/orders")
        assert (response.status_code, response.json(), len(script.requests)) == (429, {"message": "Limit Exceeded"}, 1)
        assert script.open == 0

    async def test_a_throttle_is(self):
        clock = FakeClock()
        script = Script(httpx.Response(429, headers={"retry-after": "7"}, json={"message": "Too Many Requests"}), 200)
        async with client(script, clock=clock) as owner:
            response = await owner.http.get("/orders")
        assert response.status_code == 200
        assert clock.slept == [7]

    async def test_what_failed_is_closed_before_the_next_attempt(self):
        script = Script(lambda _: 503 if script.open == 1 else 500, streamed=True)
        async with client(script) as owner:
            response = await owner.http.get("/orders")
        assert (response.status_code, len(script.requests), script.open) == (503, 5, 0)

    async def test_a_429_whose_body_breaks_holds_no_permit(self):
        class Breaking(httpx.AsyncByteStream):
            def __aiter__(self):
                return self

            async def __anext__(self):
                raise httpx.ReadError("cut")

            async def aclose(self):
                pass

        engine = httpx.MockTransport(lambda _: httpx.Response(429, stream=Breaking()))
        async with client(engine) as owner:
            with pytest.raises(httpx.ReadError):
                await owner.http.get("/orders")
            assert (await throttle_of(owner)).active == 0


@pytest.mark.anyio
class TestLimits:
    async def test_a_stream_holds_its_permit_until_it_is_closed(self):
        script = Script(httpx.Response(200, content=b"four"), streamed=True)
        async with client(script, max_connections=1) as owner:
            throttle = await throttle_of(owner)
            async with owner.http.stream("GET", "/orders") as response:
                assert throttle.active == 1
                with anyio.move_on_after(0.01) as scope:
                    await owner.http.get("/orders")
                assert scope.cancelled_caught
                assert await response.aread() == b"four"
            assert throttle.active == 0
            assert (await owner.http.get("/orders")).content == b"four"

    @pytest.mark.parametrize("held", [True, False])
    async def test_the_deadline_covers_waiting_and_sending(self, held):
        async def never(request):
            await anyio.sleep_forever()

        script = Script(never)
        async with client(script, max_connections=1, retry=RetryPolicy(deadline=0.01)) as owner:
            throttle = await throttle_of(owner)
            if held:
                await throttle.acquire()
            with pytest.raises(httpx.ReadTimeout, match="deadline .* waited" if held else "deadline .* under way"):
                await owner.http.get("/orders")
            assert (throttle.active, throttle.waiting) == (int(held), 0)

    async def test_the_deadline_covers_the_body(self):
        class Endless(httpx.AsyncByteStream):
            def __aiter__(self):
                return self

            async def __anext__(self):
                await anyio.sleep_forever()

            async def aclose(self):
                pass

        engine = httpx.MockTransport(lambda _: httpx.Response(200, stream=Endless()))
        async with client(engine, retry=RetryPolicy(deadline=0.01)) as owner:
            with pytest.raises(httpx.ReadTimeout):
                await owner.http.get("/orders")
            assert (await throttle_of(owner)).active == 0

    async def test_limits_of_time_reach_the_engine_and_may_be_changed_for_one_request(self):
        script = Script(200)
        async with client(script, timeout=Timeout(1, 2, 3, 4)) as owner:
            await owner.http.get("/orders")
            await owner.http.get("/orders", timeout=9)
        first, second = (each.extensions["timeout"] for each in script.requests)
        assert first == {"connect": 1, "read": 2, "write": 3, "pool": None}
        assert second == {"connect": 9, "read": 9, "write": 9, "pool": 9}


@pytest.mark.anyio
class TestItsLife:
    async def test_it_is_closed_with_its_client(self):
        async with client(Script(200)) as owner:
            http = owner.http
            assert http is owner.http
            await http.get("/orders")
        assert http.is_closed

    async def test_without_a_use_closing_it_is_quiet_too(self):
        owner = client(Script(200))
        assert not owner.http.is_closed
        await owner.aclose()
        assert owner.http.is_closed

    async def test_of_a_closed_client_none_can_be_had_that_works(self):
        owner = client(Script(200))
        await owner.aclose()
        with pytest.raises(ConfigurationError, match="closed"):
            await owner.http.get("/orders")

    async def test_a_request_under_way_when_the_client_is_closed_is_lost_and_not_tried_again(self):
        async def lost(_):
            await owner.aclose()
            return httpx.ReadError("lost")

        script = Script(lost)
        owner = client(script)
        with pytest.raises(httpx.ReadError):
            await owner.http.get("/orders")
        assert (len(script.requests), owner._options.clock.slept) == (1, [])

    async def test_an_error_of_a_callers_transport_shows_no_secret(self):
        lost = httpx.ReadError("x-api-key: test-secret, PUT /orders?token=query-secret")
        lost.add_note('sent {"password": "body-secret"} with test-secret and body-secret')
        async with client(httpx.MockTransport(lambda _: raised(lost))) as owner:
            with pytest.raises(httpx.ReadError) as caught:
                await owner.http.put("/orders", params={"token": "query-secret"}, json={"password": "body-secret"})
        shown = "".join(traceback.format_exception(caught.value)[-3:])
        assert "ReadError: x-api-key: ***" in shown
        assert not any(each in shown for each in ("test-secret", "query-secret", "body-secret"))

    async def test_over_a_callers_own_client(self, backend):
        seen = []

        def answer(request):
            seen.append(request)
            return httpx.Response(200, headers={"set-cookie": "sid=test-secret"}, json=[])

        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as lent:
            owner = OneHost(base_url="https://api.example.com", signer=KEY, clock=FakeClock(), http_client=lent)
            async with owner:
                assert (await owner.http.get("/orders")).json() == []
                await owner.http.get("/orders")
            assert not lent.is_closed
        assert [each.headers["x-api-key"] for each in seen] == ["test-secret"] * 2
        assert all("cookie" not in each.headers for each in seen)


@pytest.mark.anyio
async def test_each_attempt_is_told_of(caplog):
    seen = []
    script = Script(503, httpx.ReadError("lost"), 404)
    async with client(script, on_attempt=seen.append) as owner:
        await owner.http.get("/orders/test-secret")
    assert [
        (each.operation, each.method, each.host, each.route, each.number, each.status, each.error) for each in seen
    ] == [
        ("http", "GET", "api.example.com", "", 1, 503, None),
        ("http", "GET", "api.example.com", "", 2, None, "ReadError"),
        ("http", "GET", "api.example.com", "", 3, 404, None),
    ]


@pytest.mark.anyio
async def test_a_cancelled_attempt_is_told_of():
    async def never(request):
        await anyio.sleep_forever()

    seen = []
    async with client(Script(never), on_attempt=seen.append) as owner:
        with anyio.move_on_after(0.01):
            await owner.http.get("/orders")
    assert [(each.status, each.error) for each in seen] == [(None, "Cancelled")]
