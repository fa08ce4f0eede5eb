from __future__ import annotations

import json
import pickle

import httpx
import pytest
from hypothesis import given, strategies as st

from asyncsdk import errors
from asyncsdk.http.problem import api_error, is_spent_quota, retry_after

NOON = 1_445_412_480.0  # Wed, 21 Oct 2015 07:28:00 GMT

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["message", "error", "errors", "code", "path"]) | st.text(max_size=5), inner)
    ),
    max_leaves=20,
)


def problem(status, body=b"", headers=None, **how):
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return api_error(operation="shop.get", status=status, headers=headers or {}, body=body, **how)


AJV = {
    "keyword": "additionalProperties",
    "dataPath": ".profiles[0]",
    "schemaPath": "#/additionalProperties",
    "params": {"additionalProperty": "nope"},
    "message": "should NOT have additional properties",
}


class TestTheMessage:
    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ({"message": "Forbidden"}, "Forbidden"),
            ({"message": "Device not found", "name": "NotFound"}, "Device not found"),
            ({"Message": "User: anonymous is not authorized"}, "User: anonymous is not authorized"),
            ({"error": "invalid_grant", "error_description": "The code has expired"}, "The code has expired"),
            ({"error": {"message": "inner"}}, "inner"),
            ({"errors": ["no token found"]}, "no token found"),
            ({"errors": ["one", {"message": "two"}, None, 3]}, "one; two"),
            ({"errors": [json.dumps(AJV)]}, "profiles[0].nope: should NOT have additional properties"),
            ({"errors": ["{not JSON"]}, "{not JSON"),
            ({"errors": [json.dumps({"strange": 1})]}, '{"strange": 1}'),
            ({"message": None, "detail": "more"}, "more"),
            ({"field": "email", "message": "is taken"}, "email: is taken"),
            ("just a string", "just a string"),
            (b'\xef\xbb\xbf{"message": "after a mark"}', "after a mark"),
            (b"\xef\xbb\xbfplain text after a mark", "plain text after a mark"),
            (b'{"message": "caf\\ud83d"}', "caf\ufffd"),
            (b'{"message": "no number", "score": NaN}', "no number"),
            ([{"message": "in a list"}], "in a list"),
            (b"plain text\n  over\tlines", "plain text over lines"),
            (b"<html><head><title>502 Bad Gateway</title></head>", "502 Bad Gateway (an HTML page)"),
            (b"<!DOCTYPE html><body><pre>Cannot GET /api/&lt;x&gt;</pre>", "Cannot GET /api/<x> (an HTML page)"),
            (b"<html><h1>Sign <b>in</b></h1>", "Sign in (an HTML page)"),
            (b"<html><p>nothing to name it by", "an HTML page"),
        ],
        ids=str,
    )
    def test_it_is_the_services_own_sentence_wherever_that_stands(self, body, said):
        assert problem(400, body).message == f"shop.get: 400: {said}"

    @pytest.mark.parametrize(
        "body", [b"", {}, {"message": None}, {"message": ""}, [], b"null", b"12", b"true", b"  \n"]
    )
    def test_where_it_says_nothing_the_status_remains(self, body):
        assert problem(500, body).message == "shop.get: 500"

    def test_a_gateways_missing_token_may_mean_an_unknown_route(self):
        said = {"message": "Missing Authentication Token"}
        assert "unknown route or method" in problem(403, said).message
        assert "unknown route" not in problem(401, said).message

    def test_a_stack_trace_is_cut(self):
        error = problem(500, {"errors": ["Error: it broke\n" + "    at handler (/app/index.js:1:1)\n" * 500]})
        assert error.message == "shop.get: 500: Error: it broke"
        assert len(error.body) == 2048

    @pytest.mark.parametrize(
        ("location", "said"),
        [
            ("https://www.example.com/login?token=test-secret", "a redirect to https://www.example.com, which"),
            ("/elsewhere?token=test-secret", "a redirect, which"),
            ("https://joe:test-secret@example.com/", "a redirect to https://example.com, which"),
            ("https://example.com:port/", "a redirect, which"),
            ("https://xn--a/login", "a redirect to https://xn--a, which"),
            ("https://xn--/", "a redirect to https://xn--, which"),
            ("https://ü.example/", "a redirect to https://xn--tda.example, which"),
            ("https://" + "a" * 70 + ".example/", "a redirect"),
            ("javascript:1", "a redirect, which"),
            ("http://[::1/", "a redirect, which"),
            ("http://[x/", "a redirect"),
            ("https://example.com:99999999/", "a redirect"),
            ("\x00", "a redirect, which"),
            (None, "a redirect, which"),
        ],
    )
    def test_a_redirect_says_to_which_server_and_no_more(self, location, said):
        error = problem(302, b"", {"location": location} if location else {})
        assert isinstance(error, errors.RedirectError)
        assert said in error.message
        assert "test-secret" not in f"{error!r} {vars(error)}"


