"""Files on their way from the storage: cut, resumed, checked, and in their place only whole."""

from __future__ import annotations

import gzip
from hashlib import md5

import httpx
import pytest
from loops import every_loop

from asyncsdk import APIError, ConnectionLostError, DecodeError, NotFoundError
from asyncsdk.testing import FakeClock, RawServer, Reply, Script
from asyncsdk.unleash.platform import Media, UnleashPlatform

anyio_backend = every_loop

DATA = bytes(range(256)) * 4000
ETAG = f'"{md5(DATA, usedforsecurity=False).hexdigest()}"'
CREDENTIALS = {"authorization", "x-api-key", "cookie", "x-amz-security-token", "x-amz-date", "accept-encoding"}


def whole(data=DATA, etag=ETAG, **headers):
    return httpx.Response(200, content=data, headers={"etag": etag, **headers})


def left(path):
    return sorted(each.name for each in path.parent.iterdir())


@pytest.fixture
def place(tmp_path):
    (tmp_path / "here").mkdir()
    return tmp_path / "here" / "216.JPG"


@pytest.mark.anyio
class TestAFile:
    async def test_is_saved_under_its_name_with_no_credential_sent(self, connect, place):
        script, told = Script(whole()), []
        async with connect(script) as platform:
            media = Media(key="k", size=1, url="https://s3.test/a%2Fb?X-Amz-Signature=1%2B")
            done = await platform.library.download(media, place, progress=lambda *each: told.append(each))
        assert place.read_bytes() == DATA
        assert left(place) == ["216.JPG"]
        assert (done.path, done.size, done.etag) == (place, len(DATA), ETAG.strip('"'))
        assert told[-1] == (len(DATA), len(DATA))
        assert script.requests[0].url.raw_path == b"/a%2Fb?X-Amz-Signature=1%2B"
        assert not CREDENTIALS & set(script.requests[0].headers)

    async def test_is_what_is_stored_also_where_that_is_compressed(self, connect, place):
        packed = gzip.compress(b"text" * 1000)
        script = Script(
            whole(packed, f'"{md5(packed, usedforsecurity=False).hexdigest()}"', **{"content-encoding": "gzip"})
        )
        async with connect(script) as platform:
            await platform.library.download("https://s3.test/a", place)
        assert place.read_bytes() == packed

    async def test_that_is_another_than_its_md5_says_is_not_there(self, connect, place):
        async with connect(Script(whole(DATA[1:]))) as platform:
            with pytest.raises(DecodeError, match="its MD5 is another"):
                await platform.library.download("https://s3.test/a", place)
        assert left(place) == []

    @pytest.mark.parametrize(
        ("etag", "headers"),
        [
            ('"0123456789abcdef0123456789abcdef-2"', {}),
            (f'"{"0" * 32}"', {"x-amz-server-side-encryption": "aws:kms"}),
            ('W/"1"', {}),
        ],
    )
    async def test_has_no_md5_in_an_etag_of_another_kind(self, connect, place, etag, headers):
        async with connect(Script(whole(DATA, etag, **headers))) as platform:
            await platform.library.download("https://s3.test/a", place)
        assert place.read_bytes() == DATA

    async def test_that_is_not_there_is_an_error_in_the_words_of_the_storage(self, connect, place):
        said = "<Error><Code>NoSuchKey</Code><Message>The key does not exist.</Message></Error>"
        async with connect(Script(httpx.Response(404, text=said))) as platform:
            with pytest.raises(NotFoundError, match="404: NoSuchKey: The key does not exist"):
                await platform.library.download("https://s3.test/a", place)
            with pytest.raises(ValueError, match="has no URL"):
                await platform.library.download(Media(key="k"), place)


def resumed(start, data=DATA, etag=ETAG):
    headers = {"etag": etag, "content-range": f"bytes {start}-{len(data) - 1}/{len(data)}"}
    return httpx.Response(206, content=data[start:], headers=headers)


