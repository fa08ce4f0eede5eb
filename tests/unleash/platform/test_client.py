"""Where the client's requests go, and what they are signed with."""

from __future__ import annotations

import re
import subprocess
import sys

import attrs
import httpx
import pytest
from aws_requests_auth.aws_auth import AWSRequestsAuth

import asyncsdk
from asyncsdk import AWSCredentials, ConfigurationError, PermissionDeniedError, RateLimitError, RetryPolicy
from asyncsdk.testing import FakeClock, Script
from asyncsdk.unleash.platform import UnleashPlatform
from asyncsdk.unleash.platform.client import BASE_URLS

VARIABLES = ("UNLEASH_STAGE", "UNLEASH_PLATFORM_BASE_URL")
STITCH = {"deviceId": "W123", "items": [{"sessionId": "3", "fileName": "216.JPG"}]}


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def platform(script, keys, *stage, **options):
    return UnleashPlatform(*stage, transport=script, clock=FakeClock(), **{"credentials": keys, **options})


async def hosts(client, script):
    await client.devices.list().to_list()
    await client.modelling.stitch(STITCH)
    main, modelling = script.requests
    return str(main.url), str(modelling.url)


LIST = httpx.Response(200, json=[])


@pytest.mark.anyio
class TestWhere:
    @pytest.mark.parametrize("stage", ["dev", "test", "prod"])
    async def test_a_stage_has_its_own_address_and_modelling_one_for_all(self, keys, stage, monkeypatch):
        monkeypatch.setenv("UNLEASH_STAGE", stage)
        for given in ((), (stage,)):
            script = Script(LIST)
            async with platform(script, keys, *given) as client:
                main, modelling = await hosts(client, script)
            assert main == f"{BASE_URLS[stage]}/device"
            assert modelling == "https://94hx3w6zfh.execute-api.ap-southeast-2.amazonaws.com/unleash/stitch"

    async def test_a_base_url_holds_for_modelling_too_unless_that_has_its_own(self, keys, monkeypatch):
        script = Script(LIST)
        async with platform(script, keys, base_url="http://a.test/x") as client:
            assert await hosts(client, script) == ("http://a.test/x/device", "http://a.test/x/unleash/stitch")
        monkeypatch.setenv("UNLEASH_PLATFORM_BASE_URL", "http://b.test")
        script = Script(LIST)
        async with platform(script, keys, modelling_url="http://m.test") as client:
            assert await hosts(client, script) == ("http://b.test/device", "http://m.test/unleash/stitch")

    async def test_an_unknown_stage_is_refused(self, keys):
        with pytest.raises(ConfigurationError, match="stage must be one of dev, test, prod, not 'live'"):
            platform(Script(200), keys, "live")


def scope(request):
    found = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/", request.headers["authorization"])
    return found.groups()


@pytest.mark.anyio
class TestSigned:
    @pytest.mark.parametrize(
        ("url", "options", "region"),
        [
            ("https://x.execute-api.eu-west-1.amazonaws.com/prod", {}, "eu-west-1"),
            ("https://x.execute-api.eu-west-1.amazonaws.com/prod", {"region": "us-east-1"}, "us-east-1"),
            ("http://127.0.0.1:1/prod", {}, "ap-southeast-2"),
        ],
    )
    async def test_for_the_region_of_the_host_unless_told(self, keys, url, options, region):
        script = Script(LIST)
        async with platform(script, keys, base_url=url, **options) as client:
            await client.devices.list().to_list()
        assert scope(script.requests[0]) == ("test-access", region, "execute-api")

    async def test_with_what_aws_requests_auth_says(self):
        auth = AWSRequestsAuth("other-access", "test-secret", "a.test", "us-east-1", "execute-api")
        script = Script(LIST)
        async with platform(script, auth, base_url="http://a.test") as client:
            await client.devices.list().to_list()
        assert scope(script.requests[0]) == ("other-access", "us-east-1", "execute-api")

    async def test_for_both_hosts_with_credentials_that_are_fetched_once(self):
        fetched = []

        async def fetch():
            fetched.append(1)
            return AWSCredentials("test-access", "test-secret")

        script = Script(LIST)
        async with platform(script, fetch) as client:
            await hosts(client, script)
            await client.with_options(timeout=5).devices.list().to_list()
            await client.with_options(region="us-east-1").devices.list().to_list()
        assert len(fetched) == 1
        assert [scope(each)[1] for each in script.requests] == ["ap-southeast-2"] * 3 + ["us-east-1"]

    async def test_with_others_in_a_copy(self, keys):
        script = Script(LIST)
        async with platform(script, keys) as client:
            copy = client.with_options(credentials=AWSCredentials("other-access", "test-secret"), stage="dev")
            await copy.devices.list().to_list()
            await copy.with_options(stage="test").devices.list().to_list()
            await client.devices.list().to_list()
        assert [scope(each)[0] for each in script.requests] == ["other-access", "other-access", "test-access"]
        assert script.requests[1].url.host == httpx.URL(BASE_URLS["test"]).host

    async def test_anew_once_where_the_token_has_expired(self):
        given = iter("12")

        async def fetch():
            return AWSCredentials("test-access", "test-secret", f"token-{next(given)}")

        expired = httpx.Response(403, json={"message": "The security token included in the request is expired"})
        script = Script(expired, LIST)
        async with platform(script, fetch, retry=RetryPolicy(max_attempts=1)) as client:
            await client.devices.list().to_list()
        assert [each.headers["x-amz-security-token"] for each in script.requests] == ["token-1", "token-2"]

    async def test_no_secret_is_shown(self, keys):
        client = platform(Script(200), attrs.evolve(keys, session_token="hidden"))
        assert "hidden" not in repr(client) + repr(client.library)
        assert "secret" not in repr(client)


@pytest.mark.anyio
class TestTheGatewaySays:
    async def test_too_many_requests_and_is_asked_again(self, keys):
        script = Script(httpx.Response(429, json={"message": "Too Many Requests"}), LIST)
        async with platform(script, keys) as client:
            assert await client.devices.list().to_list() == []
        assert len(script.requests) == 2

    async def test_limit_exceeded_and_is_left_alone(self, keys):
        script = Script(httpx.Response(429, json={"message": "Limit Exceeded"}))
        async with platform(script, keys) as client:
            with pytest.raises(RateLimitError, match="Limit Exceeded"):
                await client.devices.list().to_list()
        assert len(script.requests) == 1

    async def test_missing_authentication_token_of_an_unknown_path(self, keys):
        said = httpx.Response(403, json={"message": "Missing Authentication Token"})
        async with platform(Script(said), keys) as client:
            with pytest.raises(PermissionDeniedError, match="says this of an unknown route or method too"):
                await client.devices.list().to_list()

    async def test_request_too_long_as_text(self, keys):
        said = httpx.Response(413, text="Request Too Long", headers={"x-amzn-requestid": "id-1"})
        async with platform(Script(said), keys) as client:
            with pytest.raises(asyncsdk.APIError, match="413: Request Too Long") as caught:
                await client.library.delete({"objectKeys": ["k"]})
        assert caught.value.request_id == "id-1"


def test_it_is_a_name_of_the_package_and_costs_nothing_before_it_is_used():
    code = "import sys, asyncsdk; assert 'botocore' not in sys.modules; asyncsdk.UnleashPlatform; assert 'botocore' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert asyncsdk.UnleashPlatform is UnleashPlatform
