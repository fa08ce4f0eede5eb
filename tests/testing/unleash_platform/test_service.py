"""The sandbox of the Platform: state, signatures, forms, jobs, and a gateway that fails when it is told to."""

from __future__ import annotations

import time

import httpx
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from asyncsdk import AWSCredentials, PermissionDeniedError, RateLimitError, RetryPolicy
from asyncsdk.testing import FakeClock, Sandbox, UnleashPlatformService
from asyncsdk.testing.unleash_platform.signature import Asked, canonical_query, signing_key, uri_encoded
from asyncsdk.unleash.platform import Company, UnleashPlatform

COMPANY = Company(
    owner="u", name="Hut", address="Queenscliff", logo="http://a.example/l.png", brand_color="blue", industry="chemical"
)


def in_process(service, **options):
    given = {"credentials": AWSCredentials("test-access", "test-secret"), "clock": service.clock, **options}
    return UnleashPlatform(
        base_url="http://sandbox.test/prod", transport=httpx.ASGITransport(app=Sandbox(service)), **given
    )


@pytest.mark.anyio
class TestState:
    async def test_what_is_created_can_be_got_is_listed_changed_and_gone(self):
        async with in_process(UnleashPlatformService(clock=FakeClock())) as platform:
            made = await platform.companies.create(COMPANY)
            assert await platform.companies.get(made.id) == made
            changed = await platform.companies.update(made.id, {"name": "Hut Surveys"})
            assert (changed.name, changed.address) == ("Hut Surveys", "Queenscliff")
            assert changed in await platform.companies.list().to_list()
            await platform.companies.add_device(made.id, {"deviceId": "W123"})
            assert [each.id async for each in platform.companies.devices(made.id)] == ["W123"]
            assert [each.id async for each in platform.devices.companies("W123")] == [made.id]
            await platform.companies.remove_device(made.id, {"deviceId": "W123"})
            assert await platform.companies.devices(made.id).to_list() == []
            await platform.companies.delete(made.id)
            assert made.id not in {each.id async for each in platform.companies.list()}

    async def test_a_folder_is_deleted_as_a_whole(self):
        service = UnleashPlatformService(clock=FakeClock())
        for name in ("u/W1/3/a", "u/W1/3/b", "u/W1/30/c"):
            service.storage.put(name, b"x")
        async with in_process(service) as platform:
            await platform.library.delete({"objectKeys": ["pylot/u/W1/3/"]})
            assert [each.key async for each in platform.library.device_media("W1")] == ["pylot/u/W1/30/c"]

    async def test_a_stream_token_is_good_or_not(self):
        async with in_process(UnleashPlatformService(clock=FakeClock())) as platform:
            assert (await platform.devices.verify_token("W123", "test-stream-token")).valid is True
            assert (await platform.devices.verify_token("W123", "another")).valid is False


@pytest.mark.anyio
class TestSignatures:
    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"credentials": AWSCredentials("test-access", "wrong")}, "signature we calculated does not match"),
            (
                {"credentials": AWSCredentials("another", "test-secret")},
                "security token included in the request is inv",
            ),
            ({"credentials": AWSCredentials("test-access", "test-secret", "t")}, "security token included"),
            ({"region": "us-east-1"}, "scoped to a valid region"),
        ],
    )
    async def test_that_do_not_fit_are_refused_in_the_words_of_aws(self, options, said):
        async with in_process(UnleashPlatformService(clock=FakeClock()), **options) as platform:
            with pytest.raises(PermissionDeniedError, match=said):
                await platform.devices.list().to_list()

    @pytest.mark.parametrize(("off", "fine"), [(0, True), (299, True), (-299, True), (301, False), (-301, False)])
    async def test_may_be_five_minutes_off(self, off, fine):
        now = time.time()
        answer = await asked_by_botocore(UnleashPlatformService(clock=FakeClock(now + off)))
        assert (answer.status_code == 200) is fine
        assert fine or "Signature" in answer.json()["message"]

    async def test_a_client_whose_clock_is_wrong_learns_it(self):
        service = UnleashPlatformService(clock=FakeClock(1_700_000_000))
        async with in_process(service, clock=FakeClock(1_700_003_600)) as platform:
            assert await platform.devices.list().to_list()

    async def test_cover_the_body_and_need_be_there(self):
        service = UnleashPlatformService()
        assert (await asked_by_botocore(service, b"{}", sent=b"{ }")).status_code == 403
        transport = httpx.ASGITransport(app=Sandbox(service))
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test") as client:
            assert (await client.get("/prod/device")).json() == {"message": "Missing Authentication Token"}
            assert (await client.get("/prod/devices/")).json() == {"message": "Missing Authentication Token"}


