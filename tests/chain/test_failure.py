from __future__ import annotations

import httpx
import pytest

from asyncsdk import errors
from asyncsdk.chain.failure import bare, masked, plain, transport_failure
from asyncsdk.chain.retry import DeadlineError

REQUEST = httpx.Request(
    "GET", "https://api.example.com:8443/orders/7?token=test-secret", headers={"x-api-key": "test-secret"}
)


@pytest.mark.parametrize(
    ("error", "kind", "sent", "said"),
    [
        (httpx.ConnectError("refused"), errors.ConnectError, False, "cannot connect to https://api.example.com:8443: refused"),
        (httpx.ProxyError("407"), errors.ConnectError, False, "cannot connect to https://api.example.com:8443: 407"),
        (httpx.ConnectTimeout("slow"), errors.TimeoutError, False, "https://api.example.com:8443 took too long: slow"),
        (httpx.PoolTimeout(""), errors.TimeoutError, False, "took too long: PoolTimeout"),
        (httpx.ReadTimeout("slow"), errors.TimeoutError, True, "took too long: slow"),
        (httpx.WriteTimeout("slow"), errors.TimeoutError, True, "took too long: slow"),
        (httpx.ReadError("reset"), errors.ConnectionLostError, True, "connection to https://api.example.com:8443 was lost: reset"),
        (httpx.RemoteProtocolError("cut"), errors.ConnectionLostError, True, "was lost: cut"),
        (httpx.DecodingError("gzip"), errors.ConnectionLostError, True, "was lost: gzip"),
        (DeadlineError(REQUEST, sent=False), errors.TimeoutError, False, "waited for its place"),
        (DeadlineError(REQUEST, sent=True), errors.TimeoutError, True, "was under way"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_each_exception_of_an_engine_becomes_one_of_ours(error, kind, sent, said):
    result = transport_failure("shop.get", REQUEST, error)
    assert type(result.value) is kind
    assert result.value.sent is sent is result.outcome.sent
    assert result.value.operation == "shop.get"
    assert said in result.value.message
    assert "test-secret" not in result.value.message


def test_what_an_exceptions_text_quotes_is_masked():
    error = httpx.RemoteProtocolError("illegal header b'X-Echo: plainly-secret', proxy http://joe:hunter2@proxy")
    message = transport_failure("shop.get", REQUEST, error, ["plainly-secret"]).value.message
    assert "plainly-secret" not in message
    assert "hunter2" not in message


QUOTING = [
    "illegal header line: bytearray(b'Set-Cookie : sid=test\\'secret')",
    'illegal header name b"Set-Cookie: test-secret"',
    "illegal status line: bytearray(b'HTTP/1.1 test-secret\n200')",
]


@pytest.mark.parametrize("text", QUOTING)
def test_what_an_exception_quotes_of_an_answer_is_left_out(text):
    error = httpx.RemoteProtocolError(text, request=REQUEST)
    for shown in (transport_failure("shop.get", REQUEST, error).value.message, str(plain(error))):
        assert "illegal" in shown
        assert "secret" not in shown
    assert error.request is REQUEST


def test_what_quotes_nothing_stays_as_it_is():
    assert str(plain(httpx.ReadError("the web's own words, it's b or 'c'"))) == "the web's own words, it's b or 'c'"


def test_a_bare_error_holds_no_frame_and_no_other_error():
    def fail():
        try:
            int("no number")
        except ValueError as inner:
            raise errors.DecodeError("outer") from inner

    with pytest.raises(errors.DecodeError) as info:
        fail()
    caught = info.value
    assert bare(caught) is caught
    assert caught.__traceback__ is caught.__cause__ is caught.__context__ is None


def test_all_texts_of_an_error_are_masked():
    error = errors.GraphQLError("it said test-secret", code="test-secret", body="{test-secret}")
    assert masked(error, ["test-secret"]) is error
    assert (error.message, error.code, error.body) == ("it said ***", "***", "{***}")
    decode = masked(errors.DecodeError("test-secret", snippet="<test-secret>"), ["test-secret"])
    assert (decode.message, decode.snippet) == ("***", "<***>")
