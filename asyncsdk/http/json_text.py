"""JSON text to plain data and back: one reading for all that a service sends.

msgspec does it. What it refuses and the grammar of JSON allows is half of a surrogate pair: a text that was cut in the middle of an
emoji, written as an escape. `json` reads and writes such texts, at its own pace.
"""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from math import isfinite
from typing import Any, NoReturn

import msgspec

LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair, which a Python text can hold and UTF-8 cannot."""


class _NoNumberError(ValueError):
    """A number that JSON does not have, or that nothing here can hold."""


def read_json(text: bytes | bytearray | str) -> Any:
    """The plain data in a JSON text; a byte order mark before it is no part of it.

    Raises:
        ValueError: it is no JSON; says why and never shows more than a word of it. NaN and Infinity are none.
    """
    try:
        if isinstance(text, str):
            return msgspec.json.decode(text.removeprefix("\ufeff"))
        return msgspec.json.decode(text.removeprefix(BOM_UTF8))
    except (ValueError, RecursionError) as error:
        why = str(error)
    try:
        if isinstance(text, str):
            text = text.removeprefix("\ufeff")
        return json.loads(text, parse_constant=_refused, parse_float=_finite)
    except _NoNumberError as error:
        why = str(error)
    except (ValueError, RecursionError):
        pass
    raise ValueError(why)


def write_json(value: Any, *, ordered: bool = False) -> bytes:
    """Plain data as JSON text, without spaces.

    Args:
        value: what `to_dict` gives, or whatever else msgspec writes.
        ordered: sort the names in objects, so that equal data have equal texts.

    Raises:
        TypeError: a value inside that has no JSON form.
        RecursionError: it is nested too deeply, or holds itself.
    """
    try:
        return msgspec.json.encode(value, order="deterministic" if ordered else None)
    except UnicodeEncodeError:
        plain = msgspec.to_builtins(value, str_keys=True)
        text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=ordered)
        return LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def _refused(name: str) -> NoReturn:
    raise _NoNumberError(f"{name} is no number that JSON has")


def _finite(digits: str) -> float:
    value = float(digits)
    if not isfinite(value):
        raise _NoNumberError("a number is out of range")
    return value
