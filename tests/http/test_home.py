from __future__ import annotations

import anyio
import pytest

from asyncsdk.errors import ConfigurationError
from asyncsdk.http.home import HomeLoop


async def enter(home):
    home.enter()


@pytest.mark.anyio
async def test_the_same_loop_may_be_entered_again():
    home = HomeLoop()
    for _ in range(3):
        home.enter()


@pytest.mark.parametrize("second", ["asyncio", "trio"])
@pytest.mark.parametrize("first", ["asyncio", "trio"])
def test_another_loop_is_refused_even_if_the_first_has_ended(first, second):
    home = HomeLoop()
    anyio.run(enter, home, backend=first)
    with pytest.raises(ConfigurationError, match="another event loop"):
        anyio.run(enter, home, backend=second)


def test_a_refused_loop_does_not_become_the_home():
    home = HomeLoop()

    async def both():
        home.enter()
        with pytest.raises(ConfigurationError):
            await anyio.to_thread.run_sync(lambda: anyio.run(enter, home))
        home.enter()

    anyio.run(both)
