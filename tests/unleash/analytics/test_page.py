from __future__ import annotations

import json
from pathlib import Path

import pytest

from asyncsdk import AnalyticsRow
from asyncsdk.columns import model_schema, to_wire
from asyncsdk.errors import DecodeError
from asyncsdk.unleash.analytics.page import decode_page
from asyncsdk.unleash.analytics.pages import KEYS

DOCUMENT = json.loads((Path(__file__).parents[2] / "data" / "analytics_document.json").read_text())
ROW = ["person", 3, "W1", 7, "m", "1597622730877", "W1?token=test-secret", "2020-08-17T12:00:00.000Z"]


def page(*rows, keys=KEYS, **more):
    return json.dumps({"keys": keys, "total_num_pages": 1, "data": rows} | more).encode()


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("name", ["introduction", "size_optimized"])
def test_the_documented_pages_are_read_as_they_are(name, indent):
    decoded = decode_page(json.dumps(DOCUMENT[name], indent=indent).encode())
    rows = [dict(zip(DOCUMENT[name]["keys"], row, strict=True)) for row in DOCUMENT[name]["data"]]
    assert decoded.total_pages == 1
    assert decoded.batch.schema == model_schema(AnalyticsRow)
    assert to_wire(decoded.batch, AnalyticsRow) == rows


def test_the_documented_tableau_page_is_read_by_the_names_of_its_keys():
    decoded = decode_page(json.dumps(DOCUMENT["tableau"]).encode())
    assert decoded.total_pages == 1
    assert to_wire(decoded.batch, AnalyticsRow) == DOCUMENT["tableau"]["data"]


def test_a_page_of_many_rows_is_read_like_a_short_one():
    rows = [[*ROW[:3], at, *ROW[4:]] for at in range(5000)]
    compact = json.dumps({"keys": KEYS, "total_num_pages": 4, "data": rows}, separators=(",", ":")).encode()
    decoded = decode_page(compact)
    assert decoded.total_pages == 4
    assert to_wire(decoded.batch, AnalyticsRow) == [dict(zip(KEYS, row, strict=True)) for row in rows]
    assert decoded.batch.equals(decode_page(page(*rows)).batch)


@pytest.mark.parametrize("count", [1, 500])
def test_a_byte_order_mark_is_no_part_of_a_page(count):
    assert decode_page(b"\xef\xbb\xbf" + page(*[ROW] * count)).batch.equals(decode_page(page(*[ROW] * count)).batch)


@pytest.mark.parametrize("count", [1, 500])
def test_a_text_that_was_cut_in_the_middle_of_an_emoji_costs_nothing(count):
    rows = [*[ROW] * count, ["caf\ud83d", *ROW[1:]], ROW]
    batch = decode_page(page(*rows)).batch
    assert to_wire(batch, AnalyticsRow) == [dict(zip(KEYS, row, strict=True)) for row in rows]
    assert batch.column("class_name").to_pylist()[-2:] == ["caf\ufffd", ROW[0]]


def test_keys_are_matched_by_name_whatever_their_order():
    decoded = decode_page(page(ROW[::-1], keys=KEYS[::-1]))
    assert to_wire(decoded.batch, AnalyticsRow) == [dict(zip(KEYS, ROW, strict=True))]


def test_unknown_keys_go_into_extra_and_missing_ones_are_null():
    decoded = decode_page(page(["person", 0.5], ["truck", None], keys=["class_name", "score"]))
    assert decoded.batch.column("class_name").to_pylist() == ["person", "truck"]
    assert decoded.batch.column("count").to_pylist() == [None, None]
    assert decoded.batch.column("extra").to_pylist() == ['{"score":0.5}', '{"score":null}']
    assert to_wire(decoded.batch, AnalyticsRow) == [
        {"class_name": "person", "score": 0.5},
        {"class_name": "truck", "score": None},
    ]


@pytest.mark.parametrize("body", [b"[]", b'{"data":null}', b'{"data":[]}', b'{"keys":null,"data":[]}', page()])
def test_a_page_without_rows_is_empty_and_has_the_one_schema(body):
    decoded = decode_page(body)
    assert decoded.batch.num_rows == 0
    assert decoded.batch.schema == model_schema(AnalyticsRow)


@pytest.mark.parametrize(("sent", "total"), [(3, 3), ("3", 3), (None, None), (0, 0)])
def test_the_number_of_pages_is_what_the_page_says(sent, total):
    assert decode_page(page(ROW, total_num_pages=sent)).total_pages == total


def test_a_page_that_does_not_say_how_many_there_are_gives_none():
    assert decode_page(json.dumps({"keys": KEYS, "data": [ROW]}).encode()).total_pages is None


def test_a_bare_array_of_rows_is_a_page():
    decoded = decode_page(json.dumps(DOCUMENT["tableau"]["data"]).encode())
    assert decoded.total_pages is None
    assert to_wire(decoded.batch, AnalyticsRow) == DOCUMENT["tableau"]["data"]


def test_arrays_and_objects_may_stand_in_one_page():
    decoded = decode_page(page(ROW, {"count": 1}))
    assert to_wire(decoded.batch, AnalyticsRow) == [dict(zip(KEYS, ROW, strict=True)), {"count": 1}]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (page(ROW, ROW[:7], ROW), "row 1 has 7 values for 8 keys"),
        (page(ROW, [*ROW, 1]), "row 1 has 9 values for 8 keys"),
        (page({"count": 1}, ROW[:7]), "row 1 has 7 values for 8 keys"),
        (page(ROW, "person"), "row 1 is neither a list nor an object"),
        (page(None), "row 0 is neither"),
        (page(ROW, keys=None), "no list of keys"),
        (page(ROW, keys=[*KEYS[:7], 8]), "no list of keys"),
        (page(ROW, keys=[*KEYS[:7], "count"]), "name a column twice"),
        (page({"count": 1}, ROW, keys=None), "no list of keys"),
        (page(ROW, data={}), "its data is no list"),
        (page(ROW, data="x"), "its data is no list"),
        (page(ROW, total_num_pages=1.5), "total_num_pages"),
        (page(ROW, total_num_pages=True), "total_num_pages"),
        (page(ROW, total_num_pages="many"), "total_num_pages"),
        (page(ROW, total_num_pages="9" * 5000), "total_num_pages"),
        (b"null", "not NoneType"),
        (b'"1.0.1"', "not str"),
        (b"", "it is empty"),
        (b"<html><body>Sign in</body></html>", "not JSON"),
        (page(ROW)[:-10], "not JSON"),
        (page(ROW) + b"x", "not JSON"),
        (page(ROW).replace(b"person", b"\xff"), "not JSON"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_page_is_an_error_that_says_why(body, why):
    with pytest.raises(DecodeError, match=why) as caught:
        decode_page(body)
    assert "test-secret" not in str(caught.value)


def test_the_error_names_the_page_the_row_and_the_operation():
    with pytest.raises(DecodeError) as caught:
        decode_page(page(ROW, []), page=7, operation="unleash_analytics.rows", content_type="application/json")
    assert str(caught.value) == "unleash_analytics.rows cannot be read: page 7: row 1 has 0 values for 8 keys"
    assert caught.value.operation == "unleash_analytics.rows"
    assert caught.value.content_type == "application/json"


def test_whoever_knows_the_answer_makes_the_error():
    with pytest.raises(DecodeError, match="the whole story: page 2: it is empty"):
        decode_page(b"", page=2, unreadable=lambda why: DecodeError(f"the whole story: {why}"))
