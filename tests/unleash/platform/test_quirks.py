"""What is asked of no other system (`tests/contract` asks the rest)."""

from __future__ import annotations

import httpx
import pytest

from asyncsdk import errors, to_dict
from asyncsdk.testing import Script
from asyncsdk.unleash.platform import ModellingTask

HOSTILE = "ap-southeast-2:a/b ?#é%"


@pytest.mark.anyio
async def test_a_refusal_has_the_name_that_the_service_gives_it(connect):
    for status, named in ((400, True), (403, False), (413, False), (503, False)):
        sent = {"message": "no"} | ({"name": "BadThing"} if named else {})
        async with connect(Script(httpx.Response(status, json=sent))) as client:
            with pytest.raises(errors.error_class(status)) as caught:
                await client.companies.list().to_list()
        assert caught.value.code == ("BadThing" if named else None)


@pytest.mark.anyio
async def test_a_call_that_must_not_be_repeated_says_that_its_outcome_is_unknown(fails, connect):
    late = httpx.Response(504, json={"message": "Endpoint request timed out"}, headers={"x-amzn-requestid": "id-1"})
    for lost, expected in ((late, r"outcome is unknown.*29 s.*id-1"), (httpx.ReadError("gone"), "outcome is unknown")):
        script = Script(lost)
        async with connect(script, retry=None) as client:
            with pytest.raises(errors.SDKError, match=expected):
                await fails.method_of(client)(*fails.given(HOSTILE))
        assert len(script.requests) == 1


@pytest.mark.anyio
async def test_a_task_that_comes_as_a_bare_string_is_one_too(connect, entries):
    (process,) = [each for each in entries if each.python == "modelling.process"]
    async with connect(Script(httpx.Response(200, json="arn:1"))) as client:
        task = await client.modelling.process(*process.given(""))
    assert (task, to_dict(task)) == (ModellingTask(task_arn="arn:1"), "arn:1")


@pytest.mark.anyio
@pytest.mark.parametrize("body", [b'"RUNNING"', b"RUNNING", b'\xef\xbb\xbf"RUNNING"\n'])
async def test_a_status_is_a_string_with_quotes_or_without(connect, body):
    async with connect(Script(httpx.Response(200, content=body))) as client:
        assert await client.modelling.status("arn:1") == "RUNNING"


@pytest.mark.anyio
@pytest.mark.parametrize("body", [b"null", b"{}", b"7", b""])
async def test_anything_else_is_no_status(connect, body):
    async with connect(Script(httpx.Response(200, content=body))) as client:
        with pytest.raises(errors.DecodeError):
            await client.modelling.status("arn:1")
