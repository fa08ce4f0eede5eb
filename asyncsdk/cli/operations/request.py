"""``request METHOD PATH``: any request to a system, through its client's own chain, for what has no command."""

from __future__ import annotations

import inspect
import json
import re
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

import httpx
import typer
from attrs import frozen
from typer.main import get_group

from ...chain.failure import transport_failure
from ...http.problem import api_error
from ...http.redact import sensitive_values
from ..terminal.given import STDIN, content_of
from ..terminal.loop import run
from ..terminal.output import JSONOption, Output, OutputOption, write_list, write_value
from ..terminal.problems import keep_secret, usage
from ..terminal.stdout import StandardOutput
from ..terminal.waiting import Waiting
from ..way import options
from .data import OPTION
from .perform import copy, each_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from typer._click import Command

    from ...client import Client
    from .system import System

_METHOD = re.compile(r"[A-Za-z]{1,20}")
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OPERATION = "http"

_HELP = """Make any request to the service, signed, retried and redacted as those of the other commands are.

PATH is below the base URL, as it goes over the wire, with its query. A request is tried again where its method says that this is safe
(GET, HEAD, PUT, DELETE, OPTIONS); any other one only where nothing was sent.

**Body** (`--data`): itself, `@FILE` for what is in a file, or `-` for stdin; sent as it is, as JSON unless `--content-type` says otherwise.

**Prints** JSON, on a terminal indented and in colours; any other body as it is. An error status is an error (exit code 1).

**Examples**:

    {command} GET "{path}"

    {command} POST /things --data @thing.json -H "If-Match: 3"
"""


@frozen
class Asked:
    """A request that can be meant.

    Attributes:
        method: upper case.
        path: below the base URL, with its query.
        headers: names and values.
        body: None for none.
        output: how JSON is written.
    """

    method: str
    path: str
    headers: Sequence[tuple[str, str]]
    body: bytes | None
    output: Output


def requests(system: System) -> Mapping[str, Command]:
    """``request``, by its name.

    Args:
        system: whose client makes it.
    """
    app = typer.Typer(rich_markup_mode="markdown")
    app.callback()(lambda: None)  # so that one command alone stays a command of a group
    function = request(system)
    app.command("request", help=function.__doc__)(function)
    return get_group(app).commands


def request(system: System) -> Callable[..., None]:
    """What typer calls to make a request; its docstring is the command's help.

    Args:
        system: whose client makes it.
    """
    ways = options(system.way)

    def command(**values: Any) -> None:
        way = system.way(**{each.name: values.pop(each.name) for each in ways})
        asked = _asked(**values)
        connection = way.connect()
        run(lambda: _perform(connection, asked))

    own = inspect.signature(_asked, eval_str=True).parameters.values()
    command.__signature__ = inspect.Signature([*own, *ways])  # type: ignore[attr-defined]
    paths = [each.path for each in system.operations.values() if each.method == "GET" and not each.path_params]
    command.__doc__ = _HELP.format(command=f"asyncsdk {system.name} request", path=next(iter(paths), "/things"))
    return command


def _asked(
    *,
    method: Annotated[str, typer.Argument(metavar="METHOD", help="GET, POST, ...", show_default=False)],
    path: Annotated[str, typer.Argument(metavar="PATH", help="Such as `/things?page=2`.", show_default=False)],
    data: Annotated[
        str | None,
        typer.Option(
            "--data",
            metavar="TEXT|@FILE|-",
            help="The body: itself, `@FILE` for what is in a file, or `-` for stdin.",
        ),
    ] = None,
    content_type: Annotated[
        str, typer.Option("--content-type", metavar="TYPE", help="What the body is.")
    ] = "application/json",
    headers: Annotated[
        list[str] | None,
        typer.Option(
            "--header",
            "-H",
            metavar="'NAME: VALUE'",
            help="One more header; repeat it for more. Credentials are put in by the client.",
        ),
    ] = None,
    output: OutputOption = Output.JSON,
    as_json: JSONOption = False,
) -> Asked:
    if not _METHOD.fullmatch(method):
        raise usage("METHOD", f"{method!r} is none: write one such as GET")
    if not path.startswith("/") or path.startswith("//"):
        raise usage("PATH", "it is below the base URL and begins with one slash, such as /things?page=2")
    if any(not 0x20 < ord(each) < 0x7F for each in path) or "#" in path:
        raise usage("PATH", "it holds what must be percent-encoded, such as a space (%20), # (%23) or ü (%C3%BC)")
    if any(part in (".", "..") for part in path.partition("?")[0].replace("%2e", ".").replace("%2E", ".").split("/")):
        raise usage("PATH", "a part of it is . or .., which would lead elsewhere")
    given = [_header(each) for each in headers or ()]
    body = None if data is None else _body(data)
    if body is not None and not any(name.lower() == "content-type" for name, _ in given):
        given.append(("Content-Type", content_type))
    return Asked(method.upper(), path, given, body, Output.JSON if as_json else output)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    value = value.strip()
    if not (colon and _NAME.fullmatch(name)) or not value.isprintable() or not value.isascii():
        raise usage("--header", "write one as 'NAME: VALUE', in printable ASCII")
    return name, value


def _body(data: str) -> bytes:
    if data == STDIN or data.startswith("@"):
        body = content_of(data if data == STDIN else data[1:], OPTION)
    else:
        body = data.encode("utf-8", "surrogateescape")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return body
    for secret in sensitive_values(value):
        keep_secret(secret)
    return body


async def _perform(connection: AbstractAsyncContextManager[Client], asked: Asked) -> None:
    with Waiting(f"waiting for {asked.method} {asked.path.partition('?')[0]}") as waiting:
        stdout = StandardOutput(waiting.stop)
        async with connection as client, _answer(client, asked) as response:
            if response.status_code >= 300:
                raise await _refusal(response)
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind == "application/json" or kind.endswith("+json"):
                await _write(await response.aread(), asked.output, stdout)
            else:
                await copy(response.aiter_bytes(), stdout)
            waiting.stop()
            if not response.num_bytes_downloaded:
                sys.stderr.write(f"{response.status_code} {response.reason_phrase}: nothing in it\n")


@asynccontextmanager
async def _answer(client: Client, asked: Asked) -> AsyncIterator[httpx.Response]:
    made = client.http.build_request(asked.method, asked.path, headers=asked.headers, content=asked.body)
    try:
        response = await client.http.send(made, stream=True)
        try:
            yield response
        finally:
            await response.aclose()
    except httpx.HTTPError as error:  # its text is without secrets already
        raise transport_failure(_OPERATION, made, error).value from None


async def _refusal(response: httpx.Response) -> Exception:
    return api_error(
        operation=_OPERATION,
        status=response.status_code,
        headers=response.headers,
        body=await response.aread(),
    )


async def _write(body: bytes, output: Output, stdout: StandardOutput) -> None:
    try:
        value = json.loads(body)
    except ValueError:  # it says so, but is none
        await stdout.write(body)
        return
    if isinstance(value, list):
        await write_list(each_of(value), output, stdout)
    else:
        await write_value(value, output, stdout)
