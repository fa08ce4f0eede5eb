from __future__ import annotations

import pytest

from asyncsdk import BadRequestError, to_dict

JOE = "123456789ABCD"


@pytest.mark.anyio
async def test_a_code_is_exchanged_once(blaize, service):
    code = service.authorization_code(JOE, "https://app.example/back")
    exchange = {"code": code, "redirect_uri": "https://app.example/back"}
    tokens = await blaize.oauth2.exchange_code(exchange)
    assert (tokens.user_id, tokens.token_type, tokens.expires_in) == (JOE, "bearer", 3600)
    assert tokens.access_token.startswith("oa_")
    assert len(tokens.access_token) == len("oa_nj1dfhecrs1jwxi0wd0xk49n")
    assert len(tokens.refresh_token) == len("6kuabo4gug8t9h13x7gt43cm")
    with pytest.raises(BadRequestError, match="The code is unknown, used, or for another redirect_uri"):
        await blaize.oauth2.exchange_code(exchange)

    for _ in range(2):
        again = await blaize.oauth2.refresh({"refresh_token": tokens.refresh_token})
        assert (again.user_id, again.refresh_token, again.scope) == (JOE, None, tokens.scope)
        assert again.access_token != tokens.access_token


@pytest.mark.anyio
async def test_the_documents_code_and_token_are_good(blaize, contract):
    for python in ("oauth2.exchange_code", "oauth2.refresh"):
        call = getattr(blaize.oauth2, python.partition(".")[2])
        tokens = to_dict(await call(contract[python].request.example))
        assert list(tokens) == list(contract[python].example)


@pytest.mark.anyio
async def test_a_code_is_good_for_its_own_uri_alone(blaize, service):
    code = service.authorization_code(JOE, "https://app.example/back")
    with pytest.raises(BadRequestError, match="another redirect_uri"):
        await blaize.oauth2.exchange_code({"code": code, "redirect_uri": "https://evil.example/"})


@pytest.mark.anyio
async def test_an_unknown_token_is_refused(blaize):
    for body in ({"refresh_token": "made-up"}, {}):
        with pytest.raises(BadRequestError, match="The refresh token is"):
            await blaize.oauth2.refresh(body)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"{}", "body.grant_type is required"),
        (b'{"grant_type": "password"}', "grant_type must be authorization_code or refresh_token"),
        (b'{"grant_type": "authorization_code", "code": "1"}', "body.redirect_uri is required"),
        (
            b'{"grant_type": "authorization_code", "code": 1, "redirect_uri": ""}',
            "body.code must be text, not a number",
        ),
    ],
)
async def test_each_grant_type_has_a_body_of_its_own(send, body, message):
    answer = await send("POST", "/zephr/oauth2/token", body)
    assert (answer.status_code, answer.json()) == (400, {"message": message})
