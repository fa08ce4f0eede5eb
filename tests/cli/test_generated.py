from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import httpx
import pytest
import typer
from attrs import frozen
from hypothesis import given, strategies as st
from one_host import OneHost

from asyncsdk import Model, RetryPolicy
from asyncsdk.blaize.listing import by_rpp
from asyncsdk.cli.operations import docstring
from asyncsdk.cli.operations.commands import commands
from asyncsdk.cli.operations.example import invocation, wire_example
from asyncsdk.cli.operations.lazy import LazyGroup
from asyncsdk.cli.operations.manual import manual
from asyncsdk.cli.operations.outline import outline
from asyncsdk.cli.operations.reading import Reading, pairs, parsed, reading_of, value_of
from asyncsdk.cli.operations.system import System
from asyncsdk.cli.problems import UsageError, report
from asyncsdk.codec import as_json, as_part, wire
from asyncsdk.operation import Operation
from asyncsdk.paging import Pager  # noqa: TC001  # annotations are read at run time
from asyncsdk.resource import Resource


@frozen(kw_only=True)
class Address(Model):
    """Where something is.

    Attributes:
        street: e.g. ``"High Street"``.
        pin: nobody's business.
    """

    street: str | None = None
    pin: str | None = None


@frozen(kw_only=True)
class Shop(Model):
    """A shop.

    Attributes:
        id: the service gives it.
        kind: always ``"shop"``.
        size: in square metres.
        open_now: whether it is open.
        tags: for people.
        address: where it is.
        hours: day to hours.
    """

    id: str | None = None
    kind: str | None = None
    size: float | None = None
    open_now: bool | None = wire("openNow")
    tags: tuple[str, ...] | None = None
    address: Address | None = None
    hours: Mapping[str, str] | None = None


LIST = Operation("toy.shops.list", "GET", "/shops", "pages", query={"since": "since", "page": "page", "where": "where"})
SAVE = Operation("toy.shops.save", "PUT", "/shops/{shop_id}", "none", body=Shop, required=("kind",))
COUNT = Operation("toy.shops.count", "GET", "/shops/count", "scalar")
WATCH = Operation("toy.shops.watch", "GET", "/shops/watch", "stream")
PICTURE = Operation("toy.shops.picture", "GET", "/shops/{shop_id}/picture", "bytes")
OPERATIONS = {each.id: each for each in (LIST, SAVE, COUNT, WATCH, PICTURE)}


class Shops(Resource):
    """All shops."""

    def list(
        self,
        *,
        since: datetime | int | None = None,
        page: int | None = None,
        where: Mapping[str, Any] | None = None,
    ) -> Pager[Shop]:
        """List the shops.

        Args:
            since: opened since then.
            page: the page to begin with.
            where: conditions.
        """
        query = {
            "since": None if since is None else f"{since:%Y-%m-%d}",
            "where": None if where is None else ",".join(sorted(where)),
        }

        async def fetch(number):
            return await self._call(LIST, into=as_part(Shop, ("results",)), query={**query, "page": number})

        return by_rpp(fetch, page=page, usual=2)

    async def save(self, shop_id: str, shop: Shop | Mapping[str, Any]) -> Any:
        """Save a shop.

        Unlike `count`, it takes a ``body`` (docs/services/toy.md). It goes to ``openNow``.

        Args:
            shop_id: the shop.
            shop: what it is to be.

        Raises:
            ValueError: nothing was sent.
        """
        return await self._do(SAVE, shop_id, body=shop)

    async def count(self) -> str:
        """Count the shops."""
        return await self._call(COUNT, into=as_json)

    @asynccontextmanager
    async def watch(self):
        """Watch the shops."""
        yield (await self._call(WATCH, into=as_part(Shop, ("results",))) and self.list())

    @asynccontextmanager
    async def picture(self, shop_id: str):
        """Get a picture of a shop."""
        async with self._client.stream(PICTURE, shop_id) as body:
            yield body


