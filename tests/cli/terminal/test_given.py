from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from asyncsdk.cli.terminal.given import parsed
from asyncsdk.cli.terminal.problems import UsageError

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
