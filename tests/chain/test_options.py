from __future__ import annotations

import math

import pytest

from asyncsdk.chain.options import USER_AGENT, Options, header_safe
from asyncsdk.chain.retry import RetryPolicy
from asyncsdk.errors import ConfigurationError
from asyncsdk.options import as_options, credential
from asyncsdk.timeout import Timeout, as_timeout


def test_the_defaults_are_the_contracts():
    assert Timeout() == Timeout(connect=10.0, read=60.0, write=60.0, total=None)
    assert RetryPolicy() == RetryPolicy(max_attempts=5, base_delay=0.5, max_delay=30.0, deadline=None)
    assert Options().max_connections == 64
    assert Options().user_agent == USER_AGENT


@pytest.mark.parametrize("name", ["connect", "read", "write", "total"])
@pytest.mark.parametrize("value", [0, -1, math.nan, "5", True])
def test_a_limit_of_time_is_above_zero(name, value):
    with pytest.raises(ConfigurationError, match=name):
        Timeout(**{name: value})


def test_infinity_is_no_limit():
    assert Timeout(math.inf, math.inf, math.inf, math.inf) == Timeout(None, None, None, None)


def test_a_number_limits_connecting_reading_and_writing():
    assert as_timeout(5) == Timeout(connect=5, read=5, write=5, total=None)
    assert as_timeout(None) == Timeout(connect=None, read=None, write=None, total=None)
    assert as_timeout(Timeout(total=9)) == Timeout(total=9)


def test_every_limit_reaches_the_engine():
    assert Timeout(1, 2, 3, 4).extension() == {"connect": 1, "read": 2, "write": 3, "pool": None}


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "64", None])
def test_at_least_one_connection(value):
    with pytest.raises(ConfigurationError, match="max_connections"):
        Options(max_connections=value)


@pytest.mark.parametrize("value", ["", "a\nb", "ü", " a", b"agent", 5])
def test_a_user_agent_is_printable_text(value):
    with pytest.raises(ConfigurationError, match="user_agent"):
        Options(user_agent=value)


def test_retry_takes_a_policy():
    with pytest.raises(ConfigurationError, match="RetryPolicy, not int"):
        Options(retry=3)


def test_none_means_the_default():
    given = as_options({"timeout": None, "retry": None, "max_connections": 3, "user_agent": None, "clock": None})
    assert given == Options(timeout=None, max_connections=3)


def test_a_copy_changes_what_it_names_and_none_takes_a_change_back():
    before = Options(max_connections=3, retry=RetryPolicy(max_attempts=1), user_agent="shop/1")
    assert as_options({"retry": None}, before) == Options(max_connections=3, user_agent="shop/1")
    assert as_options({"timeout": None}, before).timeout == Timeout(None, None, None)
    assert as_options({}, before) == before


@pytest.mark.parametrize("name", ["Authorization", "x-api-key", "Cookie", "Host", "Content-Length", "a b\n", "é", ""])
def test_extra_headers_are_nobody_elses(name):
    with pytest.raises(ConfigurationError, match="headers"):
        Options(headers={name: "test-secret"})


@pytest.mark.parametrize("value", ["a\nb", "é", 5, None])
def test_extra_headers_have_values_that_can_be_sent(value):
    with pytest.raises(ConfigurationError, match="headers"):
        Options(headers={"x-tenant": value})


@pytest.mark.parametrize("value", ["proxy:3128", "socks5://proxy:1080", "http://", 5, "http://user:test-secret@"])
def test_a_proxy_is_a_url_and_is_not_shown(value):
    with pytest.raises(ConfigurationError, match="proxy must be") as caught:
        Options(proxy=value)
    assert "test-secret" not in str(caught.value)
    assert "test-secret" not in repr(Options(proxy="http://user:test-secret@proxy.example:3128"))


@pytest.mark.parametrize("value", ["test-secret", "a b", "~"])
def test_what_can_stand_in_a_header(value):
    assert header_safe(value)


@pytest.mark.parametrize("value", ["", " a", "a ", "a\r\nb", "a\x7f", "ü", "a\x00", None, 5, b"a"])
def test_what_cannot_stand_in_a_header(value):
    assert not header_safe(value)


class TestCredential:
    def test_the_argument_goes_before_the_environment(self, monkeypatch):
        monkeypatch.setenv("SHOP_KEY", "from-the-environment")
        assert credential("given", "api_key", "SHOP_KEY") == "given"
        assert credential(None, "api_key", "SHOP_KEY") == "from-the-environment"

    @pytest.mark.parametrize("given", [None, ""])
    def test_a_missing_one_is_named_by_argument_and_variable(self, monkeypatch, given):
        monkeypatch.delenv("SHOP_KEY", raising=False)
        with pytest.raises(ConfigurationError, match=r"api_key=.*SHOP_KEY"):
            credential(given, "api_key", "SHOP_KEY")

    def test_an_empty_argument_does_not_fall_back_on_the_environment(self, monkeypatch):
        monkeypatch.setenv("SHOP_KEY", "from-the-environment")
        with pytest.raises(ConfigurationError):
            credential("", "api_key", "SHOP_KEY")

    def test_one_that_cannot_be_sent_is_refused_and_not_shown(self, monkeypatch):
        with pytest.raises(ConfigurationError, match=r"^api_key cannot") as caught:
            credential("test-secret\n", "api_key", "SHOP_KEY")
        assert "test-secret" not in str(caught.value)
        monkeypatch.setenv("SHOP_KEY", "test-secret\n")
        with pytest.raises(ConfigurationError, match="variable SHOP_KEY cannot") as caught:
            credential(None, "api_key", "SHOP_KEY")
        assert "test-secret" not in str(caught.value)
