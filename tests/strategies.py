"""What hypothesis draws for many tests: JSON, records with keys of the future, damaged data."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import strategies as st

from fontgan.data.record import FaceRecord
from fontgan.fonts.canvas import MOST_MARGIN, SIZES, Canvas
from tests.crafted import places

# All that Python's json reads and writes, infinities and endless integers included.
NUMBERS = st.integers() | st.floats() | st.just(10**400) | st.sampled_from([float("inf"), float("nan")])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
# Equal to itself once it is written and read again, which NaN is not.
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)
# Keys that a newer fontgan may write, and none that this one knows.
EXTRA = st.dictionaries(st.text("äöüxyz", min_size=1, max_size=3).map("new-".__add__), PLAIN, max_size=3)
FINITE = st.floats(-1e6, 1e6)

AMOUNTS = st.floats(0, 1e6)
EMS = st.floats(-1e4, 1e4)
# Texts that a record may have: no null character, and no lone surrogate.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5)
SHA256 = st.text("0123456789abcdef", min_size=64, max_size=64)

canvases = st.builds(Canvas, st.sampled_from(SIZES), margin=st.floats(0, MOST_MARGIN))
faces = st.builds(
    FaceRecord,
    key=TEXTS.filter(bool),
    kind=st.sampled_from(["font", "pictures"]),
    family=TEXTS,
    path=st.text("abc/字.", min_size=1, max_size=8),
    index=st.integers(0, 9),
    axes=st.lists(st.tuples(st.sampled_from(["wght", "ital", "A Z~"]), FINITE), max_size=2).map(tuple),
    sha256=SHA256,
    shift=EMS,
    count=st.integers(0, 9999),
    cropped=st.integers(0, 9999),
    advance=st.floats(0, 1e4),
    extra=EXTRA,
)


def nested(depth: int) -> Any:
    """A number in that many tables and lists, by turns."""
    data: Any = 1
    for level in range(depth):
        data = [data] if level % 2 else {"a": data}
    return data


# What an attacker would write: numbers without end, texts that no file holds, depth, length.
HOSTILE = st.sampled_from(
    [1e308, -1, 2**63, 10**4000, "\ud800", "a\0b", "a\nb\x1b[31m", "9" * 5000, nested(40), nested(300)]
)


@st.composite
def damaged(draw: st.DrawFn, data: Any) -> Any:
    """A copy of some data in which one value, anywhere, is another one, gone, or there twice."""
    data = copy.deepcopy(data)
    there = list(places(data))
    table, last = there[draw(st.integers(0, len(there) - 1))]
    change = draw(st.sampled_from(["replace", "remove", "add"]))
    if change == "replace":
        table[last] = draw(JSON | HOSTILE)
    elif change == "remove":
        del table[last]
    elif isinstance(table, list):
        table.append(table[last])
    else:
        table[draw(st.sampled_from(["later", "extra", "format", "\ud800"]))] = draw(JSON | HOSTILE)
    return data
