from __future__ import annotations

import pytest

from asyncsdk.testing import AnalyticsService, Sandbox
from asyncsdk.testing.faults import (
    empty_page,
    fail_every,
    fail_first,
    html,
    late_total,
    renamed,
    reordered,
    with_key,
    without_total,
)

START, END = 1_597_622_400_000, 1_597_708_800_000
DEVICE = "W9d3f1bcad8e8abd"
FLAT = f"/analytics/{DEVICE}/{START}/{END}/"
TABLEAU = f"/analytics/tableau/{DEVICE}/{START}/{END}/"


@pytest.fixture
def paged(in_process):
    """Asks for pages of two rows, changed by a function."""

    async def ask(path, on_page, *numbers):
        async with in_process(Sandbox(AnalyticsService(devices=0, page_size=2, on_page=on_page))) as client:
            return [(await client.get(f"{path}{number}")).json() for number in numbers or (1,)]

    return ask


@pytest.fixture
def statuses(in_process):
    """The statuses of so many requests to a sandbox with a fault."""

    async def ask(fault, number):
        async with in_process(Sandbox(AnalyticsService(devices=0), on_request=fault)) as client:
            return [(await client.get("/analytics/version")).status_code for _ in range(number)]

    return ask


@pytest.mark.anyio
async def test_every_nth_request_fails(statuses):
    assert await statuses(fail_every(3), 7) == [200, 200, 503, 200, 200, 503, 200]
    assert await statuses(fail_every(1, 429, "Too Many Requests"), 2) == [429, 429]


@pytest.mark.anyio
async def test_the_first_requests_fail(statuses):
    assert await statuses(fail_first(2, 500), 4) == [500, 500, 200, 200]


@pytest.mark.anyio
async def test_a_failure_has_the_message_and_the_headers_asked_for(in_process):
    fault = fail_every(1, 429, "Too Many Requests", retry_after="2")
    async with in_process(Sandbox(on_request=fault)) as client:
        answer = await client.get("/analytics/version")
    assert answer.json() == {"message": "Too Many Requests"}
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["x-amzn-errortype"] == "TooManyRequestsException"


@pytest.mark.anyio
async def test_an_answer_can_be_a_web_page(in_process):
    async with in_process(Sandbox(on_request=html())) as client:
        answer = await client.get("/analytics/version")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.startswith("<!DOCTYPE html>")


@pytest.mark.anyio
@pytest.mark.parametrize("path", [FLAT, TABLEAU])
async def test_a_page_is_as_it_was_without_a_fault(paged, path):
    assert await paged(path, None) == await paged(path, lambda page, number: page)


@pytest.mark.anyio
async def test_rows_can_have_one_more_key(paged):
    (plain,), (flat,), (tableau,) = [
        await paged(FLAT, None),
        await paged(FLAT, with_key("confidence", 0.5)),
        await paged(TABLEAU, with_key("confidence", 0.5)),
    ]
    assert flat["keys"] == [*plain["keys"], "confidence"]
    assert flat["data"] == [[*row, 0.5] for row in plain["data"]]
    assert tableau["data"] == [dict(zip(flat["keys"], row, strict=True)) for row in flat["data"]]


@pytest.mark.anyio
async def test_a_key_can_go_by_another_name(paged):
    (plain,), (flat,), (tableau,) = [
        await paged(FLAT, None),
        await paged(FLAT, renamed("count", "total")),
        await paged(TABLEAU, renamed("count", "total")),
    ]
    assert flat["keys"] == ["total" if key == "count" else key for key in plain["keys"]]
    assert flat["data"] == plain["data"]
    assert [row["total"] for row in tableau["data"]] == [3, 3]
    assert all("count" not in row for row in tableau["data"])


@pytest.mark.anyio
async def test_keys_can_come_in_another_order(paged):
    (plain,), (flat,), (tableau,) = [
        await paged(FLAT, None),
        await paged(FLAT, reordered),
        await paged(TABLEAU, reordered),
    ]
    assert flat["keys"] == plain["keys"][::-1]
    assert [dict(zip(flat["keys"], row, strict=True)) for row in flat["data"]] == tableau["data"]
    assert list(tableau["data"][0])[-1] == "timestamp"
    assert [dict(zip(plain["keys"], row, strict=True)) for row in plain["data"]] == tableau["data"]


@pytest.mark.anyio
@pytest.mark.parametrize("path", [FLAT, TABLEAU])
async def test_the_total_can_be_missing(paged, path):
    (plain,), (page,) = await paged(path, None), await paged(path, without_total)
    assert plain.pop("total_num_pages") == 4
    assert page == plain


@pytest.mark.anyio
@pytest.mark.parametrize("path", [FLAT, TABLEAU])
async def test_the_total_can_grow_while_it_is_walked(paged, path):
    pages = await paged(path, late_total, 1, 2, 3, 4)
    assert [page["total_num_pages"] for page in pages] == [2, 3, 4, 4]
    assert sum(len(page["data"]) for page in pages) == 7


@pytest.mark.anyio
@pytest.mark.parametrize("path", [FLAT, TABLEAU])
async def test_a_page_in_the_middle_can_be_empty(paged, path):
    pages = await paged(path, empty_page(2), 1, 2, 3, 4)
    assert [len(page["data"]) for page in pages] == [2, 0, 2, 1]
    assert {page["total_num_pages"] for page in pages} == {4}
