from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import respx

from asyncsdk import (
    AnalyticsRow,
    ConfigurationError,
    DecodeError,
    Pager,
    PermissionDeniedError,
    Plan,
    RetryPolicy,
    ServerError,
    Shard,
    UnleashAnalytics,
    to_dict,
)
from asyncsdk.testing import AnalyticsService, Sandbox
from asyncsdk.unleash.analytics.client import BASE_URL, ROWS, TABLEAU

DOCUMENT = json.loads((Path(__file__).parents[2] / "data" / "analytics_document.json").read_text())
START, END = datetime(2020, 8, 17, tzinfo=UTC), datetime(2020, 8, 18, tzinfo=UTC)
MS, DAY = 1_597_622_400_000, 86_400_000


def client_of(transport, key="test-key", **options):
    return UnleashAnalytics(key, transport=transport, retry=RetryPolicy(max_attempts=1), **options)


def sandbox(**options):
    return client_of(httpx.ASGITransport(Sandbox(AnalyticsService(**options))))


@pytest.fixture
def router():
    return respx.Router(base_url=BASE_URL, assert_all_mocked=True)


@pytest.fixture
def routed(router):
    return client_of(httpx.MockTransport(router.async_handler))


def page(number, total, *, count=1):
    size = DOCUMENT["size_optimized"]
    return {**size, "total_num_pages": total, "data": [[*size["data"][0][:3], number, *size["data"][0][4:]]] * count}


# ---- the calls


@pytest.mark.anyio
@pytest.mark.parametrize("body", [b'"1.0.1"', b'{"1.0.1"}', b' { "1.0.1" }\n', b'\xef\xbb\xbf{"1.0.1"}'])
async def test_the_version_as_sent_and_as_printed(router, routed, body):
    router.get("/analytics/version").respond(content=body)
    async with routed:
        assert await routed.version() == "1.0.1"


@pytest.mark.anyio
@pytest.mark.parametrize("body", [b"{}", b"7", b"null", b"", b'{"1.0.1", "2"}', b'{"version":"1.0.1"}', b"<html>"])
async def test_what_is_no_version_is_a_decode_error(router, routed, body):
    router.get("/analytics/version").respond(content=body)
    async with routed:
        with pytest.raises(DecodeError, match=r"^unleash_analytics\.version"):
            await routed.version()


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["devices", "sessions"])
async def test_devices_and_sessions_are_lists_of_strings(router, routed, name):
    route = router.get(f"/analytics/{name}").respond(json=DOCUMENT[name])
    async with routed:
        pager = getattr(routed, name)()
        assert isinstance(pager, Pager)
        assert not route.called
        assert await pager.to_list() == DOCUMENT[name]
        assert [item async for item in pager] == DOCUMENT[name]
        assert route.call_count == 2


@pytest.mark.anyio
@pytest.mark.parametrize("body", [b"{}", b"[1]", b'["a",null]', b'"text"', b"null"])
async def test_what_is_no_list_of_strings_is_a_decode_error(router, routed, body):
    router.get("/analytics/devices").respond(content=body)
    async with routed:
        with pytest.raises(DecodeError, match="a list of strings was promised"):
            await routed.devices().to_list()


@pytest.mark.anyio
async def test_the_key_goes_as_the_service_wants_it(router):
    route = router.get("/analytics/version").respond(json="1.0.1")
    for key, header, value in [
        ("test-key", "x-api-key", "test-key"),
        ("ul_pat_test-secret", "authorization", "Bearer ul_pat_test-secret"),
    ]:
        async with client_of(httpx.MockTransport(router.async_handler), key) as analytics:
            await analytics.version()
            assert route.calls.last.request.headers[header] == value
            assert key not in repr(analytics)