class TestTheRest:
    def test_what_helps_is_kept_and_nothing_else(self):
        error = problem(
            503,
            {"message": "Service Unavailable"},
            {
                "X-Amzn-RequestId": "id-1",
                "X-Amz-Apigw-Id": "id-2",
                "CF-RAY": "ray-1",
                "Retry-After": "7",
                "Set-Cookie": "sid=test-secret",
                "Location": "https://example.com/?token=test-secret",
                "X-Internal": "test-secret",
                "Content-Type": "application/json",
            },
        )
        assert isinstance(error, errors.ServiceUnavailableError)
        assert (error.status_code, error.operation, error.retry_after) == (503, "shop.get", 7)
        assert error.request_id == "id-1"
        assert error.headers == {
            "content-type": "application/json",
            "retry-after": "7",
            "x-amzn-requestid": "id-1",
            "x-amz-apigw-id": "id-2",
            "cf-ray": "ray-1",
        }
        assert error.body == '{"message": "Service Unavailable"}'

    @pytest.mark.parametrize("name", ["x-amzn-requestid", "x-request-id", "x-amz-apigw-id", "request-id", "cf-ray"])
    def test_the_request_id_is_found_under_many_names(self, name):
        assert problem(500, headers=httpx.Headers({name.upper(): "id-1"})).request_id == "id-1"

    def test_without_one_there_is_none(self):
        assert problem(500, headers={"cf-ray": ""}).request_id is None

    @pytest.mark.parametrize(
        ("body", "headers", "code"),
        [
            ({"code": "E7"}, {}, "E7"),
            ({"code": 7, "name": "NotFound"}, {}, "NotFound"),
            ({"__type": "ThrottlingException"}, {}, "ThrottlingException"),
            ({"code": ""}, {"x-amzn-errortype": "ForbiddenException:http://internal"}, "ForbiddenException"),
            (b"text", {}, None),
            ({}, {}, None),
        ],
        ids=str,
    )
    def test_the_services_name_for_the_error(self, body, headers, code):
        assert problem(400, body, headers).code == code

    def test_the_request_is_not_needed_to_understand_a_503_of_a_proxy(self):
        error = problem(503, b"<html><title>Attention Required! | Cloudflare</title></html>", {"cf-ray": "ray-1"})
        assert error.message == "shop.get: 503: Attention Required! | Cloudflare (an HTML page)"
        assert error.request_id == "ray-1"

    @given(body=JSON.map(lambda value: json.dumps(value).encode()) | st.binary(), status=st.integers(300, 599))
    def test_no_body_makes_it_stumble(self, body, status):
        error = problem(status, body)
        assert error.status_code == status
        assert error.message.startswith(f"shop.get: {status}")

    @given(
        headers=st.lists(
            st.tuples(
                st.sampled_from(
                    ["location", "retry-after", "date", "content-type", "x-amzn-errortype", "x-request-id", "server"]
                ),
                st.binary(max_size=30)
                | st.from_regex(r"https?://(xn--)?[\w.:@\[\]%-]{0,12}/?", fullmatch=True).map(str.encode)
                | st.sampled_from(
                    [b"https://xn--a/", b"Wed, 21 Oct 2015 07:28:00 -0000", b"9" * 5000, b"-1", b"\xff\xfe"]
                ),
            ),
            max_size=4,
        ),
        status=st.integers(300, 599),
    )
    def test_no_header_makes_it_stumble(self, headers, status):
        given_headers = httpx.Headers([(name.encode(), value) for name, value in headers])
        error = api_error(operation="shop.get", status=status, headers=given_headers, body=b"", secrets=["test-secret"])
        assert error.status_code == status

    @pytest.mark.parametrize(
        "body", [b"[" * 100_000, b'{"error":' * 900 + b"1" + b"}" * 900, b'{"errors":[' * 300 + b'"x"' + b"]}" * 300]
    )
    def test_no_depth_makes_it_stumble(self, body):
        assert problem(500, body).status_code == 500


