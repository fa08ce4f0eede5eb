from __future__ import annotations

import json
import re
from itertools import chain

import httpx
import pytest


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


def test_a_value_that_is_typed_by_its_place_has_its_type(toy):
    wanted = ("--unit", "km", "--no-open-now", "--kinds", "a", "--kinds", "b")
    code, _, err, requests = toy(
        [httpx.Response(200, json={})], "shops", "near", "5", "2026-11-01T23:00-02:00", "2.50", *wanted
    )
    assert (code, err) == (0, "")
    assert requests[0].url.raw_path == b"/shops/near/5/2026-11-02T01%3A00Z?height=2.5&unit=km&open=false&kinds=a%2Cb"
    code, _, _, requests = toy([httpx.Response(200, json={})], "shops", "near", "5", "1793577600000", *wanted)
    assert code == 0
    assert requests[0].url.raw_path == b"/shops/near/5/2026-11-02T00%3A00Z?height=0.5&unit=km&open=false&kinds=a%2Cb"


def test_a_body_that_is_not_required_is_not_asked_for(toy):
    code, _, err, requests = toy([httpx.Response(204)] * 2, "shops", "close")
    assert (code, err, requests[0].content) == (0, "", b'{"reason":"none"}')
    code, _, _, requests = toy([httpx.Response(204)], "shops", "close", "--data", '{"reason": "rain"}')
    assert (code, requests[0].content) == (0, b'{"reason":"rain"}')


REQUIRED = {"--unit": ["--unit", "km"], "--open-now": ["--open-now"], "--kinds": ["--kinds", "a"]}


@pytest.mark.parametrize("missing", REQUIRED)
def test_a_keyword_that_is_required_is_asked_for(toy, missing):
    given = chain(*(typed for option, typed in REQUIRED.items() if option != missing))
    code, out, err, requests = toy([], "shops", "near", "5", "now", *given)
    assert (code, out, requests) == (2, "", [])
    assert err.startswith(f"error: Missing option '{missing}'")


def test_a_keyword_that_is_required_is_marked(toy):
    code, out, _, _ = toy([], "shops", "near", "--help")
    assert code == 0
    told = " ".join(out.replace("│", " ").split())
    for option in REQUIRED:
        assert re.search(rf"\* {option} ", told)
    assert told.count("[required]") == len(REQUIRED) + 2
    assert "asyncsdk toy shops near RADIUS SINCE --unit UNIT --open-now --kinds KINDS" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("x", "now"), "error: Invalid value for 'RADIUS': "),
        (("5", "soon"), "error: SINCE: 'soon' is no time: "),
        (("5", "now", "x"), "error: Invalid value for 'HEIGHT': "),
        ((), "error: Missing argument 'RADIUS'"),
    ],
)
def test_a_value_that_is_not_of_its_type_is_refused(toy, arguments, said):
    code, out, err, requests = toy([], "shops", "near", *arguments, *chain(*REQUIRED.values()))
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