def test_a_missing_key_names_the_argument_and_the_variable(monkeypatch):
    monkeypatch.delenv("UNLEASH_API_KEY", raising=False)
    with pytest.raises(ConfigurationError, match=r"api_key.*UNLEASH_API_KEY"):
        UnleashAnalytics()
    monkeypatch.setenv("UNLEASH_API_KEY", "test-key")
    assert isinstance(UnleashAnalytics(), UnleashAnalytics)


@pytest.mark.anyio
async def test_a_wrong_key_is_a_permission_error():
    async with client_of(httpx.ASGITransport(Sandbox()), key="test-wrong") as analytics:
        with pytest.raises(PermissionDeniedError):
            await analytics.devices().first()


# ---- rows


@pytest.mark.anyio
@pytest.mark.parametrize(("name", "path"), [("rows", "/analytics"), ("tableau", "/analytics/tableau")])
async def test_pages_are_walked_by_their_number_in_the_path(router, routed, name, path):
    routes = [
        router.get(f"{path}/W%2F1/{MS}/{MS + DAY}/{number}").respond(json=page(number, 3)) for number in (1, 2, 3)
    ]
    async with routed:
        rows = await getattr(routed, name)("W/1", START, MS + DAY).to_list()
    assert [row.frame_number for row in rows] == [1, 2, 3]
    assert all(route.call_count == 1 for route in routes)
    assert routes[0].calls.last.request.url.query == b""


@pytest.mark.anyio
async def test_the_total_is_read_anew_on_each_page(router, routed):
    totals = {1: 2, 2: 3, 3: 3, 4: 9}
    for number, total in totals.items():
        router.get(f"/analytics/W1/{MS}/{MS + DAY}/{number}").respond(json=page(number, total))
    async with routed:
        assert [row.frame_number async for row in routed.rows("W1", START, END)] == [1, 2, 3]


@pytest.mark.anyio
@pytest.mark.parametrize("body", [{"keys": DOCUMENT["size_optimized"]["keys"], "data": []}, [], {"data": []}])
async def test_a_page_without_a_total_is_the_only_one(router, routed, body):
    router.get(f"/analytics/W1/{MS}/{MS + DAY}/1").respond(json=body)
    async with routed:
        assert await routed.rows("W1", START, END).to_list() == []


@pytest.mark.anyio
async def test_an_error_in_mid_walk_can_be_gone_on_from(router, routed):
    router.get(f"/analytics/W1/{MS}/{MS + DAY}/1").respond(json=page(1, 3))
    router.get(f"/analytics/W1/{MS}/{MS + DAY}/2").mock(
        side_effect=[httpx.Response(500), httpx.Response(200, json=page(2, 3))]
    )
    router.get(f"/analytics/W1/{MS}/{MS + DAY}/3").respond(json=page(3, 3))
    async with routed:
        pager = routed.rows("W1", START, END)
        with pytest.raises(ServerError) as caught:
            await pager.to_list()
        assert caught.value.cursor == "2"
        assert [each.number async for each in pager.pages(start=caught.value.cursor)] == [2, 3]


@pytest.mark.anyio
async def test_a_ragged_row_is_named_with_its_page(router, routed):
    bad = page(2, 2, count=3)
    bad["data"][1] = bad["data"][1][:-1]
    router.get(f"/analytics/W1/{MS}/{MS + DAY}/1").respond(json=page(1, 2))
    router.get(f"/analytics/W1/{MS}/{MS + DAY}/2").respond(json=bad)
    async with routed:
        with pytest.raises(DecodeError, match=r"row 1 has 7 values for 8 keys \(page 2\)$") as caught:
            await routed.rows("W1", START, END).to_list()
    assert caught.value.cursor == "2"
    assert "sneaky-firefox-288" not in f"{caught.value!r}{caught.value}{caught.value.snippet}"


