"""What a glyph store holds."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

import numpy as np

from fontgan.data.record import FaceRecord
from fontgan.data.splits import SPLITS, Split, split_of
from fontgan.data.store import GlyphStore


@dataclass(frozen=True)
class FaceContents:
    """A face of a store, and how many of its characters fall to each split."""

    record: FaceRecord
    splits: dict[Split, int]


@dataclass(frozen=True)
class StoreContents:
    """What a glyph store holds.

    Attributes:
        path: as it was given.
        size: of a glyph image, in pixels.
        glyphs: how many there are.
        bytes: of the file.
        completed: when it was rendered, ISO 8601 and UTC.
        faces: content fonts, then styles.
    """

    path: str
    size: int
    glyphs: int
    bytes: int
    completed: str
    faces: list[FaceContents]


def contents_of(store: GlyphStore) -> StoreContents:
    """Count what a store holds."""
    faces = []
    for record in store.record.faces:
        counts = Counter(map(split_of, store.codes(record.key)))
        faces.append(FaceContents(record, {split: counts[split] for split in SPLITS}))
    return StoreContents(
        path=str(store.path),
        size=store.record.size,
        glyphs=sum(face.count for face in store.record.faces),
        bytes=store.path.stat().st_size,
        completed=store.record.completed,
        faces=faces,
    )


def random_glyphs(store: GlyphStore, count: int, seed: int) -> list[tuple[str, dict[int, np.ndarray]]]:
    """The glyph images of a few characters, by code point: first the content's, then each style's."""
    styles = {face.key: set(store.codes(face.key)) for face in store.record.of_role("style")}
    drawn = sorted(set[int]().union(*styles.values()))
    chosen = sorted(random.Random(seed).sample(drawn, min(count, len(drawn))))
    content = store.content()
    found = [("content", [(content[code], code) for code in chosen])]
    found += [(key, [(key, code) for code in chosen if code in codes]) for key, codes in styles.items()]
    return [
        (name, dict(zip((code for _, code in keys), store.glyphs(keys), strict=True))) for name, keys in found
    ]
