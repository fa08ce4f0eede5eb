"""An ASGI app on a socket of this machine, served by uvicorn: beside a test in a thread, or in the foreground."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from types import TracebackType

import anyio
import anyio.lowlevel
import anyio.to_thread
import uvicorn
from starlette.types import ASGIApp

from ..errors import ConfigurationError


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket: from here on the kernel takes connections, whether or not the server has begun."""
    if not 0 <= port <= 65535:
        raise ConfigurationError(f"cannot listen on {host}:{port}: a port is a number from 0 to 65535")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ConfigurationError(f"cannot listen on {host}:{port}: {error.strerror or error}") from error


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Server(uvicorn.Server):
    """uvicorn's server, which says when it has started and leaves no connection open."""

    def __init__(self, app: ASGIApp, on_started: Callable[[], object]) -> None:
        # Without a log configuration uvicorn prints nothing; what goes wrong reaches the loggers of the program.
        config = uvicorn.Config(
            app,
            interface="asgi3",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            # the sandbox says itself what time it is; of two dates a client would take the first
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            # Only those whose request outlasted the grace: uvicorn cancels their tasks, but leaves their sockets open.
            connection.transport.abort()
        await anyio.lowlevel.checkpoint()


class serve:  # noqa: N801 - used like a function
    """Serve an ASGI app in a thread of its own, as long as the ``with`` or ``async with`` block runs.

    Args:
        app: the app, such as a `Sandbox`.
        host: the address to listen on.
        port: the port; 0 for any free one.

    Returns:
        From ``with``: the URL it is served at, such as ``http://127.0.0.1:43210``. The server already listens.

    Raises:
        ConfigurationError: at the start of the block, if the address cannot be listened on.
    """

    def __init__(self, app: ASGIApp, host: str = "127.0.0.1", port: int = 0) -> None:
        self._app = app
        self._host = host
        self._port = port

    def __enter__(self) -> str:
        listener = _listen(self._host, self._port)
        url = _url(listener)
        started = threading.Event()
        self._server = _Server(self._app, started.set)
        self._failure: BaseException | None = None

        def run() -> None:
            try:
                self._server.run([listener])
            except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
                self._failure = error
            finally:
                listener.close()
                started.set()

        self._thread = threading.Thread(target=run, name=f"serve {url}", daemon=True)
        self._thread.start()
        started.wait()
        self._raise_failure()
        return url

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join()
        if error is None:
            self._raise_failure()

    async def __aenter__(self) -> str:
        return await anyio.to_thread.run_sync(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self.__exit__, kind, error, trace)

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure


def run(
    app: ASGIApp,
    host: str = "127.0.0.1",
    port: int = 8765,
    *,
    on_started: Callable[[str], object] | None = None,
) -> None:
    """Serve an ASGI app in the foreground until the process is told to stop; prints nothing.

    Args:
        app: the app, such as a `Sandbox`.
        host: the address to listen on.
        port: the port; 0 for any free one.
        on_started: called with the URL once it is served.

    Raises:
        ConfigurationError: the address cannot be listened on.
        KeyboardInterrupt: after Ctrl-C, when everything is closed.
    """
    with _listen(host, port) as listener:
        url = _url(listener)
        _Server(app, lambda: on_started(url) if on_started else None).run([listener])
