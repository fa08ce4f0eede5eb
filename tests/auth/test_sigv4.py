from __future__ import annotations

import logging
import os
import re
import sys
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from urllib.parse import quote

import anyio
import anyio.from_thread
import botocore.auth
import httpx
import pytest
from aws_requests_auth import aws_auth
from aws_requests_auth.aws_auth import AWSRequestsAuth
from aws_requests_auth.boto_utils import BotoAWSRequestsAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials, RefreshableCredentials
from hypothesis import given, strategies as st

from asyncsdk.auth.credentials import AWSCredentials
from asyncsdk.auth.sigv4 import SigV4Signer, canonical_query, credential_cache, region_of_host
from asyncsdk.errors import ConfigurationError
from asyncsdk.http.clock import Clock
from asyncsdk.http.url import encode_query

NOW = datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)
HOST = "v8ic8csycc.execute-api.ap-southeast-2.amazonaws.com"
REGION = "ap-southeast-2"
ENGINE = httpx.MockTransport(lambda request: httpx.Response(500))
KEYS = AWSCredentials("test-key", "test-secret", "test-token")


class Stopped(Clock):
    def __init__(self, now=NOW):
        self.now = now

    def time(self):
        return self.now.timestamp()


def signer(credentials=KEYS, **options):
    """A signer that has its credentials already."""
    made = SigV4Signer(credentials, **{"region": REGION, "clock": Stopped(), **options})
    made.credentials.current = credentials if isinstance(credentials, AWSCredentials) else None
    return made


async def ready(credentials, **options):
    made = signer(credentials, **options)
    await made.ready(None)
    return made


def signed(made, method="GET", target="/", body=b"", headers=()):
    request = httpx.Request(method, f"https://{HOST}{target}", headers=headers, content=body)
    return {name.decode(): value.decode() for name, value in made.headers(request, body)}


def by_botocore(method, target, body, token, host=HOST):
    """What botocore's own `add_auth` says at the same instant."""
    request = AWSRequest(method, f"https://{host}{target}", headers={"Host": host}, data=body)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.auth, "get_current_datetime", lambda: NOW.replace(tzinfo=None))
        botocore.auth.SigV4Auth(Credentials("test-key", "test-secret", token), "execute-api", REGION).add_auth(request)
    return request.headers["Authorization"]


def by_requests_auth(method, target, body, token):
    """What aws-requests-auth says at the same instant."""
    auth = AWSRequestsAuth("test-key", "test-secret", HOST, REGION, "execute-api", aws_token=token)
    request = SimpleNamespace(method=method, url=f"https://{HOST}{target}", body=body)
    with pytest.MonkeyPatch.context() as patch:
        stopped = SimpleNamespace(utcnow=lambda: NOW.replace(tzinfo=None))
        patch.setattr(aws_auth, "datetime", SimpleNamespace(datetime=stopped))
        return auth.get_aws_request_headers_handler(request)["Authorization"]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
segments = texts.filter(lambda text: text not in ("", ".", ".."))
queries = st.dictionaries(texts.filter(bool), st.one_of(texts, st.lists(texts, min_size=1, max_size=3)), max_size=4)
requests = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE"]),
        "target": st.builds(
            lambda parts, slash, query: "/dev/" + "/".join(quote(part, safe="") for part in parts) + slash + query,
            st.lists(segments, min_size=1, max_size=4),
            st.sampled_from(["", "/"]),
            queries.map(encode_query).map(lambda query: query and f"?{query}"),
        ),
        "body": st.one_of(st.just(b""), st.binary(max_size=40)),
        "token": st.sampled_from([None, "test-token"]),
    }
)


@given(requests)
def test_it_signs_as_botocore_does(request):
    made = signer(AWSCredentials("test-key", "test-secret", request["token"]))
    headers = signed(made, request["method"], request["target"], request["body"])
    assert headers["authorization"] == by_botocore(**request)
    assert headers["x-amz-date"] == "20200913T122640Z"
    assert headers.get("x-amz-security-token") == request["token"]


@given(requests)
def test_it_signs_as_aws_requests_auth_does_where_that_sorts_rightly(request):
    made = signer(AWSCredentials("test-key", "test-secret", request["token"]))
    pairs = [pair.partition("=") for pair in request["target"].partition("?")[2].split("&")]
    same = signed(made, request["method"], request["target"], request["body"])["authorization"] == by_requests_auth(
        **request
    )
    # it sorts "name=value" as one string, in which the "=" counts
    assert same == (sorted(pairs) == sorted(pairs, key="".join))


