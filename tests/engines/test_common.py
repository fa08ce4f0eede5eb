from __future__ import annotations

import sys

import httpx
import httpx2
import pytest
from hypothesis import given, strategies as st

from asyncsdk.engines.choice import default_engine
from asyncsdk.engines.common import body_framing
from asyncsdk.errors import ConfigurationError
from asyncsdk.http.url import BaseURL, encode_query


@pytest.mark.parametrize(
    ("method", "headers", "length", "expected"),
    [
        ("GET", {}, 0, None),
        ("DELETE", {}, 0, None),
        ("POST", {}, 0, (b"Content-Length", b"0")),
        ("PATCH", {}, 0, (b"Content-Length", b"0")),
        ("GET", {}, 3, (b"Content-Length", b"3")),
        ("DELETE", {}, 3, (b"Content-Length", b"3")),
        ("POST", {}, None, (b"Transfer-Encoding", b"chunked")),
        ("POST", {"content-length": "3"}, 3, None),
        ("POST", {"Content-Length": "3"}, None, None),
        ("POST", {"Transfer-Encoding": "Chunked"}, None, None),
        ("POST", {"Transfer-Encoding": "chunked"}, 3, None),
    ],
)
def test_a_body_is_framed_where_the_request_does_not_say(method, headers, length, expected):
    request = httpx.Request(method, "http://x.test/", headers=headers, stream=httpx.ByteStream(b""))
    assert body_framing(request, length=length) == expected


def test_without_httpx2_trio_has_no_engine(monkeypatch):
    for name in ("asyncsdk.engines.httpx2.engine", "asyncsdk.engines.httpx2.connect"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "httpcore2", None)
    import trio

    async def build():
        with pytest.raises(ConfigurationError, match=r"asyncsdk\[trio\]"):
            default_engine()

    trio.run(build)


@given(st.lists(st.text(min_size=1)), st.dictionaries(st.text(), st.text()))
def test_httpx_and_httpx2_leave_our_urls_as_they_are(segments, query):
    """What a borrowed client is given is parsed again: the bytes that were signed must survive it."""
    path = "".join(f"/{encode_query({'': segment})[1:]}" for segment in segments)
    url = BaseURL("https://api.example.com/v1").join(path, encode_query(query))
    for library in (httpx, httpx2):
        if "/../" in f"{path}/" or "/./" in f"{path}/":
            continue  # no path value of ours is one of these
        again = library.URL(str(url))
        assert (again.raw_path, again.netloc) == (url.raw_path, url.netloc)
