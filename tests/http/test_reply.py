from __future__ import annotations

import gzip

import httpx
import pytest

from asyncsdk.errors import DecodeError
from asyncsdk.http.reply import Reply, read_whole, readable
from asyncsdk.operation import Operation
from asyncsdk.testing.script import Script

LIST = Operation("shop.orders.list", "GET", "/orders", "array")


def reply(body, *, content_type="application/json", secrets=()):
    return Reply(
        LIST, 200, httpx.Headers({"content-type": content_type} if content_type else {}), body, lambda: secrets
    )


def answer(raw, encoding):
    return httpx.Response(200, headers={"content-encoding": encoding}, stream=httpx.ByteStream(raw))


class TestJSON:
    def test_plain_data(self):
        assert reply(b'{"a": [1, 2.5, null, "\xc3\xbc"]}').json() == {"a": [1, 2.5, None, "ü"]}

    def test_a_byte_order_mark_is_no_part_of_it(self):
        assert reply(b"\xef\xbb\xbf[]").json() == []

    def test_half_of_a_surrogate_pair_is_read(self):
        assert reply(b'["caf\\ud83d"]').json() == ["caf\ud83d"]

    def test_a_number_that_json_does_not_have_is_said_to_be_one(self):
        with pytest.raises(DecodeError, match="NaN is no number that JSON has"):
            reply(b'{"a": NaN}').json()

    @pytest.mark.parametrize(
        "body", [b"", b"{", b"nope", b"\xff", b'"\xff"', b"[1] [2]", b"[" * 100_000, b"NaN"], ids=lambda body: body[:9]
    )
    def test_anything_else_is_an_error_that_says_where(self, body):
        with pytest.raises(DecodeError) as caught:
            reply(body).json()
        error = caught.value
        assert error.operation == "shop.orders.list"
        assert error.message.startswith("shop.orders.list: the answer (200, application/json) cannot be read: ")
        assert error.content_type == "application/json"
        assert error.snippet[:4] == body[:4].decode("utf-8", "replace")
        assert error.__cause__ is None


class TestUnreadable:
    def test_an_empty_body_is_said_to_be_empty(self):
        assert "it is empty" in reply(b"").unreadable("not JSON").message

    @pytest.mark.parametrize("body", [b"<!DOCTYPE html><p>Sign in", b"\n\n <HTML>", b"\xef\xbb\xbf<html lang=en>"])
    def test_a_page_of_html_is_named(self, body):
        assert "a page of HTML" in reply(body).unreadable("not JSON").message

    def test_without_a_content_type_it_says_so(self):
        error = reply(b"x", content_type=None).unreadable("why")
        assert "(200, no content type)" in error.message
        assert error.content_type is None

    def test_the_start_of_the_body_is_shown_and_no_more(self):
        snippet = reply(b"a" * 1000).unreadable("why").snippet
        assert snippet == "a" * 199 + "…"

    @pytest.mark.parametrize("before", range(180, 205))
    def test_no_part_of_a_secret_is_shown_wherever_the_cut_falls(self, before):
        body = b"-" * before + b"plainly-test-secret"
        error = reply(body, secrets=["plainly-test-secret"]).unreadable("it holds plainly-test-secret")
        assert "plain" not in error.snippet
        assert "plain" not in error.message

    def test_a_content_type_may_be_an_echo_too(self):
        error = reply(b"", content_type="text/plain; x=plainly", secrets=["plainly"]).unreadable("why")
        assert error.content_type == "text/plain; x=***"
        assert "plainly" not in error.message

    def test_secrets_before_the_cut_do_not_bring_half_of_another_into_sight(self):
        secrets = ["one-test-secret" * 40, "other-test-secret" * 40]
        body = "".join(secrets).encode() * 3
        assert "test-secret" not in reply(body, secrets=secrets).unreadable("why").snippet


def test_a_reply_shows_neither_body_nor_headers_nor_secrets():
    assert "test-secret" not in repr(reply(b"test-secret", secrets=["test-secret"]))
    headers = httpx.Headers({"set-cookie": "sid=test-secret"})
    assert "test-secret" not in repr(Reply(LIST, 200, headers, b""))


class TestAnError:
    def test_what_can_be_decompressed_is_read(self):
        assert readable(answer(gzip.compress(b"[]"), "gzip")) == b"[]"
        assert readable(answer(b"[]", "identity")) == b"[]"

    @pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "unheard-of"])
    def test_one_that_cannot_be_still_has_its_status(self, encoding):
        assert readable(answer(b"broken", encoding)) == b""

    @pytest.mark.parametrize("encoding", ["gzip", "identity"])
    def test_only_the_beginning_of_a_huge_one_is_read(self, encoding):
        body = b"a" * (1 << 20)
        said = readable(answer(gzip.compress(body) if encoding == "gzip" else body, encoding))
        assert said == b"a" * (1 << 18)


@pytest.mark.anyio
class TestReadingItWhole:
    async def test_a_streamed_body_is_read_and_closed(self):
        engine = Script(httpx.Response(200, content=b"four"), streamed=True)
        response = await engine.handle_async_request(httpx.Request("GET", "https://example.com"))
        assert await read_whole(response) == b"four"
        assert engine.open == 0

    async def test_it_is_left_compressed(self):
        raw = gzip.compress(b"four")
        assert await read_whole(answer(raw, "gzip")) == raw

    async def test_a_body_that_breaks_is_closed_too(self):
        class Breaking(httpx.AsyncByteStream):
            closed = False

            def __aiter__(self):
                return self

            async def __anext__(self):
                raise httpx.ReadError("cut")

            async def aclose(self):
                self.closed = True

        stream = Breaking()
        with pytest.raises(httpx.ReadError):
            await read_whole(httpx.Response(200, stream=stream))
        assert stream.closed
