"""Content codings: undone alike for answers that are held and for streams, never silently short, never without a bound."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from contextlib import suppress

import httpx
import pytest
from hypothesis import given, strategies as st

from asyncsdk.http.coding import MAX_BODY, beginning, coding, decompressed
from asyncsdk.http.whole import TooLargeError


def zlib_raw(body):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


def two_members(body):
    half = len(body) // 2
    return gzip.compress(body[:half]) + b"\0" * (half % 3) + gzip.compress(body[half:]) + b"\0"


# a way to pack, and what a header calls it
PACKERS = [
    (bytes, "identity"),
    (gzip.compress, "gzip"),
    (gzip.compress, "X-GZip"),
    (two_members, "gzip"),
    (zlib.compress, "deflate"),
    (zlib_raw, "deflate"),
]


@st.composite
def packings(draw):
    """How a body is packed, once or several times, and the header that says so."""
    layers = draw(st.lists(st.sampled_from(PACKERS), max_size=3))
    comma = draw(st.sampled_from([",", ", ", " ,, "]))
    return [pack for pack, _ in layers], comma.join(name for _, name in layers)


BODIES = st.binary(max_size=3000) | st.integers(0, 300_000).map(lambda size: b"a" * size)


def packed(body, packers):
    for pack in packers:
        body = pack(body)
    return body


def answer(*named):
    return httpx.Response(200, headers=[("content-encoding", each) for each in named])


def streamed(raw, named, size=1 << 20):
    """The pieces that come, and whether the body may end there."""
    undo = coding(named)
    pieces = [piece for at in range(0, len(raw), size) for piece in undo.feed(raw[at : at + size])]
    return pieces, undo.complete


def both_ways(raw, named, size=1 << 20):
    """What a body is found to hold where it is held, and where it is a stream; None for an error."""
    held = came = None
    with suppress(httpx.DecodingError):
        held = decompressed(raw, answer(named))
    with suppress(httpx.DecodingError):
        pieces, complete = streamed(raw, named, size)
        came = b"".join(pieces) if complete else None
    return held, came


@given(body=BODIES, packing=packings(), size=st.integers(1, 2000))
def test_held_and_streamed_are_undone_alike(body, packing, size):
    packers, named = packing
    raw = packed(body, packers)
    pieces, complete = streamed(raw, named, size)
    assert complete
    assert b"".join(pieces) == decompressed(raw, answer(named)) == body
    assert all(0 < len(piece) <= 1 << 16 for piece in pieces)


@given(
    body=st.binary(min_size=1, max_size=300),
    packing=packings().filter(lambda packing: two_members not in packing[0] and set(packing[0]) - {bytes}),
    data=st.data(),
)
def test_a_body_that_breaks_off_is_never_taken_for_a_whole_one(body, packing, data):
    packers, named = packing
    raw = packed(body, packers)
    cut = raw[: data.draw(st.integers(1, len(raw) - 1))]
    assert both_ways(cut, named) == (None, None)


@given(
    raw=st.binary(min_size=1, max_size=60) | st.binary(max_size=60).map(two_members),
    cut=st.integers(0, 60),
    named=st.sampled_from(["gzip", "deflate", "deflate, gzip", "br", "identity"]),
    size=st.integers(1, 3),
)
def test_whatever_comes_both_ways_say_the_same(raw, cut, named, size):
    held, came = both_ways(raw[cut:], named, size)
    assert held == came


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=4), st.integers(0, 3))
def test_all_members_count_and_padding_does_not(members, zeros):
    raw = b"".join(map(gzip.compress, members)) + b"\0" * zeros
    assert decompressed(raw, answer("gzip")) == b"".join(members)


@pytest.mark.parametrize(
    "named", ["br", "zstd", "nonsense", "gzip, br", "br, gzip", "gzip, " * 4 + "gzip", "compress", '"gzip"']
)
def test_a_coding_that_nobody_asked_for_is_one_error_both_ways(named):
    body = packed(b"abc", [gzip.compress] * named.count("gzip"))
    with pytest.raises(httpx.DecodingError, match="which was not asked for") as held:
        decompressed(body, answer(named))
    with pytest.raises(httpx.DecodingError, match="which was not asked for") as came:
        streamed(body, named)
    assert str(held.value) == str(came.value)


def test_its_name_is_cut():
    with pytest.raises(httpx.DecodingError) as caught:
        decompressed(b"abc", answer("x" * 10_000))
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("named", ["", "identity", "gzip", "deflate", "gzip, gzip", "br"])
def test_no_body_is_no_body(named):
    assert decompressed(b"", answer(named)) == b""
    assert streamed(b"", named) == ([], True)
    assert list(coding(named).feed(b"")) == []


@pytest.mark.parametrize("named", ["gzip", "deflate", "gzip, deflate"])
def test_what_is_no_such_body_is_an_error(named):
    for read in (lambda: decompressed(b"[1, 2]", answer(named)), lambda: streamed(b"[1, 2]", named)):
        with pytest.raises(httpx.DecodingError, match="is broken"):
            read()


def test_several_headers_are_one():
    assert decompressed(gzip.compress(zlib.compress(b"[]")), answer("deflate", "gzip")) == b"[]"
    assert decompressed(b"[]", httpx.Response(200)) == b"[]"


class TestALimit:
    @given(body=st.binary(max_size=100), packing=packings(), most=st.integers(0, 100))
    def test_it_is_of_what_the_body_holds_unpacked(self, body, packing, most):
        packers, named = packing
        raw = packed(body, packers)
        if len(body) <= most:
            assert decompressed(raw, answer(named), most) == body
        else:
            with pytest.raises(TooLargeError, match=f"more than {most} bytes.*max_body"):
                decompressed(raw, answer(named), most)

    def test_it_is_generous(self):
        assert MAX_BODY >= 1 << 28

    @pytest.mark.parametrize("layers", [1, 2])
    def test_little_more_than_it_is_ever_held_of_a_bomb(self, layers):
        most = 1 << 20
        raw = packed(b"\0" * (1 << 24), [gzip.compress] * layers)
        tracemalloc.start()
        try:
            with pytest.raises(TooLargeError):
                decompressed(raw, answer(", ".join(["gzip"] * layers)), most)
            assert tracemalloc.get_traced_memory()[1] < 4 * most
        finally:
            tracemalloc.stop()

    def test_a_stream_has_none(self):
        undo = coding("gzip")
        raw = gzip.compress(b"\0" * (1 << 24))
        assert sum(map(len, undo.feed(raw))) == 1 << 24

    @given(body=st.binary(max_size=200), packing=packings(), most=st.integers(1, 300))
    def test_the_beginning_alone_can_be_had(self, body, packing, most):
        packers, named = packing
        assert beginning(packed(body, packers), answer(named), most) == body[:most]


def test_many_small_members_take_time_that_follows_their_size():
    assert decompressed(gzip.compress(b"") * 100_000, answer("gzip")) == b""