async def asked_by_botocore(service, body=b"", sent=None):
    """A request as botocore signs it."""
    url = "http://sandbox.test/prod/device"
    request = AWSRequest("GET", url, data=body)
    SigV4Auth(Credentials("test-access", "test-secret"), "execute-api", "ap-southeast-2").add_auth(request)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=Sandbox(service))) as client:
        return await client.request("GET", url, content=body if sent is None else sent, headers=dict(request.headers))


def test_the_key_of_a_day_is_the_one_that_aws_publishes():
    # "Examples of how to derive a signing key"
    key = signing_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20120215", "us-east-1", "iam")
    assert key.hex() == "f4780e2d9f65fa895f9c67b32ce1baf0b0d8a43505a000a1a9e090d414db404d"


def test_a_query_is_encoded_anew_and_sorted():
    assert canonical_query("b=2&a=%7e&a=A%20b&&c") == "a=A%20b&a=~&b=2&c="
    assert uri_encoded("a/ü") == "a%2F%C3%BC"
    assert Asked("GET", "/", "", [("a", " x   y "), ("a", "z")]).header("a") == "x y,z"


@pytest.mark.anyio
class TestForms:
    async def form(self, service):
        async with in_process(service) as platform:
            found = await platform.library.create_upload({"deviceId": "W1", "sessionId": "3", "filename": "a"})
        return found.url, dict(found.fields)

    async def sent(self, service, url, fields, content=b"x", **headers):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=Sandbox(service))) as client:
            multipart = {**{name: (None, value) for name, value in fields.items()}, "file": ("a", content)}
            return await client.post(url, files=multipart, headers=headers)

    async def test_let_a_file_in_that_fits(self):
        service = UnleashPlatformService(clock=FakeClock())
        answer = await self.sent(service, *await self.form(service), b"--x\r\n" * 10_000)
        assert answer.status_code == 204
        assert service.storage.content("u/W1/3/a") == b"--x\r\n" * 10_000

    @pytest.mark.parametrize(
        ("changes", "headers", "size", "code"),
        [
            ({"key": "other"}, {}, 1, "AccessDenied"),
            ({"acl": "public"}, {}, 1, "AccessDenied"),
            ({"Policy": "e30="}, {}, 1, "SignatureDoesNotMatch"),
            ({}, {"authorization": "AWS4"}, 1, "InvalidArgument"),
            ({}, {"x-api-key": "k"}, 1, "InvalidArgument"),
            ({}, {"cookie": "a=b"}, 1, "InvalidArgument"),
            ({}, {}, 101, "EntityTooLarge"),
        ],
    )
    async def test_keep_out_what_does_not(self, changes, headers, size, code):
        service = UnleashPlatformService(clock=FakeClock(), most=100)
        url, fields = await self.form(service)
        answer = await self.sent(service, url, {**fields, **changes}, b"x" * size, **headers)
        assert answer.status_code >= 400
        assert f"<Code>{code}</Code>" in answer.text
        assert "u/W1/3/a" not in service.storage.objects

    async def test_end_at_their_time(self):
        service = UnleashPlatformService(clock=FakeClock())
        url, fields = await self.form(service)
        service.clock.advance(3601)
        assert "Policy expired" in (await self.sent(service, url, fields)).text

    async def test_must_have_the_file_last(self):
        service = UnleashPlatformService(clock=FakeClock())
        url, fields = await self.form(service)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=Sandbox(service))) as client:
            files = {"file": ("a", b"x"), **{name: (None, value) for name, value in fields.items()}}
            assert (await client.post(url, files=files)).status_code == 403
            assert "MalformedPOSTRequest" in (await client.post(url, content=b"no form")).text


@pytest.mark.anyio
async def test_the_gateway_fails_when_it_is_told_to():
    service = UnleashPlatformService(clock=FakeClock())
    async with in_process(service, retry=RetryPolicy(max_attempts=1)) as platform:
        service.fail_next("quota")
        with pytest.raises(RateLimitError, match="Limit Exceeded") as caught:
            await platform.devices.list().to_list()
        assert caught.value.request_id
        assert await platform.devices.list().to_list()
    with pytest.raises(KeyError):
        service.fail_next("earthquake")
