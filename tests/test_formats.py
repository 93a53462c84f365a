"""Older formats, brought to today's."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fontgan.bounds import Count
from fontgan.errors import FontganError
from fontgan.formats import read_record, to_json, to_text, upgraded
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


@dataclass(frozen=True)
class Leaf:
    size: Count
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Tree:
    leaves: tuple[Leaf, ...]
    where: Path = Path("here")
    format: int = 4
    extra: Mapping[str, Any] = field(default_factory=dict)


def leaves_from_2_to_4(data: dict[str, Any]) -> dict[str, Any]:
    return {"leaves": [{"size": size} for size in data.pop("sizes")], **data}


def read(text: str) -> Tree:
    return read_record(Tree, text, 4, {2: leaves_from_2_to_4, 3: dict}, "the tree")


def test_a_record_is_read_with_what_this_version_does_not_know_and_written_with_it() -> None:
    data = {"format": 4, "leaves": [{"size": 3, "hue": [1]}, {"size": 0}], "where": "there", "age": 5}
    found = read(json.dumps(data))
    assert found == Tree((Leaf(3, {"hue": [1]}), Leaf(0)), Path("there"), extra={"age": 5})
    assert json.loads(to_text(to_json(found))) == data
    assert read('{"format": 2, "sizes": [7]}') == Tree((Leaf(7),))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "is damaged: it is not JSON"),
        ('{"leaves": []}', "has no format number, so fontgan cannot have written it"),
        ('{"format": 9}', "has format 9, but this fontgan reads formats up to 4: update fontgan"),
        ('{"format": 2, "sizes": 3}', "is damaged: it does not hold what format 2 has"),
        ('{"format": 2}', "is damaged: it does not hold what format 2 has"),
        ('{"format": 2, "sizes": ["x"]}', "expected `int`, got `str` - at `$.leaves[0].size`"),
        ('{"format": 4, "leaves": [{"size": -1}]}', "expected `int` >= 0 - at `$.leaves[0].size`"),
        ('{"format": 4, "leaves": [], "where": 3}', "expected a path, got `int` - at `$.where`"),
        ('{"format": 4, "leaves": [{}]}', "object missing required field `size` - at `$.leaves[0]`"),
        ('{"format": 4, "leaves": [], "later": ' + "[" * 99 + "]" * 99 + "}", "it is nested too deeply"),
        ('{"format": 4, "leaves": "' + "a" * (17 << 20) + '"}', "it is larger than 16 MB"),
    ],
)
def test_damage_is_one_line_that_says_where(text: str, words: str) -> None:
    with pytest.raises(FontganError, match=rf"^the tree [^\n]*{re.escape(words)}$"):
        read(text)


def test_texts_that_utf_8_does_not_have_are_written_as_escapes() -> None:
    data = {"path": "/fonts/\udcff.ttf", "name": "永\x1b\u202e"}
    text = to_text(data, indent=1)
    assert text.isprintable() or set(text) - {"\n"} == set(filter(str.isprintable, text))
    assert json.loads(text.encode()) == data


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
