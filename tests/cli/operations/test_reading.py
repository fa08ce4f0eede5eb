from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from asyncsdk.cli.operations.reading import Reading, pairs, reading_of, value_of
from asyncsdk.cli.terminal.problems import UsageError


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
        ("Instant", Reading.TIME),
        ('Literal["day", "hour"] | None', Reading.TEXT),
        ("Literal[1, 2]", Reading.JSON),
        ("Instant | None", Reading.TIME),
        ("When | None", Reading.TIME),
        ("timedelta | float | None", Reading.NUMBER),
        ("int | str | Sequence[int | str] | None", Reading.TEXTS),
        ("Order | None", Reading.TEXTS),
        ("SessionType", Reading.TEXT),
        ("Mapping[str, File]", Reading.FILES),
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


@given(st.integers(-(10**9), 10**9))
def test_a_whole_number_stays_one(number):
    assert repr(value_of(Reading.NUMBER, float(number), "--size")) == repr(number)