@pytest.mark.anyio
async def test_the_documented_rows_come_back_exactly():
    async with sandbox() as analytics:
        for device, sample in (("W9d3f1bcad8e8abd", "introduction"), ("Wabcdb35be35bb72", "size_optimized")):
            wire = [dict(zip(DOCUMENT[sample]["keys"], row, strict=True)) for row in DOCUMENT[sample]["data"]]
            rows = await analytics.rows(device, START, END).to_list()
            assert [list(to_dict(row).items()) for row in rows] == [list(row.items()) for row in wire]
        rows = await analytics.tableau("Wabcdb35be35bb72", START, END).to_list()
        assert [to_dict(row) for row in rows] == DOCUMENT["tableau"]["data"]
        assert all(isinstance(row, AnalyticsRow) for row in rows)


@pytest.mark.anyio
async def test_both_endpoints_give_the_same_rows_of_a_generated_device():
    async with sandbox(devices=1, rows_per_hour=20, page_size=100) as analytics:
        device = (await analytics.devices().to_list())[-1]
        rows = await analytics.rows(device, START, END).to_list()
        assert len(rows) > 200
        assert await analytics.tableau(device, START, END).to_list() == rows


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("", START, END), ValueError, "device id must not be ''"),
        (("..", START, END), ValueError, "device id must not be"),
        ((7, START, END), TypeError, "a device id is a string, not int"),
        (("W1", START.replace(tzinfo=None), END), ValueError, "start is a naive datetime"),
        (("W1", START, 1_597_622_400), ValueError, "end=1597622400 looks like seconds"),
        (("W1", MS * 1_000_000, END), ValueError, "looks like nanoseconds"),
        (("W1", END, START), ValueError, "is after end"),
        (("W1", "2020-08-17", END), TypeError, "start must be an aware datetime or int milliseconds, not str"),
    ],
)
@pytest.mark.parametrize("name", ["rows", "tableau"])
def test_what_cannot_be_meant_is_refused_at_the_call(routed, name, arguments, error, message):
    with pytest.raises(error, match=message):
        getattr(routed, name)(*arguments)


def test_a_range_is_never_narrower_than_what_was_asked_for(routed):
    finer = timedelta(microseconds=300)
    plan = routed.plan("W1", START + finer, START + timedelta(hours=1) + finer)
    assert (plan.start, plan.end) == (MS, MS + 3_600_001)


def test_operations_are_declared_beside_their_methods():
    assert ROWS.url_path("W 1", MS, MS + DAY, 1) == f"/analytics/W%201/{MS}/{MS + DAY}/1"
    assert TABLEAU.python == "tableau"


# ---- plans


def test_a_plan_is_of_this_system(routed):
    plan = routed.plan(["W1"], START, START + timedelta(hours=2))
    assert list(plan) == [
        Shard("unleash_analytics.rows", "W1", MS, MS + 3_600_000),
        Shard("unleash_analytics.rows", "W1", MS + 3_600_000, MS + 7_200_000),
    ]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("W1",), TypeError, "start and end are needed"),
        (("W1", START), TypeError, "start and end are needed"),
        (("W1", END, START), ValueError, "is after end"),
        (([""], START, END), ValueError, "a key must not be ''"),
        ((b"W1", START, END), TypeError, "keys must be ids.*not bytes"),
        ((Plan.of([]), START, END), TypeError, "a plan has its own start and end"),
        (
            (Plan.of([Shard("livepeer.usage", "s", 0, 1)]),),
            ValueError,
            r"for livepeer\.usage, not for unleash_analytics\.rows",
        ),
    ],
)
def test_a_fan_out_of_what_cannot_be_meant_is_refused_at_the_call(routed, arguments, error, message):
    with pytest.raises(error, match=message):
        routed.fan_out(*arguments)


@pytest.mark.parametrize(
    ("options", "error"),
    [({"window": timedelta(0)}, ValueError), ({"concurrency": 0}, ValueError), ({"on_error": "ignore"}, ValueError)],
)
def test_a_fan_out_with_options_that_cannot_work_is_refused_at_the_call(routed, options, error):
    with pytest.raises(error, match=next(iter(options))):
        routed.fan_out("W1", START, END, **options)
