"""Waiting for what the service tells late, wrongly, or never: with an end, and by what is there rather than by a word."""

from __future__ import annotations

from itertools import chain, repeat

import httpx
import pytest

from asyncsdk import ConnectError, JobFailedError, NotFoundError, TimeoutError as SDKTimeoutError
from asyncsdk.testing import FakeClock

NOW = round(FakeClock().time() * 1000)
HOUR = 3_600_000


def telling(*answers):
    """A service that gives these one after the other, and the last one for ever."""
    rest = chain(answers, repeat(answers[-1]))
    asked = []

    def handle(request):
        asked.append(request.url.path)
        answer = next(rest)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    handle.asked = asked
    return handle


def stream(active, seen):
    return {"id": "s", "isActive": active, "lastSeen": seen}


@pytest.mark.anyio
class TestAStream:
    @pytest.mark.parametrize(
        ("told", "reads"),
        [
            ([stream(False, 0), stream(False, 0), stream(True, NOW)], 3),
            ([stream(True, NOW - 1000)], 1),
            # called active long after its end, until it is seen again
            ([stream(True, NOW - HOUR), stream(True, NOW - HOUR), stream(True, NOW)], 3),
            # seen again, and not called active yet
            ([stream(False, NOW - HOUR), stream(False, NOW - HOUR + 5000)], 2),
            # clocks that differ by an hour change nothing but the first read
            ([stream(True, NOW - HOUR), stream(True, NOW - HOUR + 1)], 2),
            ([{"id": "s"}, {"id": "s", "isActive": None, "lastSeen": None}, stream(True, NOW)], 3),
            ([httpx.Response(500), httpx.ConnectError("no"), stream(True, NOW)], 3),
        ],
    )
    async def test_is_live_once_it_is_seen(self, connect, told, reads):
        service = telling(*told)
        async with connect(service) as client:
            found = await client.streams.wait_until_live("s")
        assert found.id == "s"
        assert service.asked == ["/api/stream/s"] * reads

    @pytest.mark.parametrize("never", [stream(False, 0), stream(True, NOW - HOUR), httpx.ConnectError("no")])
    async def test_that_is_never_live_is_given_up(self, connect, never):
        async with connect(telling(never)) as client:
            with pytest.raises(SDKTimeoutError, match=r"the stream s is to be live: not there after 60 s") as caught:
                await client.streams.wait_until_live("s", timeout=60)
            assert client.clock.time() * 1000 - NOW >= 60_000
        assert caught.value.resume == "s"
        assert isinstance(caught.value, TimeoutError)
        assert not isinstance(caught.value, ConnectError)

    async def test_that_is_not_there_is_not_waited_for(self, connect):
        service = telling(httpx.Response(404, json={"errors": ["not found"]}))
        async with connect(service) as client:
            with pytest.raises(NotFoundError):
                await client.streams.wait_until_live("s")
        assert len(service.asked) == 1


def session(status, url="", **more):
    return {"id": "a", "record": True, "recordingStatus": status, "recordingUrl": url, "mp4Url": "", **more}


URL = "https://livepeer.test/recordings/a/index.m3u8"


@pytest.mark.anyio
class TestARecording:
    async def test_of_a_session_is_there_once_it_has_a_url(self, connect):
        told = [session("waiting"), session("transmogrifying"), session("ready"), session("ready", URL)]
        service = telling(*told)
        async with connect(service) as client:
            found = await client.sessions.wait_for_recording("a")
        assert found.recording_url == URL
        assert service.asked == ["/api/session/a"] * 4

    async def test_as_one_file_is_enough(self, connect):
        async with connect(telling(session("ready", mp4Url="https://x.example/a.mp4"))) as client:
            assert (await client.sessions.wait_for_recording("a")).mp4_url == "https://x.example/a.mp4"

    @pytest.mark.parametrize("never", [session("waiting"), session("ready"), session(None), {"id": "a"}])
    async def test_that_never_comes_is_given_up(self, connect, never):
        async with connect(telling(never)) as client:
            with pytest.raises(SDKTimeoutError, match="the recording of the session a") as caught:
                await client.sessions.wait_for_recording("a", timeout=120)
        assert caught.value.resume == "a"

    async def test_of_what_is_not_recorded_is_not_waited_for(self, connect):
        async with connect(telling(session("waiting", record=False))) as client:
            with pytest.raises(JobFailedError, match="the session a is not recorded"):
                await client.sessions.wait_for_recording("a")

    async def test_of_a_stream_is_that_of_its_last_session_when_it_was_first_seen(self, connect):
        later = session("ready", "https://livepeer.test/later", id="b")
        service = telling([], [session("waiting")], [later, session("waiting")], [later, session("ready", URL)])
        async with connect(service) as client:
            found = await client.streams.wait_for_recording("s")
        assert (found.id, found.recording_url) == ("a", URL)
        assert service.asked == ["/api/stream/s/sessions"] * 4

    async def test_of_a_stream_without_a_session_is_given_up(self, connect):
        async with connect(telling([])) as client:
            with pytest.raises(SDKTimeoutError, match="the recording of the stream s: not there after 9 s") as caught:
                await client.streams.wait_for_recording("s", timeout=9)
        assert caught.value.resume == "s"
