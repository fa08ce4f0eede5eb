"""Scenes that go up, and raw data that comes down."""

from __future__ import annotations

import io
import os
import zipfile

import httpx
import pytest

from asyncsdk import Cognitive3D, ConnectionLostError, DecodeError
from asyncsdk.testing import CognitiveService, RawServer, Reply, Script

UUID = "de704574-b03f-424e-be87-4985f85ed2e8"
SESSION = 4460, "1749535200_9f1c"


async def pieces():
    yield b"{"
    yield b"}"


@pytest.mark.anyio
class TestAnUpload:
    @pytest.mark.parametrize("quoted", [True, False])
    async def test_gives_the_scenes_id(self, connect, quoted, tmp_path):
        (tmp_path / "scene.bin").write_bytes(b"\0" * 1000)
        service = CognitiveService(quoted=quoted)
        files = {
            "scene.bin": tmp_path / "scene.bin",
            "scene.gltf": b'{"asset": {}}',
            "screenshot.png": io.BytesIO(b"\x89PNG"),
            "settings.json": pieces(),
        }
        async with connect(service) as c3d:
            scene_id = await c3d.media.upload_scene(files)
            assert (await c3d.scenes.get(scene_id)).id == scene_id
        assert service.uploaded == {scene_id: [*files]}

    async def test_sends_raw_files_of_their_types_with_a_length(self):
        script = Script(httpx.Response(201, text=UUID))
        told = []
        async with Cognitive3D("test-key", transport=script) as c3d:
            files = {"scene.bin": b"\0\1", "scene.gltf": b"{}", "screenshot.png": b"P", "settings.json": pieces()}
            await c3d.media.upload_scene(files, on_progress=lambda sent, of: told.append((sent, of)))
        (request,), (body,) = script.requests, script.bodies
        assert request.headers["content-length"] == str(len(body))
        boundary = request.headers["content-type"].partition("boundary=")[2]
        parts = [part.strip(b"\r\n").partition(b"\r\n\r\n") for part in body.split(f"--{boundary}".encode())[1:-1]]
        assert [content for _, _, content in parts] == [b"\0\1", b"{}", b"P", b"{}"]
        types = [head.decode().rpartition("Content-Type: ")[2] for head, _, _ in parts]
        assert types == ["application/octet-stream", "model/gltf+json", "image/png", "application/json"]
        assert b'name="scene.bin"; filename="scene.bin"' in parts[0][0]
        assert told[-1] == (len(body), len(body))
        assert told == sorted(told)

    async def test_is_sent_again_where_nothing_was_and_opens_its_files_anew(self, scripted, tmp_path):
        path = tmp_path / "scene.bin"
        path.write_bytes(os.urandom(1 << 20))
        script = Script(httpx.ConnectError("refused"), httpx.Response(201, text=UUID))
        async with scripted(script) as c3d:
            assert await c3d.media.upload_scene({"scene.bin": path}) == UUID
        first, second = script.bodies
        assert first == second
        assert path.read_bytes() in second

    @pytest.mark.parametrize(
        "answer",
        [
            httpx.Response(200, html="<html><title>Hotel Wi-Fi</title></html>"),
            httpx.Response(200, text="Success"),
            httpx.Response(200),
        ],
        ids=["page", "word", "nothing"],
    )
    async def test_a_captive_portals_answer_is_an_error(self, scripted, answer):
        async with scripted(Script(answer)) as c3d:
            with pytest.raises(DecodeError, match=r"media\.upload_scene: the answer"):
                await c3d.media.upload_scene({"scene.bin": b""})

    async def test_and_says_what_may_stand_in_between(self, scripted):
        async with scripted(Script(httpx.Response(200, text="Success"))) as c3d:
            with pytest.raises(
                DecodeError, match=r"cvr-request-time is no answer of the data host's: a captive portal"
            ):
                await c3d.media.upload_scene({"scene.bin": b""})

    async def test_what_is_no_file_is_refused_before_anything_is_sent(self, scripted):
        script = Script(200)
        async with scripted(script) as c3d:
            with pytest.raises(TypeError, match=r"scene\.bin is a path, bytes"):
                await c3d.media.upload_scene({"scene.bin": 7})
            with pytest.raises(ValueError, match="must not be empty"):
                await c3d.media.upload_scene({})
            with pytest.raises(FileNotFoundError):
                await c3d.media.upload_scene({"scene.bin": "/nowhere/scene.bin"})
        assert script.requests == []


@pytest.mark.anyio
class TestADownload:
    async def test_is_saved_whole(self, connect, tmp_path):
        path = tmp_path / "session.zip"
        path.write_bytes(b"what was there before")
        told = []
        async with connect() as c3d, c3d.session_files.json_zip(*SESSION) as file:
            size = await file.save(path, on_progress=told.append)
        assert zipfile.ZipFile(path).namelist() == ["session.json", "events.json"]
        assert (path.stat().st_size, told[-1], [*tmp_path.iterdir()]) == (size, size, [path])

    async def test_is_a_stream_of_bytes(self, connect):
        async with connect() as c3d, c3d.session_files.json_zip(*SESSION) as file:
            content = b"".join([piece async for piece in file])
            with pytest.raises(RuntimeError, match="was read already"):
                await file.save("never")
        assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None

    async def test_one_that_breaks_off_leaves_what_was_there(self, tmp_path):
        path = tmp_path / "session.zip"
        path.write_bytes(b"what was there before")
        cut = Reply(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nPK", then="close")
        async with RawServer(cut) as server, Cognitive3D("test-key", base_url=server.url) as c3d:
            with pytest.raises(ConnectionLostError):
                async with c3d.session_files.json_zip(*SESSION) as file:
                    await file.save(path)
        assert path.read_bytes() == b"what was there before"
        assert [*tmp_path.iterdir()] == [path]

    async def test_a_page_of_html_is_no_file(self, scripted):
        async with scripted(Script(httpx.Response(200, html="<html>Sign in</html>"))) as c3d:
            with pytest.raises(DecodeError, match="page of HTML"):
                async with c3d.session_files.json_zip(*SESSION):
                    pass
