"""The sandbox beside the real server: every recorded exchange, in order, in one world. Status, body, and the headers that matter."""

from __future__ import annotations

import ast
import json
from base64 import b64encode
from collections import deque
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from asyncsdk import to_dict
from asyncsdk.http.clock import Clock
from asyncsdk.livepeer.webhooks import verify
from asyncsdk.testing import LivepeerService, Sandbox, serve
from asyncsdk.testing.livepeer.service import uuid_of
from asyncsdk.testing.livepeer.wire import no_route

RECORDED = json.loads((Path(__file__).parents[2] / "data" / "livepeer_exchanges.json").read_text())["exchanges"]
ADMIN, ALICE, BOB, PAGER = (
    "cb611eac-2acf-4e16-9589-5c84bcd24548",
    "9b65c89e-4dfa-422b-8399-c2d204cac15d",
    "63d51e5d-3d65-47a7-b0ae-5efa40d3b5d2",
    "6210d899-97cf-4610-850f-7febbd0b444b",
)
CAROL = "0509e276-cfcc-461e-a644-0167b0900660"
TOKENS = {
    "<alice token>": "c0d09f83-6efe-4c82-b97a-6889e20fb6a9",
    "<alice read-only token>": "f2613c4c-ab6e-4230-95d5-63bf55b4a0a9",
    "<bob token>": "87cdc8ef-0892-475e-bd6f-dfc13bcb686c",
    "<admin token>": "ad000000-0000-4000-8000-000000000000",
    "<pager token>": "3fa9c7a2-6459-4e2b-933b-62c8515d952b",
}
# What the server did when, where its answer does not say it.
WHEN = {37: 1795330776333, 110: 1795330776824, 261: 1795330780281, 263: 1795330780289, 273: 1795330780372}
# Ids that it gave before the one in its answer.
BEFORE = {198: ["091f0237-0fb6-4272-a6d4-e79c53032eed"]}
# Tokens that it mailed, or wrote down.
SECRETS = {38: ["x", "438b85bf-55f3-427e-abf2-08fe43bffea5"], 257: [CAROL, "163efc4e-6221-47ba-b506-b6c6f072419b"]}
WITH_MAIL = range(257, 270)
# What the server sent to a receiver, on its own.
DELIVERY = 274


class At(Clock):
    """A clock that stands still until the record goes on."""

    now = 1795330776.0

    def time(self):
        return self.now


class World:
    """A sandbox in which what was not recorded is put where it must have been."""

    def __init__(self, **options):
        self.ids = deque()
        self.clock = At()
        self.service = LivepeerService(
            clock=self.clock, id_of=lambda digits: self.ids.popleft() if self.ids else uuid_of(digits), **options
        )
        self.tables = self.service.tables
        for name in ("streams", "sessions", "users", "tokens", "stores", "targets", "webhooks", "regions"):
            getattr(self.tables, name).clear()
        self.keys = {}

    def user(self, id, email, created, **more):
        password = RECORDED[1]["request"]["body"]["password"]
        base = {"id": id, "kind": "user", "email": email, "createdAt": created, "admin": False, "emailValid": True}
        self.tables.users[id] = {**base, "salt": "x", "password": password, **more}

    def token(self, id, user, **more):
        self.tables.tokens[id] = {"id": id, "kind": "api-token", "userId": user, "createdAt": 1, **more}

    def seed(self, table, rows):
        """What other runs have left, as a recorded list tells it."""
        for row in rows:
            if "id" in row:
                getattr(self.tables, table)[row["id"]] = {k: v for k, v in row.items() if k not in ("user", "url")} | (
                    {"url": row["url"] or "s3://a:b@c"} if "url" in row else {}
                )
                if "user" in row:
                    self.tables.users.setdefault(row["user"]["id"], dict(row["user"]))


def rows(*numbers):
    return [row for number in numbers for row in RECORDED[number]["response"]["body"] if "id" in row]


