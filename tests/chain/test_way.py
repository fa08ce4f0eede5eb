from __future__ import annotations

from contextlib import suppress

import anyio
import httpx
import pytest

from asyncsdk.chain.call import Call, Sending
from asyncsdk.chain.calls import Calls
from asyncsdk.chain.host import Host, Hosts, HostState
from asyncsdk.chain.options import Options
from asyncsdk.chain.signing import Signer
from asyncsdk.chain.way import Way
from asyncsdk.engines.choice import connections
from asyncsdk.errors import ConfigurationError
from asyncsdk.http.body import EMPTY
from asyncsdk.http.url import BaseURL
from asyncsdk.operation import Operation
from asyncsdk.testing.clock import FakeClock
from asyncsdk.testing.script import Script
from asyncsdk.timeout import Timeout

ROOT = Operation("shop.root", "GET", "/", "any")


class Sent:
    """A way to one host over an engine."""

    def __init__(self, engine, most=2, signer=None):
        state = HostState(most, FakeClock())
        self.throttle = state.throttle
        self.way = Way(connections(engine))
        self.host = Host(BaseURL("https://example.com"), signer, state)
        self.hosts = Hosts({"": self.host}, lambda: HostState(most, FakeClock()))
        self.calls = Calls(self.way, self.hosts, Options(clock=FakeClock()))

    def sending(self):
        headers = httpx.Headers({"host": "example.com"})
        return Sending(
            Call(
                ROOT, self.host, url=self.host.base.join("/"), headers=headers, body=EMPTY, timeout=Timeout(), most=None
            )
        )

    async def send(self):
        return await self.way.send(self.sending(), self.calls)


def chain(engine, most=2, signer=None):
    sent = Sent(engine, most, signer)
    return sent, sent.throttle


@pytest.mark.anyio
class TestAPermit:
    async def test_a_permit_lives_as_long_as_the_body(self):
        transport, throttle = chain(Script(httpx.Response(200, content=b"four"), streamed=True))
        response = await transport.send()
        assert throttle.active == 1
        assert await response.aread() == b"four"
        assert throttle.active == 0

    async def test_closing_a_body_unread_or_twice_gives_the_permit_back_once(self):
        transport, throttle = chain(Script(httpx.Response(200, content=b"four"), streamed=True))
        one = await transport.send()
        await transport.send()
        assert throttle.active == 2
        await one.stream.aclose()
        await one.stream.aclose()
        assert throttle.active == 1

    async def test_an_answer_that_is_all_there_needs_no_permit(self):
        transport, throttle = chain(Script(httpx.Response(200, content=b"four")))
        response = await transport.send()
        assert throttle.active == 0
        assert await response.aread() == b"four"

    @pytest.mark.parametrize(
        ("answer", "overload"),
        [
            (200, False),
            (404, False),
            (500, False),
            (429, True),
            (503, True),
            (httpx.ReadTimeout("slow"), True),
            (httpx.ConnectTimeout("slow"), True),
            (httpx.ConnectError("refused"), False),
        ],
        ids=str,
    )
    async def test_what_counts_as_an_overload(self, answer, overload):
        transport, throttle = chain(Script(answer), most=8)
        for _ in range(5):
            await throttle.acquire()
        with suppress(httpx.TransportError):
            await transport.send()
        assert (throttle.limit, throttle.active) == (5 if overload else 8, 5)

    async def test_an_overload_lets_nobody_in_on_its_own_permit(self):
        transport, throttle = chain(Script(503), most=6)
        for _ in range(5):
            await throttle.acquire()
        order = []

        async def take():
            await throttle.acquire()
            order.append("taken")

        async with anyio.create_task_group() as group:
            await transport.send()
            group.start_soon(take)
            await anyio.wait_all_tasks_blocked()
            assert (order, throttle.limit) == ([], 5)
            throttle.release()
        assert order == ["taken"]

    async def test_credentials_are_fetched_before_a_permit_is_taken(self):
        class Fetching(Signer):
            async def ready(self, network):
                # at the very same origin: it would wait for ever for the permit its own caller holds
                url = "https://example.com/credentials"
                await network.ask(ROOT, url, headers={}, body=b"", into=lambda reply: reply.status)

        script = Script(200)
        transport, _ = chain(script, most=1, signer=Fetching())
        await transport.send()
        assert [each.url.path for each in script.requests] == ["/credentials", "/"]

    async def test_credentials_that_cannot_be_had_cost_no_permit(self):
        class Failing(Signer):
            async def ready(self, network):
                raise ConfigurationError("no credentials")

        transport, throttle = chain(Script(200), signer=Failing())
        with pytest.raises(ConfigurationError):
            await transport.send()
        assert throttle.active == 0

    async def test_it_says_when_the_wait_is_over(self):
        transport, throttle = chain(Script(200), most=1)
        sending = transport.sending()
        await throttle.acquire()
        async with anyio.create_task_group() as group:
            group.start_soon(transport.way.send, sending, transport.calls)
            await anyio.wait_all_tasks_blocked()
            assert not sending.admitted
            throttle.release()
        assert sending.admitted
