"""Files on their way to the storage: over a socket, to the sandbox's own, which checks what S3 checks."""

from __future__ import annotations

import io
import json
import tempfile
from base64 import b64encode

import anyio
import httpx
import pytest
from loops import every_loop

from asyncsdk import APIError, AWSCredentials, ConfigurationError, DecodeError, RetryPolicy, SDKError
from asyncsdk.testing import FakeClock, RawServer, Reply, Sandbox, Script, UnleashPlatformService, serve
from asyncsdk.unleash.platform import UnleashPlatform
from asyncsdk.unleash.platform.transfer import ticket, upload as uploads

anyio_backend = every_loop

WHERE = {"device_id": "W123", "session_id": "3"}
CREDENTIALS = {"authorization", "x-api-key", "cookie", "x-amz-security-token", "x-amz-date"}


@pytest.fixture(scope="module")
def service():
    return UnleashPlatformService()


@pytest.fixture(scope="module")
def url(service):
    with serve(Sandbox(service)) as url:
        yield url


@pytest.fixture
async def platform(url):
    async with UnleashPlatform(credentials=account(), base_url=f"{url}/prod") as client:
        yield client


def account():
    return AWSCredentials("test-access", "test-secret")


@pytest.mark.anyio
class TestAFile:
    @pytest.mark.parametrize("size", [0, 1, 300_000])
    async def test_arrives_whole_with_its_progress(self, platform, service, file, size):
        path, told = file(size), []
        done = await platform.library.upload(path, **WHERE, progress=lambda *each: told.append(each))
        assert (done.key, done.size, done.filename) == ("u/W123/3/216.JPG", size, "216.JPG")
        assert service.storage.content(done.key) == path.read_bytes()
        assert service.storage.objects[done.key].etag == done.etag
        assert told[-1:] == ([(size, size)] if size else [])
        assert {each.key: each.size async for each in platform.library.session_media("W123", "3")}[
            f"pylot/{done.key}"
        ] == size

    async def test_may_be_bytes_a_file_or_a_stream_of_known_or_unknown_length(self, platform, service, file):
        async def pieces():
            for each in (b"a" * 1000, b"b" * 500):
                await anyio.lowlevel.checkpoint()
                yield each

        class Pipe(io.RawIOBase):
            def __init__(self):
                self.left = [b"c" * 700]

            def read(self, _=-1):
                return self.left.pop() if self.left else b""

        spooled = tempfile.SpooledTemporaryFile(max_size=100)  # noqa: SIM115  # closed below
        spooled.write(b"d" * 900)
        spooled.seek(300)
        standing = file(100, "standing.bin").open("rb")
        standing.seek(40)
        with standing, spooled:
            for source, expected, options in (
                (b"bytes", b"bytes", {}),
                (io.BytesIO(b"in memory"), b"in memory", {}),
                (spooled, b"d" * 600, {}),
                (standing, file(100, "x").read_bytes()[40:], {}),
                (pieces(), b"a" * 1000 + b"b" * 500, {}),
                (pieces(), b"a" * 1000 + b"b" * 500, {"size": 1500}),
                (Pipe(), b"c" * 700, {}),
            ):
                done = await platform.library.upload(source, filename="any.bin", **WHERE, **options)
                assert service.storage.content(done.key) == expected

    @pytest.mark.parametrize("name", ["a b.JPG", 'quo"te.JPG', "中文.JPG", "🛩.JPG", "%41.JPG", "a+b&c.JPG"])
    async def test_keeps_its_name_whatever_it_is(self, platform, service, name):
        done = await platform.library.upload(b"x", filename=name, **WHERE)
        assert done.key == f"u/W123/3/{name}"
        assert service.storage.content(done.key) == b"x"
        picture = await platform.modelling.upload(b"yy", filename=name, device_id="W123", session_id=4)
        assert service.storage.content(f"u/W123/4/{name}") == b"yy"
        assert picture.key.endswith(f"u/W123/4/{name}")

    async def test_a_logo_goes_with_a_put(self, platform, service, file):
        done = await platform.users.upload_logo(file(500, "logo.png"), company_id="c1")
        assert service.storage.objects["logos/c1/logo.png"].size == done.size == 500

    @pytest.mark.parametrize("name", ["a\r\nb", "", "\x00"])
    async def test_a_name_that_cannot_be_sent_is_refused(self, platform, name):
        with pytest.raises(ValueError, match="filename must be a file name"):
            await platform.library.upload(b"x", filename=name, **WHERE)

    async def test_what_has_no_name_or_is_no_file_is_refused(self, platform, tmp_path):
        with pytest.raises(ValueError, match="give filename="):
            await platform.library.upload(b"x", **WHERE)
        with pytest.raises(IsADirectoryError):
            await platform.library.upload(tmp_path, **WHERE)
        with pytest.raises(FileNotFoundError):
            await platform.library.upload(tmp_path / "none", **WHERE)
        with pytest.raises(TypeError, match="not int"):
            await platform.library.upload(7, filename="x", **WHERE)

    async def test_a_source_of_another_length_than_it_says_is_an_error_and_no_object(self, platform, service):
        async def pieces():
            yield b"x" * 10

        for size in (9, 11):
            with pytest.raises(SDKError):
                await platform.library.upload(pieces(), filename=f"wrong{size}", size=size, **WHERE)
            assert f"u/W123/3/wrong{size}" not in service.storage.objects