def begin(world):
    names = {"phone": "2034212122", "lastName": "Smith", "firstName": "Alice", "organization": "Livepeer"}
    token = RECORDED[37]["request"]["body"]["emailValidToken"]
    world.user(ALICE, "alice-f1@example.com", 1795330776057, emailValidToken=token, **names)
    world.user(BOB, "bob-f1@example.com", 1795330776063)
    world.seed("users", rows(21, 253))
    world.token(TOKENS["<admin token>"], ADMIN)
    region = {"region": "rr1", "orchestrators": [{"address": "https://livepeer.test"}]}
    world.tables.regions["rr1"] = {"id": "rr1", "kind": "region", **region}
    world.seed("webhooks", rows(162))


def tokens_of_all(world):
    world.seed("tokens", rows(60))
    world.token(TOKENS["<bob token>"], BOB)
    for number in range(25 - len(world.tables.tokens)):
        world.token(f"ee00{number:04}", BOB)


def more_streams(world):
    """250 streams of the pager, those that were recorded where they were."""
    known = {row["name"]: row for row in rows(233, 234, 235)}
    names = [f"s{number:03}" for number in (*range(249, 149, -1), 149, 147, 148, *range(146, -1, -1))]
    first = world.tables.streams.pop(RECORDED[232]["response"]["body"]["id"])
    created = 0
    for name in names[:-1]:
        created = known[name]["createdAt"] if name in known else created - 1
        made = {**first, "id": f"ff{name}", "name": name, "createdAt": created}
        if name in known:
            row = known[name]
            made |= row
        world.tables.streams[made["id"]] = made
    world.tables.streams[first["id"]] = first


def more(table, *numbers, **member):
    """Things of the pager: what was recorded of each page, and as many beside it as were left out of the recording."""

    def fill(world):
        kept = getattr(world.tables, table)
        pages = [RECORDED[number]["response"]["body"] for number in numbers]
        for page in pages:
            world.seed(table, page)
        for page, following in zip(pages, [*(each[0]["id"] for each in pages[1:]), "~"], strict=True):
            if "__trimmed__" in page[-1]:
                after = page[-2]["id"]
                there = sum(after < id < following and each["userId"] == PAGER for id, each in kept.items())
                for number in range(int(page[-1]["__trimmed__"].split()[0]) - there):
                    id = f"{after[:8]}-ffff-{number:04}"
                    kept[id] = {"id": id, "userId": PAGER, "createdAt": 1, **member}

    return fill


def sessions_of_a_stream(world):
    world.seed("streams", [*rows(255, 256)])
    parent = rows(255)[0]["parentId"]
    first = world.tables.streams[RECORDED[232]["response"]["body"]["id"]]
    world.tables.streams[parent] = {**first, "id": parent}


def deleted_at_once(world):
    for id in RECORDED[126]["request"]["body"]["ids"]:
        world.tables.streams[id] = {"id": id, "userId": ALICE, "name": "x", "createdAt": 1}


def stats(world):
    numbers = {name: RECORDED[113]["response"]["body"][0][name] for name in RECORDED[113]["response"]["body"][0]}
    world.tables.streams[numbers["id"]] |= {k: v for k, v in numbers.items() if k.startswith(("source", "transcoded"))}


def idle(world):
    row = rows(288)[0]
    world.tables.streams[row["id"]] |= {"isActive": False, "lastSeen": row["lastSeen"]}


STEPS = {
    1: begin,
    18: lambda world: world.tables.users[ADMIN].update(admin=True),
    28: lambda world: world.tables.users[BOB].update(suspended=False),
    47: lambda world: world.tables.users[BOB].update(admin=False),
    60: tokens_of_all,
    64: lambda world: world.token("64d1d958-3bc5-4438-8c2d-5990da3320d1", ALICE),
    108: lambda world: world.tables.streams["f59b3a51-db6a-45ff-98f1-82721724298d"].update(suspended=False),
    113: stats,
    126: deleted_at_once,
    233: more_streams,
    240: more("webhooks", 240, kind="webhook", events=["stream.started"], url="https://hook.example.com/x"),
    243: more("tokens", 243, 244, 245, kind="api-token"),
    246: more("stores", 246, 247, 248, url="s3://a:b@c/d"),
    249: more("targets", 249, 250, 251, name="a.example.com", disabled=False),
    255: sessions_of_a_stream,
    288: idle,
}


