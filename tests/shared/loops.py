"""The event loops that shared cases run on. A folder or module names one of these fixtures ``anyio_backend``."""

from __future__ import annotations

import pytest

LOOPS = {
    "asyncio": ("asyncio", {"use_uvloop": False}),
    "uvloop": ("asyncio", {"use_uvloop": True}),
    "trio": ("trio", {}),
}


@pytest.fixture(params=[pytest.param(options, id=name) for name, options in LOOPS.items()])
def every_loop(request):
    """For what waits, is cancelled, or goes over a socket."""
    return request.param


@pytest.fixture(params=[pytest.param(LOOPS["asyncio"], id="asyncio")])
def asyncio_alone(request):
    """For what is the same on every loop."""
    return request.param
