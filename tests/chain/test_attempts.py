from __future__ import annotations

import logging

import anyio
import attrs
import pytest

from asyncsdk.chain.attempts import Attempt, count, heard, name_of, observer, tell

ATTEMPT = Attempt(
    operation="shop.orders.get",
    method="GET",
    host="api.example.com",
    route="/orders/{order_id}",
    number=2,
    status=503,
    error="ServiceUnavailableError",
    seconds=0.25,
    received=17,
)


def test_an_attempt_has_an_allow_list_of_facts():
    assert [each.name for each in attrs.fields(Attempt)] == [
        "operation", "method", "host", "route", "number", "status", "error", "seconds", "received",
    ]  # fmt: skip


def test_it_is_logged_in_one_line(caplog):
    caplog.set_level(logging.DEBUG, "asyncsdk")
    tell(ATTEMPT, None)
    assert caplog.record_tuples == [
        (
            "asyncsdk",
            logging.DEBUG,
            "GET api.example.com/orders/{order_id} status=503 error=ServiceUnavailableError attempt=2 ms=250.0 bytes=17",
        )
    ]


def test_above_debug_nothing_is_logged(caplog):
    caplog.set_level(logging.INFO, "asyncsdk")
    tell(ATTEMPT, None)
    assert caplog.records == []


def test_a_hook_is_told():
    hooked = []
    tell(ATTEMPT, hooked.append)
    assert hooked == [ATTEMPT]


def test_an_observer_counts_attempts_and_bytes():
    seen = []
    token = observer.set(lambda *counted: seen.append(counted))
    count(1, 17)
    count(2, 0)
    observer.reset(token)
    count(3, 1)
    assert seen == [(1, 17), (2, 0)]


class TestHeard:
    def test_by_nobody(self, caplog):
        caplog.set_level(logging.INFO, "asyncsdk")
        assert not heard(None)

    def test_by_the_log(self, caplog):
        caplog.set_level(logging.DEBUG, "asyncsdk")
        assert heard(None)

    def test_by_a_hook(self, caplog):
        caplog.set_level(logging.INFO, "asyncsdk")
        assert heard(print)


@pytest.mark.anyio
async def test_a_cancellation_has_the_same_name_on_every_event_loop():
    assert name_of(anyio.get_cancelled_exc_class().__new__(anyio.get_cancelled_exc_class())) == "Cancelled"
    assert name_of(ValueError()) == "ValueError"
