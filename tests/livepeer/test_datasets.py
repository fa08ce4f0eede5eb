"""What can be pulled of Livepeer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from asyncsdk.livepeer import Stream, UsagePeriod
from asyncsdk.testing import LivepeerService

DAY = datetime(2026, 11, 1, tzinfo=UTC)
DAY_MS = int(DAY.timestamp() * 1000)


@pytest.fixture
def service():
    """Two streams with sessions, of two users."""
    service = LivepeerService()
    owner, admin = service.tables.users
    for stream, user in (("s1", owner), ("s2", admin)):
        service.tables.streams[stream] = {
            "id": stream,
            "kind": "stream",
            "name": stream,
            "userId": user,
            "createdAt": DAY_MS,
        }
        for number in range(3):
            id = f"{stream}-{number}"
            numbers = {
                "sourceSegments": 2,
                "transcodedSegments": 4,
                "sourceSegmentsDuration": 1.5,
                "transcodedSegmentsDuration": 3,
            }
            more = {"lastSeen": DAY_MS + number, "parentId": stream, "createdAt": DAY_MS + number * 86_400_000}
            service.tables.streams[id] = {"id": id, "name": id, "userId": user, **numbers, **more}
    return service


@pytest.mark.anyio
class TestDataSets:
    async def test_are_five(self, connect, service):
        async with connect(service, "test-admin-key") as client:
            kinds = {
                name: (client.datasets[name].id, client.datasets[name].key, client.datasets[name].time)
                for name in client.datasets
            }
        assert kinds == {
            "streams": ("livepeer.streams", None, None),
            "sessions": ("livepeer.sessions", None, None),
            "users": ("livepeer.users", None, None),
            "stream_sessions": ("livepeer.stream_sessions", "stream_id", None),
            "usage": ("livepeer.usage", "user_id", "from_time"),
        }

    async def test_give_whole_lists(self, connect, service):
        async with connect(service, jwt=service.jwt("11111111-0000-4000-8000-000000000001"), api_key=None) as client:
            for name, count in (("streams", 9), ("sessions", 1), ("users", 2)):
                async with client.datasets[name].fan_out() as stream:
                    assert len([row async for row in stream]) == count

    async def test_give_the_sessions_of_all_streams_as_columns(self, connect, service):
        async with connect(service, jwt=service.jwt("11111111-0000-4000-8000-000000000001"), api_key=None) as client:
            async with client.datasets.stream_sessions.fan_out("all") as stream:
                found = [(stream.shard.key, row.id) async for row in stream]
            assert sorted(found) == [(s, f"{s}-{n}") for s in ("s1", "s2") for n in range(3)]
            assert client.datasets.stream_sessions.schema().names[0] == "stream_id"
            assert client.datasets.stream_sessions.model is Stream

    async def test_give_the_usage_of_users_by_day(self, connect, service):
        async with connect(service, jwt=service.jwt("11111111-0000-4000-8000-000000000001"), api_key=None) as client:
            usage = client.datasets.usage
            plan = usage.plan("all", DAY, DAY + timedelta(days=3), window=timedelta(days=1))
            async with usage.fan_out(plan, ordered=True) as stream:
                rows = [row async for row in stream]
            assert len(rows) == 6
            assert all(type(row) is UsagePeriod for row in rows)
            assert {row.from_time for row in rows} == {DAY + timedelta(days=n) for n in range(3)}
            assert [row.source_segments for row in rows] == [2] * 6
            async with usage.fan_out(plan) as stream:
                batches = [batch async for batch in stream.batches()]
            table = [row for batch in batches for row in batch.to_pylist()]
            assert {row["userId"] for row in table} == set(service.tables.users)
            assert {row["fromTime"] for row in table} == {DAY + timedelta(days=n) for n in range(3)}
