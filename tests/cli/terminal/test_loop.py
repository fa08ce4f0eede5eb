from __future__ import annotations

import asyncio
import os
import signal

import anyio
import pytest
import typer

from asyncsdk.cli.terminal import loop


@pytest.fixture(params=["uvloop", "asyncio"])
def kind(request, monkeypatch):
    """With uvloop, and as where it is not installed."""
    if request.param == "asyncio":
        monkeypatch.setattr(loop, "find_spec", lambda _: None)
    return request.param


def test_work_runs_on_the_fastest_loop_there_is(kind):
    async def work():
        return type(asyncio.get_running_loop()).__module__

    assert loop.run(work).startswith(kind)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_lets_the_work_clean_up_before_the_user_is_told(kind, number, code):
    said = []

    async def work():
        try:
            os.kill(os.getpid(), number)
            await anyio.sleep_forever()
        finally:
            said.append("cleaned up")

    with pytest.raises(typer.Exit) as left:
        loop.run(work, on_stop=lambda: said.append("told"))
    assert left.value.exit_code == code
    assert said == ["cleaned up", "told"]


def test_sigterm_is_as_it_was_afterwards(kind):
    before = signal.getsignal(signal.SIGTERM)

    async def work():
        assert signal.getsignal(signal.SIGTERM) is not before

    loop.run(work)
    assert signal.getsignal(signal.SIGTERM) is before


def test_errors_go_on_as_they_are(kind):
    async def work():
        raise ConnectionResetError("of a socket")

    with pytest.raises(ConnectionResetError, match="of a socket"):
        loop.run(work)
