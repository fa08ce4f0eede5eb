from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import attrs
import httpx
import pytest
from attrs import evolve
from hypothesis import given, settings, strategies as st

from asyncsdk import OMIT, AnalyticsRow, DecodeError, to_dict
from asyncsdk.codec import WHOLE, from_dict
from asyncsdk.http.reply import Reply
from asyncsdk.unleash.analytics.client import ROWS
from asyncsdk.unleash.analytics.pages import KEYS, plain_page, read_inside, read_page, read_wire

DOCUMENT = json.loads((Path(__file__).parents[2] / "data" / "analytics_document.json").read_text())
PLAIN = ["person", 3, "W1", 110252, "starter-ai", "1597622730878", "W1?token=test-secret", "2020-08-17T02:08:49.000Z"]


def reply(page):
    body = page if isinstance(page, bytes) else json.dumps(page).encode()
    return Reply(ROWS, 200, httpx.Headers({"content-type": "application/json"}), body)


def page_of(*rows, keys=KEYS, **around):
    return {"keys": keys, "total_num_pages": 1, "data": rows, **around}


def changed(**values):
    return [values.get(key, value) for key, value in zip(KEYS, PLAIN, strict=True)]


# ---- any page

canonical = st.datetimes().map(lambda at: at.isoformat(timespec="milliseconds") + "Z")
ODD_TIMES = [
    "2020-08-17T02:08:49Z",
    "2020-08-17T02:08:49.123456Z",
    "2020-08-17T02:08:49.1234567Z",
    "2020-08-17T04:08:49.000+02:00",
    "2020-08-17T02:08:49.000",
    "2020-08-17 02:08:49.000Z",
    "2020-08-17t02:08:49.000z",
    "2020-08-17T23:59:60.000Z",
    "2020-08-17T24:00:00.000Z",
    "2020-02-30T00:00:00.000Z",
    "0000-01-01T00:00:00.000Z",
    "0001-01-01T00:00:00.000+14:00",
    "٢٠٢٠-08-17T02:08:49.000Z",
    "2020-08-17T02:08:49.000Z\n",
    "2020-08-17T02:08:49,000Z",
    "2020-08-17T02:08:49.00Z",
    "2020-W33-1T02:08:49.000Z",
    "20200817T02:08:49.00000Z",
    "20200817",
    "",
    "yesterday",
]
odd_times = st.sampled_from(ODD_TIMES)
texts = st.text(max_size=8) | st.just("caf\ud83d")  # a text that was cut in the middle of an emoji
odd = st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.sampled_from([1.0, "1", [], {"a": [None]}, 2**64, -(2**70)])  # fmt: skip
TYPICAL = dict.fromkeys(KEYS, texts) | {"count": st.integers(), "frame_number": st.integers(), "timestamp": canonical}


def values_of(key, *, is_odd):
    typical = TYPICAL.get(key, texts)
    return typical | odd | odd_times if is_odd else typical


@st.composite
def pages(draw):
    """A page as the service may send it, and the wire rows that it stands for."""
    is_odd = draw(st.booleans())
    keys = list(KEYS)
    if is_odd:
        keys = draw(st.permutations(KEYS))[draw(st.integers(0, 3)) :] + draw(st.lists(texts, max_size=2))
        keys = list(dict.fromkeys(keys))
    rows = [{key: draw(values_of(key, is_odd=is_odd)) for key in keys} for _ in range(draw(st.integers(0, 4)))]
    form = draw(st.sampled_from(["keys", "keys", "objects", "array"]))
    if form == "array":
        return rows, rows, None
    total = draw(st.none() | st.integers(0, 9))
    page = {"data": rows if form == "objects" else [list(row.values()) for row in rows]}
    if form == "keys":
        page["keys"] = keys
    if total is not None:
        page["total_num_pages"] = draw(st.sampled_from([total, str(total)])) if is_odd else total
    return {**page, **({"later": {"a": 1}} if is_odd else {})}, rows, total


@given(pages())
@settings(max_examples=80)
def test_every_row_gives_back_just_what_was_sent(case):
    page, wire, total = case
    rows, said = read_page(reply(page))
    assert [json.dumps(to_dict(row)) for row in rows] == [json.dumps(row) for row in wire]
    assert said == total


@given(pages())
@settings(max_examples=80)
def test_the_fast_way_gives_what_the_slow_way_gives(case):
    page, wire, _ = case
    rows, _ = read_page(reply(page))
    slow = [from_dict(AnalyticsRow, row) for row in wire]
    assert rows == slow
    assert [repr(row) for row in rows] == [repr(row) for row in slow]
    assert read_wire(reply(page))[0] == wire