class TestSecrets:
    SECRETS = ("plainly-test-secret",)

    @pytest.mark.parametrize(
        "body",
        [
            {"message": "no token plainly-test-secret found"},
            {"errors": ["no token plainly-test-secret found"]},
            {"errors": [json.dumps({"message": "plainly-test-secret"})]},
            {"code": "plainly-test-secret"},
            b"text plainly-test-secret text",
            b"<html><title>plainly-test-secret</title>",
            b'{"message": "pl\\u0061inly-test-secret"}',
            b"-" * 2040 + b"plainly-test-secret",
            b" " * 8185 + b"plainly-test-secret",
        ],
        ids=lambda body: str(body)[:40],
    )
    def test_what_the_service_echoes_is_masked_everywhere(self, body):
        error = problem(
            403, body, {"x-request-id": "plainly-test-secret", "server": "plainly-test-secret"}, secrets=self.SECRETS
        )
        shown = f"{error} {error!r} {vars(error)}"
        if b"\\u0061" not in (body if isinstance(body, bytes) else b""):
            assert "plain" not in shown
        assert "plainly-test-secret" not in shown

    def test_a_number_is_masked_and_the_sentence_beside_it_stays(self):
        body = {"message": "482913 is not the right pin", "code": "E7", "request": {"pin": 482913}}
        error = problem(400, body, secrets=["482913"])
        assert error.message == "shop.get: 400: *** is not the right pin"
        assert error.code == "E7"
        assert json.loads(error.body.replace("***", "0")) == {
            **body,
            "message": "0 is not the right pin",
            "request": {"pin": 0},
        }

    def test_spaces_in_a_secret_are_no_way_around_the_mask(self):
        error = problem(400, {"message": "no user  with  two-spaces"}, secrets=["user  with"])
        assert error.message == "shop.get: 400: no *** two-spaces"

    @pytest.mark.parametrize(
        "written", [r"a\/b\u003dc\u0026d\u003ce", "a%2fb%3dc%26d%3ce", "a&#x2f;b&#61;c&amp;d&lt;e"]
    )
    @pytest.mark.parametrize("body", ["no token {} found", '{{"message": "no token {} found"', "<title>no {}</title>"])
    def test_an_echo_that_cannot_be_parsed_is_masked_too(self, body, written):
        error = problem(403, body.format(written).encode(), secrets=["a/b=c&d<e"])
        assert "***" in error.message
        assert "***" in error.body
        assert "3d" not in str(vars(error)).lower()

    def test_a_token_that_nobody_knew_of_is_masked_by_its_looks(self):
        error = problem(
            500, {"errors": ["no user found for token JWT eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"]}
        )
        assert "eyJ" not in f"{error} {error.body}"


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("value", "seconds"),
        [
            (None, None),
            ("", None),
            ("0", 0.0),
            ("7", 7.0),
            ("1.5", 1.5),
            (" 7 ", 7.0),
            ("-1", None),
            ("nan", None),
            ("soon", None),
            ("99999999999", 99999999999.0),
            ("1e400", float("inf")),
            ("Wed, 21 Oct 2015 07:28:10 GMT", 10.0),
            ("Wed, 21 Oct 2015 07:27:00 GMT", 0.0),
            ("Wed, 21 Oct 2015 09:28:10 +0200", 10.0),
            ("Wed, 21 Oct 2015 07:28:10 -0000", 10.0),
            ("Wed, 21 Oct 2015 07:28:10", 10.0),
            ("Wed Oct 21 07:28:10 2015", 10.0),
            ("Wednesday, 21-Oct-15 07:28:10 GMT", 10.0),
            ("Wed, 21 Oct 2015", None),
            ("Wed, 99 Oct 2015 07:28:00 GMT", None),
            ("Wed, 21 Oct 99999 07:28:00 GMT", None),
        ],
    )
    def test_seconds_or_a_date_or_nothing(self, value, seconds):
        assert retry_after(value, NOON) == seconds

    @given(st.text())
    def test_nothing_makes_it_stumble(self, value):
        seconds = retry_after(value, NOON)
        assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("status", "body", "spent"),
    [
        (429, b'{"message":"Limit Exceeded"}', True),
        (429, b'{"message": "limit exceeded."}', True),
        (429, b"Limit Exceeded", True),
        (429, b'\xef\xbb\xbf{"message":"Limit Exceeded"}', True),
        (429, b"\xef\xbb\xbfLimit Exceeded", True),
        (429, b'{"message":"Too Many Requests"}', False),
        (429, b'{"message":"Rate limit exceeded"}', False),
        (429, b'{"message":"Rate limit exceeded, retry in 1 s"}', False),
        (429, b"", False),
        (429, b"\xff Limit", False),
        (403, b'{"message":"Limit Exceeded"}', False),
        (503, b'{"message":"Limit Exceeded"}', False),
    ],
)
def test_a_spent_quota_is_told_from_a_throttle(status, body, spent):
    assert is_spent_quota(status, body) is spent


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b'{"message": "Forbidden"}', "Forbidden"),
        (b'{"errors": ["not found"]}', "not found"),
        (b'{"message": "Missing Authentication Token"}', "Missing Authentication Token"),
        (b'{"code": "E1", "message": "no such project"}', "no such project"),
        (b"<html><head><title>502 Bad Gateway</title></head></html>", "502 Bad Gateway"),
        (b"<html></html>", None),
        (b"plain words", "plain words"),
        (b"", None),
        (b"{}", None),
    ],
)
def test_the_detail_is_the_services_own_sentence_alone(body, detail):
    assert api_error(operation="shop.orders.get", status=403, headers={}, body=body).detail == detail


def test_the_body_is_there_as_data_without_secrets():
    body = b'{"message": "no user a-secret", "password": "hunter22", "items": [{"n": 1, "pin": 987654, "ok": true, "none": null}]}'
    error = api_error(operation="shop.orders.get", status=400, headers={}, body=body, secrets=["a-secret", "987654"])
    assert error.json() == {
        "message": "no user ***",
        "password": "***",
        "items": [{"n": 1, "pin": "***", "ok": True, "none": None}],
    }
    assert pickle.loads(pickle.dumps(error)).json() == error.json()
    for body in (b"words", b"", b"<html></html>"):
        with pytest.raises(ValueError, match="not JSON"):
            api_error(operation="shop.orders.get", status=400, headers={}, body=body).json()
    assert api_error(operation="shop.orders.get", status=400, headers={}, body=b"null").json() is None


def test_the_text_of_an_error_tells_the_operation_and_the_attempts():
    error = api_error(operation="shop.orders.get", status=503, headers={}, body=b'{"message": "busy"}')
    assert str(error) == "shop.orders.get: 503: busy"
    error.attempts = 3
    assert str(error) == "shop.orders.get: 503: busy (3 attempts)"
    assert (error.message, error.detail) == ("shop.orders.get: 503: busy", "busy")
