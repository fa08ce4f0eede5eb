"""Keep a table of all users of a Zephr tenant in SQLite: the whole list once, then each change as a webhook tells of it.

    BLAIZE_TENANT=demo BLAIZE_ACCESS_KEY=... BLAIZE_SECRET_KEY=... python zephr_sync.py users.db https://my-tunnel.example/zephr

The URL is where the service reaches this program, which listens on port 8701 of this machine.

The vendor signs no message, so one is taken as a hint: whom it names is looked up at the service, and what that says is written down. A message
that is made up, late, or comes twice can so do no harm. What happened while the program was not running is found by the list, with which it begins.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from asyncsdk import Blaize, NotFoundError, SDKError, WebhookError, to_dict
from asyncsdk.blaize import User, Webhook, webhooks

TRIGGERS = ("user.create", "user.update", "user.delete")


class Mirror:
    """The table: an id and the user as JSON, just as the service has it."""

    def __init__(self, path: str) -> None:
        self.database = sqlite3.connect(path, check_same_thread=False)
        self.database.execute("create table if not exists users (user_id text primary key, json text not null)")

    async def fill(self, blaize: Blaize) -> int:
        """All users that there are, in the place of what the table had; their number."""
        users = [(each.user_id, json.dumps(to_dict(each))) async for each in blaize.users.list()]
        with self.database:
            self.database.execute("delete from users")
            self.database.executemany("insert or replace into users values (?, ?)", users)
        return len(users)

    async def look_up(self, blaize: Blaize, user_id: str) -> None:
        """One user, as the service has it now."""
        try:
            user: User | None = await blaize.users.get(user_id)
        except NotFoundError:
            user = None
        with self.database:
            if user is None:
                self.database.execute("delete from users where user_id = ?", [user_id])
            else:
                row = (user_id, json.dumps(to_dict(user)))
                self.database.execute("insert or replace into users values (?, ?)", row)


def application(blaize: Blaize, mirror: Mirror, url: str) -> Starlette:
    """What listens: it fills the table and has itself told of changes while it runs."""

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        async with blaize:
            hook = await blaize.webhooks.create(Webhook(label="sync", triggers=TRIGGERS, method="POST", target=url))
            try:  # first the messages, then the list: what changes in between is told of
                print(await mirror.fill(blaize), "users")
                yield
            finally:
                await blaize.webhooks.delete(hook.id)

    async def told(request: Request) -> Response:
        try:
            event = webhooks.parse(await request.body())
        except WebhookError:
            return Response(status_code=400)
        if event.details and event.details.user_id:
            try:
                await mirror.look_up(blaize, event.details.user_id)
            except SDKError as error:
                print(error, file=sys.stderr)
                return Response(status_code=503)  # so that it may be sent again
        return Response(status_code=204)

    return Starlette(routes=[Route("/zephr", told, methods=["POST"])], lifespan=running)


def main(blaize: Blaize, path: str, url: str) -> None:
    mirror = Mirror(path)
    with closing(mirror.database):
        uvicorn.run(application(blaize, mirror, url), host="127.0.0.1", port=8701)


if __name__ == "__main__":
    main(Blaize(), sys.argv[1], sys.argv[2])
