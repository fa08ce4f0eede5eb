from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given, strategies as st

from asyncsdk.http.clock import Clock
from asyncsdk.http.service_clock import ServiceClock, service_time

NOW = 1_600_000_000.0


class Stopped(Clock):
    def time(self):
        return NOW


def date(seconds):
    return {"date": format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)}


@given(st.integers(-(10**8), 10**8))
def test_one_refusal_is_enough_to_learn_any_difference(ahead):
    clock = ServiceClock(Stopped())
    assert clock.learn(date(NOW + ahead), clock.time()) == (abs(ahead) > 10)
    assert abs(clock.time() - (NOW + ahead)) <= 10
    # and what is signed by it now needs no other
    assert not clock.learn(date(NOW + ahead), clock.time())


def test_a_signature_from_before_the_clock_was_set_right_is_worth_making_anew():
    clock = ServiceClock(Stopped())
    assert clock.learn(date(NOW + 600), NOW)
    assert clock.learn(date(NOW + 603), NOW)
    assert clock.skew == 600


@pytest.mark.parametrize(
    "headers",
    [{}, {"date": ""}, {"date": "soon"}, {"date": "Mon, 99 Foo 2020 00:00:00 GMT"}, {**date(NOW), "age": "12"}],
)
def test_an_answer_that_does_not_tell_the_time(headers):
    assert service_time(headers) is None


def test_an_answer_fresh_from_the_service_tells_the_time():
    assert service_time({**date(NOW), "age": "0"}) == NOW
