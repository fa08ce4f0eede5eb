"""One long answer in pages."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest

from asyncsdk.paging.streamed import LongAnswer

pytestmark = pytest.mark.anyio


class Answer:
    """Numbers, one after the other; knows how many times it was asked for, and how many are open."""

    def __init__(self, count, broken_at=None):
        self.count = count
        self.broken_at = broken_at
        self.asked = self.open = 0

    @asynccontextmanager
    async def __call__(self):
        self.asked += 1
        self.open += 1
        self.at = 0
        try:
            yield self
        finally:
            self.open -= 1

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.at == self.broken_at:
            raise OSError("it broke off")
        if self.at == self.count:
            raise StopAsyncIteration
        self.at += 1
        return self.at


@pytest.mark.parametrize(("count", "pages"), [(0, [[]]), (2, [[1, 2]]), (3, [[1, 2, 3], []]), (4, [[1, 2, 3], [4]])])
async def test_its_pages_are_pieces_of_it_and_its_end_is_the_end(count, pages):
    answer = Answer(count)
    found = [page async for page in LongAnswer(answer, size=3).pages()]
    assert [page.items for page in found] == pages
    assert [page.cursor is None for page in found] == [False] * (len(pages) - 1) + [True]
    assert (answer.asked, answer.open) == (1, 0)


async def test_it_can_be_walked_again_and_begins_again_in_the_middle():
    answer = Answer(4)
    pager = LongAnswer(answer, size=3)
    assert await pager.to_list() == await pager.to_list() == [1, 2, 3, 4]
    assert [each async for each in pager][:1] == [1]
    await pager.page()
    first = await pager.page()
    assert (first.items, answer.open) == ([1, 2, 3], 1)
    assert (await pager.page(first.cursor)).items == [4]
    assert answer.open == 0


async def test_a_page_is_given_once():
    answer = Answer(9)
    pager = LongAnswer(answer, size=3)
    first = await pager.page()
    await pager.page(first.cursor)
    with pytest.raises(RuntimeError, match="read once, page after page"):
        await pager.page(first.cursor)
    await pager.aclose()
    await pager.aclose()
    assert answer.open == 0


async def test_an_answer_that_breaks_off_is_left():
    answer = Answer(9, broken_at=4)
    with pytest.raises(OSError, match="broke off"):
        await LongAnswer(answer, size=3).to_list()
    assert answer.open == 0
