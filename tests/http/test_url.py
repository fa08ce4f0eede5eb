from __future__ import annotations

from urllib.parse import parse_qsl

import httpx
import pytest
from hypothesis import given, strategies as st

from asyncsdk.errors import ConfigurationError
from asyncsdk.http.url import BaseURL, encode_query, origin
from asyncsdk.operation import Operation

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
BASES = [
    "https://api.example.com",
    "https://api.example.com/v1",
    "https://api.example.com/a/b%2Fc/",
    "http://127.0.0.1:8080/v1/",
    "http://[::1]:8080/v1",
    "https://bücher.example/v1",
    "https://xn--bcher-kva.example:443",
    "HTTPS://API.Example.COM:443/V1",
    "https://api.example.com/with space/ü",
]


@given(base=st.sampled_from(BASES), values=st.lists(TEXT.filter(lambda text: text not in ("", ".", "..")), max_size=3),
       query=st.dictionaries(TEXT, TEXT, max_size=3))  # fmt: skip
def test_a_joined_url_is_what_httpx_makes_of_its_text(base, values, query):
    path = Operation("x.y", "GET", "/fixed" + "/{slot}" * len(values), "any").url_path(*values)
    encoded = encode_query(query)
    joined = BaseURL(base).join(path, encoded)
    parsed = httpx.URL(base.rstrip("/") + path + ("?" + encoded if encoded else ""))
    assert joined == parsed
    assert str(joined) == str(parsed)
    assert joined.raw_path == parsed.raw_path
    assert joined.raw_path.endswith((path + ("?" + encoded if encoded else "")).encode())
    assert (joined.netloc, joined.host, joined.port) == (parsed.netloc, parsed.host, parsed.port)


@given(st.dictionaries(TEXT, TEXT))
def test_a_query_reads_back_as_it_was(query):
    encoded = encode_query(query)
    assert dict(parse_qsl(encoded, keep_blank_values=True, strict_parsing=bool(query))) == query
    assert encoded.isascii()
    assert "+" not in encoded
    assert " " not in encoded


@pytest.mark.parametrize(
    ("query", "encoded"),
    [
        (None, ""),
        ({}, ""),
        ({"a": None}, ""),
        ({"a": "", "b": None, "c": "x y+z"}, "a=&c=x%20y%2Bz"),
        ({"a": True, "b": False}, "a=true&b=false"),
        ({"n": 7, "f": 1.5}, "n=7&f=1.5"),
        ({"id": ["a", "b", None, 3]}, "id=a&id=b&id=3"),
        ({"id": []}, ""),
        ({"foreign_key.system": "a/b?c#d&e=f"}, "foreign_key.system=a%2Fb%3Fc%23d%26e%3Df"),
        ({"q": "~-._"}, "q=~-._"),
        ({"ü": "100%"}, "%C3%BC=100%25"),
    ],
)
def test_how_a_query_is_written(query, encoded):
    assert encode_query(query) == encoded


@pytest.mark.parametrize("query", [{"q": "half \ud800"}, {"q": ["a", "\udfff"]}, {"\ud800": 1}])
def test_half_of_a_surrogate_pair_is_refused_with_a_sentence(query):
    with pytest.raises(ValueError, match="a query parameter holds a character that cannot be sent as UTF-8"):
        encode_query(query)


@pytest.mark.parametrize("value", [b"a", {"a": 1}, object()])
def test_a_value_without_an_agreed_spelling_is_refused(value):
    with pytest.raises(TypeError, match=f"'q' .* not {type(value).__name__}"):
        encode_query({"q": value})


@pytest.mark.parametrize(
    ("base", "host", "start"),
    [
        ("https://api.example.com", b"api.example.com", ("https", b"api.example.com", None)),
        ("https://api.example.com:443/v1/", b"api.example.com", ("https", b"api.example.com", None)),
        ("http://api.example.com:443", b"api.example.com:443", ("http", b"api.example.com", 443)),
        ("http://[::1]:80/", b"[::1]", ("http", b"::1", None)),
        ("https://BÜCHER.example", b"xn--bcher-kva.example", ("https", b"xn--bcher-kva.example", None)),
    ],
)
def test_host_and_origin_of_a_base(base, host, start):
    parsed = BaseURL(base)
    assert parsed.host == host
    assert parsed.origin == start == origin(parsed.join("/any/path", "a=b"))


@pytest.mark.parametrize(
    "base",
    [
        "",
        "api.example.com",
        "/v1",
        "ftp://example.com",
        "https://",
        "https:///v1",
        "https://example.com?a=b",
        "https://example.com/?",
        "https://example.com/#",
        "https://example.com/#top",
        "https://joe@example.com",
        "https://joe:test-secret@example.com",
        "https://exa mple.com",
        "https://example.com:port",
        "https://example.com\n",
        None,
        7,
    ],
)
def test_anything_but_a_plain_absolute_url_is_no_base(base):
    with pytest.raises(ConfigurationError, match="base_url") as caught:
        BaseURL(base)
    assert "test-secret" not in str(caught.value)


def test_a_trailing_slash_changes_nothing():
    assert BaseURL("https://example.com/v1/") == BaseURL("https://example.com/v1")
    assert BaseURL("https://example.com/v1//").join("/a").raw_path == b"/v1/a"


def test_a_base_may_be_given_as_a_url():
    assert BaseURL(httpx.URL("https://example.com/v1")).join("/a") == httpx.URL("https://example.com/v1/a")


def test_joining_leaves_the_base_as_it_is():
    base = BaseURL("https://example.com/v1")
    base.join("/a", "b=c")
    assert base.url == httpx.URL("https://example.com/v1")