@given(pages(), st.sampled_from(KEYS), st.sampled_from([None, OMIT, "other", 7, datetime(2020, 8, 17, tzinfo=UTC)]))
@settings(max_examples=80)
def test_changing_a_field_of_a_row_changes_that_field_alone(case, key, value):
    page, wire, _ = case
    rows, _ = read_page(reply(page))
    for row, sent in zip(rows, wire, strict=True):
        expected = dict(sent)
        if value is OMIT:
            expected.pop(key, None)
        elif key in sent or value is not None:
            expected[key] = to_dict(value)
        assert json.dumps(to_dict(evolve(row, **{key: value}))) == json.dumps(expected)


@given(st.lists(canonical | odd_times, max_size=4))
def test_only_times_that_are_written_as_they_came_are_kept_as_times_alone(texts):
    rows, _ = read_page(reply(page_of(*(changed(timestamp=text) for text in texts))))
    assert [to_dict(row)["timestamp"] for row in rows] == texts
    if plain_page(reply(page_of(*(changed(timestamp=text) for text in texts))).body):
        assert not set(texts) & set(ODD_TIMES)


# ---- the document


def columns(page):
    return [dict(zip(page["keys"], row, strict=True)) if isinstance(row, list) else row for row in page["data"]]


@pytest.mark.parametrize(("sample", "count"), [("introduction", 7), ("size_optimized", 2), ("tableau", 2)])
def test_the_documented_rows_come_back_field_by_field(sample, count):
    page = DOCUMENT[sample]
    wire = columns({"keys": None, **page})
    rows, total = read_page(reply(page))
    assert (len(rows), total) == (count, 1)
    for row, sent in zip(rows, wire, strict=True):
        for key in KEYS:
            if key != "timestamp":
                assert getattr(row, key) == sent[key]
                assert type(getattr(row, key)) is type(sent[key])
        assert row.timestamp == datetime.strptime(sent["timestamp"], "%Y-%m-%dT%H:%M:%S.%f%z")
        assert row.timestamp.tzinfo is UTC
        assert list(to_dict(row).items()) == list(sent.items())


def test_the_documented_page_goes_the_fast_way():
    rows, _ = read_page(reply(DOCUMENT["introduction"]))
    assert all(row._wire is WHOLE for row in rows)


def test_a_byte_order_mark_is_no_part_of_a_page():
    body = b"\xef\xbb\xbf" + json.dumps(page_of(PLAIN)).encode()
    assert to_dict(read_page(reply(body))[0][0]) == dict(zip(KEYS, PLAIN, strict=True))


def test_keys_are_matched_by_name():
    keys = [*reversed(KEYS), "confidence"]
    (row,), _ = read_page(reply(page_of([*reversed(PLAIN), 0.9], keys=keys)))
    assert (row.class_name, row.count, row.device_id) == ("person", 3, "W1")
    assert row.extra == {"confidence": 0.9}


def test_both_forms_of_one_row_are_equal():
    (listed,), _ = read_page(reply(page_of(PLAIN)))
    (spelled,), _ = read_page(reply({"data": [dict(zip(KEYS, PLAIN, strict=True))]}))
    assert listed == spelled
    assert hash(listed) == hash(spelled)


# ---- a row


def test_a_row_is_frozen_slotted_and_pickles():
    (row,), _ = read_page(reply(page_of(PLAIN)))
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        row.count = 1
    assert not hasattr(row, "__dict__")
    again = pickle.loads(pickle.dumps(row))
    assert again == row
    assert to_dict(again) == to_dict(row) == dict(zip(KEYS, PLAIN, strict=True))


def test_a_row_of_ones_own_holds_what_it_was_given():
    row = AnalyticsRow("person", 3, timestamp=datetime(2020, 8, 17, tzinfo=UTC))
    assert to_dict(row) == {"class_name": "person", "count": 3, "timestamp": "2020-08-17T00:00:00.000Z"}


@pytest.mark.parametrize("values", [PLAIN, changed(count=None)])
def test_a_repr_hides_the_token_in_a_file_name(values):
    (row,), _ = read_page(reply(page_of(values)))
    assert "test-secret" not in repr(row)
    assert "source_file_name='W1?token=***'" in repr(row)
    assert "session_id='1597622730878'" in repr(row)


# ---- which shard a row belongs to


START, END = datetime(2020, 8, 17, 2, tzinfo=UTC), datetime(2020, 8, 17, 3, tzinfo=UTC)


def rows_at(*texts):
    return read_page(page_at(*texts))[0]


def page_at(*texts):
    return reply(page_of(*(changed(timestamp=text) for text in texts)))


def inside(*texts, start=START, end=END):
    """The rows that are inside, as a fan-out takes them from a page."""
    rows, outside, total = read_inside(page_at(*texts), start, end)
    assert (outside, total) == (len(texts) - len(rows), 1)
    return list(rows)


def test_a_row_at_the_start_is_inside_and_one_at_the_end_is_not():
    texts = (
        "2020-08-17T01:59:59.999Z",
        "2020-08-17T02:00:00.000Z",
        "2020-08-17T02:59:59.999Z",
        "2020-08-17T03:00:00.000Z",
    )
    assert inside(*texts) == rows_at(*texts[1:3])