@pytest.mark.anyio
class TestTheForm:
    async def test_that_has_expired_is_asked_for_anew(self, url, file):
        clock = FakeClock()
        service = UnleashPlatformService(clock=clock, form_seconds=10)
        asked = []

        def on_request(request):
            if request.url.path.endswith("/library/upload"):
                asked.append(request)
            elif len(asked) == 1:
                clock.advance(11)

        with serve(Sandbox(service, on_request=on_request)) as url:
            async with UnleashPlatform(credentials=account(), base_url=f"{url}/prod", clock=clock) as platform:
                done = await platform.library.upload(file(1000), **WHERE)
        assert len(asked) == 2
        assert service.storage.objects[done.key].size == 1000

    @pytest.mark.parametrize("way", ["library", "modelling"])
    async def test_that_had_ended_before_it_came_is_not_asked_for_again(self, file, way):
        service, asked = UnleashPlatformService(form_seconds=-60), []
        with serve(Sandbox(service, on_request=lambda request: asked.append(request.url.path))) as url:
            async with UnleashPlatform(credentials=account(), base_url=f"{url}/prod") as platform:
                upload = platform.library.upload if way == "library" else platform.modelling.upload
                with pytest.raises(APIError, match=r"expired.*clock of whoever signed it is wrong"):
                    await upload(file(1000), device_id="W123", session_id="3" if way == "library" else 3)
        assert len(asked) == 2

    async def test_that_allows_less_is_held_against_the_file_before_it_is_sent(self, file):
        service = UnleashPlatformService(most=999)
        seen = []
        with serve(Sandbox(service, on_request=lambda request: seen.append(request.url.path))) as url:
            async with UnleashPlatform(credentials=account(), base_url=f"{url}/prod") as platform:
                with pytest.raises(ValueError, match="the file has 1000 bytes, and the form allows 0 to 999"):
                    await platform.library.upload(file(1000), **WHERE)
        assert seen == ["/prod/library/upload"]

    async def test_is_not_asked_for_a_file_that_no_form_takes(self, connect, tmp_path):
        with (tmp_path / "huge").open("wb") as file:
            file.truncate(ticket.MOST + 1)
        script = Script(200)
        async with connect(script) as platform:
            with pytest.raises(ValueError, match="at most 5 GB"):
                await platform.library.upload(tmp_path / "huge", **WHERE)
        assert script.requests == []

    async def test_goes_out_just_as_it_came_with_the_file_last_and_no_credential(self, connect):
        fields = {"key": "k/${filename}", "Policy": "p", "x": "ü", "a": ""}
        script = Script(
            httpx.Response(200, json={"url": "https://s3.test/pylot?x=%2F%2B%27%40", "fields": fields}),
            httpx.Response(204),
        )
        async with connect(script, headers={"X-Extra": "1"}) as platform:
            done = await platform.library.upload(b"FILE", filename="a.JPG", **WHERE)
        sent = script.requests[1]
        boundary = sent.headers["content-type"].partition("boundary=")[2].encode()
        expected = b"".join(
            b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n'
            % (boundary, name.encode(), value.encode())
            for name, value in fields.items()
        )
        expected += (
            b'--%b\r\nContent-Disposition: form-data; name="file"; filename="a.JPG"\r\n'
            b"Content-Type: application/octet-stream\r\n\r\nFILE\r\n--%b--\r\n"
        ) % (boundary, boundary)
        assert script.bodies[1] == expected
        assert sent.url.raw_path == b"/pylot?x=%2F%2B%27%40"
        assert sorted(sent.headers) == ["content-length", "content-type", "host"]
        assert done.key == "k/a.JPG"

    async def test_without_a_url_is_an_error(self, connect):
        async with connect(Script(httpx.Response(200, json={}))) as platform:
            with pytest.raises(DecodeError, match="told no URL"):
                await platform.library.upload(b"x", filename="a", **WHERE)


