from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from asyncsdk.http.counts import MOST, whole_count


@given(st.integers(0, MOST))
def test_a_count_is_read_as_a_number_and_as_text(count):
    assert whole_count(count) == count
    assert whole_count(str(count)) == count


@given(st.integers(0, 2**53))
def test_a_count_is_read_as_a_float(count):
    assert whole_count(float(count)) == count


@pytest.mark.parametrize(
    "value",
    [
        None, True, False, -1, "-1", "+1", 1.5, "1.5", "1.0", "", " 1", "1 ", "1_0", "²", "٣", "x", "0x1", "1e3", b"1",
        float("nan"), float("inf"), -1.0, 1e300, MOST + 1, float(MOST), str(MOST + 1), "9" * 5000, "0" * 5000, 10**5000,
        [1], {}, (),
    ],
    ids=lambda value: f"{type(value).__name__} {value!r:.20}" if not isinstance(value, int) else f"{value:#x}"[:20],
)  # fmt: skip
def test_what_is_no_count_is_none(value):
    assert whole_count(value) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=2)
)


@given(JSON)
def test_whatever_is_sent_a_count_is_whole_or_none(value):
    count = whole_count(value)
    assert count is None or (type(count) is int and 0 <= count <= MOST)
