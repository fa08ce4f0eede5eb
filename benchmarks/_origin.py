"""The origin of the benchmarks: nginx on loopback, started here with a configuration of its own in a temporary folder.

    http://127.0.0.1:PORT/1000x50/v1/analytics/{device}/{from}/{to}/{page}         pages of 1,000 rows, 50 of them
    http://127.0.0.1:PORT/gzip/1000x50/v1/...                                      compressed beforehand
    http://127.0.0.1:PORT/slow/1000x50/v1/...                                      after 20 ms

Every page of one form is the same static file. Where nginx is missing, or lacks the echo module that waits, a small asyncio
server takes its part (`_raw_origin.py`), and `Origin.name` says so.
"""

from __future__ import annotations

import gzip
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from _pages import page

LATENCY = 0.020
_ECHO = Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")

_SLOW = f"location ~ ^/slow(/.*)$ {{ echo_sleep {LATENCY:g}; echo_exec $1; }}"
_CONFIGURATION = """
{load}
{user}
worker_processes 1;
{affinity}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  default_type application/json;
  keepalive_requests 100000000;
  keepalive_timeout 600;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=100;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    root {folder}/pages;
    location ~ ^/(slow/|gzip/)?[^/]+/v1/analytics/version$ {{ return 200 '"1.0.1"'; }}
    location ~ ^/(slow/|gzip/)?[^/]+/v1/analytics/devices$ {{ return 200 '["Wb8fabc31378ce07","W022abc5be35bb72"]'; }}
    location ~ ^/([0-9x]+)/v1/analytics/ {{ try_files /$1.json =404; }}
    location ~ ^/gzip/([0-9x]+)/v1/analytics/ {{ gzip_static on; try_files /$1.json =404; }}
    {slow}
  }}
}}
"""


class Origin:
    """Where pages come from.

    Args:
        name: what serves, for the report.
        url: of the origin that answers at once.
        slow_url: of the one that waits 20 ms.
    """

    def __init__(self, name, url, slow_url):
        self.name = name
        self.url = url
        self.slow_url = slow_url

    def base(self, rows, total, *, packed=False, slow=False):
        """The base URL under which every page has so many rows, of so many pages."""
        variant = "slow/" if slow else "gzip/" if packed else ""
        return f"{self.slow_url if slow else self.url}/{variant}{rows}x{total}/v1"


@contextmanager
def origin(*forms):
    """Serve pages of these forms, pairs of (rows, pages), as an `Origin`, on core 0."""
    with tempfile.TemporaryDirectory(prefix="asyncsdk-bench-") as name:
        folder = Path(name)
        pages = folder / "pages"
        pages.mkdir()
        for rows, total in forms:
            body = page(rows, total)
            (pages / f"{rows}x{total}.json").write_bytes(body)
            (pages / f"{rows}x{total}.json.gz").write_bytes(gzip.compress(body, 6))
        running = []
        try:
            binary = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
            raw = None if binary and _ECHO.exists() else _start_raw(pages, running)
            if binary:
                url = _start_nginx(binary, folder, running)
                waits = "" if raw is None else f"; latency by {Path(__file__).with_name('_raw_origin.py').name}"
                yield Origin(f"{_version(binary)} on one core{waits}", url, raw or url)
            else:
                yield Origin("no nginx here: an asyncio server of our own, which is slower", raw, raw)
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()


def _start_nginx(binary, folder, running):
    port = _free_port()
    slow = _SLOW if _ECHO.exists() else ""
    configuration = _CONFIGURATION.format(
        load=f"load_module {_ECHO};" if slow else "",
        user="user root;" if hasattr(os, "geteuid") and os.geteuid() == 0 else "",
        affinity="worker_cpu_affinity 01;" if hasattr(os, "sched_setaffinity") else "",
        folder=folder,
        port=port,
        slow=slow,
    )
    (folder / "nginx.conf").write_text(configuration)
    command = [binary, "-e", str(folder / "error.log"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    running.append(subprocess.Popen(command))
    _wait_for(port, running[-1])
    return f"http://127.0.0.1:{port}"


def _start_raw(pages, running):
    script = str(Path(__file__).with_name("_raw_origin.py"))
    process = subprocess.Popen([sys.executable, script, str(pages), str(LATENCY)], stdout=subprocess.PIPE, text=True)
    running.append(process)
    return f"http://127.0.0.1:{int(process.stdout.readline())}"


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_for(port, process):
    for _ in range(200):
        if process.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit("nginx does not start")


def _version(binary):
    told = subprocess.run([binary, "-v"], capture_output=True, text=True, check=True)
    return told.stderr.strip().rpartition(" ")[2]
