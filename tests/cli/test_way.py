from __future__ import annotations

import pytest
from attrs import frozen

from asyncsdk.chain.options import DEFAULT_TIMEOUT
from asyncsdk.cli.terminal.problems import UsageError
from asyncsdk.cli.way import Way, limits, options
from asyncsdk.errors import ConfigurationError


@pytest.mark.parametrize(
    "url", ["ftp://example.com", "example.com/v1", "https://user:test-secret@example.com", "https://a/?b=c", ""]
)
def test_a_base_url_that_cannot_be_one_is_refused(command, url):
    code, _, err = command("unleash", "version", "--base-url", url)
    assert code == 2
    assert err.startswith("error: --base-url: it must be an absolute http or https URL")
    assert "secret" not in err


def test_the_sandbox_has_its_own_key_and_base_url(command, tmp_path):
    code, _, err = command("unleash", "version", "--sandbox", "--base-url", "https://example.com")
    assert (code, err) == (2, "error: --base-url: the sandbox has its own: leave it out, or leave out --sandbox\n")
    code, _, err = command("unleash", "version", "--sandbox", "--api-key-file", tmp_path / "key")
    assert code == 2


@pytest.mark.parametrize("seconds", ["0", "-1", "nan"])
def test_a_limit_of_time_must_be_above_zero(command, seconds):
    code, _, err = command("unleash", "version", "--sandbox", "--timeout", seconds)
    assert code == 2
    assert "--timeout" in err


@frozen(kw_only=True)
class ToyWay(Way):
    colour: str = "red"
    shop: str | None = None

    def secrets(self):
        return {"key": "test-key"}

    def client(self, secrets, settings):
        if self.shop == "nowhere":
            raise ConfigurationError("shop must be somewhere; or give base_url=...")
        return secrets, settings

    def service(self):
        raise AssertionError("it has none")


def test_the_options_of_a_system_come_before_those_of_all():
    assert [each.name for each in options(ToyWay)] == [
        "colour", "shop", "base_url", "sandbox", "timeout", "max_attempts", "verbose"
    ]  # fmt: skip


def test_a_client_gets_secrets_limits_and_only_what_was_given():
    secrets, settings = ToyWay(timeout=3.0, max_attempts=2).connect()
    assert secrets == {"key": "test-key"}
    assert settings.keys() == {"timeout", "retry"}
    assert (settings["timeout"].connect, settings["timeout"].read, settings["retry"].max_attempts) == (3, 3, 2)
    _, settings = ToyWay(base_url="http://127.0.0.1:9").connect()
    assert (settings["base_url"], settings["timeout"]) == ("http://127.0.0.1:9", DEFAULT_TIMEOUT)


def test_a_long_time_limit_does_not_lengthen_the_wait_for_a_connection():
    assert (limits(600).connect, limits(600).read) == (DEFAULT_TIMEOUT.connect, 600)


def test_what_a_client_refuses_is_bad_usage_in_the_words_of_the_command_line():
    with pytest.raises(UsageError, match=r"^shop must be somewhere; or give --base-url$"):
        ToyWay(shop="nowhere").connect()


def test_what_says_who_asks_is_refused_beside_the_sandbox():
    ToyWay(sandbox=True, colour="blue")
    with pytest.raises(UsageError, match=r"^--shop: the sandbox has its own"):
        ToyWay(sandbox=True, shop="here")
