"""Pages by cursor: out of a body, out of a ``Link`` header, or counted from what came."""

from __future__ import annotations

from operator import attrgetter

import anyio
import httpx
import pytest
from attrs import frozen
from hypothesis import given, strategies as st

from asyncsdk import Model, PaginationError
from asyncsdk.codec import as_list, as_part
from asyncsdk.operation import Operation
from asyncsdk.paging import by_cursor, cursor_of, next_link

LIST = Operation("test.streams.list", "GET", "/stream", "cursor", query={"limit": "limit", "cursor": "cursor"})


@frozen(kw_only=True)
class Stream(Model):
    id: int | None = None


class Streams:
    """A service that pages by offset, and tells of the next page in a ``Link`` header with an address of its own.

    Args:
        count: how many streams there are.
        always: whether each page that holds something has a link, the last one to nowhere.
        silent: whether there is no link at all.
    """

    def __init__(self, count, *, always=False, silent=False):
        self.ids = list(range(count))
        self.always = always
        self.silent = silent
        self.asked = []

    def __call__(self, request):
        assert request.url.host == "sdk.test"
        query = dict(request.url.params)
        self.asked.append(query.get("cursor"))
        limit, at = int(query["limit"]), int(query.get("cursor", "skip0").removeprefix("skip"))
        found = self.ids[at : at + limit]
        headers = {"x-total-count": str(len(self.ids))} if found else {}
        following = f"skip{at + limit}" if len(found) == limit else "undefined" if self.always and found else None
        if following is not None and not self.silent:
            headers["link"] = f'<http://inside.test/api/stream?limit={limit}&cursor={following}>; rel="next"'
        return httpx.Response(200, json=[{"id": each} for each in found], headers=headers)


def by_link(resource, limit, **options):
    def read(reply):
        return as_list(Stream)(reply), cursor_of(next_link(reply.headers)), reply.headers.get("x-total-count")

    def fetch(cursor):
        return resource._call(LIST, into=read, query={"limit": limit, "cursor": cursor})

    return by_cursor(fetch, **options)


def by_skip(resource, limit, **options):
    """The same service where it sends no link: there is more while pages are full."""

    async def fetch(cursor):
        items = await resource._call(LIST, into=as_list(Stream), query={"limit": limit, "cursor": cursor})
        passed = int((cursor or "skip0").removeprefix("skip")) + len(items)
        return items, f"skip{passed}" if len(items) == limit else None

    return by_cursor(fetch, **options)


async def ids(pager):
    return [each.id async for each in pager]


@pytest.mark.anyio
@pytest.mark.parametrize("walk", [by_link, by_skip])
@pytest.mark.parametrize(("count", "asked"), [(0, 1), (1, 1), (4, 1), (5, 2), (9, 2), (10, 3)])
async def test_a_full_page_is_followed_by_another_which_may_be_empty(resource_of, walk, count, asked):
    service = Streams(count, silent=walk is by_skip)
    assert await ids(walk(resource_of(service), 5)) == service.ids
    assert service.asked == [None, "skip5", "skip10"][:asked]


@pytest.mark.anyio
async def test_a_link_to_nowhere_is_the_end(resource_of):
    service = Streams(7, always=True)
    assert await ids(by_link(resource_of(service), 5)) == service.ids
    assert service.asked == [None, "skip5"]


@pytest.mark.anyio
async def test_the_total_of_a_header_stays_known_where_an_empty_page_has_none(resource_of):
    pager = by_link(resource_of(Streams(10)), 5)
    pages = [page async for page in pager.pages()]
    assert [page.total for page in pages] == [10, 10, None]
    assert pager.total == 10


@pytest.mark.anyio
@pytest.mark.parametrize("walk", [by_link, by_skip])
async def test_a_stream_that_moves_between_pages_comes_once(resource_of, walk):
    service = Streams(20, silent=walk is by_skip)
    pager = walk(resource_of(service), 5, unique=attrgetter("id"))
    found = []
    async for page in pager.pages():
        found += [each.id for each in page.items]
        service.ids.insert(0, -len(found))
    assert found == list(range(20))


@pytest.mark.anyio
async def test_a_cursor_of_the_body_is_sent_as_it_came(resource_of):
    answers = {"": ([1, 2], "a/b +=&%41ü"), "a/b +=&%41ü": ([3], 7), "7": ([], "x"), "x": ([4], None)}
    asked = []

    def service(request):
        asked.append(request.url.params.get("cursor", ""))
        found, following = answers[asked[-1]]
        return httpx.Response(200, json={"items": [{"id": each} for each in found], "nextToken": following})

    def read(reply):
        items, around = as_part(Stream, ("items",))(reply)
        return items, around.get("nextToken")

    resource = resource_of(service)
    pager = by_cursor(lambda cursor: resource._call(LIST, into=read, query={"cursor": cursor}))
    assert await ids(pager) == [1, 2, 3, 4]
    assert asked == list(answers)


@pytest.mark.anyio
@pytest.mark.parametrize("following", [{"k": "v"}, ["x"], True, False, -1, 1.5, 10**400, "\ud800", "a\udfff"])
async def test_a_cursor_that_cannot_be_sent_is_an_error_of_the_page_that_gave_it(following):
    async def fetch(cursor):
        return ["a"], "x" if cursor is None else following

    with pytest.raises(PaginationError, match="the cursor of the next page is nothing that can be sent back") as caught:
        await by_cursor(fetch).to_list()
    assert caught.value.cursor == "x"


@pytest.mark.anyio
@pytest.mark.parametrize("link", ['</stream?limit=5>; rel="next"', "</stream?cursor=%FF>; rel=next"])
async def test_a_link_whose_cursor_cannot_be_read_is_an_error_and_not_the_end(resource_of, link):
    def service(_):
        return httpx.Response(200, json=[{"id": 1}], headers={"link": link})

    with pytest.raises(PaginationError):
        await ids(by_link(resource_of(service), 5))


@given(st.integers(0, 60), st.integers(1, 12))
def test_a_walk_by_offset_finds_everything_and_ends(count, limit):
    rows, asked = list(range(count)), []

    async def fetch(cursor):
        asked.append(cursor)
        at = int(cursor or 0)
        items = rows[at : at + limit]
        return items, str(at + len(items)) if len(items) == limit else None

    assert anyio.run(by_cursor(fetch, unique=int).to_list) == rows
    assert len(asked) == count // limit + 1
