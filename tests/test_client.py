from __future__ import annotations

import gc
import gzip
import pickle
import random
import sys
import traceback
import weakref
from contextlib import suppress

import anyio
import anyio.lowlevel
import httpx
import pytest
from one_host import OneHost

from asyncsdk import errors
from asyncsdk.auth.keys import HeaderSigner
from asyncsdk.chain.options import Options, Timeout
from asyncsdk.chain.retry import RetryBudget, RetryPolicy
from asyncsdk.chain.signing import Signer
from asyncsdk.client import Client
from asyncsdk.errors import ConfigurationError, SDKError
from asyncsdk.operation import Operation
from asyncsdk.options import credential
from asyncsdk.testing.clock import FakeClock
from asyncsdk.testing.script import Script

GET = Operation("shop.orders.get", "GET", "/orders/{order_id}", "object")
LIST = Operation("shop.orders.list", "GET", "/orders", "array")
CREATE = Operation("shop.orders.create", "POST", "/orders", "object", retry="unsent")
DELETE = Operation("shop.orders.delete", "DELETE", "/orders", "none")
LOGIN = Operation("shop.login", "POST", "/login", "object", retry="unsent", signed=False)

OK = httpx.Response(200, json={"id": 7})


async def get(client, order_id="7"):
    return await client.call(GET, order_id, into=lambda reply: reply.json())


async def create(client, body=b"{}"):
    return await client.call(CREATE, into=lambda reply: reply.json(), body=body)


class Shop(Client):
    """A client of a system that does not exist, with the arguments that all have."""

    system = "shop"

    def __init__(self, api_key=None, **options):
        given = {"base_url": "https://shop.example/v1", "clock": FakeClock(), **options}
        self._set_up({"api_key": credential(api_key, "api_key", "SHOP_API_KEY")}, given)

    def _where(self):
        key = self._arguments["api_key"]
        return {"": (self._arguments["base_url"], lambda _: HeaderSigner("x-api-key", key, key))}

    def with_options(self, **changes):
        return self._with(changes)

    @property
    def budget(self):
        return self._hosts.main.state.budget

    async def get(self, order_id="7"):
        return await get(self, order_id)

    async def create(self, body=b"{}"):
        return await create(self, body)


def shop(*answers, streamed=False, **how):
    """A client over a script, and the script."""
    script = Script(*answers, streamed=streamed)
    return Shop("test-secret", transport=script, **how), script


@pytest.mark.anyio
class TestACall:
    async def test_what_goes_out(self):
        client, script = shop(OK, user_agent="shop/1")
        found = await client.call(
            DELETE,
            into=lambda reply: (reply.operation, reply.status, reply.headers["content-type"], reply.json()),
            query={"dry run": True, "id": ["a/b", "c+d"]},
            body=b'{"ids": [7]}',
            content_type="application/x-ids",
        )
        assert found == (DELETE, 200, "application/json", {"id": 7})
        request = script.requests[0]
        assert request.method == "DELETE"
        assert str(request.url) == "https://shop.example/v1/orders?dry%20run=true&id=a%2Fb&id=c%2Bd"
        assert dict(request.headers) == {
            "host": "shop.example",
            "accept": "application/json, */*;q=0.1",
            "accept-encoding": "gzip",
            "user-agent": "shop/1",
            "content-type": "application/x-ids",
            "content-length": "12",
            "x-api-key": "test-secret",
        }
        assert script.bodies == [b'{"ids": [7]}']

    @pytest.mark.parametrize(("operation", "length"), [(LIST, None), (DELETE, None), (CREATE, "0")])
    async def test_only_a_method_that_has_one_says_that_there_is_no_body(self, operation, length):
        client, script = shop(OK)
        await client.call(operation, into=lambda reply: None)
        assert script.requests[0].headers.get("content-length") == length

    async def test_some_operations_go_without_credentials(self):
        client, script = shop(OK)
        await client.call(LOGIN, into=lambda reply: None)
        assert "x-api-key" not in script.requests[0].headers

    @pytest.mark.parametrize("streamed", [True, False])
    async def test_a_compressed_answer_is_read(self, streamed):
        packed = httpx.Response(
            200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(gzip.compress(b'{"id":7}'))
        )
        client, script = shop(packed, streamed=streamed)
        assert await client.get() == {"id": 7}
        assert (script.open, client.throttle.active) == (0, 0)

    @pytest.mark.parametrize(
        ("path", "how", "error"),
        [
            ((), {}, TypeError),
            (("",), {}, ValueError),
            (("..",), {}, ValueError),
            (("7",), {"query": {"q": b""}}, TypeError),
        ],
    )
    async def test_what_cannot_be_sent_is_refused_before_anything_is(self, path, how, error):
        client, script = shop(OK)
        with pytest.raises(error):
            await client.call(GET, *path, into=lambda reply: None, **how)
        assert script.requests == []

    async def test_the_limits_of_time_reach_the_engine(self):
        client, script = shop(OK, timeout=Timeout(1, 2, 3, 4))
        await client.get()
        assert script.requests[0].extensions["timeout"] == {
            "connect": 1, "read": 2, "write": 3, "pool": None,
        }  # fmt: skip

    async def test_a_decoders_own_failure_is_not_dressed_up(self):
        client, script = shop(OK)
        with pytest.raises(ZeroDivisionError):
            await client.call(LIST, into=lambda reply: 1 / 0)
        assert (len(script.requests), client.throttle.active) == (1, 0)


