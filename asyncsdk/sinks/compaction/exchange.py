"""Two folders that change places in one step, which Linux can."""

from __future__ import annotations

import ctypes
import os
import sys
from errno import EINVAL, ENOSYS, ENOTSUP, EXDEV
from functools import cache
from pathlib import Path
from typing import Any

from ...errors import ConfigurationError

_HERE = -100  # AT_FDCWD: paths are taken as they stand
_EXCHANGE = 2  # RENAME_EXCHANGE


def exchange(first: Path, second: Path) -> None:
    """Let two paths change places: whoever looks sees both before or both after.

    Raises:
        ConfigurationError: the system, or the file system, cannot do that.
        OSError: one of them is not there, or must not be renamed.
    """
    call = _renameat2()
    code = ENOSYS
    if call is not None:
        if call(_HERE, os.fsencode(first), _HERE, os.fsencode(second), _EXCHANGE) == 0:
            return
        code = ctypes.get_errno()
    if code in (EINVAL, ENOSYS, ENOTSUP, EXDEV):
        raise ConfigurationError(
            f"{first} cannot be replaced in one step: that takes Linux, and a file system that holds it and the folder around the "
            "target"
        )
    raise OSError(code, os.strerror(code), str(first), None, str(second))


@cache
def _renameat2() -> Any:
    if sys.platform != "linux":
        return None
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)  # an older C library has none
    if call is not None:
        call.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
        call.restype = ctypes.c_int
    return call