def test_aws_requests_auth_is_wrong_where_a_name_begins_another():
    target = "/?a=1&a-b=2"
    ours = signed(signer(), target=target)["authorization"]
    assert ours == by_botocore("GET", target, b"", "test-token")
    assert ours != by_requests_auth("GET", target, b"", "test-token")


@pytest.mark.parametrize(
    ("method", "target", "signature"),
    [
        ("GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("GET", "/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ],
    ids=["get-vanilla", "post-vanilla", "get-vanilla-query-order-key-case"],
)
def test_the_vectors_that_aws_has_published(method, target, signature):
    """From the Signature Version 4 test suite; key and secret are the examples of AWS's documentation."""
    keys = AWSCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
    clock = Stopped(datetime(2015, 8, 30, 12, 36, tzinfo=UTC))
    made = signer(keys, region="us-east-1", service="service", clock=clock)
    [(_, value), *_] = made.headers(httpx.Request(method, f"https://example.amazonaws.com{target}"), b"")
    assert value.decode() == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={signature}"
    )


def test_the_day_of_the_key_changes_with_the_date():
    clock = Stopped(datetime(2020, 9, 13, 23, 59, 59, tzinfo=UTC))
    made = signer(clock=clock)
    before = signed(made)
    clock.now += timedelta(seconds=1)
    after = signed(made)
    assert (before["x-amz-date"], after["x-amz-date"]) == ("20200913T235959Z", "20200914T000000Z")
    fresh = signed(signer(clock=clock))
    assert after == fresh


def test_a_callers_amz_headers_are_signed_and_other_headers_are_not():
    plain = signed(signer())["authorization"]
    assert signed(signer(), headers={"Content-Type": "text/plain", "X-Other": "1"})["authorization"] == plain
    headers = [("X-Amz-Meta", "1"), ("X-Amz-Meta", "2")]
    assert (
        "SignedHeaders=host;x-amz-date;x-amz-meta;x-amz-security-token,"
        in signed(signer(), headers=headers)["authorization"]
    )


def test_a_date_and_a_token_that_a_caller_set_give_way():
    headers = {"X-Amz-Date": "20000101T000000Z", "X-Amz-Security-Token": "another"}
    assert signed(signer(), headers=headers) == signed(signer())


@pytest.mark.parametrize(
    ("wire", "canonical"),
    [
        (b"", ""),
        (b"a=1&b", "a=1&b="),
        (b"a=b=c", "a=b%3Dc"),
        (b"t=12:30/x@y", "t=12%3A30%2Fx%40y"),
        (b"a=%7e%2f", "a=~%2F"),
        (b"a=%FF", "a=%FF"),
        (b"a&&=2", "a=&=2"),
        (b"a=1%2B1", "a=1%2B1"),
    ],
)
def test_a_query_is_signed_in_the_form_that_aws_gives_it(wire, canonical):
    assert canonical_query(wire) == canonical


@pytest.mark.parametrize("escape", ["%c", "%%%02X", "%%%02x"])
def test_every_byte_of_a_query_has_one_form(escape):
    for byte in set(range(256)) - {*b"&=%"} | ({*b"&=%"} if escape != "%c" else set()):
        wire = (escape % byte).encode("latin-1")
        expected = f"a={quote(bytes([byte]), safe='-_.~')}"
        assert canonical_query(b"a=" + wire) == expected


def test_a_query_in_another_form_signs_as_in_that_one():
    assert signed(signer(), target="/?t=12:30&flag") == signed(signer(), target="/?t=12%3A30&flag=")


@given(queries.map(encode_query))
def test_our_own_queries_are_in_that_form_already(query):
    assert canonical_query(query.encode()) == query


@pytest.mark.parametrize(
    ("host", "region"),
    [
        (HOST, "ap-southeast-2"),
        ("x.execute-api.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("api.unleashlive.com", None),
        ("127.0.0.1", None),
    ],
)
def test_a_gateways_host_names_its_region(host, region):
    assert region_of_host(host) == region


def test_a_region_is_needed():
    with pytest.raises(ConfigurationError, match="region="):
        SigV4Signer(KEYS)


def test_without_botocore_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "botocore", None)
    with pytest.raises(ConfigurationError, match=re.escape("pip install 'asyncsdk[aws]'")):
        SigV4Signer(KEYS, REGION)


def test_no_secret_is_shown_or_logged(caplog):
    caplog.set_level(logging.DEBUG)
    made = signer()
    signed(made)
    assert repr(made) == "SigV4Signer(region='ap-southeast-2', service='execute-api')"
    assert set(made.secrets()) == {"test-key", "test-secret", "test-token"}
    assert caplog.text == ""


