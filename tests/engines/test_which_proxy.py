from __future__ import annotations

import httpx
import pytest

from asyncsdk.engines.proxies import Proxies
from asyncsdk.errors import ConfigurationError

BOTH = {"http": "http://one.test:3128", "https": "http://two.test"}


@pytest.mark.parametrize(
    ("by_scheme", "url", "expected"),
    [
        ({}, "http://a.test/", None),
        (BOTH, "http://a.test/", "http://one.test:3128"),
        (BOTH, "https://a.test/", "http://two.test"),
        ({"all": "http://any.test"}, "https://a.test/", "http://any.test"),
        ({"all": "http://any.test", **BOTH}, "https://a.test/", "http://two.test"),
        ({"http": "one.test:3128"}, "http://a.test/", "http://one.test:3128"),
        ({"http": ""}, "http://a.test/", None),
        ({**BOTH, "no": "b.test,a.test"}, "http://a.test/", None),
        ({**BOTH, "no": "b.test"}, "http://a.test/", "http://one.test:3128"),
        ({**BOTH, "no": "::1"}, "http://[::1]:8080/", None),
    ],
)
def test_the_proxy_for_a_url(by_scheme, url, expected):
    assert Proxies(by_scheme).url_for(httpx.URL(url)) == (expected and httpx.URL(expected))


WRONG = ["socks5://u:test-secret@h", "socks4a://h", "http://", "http://h:x"]


@pytest.mark.parametrize("value", WRONG)
def test_a_proxy_must_be_an_http_proxy(value):
    with pytest.raises(ConfigurationError, match="the environment names is not an http") as caught:
        Proxies({"https": value}).url_for(httpx.URL("https://a.test/"))
    assert "test-secret" not in str(caught.value)


def test_a_proxys_password_is_not_shown():
    assert "test-secret" not in repr(Proxies({"http": "http://joe:test-secret@h"}))


class TestOneForAll:
    @pytest.mark.parametrize("given", ["http://p.test:3128", "p.test:3128", httpx.URL("http://p.test:3128")])
    @pytest.mark.parametrize("url", ["http://a.test/", "https://127.0.0.1:8443/"])
    def test_it_is_for_every_url(self, given, url):
        assert Proxies.of(given).url_for(httpx.URL(url)) == httpx.URL("http://p.test:3128")

    @pytest.mark.parametrize("value", [*WRONG, ""])
    def test_it_is_refused_at_once_where_it_cannot_work(self, value):
        with pytest.raises(ConfigurationError, match=r"proxy=\.\.\. names is not an http") as caught:
            Proxies.of(value)
        assert "test-secret" not in str(caught.value)