CUT = httpx.Response(
    200, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(gzip.compress(b'{"id":7}')[:-9])
)
HTML = httpx.Response(200, html="<!doctype html><title>Sign in</title>")
HALF = httpx.Response(200, content=b'{"id":')
LOST = httpx.ReadError("reset")
REFUSED = httpx.ConnectError("refused")


@pytest.mark.anyio
class TestRetries:
    @pytest.mark.parametrize(
        "failure",
        [408, 429, 500, 502, 503, 504, LOST, REFUSED, httpx.ReadTimeout("slow"), CUT, HALF,
         httpx.Response(200)],
        ids=repr,
    )  # fmt: skip
    async def test_what_is_safe_is_tried_until_it_succeeds(self, failure):
        client, script = shop(failure, failure, OK)
        assert await client.get() == {"id": 7}
        assert len(script.requests) == 3

    @pytest.mark.parametrize(
        "failure", [408, 500, 503, 504, LOST, httpx.ReadTimeout("slow"), httpx.WriteError("reset"), CUT, HTML], ids=repr
    )
    async def test_what_may_have_reached_the_service_is_never_sent_twice_if_that_is_not_safe(self, failure):
        client, script = shop(failure, OK)
        with pytest.raises(SDKError) as caught:
            await client.create()
        assert len(script.requests) == caught.value.attempts == 1

    @pytest.mark.parametrize(
        "failure", [429, REFUSED, httpx.ConnectTimeout("slow"), httpx.PoolTimeout("full")], ids=repr
    )
    async def test_what_did_not_is_sent_again(self, failure):
        client, script = shop(failure, OK)
        assert await client.create(b'{"a":1}') == {"id": 7}
        assert script.bodies == [b'{"a":1}'] * 2

    @pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409, 410, 422])
    async def test_an_answer_is_an_answer(self, status):
        client, script = shop(status, OK)
        with pytest.raises(errors.APIError) as caught:
            await client.get()
        assert (len(script.requests), caught.value.status_code) == (1, status)

    @pytest.mark.parametrize(
        ("failure", "kind"),
        [
            (429, errors.RateLimitError),
            (500, errors.ServerError),
            (503, errors.ServiceUnavailableError),
            (LOST, errors.ConnectionLostError),
            (REFUSED, errors.ConnectError),
            (httpx.ConnectTimeout("slow"), errors.TimeoutError),
            (CUT, errors.ConnectionLostError),
            (HALF, errors.DecodeError),
        ],
        ids=repr,
    )
    async def test_in_the_end_the_last_failure_is_raised(self, failure, kind):
        clock = FakeClock()
        client, script = shop(failure, clock=clock)
        with pytest.raises(kind) as caught:
            await client.get()
        assert type(caught.value) is kind
        assert (caught.value.attempts, caught.value.operation) == (5, "shop.orders.get")
        assert len(script.requests) == 5
        assert clock.slept == ([0.5, 1.0, 2.0, 4.0] if failure != 429 else clock.slept)

    async def test_with_retries_off_there_is_one_attempt(self):
        client, script = shop(503, OK, retry=RetryPolicy(max_attempts=1))
        with pytest.raises(errors.ServiceUnavailableError):
            await client.get()
        assert len(script.requests) == 1

    @pytest.mark.parametrize("after", ["31", "99999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
    async def test_a_service_that_wants_a_long_rest_gets_it_at_once(self, after):
        clock = FakeClock()
        client, script = shop(httpx.Response(503, headers={"retry-after": after}), OK, clock=clock)
        with pytest.raises(errors.ServiceUnavailableError) as caught:
            await client.get()
        assert caught.value.retry_after > 30
        assert (len(script.requests), clock.slept) == (1, [])

    async def test_a_spent_quota_is_an_error_at_once(self):
        client, script = shop(httpx.Response(429, json={"message": "Limit Exceeded"}), OK)
        with pytest.raises(errors.RateLimitError, match="Limit Exceeded"):
            await client.get()
        assert len(script.requests) == 1

    async def test_an_answer_that_says_that_it_is_an_error_is_not_asked_again(self):
        def refuse(reply):
            raise errors.NotFoundError(f"{reply.operation.id}: null", status_code=404, operation=reply.operation.id)

        client, script = shop(OK)
        with pytest.raises(errors.NotFoundError):
            await client.call(GET, "7", into=refuse)
        assert len(script.requests) == 1

    async def test_a_retry_follows_a_wait_and_takes_a_place_anew(self):
        seen = []
        client, _ = shop(503, lambda _: seen.append(client.throttle.active) or OK, max_connections=1)
        await client.get()
        assert seen == [1]
        assert client.throttle.active == 0


class Unreliable(httpx.AsyncBaseTransport):
    """Fails one request in four."""

    def __init__(self):
        self.requests = 0
        self._dice = random.Random(7)

    async def handle_async_request(self, request):
        self.requests += 1
        return httpx.Response(503 if self._dice.random() < 0.25 else 200, stream=httpx.ByteStream(b"{}"))


@pytest.mark.parametrize("workers", [1, 100])
def test_a_service_that_fails_one_request_in_four_is_served(workers):
    engine = Unreliable()
    client = Shop("test-secret", transport=engine)
    served = []

    async def work():
        for _ in range(3_000 // workers):
            with suppress(errors.ServiceUnavailableError):
                served.append(await client.get())

    async def main():
        async with anyio.create_task_group() as group:
            for _ in range(workers):
                group.start_soon(work)

    anyio.run(main)
    # five attempts in a row fail once in 1024 calls
    assert len(served) > 2_985
    assert engine.requests < 4_300


@pytest.mark.anyio
class TestTheService:
    async def test_one_that_is_down_is_not_hammered(self):
        client, script = shop(503)
        for _ in range(1_000):
            with pytest.raises(errors.ServiceUnavailableError):
                await client.get()
        assert len(script.requests) == 1_000 + RetryBudget.CAPACITY / RetryBudget.COST

    async def test_a_429_pauses_every_worker_of_the_client(self):
        clock = FakeClock(manual=True)
        client, script = shop(httpx.Response(429, headers={"retry-after": "10"}), OK, clock=clock)
        async with anyio.create_task_group() as group:
            group.start_soon(client.get)
            await anyio.wait_all_tasks_blocked()
            for _ in range(5):
                group.start_soon(client.get)
            group.start_soon(client.http.get, "/orders")
            await anyio.wait_all_tasks_blocked()
            assert len(script.requests) == 1
            clock.advance(9)
            await anyio.wait_all_tasks_blocked()
            assert len(script.requests) == 1
            for _ in range(20):  # whom the service refused once it is asked one after the other
                clock.advance(1)
                await anyio.wait_all_tasks_blocked()
        assert len(script.requests) == 8
        assert client.throttle.active == 0

    async def test_no_more_than_max_connections_are_in_the_air(self):
        most = 0

        async def answer(request):
            nonlocal most
            most = max(most, script.open)
            await anyio.lowlevel.checkpoint()
            return OK

        client, script = shop(answer, max_connections=3)
        async with anyio.create_task_group() as group:
            for _ in range(30):
                group.start_soon(client.get)
        assert (most, len(script.requests), client.throttle.active) == (3, 30, 0)


async def never(request):
    await anyio.sleep_forever()


@pytest.mark.anyio
class TestTime:
    @pytest.mark.parametrize(("held", "sent"), [(True, False), (False, True)])
    async def test_the_deadline_covers_waiting_for_a_place_and_the_attempt(self, held, sent):
        client, script = shop(never, max_connections=1, retry=RetryPolicy(deadline=0.01))
        if held:
            await client.throttle.acquire()
        with pytest.raises(errors.TimeoutError, match="deadline") as caught:
            await client.get()
        assert caught.value.sent is sent
        assert caught.value.attempts == 1
        assert (client.throttle.active, client.throttle.waiting, script.open) == (int(held), 0, 0)

    async def test_the_deadline_ends_the_retries(self):
        clock = FakeClock()
        client, _ = shop(503, clock=clock, retry=RetryPolicy(deadline=2.0))
        with pytest.raises(errors.ServiceUnavailableError):
            await client.get()
        assert clock.slept == [0.5, 1.0]

    async def test_an_attempts_total_limit_is_a_reason_to_try_again(self):
        client, script = shop(never, OK, timeout=Timeout(total=0.01))
        assert await client.get() == {"id": 7}
        assert len(script.requests) == 2

    async def test_waiting_for_a_place_does_not_count_towards_it(self):
        client, script = shop(OK, max_connections=1, timeout=Timeout(total=0.01))
        await client.throttle.acquire()
        async with anyio.create_task_group() as group:
            group.start_soon(client.get)
            with anyio.move_on_after(0.02):  # longer than the limit
                await anyio.sleep_forever()
            assert client.throttle.waiting == 1
            client.throttle.release()
        assert len(script.requests) == 1

    async def test_a_cancellation_is_neither_retried_nor_translated(self):
        client, script = shop(never, retry=RetryPolicy(deadline=60))
        with anyio.move_on_after(0.01) as scope:
            await client.get()
        assert scope.cancelled_caught
        assert (len(script.requests), client.throttle.active) == (1, 0)


async def steps(count):
    for _ in range(count):
        await anyio.lowlevel.checkpoint()


class Slow(Signer):
    """A signer that has to wait for its credentials, and can mend a refusal, which takes a while too."""

    async def ready(self, network):
        await anyio.lowlevel.checkpoint()

    def headers(self, request, body):
        return ((b"x-api-key", b"test-secret"),)

    def secrets(self):
        return ("test-secret",)

    async def recover(self, request, response, body, network):
        await anyio.lowlevel.checkpoint()
        return True


class TestCancellation:
    """At whatever step of its life a request is cancelled, nothing of it is left."""

    async def life(self, client):
        """All that can happen to a request: a queue, a pause, failures, waits, streams, and a way past `call`."""
        async with anyio.create_task_group() as group:
            group.start_soon(get, client)
            group.start_soon(get, client)
            group.start_soon(create, client)
            group.start_soon(self.by_hand, client)
            group.start_soon(self.streamed, client)

    async def by_hand(self, client):
        async with client.http.stream("GET", "/orders") as response:
            await response.aread()

    async def streamed(self, client):
        async with client.stream(LIST) as body:
            async for _ in body:
                pass

    def client(self, script, deadline):
        return OneHost(
            base_url="https://shop.example",
            signer=Slow(),
            max_connections=1,
            clock=FakeClock(),
            retry=RetryPolicy(deadline=deadline),
            transport=script,
        )

    @pytest.mark.anyio
    @pytest.mark.parametrize("streamed", [True, False])
    @pytest.mark.parametrize("deadline", [None, 3600])
    async def test_after_any_number_of_steps_all_permits_are_free(self, streamed, deadline):
        finished = False
        count = 0
        while not finished:
            throttled = httpx.Response(429, headers={"retry-after": "1"})
            script = Script(403, 503, throttled, OK, LOST, OK, streamed=streamed)
            client = self.client(script, deadline)
            throttle = client.throttle
            async with anyio.create_task_group() as group:

                async def run(client=client):
                    nonlocal finished
                    try:
                        await self.life(client)
                    except* SDKError:  # whose turn it is when the script fails is the event loop's choice
                        pass
                    finished = True

                group.start_soon(run)
                await steps(count)
                group.cancel_scope.cancel()
            assert (throttle.active, throttle.waiting, script.open) == (0, 0, 0)
            with anyio.fail_after(5):  # nobody would come to give back what was lost
                await get(client)
            assert (throttle.active, throttle.waiting, script.open) == (0, 0, 0)
            await client.aclose()
            count += 1
        assert count > 10

    @pytest.mark.anyio
    async def test_after_rounds_of_cancelled_calls_the_client_works_at_full_concurrency(self):
        most = 0

        async def answer(request):
            nonlocal most
            most = max(most, script.open)
            await steps(3)
            return OK if healed or len(script.requests) % 4 else 503

        healed = False
        client, script = shop(answer, max_connections=8)
        for count in range(30):
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(client.get)
                await steps(count)
                group.cancel_scope.cancel()
        assert (client.throttle.active, client.throttle.waiting, script.open) == (0, 0, 0)
        # what was cancelled has not been charged for
        assert client.budget.tokens > RetryBudget.CAPACITY / 2
        healed = True
        for _ in range(200):
            most = 0
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(client.get)
            if client.throttle.limit == 8:
                break
        assert most == 8


@pytest.mark.anyio
class TestErrors:
    async def test_an_error_tells_what_the_service_said(self):
        answer = httpx.Response(
            404, headers={"x-amzn-requestid": "id-1"}, json={"message": "no such order", "code": "E7"}
        )
        client, _ = shop(answer)
        with pytest.raises(errors.NotFoundError, match=r"^shop\.orders\.get: 404: no such order$") as caught:
            await client.get()
        error = caught.value
        assert (error.status_code, error.code, error.request_id) == (404, "E7", "id-1")
        assert (error.operation, error.attempts) == ("shop.orders.get", 1)

    async def test_an_error_whose_body_cannot_be_decompressed_still_has_its_status(self):
        broken = httpx.Response(403, headers={"content-encoding": "gzip"}, stream=httpx.ByteStream(b"broken"))
        client, script = shop(broken)
        with pytest.raises(errors.PermissionDeniedError):
            await client.get()
        assert len(script.requests) == 1

    @pytest.mark.parametrize("failure", [404, 503, LOST, REFUSED, CUT, HTML], ids=repr)
    async def test_it_holds_no_other_error_and_survives_a_pickle(self, failure):
        client, _ = shop(failure)
        with pytest.raises(SDKError) as caught:
            await client.get()
        error = caught.value
        assert error.__cause__ is error.__context__ is None
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), vars(again), str(again)) == (type(error), vars(error), str(error))
        assert "During handling" not in "".join(traceback.format_exception(error))

    @pytest.mark.parametrize("failure", [404, LOST, CUT, HTML], ids=repr)
    async def test_it_keeps_no_request_and_no_answer_alive(self, failure):
        kept = []

        class Watching(Script):
            async def handle_async_request(self, request):
                kept.append(weakref.ref(request))
                response = await super().handle_async_request(request)
                kept.append(weakref.ref(response))
                return response

        client = Shop("test-secret", transport=Watching(failure), retry=RetryPolicy(max_attempts=2))
        try:
            await client.get()
        except SDKError as caught:
            error = caught
        gc.collect()
        assert kept
        assert [each() for each in kept] == [None] * len(kept)
        assert error.attempts in (1, 2)

    async def test_it_goes_without_the_help_of_the_garbage_collector(self):
        client, _ = shop(404)
        gc.collect()
        gc.disable()
        try:
            try:
                await client.get()
            except SDKError as caught:
                kept = weakref.ref(caught)
            assert kept() is None
        finally:
            gc.enable()


@pytest.mark.anyio
class TestAttempts:
    async def test_the_hook_sees_every_outcome(self):
        seen = []
        client, _ = shop(LOST, 503, HALF, OK, on_attempt=seen.append)
        await client.get("secret-order")
        assert [(each.number, each.status, each.error) for each in seen] == [
            (1, None, "ConnectionLostError"),
            (2, 503, "ServiceUnavailableError"),
            (3, 200, "DecodeError"),
            (4, 200, None),
        ]
        last = seen[-1]
        assert (last.operation, last.method, last.host, last.route) == (
            "shop.orders.get", "GET", "shop.example", "/orders/{order_id}",
        )  # fmt: skip
        assert last.received == len(b'{"id":7}')
        assert "secret-order" not in repr(seen)

    async def test_also_one_that_is_cancelled_and_one_that_is_misused(self):
        seen = []
        client, _ = shop(never, on_attempt=seen.append)
        with anyio.move_on_after(0.01):
            await client.get()
        await client.aclose()
        with pytest.raises(ConfigurationError):
            await client.get()
        assert [each.error for each in seen] == ["Cancelled", "ConfigurationError"]

    async def test_seconds_are_the_clocks(self):
        seen = []
        clock = FakeClock()

        async def slow(request):
            await clock.sleep(3)
            return OK

        client, _ = shop(slow, clock=clock, on_attempt=seen.append)
        await client.get()
        assert seen[0].seconds == 3

    @pytest.mark.parametrize("answer", [OK, 404, LOST], ids=repr)
    async def test_a_hook_that_fails_does_so_in_the_open_and_costs_no_permit(self, answer):
        def hook(attempt):
            raise ZeroDivisionError

        client, script = shop(answer, on_attempt=hook, streamed=True)
        for use in (client.get, lambda: client.http.get("/orders"), client.stream(LIST).__aenter__):
            with pytest.raises(ZeroDivisionError):
                await use()
        assert (client.throttle.active, script.open) == (0, 0)


@pytest.mark.anyio
class TestCopies:
    async def test_a_copy_shares_connections_throttle_and_budget(self):
        client, script = shop(OK)
        copy = client.with_options(timeout=5, user_agent="copy/1")
        assert type(copy) is Shop
        assert copy.throttle is client.throttle
        assert copy.budget is client.budget
        await copy.get()
        await client.get()
        assert [each.headers["user-agent"] for each in script.requests] == ["copy/1", Options().user_agent]
        assert [each.extensions["timeout"]["read"] for each in script.requests] == [5, 60]

    async def test_what_is_not_changed_stays(self):
        client, script = shop(503, retry=RetryPolicy(max_attempts=2))
        copy = client.with_options(user_agent="a").with_options(timeout=5)
        with pytest.raises(errors.ServiceUnavailableError) as caught:
            await copy.get()
        assert caught.value.attempts == 2
        assert script.requests[0].headers["user-agent"] == "a"

    async def test_it_may_have_other_credentials_and_another_base(self):
        client, script = shop(OK)
        await client.with_options(api_key="other-secret", base_url="https://other.example").get()
        assert str(script.requests[0].url) == "https://other.example/orders/7"
        assert script.requests[0].headers["x-api-key"] == "other-secret"

    async def test_credentials_from_the_environment_are_the_ones_that_were_found(self, monkeypatch):
        monkeypatch.setenv("SHOP_API_KEY", "first-secret")
        script = Script(OK)
        client = Shop(transport=script)
        monkeypatch.setenv("SHOP_API_KEY", "second-secret")
        await client.with_options(timeout=5).get()
        assert script.requests[0].headers["x-api-key"] == "first-secret"

    async def test_closing_it_does_nothing(self):
        client, script = shop(OK)
        async with client.with_options(timeout=5) as copy:
            await copy.get()
            http = copy.http
        assert not script.closed
        assert await copy.get() == {"id": 7}
        assert (await http.get("/orders")).status_code == 200

    async def test_it_ends_with_its_original(self):
        client, _ = shop(OK)
        copy = client.with_options(timeout=5)
        await client.aclose()
        for use in (copy.get, lambda: copy.http.get("/orders")):
            with pytest.raises(ConfigurationError, match="closed"):
                await use()

    @pytest.mark.parametrize("name", ["transport", "http_client", "max_connections"])
    async def test_what_is_shared_cannot_be_changed(self, name):
        client, _ = shop(OK)
        with pytest.raises(TypeError, match=f"cannot change {name}"):
            client.with_options(**{name: 1})

    async def test_an_argument_it_does_not_have_is_refused(self):
        client, _ = shop(OK)
        with pytest.raises(TypeError, match="Shop takes no colour"):
            client.with_options(colour="red")


@pytest.mark.anyio
class TestItsLife:
    async def test_a_client_closes_its_engine_once_with_the_block(self):
        client, script = shop(OK)
        async with client as entered:
            assert entered is client
            await client.get()
        assert script.closed
        await client.aclose()

    async def test_use_after_the_end_is_refused(self):
        client, script = shop(OK)
        await client.aclose()
        with pytest.raises(ConfigurationError, match="closed"):
            await client.get()
        assert script.requests == []

    async def test_a_request_under_way_when_the_client_is_closed_is_lost_and_not_tried_again(self):
        closing = anyio.Event()

        class Closing(Script):
            async def aclose(self):
                closing.set()

        async def lost(request):
            await closing.wait()
            return LOST

        script = Closing(lost)
        client = Shop("test-secret", transport=script)
        caught = []

        async def get():
            with pytest.raises(errors.ConnectionLostError) as info:
                await client.get()
            caught.append(info.value)

        async with anyio.create_task_group() as group:
            group.start_soon(get)
            await anyio.wait_all_tasks_blocked()
            await client.aclose()
        assert len(script.requests) == caught[0].attempts == 1

    async def test_who_waits_for_a_place_when_the_client_is_closed_is_told_so(self):
        client, script = shop(OK, max_connections=1)
        await client.throttle.acquire()

        async def get():
            with pytest.raises(ConfigurationError, match="closed"):
                await client.get()

        async with anyio.create_task_group() as group:
            group.start_soon(get)
            await anyio.wait_all_tasks_blocked()
            await client.aclose()
            client.throttle.release()
        assert (script.requests, client.throttle.active) == ([], 0)

    async def test_a_callers_own_client_is_used_and_not_closed(self):
        lent = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json={"id": 7})))
        async with lent:
            async with Shop("test-secret", http_client=lent) as client:
                assert await client.get() == {"id": 7}
            assert not lent.is_closed

    async def test_one_engine_is_enough(self):
        with pytest.raises(ConfigurationError, match="not both"):
            Shop("test-secret", transport=Script(OK), http_client=object())


class TestEventLoops:
    def test_a_client_is_made_without_one(self):
        client, _ = shop(OK)
        assert anyio.run(client.get) == {"id": 7}

    @pytest.mark.parametrize("second", ["asyncio", "trio"])
    @pytest.mark.parametrize("first", ["asyncio", "trio"])
    def test_it_belongs_to_the_one_of_its_first_request(self, first, second):
        client, script = shop(OK)
        anyio.run(client.get, backend=first)
        for use in (client.get, client.with_options(timeout=5).get, lambda: client.http.get("/orders")):
            with pytest.raises(ConfigurationError, match="another event loop"):
                anyio.run(use, backend=second)
        assert len(script.requests) == 1
        assert client.throttle.active == 0


def test_a_repr_shows_where_it_goes_and_no_secret():
    client, _ = shop(OK)
    assert repr(client) == "Shop(base_url='https://shop.example/v1')"


def test_a_missing_credential_is_named(monkeypatch):
    monkeypatch.delenv("SHOP_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match=r"api_key=.*SHOP_API_KEY"):
        Shop()


def test_httpx_is_still_the_version_whose_insides_are_used():
    # `BaseURL.join` sets a private field; pyproject.toml pins the minor version
    assert httpx.__version__.startswith("0.28."), sys.version
