"""What goes over the wire: what the server accepts, and nothing else."""

from __future__ import annotations

import json

import attrs
import httpx
import pytest

from asyncsdk import Livepeer, NotFoundError, to_dict
from asyncsdk.codec import from_dict
from asyncsdk.livepeer import ObjectStore, Profile, PushTargetRef, PushTargetSpec, Region, Stream, Webhook
from asyncsdk.testing import LivepeerService

URL = "https://hook.example.com/x"


@pytest.fixture
def recorder(connect):
    """A client, and the bodies that it sends."""
    sent = []

    def handle(request):
        sent.append(json.loads(request.content))
        return httpx.Response(200, json={"id": "w1"})

    client = connect(handle)
    client.sent = sent
    return client


@pytest.mark.anyio
class TestAStream:
    async def test_that_was_read_can_be_changed_and_put_back(self, connect, service):
        async with connect(service) as client:
            made = await client.streams.create(
                Stream(name="x", profiles=(Profile(name="p", width=1, height=1, bitrate=1, fps=1),))
            )
            await client.streams.update(made.id, attrs.evolve(made, record=True))
            again = await client.streams.get(made.id)
            assert again.record is True
            with pytest.raises(ValueError, match="name of a stream can never be changed"):
                await client.streams.update(made.id, attrs.evolve(again, name="y"))
            await client.streams.update(made.id, {**to_dict(again), "suspended": True})
            assert (await client.streams.get(made.id)).suspended is True
            copy = await client.streams.create(attrs.evolve(again, name="copy"))
            assert (copy.name, copy.profiles, copy.id != made.id) == ("copy", made.profiles, True)
            await client.streams.set_record(made.id, False)
            await client.streams.set_suspended(made.id, attrs.evolve(again, suspended=False))
            last = await client.streams.get(made.id)
            assert (last.record, last.suspended) == (False, False)

    async def test_has_no_profiles_where_it_says_none(self, recorder):
        await recorder.streams.create({"name": "x"})
        await recorder.streams.create(Stream(name="x", profiles=None))
        assert recorder.sent == [{"name": "x", "profiles": []}] * 2

    async def test_keeps_urls_just_as_they_are(self, recorder):
        url = "rtmp://a.example:1935/live/key?a=b&c=%2F"
        spec = PushTargetSpec(name="t", url=url)
        await recorder.streams.create(Stream(name="x", push_targets=(PushTargetRef(profile="source", spec=spec),)))
        assert recorder.sent[0]["pushTargets"][0]["spec"]["url"] == url
        await recorder.push_targets.create({"url": url})
        await recorder.object_stores.create({"url": "s3+https://a%2Fb:c?d=e@host/x"})
        assert [each["url"] for each in recorder.sent[1:]] == [url, "s3+https://a%2Fb:c?d=e@host/x"]
        assert "key?a=b" not in repr(spec)


NEW = {"name": "w", "events": ["stream.started"], "url": URL}
OLD = {"name": "w", "event": "streamStarted", "url": URL}


class TestAWebhook:
    @pytest.mark.anyio
    async def test_goes_out_in_its_own_dialect(self, recorder):
        await recorder.webhooks.create(Webhook(**NEW, event="streamStarted", blocking=True))
        await recorder.webhooks.create(Webhook(**OLD, blocking=False, shared_secret="s"))
        await recorder.webhooks.create({"name": "w", "event": "stream.idle", "url": URL})
        assert recorder.sent == [
            NEW,
            {**OLD, "blocking": False},
            {"name": "w", "event": "stream.idle", "url": URL},
        ]

    @pytest.mark.anyio
    @pytest.mark.parametrize("release", ["07b4db06e", "ea86dbe49"])
    async def test_can_be_read_changed_and_put_back_in_both_releases(self, connect, release):
        service = LivepeerService(release=release)
        async with connect(service) as client:
            made = await client.webhooks.create(OLD if release == "ea86dbe49" else NEW)
            again = attrs.evolve(await client.webhooks.get(made.id), name="renamed")
            assert (await client.webhooks.update(made.id, again)).id == made.id
            found = await client.webhooks.get(made.id)
            assert to_dict(found) == {**to_dict(made), "name": "renamed"}

    @pytest.mark.anyio
    async def test_is_not_lost_to_its_owner_where_a_release_replaces_it_whole(self, connect):
        service = LivepeerService(release="ea86dbe49")
        async with connect(service) as client:
            made = await client.webhooks.create(OLD)
            await client.webhooks.update(made.id, {**OLD, "name": "renamed"})
            found = await client.webhooks.get(made.id)
            assert (found.name, found.user_id, found.created_at) == ("renamed", made.user_id, made.created_at)
            with pytest.raises(NotFoundError):
                await client.webhooks.update("nope", OLD)

    @pytest.mark.anyio
    async def test_is_put_with_the_id_of_the_path_and_what_nobody_here_has_heard_of(self, recorder):
        await recorder.webhooks.update("w1", NEW)
        assert list(recorder.sent[0].items()) == [("id", "w1"), *NEW.items()]
        read = from_dict(Webhook, {"id": "w1", **NEW, "userId": "u", "status": {"a": 1}, "user": {"id": "u"}})
        await recorder.webhooks.update("w1", read)
        assert recorder.sent[1] == {"id": "w1", **NEW, "userId": "u", "status": {"a": 1}}


@pytest.mark.anyio
async def test_whole_objects_can_be_given_where_one_switch_is_asked_for(recorder):
    store = from_dict(ObjectStore, {"id": "o", "url": None, "userId": "u", "disabled": False})
    await recorder.object_stores.update("o", attrs.evolve(store, disabled=True))
    await recorder.push_targets.update("o", True)
    await recorder.users.set_suspended("u", {"suspended": True})
    region = from_dict(Region, {"id": "ber", "kind": "region", "region": "ber", "orchestrators": []})
    await recorder.regions.save("ber", region)
    await recorder.streams.delete_many(["a", "b"])
    await recorder.webhooks.delete_many({"ids": ["a"]})
    assert recorder.sent == [
        {"disabled": True},
        {"disabled": True},
        {"suspended": True},
        {"region": "ber", "orchestrators": []},
        {"ids": ["a", "b"]},
        {"ids": ["a"]},
    ]
    for wrong in (["a", 7], "a", None, 7):
        with pytest.raises(TypeError):
            await recorder.streams.delete_many(wrong)
    with pytest.raises(ValueError, match=r"body\.disabled is required"):
        await recorder.object_stores.update("o", {})


@pytest.mark.anyio
async def test_regions_are_put_together_from_the_list_of_orchestrators():
    flat = [{"address": "a", "region": "x"}, {"address": "b", "region": "y"}, {"address": "c", "region": "x"}]
    grouped = [{"id": "x", "region": "x", "orchestrators": [{"address": "a"}, {"address": "c"}]}]
    for body in (flat, grouped):
        transport = httpx.MockTransport(lambda _, body=body: httpx.Response(200, json=body))
        async with Livepeer("test-key", transport=transport) as client:
            found = await client.regions.list().first()
            assert (found.region, [each.address for each in found.orchestrators]) == ("x", ["a", "c"])