@pytest.mark.anyio
class TestAPut:
    async def put(self, connect, query, answer=200):
        url = httpx.Response(200, json={"url": f"https://s3.test/k%2B%27?{query}"})
        script = Script(*[url, answer] * 3)
        async with connect(script) as platform:
            await platform.modelling.upload(b"FILE", filename="a.JPG", device_id="W123", session_id=3)
        return script.requests[1]

    async def test_carries_the_headers_that_are_signed_and_no_others(self, connect):
        sent = await self.put(connect, "X-Amz-SignedHeaders=content-type%3Bhost&X-Amz-Signature=1")
        assert sorted(sent.headers) == ["content-length", "content-type", "host"]
        assert sent.headers["content-type"] == "image/jpeg"
        sent = await self.put(connect, "X-Amz-SignedHeaders=host&X-Amz-Signature=1")
        assert sorted(sent.headers) == ["content-length", "host"]
        assert sent.url.raw_path.startswith(b"/k%2B%27?")
        assert sent.content == b"FILE"

    async def test_to_a_url_that_carries_the_checksum_of_nothing_is_diagnosed(self, connect):
        with pytest.raises(ConfigurationError, match=r"checksum of an empty file \(x-amz-checksum-crc32\)"):
            await self.put(connect, "x-amz-checksum-crc32=AAAAAA%3D%3D&x-amz-sdk-checksum-algorithm=CRC32")

    async def test_that_needs_what_nobody_told_is_refused(self, connect):
        with pytest.raises(ConfigurationError, match="has signed the header x-amz-meta-a"):
            await self.put(connect, "X-Amz-SignedHeaders=host%3Bx-amz-meta-a")

    @pytest.mark.parametrize(
        ("code", "said", "shown"),
        [
            ("ExpiredToken", "The provided token has expired.", "400: ExpiredToken: The provided token"),
            ("RequestTimeTooSkewed", "The difference is too large.", "clock of whoever signed it is wrong"),
            ("AccessDenied", "Request has expired", "400: AccessDenied: Request has expired"),
            ("EntityTooLarge", "too large", "400: EntityTooLarge: too large"),
        ],
    )
    async def test_that_is_refused_says_why_in_the_words_of_the_storage(self, connect, code, said, shown):
        body = f"<Error><Code>{code}</Code><Message>{said}</Message><RequestId>r1</RequestId><StringToSign>hidden</StringToSign></Error>"
        with pytest.raises(APIError, match=shown) as caught:
            await self.put(connect, "X-Amz-Signature=1", httpx.Response(400, text=body))
        assert (caught.value.code, caught.value.request_id) == (code, "r1")
        assert "hidden" not in caught.value.body