@pytest.mark.anyio
async def test_signing_waits_for_credentials():
    made = SigV4Signer(KEYS, REGION)
    with pytest.raises(ConfigurationError, match="ready"):
        signed(made)


class Provider:
    async def credentials(self):
        return KEYS


class FrozenByAwait:
    """As aiobotocore's credentials are."""

    async def get_frozen_credentials(self):
        return ReadOnlyCredentials("test-key", "test-secret", "test-token")


class BotoAuth(BotoAWSRequestsAuth):
    """Finds its credentials in no session."""

    def __init__(self, found):
        AWSRequestsAuth.__init__(self, None, None, HOST, REGION, "execute-api")
        self._refreshable_credentials = found


KINDS = {
    "ours": KEYS,
    "botocore": Credentials("test-key", "test-secret", "test-token"),
    "aiobotocore": FrozenByAwait(),
    "aws_requests_auth": AWSRequestsAuth("test-key", "test-secret", HOST, REGION, "execute-api", "test-token"),
    "aws_requests_auth with botocore": BotoAuth(Credentials("test-key", "test-secret", "test-token")),
    "a provider": Provider(),
    "an async function": Provider().credentials,
}


@pytest.mark.anyio
@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_of_credentials_signs_alike(kind):
    made = await ready(KINDS[kind])
    assert signed(made) == signed(signer())


@pytest.mark.anyio
async def test_a_requests_auth_object_says_where_it_signs_for():
    auth = AWSRequestsAuth("test-key", "test-secret", "host.test", "eu-west-1", "es")
    made = await ready(auth, region=None)
    assert (made.region, made.service) == ("eu-west-1", "es")
    told = await ready(auth, region=REGION, service="execute-api")
    assert (told.region, told.service) == (REGION, "execute-api")


@pytest.mark.parametrize("nonsense", ["test-secret", 7, {"access_key": "test-secret"}])
def test_other_things_are_no_credentials(nonsense):
    with pytest.raises(ConfigurationError, match="credentials takes") as caught:
        credential_cache(nonsense)
    assert "test-secret" not in str(caught.value)


