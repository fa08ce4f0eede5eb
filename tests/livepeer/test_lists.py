"""Walks over lists: every item once, whatever the page, with a cursor and nothing else out of the link."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import httpx
import pytest

from asyncsdk import ConfigurationError, PaginationError
from asyncsdk.livepeer.rules.filters import filters_of, order_of
from asyncsdk.testing import LivepeerService

NAMES = {"id", "name", "createdAt", "record"}


def query_of(request):
    return {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}


@pytest.mark.anyio
@pytest.mark.parametrize("release", ["07b4db06e", "ea86dbe49"])
@pytest.mark.parametrize("size", [1, 37, 50, 100, 250])
async def test_a_walk_over_250_streams_gives_each_once(connect, release, size):
    service = LivepeerService(release=release)
    sample = next(iter(service.tables.streams.values()))
    service.tables.streams.clear()
    for number in range(250):  # made in one moment, as by four threads
        id = f"{(number * 7919) % 250:04}-{number}"
        service.tables.streams[id] = {**sample, "id": id, "createdAt": 1}
    async with connect(service) as client:
        pager = client.streams.list(page_size=size, count=True)
        found = [stream.id async for stream in pager]
        assert len(found) == len(set(found)) == 250
        assert len(await pager.to_list(max_items=3)) == 3
        assert await pager.to_list(max_items=0) == []
        assert pager.total == (250 if release == "07b4db06e" else None)
        hooks = client.webhooks.list(limit=size)
        assert [each.name async for each in hooks] == ["test_webhook"]


@pytest.mark.anyio
class TestAPage:
    async def test_is_always_asked_for_with_a_limit_and_a_stable_order(self, connect):
        sent = []

        def handle(request):
            sent.append(query_of(request))
            return httpx.Response(200, json=[])

        async with connect(handle, user_id="me") as client:
            for pager in (
                client.streams.list(),
                client.sessions.list(),
                client.users.list(),
                client.webhooks.list(),
                client.api_tokens.list(),
            ):
                assert await pager.to_list() == []
                assert sent[-1]["limit"] == "100"
                assert sent[-1]["order"] == "id-false"
            await client.object_stores.list(page_size=7).to_list()
            assert sent[-1] == {"limit": "7", "userId": "me"}
            await client.streams.list(
                order="-createdAt", all=True, active=False, streams_only=True, user_id="u"
            ).to_list()
            assert sent[-1] == {
                "limit": "100",
                "order": "createdAt-true,id-false",
                "all": "true",
                "active": "false",
                "streamsonly": "true",
                "userId": "u",
            }
            await client.webhooks.list(all=False, count=False).to_list()
            assert sent[-1].keys() == {"limit", "order"}  # the service takes any value for true

    async def test_is_told_by_the_cursor_of_the_link_and_by_nothing_else_of_it(self, connect):
        sent = []

        def handle(request):
            sent.append(request)
            cursor = query_of(request).get("cursor")
            page = {None: ["a", "b"], "skip2": ["b", "c"], "end": []}[cursor]
            after = {None: "skip2", "skip2": "end", "end": "skip2"}[cursor]
            link = f'<http://evil.example/api/stream?cursor={after}>; rel="next"'
            return httpx.Response(200, json=[{"id": each} for each in page], headers={"link": link})

        async with connect(handle) as client:
            assert [each.id async for each in client.streams.list()] == ["a", "b", "c"]
        assert {each.url.host for each in sent} == {"livepeer.test"}
        assert len(sent) == 3

    @pytest.mark.parametrize("cursor", ["undefined", "null", ""])
    async def test_whose_link_leads_nowhere_is_the_last_one(self, connect, cursor):
        link = f'<http://livepeer.test/api/webhook?cursor={cursor}>; rel="next"'
        handle = lambda _: httpx.Response(200, json=[{"id": "a"}], headers={"link": link})  # noqa: E731
        async with connect(handle) as client:
            assert len(await client.webhooks.list().to_list()) == 1

    async def test_whose_cursor_comes_again_is_an_error(self, connect):
        def handle(request):
            items = [{"id": f"{query_of(request).get('cursor')}"}]
            return httpx.Response(200, json=items, headers={"link": '<http://x/?cursor=skip1>; rel="next"'})

        async with connect(handle) as client:
            with pytest.raises(PaginationError, match="twice"):
                await client.streams.list().to_list()

    async def test_may_be_the_first_of_a_walk(self, connect, service):
        async with connect(service) as client:
            for number in range(4):
                await client.streams.create({"name": str(number)})
            rest = await client.streams.list(cursor="skip2", limit=2).to_list()
            every = await client.streams.list(limit=2).to_list()
            assert rest == every[2:]

    async def test_of_sessions_follows_while_pages_are_full(self, connect):
        sent = []

        def handle(request):
            sent.append(query_of(request))
            start = int(sent[-1].get("cursor", "skip0").removeprefix("skip"))
            rows = [] if sent[-1].get("record") == "false" and start == 2 else list(range(start, min(start + 2, 5)))
            return httpx.Response(200, json=[{"id": str(each)} for each in rows])

        async with connect(handle) as client:
            assert [each.id async for each in client.streams.sessions("s", limit=2)] == list("01234")
            assert [each.get("cursor") for each in sent] == [None, "skip2", "skip4"]
            await client.streams.sessions("s", limit=2, record=True, force_url=True).first()
            assert sent[-1] == {"limit": "2", "forceUrl": "true", "record": "true"}
            await client.streams.sessions("s", record=False, force_url=False).first()
            assert sent[-1] == {"limit": "100", "record": "false"}

    @pytest.mark.parametrize("wrong", [0, -1, True, "5", 1.5])
    async def test_has_a_whole_number_of_items(self, connect, wrong):
        client = connect(lambda _: httpx.Response(500))
        for name in ("limit", "page_size"):
            with pytest.raises((ValueError, TypeError), match=name):
                client.streams.list(**{name: wrong})
        with pytest.raises(ValueError, match="same thing"):
            client.streams.list(limit=1, page_size=2)


class TestAnOrder:
    @pytest.mark.parametrize(
        ("said", "sent"),
        [
            (None, "id-false"),
            ("", "id-false"),
            ("id", "id-false"),
            ("-id", "id-true"),
            ("name", "name-false,id-false"),
            ("-createdAt", "createdAt-true,id-false"),
            ("createdAt-true,name-false", "createdAt-true,name-false,id-false"),
            (["record", "-createdAt", "id"], "record-false,createdAt-true,id-false"),
        ],
    )
    def test_always_ends_in_what_is_unique(self, said, sent):
        assert order_of(said, NAMES) == sent

    @pytest.mark.parametrize("wrong", ["bogus", "name-maybe", "-name-true", "na me", "createdAt,oops", "--name"])
    def test_that_the_service_would_drop_in_silence_is_refused(self, wrong, connect):
        with pytest.raises(ValueError, match="order: "):
            order_of(wrong, NAMES)
        with pytest.raises(ValueError, match="order: "):
            connect(lambda _: httpx.Response(500)).streams.list(order=wrong)

    def test_is_of_texts(self):
        with pytest.raises(TypeError):
            order_of([1], NAMES)


class TestFilters:
    @pytest.mark.parametrize(
        ("said", "sent"),
        [
            ({"name": "test"}, [("name", "test")]),
            (
                {"record": True, "createdAt": {"gte": 1, "lt": 5}},
                [("record", True), ("createdAt", {"gte": 1, "lt": 5})],
            ),
            ({"createdAt": {"eq": 5}}, [("createdAt", 5)]),
            ({"createdAt": {"gt": 1, "eq": 5}}, [("createdAt", {"gt": 1}), ("createdAt", 5)]),
            ({"createdAt": {"gt": datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)}}, [("createdAt", {"gt": 1000})]),
            ([{"id": "name", "value": "x"}], [("name", "x")]),
        ],
    )
    def test_are_the_services_own(self, said, sent):
        assert json.loads(filters_of(said, NAMES)) == [{"id": name, "value": value} for name, value in sent]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"bogus": 1},
            {"name": {"like": "x"}},
            {"createdAt": {}},
            {"createdAt": {"gt": datetime(2020, 1, 1)}},  # noqa: DTZ001
            {"name": None},
            {"name": ["x"]},
            {1: "x"},
            [{"id": "name"}],
            ["name"],
        ],
    )
    def test_that_mean_nothing_are_refused(self, wrong):
        with pytest.raises((ValueError, TypeError), match=r"^filters: "):
            filters_of(wrong, NAMES)

    @pytest.mark.anyio
    async def test_go_through_the_services_double_unescaping(self, connect, service):
        async with connect(service) as client:
            for name in ("50% off", "50 ways", "ünï & 100%25", 'a"b\\c'):
                made = await client.streams.create({"name": name})
                assert [each.id async for each in client.streams.list(filters={"name": name})] == [made.id]
            assert len(await client.streams.list(filters={"createdAt": {"gt": 1600000000000}}).to_list()) == 4
            assert await client.streams.list(filters={"record": True}).to_list() == []


@pytest.mark.anyio
class TestAListThatWantsAUser:
    async def test_is_asked_for_the_one_that_any_object_tells_once(self, connect, service):
        async with connect(service) as client:
            assert [each.name async for each in client.object_stores.list()] == ["s"]
            assert client.memory.user_id == "66E2161C-7670-4D05-B71D-DA2D6979556F"
            assert [each.name async for each in client.push_targets.list()] == ["t"]

    async def test_knows_it_from_what_the_client_has_made_and_from_sessions(self, connect, service):
        async with connect(service) as client:
            await client.streams.create({"name": "x"})
            assert client.memory.user_id
            session = await client.users.login({"email": "useremail@gmail.com", "password": "thisisapassword"})
            member = client.with_session(session)
            assert member.memory.user_id == session.id
            assert client.with_session(session.token).memory.user_id == session.id
            assert len(await member.api_tokens.list().to_list()) == 1
            assert client.with_options(timeout=5).memory is client.memory

    async def test_says_clearly_what_is_missing(self, connect, service):
        service.tables.webhooks.clear()
        service.tables.streams.clear()
        async with connect(service) as client:
            with pytest.raises(ConfigurationError, match=r"give user_id=\.\.\. here or to Livepeer"):
                await client.object_stores.list().to_list()
            assert len(await client.object_stores.list(user_id="66E2161C-7670-4D05-B71D-DA2D6979556F").to_list()) == 1
        async with connect(service, user_id="66E2161C-7670-4D05-B71D-DA2D6979556F") as client:
            assert len(await client.object_stores.list().to_list()) == 1

    async def test_gives_an_administrator_what_all_have(self, connect, service):
        async with connect(service, "test-admin-key") as client:
            (store,) = await client.object_stores.list().to_list()
            assert store.url.startswith("s3+https://access-key:secret-key")
            assert "secret-key" not in repr(store)