def authorization(world, text):
    """The credentials that a recording stands for."""
    for name, token in TOKENS.items():
        text = text.replace(name, token)
    people = {"alice": ALICE, "bob": BOB, "admin": ADMIN, "pager": PAGER, "carol": CAROL}
    for name, id in people.items():
        text = text.replace(f"<{name} jwt>", world.service.jwt(id))
    for name, owner in {"<base64(userId:token)>": ALICE, "<base64(other userId:token)>": BOB}.items():
        text = text.replace(name, b64encode(f"{owner}:{TOKENS['<alice token>']}".encode()).decode())
    text = text.replace("<expired jwt>", world.service.jwt(ALICE, exp=1))
    text = text.replace("<jwt of another audience>", world.service.jwt(ALICE, aud="elsewhere"))
    return text.replace("<jwt of an unknown user>", world.service.jwt("nobody"))


def content_of(body):
    if body is None:
        return None
    if "__raw__" not in body:
        return json.dumps(body).encode()
    raw = body["__raw__"]
    return ast.literal_eval(raw) if raw.startswith("b'") else raw.encode()


def same(expected, found):
    """Whether two answers say the same: keys of streams and JWTs are random, and when credentials were last seen is nobody's business."""
    if isinstance(expected, dict) and isinstance(found, dict):
        is_token = expected.get("kind") in ("user", "api-token")
        left = {k: v for k, v in expected.items() if not (is_token and k == "lastSeen")}
        right = {k: v for k, v in found.items() if not (is_token and k == "lastSeen")}
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(expected, list) and isinstance(found, list):
        rest = 0
        if expected and isinstance(expected[-1], dict) and "__trimmed__" in expected[-1]:
            rest = int(expected[-1]["__trimmed__"].split()[0])
            expected = expected[:-1]
        return len(found) == len(expected) + rest and all(map(same, expected, found))
    if isinstance(expected, str) and "<jwt>" in expected:
        return isinstance(found, str) and found.startswith(expected.partition("<jwt>")[0]) and "eyJ" in found
    return type(expected) is type(found) and expected == found


def expected_of(world, exchange):
    """The recorded answer, with the random parts that this sandbox made up."""
    text = json.dumps(exchange["response"].get("body"))
    for old, new in world.keys.items():
        text = text.replace(old, new)
    return json.loads(text)


async def replay(world, client, number):
    exchange = RECORDED[number]
    asked, told = exchange["request"], exchange["response"]
    if number in STEPS:
        STEPS[number](world)
    body = told.get("body")
    made = body if isinstance(body, dict) else {}
    when = WHEN.get(number) or (told["status"] == 201 and made.get("createdAt"))
    world.clock.now = (when or round(world.clock.now * 1000)) / 1000
    given = SECRETS.get(number) or BEFORE.get(number, [])
    if number in SECRETS:
        world.ids.extend(given)
    elif told["status"] == 201 and "id" in made and asked["path"] != "/api/user/token":
        world.ids.extend([*given, made["id"], *([made["resetToken"]] if "resetToken" in made else [])])
    headers = {name: authorization(world, value) for name, value in asked.get("headers", {}).items()}
    path = asked["path"]
    for old, new in world.keys.items():
        path = path.replace(old, new)
    if "If-None-Match" in headers:
        now = await client.get(path, headers={"Authorization": headers["Authorization"]})
        headers["If-None-Match"] = now.headers["etag"]
    answer = await client.request(asked["method"], path, headers=headers, content=content_of(asked.get("body")))
    world.ids.clear()
    found = answer.json() if answer.content and "json" in answer.headers["content-type"] else None
    if told["status"] == 201 and "streamKey" in made:
        world.keys |= {made[name]: found[name] for name in ("streamKey", "playbackId")}
    said = f"{number}: {asked['method']} {asked['path'][:80]} {exchange.get('note', '')}: {answer.status_code} {answer.text[:300]}"
    assert answer.status_code == told["status"], said
    if "text" in told and asked["path"] != "/api/user/nope":
        assert answer.text == told["text"], said
    assert same(expected_of(world, exchange), found), f"{said}\n\n{json.dumps(body)[:600]}"
    headers = dict(told["headers"])
    for name in ("Content-Type", "Link", "X-Total-Count"):
        assert answer.headers.get(name) == headers.get(name), f"{said}: {name}"
    assert ("etag" in answer.headers) is ("ETag" in headers), said


