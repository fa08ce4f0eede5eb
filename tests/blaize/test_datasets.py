"""What can be pulled of the Admin API, against the sandbox: as the document has it, and as the live service is."""

from __future__ import annotations

import pickle

import httpx
import pyarrow.parquet as pq
import pytest

from asyncsdk import Blaize, ConnectionLostError, NDJSONSink, NotFoundError, ParquetSink, Plan, Shard, to_dict
from asyncsdk.blaize import Account, AccountUser, ExportedUser, Grant
from asyncsdk.blaize.datasets import ACCOUNT_USERS, ACCOUNTS, GRANTS, USERS
from asyncsdk.columns import to_wire
from asyncsdk.testing import BlaizeService, Sandbox

pytestmark = pytest.mark.anyio


class Pieces(httpx.AsyncByteStream):
    """A body in pieces, which can be left anywhere: no generator, whose end somebody would have to see to.

    Args:
        body: the bytes.
        broken: whether the connection breaks in the middle.
    """

    def __init__(self, body, *, broken=False):
        self.pieces = [body[at : at + 10_000] for at in range(0, len(body), 10_000)]
        self.left = len(self.pieces) // 2 if broken else 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        if len(self.pieces) <= self.left:
            if self.left:
                raise httpx.ReadError("the connection broke")
            raise StopAsyncIteration
        return self.pieces.pop(0)


class Counted(httpx.AsyncBaseTransport):
    """Answers of a sandbox, and what was asked of it."""

    def __init__(self, app):
        self.inner = httpx.ASGITransport(app)
        self.asked = []
        self.broken = False

    async def handle_async_request(self, request):
        self.asked.append(request.url.path)
        response = await self.inner.handle_async_request(request)
        body = Pieces(await response.aread(), broken=self.broken)
        return httpx.Response(response.status_code, headers=response.headers, stream=body)


@pytest.fixture(params=[False, True], ids=["as the document", "live"])
def service(request):
    return BlaizeService(users=1200, live=request.param)


@pytest.fixture
def transport(service):
    return Counted(Sandbox(service, gzip=False))


@pytest.fixture
async def blaize(service, transport, anyio_backend):
    """The client of a tenant in which every hundredth user was granted something, and of whose two accounts one has nobody."""
    keys = {"access_key": service.access_key, "secret_key": service.secret_key}
    async with Blaize("demo", base_url="http://sdk.test", transport=transport, **keys) as client:
        for number, user_id in enumerate(service.user_ids):
            if number % 100 == 0:
                await client.users.grants.create(user_id, Grant(entitlement_type="bundle", entitlement_id=f"B{number}"))
        await client.accounts.create(Account(company_id="c", name="nobody", number_of_seats=1))
        transport.asked.clear()
        yield client


async def rows_of(stream):
    async with stream:
        return [(stream.shard.key, to_dict(row)) async for row in stream]


async def test_the_data_sets_of_the_contract(blaize):
    said = {each.name: (each.id, each.model, each.key, each.time) for each in (USERS, GRANTS, ACCOUNTS, ACCOUNT_USERS)}
    assert said == {
        "users": ("blaize.users", ExportedUser, None, None),
        "grants": ("blaize.grants", Grant, "user_id", None),
        "accounts": ("blaize.accounts", Account, None, None),
        "account_users": ("blaize.account_users", AccountUser, "account_id", None),
    }
    assert list(blaize.datasets) == ["users", "grants", "accounts", "account_users"]
    assert all(blaize.datasets[name].id == f"blaize.{name}" for name in blaize.datasets)
    for each in (USERS, GRANTS, ACCOUNTS, ACCOUNT_USERS):
        assert pickle.loads(pickle.dumps(each)) is each


async def test_users_are_the_export(blaize):
    async with blaize.users.export(attributes=True) as export:
        expected = [(None, to_dict(row)) async for row in export]
    assert len(expected) == 1201
    assert await rows_of(blaize.datasets.users.fan_out()) == expected


async def test_the_bytes_of_the_export_are_counted_while_they_arrive(blaize, tmp_path):
    report = await blaize.datasets.users.backfill(blaize.datasets.users.plan(), NDJSONSink(tmp_path))
    assert report.rows == 1201
    assert report.bytes > 10_000
    assert report.retries == 0


async def test_the_export_is_left_with_the_stream(blaize, transport):
    async with blaize.datasets.users.fan_out(concurrency=1) as stream:
        await anext(stream)
    assert blaize.throttle.active == 0


