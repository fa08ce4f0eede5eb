"""Pages by number, wherever a service wants the number, and whichever it begins with."""

from __future__ import annotations

import json

import httpx
import pytest
from attrs import frozen

from asyncsdk import Model
from asyncsdk.codec import as_part
from asyncsdk.operation import Operation
from asyncsdk.paging import by_number

SIZE = 3


@frozen(kw_only=True)
class Thing(Model):
    id: int | None = None


@frozen(kw_only=True)
class Asked(Model):
    page: int | None = None
    limit: int | None = None


IN_PATH = Operation("test.things.in_path", "GET", "/things/{page}", "pages")
IN_QUERY = Operation("test.things.in_query", "GET", "/things", "pages", query={"page": "page"})
IN_BODY = Operation("test.things.in_body", "POST", "/things/queries", "pages", body=Asked)


class Things:
    """A service of so many things, which takes a page's number in any place.

    Args:
        count: how many there are.
        first: the number of the first page.
        moved: so many things come in at the front before each page but the first.
    """

    def __init__(self, count, *, first=1, moved=0):
        self.ids = list(range(count))
        self.first = first
        self.moved = moved
        self.asked = []

    def __call__(self, request):
        if request.method == "POST":
            body = json.loads(request.content)
            assert body["limit"] == SIZE
            number = body["page"]
        else:
            number = int(request.url.params.get("page") or request.url.path.rpartition("/")[2])
        self.asked.append(number)
        if number > self.first:
            self.ids[:0] = [self.ids[0] - each for each in range(self.moved, 0, -1)]
        at = (number - self.first) * SIZE
        found = [{"id": each} for each in self.ids[at : at + SIZE]]
        pages = -(-len(self.ids) // SIZE)
        return httpx.Response(
            200, json={"count": len(self.ids), "pages": pages, "currentPage": number, "results": found}
        )


def read(reply):
    items, around = as_part(Thing, ("results",))(reply)
    return items, around["pages"], around["count"]


def in_path(resource, **options):
    return by_number(lambda number: resource._call(IN_PATH, number, into=read), **options)


def in_query(resource, **options):
    return by_number(lambda number: resource._call(IN_QUERY, into=read, query={"page": number}), **options)


def in_body(resource, **options):
    def fetch(number):
        return resource._call(IN_BODY, into=read, body=Asked(page=number, limit=SIZE))

    return by_number(fetch, **options)


@pytest.fixture(params=[in_path, in_query, in_body])
def listing(request):
    return request.param


@pytest.mark.anyio
@pytest.mark.parametrize("first", [0, 1, 7])
async def test_every_page_is_asked_for_once(resource_of, listing, first):
    service = Things(8, first=first)
    pager = listing(resource_of(service), first=first)
    assert [each.id for each in await pager.to_list()] == service.ids
    assert service.asked == [first, first + 1, first + 2]
    assert pager.total == 8


@pytest.mark.anyio
async def test_a_walk_begins_at_the_first_number_and_at_no_smaller_one(resource_of, listing):
    pages = [page async for page in listing(resource_of(Things(8, first=0)), first=0).pages(start=0)]
    assert [(page.number, page.total_pages, page.total) for page in pages] == [(0, 3, 8), (1, 3, 8), (2, 3, 8)]


@pytest.mark.anyio
async def test_what_moves_to_the_next_page_comes_once(resource_of, listing):
    service = Things(8, moved=1)
    found = await listing(resource_of(service), unique=lambda each: each.id).to_list()
    assert [each.id for each in found] == list(range(8))
