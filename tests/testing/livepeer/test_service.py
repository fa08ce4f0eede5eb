"""What the sandbox of Livepeer does beyond the record: the older release, and what webhooks are told."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from asyncsdk import (
    APIError,
    Livepeer,
    NotFoundError,
    PermissionDeniedError,
    RetryPolicy,
    UnprocessableError,
    WebhookError,
)
from asyncsdk.livepeer import StreamIdle, StreamStarted
from asyncsdk.livepeer.webhooks import verify
from asyncsdk.testing import LivepeerService, Sandbox, serve

ONCE = RetryPolicy(max_attempts=1)


def client_of(service, key="test-key", **options):
    transport = httpx.ASGITransport(app=Sandbox(service))
    return Livepeer(key, base_url="http://livepeer.test/api", transport=transport, retry=ONCE, **options)


@pytest.mark.anyio
class TestTheOlderRelease:
    @pytest.fixture
    def old(self):
        return LivepeerService(release="ea86dbe49")

    async def test_speaks_the_documents_dialect_of_webhooks(self, old):
        async with client_of(old) as client:
            made = await client.webhooks.create({"name": "w", "event": "streamStarted", "url": "http://x.example"})
            assert made.blocking is True
            with pytest.raises(APIError, match=r"406.*http or https only"):
                await client.webhooks.create({"name": "w", "event": "streamStarted", "url": "ftp://x.example"})
            with pytest.raises(UnprocessableError, match="event: should be equal"):
                await client.webhooks.create({"name": "w", "event": "stream.started", "url": "http://x.example"})

    async def test_lacks_what_came_later(self, old):
        async with client_of(old) as client:
            stream = await client.streams.create({"name": "x"})
            for call in (
                client.streams.update(stream.id, {"record": True}),
                client.webhooks.delete_many(["x"]),
                client.push_targets.create({"url": "rtmp://x"}),
            ):
                with pytest.raises(NotFoundError, match="no such operation"):
                    await call
            await client.streams.set_record(stream.id, True)
            assert (await client.streams.get(stream.id)).record is True

    async def test_lets_keys_manage_keys_and_knows_no_basic(self, old):
        async with client_of(old) as client:
            made = await client.api_tokens.create({"name": "x"})
            assert len(await client.api_tokens.list(limit=1).to_list()) == 2
            async with client_of(old, made.id) as other:
                await other.streams.list().to_list()
        async with client_of(old, user_id="u", basic=True) as client:
            with pytest.raises(APIError, match="500"):
                await client.streams.list().to_list()

    async def test_pages_by_the_last_id_where_nothing_is_ordered(self, old):
        async with client_of(old) as client:
            for number in range(3):
                await client.object_stores.create({"url": f"s3://{number}"})
            page = await client.object_stores.list(limit=2).page()
            assert page.cursor == page.items[-1].id
            assert len(await client.object_stores.list(limit=2).to_list()) == 4


@pytest.mark.anyio
class TestTheSandbox:
    async def test_has_no_sessions_without_ingest(self):
        async with client_of(LivepeerService(ingest=False)) as client:
            with pytest.raises(APIError, match="501"):
                await client.sessions.list().to_list()

    async def test_makes_users_verify_their_addresses_where_it_has_mails(self):
        service = LivepeerService(mails=True)
        nobody = client_of(service)
        user = await nobody.users.create({"email": "new@example.com", "password": "x"})
        member = nobody.with_session(await nobody.users.login({"email": "new@example.com", "password": "x"}))
        with pytest.raises(PermissionDeniedError, match="verify the e-mail address first"):
            await member.streams.list().to_list()
        token = service.tables.users[user.id]["emailValidToken"]
        assert (await nobody.users.verify_email({"email": "new@example.com", "emailValidToken": token})).email_valid
        assert await member.streams.list().to_list() == []
        reset = await nobody.users.create_password_reset_token({"email": "new@example.com"})
        await nobody.users.reset_password(
            {"email": "new@example.com", "resetToken": reset.reset_token, "password": "y"}
        )
        with pytest.raises(PermissionDeniedError, match="incorrect password"):
            await nobody.users.login({"email": "new@example.com", "password": "x"})

    async def test_tells_webhooks_on_this_machine_what_happens_signed(self):
        events = []

        async def receive(request):
            body = await request.body()
            events.append(verify(body, request.headers.get("livepeer-signature"), "test-shared-secret"))
            with pytest.raises(WebhookError):
                verify(body, request.headers.get("livepeer-signature"), "another")
            return Response(status_code=204)

        service = LivepeerService()
        receiver = Starlette(routes=[Route("/hook", receive, methods=["POST"])])
        async with serve(receiver) as here, client_of(service) as client, client_of(service, "test-admin-key") as admin:
            hook = {"name": "w", "events": ["stream.started", "stream.idle"], "sharedSecret": "test-shared-secret"}
            made = await client.webhooks.create({**hook, "url": f"{here}/hook"})
            await client.webhooks.create({**hook, "url": "http://elsewhere.example/hook"})
            stream = await client.streams.create({"name": "concert"})
            for active in (True, False):
                answer = await admin.http.put(f"/stream/{stream.id}/setactive", json={"active": active})
                assert answer.status_code == 204
        assert [type(each) for each in events] == [StreamStarted, StreamIdle]
        assert {each.webhook_id for each in events} == {made.id}
        assert (events[0].stream.id, events[0].stream.is_active, events[0].stream.stream_key) == (stream.id, True, None)
        assert [each.status for each in service.deliveries] == [204, 204]