def test_copies_share_a_cache():
    cache = credential_cache(KEYS)
    assert credential_cache(cache) is cache


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """An environment in which botocore finds nothing, and does not ask the instance."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("BOTO_CONFIG", str(tmp_path / "boto"))
    return tmp_path


@pytest.mark.anyio
async def test_without_any_botocores_own_chain_is_asked(bare, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test-secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "test-token")
    made = await ready(None)
    assert made.credentials.current == KEYS


@pytest.mark.anyio
async def test_a_chain_that_finds_nothing_names_argument_and_variables(bare):
    with pytest.raises(ConfigurationError, match=r"credentials=.*AWS_ACCESS_KEY_ID.*AWS_SECRET_ACCESS_KEY"):
        await ready(None)


def write_keys(folder, key):
    (folder / "credentials").write_text(f"[default]\naws_access_key_id = {key}\naws_secret_access_key = test-secret\n")


@pytest.mark.anyio
async def test_a_refusal_makes_the_chain_read_its_files_anew(bare):
    write_keys(bare, "old-key")
    made = await ready(None)
    assert not await refused(made, EXPIRED)  # the file says what it said
    write_keys(bare, "new-key")
    assert await refused(made, EXPIRED)
    assert made.credentials.current.access_key == "new-key"
    assert set(made.secrets()) == {"old-key", "new-key", "test-secret"}


def refreshable(refresh, left=timedelta(0)):
    return RefreshableCredentials("old-key", "test-secret", "test-token", datetime.now(UTC) + left, refresh, "test")


def renewed(left=timedelta(hours=1)):
    return {
        "access_key": "new-key",
        "secret_key": "test-secret",
        "token": "test-token",
        "expiry_time": (datetime.now(UTC) + left).isoformat(),
    }


@pytest.mark.anyio
async def test_botocore_refreshes_in_a_thread_that_holds_up_nobody():
    free = threading.Event()

    def refresh():
        anyio.from_thread.run_sync(free.set)  # runs in the event loop, or never
        assert free.is_set()
        return renewed()

    made = await ready(refreshable(refresh), clock=Clock())
    assert made.credentials.current.access_key == "new-key"
    assert made.credentials.current.expires_at > datetime.now(UTC) + timedelta(minutes=59)


@pytest.mark.anyio
async def test_a_caller_can_give_up_on_a_thread_that_hangs():
    began, end = anyio.Event(), threading.Event()

    def refresh():
        anyio.from_thread.run_sync(began.set)
        end.wait(30)
        return renewed()

    made = signer(refreshable(refresh), clock=Clock())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(made.ready, None)
        await began.wait()
        tasks.cancel_scope.cancel()
    end.set()
    # botocore's own lock makes this one wait for that thread, and take what it has brought
    await made.ready(None)
    assert made.credentials.current.access_key == "new-key"


@pytest.mark.anyio
async def test_botocores_failures_are_ours_without_what_they_hold():
    def refresh():
        raise LookupError("no session_token=test-token-value")

    with pytest.raises(ConfigurationError, match="botocore cannot get credentials: LookupError") as caught:
        await ready(refreshable(refresh), clock=Clock())
    assert "test-token-value" not in str(caught.value)
    assert caught.value.__suppress_context__


EXPIRED = {"message": "The security token included in the request is expired"}
TOO_OLD = {
    "message": "Signature expired: 20200913T122640Z is now earlier than 20200913T123140Z (20200913T123640Z - 5 min.)"
}
TOO_NEW = {
    "message": "Signature not yet current: 20200913T122640Z is still later than 20200913T122140Z "
    "(20200913T121640Z + 5 min.)"
}


async def refused(made, body, *, status=403, by=None, **headers):
    """Whether the signer would have a refused request sent again."""
    request = httpx.Request("POST", f"https://{HOST}/", headers=signed(by or made))
    response = httpx.Response(status, json=body, headers=headers)
    return await made.recover(request, response, response.content, None)


def provider(*keys):
    """Gives these in turn, and counts."""

    async def provide():
        provide.asked += 1
        return AWSCredentials(keys[min(provide.asked, len(keys)) - 1], "test-secret", "test-token")

    provide.asked = 0
    return provide


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (EXPIRED, {}),
        ({"__type": "ExpiredTokenException", "message": None}, {}),
        ({"message": "Forbidden"}, {"x-amzn-errortype": "ExpiredTokenException:http://internal.amazon.com/"}),
        ({"message": "Token has expired"}, {}),
    ],
)
async def test_an_expired_token_is_replaced(body, headers):
    made = await ready(provider("old-key", "new-key"))
    assert await refused(made, body, **headers)
    assert "Credential=new-key/" in signed(made)["authorization"]


@pytest.mark.anyio
async def test_a_request_that_was_signed_before_the_refresh_fetches_nothing():
    provide = provider("old-key", "new-key")
    made = await ready(provide)
    old = signer(made.credentials.current)
    assert await refused(made, EXPIRED)
    assert await refused(made, EXPIRED, by=old)
    assert provide.asked == 2


@pytest.mark.anyio
async def test_credentials_that_cannot_be_replaced_stay_refused():
    made = await ready(KEYS)
    assert not await refused(made, EXPIRED)


@pytest.mark.anyio
@pytest.mark.parametrize(
    "body",
    [
        {"message": "Forbidden"},
        {"message": "Missing Authentication Token"},
        {"message": "The request signature we calculated does not match the signature you provided."},
        {"message": "The security token included in the request is invalid."},
        {"message": "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: execute-api:Invoke"},
    ],
)
async def test_other_refusals_are_final(body):
    provide = provider("old-key", "new-key")
    made = await ready(provide)
    assert not await refused(made, body, date="Sun, 13 Sep 2020 13:26:40 GMT")
    assert provide.asked == 1
    assert signed(made)["x-amz-date"] == "20200913T122640Z"


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "date", "learnt"),
    [
        (TOO_OLD, "Sun, 13 Sep 2020 12:36:40 GMT", "20200913T123640Z"),
        (TOO_NEW, "Sun, 13 Sep 2020 12:16:40 GMT", "20200913T121640Z"),
        ({"__type": "RequestTimeTooSkewed"}, "Mon, 14 Sep 2020 12:26:40 GMT", "20200914T122640Z"),
    ],
)
async def test_a_clock_that_is_off_is_set_right_once(body, date, learnt):
    made = await ready(KEYS)
    assert await refused(made, body, date=date)
    assert signed(made)["x-amz-date"] == learnt
    assert not await refused(made, body, date=date)
    made.recovered(accepted=False)
    assert signed(made)["x-amz-date"] == "20200913T122640Z"


@pytest.mark.anyio
async def test_a_signature_that_is_late_without_a_date_to_learn_from_stays_refused():
    assert not await refused(await ready(KEYS), TOO_OLD)
