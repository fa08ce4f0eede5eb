from __future__ import annotations

import httpx
import pytest

from asyncsdk.auth.keys import HeaderSigner
from asyncsdk.chain.middleware import SigningTransport
from asyncsdk.chain.signing import Signer
from asyncsdk.errors import ConfigurationError
from asyncsdk.http.url import BaseURL
from asyncsdk.testing.script import Script

BASE = BaseURL("https://api.example.com/v1")


class Counting(Signer):
    """Signs with a number that is another in every attempt, and over what it was shown."""

    def __init__(self):
        self.seen = []

    def headers(self, request, body):
        self.seen.append((request.method, str(request.url), body))
        return ((b"X-Number", b"%d" % len(self.seen)), (b"X-Body", body or b"none"))


class Hashing(Counting):
    hashes_body = True


class Recovering(Counting):
    def __init__(self, mended):
        super().__init__()
        self.mended = mended
        self.asked = []

    async def recover(self, request, response, body, network):
        self.asked.append((request.headers["x-number"], response.status_code, body))
        return self.mended


def transport(engine, signer):
    return SigningTransport(engine, signer, (BASE.origin,))


def request(url="https://api.example.com/v1/orders", method="GET", **how):
    return httpx.Request(method, url, **how)


@pytest.mark.anyio
class TestWhatIsSigned:
    async def test_the_signature_is_over_the_very_bytes_that_are_sent(self):
        engine, signer = Script(200), Counting()
        sent = request(method="DELETE", content=b'{"ids": ["a"]}')
        await transport(engine, signer).handle_async_request(sent)
        assert signer.seen == [("DELETE", "https://api.example.com/v1/orders", b'{"ids": ["a"]}')]
        assert engine.bodies == [b'{"ids": ["a"]}']
        assert engine.requests[0].headers["x-body"] == '{"ids": ["a"]}'

    async def test_every_attempt_is_signed_anew(self):
        engine, signer = Script(200), Counting()
        chain, sent = transport(engine, signer), request()
        for _ in range(3):
            await chain.handle_async_request(sent)
        assert [each.headers["x-number"] for each in engine.requests] == ["1", "2", "3"]

    async def test_whoever_keeps_the_request_keeps_no_signature(self):
        engine = Script(200)
        sent = request()
        before = sent.headers.raw
        await transport(engine, HeaderSigner("x-api-key", "test-secret", "test-secret")).handle_async_request(sent)
        assert engine.requests[0].headers["x-api-key"] == "test-secret"
        assert sent.headers.raw == before

    async def test_a_header_of_the_same_name_is_replaced(self):
        engine = Script(200)
        signer = HeaderSigner("authorization", "Bearer test-secret", "test-secret")
        sent = request(headers=[("Authorization", "Bearer other"), ("AUTHORIZATION", "more")])
        await transport(engine, signer).handle_async_request(sent)
        assert engine.requests[0].headers.get_list("authorization") == ["Bearer test-secret"]

    async def test_a_signature_over_the_body_needs_all_of_it_and_says_so(self):
        async def pieces():
            yield b"one"

        engine, signer = Script(200), Hashing()
        with pytest.raises(ConfigurationError, match=r"covers the body.* give bytes"):
            await transport(engine, signer).handle_async_request(request(method="POST", content=pieces()))
        assert engine.requests == []

    async def test_another_signature_leaves_the_body_to_be_streamed(self):
        async def pieces():
            yield b"one"
            yield b"two"

        engine, signer = Script(200), Counting()
        await transport(engine, signer).handle_async_request(request(method="POST", content=pieces()))
        assert engine.bodies == [b"onetwo"]
        assert [body for _, _, body in signer.seen] == [b""]

    async def test_a_plus_in_the_query_goes_out_as_the_space_it_stands_for(self):
        engine, signer = Script(200), Counting()
        await transport(engine, signer).handle_async_request(request("https://api.example.com/v1/a+b?q=x+y%2Bz"))
        assert engine.requests[0].url.raw_path == b"/v1/a+b?q=x%20y%2Bz"
        assert signer.seen[0][1].endswith("/v1/a+b?q=x%20y%2Bz")


@pytest.mark.anyio
class TestWhatIsNot:
    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example/v1/orders",
            "http://api.example.com/v1/orders",
            "https://api.example.com:8443/v1/orders",
            "https://api.example.com.evil.example/",
            "https://evil.example/https://api.example.com/v1",
            "https://api.example.com@evil.example/",
        ],
    )
    async def test_other_origins_get_no_credentials(self, url):
        engine, signer = Script(200), Counting()
        sent = request(url)
        await transport(engine, signer).handle_async_request(sent)
        assert signer.seen == []
        assert engine.requests[0].headers.raw == sent.headers.raw

    @pytest.mark.parametrize("url", ["https://api.example.com/other", "https://API.example.com:443/v1"])
    async def test_the_own_origin_has_many_spellings(self, url):
        engine, signer = Script(200), Counting()
        await transport(engine, signer).handle_async_request(request(url))
        assert len(signer.seen) == 1

    async def test_a_callers_extension_has_no_say(self):
        engine, signer = Script(200), Counting()
        await transport(engine, signer).handle_async_request(request(extensions={"unsigned": True, "whole": True}))
        assert len(signer.seen) == 1


@pytest.mark.anyio
class TestRecovery:
    @pytest.mark.parametrize("status", [401, 403])
    @pytest.mark.parametrize("streamed", [True, False])
    async def test_a_refusal_that_can_be_mended_is_answered_once(self, status, streamed):
        engine = Script(
            httpx.Response(status, json={"message": "expired"}), httpx.Response(200, json=[]), streamed=streamed
        )
        signer = Recovering(mended=True)
        response = await transport(engine, signer).handle_async_request(request(method="POST", content=b"body"))
        assert response.status_code == 200
        assert signer.asked == [("1", status, b'{"message":"expired"}')]
        assert [each.headers["x-number"] for each in engine.requests] == ["1", "2"]
        assert engine.bodies == [b"body", b"body"]
        await response.aclose()
        assert engine.open == 0

    async def test_a_second_refusal_is_the_answer(self):
        engine, signer = Script(403), Recovering(mended=True)
        response = await transport(engine, signer).handle_async_request(request())
        assert response.status_code == 403
        assert len(engine.requests) == 2

    async def test_a_refusal_that_cannot_be_mended_keeps_its_body(self):
        engine = Script(httpx.Response(403, json={"message": "no"}), streamed=True)
        response = await transport(engine, Recovering(mended=False)).handle_async_request(request())
        assert (response.status_code, await response.aread()) == (403, b'{"message":"no"}')
        assert (len(engine.requests), engine.open) == (1, 0)

    @pytest.mark.parametrize("status", [200, 400, 404, 429, 500])
    async def test_other_answers_are_not_asked_about(self, status):
        signer = Recovering(mended=True)
        await transport(Script(status), signer).handle_async_request(request())
        assert signer.asked == []

    async def test_a_refusal_by_another_origin_is_no_business_of_the_signers(self):
        signer = Recovering(mended=True)
        await transport(Script(403), signer).handle_async_request(request("https://evil.example/"))
        assert signer.asked == []


def test_a_signer_does_not_show_its_key():
    assert "test-secret" not in repr(HeaderSigner("x-api-key", "test-secret", "test-secret"))
