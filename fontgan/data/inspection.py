"""The contents of a glyph store."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from typing import Literal

import numpy as np

from fontgan.data.record import FaceRecord
from fontgan.data.splits import SPLITS, Split, split_of
from fontgan.data.store import GlyphStore


@dataclass(frozen=True)
class FaceContents:
    """A face of a store, its usual role, and how many of its characters fall to each split."""

    record: FaceRecord
    role: Literal["content", "style"]
    splits: dict[Split, int]


@dataclass(frozen=True)
class StoreContents:
    """The contents of a glyph store.

    Attributes:
        path: as it was given.
        size: of a glyph image, in pixels.
        margin: of its canvas, in em.
        glyphs: the number of glyph images.
        bytes: of the file.
        completed: when it was rendered, ISO 8601 and UTC.
        faces: those that give the content unless a training run says otherwise, then the others.
    """

    path: str
    size: int
    margin: float
    glyphs: int
    bytes: int
    completed: str
    faces: list[FaceContents]


def contents_of(store: GlyphStore) -> StoreContents:
    """Count what a store holds."""
    faces = []
    for record in store.record.faces:
        counts = Counter(map(split_of, store.codes(record.key)))
        role: Literal["content", "style"] = "content" if record.key in store.record.contents else "style"
        faces.append(FaceContents(record, role, {split: counts[split] for split in SPLITS}))
    return StoreContents(
        path=str(store.path),
        size=store.record.size,
        margin=store.record.canvas.margin,
        glyphs=sum(face.count for face in store.record.faces),
        bytes=store.path.stat().st_size,
        completed=store.record.completed,
        faces=faces,
    )


def random_glyphs(store: GlyphStore, count: int, seed: int) -> list[tuple[str, dict[int, np.ndarray]]]:
    """The glyph images of a few characters that a style draws, by code point: of each face, by its key."""
    codes = {face.key: set(store.codes(face.key)) for face in store.record.faces}
    drawn = sorted(set[int]().union(*(codes[key] for key in store.record.styles)))
    chosen = sorted(random.Random(seed).sample(drawn, min(count, len(drawn))))
    found = {key: [code for code in chosen if code in known] for key, known in codes.items()}
    return [
        (key, dict(zip(some, store.glyphs([(key, code) for code in some]), strict=True)))
        for key, some in found.items()
    ]
