"""A body as it is given at a terminal: in the command line, in a file, or on stdin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...http.redact import sensitive_values
from ..terminal.given import STDIN, content_of, parsed
from ..terminal.problems import UsageError, keep_secret, usage
from .reading import value_of

if TYPE_CHECKING:
    from .outline import Body

OPTION = "--data"


def body_of(body: Body, given: str | None, fields: Mapping[str, Any]) -> Any:
    """The body to send; None for none, where none is required.

    Args:
        body: what the command takes.
        given: the value of ``--data``.
        fields: fields that were given as options, by their names; they win over those in ``--data``.

    Raises:
        UsageError: there is none, it cannot be read, or it is no JSON; says where.
    """
    chosen = {
        each.key: value_of(each.reading, fields[each.name], each.flag) for each in body.fields if each.name in fields
    }
    if given is None:
        if body.required and not chosen:
            raise UsageError(_missing(body))
        return chosen or None
    if body.raw:
        return _raw(body, given)
    value = parsed(_text(given), _source(given))
    for secret in sensitive_values(value):
        keep_secret(secret)
    if chosen and not isinstance(value, Mapping):
        raise usage(OPTION, "the options give fields of one object, and this is none")
    return {**value, **chosen} if chosen else value


def _missing(body: Body) -> str:
    form = "TEXT" if body.raw else "JSON"
    fields = f", or its fields as options ({body.fields[0].flag}, ...)" if body.fields else ""
    return f"there is no body: give {OPTION} {form}, {OPTION} @FILE or {OPTION} - (stdin){fields}"


def _raw(body: Body, given: str) -> bytes:
    content = _content(given)
    if body.one_line:
        content = content.removesuffix(b"\n").removesuffix(b"\r")
    if body.secret:
        keep_secret(content.decode("utf-8", "replace"))
    return content


def _content(given: str) -> bytes:
    if given == STDIN:
        return content_of(STDIN, OPTION)
    if given.startswith("@"):
        return content_of(given[1:], OPTION)
    return given.encode("utf-8", "surrogateescape")


def _text(given: str) -> str:
    try:
        return _content(given).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise usage(_source(given), f"not UTF-8: byte {error.start}") from None


def _source(given: str) -> str:
    if given == STDIN:
        return f"{OPTION} (stdin)"
    return f"{OPTION} {given}" if given.startswith("@") else OPTION
