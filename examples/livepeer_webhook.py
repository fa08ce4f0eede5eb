"""Create a stream and a webhook, receive the signed call that says it is live, and clean up.

    LIVEPEER_API_KEY=... python livepeer_webhook.py https://my-tunnel.example/livepeer

The URL is where the service reaches this program, which listens on port 8700 of this machine. Start to stream to the new stream,
and it tells.
"""

from __future__ import annotations

import secrets
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING

import anyio
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from asyncsdk import Livepeer, WebhookError
from asyncsdk.livepeer import StreamStarted, Webhook
from asyncsdk.livepeer.webhooks import verify

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def message(connection: SocketStream) -> tuple[dict[str, str], bytes]:
    """The headers and the body of a request. In earnest, a framework does this."""
    reader = BufferedByteReceiveStream(connection)
    head = (await reader.receive_until(b"\r\n\r\n", 1 << 16)).decode("latin-1")
    lines = (line.partition(":") for line in head.split("\r\n")[1:])
    headers = {name.lower(): value.strip() for name, _, value in lines}
    return headers, await reader.receive_exactly(int(headers["content-length"]))


async def main(
    livepeer: Livepeer, url: str = "", port: int = 0, started: Callable[[str], Awaitable[object]] | None = None
) -> None:
    """Wait for a stream to go live.

    Args:
        livepeer: the client.
        url: where the service reaches us; by default where we listen.
        port: where we listen; any free one by default.
        started: told the id of the stream, once all is set up.
    """
    secret = secrets.token_urlsafe()
    live = anyio.Event()

    async def answer(connection: SocketStream) -> None:
        async with connection:
            headers, body = await message(connection)
            try:
                event = verify(body, headers.get("livepeer-signature"), secret)
                status = HTTPStatus.NO_CONTENT
            except WebhookError:
                event, status = None, HTTPStatus.BAD_REQUEST  # which is not sent again
            await connection.send(f"HTTP/1.1 {status.value} {status.phrase}\r\nConnection: close\r\n\r\n".encode())
        # the service waits for 5 seconds: work begins only now
        if isinstance(event, StreamStarted) and event.stream is not None:
            print(f"{event.stream.name} is live")
            live.set()

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=port)
    async with livepeer, listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, answer)
        bound = listener.extra(SocketAttribute.local_port)  # noqa: S610  # no database is near
        here = url or f"http://127.0.0.1:{bound}/"
        stream = await livepeer.streams.create({"name": "concert"})
        hook = await livepeer.webhooks.create(
            Webhook(name="concert", events=("stream.started",), url=here, shared_secret=secret)
        )
        try:
            print(f"stream to rtmp://rtmp.livepeer.com/live/ with the key of {stream.id}")
            if started is not None:
                await started(stream.id)
            await live.wait()
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(10):
                await livepeer.webhooks.delete(hook.id)
                await livepeer.streams.delete(stream.id)
        tasks.cancel_scope.cancel()


if __name__ == "__main__":
    anyio.run(main, Livepeer(), sys.argv[1], 8700)
