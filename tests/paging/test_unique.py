"""Walks that give no item twice."""

from __future__ import annotations

from operator import itemgetter

import anyio
import pytest
from hypothesis import given, strategies as st

from asyncsdk import Page, Pager, PaginationError
from asyncsdk.paging import by_cursor, by_number


def rows(*ids):
    return [{"id": each} for each in ids]


def numbered(*pages, unique=itemgetter("id")):
    async def fetch(number):
        return pages[number - 1], len(pages)

    return by_number(fetch, unique=unique)


def chained(*pages, unique=itemgetter("id")):
    """Pages of which each names the next by its place."""

    async def fetch(cursor):
        at = int(cursor or 0)
        return pages[at], str(at + 1) if at + 1 < len(pages) else None

    return by_cursor(fetch, unique=unique)


async def drain(iterator, into=None):
    into = [] if into is None else into
    async for each in iterator:
        into.append(each)  # a comprehension would lose what came before an error
    return into


@pytest.fixture(params=[numbered, chained])
def paged(request):
    return request.param


@pytest.mark.anyio
async def test_a_row_that_moved_to_the_next_page_comes_once(paged):
    pager = paged(rows(1, 2, 3), rows(3, 4), rows(4, 5))
    assert await drain(pager) == await pager.to_list() == rows(1, 2, 3, 4, 5)


@pytest.mark.anyio
async def test_pages_keep_their_numbers_and_cursors():
    pages = await drain(numbered(rows(1, 2), rows(2, 3)).pages())
    assert pages == [Page(rows(1, 2), 1, 2, "2"), Page(rows(3), 2, 2)]
    pages = await drain(chained(rows(1, 2), rows(2, 3)).pages())
    assert pages == [Page(rows(1, 2), cursor="1"), Page(rows(3))]


@pytest.mark.anyio
async def test_a_row_that_comes_twice_on_one_page_comes_once(paged):
    assert await paged(rows(1, 1, 2)).to_list() == rows(1, 2)


@pytest.mark.anyio
async def test_rows_are_told_apart_only_where_that_was_asked_for(paged):
    pager = paged(rows(1, 2), rows(1, 2), unique=None)
    assert await pager.to_list() == rows(1, 2, 1, 2)


@pytest.mark.anyio
async def test_a_walk_remembers_nothing_of_another(paged):
    pager = paged(rows(1), rows(1, 2))
    one, other = aiter(pager), aiter(pager)
    assert [await anext(one), await anext(other), await anext(one), await anext(other)] == rows(1, 1, 2, 2)
    assert await pager.page("1") == await pager.page("1")


@pytest.mark.anyio
@pytest.mark.parametrize("key", [None, [1], {}])
async def test_what_cannot_be_told_apart_is_rather_given_twice_than_lost(paged, key):
    pager = paged(rows(key, 1), rows(key, 1), rows(2))
    assert await pager.to_list() == rows(key, 1, key, 2)


@pytest.mark.anyio
async def test_a_page_of_nothing_new_ends_a_walk_that_would_go_on(paged):
    found = []
    with pytest.raises(PaginationError, match="holds nothing that the pages before it did not") as caught:
        await drain(paged(rows(1, 2), rows(2, 1), rows(3)), found)
    assert found == rows(1, 2)
    assert caught.value.cursor in ("1", "2")


@pytest.mark.anyio
async def test_a_walk_that_met_a_page_of_nothing_new_can_be_taken_up_there(paged):
    pager = paged(rows(1, 2), rows(2, 1), rows(3))
    with pytest.raises(PaginationError) as caught:
        await pager.to_list()
    rest = [page.items async for page in pager.pages(start=caught.value.cursor)]
    assert rest == [rows(2, 1), rows(3)]


@pytest.mark.anyio
async def test_a_last_page_of_nothing_new_is_the_end(paged):
    assert await paged(rows(1, 2), rows(2, 1)).to_list() == rows(1, 2)


@pytest.mark.anyio
async def test_an_empty_page_is_no_page_of_nothing_new(paged):
    assert await paged(rows(1), [], rows(1, 2)).to_list() == rows(1, 2)


@pytest.mark.anyio
async def test_a_service_that_always_gives_its_first_page_is_found_out():
    asked = []

    async def fetch(cursor):
        asked.append(cursor)
        return rows(1, 2), f"c{len(asked)}"

    with pytest.raises(PaginationError):
        await by_cursor(fetch, unique=itemgetter("id")).to_list()
    assert asked == [None, "c1"]


@pytest.mark.anyio
async def test_a_key_that_cannot_be_taken_loses_no_row_of_its_page():
    keys = iter([1, None, 1, 2])

    def key(row):
        if (found := next(keys)) is None:
            raise LookupError
        return found

    walk = numbered(["a", "b"], unique=key).pages()
    with pytest.raises(LookupError):
        await anext(walk)
    assert (await anext(walk)).items == ["a", "b"]


@pytest.mark.anyio
async def test_a_pager_of_ones_own_takes_a_key_too():
    async def fetch(cursor):
        return Page("ab", cursor="x") if cursor is None else Page("bc")

    assert await Pager(fetch, unique=str).to_list() == ["a", "b", "c"]


@given(st.lists(st.lists(st.integers(0, 9), max_size=5), min_size=1, max_size=8), st.sampled_from([numbered, chained]))
def test_each_key_is_given_once_in_the_order_of_its_first_coming(pages, paged):
    found = []

    async def walk():
        try:
            await drain(paged(*pages, unique=int), found)
        except PaginationError:
            return False
        return True

    reached_its_end = anyio.run(walk)
    seen, expected = set(), []
    for at, page in enumerate(pages):
        new = [each for each in dict.fromkeys(page) if each not in seen]
        if page and not new and at + 1 < len(pages):
            assert not reached_its_end
            break
        seen.update(new)
        expected += new
    else:
        assert reached_its_end
    assert found == expected
