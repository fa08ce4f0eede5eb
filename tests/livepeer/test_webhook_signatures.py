"""Whether a message is from the service: the recorded one, and all that somebody else could send."""

from __future__ import annotations

import hmac
import json
from pathlib import Path

import pytest

from asyncsdk import SDKError, WebhookError, to_dict
from asyncsdk.livepeer import RecordingReady, StreamStarted, WebhookEvent
from asyncsdk.livepeer.webhooks import verify
from asyncsdk.testing import FakeClock

RECORDED = json.loads((Path(__file__).parents[1] / "data" / "livepeer_exchanges.json").read_text())["exchanges"]
SECRET = "test-shared-secret"
NOW = 1_795_330_780.379
MS = 1_795_330_780_379
CLOCK = FakeClock(NOW)


def signed(event, secret=SECRET, t=None):
    body = json.dumps(event).encode()
    digest = hmac.new(secret.encode(), body, "sha256").hexdigest()
    return body, f"t={event.get('timestamp') if t is None else t},v1={digest}"


def event(**more):
    return {"id": "e1", "webhookId": "w1", "createdAt": MS, "timestamp": MS, "event": "stream.started", **more}


def refused(body, header, secret=SECRET, **more):
    with pytest.raises(WebhookError, match="this request is not from Livepeer") as caught:
        verify(body, header, secret, clock=CLOCK, **more)
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_the_message_that_the_real_server_sent_is_genuine():
    (delivery,) = (each for each in RECORDED if each["op"].startswith("WEBHOOK DELIVERY"))
    body = json.dumps(delivery["request"]["body"], separators=(",", ":"), ensure_ascii=False).encode()
    assert len(body) == int(delivery["request"]["headers"]["Content-Length"])
    found = verify(body, delivery["request"]["headers"]["Livepeer-Signature"], "s3cr3t", clock=CLOCK)
    assert type(found) is StreamStarted
    assert to_dict(found) == delivery["request"]["body"]
    assert found.stream.name == "hooked"
    assert found.key == (found.webhook_id, found.id)
    assert found.at.year == 2026


class TestWhatIsSigned:
    def test_is_the_body_alone_so_an_old_one_with_a_fresh_time_beside_it_fails(self):
        body, header = signed(event(timestamp=MS - 3_600_000))
        refused(body, header)
        refused(body, signed(event(timestamp=MS - 3_600_000), t=MS)[1])

    def test_may_have_happened_long_ago_where_it_is_delivered_now(self):
        body, header = signed(event(createdAt=MS - 20 * 3_600_000))
        assert verify(body, header, SECRET, clock=CLOCK).created_at == MS - 20 * 3_600_000

    @pytest.mark.parametrize("turn", [1, -1])
    def test_is_refused_one_millisecond_beyond_the_tolerance_either_way(self, turn):
        verify(*signed(event(timestamp=MS + turn * 300_000)), SECRET, clock=CLOCK)
        refused(*signed(event(timestamp=MS + turn * 300_001)))
        verify(*signed(event(timestamp=MS + turn * 10**9)), SECRET, None, clock=CLOCK)

    def test_counts_in_seconds_or_milliseconds_as_its_size_tells(self):
        seconds = int(NOW)
        assert verify(*signed(event(timestamp=seconds)), SECRET, clock=CLOCK).timestamp == seconds
        refused(*signed(event(timestamp=seconds - 301)))

    @pytest.mark.parametrize("sent", [{}, {"timestamp": None}, {"timestamp": "x"}, {"timestamp": True}])
    def test_must_say_when(self, sent):
        value = {**event(), **sent}
        if not sent:
            del value["timestamp"]
        refused(*signed(value, t=MS))


class TestASignature:
    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "nonsense",
            "t=1",
            "v1=00",
            f"t={MS},v1=é",
            "t=abc,v1={0}",
            "t=NaN,v1={0}",
            f"t={MS},t={MS},v1={{0}}",
            "t=-5,v1={0}",
            "t=²,v1={0}",
            f"t={MS},v1=",
            f"t={MS},v2={{0}}",
        ],
    )
    def test_that_cannot_be_read_is_the_one_error(self, header):
        body, good = signed(event())
        refused(body, header and header.replace("{0}", good.rpartition("=")[2]))

    def test_may_stand_among_others_and_after_a_space(self):
        body, header = signed(event())
        time, digest = header.split(",")
        other = "v1=" + "0" * 64
        found = verify(body, f"{time}, v0=zzz, {other}, {digest}, v9=x", SECRET, clock=CLOCK)
        assert found.id == "e1"

    def test_of_another_secret_or_body_does_not_fit(self):
        body, header = signed(event())
        assert "does not fit" in refused(body, header, "another")
        refused(body + b" ", header)

    def test_fits_one_of_several_secrets_while_they_are_changed(self):
        assert verify(*signed(event(), "old"), ["new", "old"], clock=CLOCK).id == "e1"
        refused(*signed(event(), "older"), ["new", "old"])


class TestABody:
    @pytest.mark.parametrize("kind", [bytes, bytearray, memoryview, bytes.decode])
    def test_is_bytes_or_text_as_it_came(self, kind):
        body, header = signed(event())
        assert verify(kind(body), header, SECRET, clock=CLOCK).event == "stream.started"

    @pytest.mark.parametrize("parsed", [event(), [event()], None, 7])
    def test_that_was_parsed_is_refused_with_the_reason(self, parsed):
        with pytest.raises(TypeError, match="raw body"):
            verify(parsed, signed(event())[1], SECRET)

    @pytest.mark.parametrize("body", [b"\xff\xfe", "\ud800", b"", b"[" * 10_000])
    def test_that_is_no_text_is_a_signature_that_does_not_fit(self, body):
        refused(body, signed(event())[1])

    @pytest.mark.parametrize("body", [b"[1]", b"null", b"\xff", b"{", b'"x"', b"[" * 100_000])
    def test_that_is_signed_but_no_event_is_no_event(self, body):
        digest = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
        with pytest.raises(WebhookError, match="no event of Livepeer's") as caught:
            verify(body, f"t={MS},v1={digest}", SECRET, clock=CLOCK)
        assert caught.value.unreadable

    @pytest.mark.parametrize("name", [None, 3, "", ["x"]])
    def test_that_does_not_say_what_happened_is_no_event(self, name):
        with pytest.raises(WebhookError, match="does not say what happened") as caught:
            verify(*signed(event(event=name)), SECRET, clock=CLOCK)
        assert caught.value.unreadable

    def test_may_tell_of_anything(self):
        assert type(verify(*signed(event(event="asset.ready", foo=1)), SECRET, clock=CLOCK)) is WebhookEvent
        odd = verify(
            *signed(event(event="x", stream=None, session={"id": "s", "recordingStatus": "lost"})), SECRET, clock=CLOCK
        )
        assert (odd.stream, odd.session.recording_status) == (None, "lost")
        ready = verify(*signed(event(event="recording.ready", payload={})), SECRET, clock=CLOCK)
        assert (type(ready), ready.payload) == (RecordingReady, {})


class TestASecret:
    @pytest.mark.parametrize("secret", ["", b"", [], [""], ["x", ""]])
    def test_that_is_empty_lets_nobody_in(self, secret):
        with pytest.raises(ValueError, match="must not be empty"):
            verify(*signed(event(), ""), secret)

    def test_is_a_text(self):
        with pytest.raises(TypeError, match="shared secret"):
            verify(*signed(event()), None)


def test_the_error_is_not_one_of_a_broken_service():
    assert WebhookError.__mro__[1] is SDKError
