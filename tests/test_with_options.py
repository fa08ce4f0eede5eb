"""A copy for one call is cheap: it shares everything that is not changed."""

from __future__ import annotations

import gc

import httpx
import pytest

from asyncsdk import Blaize, Timeout
from asyncsdk.testing import Script


def made_by(action):
    """The names of the classes of what an action makes and keeps."""
    gc.collect()
    gc.disable()
    try:
        before = gc.get_objects()
        known = {id(each) for each in before}
        kept = action()
        made = [each for each in gc.get_objects() if id(each) not in known]
    finally:
        gc.enable()
    assert kept is not None
    return [type(each).__name__ for each in made if (type(each).__module__ or "").startswith(("asyncsdk", "httpx"))]


def client():
    script = Script(httpx.Response(200, json={"user_id": "u"}))
    return Blaize("demo", access_key="test-access", secret_key="test-secret", transport=script)


def test_a_copy_makes_nothing_but_itself_and_what_was_changed():
    blaize = client()
    timeout = Timeout(read=5)
    # what its calls are made by goes by its own options
    assert sorted(made_by(lambda: blaize.with_options(timeout=timeout))) == ["Blaize", "Calls", "Framer", "Options"]


@pytest.mark.anyio
async def test_what_every_request_carries_is_made_once_for_all_copies():
    async with client() as blaize:
        await blaize.users.get("u")
        copy = blaize.with_options(timeout=5)
        await copy.users.get("u")
        assert copy._framer._headers is blaize._framer._headers
        other = blaize.with_options(headers={"X-Trace": "1"})
        assert other._framer._headers is not blaize._framer._headers
