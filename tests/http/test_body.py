"""What a request sends."""

from __future__ import annotations

import gc
import io
import threading

import anyio
import httpx
import pytest

from asyncsdk.http.body import PIECE, FileBody, FormBody, FormFile, HeldBody, SourceBody, body_of_request

CONTENT = bytes(range(256)) * 3000  # three pieces


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "film.mp4"
    made.write_bytes(CONTENT)
    return made


async def read(body):
    stream = body.stream()
    try:
        return b"".join([piece async for piece in stream])
    finally:
        await stream.aclose()


@pytest.mark.anyio
class TestAFile:
    async def test_it_is_opened_anew_each_time(self, path):
        body = FileBody(path)
        assert (body.length, body.held, body.spent) == (len(CONTENT), None, False)
        assert await read(body) == await read(body) == CONTENT

    async def test_a_part_of_it(self, path):
        body = FileBody(path, start=7, length=PIECE + 1)
        assert body.length == PIECE + 1
        assert await read(body) == await read(body) == CONTENT[7 : PIECE + 8]

    async def test_an_open_one_is_taken_from_where_it_stands_and_left_open(self, path):
        with path.open("rb") as file:
            file.seek(11)
            body = FileBody(file)
            assert file.tell() == 11
            assert await read(body) == CONTENT[11:]
            assert await read(body) == CONTENT[11:]
            assert not file.closed

    async def test_one_in_memory_is_a_file_too(self):
        assert await read(FileBody(io.BytesIO(CONTENT))) == CONTENT

    async def test_an_empty_one(self, tmp_path):
        (tmp_path / "none").touch()
        body = FileBody(tmp_path / "none")
        assert (body.length, await read(body)) == (0, b"")

    async def test_it_is_read_in_worker_threads_a_piece_at_a_time(self):
        threads, sizes = set(), set()

        class Watched(io.BytesIO):
            def read(self, size=-1):
                if size:
                    threads.add(threading.get_ident())
                    sizes.add(size)
                return super().read(size)

        await read(FileBody(Watched(CONTENT)))
        assert threading.get_ident() not in threads
        assert max(sizes) == PIECE

    async def test_one_that_shrinks_while_it_is_sent_is_an_error(self, path):
        stream = FileBody(path).stream()
        await anext(aiter(stream))
        path.write_bytes(CONTENT[: PIECE + 5])
        with pytest.raises(httpx.LocalProtocolError, match="shrank while it was sent"):
            async for _ in stream:
                pass
        await stream.aclose()

    async def test_so_is_one_that_grows_before_anybody_has_what_looks_like_all_of_it(self, path):
        stream = FileBody(path).stream()
        given = [await anext(aiter(stream))]
        with path.open("ab") as file:
            file.write(b"more")

        async def rest():
            async for piece in stream:
                given.append(piece)  # noqa: PERF401  # what came before the error counts

        with pytest.raises(httpx.LocalProtocolError, match="grew while it was sent"):
            await rest()
        assert len(b"".join(given)) < len(CONTENT)
        await stream.aclose()

    async def test_an_empty_one_that_grows_is_an_error_too(self, tmp_path):
        path = tmp_path / "empty"
        path.touch()
        stream = FileBody(path).stream()
        path.write_bytes(b"more")
        with pytest.raises(httpx.LocalProtocolError, match="grew while it was sent"):
            await anext(aiter(stream))
        await stream.aclose()

    async def test_of_a_part_the_rest_may_grow(self, path):
        body = FileBody(path, length=10)
        with path.open("ab") as file:
            file.write(b"more")
        assert await read(body) == CONTENT[:10]

    async def test_a_cancelled_reading_leaves_no_file_open(self, path):
        # a file that nobody closed is a ResourceWarning, which is an error here
        for steps in range(6):
            async with anyio.create_task_group() as group:
                group.start_soon(read, FileBody(path))
                for _ in range(steps):
                    await anyio.lowlevel.checkpoint()
                group.cancel_scope.cancel()

    async def test_what_cannot_be_sent_is_said_at_once(self, path):
        with pytest.raises(FileNotFoundError):
            FileBody(path.with_name("other"))
        with pytest.raises(ValueError, match="768000 bytes; bytes 767999 to 768001 are not in it"):
            FileBody(path, start=len(CONTENT) - 1, length=2)
        with path.open() as text, pytest.raises(TypeError, match="binary"):
            FileBody(text)


