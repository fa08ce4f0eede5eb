"""Pages from 0 over rows that move, whatever the order in which they are served."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings, strategies as st
from loops import every_loop

from asyncsdk import PaginationError, fan_out
from asyncsdk.cognitive3d.rules.walk import PageWalk
from asyncsdk.paging import Pager

anyio_backend = every_loop


async def as_they_are(_):
    return lambda found: found


class Service:
    """Rows in order, the newest first; `cut` rows a page at most, and no more than `cap` in all."""

    def __init__(self, count, *, cut=100, cap=None, by_asked=False, says_pages=True):
        self.rows = list(range(count))
        self.cut, self.cap, self.by_asked, self.says_pages = cut, cap, by_asked, says_pages
        self.asked = []
        self.before = lambda page: None

    async def serve(self, page):
        self.asked.append(page)
        self.before(page)
        size = min(self.cut, 100)
        offset = page * (100 if self.by_asked else size)
        count = len(self.rows)
        reachable = self.rows[: self.cap]
        pages = -(-len(reachable) // (100 if self.by_asked else size))
        around = {"count": count, **({"pages": pages} if self.says_pages else {})}
        return reachable[offset : offset + size], around

    def pager(self):
        return Pager.of_walks(
            lambda: PageWalk(self.serve, key=lambda row: row, prepare=as_they_are, limit=100).page, numbered=0
        )


@pytest.mark.anyio
@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 1250])
async def test_all_rows_come_and_no_page_more_than_there_are(count):
    service = Service(count)
    assert await service.pager().to_list() == list(range(count))
    assert service.asked == list(range(max(1, -(-count // 100))))


@pytest.mark.anyio
async def test_a_service_that_cuts_the_limit_down_is_followed_by_its_count():
    for says_pages in (True, False):
        service = Service(1250, cut=40, says_pages=says_pages)
        assert await service.pager().to_list() == list(range(1250))


@pytest.mark.anyio
@pytest.mark.parametrize("odd", [{"cap": 500}, {"cut": 40, "by_asked": True}], ids=["capped", "holes"])
async def test_a_list_that_is_cut_off_never_looks_whole(odd):
    with pytest.raises(PaginationError, match="the service counts 1250 rows"):
        await Service(1250, **odd).pager().to_list()


@pytest.mark.anyio
async def test_a_service_that_gives_one_page_for_all_is_an_error():
    service = Service(1250)
    serve = service.serve

    async def stuck(page):
        return (await serve(0))[0], {"count": 1250, "pages": 13}

    service.serve = stuck
    with pytest.raises(PaginationError, match="might never end"):
        await service.pager().to_list()


@pytest.mark.anyio
async def test_a_page_that_failed_is_had_by_asking_again():
    service = Service(250)
    walk = PageWalk(service.serve, key=lambda row: row, prepare=as_they_are, limit=100)
    await walk.page(None)

    def fail(page):
        raise OSError("lost")

    service.before = fail
    with pytest.raises(OSError, match="lost"):
        await walk.page("1")
    service.before = lambda page: None
    assert list((await walk.page("1")).items) == list(range(100, 200))


@pytest.mark.anyio
async def test_a_walk_begins_where_an_error_left_it():
    pages = [page async for page in Service(250).pager().pages(start="1")]
    assert [page.number for page in pages] == [1, 2]
    assert (pages[0].total, pages[0].total_pages, pages[1].cursor) == (250, 3, None)


@given(seed=st.integers(0, 10**6), most=st.integers(1, 150))
@settings(max_examples=30)
def test_no_row_is_lost_or_given_twice_though_pages_are_served_in_any_order(seed, most):
    """Rows come in before any page is served, and what is asked for at once is served in any order."""
    import anyio

    dice = Random(seed)
    service = Service(1250)
    at_first = set(service.rows)
    new = iter(range(10**6, 10**7))

    def come_in(_):
        for _ in range(dice.choice([0, 0, 1, dice.randrange(most)])):
            service.rows.insert(dice.randrange(len(service.rows) + 1), next(new))

    service.before = come_in
    serve = service.serve

    async def later(page):
        for _ in range(dice.randrange(6)):
            await anyio.lowlevel.checkpoint()
        found = await serve(page)
        for _ in range(dice.randrange(6)):
            await anyio.lowlevel.checkpoint()
        return found

    service.serve = later

    async def main():
        async with fan_out([0], lambda _: service.pager(), concurrency=8) as stream:
            return [row async for _, row in stream]

    given_ = anyio.run(main)
    assert len(given_) == len(set(given_))
    assert at_first - set(given_) == set()
