from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

from asyncsdk.errors import ConfigurationError
from asyncsdk.testing import AnalyticsService, Sandbox, serve

KEY = {"x-api-key": "test-key"}
START, END = 1_597_622_400_000, 1_597_708_800_000


def get(url, **options):
    with httpx.Client(headers=KEY, trust_env=False) as client:
        return client.get(url, **options)


def refused(url):
    parts = urlsplit(url)
    with socket.socket(socket.AF_INET6 if ":" in parts.hostname else socket.AF_INET) as probe:
        return probe.connect_ex((parts.hostname, parts.port)) != 0


def test_an_app_is_served_on_a_real_port_while_the_block_runs():
    with serve(Sandbox()) as url:
        assert urlsplit(url).hostname == "127.0.0.1"
        assert urlsplit(url).port > 0
        assert get(f"{url}/v1/analytics/version").json() == "1.0.1"
    assert refused(url)


@pytest.mark.anyio
async def test_it_can_be_used_asynchronously_on_every_loop():
    async with serve(Sandbox()) as url:
        stream = await anyio.connect_tcp("127.0.0.1", urlsplit(url).port)
        async with stream:
            await stream.send(
                b"GET /v1/analytics/version HTTP/1.1\r\nHost: sandbox\r\nx-api-key: test-key\r\nConnection: close\r\n\r\n"
            )
            answer = b"".join([chunk async for chunk in stream])
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert answer.endswith(b'\r\n\r\n"1.0.1"')
    assert refused(url)


def test_the_documented_rows_come_over_a_socket(document):
    with serve(Sandbox()) as url:
        introduction = get(f"{url}/v1/analytics/W9d3f1bcad8e8abd/{START}/{END}/1")
        flat = get(f"{url}/v1/analytics/Wabcdb35be35bb72/{START}/{END}/1")
        tableau = get(f"{url}/v1/analytics/tableau/Wabcdb35be35bb72/{START}/{END}/1")
    assert introduction.json() == document["introduction"]
    assert flat.json() == document["size_optimized"]
    assert tableau.json() == document["tableau"]


def test_generated_pages_come_over_a_socket_compressed():
    service = AnalyticsService(devices=1)
    with serve(Sandbox(service)) as url:
        answer = get(f"{url}/v1/analytics/{service.device_ids[0]}/{START}/{END}/2")
    assert answer.headers["content-encoding"] == "gzip"
    rows = service.fleet.cameras[service.device_ids[0]].rows(START, END, 1000, 1000)
    assert [tuple(row) for row in answer.json()["data"]] == rows


def test_errors_and_escaped_paths_come_over_a_socket():
    with serve(Sandbox()) as url:
        assert get(f"{url}/v1/analytics/version", headers={"x-api-key": "wrong"}).json() == {"message": "Forbidden"}
        assert get(f"{url}/v1/analytics/a%2Fb/{START}/{END}/1").status_code == 422
        with httpx.Client(headers=KEY, trust_env=False) as client:
            head = client.head(f"{url}/v1/analytics/version")
        assert head.status_code == 403
        assert head.content == b""


def test_idle_connections_do_not_keep_it_from_stopping():
    with httpx.Client(headers=KEY, trust_env=False) as client, serve(Sandbox()) as url:
        assert client.get(f"{url}/v1/analytics/version").status_code == 200
    assert refused(url)


def test_a_request_that_outlasts_the_grace_is_cut_off_without_a_leak():
    arrived = threading.Event()
    outcome = []

    async def never(request):
        arrived.set()
        await anyio.sleep_forever()

    def ask(url):
        try:
            outcome.append(get(url, timeout=30))
        except httpx.TransportError as error:
            outcome.append(error)

    with serve(Sandbox(on_request=never)) as url:
        asking = threading.Thread(target=ask, args=(f"{url}/v1/analytics/version",))
        asking.start()
        assert arrived.wait(30)
    asking.join(30)
    assert isinstance(outcome[0], httpx.TransportError) or outcome[0].status_code == 500
    assert refused(url)


def test_an_error_inside_the_block_is_the_one_that_is_seen():
    with pytest.raises(LookupError, match="mine"), serve(Sandbox()):
        raise LookupError("mine")


def test_an_app_that_cannot_be_loaded_fails_where_it_is_served():
    def broken():
        raise LookupError("no app here")

    with pytest.raises(LookupError, match="no app here"), serve(broken):
        pass


def test_several_apps_can_be_served_at_once():
    with serve(Sandbox(AnalyticsService(seed=1))) as one, serve(Sandbox(AnalyticsService(seed=2))) as two:
        assert one != two
        assert get(f"{one}/v1/analytics/devices").json() != get(f"{two}/v1/analytics/devices").json()


def test_a_taken_port_is_told_in_one_sentence():
    with serve(Sandbox()) as url:
        port = urlsplit(url).port
        with (
            pytest.raises(ConfigurationError, match=f"cannot listen on 127.0.0.1:{port}: "),
            serve(Sandbox(), port=port),
        ):
            pass


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 99_999), ("127.0.0.1", -1), ("192.0.2.1", 0)])
def test_an_address_that_cannot_be_is_told_in_one_sentence(host, port):
    with pytest.raises(ConfigurationError, match="cannot listen on"), serve(Sandbox(), host, port):
        pass


def test_an_ipv6_address_is_a_url_too():
    try:
        with serve(Sandbox(), "::1") as url:
            assert url.startswith("http://[::1]:")
            assert get(f"{url}/v1/analytics/version").json() == "1.0.1"
    except ConfigurationError:
        assert not socket.has_ipv6 or refused("http://[::1]:9")


@pytest.mark.skipif(sys.platform == "win32", reason="a console process cannot be interrupted alone")
@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)])
def test_in_the_foreground_it_prints_nothing_and_ends_on_a_signal(stop, code):
    program = (
        "import sys\n"
        "from asyncsdk.testing import Sandbox, run\n"
        "try:\n"
        "    run(Sandbox(), port=0, on_started=lambda url: print(url, flush=True))\n"
        "except KeyboardInterrupt:\n"
        "    sys.exit(130)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONWARNINGS": "error"}
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        url = process.stdout.readline().strip()
        assert get(f"{url}/v1/analytics/version").json() == "1.0.1"
        process.send_signal(stop)
        printed, complained = process.communicate(timeout=30)
    assert (printed, complained) == ("", "")
    assert process.returncode == code
    assert refused(url)


def test_in_the_foreground_too_a_taken_port_is_told_in_one_sentence():
    from asyncsdk.testing import run

    with serve(Sandbox()) as url, pytest.raises(ConfigurationError, match="cannot listen on"):
        run(Sandbox(), port=urlsplit(url).port)
