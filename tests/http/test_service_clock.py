from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, formatdate
from time import asctime, gmtime, tzset

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
    [
        {},
        {"date": ""},
        {"date": "Mon, 17 Aug 2020 00:00:00 CET"},
        {"date": "soon"},
        {"date": "Mon, 99 Foo 2020 00:00:00 GMT"},
        {**date(NOW), "age": "12"},
    ],
)
def test_an_answer_that_does_not_tell_the_time(headers):
    assert service_time(headers, NOW) is None


def test_an_answer_fresh_from_the_service_tells_the_time():
    assert service_time({**date(NOW), "age": "0"}, NOW) == NOW


@pytest.mark.parametrize("written", [formatdate(NOW), asctime(gmtime(NOW)), "Sunday, 13-Sep-20 12:26:40 GMT"])
@pytest.mark.parametrize("zone", ["UTC", "Australia/Sydney", "America/New_York"])
def test_a_date_means_the_same_wherever_this_machine_is(written, zone, monkeypatch):
    monkeypatch.setenv("TZ", zone)
    tzset()
    try:
        assert service_time({"date": written}, NOW) == NOW
        clock = ServiceClock(Stopped())
        assert not clock.learn({"date": written}, clock.time())
        assert clock.skew == 0
    finally:
        monkeypatch.undo()
        tzset()


class TestACorrection:
    def test_that_did_not_help_is_taken_back(self):
        clock = ServiceClock(Stopped())
        assert clock.learn(date(NOW + 3600), clock.time())
        clock.recovered(accepted=False)
        assert clock.time() == NOW

    def test_that_helped_stays_whatever_is_refused_later(self):
        clock = ServiceClock(Stopped())
        clock.learn(date(NOW + 3600), clock.time())
        clock.recovered(accepted=True)
        clock.recovered(accepted=False)  # of a request that lacked a permission
        assert clock.skew == 3600
        clock.learn(date(NOW - 3600), clock.time())
        clock.recovered(accepted=False)
        assert clock.skew == 3600

    def test_of_a_correction_that_was_never_proven_is_taken_back_with_it(self):
        clock = ServiceClock(Stopped())
        clock.learn(date(NOW + 3600), clock.time())
        clock.learn(date(NOW + 7200), clock.time())
        clock.recovered(accepted=False)
        assert clock.skew == 0

    @given(st.lists(st.tuples(st.integers(-(10**6), 10**6), st.sampled_from([True, False, None]))))
    def test_whatever_comes_the_clock_is_one_that_was_proven_or_is_being_tried(self, refusals):
        clock, proven = ServiceClock(Stopped()), 0.0
        for ahead, accepted in refusals:
            if clock.learn(date(NOW + ahead), clock.time()) and accepted is not None:
                proven = clock.skew if accepted else proven
                clock.recovered(accepted=accepted)
                assert clock.skew == proven