def test_a_row_finer_than_a_millisecond_is_inside_to_the_last():
    texts = ("2020-08-17T02:59:59.999999Z", "2020-08-17T05:00:00+02:00")
    assert inside(*texts) == rows_at(texts[0])


@pytest.mark.parametrize("text", ["yesterday", "", None, 7])
def test_a_row_whose_time_cannot_be_read_stays_with_its_shard(text):
    texts = (text, "2020-08-17T02:00:00.000Z", "2020-08-17T03:00:00.000Z")
    assert inside(*texts) == rows_at(*texts[:2])


def test_a_zone_is_no_matter():
    zone = timezone(timedelta(hours=10))
    texts = ("2020-08-17T02:00:00.000Z", "2020-08-17T03:00:00.000Z")
    assert inside(*texts, start=START.astimezone(zone), end=END.astimezone(zone)) == rows_at(texts[0])


@given(pages(), st.datetimes(), st.timedeltas(timedelta(0), timedelta(days=700_000)))
@settings(max_examples=80)
def test_of_any_page_the_rows_in_time_are_inside(case, first, long):
    start = first.replace(tzinfo=UTC)
    end = min(start, datetime.max.replace(tzinfo=UTC) - long) + long
    rows, total = read_page(reply(case[0]))
    kept, outside, said = read_inside(reply(case[0]), start, end)
    times = ((row, getattr(row, "timestamp", None)) for row in rows)
    assert list(kept) == [row for row, at in times if not (isinstance(at, datetime) and not start <= at < end)]
    assert (len(kept) + outside, said) == (len(rows), total)


def test_the_rows_of_a_plain_page_are_made_anew_each_time_they_are_iterated():
    rows, total = plain_page(reply(page_of(PLAIN, changed(count=4))).body)
    assert (len(rows), total) == (2, 1)
    once, again = list(rows), list(rows)
    assert once == again
    assert once[0] is not again[0]
    assert {type(row) for row in once} == {AnalyticsRow}


# ---- totals and what is no page


@pytest.mark.parametrize(("total", "said"), [(3, 3), (0, 0), ("3", 3), (None, None), (2.0, 2)])
def test_the_number_of_pages(total, said):
    assert read_page(reply(page_of(PLAIN, total_num_pages=total)))[1] == said


def test_a_page_may_lack_its_total_or_be_a_bare_array():
    assert read_page(reply({"keys": KEYS, "data": [PLAIN]}))[1] is None
    assert read_page(reply([])) == ([], None)
    assert read_page(reply({"total_num_pages": 1})) == ([], 1)
    assert read_page(reply({"data": None, "total_num_pages": 2})) == ([], 2)


@pytest.mark.parametrize(
    ("page", "why"),
    [
        (b"", "it is empty"),
        (b"{", "not JSON"),
        (b"\xff", "not JSON"),
        (b'{"data":[],"deep":' + b"[" * 9999 + b"]" * 9999 + b"}", "not JSON"),
        (b"<!DOCTYPE html>", "a page of HTML"),
        ("text", "a page of rows was promised, not str"),
        (None, "a page of rows was promised, not NoneType"),
        ({}, "it has neither data nor total_num_pages"),
        ({"data": {}}, "its data is no list"),
        (page_of(PLAIN, PLAIN[:7]), "row 1 has 7 values for 8 keys"),
        (page_of(PLAIN, [*PLAIN, 1]), "row 1 has 9 values for 8 keys"),
        (page_of(PLAIN, PLAIN, "text"), "row 2 is neither a list nor an object"),
        (page_of(None), "row 0 is neither a list nor an object"),
        ({"data": [PLAIN]}, "there is no list of keys"),
        (page_of(PLAIN, keys={}), "there is no list of keys"),
        (page_of(PLAIN, keys=[*KEYS[:7], 7]), "there is no list of keys"),
        (page_of(PLAIN, keys=[*KEYS[:7], "count"]), "its keys name a column twice"),
        (page_of(PLAIN, total_num_pages="many"), "total_num_pages is 'many'"),
        (page_of(PLAIN, total_num_pages=True), "total_num_pages is True"),
        (page_of(PLAIN, total_num_pages=1.5), "total_num_pages is 1.5"),
        (page_of(PLAIN, total_num_pages=-1), "total_num_pages is -1"),
        (page_of(PLAIN, total_num_pages=10**30), "total_num_pages is 1000000"),
        (page_of(PLAIN, total_num_pages=[1]), r"total_num_pages is \[1\]"),
    ],
)
def test_what_is_no_page_is_said_in_one_sentence(page, why):
    with pytest.raises(DecodeError, match=rf"^unleash_analytics\.rows: the answer \(200, application/json\).*{why}"):
        read_page(reply(page))
