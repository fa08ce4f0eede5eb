"""The example of a dashboard in a browser: `nox -s browser`, on the Chromium of this machine."""

from __future__ import annotations

import importlib.util
import shutil
import threading
import time
from pathlib import Path

import pytest
import uvicorn

from asyncsdk.testing import AnalyticsService, BlaizeService, Sandbox, serve

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
_ENOUGH = 30_000  # milliseconds


def example():
    specification = importlib.util.spec_from_file_location("dashboard", ROOT / "examples" / "dashboard.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def asked():
    """The paths that the services were asked for."""
    return []


@pytest.fixture
def dashboard(asked):
    services = (AnalyticsService(devices=6, rows_per_hour=240, page_size=50), BlaizeService(users=40))
    sandbox = Sandbox(*services, latency=0.05, on_request=lambda request: asked.append(request.url.path))
    with serve(sandbox) as url:
        config = uvicorn.Config(example().sandboxed(url), port=0, log_config=None, timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def page():
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "there is no Chromium here: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        made = browser.new_page(viewport={"width": 1120, "height": 740})
        made.set_default_timeout(_ENOUGH)
        yield made
        browser.close()


def test_rows_arrive_the_bar_moves_and_leaving_stops_the_fan_out(dashboard, asked, page):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(dashboard)
    page.wait_for_function("document.querySelectorAll('#rows tr').length === 8")
    page.wait_for_function("document.querySelectorAll('#users tr').length === 6")
    page.wait_for_function("document.getElementById('chart').naturalWidth > 0")
    page.click("#pull")
    page.wait_for_function("const at = document.getElementById('bar').value; at > 0.1 && at < 0.9")
    page.wait_for_function("document.getElementById('bar').value === 1 && !document.getElementById('pull').disabled")
    assert page.text_content("#told").endswith("432 of 432 shards")
    before = len(asked)
    page.wait_for_timeout(500)
    assert len(asked) > before  # the live rows go on
    page.goto("about:blank")
    page.wait_for_timeout(500)
    before = len(asked)
    page.wait_for_timeout(1000)
    assert len(asked) == before
    assert complaints == []
