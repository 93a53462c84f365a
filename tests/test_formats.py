"""Older formats, brought to today's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fontgan.errors import FontganError
from fontgan.formats import upgraded
from tests.strategies import EXTRA, JSON


def from_2_to_3(data: dict[str, Any]) -> dict[str, Any]:
    data["sizes"] = [data.pop("size")]
    return data


def from_3_to_4(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "count": len(data["sizes"])}


STEPS = {2: from_2_to_3, 3: from_3_to_4}


def test_each_step_is_taken_from_the_format_that_was_written_and_unknown_keys_stay() -> None:
    oldest = {"format": 2, "size": 64, "colour": "blue"}
    newest = {"format": 4, "sizes": [64], "count": 1, "colour": "blue"}
    assert upgraded(oldest, 4, STEPS, "it") == newest
    assert upgraded({"format": 3, "sizes": [64], "colour": "blue"}, 4, STEPS, "it") == newest
    assert upgraded(newest, 4, STEPS, "it") == newest
    assert oldest == {"format": 2, "size": 64, "colour": "blue"}  # what was read is not changed


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"format": 5}, "^it has format 5, but this fontgan reads formats up to 4: update fontgan$"),
        ({"format": 1}, "^it has format 1, which fontgan no longer reads: make it again$"),
        ({"format": "4"}, "^it has no format number"),
        ({"format": True}, "^it has no format number"),
        ({}, "^it has no format number"),
        ([{"format": 4}], "^it has no format number"),
        (None, "^it has no format number"),
    ],
)
def test_newer_formats_and_nonsense_are_refused_in_one_line(data: object, words: str) -> None:
    with pytest.raises(FontganError, match=words):
        upgraded(data, 4, STEPS, "it")


@pytest.mark.slow
@given(unknown=EXTRA, size=st.integers(), number=st.integers(2, 4))
def test_every_format_becomes_the_newest_and_loses_no_key(
    unknown: dict[str, Any], size: int, number: int
) -> None:
    data: dict[str, Any] = {**unknown, "size": size}
    for older in range(2, number):
        data = STEPS[older](data)
    found = upgraded({**data, "format": number}, 4, STEPS, "it")
    assert found == {**unknown, "sizes": [size], "count": 1, "format": 4}
    assert upgraded(found, 4, STEPS, "it") == found


@given(JSON)
def test_nothing_else_is_taken_for_a_format(data: object) -> None:
    try:
        found = upgraded(data, 4, {3: dict}, "it")
    except FontganError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(data, dict)
        assert found == {**data, "format": 4}