@pytest.mark.anyio
class TestWhatBreaks:
    async def test_halfway_is_sent_again_from_the_first_byte(self, keys, file):
        path = file(2_000_000)
        ticket_ = json.dumps({"url": "URL/pylot", "fields": {"key": "k"}})
        cut = iter([500_000])

        def answer(request):
            if request.target == "/prod/library/upload":
                return Reply.ok(ticket_.replace("URL", server.url).encode())
            if (most := next(cut, None)) is not None:
                return Reply(read=most, then="reset")
            return Reply.ok(status="204 No Content")

        async with RawServer(answer) as server:
            async with UnleashPlatform(credentials=keys, base_url=f"{server.url}/prod", clock=FakeClock()) as platform:
                told = []
                await platform.library.upload(path, **WHERE, progress=lambda *each: told.append(each[0]))
            _, first, second = server.requests
        assert len(b"".join(first.pieces)) < 2_000_000
        assert path.read_bytes() in b"".join(second.pieces)
        assert told[-1] == 2_000_000
        assert not CREDENTIALS & {name.lower() for name, _ in second.headers}

    async def test_a_stream_that_was_begun_is_sent_once_and_says_so(self, connect):
        async def pieces():
            yield b"x" * 10

        form = httpx.Response(200, json={"url": "https://s3.test/pylot", "fields": {"key": "k"}})
        script = Script(form, httpx.ReadError("lost"))
        async with connect(script, retry=RetryPolicy()) as platform:
            with pytest.raises(SDKError, match="can be read only once, so that it was not sent again"):
                await platform.library.upload(pieces(), filename="a", size=10, **WHERE)
        assert len(script.requests) == 2


@pytest.mark.anyio
class TestMany:
    async def test_go_out_some_at_once_and_each_is_told_when_it_is_there(self, platform, service, file):
        paths = [file(1000 + number, f"{number}.JPG") for number in range(30)]
        done = [
            each async for each in platform.library.upload_many(paths, device_id="W1", session_id="9", concurrency=4)
        ]
        assert sorted(each.source for each in done) == sorted(map(str, paths))
        assert all(service.storage.objects[each.key].size == each.size for each in done)

    async def test_a_failure_stops_them_or_is_one_of_the_results(self, platform, file, tmp_path):
        paths = [file(10, "a.JPG"), tmp_path / "none.JPG", file(10, "b.JPG")]
        where = {"device_id": "W1", "session_id": "10"}
        with pytest.raises(FileNotFoundError):
            [each async for each in platform.library.upload_many(paths, **where)]
        done = [each async for each in platform.library.upload_many(paths, **where, on_error="collect")]
        assert sorted(each.filename for each in done if each.error is None) == ["a.JPG", "b.JPG"]
        assert [type(each.error) for each in done if each.error is not None] == [FileNotFoundError]

    async def test_never_more_than_so_many_at_once(self, connect, monkeypatch):
        now = most = 0

        async def upload(_client, _name, _ask, file, **_):
            nonlocal now, most
            now += 1
            most = max(most, now)
            await anyio.lowlevel.checkpoint()
            now -= 1
            return uploads.UploadResult(file)

        monkeypatch.setattr("asyncsdk.unleash.platform.library.upload", upload)
        async with connect(None) as platform:
            results = platform.library.upload_many(map(str, range(50)), **WHERE, concurrency=3)
            assert len([each async for each in results]) == 50
        assert 1 < most <= 3


def test_a_policy_that_cannot_be_read_says_nothing():
    for policy in ("...", "", b64encode(b"[1]").decode(), b64encode(b'{"conditions": 7}').decode()):
        assert ticket.size_range({"policy": policy}) is None
    policy = b64encode(b'{"conditions": [{"key": "k"}, ["content-length-range", 1, "9"]]}').decode()
    assert ticket.size_range({"Policy": policy}) == (1, 9)


@pytest.mark.parametrize(
    ("url", "fields", "ends"),
    [
        ("https://s3.test/k?X-Amz-Date=20231114T221320Z&X-Amz-Expires=60", None, 1_700_000_060),
        ("https://s3.test/k?x-amz-date=20231114T221320Z&x-amz-expires=soon", None, None),
        ("https://s3.test/k?X-Amz-Expires=60", None, None),
        ("", {"policy": {"expiration": "2023-11-14T22:13:20Z"}}, 1_700_000_000),
        ("", {"Policy": {"expiration": "2023-11-14T22:13:20.000"}}, 1_700_000_000),
        ("", {"Policy": {"expiration": 7}}, None),
        ("", {}, None),
    ],
)
def test_when_a_form_or_url_ends(url, fields, ends):
    encoded = fields and {name: b64encode(json.dumps(each).encode()).decode() for name, each in fields.items()}
    assert ticket.ends_of(url, encoded) == ends