class Toy(OneHost):
    """A client of three routes."""

    system = "toy"

    def __init__(self, handler):
        super().__init__(
            base_url="http://sdk.test",
            retry=RetryPolicy(max_attempts=1),
            transport=httpx.MockTransport(handler),
        )
        self.shops = Shops(self)


SHOPS = Toy(lambda request: httpx.Response(500)).shops


@pytest.fixture
def toy(capfd):
    """Runs a command of the toy: ``code, out, err, requests = toy(answers, "shops", "list")``."""

    def run(answers, *arguments):
        requests = []

        def handler(request):
            requests.append(request)
            return answers.pop(0)

        @frozen
        class Access:
            @asynccontextmanager
            async def connect(self):
                async with Toy(handler) as client:
                    yield client

        class Group(LazyGroup):
            def load(self):
                return commands(System("toy", OPERATIONS, Toy(handler), Access, frozenset({"id"})))

        app = typer.Typer(cls=Group, rich_markup_mode="markdown")
        app.callback()(lambda: None)
        try:
            code = app(args=list(arguments), standalone_mode=False)
        except Exception as error:  # noqa: BLE001  # as the root of the command line does
            code = report(error)
        out, err = capfd.readouterr()
        return code or 0, out, err, requests

    return run


def test_pages_are_walked_and_written_as_they_come(toy):
    answers = [
        httpx.Response(200, json={"results": [{"id": "a"}, {"id": "b"}], "total": 3}),
        httpx.Response(200, json={"results": [{"id": "c", "new": 1}], "total": 3}),
    ]
    code, out, err, requests = toy(answers, "shops", "list", "--output", "ndjson")
    assert (code, err) == (0, "")
    assert out == '{"id":"a"}\n{"id":"b"}\n{"id":"c","new":1}\n'
    assert [each.url.query for each in requests] == [b"", b"page=2"]


def test_a_limit_asks_for_no_page_more(toy):
    answers = [httpx.Response(200, json={"results": [{"id": "a"}, {"id": "b"}], "total": 3})]
    code, out, _, requests = toy(answers, "shops", "list", "--output", "ndjson", "--limit", "2")
    assert (code, len(out.splitlines()), len(requests)) == (0, 2, 1)


def test_a_walk_that_fails_says_where_to_go_on(toy):
    answers = [httpx.Response(200, json={"results": [{"id": "a"}, {"id": "b"}], "total": 3}), httpx.Response(500)]
    code, out, err, _ = toy(answers, "shops", "list", "--output", "ndjson")
    assert code == 1
    assert len(out.splitlines()) == 2
    assert err.endswith("(go on with --page 2)\n")


def test_filters_are_typed_as_times_and_json(toy):
    answers = [httpx.Response(200, json=[])]
    code, _, _, requests = toy(
        answers, "shops", "list", "--since", "2026-11-01T23:00-02:00", "--where", '{"b": 1, "a": [2]}'
    )
    assert code == 0
    assert requests[0].url.params == httpx.QueryParams({"since": "2026-11-02", "where": "a,b"})


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--since", "soon", "error: --since: 'soon' is no time: "),
        (
            "--where",
            "{a}",
            "error: --where: not JSON: Expecting property name enclosed in double quotes at line 1, column 2\n",
        ),
        ("--page", "x", "error: Invalid value for '--page': "),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(toy, option, value, said):
    code, out, err, requests = toy([], "shops", "list", option, value)
    assert (code, out, requests) == (2, "", [])
    assert err.startswith(said)


def test_fields_are_options_and_win_over_the_data(toy):
    answers = [httpx.Response(200, json={"message": "saved"})]
    code, out, _, requests = toy(
        answers, "shops", "save", "9", "--data", '{"kind": "shop", "size": 1, "extra": null}',
        "--size", "20", "--tags", "a", "--no-open-now", "--tags", "b",
    )  # fmt: skip
    assert (code, out) == (0, "field\tvalue\nstatus_code\t200\nmessage\tsaved\n")
    assert requests[0].url.path == "/shops/9"
    assert requests[0].content == b'{"kind":"shop","size":20,"extra":null,"openNow":false,"tags":["a","b"]}'


