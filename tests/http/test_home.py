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


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
class TestAFork:
    """The child seems to be in the same loop, with the same connections. (Python warns of threads, whose locks do not matter here.)"""

    @pytest.mark.anyio
    async def test_the_child_is_refused_and_the_parent_goes_on(self, in_child):
        home = HomeLoop()
        home.enter()
        assert in_child(home.enter).startswith("ConfigurationError: this process was forked")
        assert in_child(home.leave).startswith("ConfigurationError: close a client")
        home.enter()
        assert home.leave()

    @pytest.mark.anyio
    async def test_what_was_never_used_is_at_home_in_the_child(self, in_child):
        home = HomeLoop()
        # where the loop itself cannot be told after a fork, this is no matter of ours
        assert "ConfigurationError" not in in_child(home.enter)

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    def test_a_loop_of_the_childs_own_is_another(self, in_child, backend):
        home = HomeLoop()
        anyio.run(enter, home)
        assert "ConfigurationError: this process was forked" in in_child(
            lambda: anyio.run(enter, home, backend=backend)
        )
        fresh = HomeLoop()
        assert in_child(lambda: anyio.run(enter, fresh, backend=backend)) == ""


class TestLeaving:
    @pytest.mark.anyio
    async def test_one_that_was_never_entered_has_nothing_to_close(self):
        assert not HomeLoop().leave()

    @pytest.mark.anyio
    async def test_in_its_own_loop_it_has(self):
        home = HomeLoop()
        home.enter()
        assert home.leave()

    @pytest.mark.parametrize("second", ["asyncio", "trio"])
    @pytest.mark.parametrize("first", ["asyncio", "trio"])
    def test_where_the_loop_has_ended_there_is_nothing_left(self, first, second):
        async def leave():
            assert not home.leave()

        home = HomeLoop()
        anyio.run(enter, home, backend=first)
        anyio.run(leave, backend=second)

    @pytest.mark.anyio
    @pytest.mark.parametrize("second", ["asyncio", "trio"])
    async def test_it_is_not_left_from_another_while_it_may_run(self, second):
        async def leave():
            with pytest.raises(ConfigurationError, match="the event loop it was used in"):
                home.leave()

        home = HomeLoop()
        home.enter()
        await anyio.to_thread.run_sync(lambda: anyio.run(leave, backend=second))
        assert home.leave()
