"""Older formats, brought to today's."""

from __future__ import annotations

from typing import Any

import pytest

from fontgan.errors import FontganError
from fontgan.formats import upgraded


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