@pytest.mark.anyio
class TestWhatWasBegun:
    @pytest.fixture
    def begun(self, place):
        place.with_name("216.JPG.part").write_bytes(DATA[:1000])
        place.with_name("216.JPG.part.etag").write_text(ETAG)
        return place

    async def test_goes_on_where_it_was(self, connect, begun):
        script = Script(resumed(1000))
        async with connect(script) as platform:
            await platform.library.download("https://s3.test/a", begun)
        assert begun.read_bytes() == DATA
        assert left(begun) == ["216.JPG"]
        sent = script.requests[0].headers
        assert (sent["range"], sent["if-match"]) == ("bytes=1000-", ETAG)

    @pytest.mark.parametrize("answer", [whole(), resumed(0), resumed(500)], ids=["200", "from 0", "from 500"])
    async def test_goes_on_where_the_answer_says(self, connect, begun, answer):
        async with connect(Script(answer)) as platform:
            await platform.library.download("https://s3.test/a", begun)
        assert begun.read_bytes() == DATA

    @pytest.mark.parametrize("status", [412, 416])
    async def test_of_something_that_has_changed_begins_anew_once(self, connect, begun, status):
        other = DATA[::-1]
        script = Script(status, whole(other, f'"{md5(other, usedforsecurity=False).hexdigest()}"'))
        async with connect(script) as platform:
            await platform.library.download("https://s3.test/a", begun)
        assert begun.read_bytes() == other
        assert "range" not in script.requests[1].headers
        async with connect(Script(status)) as platform:
            with pytest.raises(APIError):
                await platform.library.download("https://s3.test/a", begun)

    @pytest.mark.parametrize("etag", ['"another-1"', 'W/"1"', ""])
    async def test_is_dropped_where_something_else_comes_to_a_server_that_heeds_no_condition(
        self, connect, begun, etag
    ):
        other = DATA[::-1]
        script = Script(resumed(1000, other, etag), whole(other, etag))
        async with connect(script) as platform:
            await platform.library.download("https://s3.test/a", begun)
        assert begun.read_bytes() == other
        assert [each.headers.get("range") for each in script.requests] == ["bytes=1000-", None]

    async def test_is_left_alone_where_nobody_knows_of_what_it_is(self, connect, begun):
        begun.with_name("216.JPG.part.etag").unlink()
        script = Script(whole())
        async with connect(script) as platform:
            await platform.library.download("https://s3.test/a", begun)
        assert "range" not in script.requests[0].headers
        assert begun.read_bytes() == DATA

    async def test_does_not_go_on_with_a_hole_in_it(self, connect, begun):
        async with connect(Script(resumed(1001))) as platform:
            with pytest.raises(DecodeError, match="begins at byte 1001, and 1000 bytes are there"):
                await platform.library.download("https://s3.test/a", begun)


def cut(request, most):
    """So many bytes of what is asked for, and the end of the connection."""
    start = int((request.header("range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
    status = "206 Partial Content" if start else "200 OK"
    span = f"Content-Range: bytes {start}-{len(DATA) - 1}/{len(DATA)}\r\n" if start else ""
    head = f"HTTP/1.1 {status}\r\nETag: {ETAG}\r\n{span}Content-Length: {len(DATA) - start}\r\n\r\n"
    return Reply(head.encode() + DATA[start : start + most], then="close")


@pytest.mark.anyio
class TestACut:
    async def test_is_gone_on_from(self, keys, place):
        async with (
            RawServer(lambda request: cut(request, 300_000)) as server,
            UnleashPlatform(credentials=keys, base_url="http://sdk.test", clock=FakeClock()) as platform,
        ):
            await platform.library.download(f"{server.url}/a", place)
        assert place.read_bytes() == DATA
        # how much of a cut answer an engine still gives is its own affair
        asked = [(each.header("range"), each.header("if-match")) for each in server.requests]
        assert asked[0] == (None, None)
        assert len(asked) >= 4
        assert all(match == (ETAG if part else None) for part, match in asked)
        assert sorted(asked, key=lambda each: int((each[0] or "=0-")[:-1].partition("=")[2])) == asked

    async def test_after_which_it_is_another_each_time_is_an_error_and_never_a_mixture(self, keys, place):
        def answer(request):
            reply = cut(request, 300_000)
            return Reply(reply.data.replace(ETAG.encode(), b'"%d"' % len(server.requests)), then="close")

        async with (
            RawServer(answer) as server,
            UnleashPlatform(credentials=keys, base_url="http://sdk.test", clock=FakeClock()) as platform,
        ):
            with pytest.raises(DecodeError, match="replaced again and again"):
                await platform.library.download(f"{server.url}/a", place)
        assert left(place) == []

    async def test_after_which_nothing_comes_any_more_is_an_error_and_what_came_is_kept(self, keys, place):
        def answer(request):
            return cut(request, 0 if request.header("range") else 1000)

        async with (
            RawServer(answer) as server,
            UnleashPlatform(credentials=keys, base_url="http://sdk.test", clock=FakeClock()) as platform,
        ):
            with pytest.raises(ConnectionLostError):
                await platform.library.download(f"{server.url}/a", place)
        assert left(place) == ["216.JPG.part", "216.JPG.part.etag"]
        assert DATA[:1000].startswith(place.with_name("216.JPG.part").read_bytes())
