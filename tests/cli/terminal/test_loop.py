from __future__ import annotations

import asyncio
import os
import signal
import sys

import anyio
import pytest
import typer

from asyncsdk.cli.terminal import loop
from asyncsdk.cli.terminal.problems import Problem
from asyncsdk.cli.terminal.signals import Stopped

BROKEN_PIPE = BrokenPipeError(32, "Broken pipe")


@pytest.fixture(params=["uvloop", "asyncio"])
def kind(request, monkeypatch):
    """With uvloop, and as where it is not installed."""
    if request.param == "asyncio":
        monkeypatch.setattr(loop, "find_spec", lambda _: None)
    return request.param


@pytest.fixture(params=["heeded", "ignored"])
def ctrl_c(request):
    """As in a terminal, and as a shell starts a job with ``&`` in a script."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN if request.param == "ignored" else signal.default_int_handler)
    yield request.param
    signal.signal(signal.SIGINT, before)


def test_work_runs_on_the_fastest_loop_there_is(kind):
    async def work():
        return type(asyncio.get_running_loop()).__module__

    assert loop.run(work).startswith(kind)


def stopped_by(number):
    """What comes out of work that such a signal stops, and what was said in which order."""
    said = []

    async def work():
        try:
            os.kill(os.getpid(), number)
            await anyio.sleep_forever()
        finally:
            said.append("cleaned up")

    with pytest.raises((KeyboardInterrupt, Stopped)) as left:
        loop.run(work, on_stop=lambda: said.append("told"))
    return left.value, said


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_lets_the_work_clean_up_before_the_user_is_told(kind, ctrl_c, number, code):
    stopped, said = stopped_by(number)
    assert stopped.code == code
    assert said == ["cleaned up", "told"]


@pytest.mark.parametrize("ctrl_c", ["heeded"], indirect=True)
def test_ctrl_c_does_likewise(kind, ctrl_c):
    stopped, said = stopped_by(signal.SIGINT)
    assert isinstance(stopped, KeyboardInterrupt)
    assert said == ["cleaned up", "told"]


@pytest.mark.parametrize("ctrl_c", ["ignored"], indirect=True)
def test_a_job_that_ignores_ctrl_c_goes_on(kind, ctrl_c):
    async def work():
        os.kill(os.getpid(), signal.SIGINT)
        await anyio.lowlevel.checkpoint()
        return "done"

    assert loop.run(work) == "done"


def test_a_job_of_nohup_outlives_its_terminal(kind):
    async def work():
        os.kill(os.getpid(), signal.SIGHUP)
        await anyio.lowlevel.checkpoint()
        return "done"

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert loop.run(work) == "done"
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.anyio
async def test_work_is_stopped_on_every_loop(anyio_backend):
    before = signal.getsignal(signal.SIGTERM)

    async def work():
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.sleep_forever)
            for _ in range(3):  # whoever tells it again does no harm
                os.kill(os.getpid(), signal.SIGTERM)
            await anyio.sleep_forever()

    with pytest.raises(Stopped) as stopped:
        await loop.heeding_signals(work)
    assert stopped.value.code == 143
    assert signal.getsignal(signal.SIGTERM) is before


def test_work_that_was_done_already_gives_what_it_has(kind):
    async def work():
        os.kill(os.getpid(), signal.SIGTERM)
        return "done"

    assert loop.run(work) == "done"


def test_the_handlers_are_as_they_were_afterwards(kind):
    numbers = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    before = [signal.getsignal(number) for number in numbers]

    async def work():
        assert signal.getsignal(signal.SIGTERM) is not before[1]

    loop.run(work)
    assert [signal.getsignal(number) for number in numbers] == before


@pytest.mark.parametrize("error", [ConnectionResetError("of a socket"), BROKEN_PIPE, EOFError()])
def test_errors_go_on_as_they_are(kind, error):
    async def work():
        raise error

    with pytest.raises(type(error)) as raised:
        loop.run(work)
    assert raised.value is error


ENDINGS = [SystemExit(0), typer.Exit(0), typer.Abort(), ExceptionGroup("of a sink", [BROKEN_PIPE])]


@pytest.mark.parametrize("in_a_task", [False, True])
@pytest.mark.parametrize("error", ENDINGS, ids=lambda error: type(error).__name__)
def test_nothing_that_the_work_uses_ends_the_program_as_if_all_were_well(kind, error, in_a_task, caplog):
    async def end():
        raise error

    async def work():
        if not in_a_task:
            await end()
        async with anyio.create_task_group() as group:
            group.start_soon(end)

    with pytest.raises(Problem, match=r"^Broken pipe$|^it ended without a reason \((SystemExit|Exit|Abort);") as raised:
        loop.run(work)
    assert raised.value.__cause__
    assert caplog.text == ""


@pytest.mark.skipif(sys.platform == "win32", reason="a matter of POSIX signals")
def test_another_thread_runs_without_signals():
    async def work():
        return await anyio.to_thread.run_sync(lambda: anyio.run(loop.heeding_signals, done))

    async def done():
        return "done"

    assert loop.run(work) == "done"