@pytest.mark.anyio
class TestASource:
    @staticmethod
    async def pieces():
        yield b"one"
        yield b"two"

    async def test_it_can_be_had_once_and_says_when_it_was(self):
        body = SourceBody(self.pieces(), 6)
        assert (body.length, body.held, body.spent) == (6, None, False)
        assert await read(body) == b"onetwo"
        assert body.spent

    async def test_one_that_nobody_has_begun_is_not_spent(self):
        source = self.pieces()
        body = SourceBody(source)
        stream = body.stream()
        await stream.aclose()
        assert not body.spent
        assert await read(body) == b"onetwo"

    async def test_closing_it_in_the_middle_finishes_the_source(self):
        finished = []

        async def pieces():
            try:
                yield b"one"
                yield b"two"
            finally:
                finished.append(True)

        stream = SourceBody(pieces()).stream()
        await anext(aiter(stream))
        await stream.aclose()
        assert finished == [True]


def parsed(body, content):
    """The parts of a form, by an independent reader of multipart bodies."""
    from email.parser import BytesParser
    from email.policy import HTTP

    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + body.content_type.encode() + b"\r\n\r\n" + content
    )
    return [
        (part.get_param("name", header="content-disposition"), part.get_filename(), part.get_payload(decode=True))
        for part in message.iter_parts()
    ]


@pytest.mark.anyio
class TestAForm:
    async def test_fields_come_first_and_files_last_and_the_length_is_exact(self, path):
        body = FormBody(
            {"key": "uploads/a b.mp4", "policy": "eyJ=="}, [FormFile("file", FileBody(path), "film.mp4", "video/mp4")]
        )
        content = await read(body)
        assert len(content) == body.length
        assert await read(body) == content
        assert parsed(body, content) == [
            ("key", None, b"uploads/a b.mp4"),
            ("policy", None, b"eyJ=="),
            ("file", "film.mp4", CONTENT),
        ]
        assert b"Content-Type: video/mp4\r\n\r\n" in content

    async def test_several_files(self):
        body = FormBody({}, [FormFile(name, HeldBody(name.encode()), f"{name}.bin") for name in ("a", "b")])
        content = await read(body)
        assert len(content) == body.length
        assert parsed(body, content) == [("a", "a.bin", b"a"), ("b", "b.bin", b"b")]

    async def test_fields_alone(self):
        body = FormBody({"a": "1"}, [])
        content = await read(body)
        assert (len(content), parsed(body, content)) == (body.length, [("a", None, b"1")])

    async def test_names_cannot_end_their_line(self):
        body = FormBody({'a"\r\nX: y': "1"}, [FormFile("f", HeldBody(b""), 'q"\r\n.bin')])
        content = await read(body)
        assert b'name="a%22%0D%0AX: y"' in content
        assert b'filename="q%22%0D%0A.bin"' in content

    async def test_it_is_spent_when_one_of_its_files_is(self):
        async def pieces():
            yield b"one"

        body = FormBody({}, [FormFile("f", SourceBody(pieces(), 3), "f.bin")])
        assert not body.spent
        await read(body)
        assert body.spent

    async def test_left_in_the_middle_of_a_part_it_leaves_no_generator_to_the_loop(self, path):
        stream = FormBody({"key": "k"}, [FormFile("f", HeldBody(b"x"), "f.bin")]).stream()
        await anext(stream)
        await stream.aclose()
        del stream
        gc.collect()  # trio would warn, and a warning is an error

    async def test_a_file_of_unknown_length_is_refused(self):
        with pytest.raises(ValueError, match=r"length of 'f.bin' is not known"):
            FormBody({}, [FormFile("f", SourceBody(None), "f.bin")])


@pytest.mark.anyio
class TestSomebodysOwnRequest:
    async def test_bytes_are_held(self):
        body = body_of_request(httpx.Request("POST", "https://example.com", json={"a": 1}))
        assert (body.held, body.length) == (b'{"a":1}', 7)

    async def test_a_form_of_httpx_is_read_in_worker_threads(self):
        threads = set()

        class Watched(io.BytesIO):
            def read(self, size=-1):
                threads.add(threading.get_ident())
                return super().read(size)

        request = httpx.Request("POST", "https://example.com", files={"file": Watched(CONTENT)})
        threads.clear()
        body = body_of_request(request)
        content = await read(body)
        assert body.length == len(content) == int(request.headers["content-length"])
        assert CONTENT in content
        assert threading.get_ident() not in threads

    async def test_a_generator_is_a_source_without_a_length(self):
        async def pieces():
            yield b"one"

        body = body_of_request(httpx.Request("POST", "https://example.com", content=pieces()))
        assert (body.length, body.held) == (None, None)
        assert await read(body) == b"one"
