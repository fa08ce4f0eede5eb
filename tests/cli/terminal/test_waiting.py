from __future__ import annotations

import io
import logging

import httpx
import pytest
from rich.console import Console

from asyncsdk import Progress, UnleashAnalytics
from asyncsdk.chain.attempts import Retry, tell_of_retry
from asyncsdk.cli.terminal.progress import LiveProgress
from asyncsdk.cli.terminal.standstill import Retries, attempts_on_stderr
from asyncsdk.cli.terminal.waiting import Waiting
from asyncsdk.testing import FakeClock, Script

REFUSED = Retry("shop.list", 2, 5, "cannot connect to http://127.0.0.1:9: Connection refused", 0.5)
SAID = "retrying: cannot connect to http://127.0.0.1:9: Connection refused, attempt 3 of 5"


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def console(**options):
    return Console(file=io.StringIO(), width=120, color_system=None, **options)


def shown(live):
    out = console()
    out.print(live.line())
    return out.file.getvalue()


@pytest.fixture(autouse=True)
def _logger_as_before():
    logger = logging.getLogger("asyncsdk")
    before = logger.level, list(logger.handlers)
    yield
    assert list(logger.handlers) == before[1]
    logger.setLevel(before[0])


class TestTheBar:
    def test_says_why_it_stands_still(self, clock):
        live = LiveProgress(10, console=console(force_terminal=True), clock=clock)
        with live:
            live.follow(Progress())
            tell_of_retry(REFUSED)
            assert SAID in shown(live)

    def test_says_no_more_of_it_once_something_has_come(self, clock):
        counters = Progress()
        live = LiveProgress(10, console=console(force_terminal=True), clock=clock)
        with live:
            live.follow(counters)
            tell_of_retry(REFUSED)
            clock.now, counters.pages = 1.0, 1
            assert "retrying" not in shown(live)

    def test_says_how_long_nothing_has_come(self, clock):
        counters = Progress(pages=1)
        live = LiveProgress(10, console=console(), clock=clock)
        live.follow(counters)
        shown(live)
        clock.now = 4.0
        assert "no answer for 4.0 s" in shown(live)
        counters.pages += 1
        assert "no answer" not in shown(live)

    def test_follows_the_counters_without_being_told_again(self, clock):
        counters = Progress()
        live = LiveProgress(10, console=console(), clock=clock)
        live.follow(counters)
        counters.shards = 7
        assert "7/10 shards" in shown(live)


class TestACommandWithoutABar:
    def test_says_nothing_in_its_first_second(self):
        out = console(force_terminal=True)
        with Waiting(console=out):
            pass
        assert out.file.getvalue() == ""

    def test_then_says_what_it_waits_for_and_wipes_it_out(self):
        out = console(force_terminal=True)
        with Waiting("waiting for blaize users list", after=0, console=out) as waiting:
            waiting._timer.join()
        drawn = out.file.getvalue()
        assert "waiting for blaize users list" in drawn
        assert drawn.endswith("\x1b[2K")

    def test_says_why_it_is_tried_again(self, clock):
        with Waiting(console=console(force_terminal=True), clock=clock) as waiting:
            tell_of_retry(REFUSED)
            assert SAID in shown(waiting)

    def test_is_silent_where_there_is_no_terminal(self):
        out = console(force_terminal=False)
        with Waiting(after=0, console=out) as waiting:
            assert not waiting._timer.is_alive()
        assert out.file.getvalue() == ""

    def test_goes_when_the_first_result_is_written(self):
        out = console(force_terminal=True)
        with Waiting(after=0, console=out) as waiting:
            waiting._timer.join()
            waiting.stop()
            written = out.file.getvalue()
        assert out.file.getvalue() == written


def test_a_reason_is_one_short_line_that_cannot_steer_a_terminal(clock):
    with Retries(clock) as retries:
        tell_of_retry(Retry("shop.list", 1, 5, "a\x1b[2J\n" + "x" * 500, 0.5))
        said = retries.since(0)
    assert "\x1b" not in said
    assert len(said) < 160


@pytest.mark.anyio
async def test_the_reason_is_that_of_the_attempt_and_shows_no_secret(caplog):
    caplog.set_level("INFO", "asyncsdk")
    script = Script(httpx.ConnectError("refused by test-key"), 503, httpx.Response(200, json="1.0.1"))
    with Retries() as retries:
        async with UnleashAnalytics("test-key", transport=script, clock=FakeClock()) as analytics:
            await analytics.version()
    assert retries.since(0) == "retrying: 503, attempt 3 of 5"
    assert "attempt 1 of 5 failed (cannot connect to https://api.unleashlive.com: refused by ***)" in caplog.text
    assert "test-key" not in caplog.text


def test_every_attempt_stands_on_stderr_where_that_is_wanted(capsys):
    with attempts_on_stderr():
        logging.getLogger("asyncsdk").debug("GET here\x1b[2J")
    logging.getLogger("asyncsdk").debug("no more")
    assert capsys.readouterr().err == "GET here\\x1b[2J\n"
