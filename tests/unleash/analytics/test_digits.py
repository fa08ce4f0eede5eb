from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import example, given, strategies as st

from asyncsdk.unleash.analytics.digits import times_of_a_day, whole_numbers

DAY = "2020-08-17"


def read(*texts):
    """The numbers of what stands in front of a comma."""
    page = b"7" * 8 + b"".join(text.encode() + b"," for text in texts)
    words = np.ndarray(len(page) - 7, np.dtype("<u8"), page, strides=(1,))
    sizes = np.array([len(text.encode()) for text in texts])
    found = whole_numbers(words, np.cumsum(sizes + 1) - 1, sizes)
    return None if found is None else found.tolist()


@given(st.lists(st.integers(0, 2**63 - 1) | st.integers(0, 20).map(lambda size: min(10**size, 2**63 - 1)), min_size=3))
@example([0, 9, 10, 99_999_999])
@example([100_000_000, 9, 0])
@example([9_999_999_999_999_999, 10**16, 1])
@example([2**63 - 1, 10**18, 123_456_789_012_345_678])
def test_whole_numbers_of_any_size_stand_beside_each_other(numbers):
    numbers = [*numbers, 12_345_678_901_234_567]
    assert read(*map(str, numbers)) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "",
        "00",
        "01",
        "0123456789",
        "-1",
        "+1",
        "1.0",
        "1e3",
        "0x1",
        " 1",
        "1 ",
        "1_0",
        "12345678-",
        "-123456789",
        "/",
        ":",
        "9223372036854775808",
        "9999999999999999999",
        "10000000000000000000",
        "0" * 19,
        "1" * 40,
        "12345678,12345678",
        "é",
    ],
)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_one_number_that_json_would_not_write_is_enough(text, at):
    texts = ["12345678901234567", "3", "110000"]
    texts[at] = text
    assert read(*texts) is None


@given(st.characters(codec="latin-1").filter(lambda sign: not "0" <= sign <= "9"), st.integers(0, 11))
def test_no_other_sign_counts_as_a_digit(sign, at):
    text = "123456789012"
    page = b"7" * 8 + (text[:at] + sign + text[at + 1 :]).encode("latin-1")
    words = np.ndarray(len(page) - 7, np.dtype("<u8"), page, strides=(1,))
    assert whole_numbers(words, np.array([len(text)]), np.array([len(text)])) is None


def stamped(*texts):
    found = times_of_a_day(np.frombuffer("".join(texts).encode("latin-1"), np.uint8))
    return None if found is None else found.tolist()


@given(st.dates(), st.lists(st.times(), min_size=1))
def test_times_of_one_day_are_milliseconds_since_the_epoch(day, times):
    moments = [datetime.combine(day, time.replace(microsecond=time.microsecond // 1000 * 1000), UTC) for time in times]
    texts = [moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z" for moment in moments]
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    assert stamped(*texts) == [round((moment - epoch).total_seconds() * 1000) for moment in moments]


@pytest.mark.parametrize(
    "text",
    [
        "2020-08-18T12:00:00.000Z",
        "2020-08-17T24:00:00.000Z",
        "2020-08-17T29:00:00.000Z",
        "2020-08-17T30:00:00.000Z",
        "2020-08-17T12:60:00.000Z",
        "2020-08-17T12:00:60.000Z",
        "2020-08-17 12:00:00.000Z",
        "2020-08-17T12:00:00,000Z",
        "2020-08-17T12:00:00.000z",
        "2020-08-17T12.00:00.000Z",
        "2020-08-17T12:00:00.00:Z",
        "2020-08-17T12:00:00.00/Z",
        "2020-08-17T1a:00:00.000Z",
        "2020-08-17T12:00:00.0000",
        "2020-08-17T12:00:0\xb0.000Z",
    ],
)
def test_another_day_or_another_form_is_left_to_others(text):
    assert stamped(f"{DAY}T00:00:00.000Z", text) is None


@pytest.mark.parametrize(
    "day", ["2020-02-30", "2021-02-29", "2020-13-01", "2020-00-10", "0000-01-01", "2020/08/17", "+020-08-17"]
)
def test_a_day_that_is_none_has_no_times(day):
    assert stamped(f"{day}T12:00:00.000Z", f"{day}T12:00:00.001Z") is None


@pytest.mark.parametrize("day", ["2020-02-29", "2000-02-29", "0001-01-01", "9999-12-31"])
def test_a_day_of_the_calendar_has_them(day):
    first, second = stamped(f"{day}T00:00:00.000Z", f"{day}T23:59:59.999Z")
    assert second - first == 86_399_999
    assert first == (datetime.fromisoformat(day) - datetime(1970, 1, 1)).days * 86_400_000  # noqa: DTZ001
