"""All that we use of httpcore2 beyond what it documents, in this one file: whatever a new release of it may take away stands here.

`tests/engines/test_internals.py` looks whether the installed release has it, and whether any other module of ours reaches past
this one. Three habits that it does not promise are relied on too, and tested on the wire: it reads the answer where writing the
request failed, asks a connection at rest whether it ``is_readable`` before it uses it again, and does not where it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpcore2


def holds_more(response: httpcore2.Response) -> bool:
    """Whether bytes came after an answer that was read to its end; httpcore2 would take them for the next one.

    They are kept by h11, which the HTTP/1.1 connection has, which the answer's stream has, which the pool's stream has.
    """
    stream: Any = response.stream
    trailing, _ = stream._stream._connection._h11_state.trailing_data  # noqa: SLF001
    return bool(trailing)
