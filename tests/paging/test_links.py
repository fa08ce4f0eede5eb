"""What a link to the next page says of it."""

from __future__ import annotations

from contextlib import nullcontext
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given, strategies as st

from asyncsdk import PaginationError
from asyncsdk.paging import cursor_of, next_link, parameter


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("", None),
        ('<http://x/?cursor=a>; rel="next"', "http://x/?cursor=a"),
        ("<http://x/?cursor=a>; rel=next", "http://x/?cursor=a"),
        ("<http://x/?cursor=a>;rel=next;title=t", "http://x/?cursor=a"),
        ('</a>; rel="prev", </b>; rel="next", </c>; rel="last"', "/b"),
        ('</a>; rel="next", </b>; rel="next"', "/a"),
        ('</a>; rel="last next"', "/a"),
        ('</a>; rel=" NeXT\tlast "', "/a"),
        ('</a>; REL="next"', "/a"),
        ('</a> ; rel = "next"', "/a"),
        ('</a?x=1,2;y=3>; rel="next"', "/a?x=1,2;y=3"),
        ('</a>; title="x, </b>; rel=\\"next\\""; rel="prev"', None),
        ('</a>; title="x, </b>"; rel="next"', "/a"),
        ('</a>; rel="nex\\t"', "/a"),
        ('</a>; rel="prev"; rel="next"', None),
        ('</a>; rel=""; rel="next"', None),
        ('</a>; title="next"', None),
        ("</a>; title=next", None),
        ("</a>; next", None),
        ("</a>", None),
        ('</a>; rel="nextish"', None),
        ('</a>; rel; rel="next"', "/a"),
        ("< /a >; rel=next", "/a"),
        ("<>; rel=next", None),
        ("</a>; rel=prev </b>; rel=next", "/b"),
        ("</a>, </b>; rel=next", "/b"),
        (",, </a>; rel=next ,", "/a"),
        ("/a; rel=next", None),
        ("</a; rel=next", None),
        ("<</a>; rel=next", "/a"),
        ('</a>; rel="next', "/a"),
        ('</a>; title="open; rel=next', None),
        ("</a>; rel=next; title*=UTF-8''e%20t", "/a"),
    ],
)
def test_the_next_link_of_a_header(text, target):
    assert next_link(text) == target


@pytest.mark.parametrize(
    "headers",
    [
        httpx.Headers({"link": "</a>; rel=next"}),
        httpx.Headers([("Link", "</b>; rel=prev"), ("Link", "</a>; rel=next")]),
        {"LINK": "</a>; rel=next", "x": "y"},
    ],
)
def test_the_header_is_found_among_others(headers):
    assert next_link(headers) == "/a"


@pytest.mark.parametrize("headers", [None, {}, httpx.Headers({"x-link": "</a>; rel=next"})])
def test_without_the_header_there_is_no_next_link(headers):
    assert next_link(headers) is None


TARGET = st.text(st.characters(codec="utf-8", exclude_characters="<>", exclude_categories=("Cc", "Zs")), min_size=1)
TITLE = st.text(st.characters(codec="utf-8"), max_size=20)
RELATION = st.sampled_from(["next", "prev", "last", "NEXT", "start"])


@given(st.lists(st.tuples(TARGET, TITLE, st.lists(RELATION, min_size=1, max_size=3)), max_size=5))
def test_whatever_stands_around_it_the_first_next_link_is_found(links):
    def written(target, title, relations):
        quoted = title.replace("\\", "\\\\").replace('"', '\\"')
        return f'<{target}>; title="{quoted}"; rel="{" ".join(relations)}"'

    expected = next((target for target, _, names in links if "next" in " ".join(names).lower().split()), None)
    assert next_link(", ".join(written(*each) for each in links)) == (expected.strip() or None if expected else None)


@given(st.text(alphabet='<>",;=\\ \trelnxt/a?', max_size=60) | st.text())
def test_no_header_is_too_broken_to_be_read(text):
    found = next_link(text)
    assert found is None or found in text


@pytest.mark.parametrize("piece", ["<", "<a>", '"', '\\"', '<a>\\"', '<a>;"', ",", ";="])
def test_a_long_broken_header_is_read_in_no_time(piece):
    text = piece * (300_000 // len(piece))
    assert next_link(text) is None  # a reader that goes back takes minutes


# ---- cursors


@pytest.mark.parametrize(
    ("link", "cursor"),
    [
        (None, None),
        ("", None),
        ("http://elsewhere.test/?limit=2&cursor=skip2", "skip2"),
        ("?cursor=skip2", "skip2"),
        ("/x?cursor=a%2Fb%20c%26", "a/b c&"),
        ("/x?cursor=a&cursor=b", "a"),
        ("/x?cursor=a#?cursor=b", "a"),
        ("/x?cursor=", None),
        ("/x?cursor", None),
        ("/x?cursor=null", None),
        ("/x?cursor=undefined", None),
        ("http://[x/?cursor=a", "a"),
        ("//user:secret@x:99999999/?cursor=a", "a"),
    ],
)
def test_only_the_cursor_is_taken_out_of_a_link(link, cursor):
    assert cursor_of(link) == cursor


@pytest.mark.parametrize(
    "link", ["/x", "/x?limit=2", "/x#?cursor=a", "http://[x/", {"cursor": "a"}, ["?cursor=a"], 7, True]
)
def test_a_link_without_a_cursor_is_an_error_and_not_the_end(link):
    with pytest.raises(PaginationError, match="the link to the next page has no parameter 'cursor'"):
        cursor_of(link)


def test_the_parameter_may_have_another_name():
    assert cursor_of("/x?nextToken=a&cursor=b", "nextToken") == "a"


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8", exclude_characters="?#")))
def test_a_cursor_comes_out_as_it_went_in(cursor, before):
    found = cursor_of(f"{before}?a=b&cursor={quote(cursor, safe='')}&c=d#e")
    assert found == (None if cursor in ("", "null", "undefined") else cursor)


@given(st.text(st.characters()))
def test_no_link_is_too_broken_to_be_read(link):
    found = parameter(link, "cursor")
    assert found is None or "cursor" in link
    with nullcontext() if found is not None or not link else pytest.raises(PaginationError):
        cursor_of(link)
