"""OAuth 2: unsigned, with the grant type filled in."""

from __future__ import annotations

import json

import pytest

from asyncsdk import AuthenticationError
from asyncsdk.blaize import CodeExchange, TokenRefresh, Tokens

TOKENS = {"access_token": "test-token", "token_type": "bearer", "expires_in": 3600}


@pytest.mark.anyio
@pytest.mark.parametrize(
    "exchange",
    [
        CodeExchange(code="1", redirect_uri="https://a.test/"),
        {"code": "1", "redirect_uri": "https://a.test/"},
        {"code": "1", "redirect_uri": "https://a.test/", "grant_type": None},
    ],
)
async def test_a_code_is_exchanged_unsigned_with_its_grant_type_filled_in(client, router, exchange):
    route = router.post("/zephr/oauth2/token").respond(json=TOKENS)
    tokens = await client.oauth2.exchange_code(exchange)
    assert isinstance(tokens, Tokens)
    request = route.calls.last.request
    assert json.loads(request.content) == {
        "code": "1",
        "redirect_uri": "https://a.test/",
        "grant_type": "authorization_code",
    }
    assert "authorization" not in request.headers
    assert "test-token" not in repr(tokens)


@pytest.mark.anyio
@pytest.mark.parametrize("refresh", [TokenRefresh(refresh_token="test-token"), {"refresh_token": "test-token"}])
async def test_a_token_is_refreshed_unsigned_with_its_grant_type_filled_in(client, router, refresh):
    route = router.post("/zephr/oauth2/token").respond(json=TOKENS)
    assert (await client.oauth2.refresh(refresh)).expires_in == 3600
    request = route.calls.last.request
    assert json.loads(request.content) == {"refresh_token": "test-token", "grant_type": "refresh_token"}
    assert "authorization" not in request.headers


@pytest.mark.anyio
async def test_a_grant_type_of_the_callers_own_is_left_alone(client, router):
    route = router.post("/zephr/oauth2/token").respond(json=TOKENS)
    await client.oauth2.exchange_code({"code": "1", "redirect_uri": "https://a.test/", "grant_type": "code"})
    assert json.loads(route.calls.last.request.content)["grant_type"] == "code"
    for wrong in (None, 7, []):
        with pytest.raises(TypeError, match="body must be an object"):
            await client.oauth2.refresh(wrong)


@pytest.mark.anyio
async def test_a_refused_code_says_nothing_of_itself(client, router):
    router.post("/zephr/oauth2/token").respond(401, json={"error_description": "refresh_token test-refresh is old"})
    with pytest.raises(AuthenticationError) as caught:
        await client.oauth2.refresh({"refresh_token": "test-refresh"})
    assert "test-refresh" not in str(caught.value) + caught.value.body
