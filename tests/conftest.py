from __future__ import annotations

import asyncio
import os

import pytest
import sniffio
from hypothesis import settings

# No deadline: a shared machine is slow now and then, and that is no failure of the code under test. `nox -s soak` looks longer.
settings.register_profile("tests", deadline=None, print_blob=True, max_examples=40)
settings.register_profile("soak", deadline=None, print_blob=True, max_examples=1000)
settings.load_profile("soak" if os.environ.get("ASYNCSDK_SOAK") else "tests")


@pytest.fixture(
    params=[
        pytest.param(("asyncio", {"use_uvloop": False}), id="asyncio"),
        pytest.param(("asyncio", {"use_uvloop": True}), id="uvloop"),
        pytest.param(("trio", {}), id="trio"),
    ]
)
def anyio_backend(request):
    """The three event loops that every shared case runs on."""
    return request.param


@pytest.fixture
async def backend(anyio_backend):
    """The name of the loop this case really runs on: a trio case must not silently run on asyncio."""
    name, options = anyio_backend
    assert sniffio.current_async_library() == name
    if name == "asyncio":
        is_uvloop = type(asyncio.get_running_loop()).__module__.startswith("uvloop")
        assert is_uvloop == options["use_uvloop"]
        return "uvloop" if is_uvloop else "asyncio"
    return name


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Every shared case asserts its backend, whether or not it asks for the fixture."""
    for item in items:
        if item.get_closest_marker("anyio") and "backend" not in item.fixturenames:
            item.fixturenames.append("backend")
