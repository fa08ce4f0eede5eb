"""A 2xx that holds a page of HTML: a proxy, a login or the wrong host answered, and will answer the same the next time."""

from __future__ import annotations

import httpx
import pytest

from asyncsdk import Blaize, DecodeError, Livepeer, UnleashAnalytics
from asyncsdk.testing import FakeClock, Script

PAGE = "<!DOCTYPE html><html><title>Sign in</title></html>"
KEYS = {"access_key": "test-access", "secret_key": "test-secret"}


def page(kind="text/html; charset=utf-8"):
    return httpx.Response(200, headers={"content-type": kind}, content=PAGE)


async def version(transport):
    await UnleashAnalytics("test-key", transport=transport, clock=FakeClock()).version()


async def walk(transport):
    await Livepeer("test-key", transport=transport, clock=FakeClock()).streams.list().to_list()


async def pages(transport):
    await Blaize("demo", transport=transport, clock=FakeClock(), **KEYS).users.list().to_list()


async def export(transport):
    async with Blaize("demo", transport=transport, clock=FakeClock(), **KEYS).users.export() as users:
        async for _ in users:
            pass


async def pull(transport):
    grants = Blaize("demo", transport=transport, clock=FakeClock(), **KEYS).datasets.grants
    async with grants.fan_out(["one"]) as stream:
        async for _ in stream:
            pass


@pytest.mark.anyio
@pytest.mark.parametrize("call", [version, walk, pages, export, pull])
async def test_a_page_of_html_is_asked_for_once(call):
    script = Script(page())
    with pytest.raises(DecodeError) as caught:
        await call(script)
    assert len(script.requests) == 1
    assert caught.value.content_type == "text/html; charset=utf-8"


@pytest.mark.anyio
@pytest.mark.parametrize("call", [version, walk, pages, pull])
@pytest.mark.parametrize("lost", [page("application/json"), httpx.Response(200, headers={"content-type": "text/html"})])
async def test_what_is_none_or_says_that_it_is_none_counts_as_lost(call, lost):
    script = Script(lost)
    with pytest.raises(DecodeError):
        await call(script)
    assert len(script.requests) == 5


@pytest.mark.anyio
async def test_a_page_that_breaks_off_may_be_a_whole_answer_the_next_time():
    script = Script(httpx.RemoteProtocolError("the body breaks off"), httpx.Response(200, json="1.0.1"))
    await version(script)
    assert len(script.requests) == 2
