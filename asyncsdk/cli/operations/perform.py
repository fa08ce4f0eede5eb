"""One command, performed: connect, call, and write what the call gives."""

from __future__ import annotations

from contextlib import aclosing
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any

from attrs import frozen

from ...codec import Receipt, to_dict
from ...errors import SDKError
from ..terminal.output import Output, write_list, write_value
from ..terminal.problems import UsageError, usage
from ..terminal.stdout import StandardOutput
from ..terminal.waiting import Waiting
from .data import OPTION, body_of
from .reading import value_of
from .system import member

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterable, Iterable, Mapping
    from contextlib import AbstractAsyncContextManager

    from ...client import Client
    from .outline import Outline


@frozen
class Given:
    """What was typed.

    Attributes:
        arguments: by name; None for those that were not typed.
        filters: by name; those that were not typed are not there.
        fields: of the body, likewise.
        data: the value of ``--data``.
        output: how to write.
        limit: the most items of a list.
        zone: what dates and times without an offset are in.
    """

    arguments: Mapping[str, Any]
    filters: Mapping[str, Any]
    fields: Mapping[str, Any]
    data: str | None
    output: Output
    limit: int | None
    zone: tzinfo = UTC


@frozen
class Call:
    """A method's arguments, ready to be passed."""

    positional: tuple[Any, ...]
    named: Mapping[str, Any]


def call_of(outline: Outline, given: Given) -> Call:
    """The call that was meant; files and stdin are read here.

    Raises:
        UsageError: something that cannot be meant.
    """
    values = {
        each.name: each.default if typed is None else value_of(each.reading, typed, each.shown, given.zone)
        for each in outline.arguments
        for typed in (given.arguments[each.name],)
    }
    if outline.body is not None:
        values[outline.body.name] = body_of(outline.body, given.data, given.fields)
    named = {
        each.name: value_of(each.reading, given.filters[each.name], each.flag, given.zone)
        for each in outline.filters
        if each.name in given.filters
    }
    return Call(tuple(values[name] for name in outline.order), named)


async def perform(outline: Outline, connection: AbstractAsyncContextManager[Client], call: Call, given: Given) -> None:
    """Make the call, and write what it gives to stdout.

    Args:
        outline: what the command is.
        connection: gives the client.
        call: what to pass.
        given: how to write it.

    Raises:
        UsageError: arguments that the method refuses; nothing was sent.
        SDKError: what became of the call.
    """
    with Waiting(f"waiting for {outline.operation.id}") as waiting:
        stdout = StandardOutput(waiting.stop)
        async with connection as client:
            made = _made(outline, client, call)
            if outline.operation.kind == "stream":
                async with made as items:
                    await _write_list(outline, items, given, stdout)
            elif outline.operation.kind == "bytes":
                async with made as pieces:
                    await copy(pieces, stdout)
            elif outline.is_list:
                await _write_list(outline, made, given, stdout)
            else:
                await _write(_shown(await _answer(outline, made)), given, stdout)


def _made(outline: Outline, client: Client, call: Call) -> Any:
    method = member(client, outline.operation.python)
    try:
        return method(*call.positional, **call.named)
    except (TypeError, ValueError) as error:
        raise _refused(outline, error) from error


async def _answer(outline: Outline, awaitable: Any) -> Any:
    try:
        return await awaitable
    except SDKError:
        raise
    except (TypeError, ValueError, OverflowError) as error:
        raise _refused(outline, error) from error


def _refused(outline: Outline, error: Exception) -> UsageError:
    """What the SDK refuses to send, in the words of the command line."""
    said = str(error).removeprefix(f"{outline.operation.id}: ")
    names = {each.name: each.shown for each in outline.arguments} | {each.name: each.flag for each in outline.filters}
    name, _, rest = said.partition(" ")
    if name in names and rest[:1].isalpha():
        return usage(names[name], rest)
    return usage(OPTION, said) if outline.body else UsageError(said)


def _shown(value: Any) -> Any:
    """What to write of an answer: of a receipt also the status and the id, which are not in its wire form."""
    if not isinstance(value, Receipt):
        return value
    sent = to_dict(value)
    found = {"status_code": value.status_code} | ({} if (made := getattr(value, "id", None)) is None else {"id": made})
    if isinstance(sent, dict):
        return {**found, **sent}
    return {**found, "message": sent}


async def _write_list(outline: Outline, items: AsyncIterable[object], given: Given, stdout: StandardOutput) -> None:
    try:
        async with aclosing(_first(items, given.limit)) as wanted:
            await write_list(wanted, given.output, stdout)
    except SDKError as error:
        begins = next((each.flag for each in outline.filters if each.name in ("page", "cursor")), None)
        if error.cursor and begins:
            error.args = (f"{error.message} (go on with {begins} {error.cursor})",)
        raise


async def _write(value: object, given: Given, stdout: StandardOutput) -> None:
    if isinstance(value, list | tuple):
        await write_list(_first(each_of(value), given.limit), given.output, stdout)
    else:
        await write_value(value, given.output, stdout)


async def each_of(values: Iterable[object]) -> AsyncGenerator[object, None]:
    """What is there already, as what comes."""
    for each in values:
        yield each


async def _first(items: AsyncIterable[object], limit: int | None) -> AsyncGenerator[object, None]:
    """The first items; no further page is asked for once they are there."""
    count = 0
    async for item in items:
        yield item
        count += 1
        if count == limit:
            return


async def copy(pieces: AsyncIterable[bytes], stdout: StandardOutput) -> None:
    """Bytes to stdout, as they are."""
    async for piece in pieces:
        await stdout.write(piece)
