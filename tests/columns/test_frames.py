from __future__ import annotations

import sys
from datetime import UTC, datetime

import httpx
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from attrs import frozen

from asyncsdk import AnalyticsRow, ConfigurationError, Page, Pager, ServerError
from asyncsdk.blaize import Grant, PromoCode
from asyncsdk.codec import Model, from_dict
from asyncsdk.columns import model_schema, to_batch, to_wire
from asyncsdk.columns.frames import arrow_of_batches, schema_of
from asyncsdk.testing import AnalyticsService, BlaizeService, Sandbox

NOON = datetime(2020, 8, 17, 12, tzinfo=UTC)


@frozen(kw_only=True)
class Part(Model):
    name: str | None = None


@frozen(kw_only=True)
class Thing(Model):
    id: int | None = None
    size: float | None = None
    on: bool | None = None
    at: datetime | None = None
    part: Part | None = None
    parts: tuple[Part, ...] | None = None


ROWS = [
    {"id": 2**53 + 1, "at": "2020-08-17T12:00:00.000Z", "part": {"name": "x"}, "parts": [{"name": "y"}]},
    {"size": 0.5, "on": True, "unheard": 1},
    {"id": None, "at": "1969-12-31T23:59:59.999999Z"},
]


def paged(*pages, of=Thing):
    """A pager over these pages, which counts its requests in `asked`."""

    async def fetch(cursor):
        pager.asked += 1
        at = int(cursor or 0)
        items = pages[at]
        if isinstance(items, Exception):
            raise items
        items = [from_dict(of, each) if isinstance(each, dict) else each for each in items]
        return Page(items, cursor=str(at + 1) if at + 1 < len(pages) else None)

    pager = Pager(fetch, of=of)
    pager.asked = 0
    return pager


@pytest.mark.anyio
async def test_a_pager_becomes_a_table_of_its_model_from_which_the_rows_come_back():
    table = await paged(ROWS[:2], [], ROWS[2:]).to_arrow()
    assert table.schema == model_schema(Thing)
    assert to_wire(table, Thing) == ROWS


@pytest.mark.anyio
async def test_a_polars_frame_has_the_exact_values():
    frame = await paged(ROWS[:1], ROWS[1:]).to_polars()
    assert frame.schema == {
        "id": pl.Int64(),
        "size": pl.Float64(),
        "on": pl.Boolean(),
        "at": pl.Datetime("us", "UTC"),
        "part": pl.Struct({"name": pl.String()}),
        "parts": pl.List(pl.Struct({"name": pl.String()})),
        "extra": pl.String(),
    }
    assert frame["id"].to_list() == [2**53 + 1, None, None]
    assert frame["at"][0] == NOON
    assert frame["part"].to_list() == [{"name": "x"}, None, None]
    assert frame["extra"].to_list() == [None, '{"unheard":1}', '{"id":null}']
    assert to_wire(frame.to_arrow(), Thing) == ROWS


@pytest.mark.anyio
async def test_a_pandas_frame_has_the_exact_values_a_whole_number_beside_null_too():
    frame = await paged(ROWS).to_pandas()
    assert frame["id"].tolist() == [2**53 + 1, pd.NA, pd.NA]
    assert frame["at"][0] == NOON
    assert frame["at"].dtype == pd.ArrowDtype(pa.timestamp("us", tz="UTC"))
    assert frame["on"].dtype == pd.ArrowDtype(pa.bool_())
    assert to_wire(pa.Table.from_pandas(frame), Thing) == ROWS


@pytest.mark.anyio
async def test_an_empty_list_has_its_types():
    empty = paged([])
    assert (await empty.to_arrow()).schema == model_schema(Thing)
    assert (await empty.to_polars()).schema == (await paged(ROWS).to_polars()).schema
    assert (await empty.to_pandas()).dtypes.equals((await paged(ROWS).to_pandas()).dtypes)