@pytest.mark.anyio
async def test_the_recorded_delivery_is_sent_as_the_real_server_did():
    """It follows from the three exchanges before it: a webhook, a stream, and the word that it is live."""
    told = RECORDED[DELIVERY]["request"]
    expected, received = told["body"], []

    async def receive(request):
        received.append((request.method, request.url.path, dict(request.headers), await request.body()))
        return Response(status_code=RECORDED[DELIVERY]["response"]["status"])

    world = World()
    begin(world)
    world.token(TOKENS["<alice token>"], ALICE, name="alice token")
    world.user(ADMIN, "admin@example.com", 1, admin=True)
    with serve(Starlette(routes=[Route(told["path"], receive, methods=["POST"])])) as here:
        transport = httpx.ASGITransport(app=Sandbox(world.service, gzip=False))
        async with httpx.AsyncClient(transport=transport, base_url="http://livepeer.test") as client:
            for number in range(DELIVERY - 3, DELIVERY):
                asked, answered = RECORDED[number]["request"], RECORDED[number]["response"]
                body = {**asked["body"], "url": f"{here}{told['path']}"} if "url" in asked["body"] else asked["body"]
                made = answered.get("body", {})
                world.ids.extend([made["id"]] if made else [expected["id"]])
                world.clock.now = made.get("createdAt", WHEN[273]) / 1000
                credentials = {"Authorization": authorization(world, asked["headers"]["Authorization"])}
                answer = await client.request(asked["method"], asked["path"], json=body, headers=credentials)
                assert answer.status_code == answered["status"], answer.text
    ((method, path, headers, body),) = received
    assert (method, path) == (told["method"], told["path"])
    for name in ("content-type", "user-agent"):
        assert headers[name] == told["headers"][name]
    found = json.loads(body)
    assert headers["livepeer-signature"].startswith(f"t={found['timestamp']},v1=")
    assert to_dict(verify(body, headers["livepeer-signature"], "s3cr3t", clock=world.clock)) == found
    assert list(found) == list(expected)
    # what is random differs, and so do some milliseconds
    found |= {name: expected[name] for name in ("createdAt", "timestamp")}
    found["stream"]["playbackId"] = expected["stream"]["playbackId"]
    assert found == expected


def outside(request):
    """What express says outside of the API, where this sandbox has other systems."""
    path = request.url.path
    return None if path.startswith("/api/") else no_route(request.method, path)


@pytest.fixture(params=["without mail", "with mail"])
def world(request):
    """Those that need mails have a world of their own."""
    mails = request.param == "with mail"
    made = World(mails=mails)
    made.numbers = [number for number in range(len(RECORDED)) if (number in WITH_MAIL) is mails and number != DELIVERY]
    return made


@pytest.mark.anyio
async def test_every_recorded_exchange_is_answered_as_the_real_server_did(world):
    app = Sandbox(world.service, gzip=False, on_request=outside)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://livepeer.test") as client:
        wrong = []
        for number in world.numbers:
            try:
                await replay(world, client, number)
            except AssertionError as error:
                wrong.append(str(error))
    assert not wrong, "\n\n".join(wrong)
