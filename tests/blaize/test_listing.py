"""How a walk over this service's pages learns where it goes on, and where it ends."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from asyncsdk import PaginationError
from asyncsdk.blaize.listing import Extent, linked_page

WRITTEN = st.sampled_from([int, str, float])


def cut(rows, number, size):
    return rows[(number - 1) * size : number * size]


@given(total=st.integers(0, 200), size=st.integers(1, 60), expected=st.integers(1, 60), written=WRITTEN)
def test_a_walk_by_the_total_finds_everything_and_ends(total, size, expected, written):
    rows, extent = list(range(total)), Extent(expected)
    found, number, asked = [], 1, 0
    while number is not None:
        items = cut(rows, number, size)
        found += items
        asked += 1
        number = extent.after(number, len(items), {"total": written(total)})
    assert found == rows
    assert asked <= total // size + 2


@given(total=st.integers(0, 200), size=st.integers(1, 60), start=st.integers(1, 5))
def test_a_walk_that_begins_later_asks_for_no_page_too_many(total, size, start):
    rows, extent = list(range(total)), Extent(size)
    found, number = [], start
    while number is not None:
        items = cut(rows, number, size)
        assert items or number == start
        found += items
        number = extent.after(number, len(items), {"total": total})
        assert extent.size == size
    assert found == rows[(start - 1) * size :]


@given(total=st.integers(1, 200), size=st.integers(1, 60), forgets=st.sets(st.integers(2, 9)))
def test_a_total_that_vanishes_in_mid_walk_leaves_the_last_one_known(total, size, forgets):
    rows, extent = list(range(total)), Extent(size)
    found, number = [], 1
    while number is not None:
        items = cut(rows, number, size)
        found += items
        number = extent.after(number, len(items), {} if number in forgets else {"total": total})
    assert found == rows


@pytest.mark.parametrize(
    ("around", "following"),
    [
        ({}, None),
        ({"links": {}}, None),
        ({"links": {"next": None}}, None),
        ({"links": {"next": "?page=3"}}, 3),
        ({"links": {"next": {"page": 7}}, "total": 2}, 7),
        ({"links": {"next": None}, "total": 99}, None),
        ({"links": {"self": "?page=2"}, "total": 99}, 3),
        ({"links": None, "total": 99}, 3),
        ({"links": [], "total": 20}, None),
    ],
)
def test_a_link_goes_before_a_total(around, following):
    assert Extent(10).after(2, 10, around) == following


@pytest.mark.parametrize("link", ["?page=2", "?page=1", {"page": 2}])
def test_a_next_page_that_is_not_after_this_one_is_an_error(link):
    with pytest.raises(PaginationError, match="the walk would never end"):
        Extent(10).after(2, 10, {"links": {"next": link}})


@pytest.mark.parametrize(
    ("link", "page"),
    [
        (None, None),
        ("", None),
        ({}, None),
        (False, None),
        ({"url": None}, None),
        ({"url": ""}, None),
        ({"page": 2}, 2),
        ({"page": 2.0}, 2),
        ({"page": "2", "url": "http://elsewhere.test/?page=9"}, 2),
        ({"page": None, "url": "http://elsewhere.test/?page=9"}, 9),
        ({"url": "http://elsewhere.test/v3/user-export?rpp=500&page=12"}, 12),
        ("http://[x/?page=2", 2),
        ("?page=3", 3),
        (3, 3),
    ],
)
def test_the_page_is_read_out_of_a_link(link, page):
    assert linked_page(link) == page


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["page", "url", "next", "total", "links"]), inner, max_size=4)
    ),
)


@given(
    JSON
    | st.builds("http://[x/?page={}".format, st.text())
    | st.builds("9".__mul__, st.integers(4000, 6000))
    | st.builds("/x?page={}".format, st.builds("9".__mul__, st.integers(4000, 6000)))
)
def test_whatever_is_sent_a_page_comes_out_or_a_pagination_error(sent):
    try:
        page = linked_page(sent)
    except PaginationError:
        page = None
    assert page is None or page > 0
    try:
        following = Extent(10).after(3, 10, {"links": {"next": sent}, "total": sent})
    except PaginationError:
        following = None
    assert following is None or following > 3


@given(JSON)
def test_whatever_comes_around_a_page_the_walk_goes_on_ends_or_raises_a_pagination_error(sent):
    try:
        following = Extent(10).after(3, 10, sent if isinstance(sent, dict) else {"links": sent})
    except PaginationError:
        following = None
    assert following is None or following > 3