async def test_grants_tell_whose_they_are(blaize, service, transport):
    found = await rows_of(blaize.datasets.grants.fan_out("all", concurrency=64))
    granted = {user_id for number, user_id in enumerate(service.user_ids) if number % 100 == 0}
    assert {key for key, _ in found} - granted == {"123456789ABCD", "0123456789ABCD"} & {key for key, _ in found}
    assert granted <= {key for key, _ in found}
    assert sum(path.endswith("/grants") for path in transport.asked) == 1201


async def test_grants_of_a_user_who_is_not_there_fail(blaize):
    with pytest.raises(NotFoundError) as caught:
        await rows_of(blaize.datasets.grants.fan_out(["nobody"]))
    assert caught.value.shard == Shard("blaize.grants", "nobody")


async def test_batches_of_grants_have_the_user_in_front(blaize, service):
    user_id = next(iter(service.user_ids))
    async with blaize.datasets.grants.fan_out([user_id]) as stream:
        table = await stream.to_arrow()
    assert table.schema == blaize.datasets.grants.schema()
    assert table.schema.names == ["user_id", "grantId", "entitlement_type", "entitlement_id", "extra"]
    assert table.select(["user_id", "entitlement_id"]).to_pylist() == [{"user_id": user_id, "entitlement_id": "B0"}]


async def test_accounts_are_one_list(blaize):
    found = await rows_of(blaize.datasets.accounts.fan_out())
    assert [row["name"] for _, row in found] == ["Account name", "nobody"]


async def test_an_account_that_nobody_belongs_to_is_no_failure(blaize):
    accounts = [key async for key in blaize.datasets.account_users.all_keys()]
    found = await rows_of(blaize.datasets.account_users.fan_out(accounts))
    assert {key for key, _ in found} == {"0123456789ABCD"}
    assert [row["account_id"] for _, row in found] == [key for key, _ in found]
    assert await rows_of(blaize.datasets.account_users.fan_out("all")) == found


async def test_a_snapshot_stands_until_it_is_refreshed(blaize, tmp_path):
    users = blaize.datasets.users
    report = await users.backfill(users.plan(), ParquetSink(tmp_path))
    assert (report.shards, report.rows, report.provisional) == (1, 1201, 0)
    [path] = tmp_path.glob("*.parquet")
    before = path.read_bytes()
    assert [row["seq-no"] for row in to_wire(pq.read_table(tmp_path), ExportedUser)] == list(range(1, 1202))

    await blaize.users.delete((await blaize.users.list().to_list())[-1].user_id)
    again = await users.backfill(users.plan(), ParquetSink(tmp_path))
    assert (again.shards, again.skipped, path.read_bytes()) == (0, 1, before)
    fresh = await users.backfill(users.plan(), ParquetSink(tmp_path), refresh=True)
    assert (fresh.shards, fresh.skipped, fresh.rows) == (1, 0, 1200)
    assert len(to_wire(pq.read_table(tmp_path), ExportedUser)) == 1200


async def test_a_refresh_that_breaks_off_leaves_what_was_there(blaize, tmp_path, transport):
    users = blaize.datasets.users
    await users.backfill(users.plan(), NDJSONSink(tmp_path))
    [path] = tmp_path.glob("*.ndjson")
    before = path.read_bytes()

    transport.broken = True
    with pytest.raises(ConnectionLostError):
        await users.backfill(users.plan(), NDJSONSink(tmp_path), refresh=True)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if each.is_file()] == [path.name]


async def test_grants_lie_by_user(blaize, service, tmp_path):
    grants = blaize.datasets.grants
    user_ids = list(service.user_ids)[:3]
    report = await grants.backfill(grants.plan(user_ids), NDJSONSink(tmp_path))
    assert (report.shards, report.rows) == (3, 1)
    assert sorted(each.name for each in tmp_path.iterdir() if each.is_dir() and each.name[0] != ".") == sorted(
        f"user_id={user_id}" for user_id in user_ids
    )
    [path] = tmp_path.rglob("snapshot.ndjson")
    assert path.read_bytes().startswith(b'{"user_id":"%b",' % user_ids[0].encode())
    more = await grants.backfill(grants.plan(list(service.user_ids)[:150]), NDJSONSink(tmp_path), concurrency=32)
    assert (more.shards, more.skipped) == (147, 3)


async def test_a_plan_of_grants_is_split_by_users(service):
    plan = Plan.make("blaize.grants", service.user_ids)
    assert [len(piece) for piece in plan.split(7)] == [171, 172, 171, 172, 171, 172, 171]
