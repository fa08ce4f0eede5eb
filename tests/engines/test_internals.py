"""What we use of aiohttp and httpcore2 beyond their documentation: it comes in through one file each, and is there."""

from __future__ import annotations

import ast
import asyncio
import inspect
from pathlib import Path

import aiohttp
import httpcore2
import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.client_proto import ResponseHandler

import asyncsdk
from asyncsdk.engines.aiohttp import internals
from asyncsdk.engines.httpx2.internals import holds_more

ROOT = Path(asyncsdk.__file__).parent
LIBRARIES = {"aiohttp": aiohttp, "httpcore2": httpcore2}
ENTRANCES = {ROOT / "engines" / "aiohttp" / "internals.py", ROOT / "engines" / "httpx2" / "internals.py"}
MODULES = sorted(ROOT.rglob("*.py"))


def undocumented(path):
    """The names of aiohttp and httpcore2 that a module uses and that are none of their public ones."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (
                each.name for each in node.names if each.name.partition(".")[0] in LIBRARIES and "." in each.name
            )
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            library, _, rest = node.module.partition(".")
            if library in LIBRARIES:
                public = () if rest else LIBRARIES[library].__all__
                yield from (f"{node.module}.{each.name}" for each in node.names if each.name not in public)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            library = LIBRARIES.get(node.value.id)
            if library is not None and node.attr not in library.__all__:
                yield f"{node.value.id}.{node.attr}"


def test_no_other_module_reaches_past_the_documentation():
    found = {str(path.relative_to(ROOT)): names for path in MODULES if (names := sorted(undocumented(path)))}
    assert set(found) <= {str(path.relative_to(ROOT)) for path in ENTRANCES}, found
    assert "engines/aiohttp/internals.py" in found  # the test sees what there is to see


def test_all_that_comes_in_is_used():
    used = {
        each.name
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "internals"
        for each in node.names
    }
    assert set(internals.__all__) | {"holds_more"} == used


MEMBERS = [name for name in vars(internals.Handler) if not name.startswith("_") or name == "__len__"]


@pytest.mark.parametrize("name", MEMBERS)
def test_aiohttps_protocol_has_what_we_use_of_it(name):
    ours = inspect.getattr_static(internals.Handler, name)
    if name == "transport":
        assert name in BaseProtocol.__slots__
        return
    theirs = inspect.getattr_static(ResponseHandler, name)
    assert isinstance(theirs, property) == isinstance(ours, property)
    if not isinstance(ours, property):
        assert inspect.iscoroutinefunction(theirs) == inspect.iscoroutinefunction(ours)
        assert list(inspect.signature(theirs).parameters) == list(inspect.signature(ours).parameters)


def parameters(function):
    return list(inspect.signature(function).parameters)


@pytest.mark.asyncio
async def test_aiohttps_other_parts_are_what_they_were():
    loop = asyncio.get_running_loop()
    assert parameters(aiohttp.TCPConnector.connect) == ["self", "req", "traces", "timeout"]
    assert {"loop", "ssl", "proxy", "proxy_headers"} <= set(parameters(aiohttp.ClientRequest.__init__))
    assert isinstance(inspect.getattr_static(internals.Connection, "protocol"), property)
    assert parameters(internals.Connection.close) == ["self"]
    assert isinstance(internals.EMPTY_PAYLOAD, aiohttp.StreamReader)
    handler = ResponseHandler(loop)
    internals.expect(handler, body=True, buffer=1 << 16, limit=None)
    assert handler._parser is not None
    handler.data_received(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no")
    message, payload = await handler.read()
    read = {name: getattr(message, name) for name in ("version", "code", "reason", "should_close", "chunked")}
    assert read == {"version": (1, 1), "code": 200, "reason": "OK", "should_close": False, "chunked": False}
    assert message.raw_headers == ((b"Content-Length", b"2"),)
    assert message.headers["content-length"] == "2"
    assert handler._payload is payload
    assert not payload.is_eof()
    handler.data_received(b"k")
    assert await payload.readany() == b"ok"
    assert payload.is_eof()
    assert not internals.holds_more(handler)
    handler.data_received(b"HTTP/1.1 2")
    assert internals.holds_more(handler)


@pytest.mark.asyncio
async def test_a_head_is_read_by_itself():
    loop = asyncio.get_running_loop()
    handler = ResponseHandler(loop)
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
    assert internals.head_of(handler, loop, head).code == 200
    assert internals.head_of(handler, loop, head[:-2]) is None
    assert internals.head_of(handler, loop, head + head) is None
    assert internals.head_of(handler, loop, b"SSH-2.0\r\n\r\n") is None


@pytest.mark.asyncio
async def test_a_body_fails_with_what_follows_its_head():
    handler = ResponseHandler(asyncio.get_running_loop())
    internals.expect(handler, body=True, buffer=1 << 16, limit=None)
    handler.data_received(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    _, payload = await handler.read()
    internals.fail_body(handler)
    assert payload.exception() is None
    handler.data_received(b"nonsense\r\n")
    internals.fail_body(handler)
    with pytest.raises(internals.HttpProcessingError):
        await payload.readany()


@pytest.mark.asyncio
@pytest.mark.parametrize("more", [b"", b"H", b"HTTP/1.1 200 OK\r\n\r\n"])
async def test_httpcore2_tells_what_came_after_an_answer(more):
    wire = httpcore2.AsyncMockBackend([b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + more])
    async with httpcore2.AsyncConnectionPool(network_backend=wire) as pool:
        response = await pool.handle_async_request(
            httpcore2.Request("GET", "http://x.test/", headers={"Host": "x.test"})
        )
        assert b"".join([piece async for piece in response.aiter_stream()]) == b"ok"
        assert holds_more(response) == bool(more)
        await response.aclose()
