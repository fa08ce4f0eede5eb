from __future__ import annotations

from itertools import count

import anyio
import pytest

from asyncsdk.testing.kit import Asked, Rows, Things, answer, asked


class Listener:
    """The other end of an ASGI app: takes what is sent, and hangs up after so many pieces."""

    def __init__(self, patience=10**9):
        self.sent = []
        self.patience = patience

    async def receive(self):
        if len(self.sent) <= self.patience:
            await anyio.sleep_forever()
        return {"type": "http.disconnect"}

    async def send(self, message):
        self.sent.append(message)

    async def hears(self, response):
        await response({"type": "http"}, self.receive, self.send)
        return b"".join(message.get("body", b"") for message in self.sent)


@pytest.mark.anyio
async def test_rows_go_out_in_pieces():
    listener = Listener()
    rows = [{"text": "x" * 1000}] * 200
    body = await listener.hears(Rows(rows, b'{"results":[', b"]}"))
    assert body == b'{"results":[' + b",".join([b'{"text":"%b"}' % (b"x" * 1000)] * 200) + b"]}"
    start, *pieces = listener.sent
    assert start["status"] == 200
    assert dict(start["headers"]) == {b"content-type": b"application/json"}
    assert [piece["more_body"] for piece in pieces] == [True] * 4 + [False]
    assert all(len(piece["body"]) < 70_000 for piece in pieces)


@pytest.mark.anyio
async def test_no_rows_are_an_empty_list():
    assert await Listener().hears(Rows([])) == b"[]"


@pytest.mark.anyio
async def test_whoever_hangs_up_is_sent_no_more():
    made = count()
    endless = ({"number": next(made)} for _ in iter(int, 1))
    listener = Listener(patience=3)
    await listener.hears(Rows(endless))
    assert len(listener.sent) == 4
    assert next(made) < 100_000


def test_a_page_is_cut_from_the_rows():
    assert list(Asked(2, 3).cut(range(10))) == [3, 4, 5]
    assert list(Asked(4, 3).cut(range(10))) == [9]
    assert list(Asked(5, 3).cut(range(10))) == []
    assert list(Asked(1, 3, first=0).cut(range(10))) == [3, 4, 5]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", "abcde"),
        ("?page=0", "ab"),
        ("?page=1&limit=3", "de"),
        ("?limit=4", "abcd"),
        ("?page=-1", None),
        ("?limit=0", None),
    ],
)
def test_pages_may_be_counted_from_zero(farm, opened, ask, query, ids):
    def listed(call, found):
        page = asked(call, 2, always=False, size="limit", first=0)
        return answer(list(found) if page is None else list(page.cut(found)))

    shared = farm("barns.list GET /barns pages")
    barns = Things(shared, "barns", "Barn", listed=listed)
    for key in "abcde":
        barns.put({}, key)
    told = ask(opened(shared, barns), "GET", f"/barns{query}")
    assert told.status == (400 if ids is None else 200)
    assert ids is None or "".join(each["id"] for each in told.body) == ids
