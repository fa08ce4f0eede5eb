from __future__ import annotations

import anyio.lowlevel
import httpx
import pytest

from asyncsdk.testing.script import Script

ASK = httpx.Request("PUT", "https://example.com/a", content=b"body", headers={"x-a": "1"})


async def ask(script):
    return await script.handle_async_request(ASK)


@pytest.mark.anyio
class TestAScript:
    async def test_it_is_played_from_start_to_end_and_then_the_last_answer_for_ever(self):
        script = Script(503, httpx.Response(200, json=[1]), 404)
        assert [(await ask(script)).status_code for _ in range(5)] == [503, 200, 404, 404, 404]

    async def test_an_exception_is_raised_and_may_be_again(self):
        script = Script(httpx.ReadError("lost"))
        for _ in range(2):
            with pytest.raises(httpx.ReadError, match="lost") as caught:
                await ask(script)
            assert len(caught.traceback) < 5

    @pytest.mark.parametrize("streamed", [True, False])
    async def test_a_function_sees_the_request_and_may_be_a_coroutine(self, streamed):
        async def later(request):
            await anyio.lowlevel.checkpoint()
            return httpx.Response(200, content=request.content)

        script = Script(lambda request: 201 if request.headers["x-a"] == "1" else 500, later, streamed=streamed)
        assert (await ask(script)).status_code == 201
        assert await (await ask(script)).aread() == b"body"

    async def test_it_keeps_what_came(self):
        script = Script(200)
        await ask(script)
        assert [(each.method, str(each.url), each.headers["x-a"]) for each in script.requests] == [
            ("PUT", "https://example.com/a", "1")
        ]
        assert script.bodies == [b"body"]

    async def test_a_streamed_body_is_open_until_it_is_closed(self):
        script = Script(httpx.Response(200, content=b"four"), streamed=True)
        response = await ask(script)
        assert script.open == 1
        assert await response.aread() == b"four"
        assert script.open == 0

    async def test_it_can_be_closed(self):
        script = Script(200)
        assert not script.closed
        await script.aclose()
        assert script.closed
