from __future__ import annotations

import json

import pytest

from asyncsdk.testing import AnalyticsService, Fleet, Sandbox, faults, serve
from asyncsdk.testing.unleash_analytics import samples


def test_the_version_tells_that_key_and_connection_work(command, origin):
    assert command("unleash", "version", "--base-url", origin) == (0, "1.0.1\n", "")


def test_the_version_is_json_where_that_is_wanted(command, origin):
    _, out, _ = command("unleash", "version", "--json", "--base-url", origin)
    assert json.loads(out) == "1.0.1"


@pytest.mark.parametrize("noun", ["devices", "sessions"])
def test_ids_stand_one_a_line_or_in_json(command, origin, noun):
    code, lines, err = command("unleash", noun, "--base-url", origin)
    assert (code, err) == (0, "")
    _, array, _ = command("unleash", noun, "--json", "--base-url", origin)
    _, stream, _ = command("unleash", noun, "-o", "ndjson", "--base-url", origin)
    ids = json.loads(array)
    assert lines.split() == ids == [json.loads(line) for line in stream.splitlines()]
    assert set(ids) >= set(samples.DEVICES if noun == "devices" else samples.SESSIONS)


def test_devices_are_those_of_the_account(command, origin):
    _, out, _ = command("unleash", "devices", "--base-url", origin)
    assert out.split() == [*samples.DEVICES, *Fleet(size=3).device_ids]


@pytest.mark.parametrize("verb", ["rows", "tableau"])
@pytest.mark.parametrize("end", ["2020-08-17T02:08:50", "2020-08-17T04:08:50+02:00", "1597630130000"])
def test_rows_of_one_device_are_asked_for_by_times(command, origin, verb, end):
    wanted = ("unleash", verb, "Wabcdb35be35bb72", "2020-08-17T02:08", end, "--base-url", origin)
    code, out, err = command(*wanted, "-o", "ndjson")
    assert (code, err) == (0, "")
    assert [json.loads(line)["frame_number"] for line in out.splitlines()] == [110_251, 110_252]
    assert len(command(*wanted, "-o", "ndjson", "--limit", 1)[1].splitlines()) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("Wa", "soon", "now"), "error: START: 'soon' is no time: "),
        (("Wa", "2020-08-17", "1597622400"), "error: END: time=1597622400 looks like seconds"),
        (("Wa", "now", "yesterday"), "error: start ("),
        (("..", "yesterday", "now"), "error: device id must not be '..'"),
        (("Wa", "yesterday"), "error: Missing argument 'END'"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(command, typed, said):
    code, out, err = command("unleash", "rows", *typed, "--base-url", "http://127.0.0.1:9/v1")
    assert (code, out) == (2, "")
    assert err.startswith(said)
    assert len(err.splitlines()) == 1


def test_the_embedded_sandbox_needs_no_key(command, environment):
    environment.delenv("UNLEASH_API_KEY")
    assert command("unleash", "version", "--sandbox") == (0, "1.0.1\n", "")


def test_requests_are_tried_as_often_as_is_said(command):
    with serve(Sandbox(on_request=faults.fail_first(1, 500, "Internal Server Error"))) as url:
        code, out, err = command("unleash", "version", "--max-attempts", 1, "--base-url", f"{url}/v1")
        assert (code, out) == (1, "")
        assert err == "error: the service answered 500: Internal Server Error\n"
        code, out, _ = command("unleash", "version", "--max-attempts", 1, "--base-url", f"{url}/v1")
        assert (code, out) == (0, "1.0.1\n")


def test_an_answer_that_takes_too_long_is_given_up(command):
    with serve(Sandbox(AnalyticsService(), latency=5)) as url:
        code, _, err = command("unleash", "version", "--timeout", 0.05, "--max-attempts", 2, "--base-url", f"{url}/v1")
    assert code == 1
    assert err.startswith("error: ")
    assert "(after 2 attempts)" in err
