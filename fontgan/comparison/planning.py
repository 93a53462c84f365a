"""A comparison before anything is made: what it is judged by, and its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fontgan.comparison.asked import LEARN, Asked, Job, jobs_of
from fontgan.data.record import FaceRecord
from fontgan.data.selection import few_characters
from fontgan.data.splits import Split, is_in
from fontgan.data.store import GlyphStore
from fontgan.errors import FontganError
from fontgan.judging.comparison import JudgedStyle
from fontgan.models import find_model

_RUNS = "runs"  # in the folder of a comparison


@dataclass(frozen=True)
class Planned:
    """A comparison to make.

    Attributes:
        asked: what was asked for, as plain data.
        styles: what it is judged by.
        jobs: its cells, in order.
        swept: the names of the settings with several values.
        notes: what to know of all cells, one line each.
    """

    asked: Mapping[str, Any]
    styles: tuple[JudgedStyle, ...]
    jobs: list[Job]
    swept: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


def planned(asked: Asked, folder: Path) -> Planned:
    """The comparison of runs that are to be trained.

    Args:
        asked: what is asked for.
        folder: of the comparison.

    Raises:
        FontganError: there is nothing to compare, a setting cannot be, or the dataset lacks a style,
            characters to learn, or characters to judge by.
    """
    with GlyphStore(asked.data) as store:
        contents = store.record.select(asked.content or store.record.contents)
        faces = _styles(store, asked, contents)
        keys = [face.key for face in faces]
        jobs = jobs_of(asked, keys, folder / _RUNS)
        styles = tuple(_judged(store, asked, contents, face, keys) for face in faces)
        sha256 = store.sha256(face.key for face in (*contents, *faces))
    table = asked.to_json() | {"styles": keys, "dataset": sha256}
    return Planned(table, styles, jobs, tuple(asked.swept), _notes(asked))


def _styles(store: GlyphStore, asked: Asked, contents: Sequence[FaceRecord]) -> tuple[FaceRecord, ...]:
    """The styles that were named, or the first one that gives no content."""
    given = [face.key for face in contents]
    keys = asked.styles or [key for key in store.record.styles if key not in given][:1]
    if not keys:
        raise FontganError(f"{store.path} has no face left to learn", "pass it with {style}")
    return store.record.select(dict.fromkeys(keys))


def _judged(
    store: GlyphStore, asked: Asked, contents: Sequence[FaceRecord], face: FaceRecord, all_keys: Sequence[str]
) -> JudgedStyle:
    """The test characters of a style, which no cell learns.

    Raises:
        FontganError: there are none, or fewer characters to learn than are asked for.
    """
    givers = [one.key for one in contents]
    drawn = set(store.content(givers))
    divisions = [few_characters(store, givers, keys) for keys in ([face.key], all_keys)]

    def codes_in(split: Split) -> list[int]:
        return [
            code
            for code in store.codes(face.key)
            if code in drawn and all(is_in(split, code, few) for few in divisions)
        ]

    learnable = codes_in("train")
    most = max(asked.learn)
    if most > len(learnable):
        raise FontganError(
            f"{face.key} has {len(learnable):,} characters to learn in {store.path}, fewer than {most:,}",
            "pass fewer with {learn}, or render more with {render_dataset} and {charset}",
        )
    held_out = [code for code in codes_in("test") if code not in learnable]
    if not held_out:
        raise FontganError(
            f"no character of {face.key} in {store.path} is held out to judge by",
            "render more with {render_dataset} and {charset}",
        )
    return JudgedStyle(face.key, face.family, "".join(map(chr, held_out)))


def _notes(asked: Asked) -> list[str]:
    kinds = {name: find_model(name) for name in asked.models}
    notes = [
        f"{name} learns without pairs: it sees the same characters, but not which glyphs belong together"
        for name, kind in kinds.items()
        if not kind.paired
    ]
    if len(asked.styles) > 1:
        notes += [f"{name} learns all styles in one run" for name, kind in kinds.items() if kind.many_styles]
    if LEARN in asked.swept:
        notes += [
            f"{name} draws with glyphs of the style beside it, which need not be among those that it learnt"
            for name, kind in kinds.items()
            if "references" in kind.conditions
        ]
    notes += [
        f"{name} has the time of its first stage and its own"
        for name, kind in kinds.items()
        if kind.two_stages
    ]
    return notes
