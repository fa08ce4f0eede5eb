from __future__ import annotations

import inspect
from itertools import accumulate
from typing import Any

import anyio
import pytest
from hypothesis import given, strategies as st

from asyncsdk import DecodeError, Page, Pager, PaginationError, ServerError
from asyncsdk.paging import at_once, by_number


class Service:
    """A list in pages, with a total on each page, that can change or fail while it is walked."""

    def __init__(self, *pages, totals=None, first=1):
        self.pages = pages
        self.totals = totals
        self.first = first
        self.asked = []
        self.errors = {}

    async def fetch(self, number):
        self.asked.append(number)
        if (error := self.errors.pop(number, None)) is not None:
            raise error
        at = number - self.first
        return self.pages[at], len(self.pages) if self.totals is None else self.totals[at]

    def pager(self):
        return by_number(self.fetch, self.first)


def chained(pages):
    """A pager over pages by cursor: ``{token: (items, next token)}``."""
    asked = []

    async def fetch(cursor):
        asked.append(cursor)
        items, following = pages[cursor]
        return Page(items, cursor=following)

    return Pager(fetch), asked


async def drain(iterator, into=None):
    """Everything an async iterator gives; `into` keeps what came before an error."""
    into = [] if into is None else into
    async for each in iterator:
        into.append(each)  # a comprehension would lose them
    return into


# ---- what a pager gives


@pytest.mark.anyio
async def test_no_request_is_made_before_it_is_iterated():
    service = Service(["a"])
    pager = service.pager()
    iter_of_it = aiter(pager)
    assert service.asked == []
    assert await anext(iter_of_it) == "a"
    assert service.asked == [1]


@pytest.mark.anyio
async def test_items_come_in_the_order_of_the_pages():
    service = Service(["a", "b"], ["c"], ["d", "e"])
    assert await drain(service.pager()) == ["a", "b", "c", "d", "e"]
    assert service.asked == [1, 2, 3]


@pytest.mark.anyio
async def test_a_page_says_its_number_the_total_and_the_token_of_the_next():
    first, second = await drain(Service(["a"], ["b"]).pager().pages())
    assert first == Page(["a"], number=1, total_pages=2, cursor="2")
    assert second == Page(["b"], number=2, total_pages=2, cursor=None)


@pytest.mark.anyio
async def test_a_pager_is_iterated_again_from_the_start():
    service = Service(["a"], ["b"])
    pager = service.pager()
    assert await drain(pager) == await pager.to_list() == ["a", "b"]
    assert service.asked == [1, 2, 1, 2]


@pytest.mark.anyio
async def test_two_walks_of_one_pager_do_not_disturb_each_other():
    pager = Service(["a"], ["b"]).pager()
    one, other = aiter(pager), aiter(pager)
    assert [await anext(one), await anext(other), await anext(one), await anext(other)] == ["a", "a", "b", "b"]


@pytest.mark.anyio
async def test_leaving_a_walk_leaves_nothing_open():
    pager = Service(["a", "b"], ["c"]).pager()
    async for _ in pager:
        break
    async for _ in pager.pages():
        break
    walk = aiter(pager)
    assert not hasattr(walk, "aclose")
    assert not inspect.isasyncgen(walk)


@pytest.mark.anyio
async def test_awaiting_a_pager_says_to_iterate_it():
    pager: Any = Service(["a"]).pager()
    with pytest.raises(TypeError, match=r'iterate it \("async for item in pager"\) or await pager\.to_list\(\)'):
        await pager


@pytest.mark.anyio
async def test_a_list_in_one_answer_is_a_pager_of_one_page():
    async def fetch():
        return ["a", "b"]

    pager = at_once(fetch)
    assert await drain(pager.pages()) == [Page(["a", "b"])]
    assert await pager.to_list() == ["a", "b"]
    with pytest.raises(PaginationError, match="comes in one page: there is none at '2'"):
        await drain(pager.pages(start=2))


# ---- first and to_list


@pytest.mark.anyio
async def test_first_takes_one_page_where_it_holds_something():
    service = Service(["a", "b"], ["c"])
    assert await service.pager().first() == "a"
    assert service.asked == [1]


@pytest.mark.anyio
async def test_first_looks_beyond_an_empty_page():
    assert await Service([], ["c"]).pager().first() == "c"


@pytest.mark.anyio
async def test_the_first_of_nothing_is_none():
    assert await Service([]).pager().first() is None


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("most", "found", "asked"),
    [
        (None, "abcde", [1, 2, 3]),
        (0, "", []),
        (1, "a", [1]),
        (2, "ab", [1]),
        (3, "abc", [1, 2]),
        (4, "abcd", [1, 2]),
        (5, "abcde", [1, 2, 3]),
        (9, "abcde", [1, 2, 3]),
    ],
)
async def test_to_list_fetches_no_page_too_many(most, found, asked):
    service = Service("ab", "cd", "e")
    assert await service.pager().to_list(max_items=most) == list(found)
    assert service.asked == asked