def test_a_receipt_of_nothing_has_a_status(toy):
    code, out, _, _ = toy([httpx.Response(204)], "shops", "save", "9", "--kind", "shop", "-o", "json")
    assert (code, out) == (0, '{"status_code":204}\n')


def test_a_receipt_of_text_has_a_message(toy):
    code, out, _, _ = toy([httpx.Response(200, text="done")], "shops", "save", "9", "--kind", "shop", "-o", "json")
    assert (code, json.loads(out)) == (0, {"status_code": 200, "message": "done"})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("9",), "error: there is no body: give --data JSON, --data @FILE or --data - (stdin), or its fields as options (--kind, ...)\n"),
        (("9", "--size", "5"), "error: --data: body.kind is required\n"),
        (("9", "--data", '{"kind": 1}'), "error: --data: body.kind must be text, not a number\n"),
        (("9", "--data", "[]", "--size", "5"), "error: --data: the options give fields of one object, and this is none\n"),
        (("..", "--kind", "shop"), "error: SHOP_ID: must not be '..': it would change the path of the request\n"),
        (("9", "--data", "@nowhere/shop.json"), "error: --data: cannot read nowhere/shop.json: No such file or directory\n"),
        (("9", "--data", '{"size": NaN}'), "error: --data: not JSON: NaN is no number in JSON\n"),
        (("9", "--data", "[" * 100_000), "error: --data: not readable: it is nested too deeply\n"),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_meant_is_refused(toy, arguments, said):
    assert toy([], "shops", "save", *arguments) == (2, "", said, [])


def test_what_is_no_object_is_written_plainly(toy):
    assert toy([httpx.Response(200, json="17")], "shops", "count")[:2] == (0, "17\n")


def test_a_stream_is_written_line_by_line_and_makes_no_table(toy):
    answers = [httpx.Response(200, json=[{"id": "x"}]), httpx.Response(200, json=[{"id": "a"}])]
    assert toy(answers, "shops", "watch")[:2] == (0, '{"id":"a"}\n')
    code, _, err, requests = toy([], "shops", "watch", "--output", "table")
    assert (code, requests) == (2, [])
    assert "ndjson or json" in err


def test_bytes_are_written_as_they_are(toy):
    answers = [httpx.Response(200, stream=httpx.ByteStream(b"GIF89a\r\n"))]
    assert toy(answers, "shops", "picture", "9")[:2] == (0, "GIF89a\r\n")


def test_the_help_is_made_of_docstring_types_and_fields():
    said = manual("asyncsdk toy shops save", outline(SAVE, SHOPS.save, {"id"}), {"id"})
    assert said == (
        "Save a shop.\n\n"
        "`PUT /shops/{shop_id}`.\n\n"
        "Unlike `count`, it takes a `body`. It goes to `openNow`.\n\n"
        "**Body** (`--data`, JSON): what it is to be. Required: `kind`. Its plain fields can be given as options, too.\n\n"
        "    {\n"
        '      "kind": "shop",\n'
        '      "size": 5,\n'
        '      "openNow": true,\n'
        '      "tags": [\n        "..."\n      ],\n'
        '      "address": {\n        "street": "High Street",\n        "pin": "..."\n      },\n'
        '      "hours": {\n        "name": "..."\n      }\n'
        "    }\n\n"
        "It may hold a secret: give it as `--data @FILE` or `--data -` (stdin), since the command line shows in the list of "
        "processes and in the shell's history.\n\n"
        "**Prints** a receipt: `status_code`, the `id` if there is one, and what the service says.\n\n"
        "**Example**:\n\n"
        "    asyncsdk toy shops save SHOP_ID --data @shop.json"
    )


