from __future__ import annotations

import json
from datetime import UTC, datetime

import httpx
import pytest

from asyncsdk.auth.cognito import CognitoIdentity
from asyncsdk.chain.middleware import own_network
from asyncsdk.errors import (
    APIError,
    BadRequestError,
    ConfigurationError,
    ConnectError,
    DecodeError,
    ServerError,
    TimeoutError as OurTimeoutError,
)
from asyncsdk.testing.clock import FakeClock

POOL = "ap-southeast-2:11111111-2222-3333-4444-555555555555"
PROVIDER = "cognito-idp.ap-southeast-2.amazonaws.com/ap-southeast-2_abc"


def patient():
    """Sleeps at once, and remembers."""
    return FakeClock(luck=0.5)


class Cognito(httpx.AsyncBaseTransport):
    """Answers the two operations; a list of scripted answers goes first."""

    def __init__(self, *scripted):
        self.scripted = list(scripted)
        self.requests = []
        self.identities = 0

    @property
    def targets(self):
        return [request.headers["x-amz-target"].partition(".")[2] for request in self.requests]

    async def handle_async_request(self, request):
        self.requests.append(request)
        if self.scripted and (scripted := self.scripted.pop(0)) is not None:
            if isinstance(scripted, Exception):
                raise scripted
            return scripted
        if request.headers["x-amz-target"].endswith(".GetId"):
            self.identities += 1
            return httpx.Response(200, json={"IdentityId": f"ap-southeast-2:identity-{self.identities}"})
        return httpx.Response(200, json=granted())


async def asked(identity, cognito):
    """The identity's credentials, over this transport."""
    async with own_network(cognito, clock=identity.clock) as network:
        return await identity.credentials(network)


def granted(**changes):
    credentials = {
        "AccessKeyId": "test-key",
        "SecretKey": "test-secret",
        "SessionToken": "test-token",
        "Expiration": 1.6e9,
        **changes,
    }
    return {
        "IdentityId": "any",
        "Credentials": {name: value for name, value in credentials.items() if value is not None},
    }


def refused(kind, status=400, message="no"):
    return httpx.Response(status, json={"__type": kind, "message": message})


@pytest.mark.anyio
async def test_a_guest_is_asked_for_and_granted_credentials_without_a_signature():
    cognito = Cognito()
    identity = CognitoIdentity(POOL)
    assert identity.identity_id is None
    credentials = await asked(identity, cognito)
    assert (credentials.access_key, credentials.secret_key) == ("test-key", "test-secret")
    assert credentials.session_token == "test-token"
    assert credentials.expires_at == datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)
    assert identity.identity_id == "ap-southeast-2:identity-1"
    assert cognito.targets == ["GetId", "GetCredentialsForIdentity"]
    bodies = [json.loads(b"".join(request.stream)) for request in cognito.requests]
    assert bodies == [{"IdentityPoolId": POOL}, {"IdentityId": "ap-southeast-2:identity-1"}]
    for request in cognito.requests:
        assert request.method == "POST"
        assert str(request.url) == "https://cognito-identity.ap-southeast-2.amazonaws.com/"
        assert request.headers["content-type"] == "application/x-amz-json-1.1"
        assert "authorization" not in request.headers


@pytest.mark.anyio
async def test_the_identity_stays_the_same_over_refreshes():
    cognito = Cognito()
    identity = CognitoIdentity(POOL)
    await asked(identity, cognito)
    await asked(identity, cognito)
    assert cognito.targets == ["GetId", "GetCredentialsForIdentity", "GetCredentialsForIdentity"]


@pytest.mark.anyio
async def test_an_identity_that_was_deleted_is_asked_for_anew():
    cognito = Cognito(None, None, refused("ResourceNotFoundException"))
    identity = CognitoIdentity(POOL)
    await asked(identity, cognito)
    await asked(identity, cognito)
    assert identity.identity_id == "ap-southeast-2:identity-2"


@pytest.mark.anyio
async def test_an_identity_that_is_unknown_from_the_start_is_an_error():
    cognito = Cognito(None, refused("ResourceNotFoundException", message="Identity not found"))
    with pytest.raises(BadRequestError, match="Identity not found") as caught:
        await asked(CognitoIdentity(POOL), cognito)
    assert caught.value.code == "ResourceNotFoundException"
    assert len(cognito.requests) == 2


@pytest.mark.anyio
async def test_a_users_logins_go_with_both_requests():
    cognito = Cognito()
    await asked(CognitoIdentity(POOL, logins={PROVIDER: "test-id-token"}), cognito)
    assert [json.loads(b"".join(request.stream))["Logins"] for request in cognito.requests] == [
        {PROVIDER: "test-id-token"}
    ] * 2


@pytest.mark.anyio
async def test_logins_that_are_asked_for_are_asked_for_before_every_refresh():
    tokens = iter(["test-token-1", "test-token-2"])

    async def sign_in():
        return {PROVIDER: next(tokens)}

    cognito = Cognito()
    identity = CognitoIdentity(POOL, logins=sign_in)
    await asked(identity, cognito)
    await asked(identity, cognito)
    sent = [json.loads(b"".join(request.stream))["Logins"][PROVIDER] for request in cognito.requests]
    assert sent == ["test-token-1", "test-token-1", "test-token-2"]