# ---- how many items there are


@pytest.mark.anyio
async def test_the_number_of_items_is_known_once_a_page_has_told_it():
    counts = iter([None, 3, None])

    async def fetch(number):
        return [number], 3, next(counts)

    pager = by_number(fetch)
    walk = pager.pages()
    known = [(pager.total, (await anext(walk)).total) for _ in range(3)]
    assert known == [(None, None), (None, 3), (3, None)]
    assert pager.total == 3


@pytest.mark.anyio
@pytest.mark.parametrize(("sent", "total"), [("3", 3), (3.0, 3), ("many", None), (-1, None)])
async def test_a_number_of_items_that_is_none_is_not_known(sent, total):
    async def fetch(number):
        return ["a"], 1, sent

    pager = by_number(fetch)
    assert await pager.to_list() == ["a"]
    assert pager.total == total


# ---- totals


@pytest.mark.anyio
async def test_an_empty_page_is_no_end_while_the_total_says_that_there_is_more():
    assert await drain(Service(["a"], [], ["c"]).pager()) == ["a", "c"]


@pytest.mark.anyio
async def test_a_total_that_grows_in_mid_walk_is_followed():
    service = Service("a", "b", "c", totals=[2, 3, 3])
    assert await drain(service.pager()) == ["a", "b", "c"]


@pytest.mark.anyio
async def test_a_total_that_shrinks_in_mid_walk_is_followed():
    service = Service("a", "b", "c", totals=[3, 2, 3])
    assert await drain(service.pager()) == ["a", "b"]


@pytest.mark.anyio
@pytest.mark.parametrize(("totals", "asked"), [([None, None], [1]), ([2, None], [1, 2]), ([0, 0], [1])])
async def test_before_any_total_a_list_is_one_page(totals, asked):
    service = Service("a", "b", totals=totals)
    pages = await drain(service.pager().pages())
    assert service.asked == asked
    assert [page.total_pages for page in pages] == totals[: len(asked)]


@pytest.mark.anyio
async def test_a_total_that_vanishes_in_mid_walk_leaves_the_last_one_known():
    service = Service("a", "b", "c", "d", totals=[3, None, 4, None])
    pages = await drain(service.pager().pages())
    assert [page.total_pages for page in pages] == [3, None, 4, None]
    assert [page.cursor for page in pages] == ["2", "3", "4", None]


@pytest.mark.anyio
async def test_what_a_walk_was_told_stays_with_it():
    service = Service("a", "b", totals=[2, None])
    pager = service.pager()
    assert await pager.to_list() == ["a", "b"]
    service.totals = [None, None]
    assert await pager.to_list() == ["a"]
    assert await pager.page("2") == Page("b", 2)


@pytest.mark.anyio
@pytest.mark.parametrize("total", ["3", 3.0])
async def test_a_total_is_read_however_it_is_written(total):
    pages = await drain(Service("a", "b", "c", totals=[total] * 3).pager().pages())
    assert [page.total_pages for page in pages] == [3, 3, 3]


@pytest.mark.anyio
@pytest.mark.parametrize("total", ["many", "", "3.5", 3.5, -1, True, float("nan"), 10**400, [3], {}])
async def test_a_total_that_is_no_number_is_an_error_and_not_the_end(total):
    with pytest.raises(
        PaginationError, match="the number of pages that the service gives is no whole number"
    ) as caught:
        await drain(Service("a", "b", totals=[2, total]).pager())
    assert caught.value.cursor == "2"


@pytest.mark.anyio
async def test_pages_may_be_numbered_from_zero():
    service = Service("a", "b", "c", first=0)
    assert await drain(service.pager()) == ["a", "b", "c"]
    assert service.asked == [0, 1, 2]
    assert await drain(service.pager().pages(start=2)) == [Page("c", 2, 3)]


@given(st.lists(st.tuples(st.lists(st.integers(), max_size=3), st.none() | st.integers(0, 8)), min_size=1, max_size=8))
def test_a_walk_ends_at_the_first_page_that_does_not_promise_another(pages):
    totals = [None if total is None else min(total, len(pages)) for _, total in pages]
    service = Service(*(items for items, _ in pages), totals=totals)
    anyio.run(drain, service.pager())
    known = list(accumulate(totals, lambda before, said: before if said is None else said, initial=1))[1:]
    last = next((n for n, total in enumerate(known, 1) if total <= n), len(pages))
    assert service.asked == list(range(1, last + 1))


