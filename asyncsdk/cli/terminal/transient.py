"""Lines on stderr that are drawn anew again and again, and are gone when the work is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.live import Live

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console, RenderableType

_TIMES_A_SECOND = 10


def transient(console: Console, drawn: Callable[[], RenderableType]) -> Live:
    """What shows them, once it is started; a thread of its own asks for them, whatever the event loop does.

    Args:
        console: a terminal's.
        drawn: the lines as they are now.
    """
    return Live(
        console=console,
        get_renderable=drawn,
        refresh_per_second=_TIMES_A_SECOND,
        transient=True,
        redirect_stdout=False,
    )
