"""GraphQL literals: values as they stand in a document, so that no value can change it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isfinite
from typing import Any

_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]*", re.ASCII)


def literal(value: Any, where: str = "value") -> str:
    """A value as a GraphQL literal (specification of October 2021, section 2.9).

    A text is written in ASCII, with JSON's escapes, which are GraphQL's too.

    Args:
        value: plain JSON.
        where: what it is, for the error.

    Raises:
        TypeError: a value that has no literal.
        ValueError: a text that is not Unicode, a number that is not finite, a field that is no name.
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{where} holds a character that cannot be sent as UTF-8") from None
        return json.dumps(value)
    if isinstance(value, int | float):
        if not isfinite(value):
            raise ValueError(f"{where} is no finite number")
        return json.dumps(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(each, f'{where}[{at}]') for at, each in enumerate(value))}]"
    if isinstance(value, Mapping):
        return f"{{{fields(value, where)}}}"
    raise TypeError(f"{where} must be plain JSON, not {type(value).__name__}")


def fields(values: Mapping[str, Any], where: str) -> str:
    """The inside of an input object.

    Raises:
        TypeError, ValueError: as `literal`.
    """
    for name in values:
        if not _NAME.fullmatch(str(name)):
            raise ValueError(f"{where} has a field whose name is none in GraphQL")
    return ", ".join(f"{name}: {literal(value, f'{where}.{name}')}" for name, value in values.items())