@pytest.mark.anyio
async def test_a_list_of_texts_is_one_column():
    for items in (["a", "b"], []):
        pager = paged(items, of=str)
        assert await pager.to_arrow() == pa.table({"value": pa.array(items, pa.string())})
        assert (await pager.to_polars()).to_dict(as_series=False) == {"value": items}
        assert (await pager.to_pandas())["value"].tolist() == items


@pytest.mark.anyio
async def test_a_stream_of_batches_becomes_a_table_also_without_one():
    async def batches(*parts):
        for part in parts:
            yield to_batch(Thing, part)

    schema = model_schema(Thing)
    assert to_wire(await arrow_of_batches(batches(ROWS[:1], ROWS[1:]), schema), Thing) == ROWS
    assert (await arrow_of_batches(batches(), schema)).schema == schema


@pytest.mark.anyio
async def test_an_error_in_mid_walk_says_where():
    pager = paged(ROWS, ServerError("broken", status_code=500, operation="test"))
    with pytest.raises(ServerError) as caught:
        await pager.to_arrow()
    assert caught.value.cursor == "1"


@pytest.mark.parametrize("of", [None, int, dict, "Thing", list[str]])
@pytest.mark.anyio
async def test_a_pager_whose_items_nobody_knows_is_refused_before_a_request(of):
    pager = paged(ROWS, of=of)
    for make in (pager.to_arrow, pager.to_polars, pager.to_pandas):
        with pytest.raises(TypeError, match=r"of=|only models and texts"):
            await make()
    assert pager.asked == 0


@pytest.mark.parametrize(("name", "extra"), [("polars", "polars"), ("pandas", "pandas"), ("pyarrow", "arrow")])
@pytest.mark.anyio
async def test_what_is_missing_is_named_before_a_request(monkeypatch, name, extra):
    pager = paged(ROWS)
    monkeypatch.setitem(sys.modules, name, None)
    for make in (pager.to_polars, pager.to_pandas) if extra == "arrow" else [getattr(pager, f"to_{name}")]:
        with pytest.raises(ConfigurationError, match=rf'pip install "asyncsdk\[{extra}\]"'):
            await make()
    assert pager.asked == 0


# ---- the pagers of the systems


@pytest.mark.anyio
async def test_every_list_of_analytics_has_its_frame():
    from asyncsdk import UnleashAnalytics

    sandbox = Sandbox(AnalyticsService(devices=2, rows_per_hour=50, page_size=20))
    async with UnleashAnalytics("test-key", transport=httpx.ASGITransport(sandbox)) as analytics:
        devices = (await analytics.devices().to_arrow()).column("value").to_pylist()
        assert devices == await analytics.devices().to_list()
        assert (await analytics.sessions().to_polars()).height == len(await analytics.sessions().to_list())
        rows = analytics.rows(devices[-1], NOON, NOON.replace(hour=13))
        table = await rows.to_arrow()
        assert table.schema == model_schema(AnalyticsRow)
        assert table.num_rows == len(await rows.to_list()) > 20
        assert (await analytics.tableau(devices[-1], NOON, NOON.replace(hour=13)).to_arrow()).equals(table)


@pytest.mark.anyio
async def test_every_list_of_blaize_has_its_frame():
    from asyncsdk import Blaize

    sandbox = Sandbox(BlaizeService(users=3))
    async with Blaize(
        base_url="http://sdk.test",
        access_key="test-access",
        secret_key="test-secret",
        transport=httpx.ASGITransport(sandbox),
    ) as blaize:
        users = await blaize.users.list().to_polars()
        assert users["user_id"].to_list() == [each.user_id for each in await blaize.users.list().to_list()]
        assert isinstance(users["identifiers"].dtype, pl.Struct)
        grants = await blaize.users.grants.list(users["user_id"][0]).to_arrow()
        assert grants.schema == model_schema(Grant)
        assert (await blaize.promo_codes.list().to_arrow()).schema == schema_of(PromoCode)
