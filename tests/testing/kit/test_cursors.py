from __future__ import annotations

import pytest

from asyncsdk.testing.kit import Things, linked, stretch


@pytest.fixture
def service(farm, opened, ask):
    """Five barns in a list by cursor."""

    def made(usual=None):
        shared = farm("barns.list GET /barns cursor\nbarns.save PUT /barns/{id} none")
        barns = Things(
            shared,
            "barns",
            "Barn",
            listed=lambda call, found: linked(
                call, found, stretch(call, usual), counted=call.query.get("count") == "true"
            ),
        )
        for key in "abcde":
            barns.put({}, key)
        return opened(shared, barns)

    return made


@pytest.mark.parametrize(
    ("usual", "query", "ids", "cursor"),
    [
        (None, "", "abcde", None),
        (2, "", "ab", "skip2"),
        (2, "?limit=3", "abc", "skip3"),
        (None, "?limit=2&cursor=skip2", "cd", "skip4"),
        (None, "?limit=2&cursor=skip4", "e", None),
        (None, "?limit=5", "abcde", "skip5"),  # full, so there might be more
        (None, "?limit=5&cursor=skip5", "", None),
        (None, "?cursor=skip9", "", None),
    ],
)
def test_a_link_leads_on_while_the_page_is_full(service, ask, usual, query, ids, cursor):
    answer = ask(service(usual), "GET", f"/barns{query}")
    assert "".join(each["id"] for each in answer.body) == ids
    assert ("link" in answer.headers) is (cursor is not None)
    if cursor:
        assert f"cursor={cursor}>" in answer.headers["link"]


def test_a_link_keeps_the_rest_of_the_query(service, ask):
    answer = ask(service(), "GET", "/barns?limit=2&name=a%26b&cursor=skip0&empty=")
    assert answer.headers["link"] == ('<http://sandbox.test/barns?limit=2&name=a%26b&empty=&cursor=skip2>; rel="next"')


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=-1", "cursor=2", "cursor=skip-1", "cursor=skipx"])
def test_what_was_never_given_is_refused(service, ask, query):
    assert ask(service(), "GET", f"/barns?{query}").status == 400


def test_all_are_counted_where_that_is_asked_for(service, ask):
    assert ask(service(2), "GET", "/barns?count=true").headers["x-total-count"] == "5"
    assert "x-total-count" not in ask(service(2), "GET", "/barns").headers