@pytest.mark.anyio
@pytest.mark.parametrize("nothing", [{}, None])
async def test_a_signed_in_user_whose_login_is_gone_does_not_become_a_guest(nothing):
    logins = iter([{PROVIDER: "test-id-token"}, nothing])

    async def sign_in():
        return next(logins)

    cognito = Cognito()
    identity = CognitoIdentity(POOL, logins=sign_in)
    await asked(identity, cognito)
    with pytest.raises(ConfigurationError, match="logins gave no login"):
        await asked(identity, cognito)
    assert cognito.targets == ["GetId", "GetCredentialsForIdentity"]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("arguments", "url"),
    [
        ({"region": "us-east-1"}, "https://cognito-identity.us-east-1.amazonaws.com/"),
        ({"endpoint_url": "http://127.0.0.1:5000"}, "http://127.0.0.1:5000"),
    ],
)
async def test_where_it_asks_can_be_said(arguments, url):
    cognito = Cognito()
    await asked(CognitoIdentity(POOL, **arguments), cognito)
    assert {str(request.url) for request in cognito.requests} == {url}


@pytest.mark.anyio
async def test_a_refusal_is_an_error_of_ours_without_the_users_token():
    cognito = Cognito(refused("NotAuthorizedException", message="Token test-id-token of the pool is not valid"))
    with pytest.raises(APIError, match=r"cognito_identity\.get_id: 400: Token \*\*\* of the pool") as caught:
        await asked(CognitoIdentity(POOL, logins={PROVIDER: "test-id-token"}), cognito)
    assert caught.value.code == "NotAuthorizedException"
    assert "test-id-token" not in caught.value.body
    assert len(cognito.requests) == 1


@pytest.mark.anyio
@pytest.mark.parametrize(
    "trouble",
    [
        refused("TooManyRequestsException"),
        refused("com.amazonaws.cognito#TooManyRequestsException"),
        refused("InternalErrorException", 500),
        httpx.ConnectError("no route"),
        httpx.ReadTimeout("too slow"),
    ],
    ids=["throttled", "throttled, with a namespace", "internal error", "no connection", "timeout"],
)
async def test_what_passes_is_tried_again(trouble):
    cognito, clock = Cognito(trouble, None, trouble), patient()
    await asked(CognitoIdentity(POOL, clock=clock), cognito)
    assert cognito.targets == ["GetId"] * 2 + ["GetCredentialsForIdentity"] * 2
    assert [each for each in clock.slept if each > 0.1] == [
        0.25,
        0.25,
    ]  # the rest is the throttle, which starts one by one then


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (lambda: refused("InternalErrorException", 500), ServerError),
        (lambda: refused("TooManyRequestsException"), BadRequestError),
        (lambda: httpx.ConnectError("no route"), ConnectError),
        (lambda: httpx.ReadTimeout("too slow"), OurTimeoutError),
    ],
)
async def test_what_does_not_pass_is_given_up(trouble, error):
    cognito = Cognito(trouble(), trouble(), trouble())
    with pytest.raises(error):
        await asked(CognitoIdentity(POOL, clock=patient()), cognito)
    assert len(cognito.requests) == 3


@pytest.mark.anyio
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>welcome to the hotel</html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"IdentityId": None}),
    ],
    ids=["HTML", "another shape", "null"],
)
async def test_an_answer_without_an_identity_cannot_be_read(answer):
    with pytest.raises(DecodeError, match=r"cognito_identity\.get_id"):
        await asked(CognitoIdentity(POOL, clock=patient()), Cognito(*[answer] * 3))


@pytest.mark.anyio
@pytest.mark.parametrize(
    "changes",
    [
        {"AccessKeyId": None},
        {"SecretKey": None},
        {"SecretKey": ""},
        {"SessionToken": 7},
        {"Expiration": "soon"},
        {"Expiration": 1e300},
    ],
)
async def test_an_answer_without_credentials_cannot_be_read_and_is_not_shown(changes):
    answer = httpx.Response(200, json=granted(**changes))
    with pytest.raises(DecodeError, match="credentials were promised") as caught:
        await asked(CognitoIdentity(POOL, clock=patient()), Cognito(None, *[answer] * 3))
    assert "test-" not in str(caught.value) + caught.value.snippet
    assert caught.value.__suppress_context__


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("expiration", "expected"),
    [
        (1_600_000_000, datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)),
        ("2020-09-13T12:26:40Z", datetime(2020, 9, 13, 12, 26, 40, tzinfo=UTC)),
        (None, None),
    ],
)
async def test_an_expiration_is_read_however_it_is_written(expiration, expected):
    answer = httpx.Response(200, json=granted(Expiration=expiration))
    credentials = await asked(CognitoIdentity(POOL), Cognito(None, answer))
    assert credentials.expires_at == expected


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"identity_pool_id": "11111111-2222-3333-4444-555555555555"}, "identity_pool_id"),
        ({"identity_pool_id": "evil.test/:x"}, "identity_pool_id"),
        ({"identity_pool_id": None}, "identity_pool_id"),
        ({"identity_pool_id": POOL, "region": "evil.test/"}, "region"),
        ({"identity_pool_id": POOL, "endpoint_url": "localhost:5000"}, "endpoint_url"),
        ({"identity_pool_id": POOL, "endpoint_url": "http:///path"}, "endpoint_url"),
        ({"identity_pool_id": POOL, "endpoint_url": "http://joe:test-secret@localhost"}, "endpoint_url"),
    ],
)
def test_what_cannot_work_is_refused_at_once(arguments, named):
    with pytest.raises(ConfigurationError, match=named):
        CognitoIdentity(**arguments)


def test_no_token_is_shown():
    assert "test-id-token" not in repr(CognitoIdentity(POOL, logins={PROVIDER: "test-id-token"}))