def test_secrets_are_no_options():
    body = outline(SAVE, SHOPS.save, {"id"}).body
    assert [each.flag for each in body.fields] == ["--kind", "--size", "--open-now", "--tags"]
    assert body.secret  # one level deeper


def test_an_example_shows_what_matters():
    assert invocation("list", outline(LIST, SHOPS.list)) == "list --output ndjson"
    assert invocation("picture", outline(PICTURE, SHOPS.picture)) == "picture SHOP_ID"


@pytest.mark.parametrize(
    ("kind", "example"),
    [
        (str, "..."),
        (int | None, 5),
        (datetime, "2026-11-01T10:00:00Z"),
        (Mapping[str, Any], {"name": "value"}),
        (tuple[Address, ...], [{"street": "High Street", "pin": "..."}]),
        (Mapping[str, Any] | tuple[Any, ...], {"name": "value"}),
    ],
)
def test_each_type_has_an_example(kind, example):
    assert wire_example(kind) == example


@pytest.mark.parametrize(
    ("annotation", "reading"),
    [
        ("bool | None", Reading.FLAG),
        ("int | None", Reading.WHOLE),
        ("float", Reading.NUMBER),
        ("str | int", Reading.TEXT),
        ("str | bytes", Reading.RAW),
        ("str | Iterable[str] | None", Reading.TEXTS),
        ("Sequence[str]", Reading.TEXTS),
        ("Mapping[str, str] | None", Reading.PAIRS),
        ("Sequence[Any] | Mapping[str, Any] | None", Reading.JSON),
        ("User | Mapping[str, Any]", Reading.JSON),
        ("datetime | int | None", Reading.TIME),
        ("datetime | str | int | None", Reading.TEXT),
    ],
)
def test_an_annotation_says_how_a_value_is_typed(annotation, reading):
    assert reading_of(annotation) is reading


TEXTS = st.text(min_size=1)


@given(st.dictionaries(TEXTS.filter(lambda text: "=" not in text), TEXTS))
def test_pairs_come_back_as_they_were_typed(wanted):
    assert pairs([f"{name}={value}" for name, value in wanted.items()], "--key") == wanted


@pytest.mark.parametrize("typed", [["crm"], ["=1"], ["crm="], ["crm=1", "crm=2"]])
def test_a_pair_that_cannot_be_meant_is_refused(typed):
    with pytest.raises(UsageError, match=r"^--key: 'crm|^--key: '=1'"):
        pairs(typed, "--key")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_json_is_read_whole(value):
    assert parsed(json.dumps(value), "--data") == value


@given(st.text())
def test_what_is_no_json_is_refused_and_not_shown(text):
    try:
        json.loads(text)
    except ValueError:
        with pytest.raises(UsageError, match=r"^--data: not JSON: ") as refused:
            parsed(f"{text}test-secret", "--data")
        assert "test-secret" not in refused.value.format_message()


@given(st.integers(-(10**9), 10**9))
def test_a_whole_number_stays_one(number):
    assert repr(value_of(Reading.NUMBER, float(number), "--size")) == repr(number)


def test_a_docstring_is_taken_apart():
    found = docstring.read("""Do it.

        ::

            async with it:
                ...

        ``PUT /x``, section "X" (docs/services/x.md). More
        of it:

            code

        Args:
            first, second: two
                lines with ``code``.
            third: e.g. ``"x"``: more.

        Returns:
            Much.

        Raises:
            ValueError: never.
        """)
    assert found.summary == "Do it."
    assert found.details == ('`PUT /x`, section "X". More of it:',)
    assert found.entries == {
        "first": "two lines with `code`.",
        "second": "two lines with `code`.",
        "third": 'e.g. `"x"`: more.',
    }
    assert found.returns == "Much."
    assert docstring.read(None) == docstring.Docstring()