# ---- tokens and errors


@pytest.mark.anyio
async def test_a_token_that_is_far_too_long_is_refused_and_not_shown_in_full():
    with pytest.raises(PaginationError, match=r"^'9{59}\.\.\. is no page of this list") as caught:
        await drain(Service("a").pager().pages(start="9" * 5000))
    assert caught.value.cursor == "9" * 5000


@pytest.mark.anyio
@pytest.mark.parametrize("start", ["2", 2])
async def test_a_start_token_is_inclusive(start):
    service = Service("a", "b", "c")
    assert [page.number async for page in service.pager().pages(start=start)] == [2, 3]


@pytest.mark.anyio
async def test_the_token_of_a_page_leads_to_the_next_one():
    pager = Service("a", "b", "c").pager()
    first = await anext(pager.pages())
    assert [page.number async for page in pager.pages(start=first.cursor)] == [2, 3]


@pytest.mark.anyio
@pytest.mark.parametrize("start", ["0", "-1", "x", "", "²", "1.0", 0])
async def test_a_token_that_is_no_page_is_refused_without_a_request(start):
    service = Service("a", "b")
    with pytest.raises(PaginationError, match=f"'{start}' is no page of this list: its pages are numbered from 1"):
        await drain(service.pager().pages(start=start))
    assert service.asked == []


@pytest.mark.anyio
@pytest.mark.parametrize("failing", [1, 2, 3])
async def test_an_error_in_mid_walk_carries_the_page_from_which_to_go_on(failing):
    service = Service("a", "b", "c")
    service.errors[failing] = ServerError("no", status_code=500)
    found = []
    with pytest.raises(ServerError) as caught:
        await drain(service.pager(), found)
    assert caught.value.cursor == str(failing)
    async for page in service.pager().pages(start=caught.value.cursor):
        found += page.items
    assert found == ["a", "b", "c"]


@pytest.mark.anyio
async def test_the_walk_that_failed_can_itself_go_on():
    service = Service("a", "b", "c")
    service.errors[2] = ServerError("no", status_code=500)
    walk = aiter(service.pager())
    assert await anext(walk) == "a"
    with pytest.raises(ServerError):
        await anext(walk)
    assert await drain(walk) == ["b", "c"]


@pytest.mark.anyio
async def test_a_page_that_cannot_be_read_is_named_in_the_message():
    service = Service("a", "b")
    service.errors[2] = DecodeError("row 3 has 7 values for 8 keys", operation="unleash_analytics.rows")
    with pytest.raises(DecodeError, match=r"^row 3 has 7 values for 8 keys \(page 2\)$"):
        await drain(service.pager())


@pytest.mark.anyio
async def test_the_first_page_of_a_walk_by_cursor_has_no_token():
    async def fetch(cursor):
        raise ServerError("no", status_code=500)

    with pytest.raises(ServerError) as caught:
        await drain(Pager(fetch))
    assert caught.value.cursor is None


# ---- cursors


@pytest.mark.anyio
async def test_a_walk_by_cursor_ends_where_there_is_no_next():
    pager, asked = chained({None: ("a", "x"), "x": ("", "y"), "y": ("c", None)})
    assert await drain(pager) == ["a", "c"]
    assert asked == [None, "x", "y"]


@pytest.mark.anyio
@pytest.mark.parametrize("back_to", ["x", "y"])
async def test_a_cursor_that_repeats_is_an_error_after_the_page_that_gave_it(back_to):
    pager, asked = chained({None: ("a", "x"), "x": ("b", "y"), "y": ("c", back_to)})
    found = []
    with pytest.raises(PaginationError, match="gave one cursor twice") as caught:
        await drain(pager, found)
    assert found == ["a", "b", "c"]
    assert asked == [None, "x", "y"]
    assert caught.value.cursor == back_to


@pytest.mark.anyio
async def test_a_walk_that_starts_at_a_cursor_knows_that_it_has_been_there():
    pager, asked = chained({"x": ("b", "x")})
    with pytest.raises(PaginationError, match="gave one cursor twice"):
        await drain(pager.pages(start="x"))
    assert asked == ["x"]


@pytest.mark.anyio
async def test_asking_again_for_a_page_that_failed_is_no_repetition():
    answers = iter([Page("a", cursor="x"), ServerError("no", status_code=500), Page("b")])

    async def fetch(cursor):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    walk = aiter(Pager(fetch))
    assert await anext(walk) == "a"
    with pytest.raises(ServerError):
        await anext(walk)
    assert await drain(walk) == ["b"]
