"""Many fonts into one glyph store."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from fontgan.data.store import FaceRecord, Role, StoreRecord, StoreWriter, new_store
from fontgan.errors import FontganError
from fontgan.fonts.charset import describe_characters
from fontgan.fonts.face import Face, FontReference, font_shift
from fontgan.progress import Progress, Silent

SIZES = (64, 128, 256)


@dataclass(frozen=True)
class _Source:
    """A face to render: its key in the store, its role, and the characters that it draws."""

    key: str
    role: Role
    face: Face
    codes: list[int]


def render_dataset(
    content: FontReference,
    styles: Sequence[FontReference],
    codes: Sequence[int],
    size: int,
    output: Path,
    progress: Progress | None = None,
) -> StoreRecord:
    """Render the characters `codes` of a content font and of style fonts into a store at `output`.

    Each font gives the characters that it draws; of the style fonts those that the content font draws
    too, since no pair could be made of the others. A store that was at `output` is replaced when the
    new one is complete.

    Args:
        content: the font that has all the characters.
        styles: the fonts to learn, one or more.
        codes: code points.
        size: of a glyph image, in pixels: 64, 128 or 256.
        output: the LMDB file.
        progress: is told of each glyph.

    Raises:
        FontganError: a font cannot be used, two fonts have no character in common, or `output`
            cannot be written.
    """
    if size not in SIZES:
        raise FontganError(f"glyph images of {size} px are not supported: use 64, 128 or 256")
    if not styles:
        raise FontganError("there is no style font: name one with --target")
    sources = _open_sources(content, styles, codes)
    watcher = progress or Silent()
    with new_store(output) as writer:
        faces = tuple(_render_face(source, size, writer, watcher) for source in sources)
        completed = datetime.now(UTC).isoformat(timespec="seconds")
        record = StoreRecord(size, faces, completed)
        writer.finish(record)
    return record


def _open_sources(
    content: FontReference, styles: Sequence[FontReference], codes: Sequence[int]
) -> list[_Source]:
    """Open every font before the first glyph is drawn, so that a wrong one is told at once."""
    face = Face(content)
    drawn = _drawn(face, codes)
    sources = [_Source(_key(face, []), "content", face, drawn)]
    for style in styles:
        face = Face(style)
        key = _key(face, [source.key for source in sources])
        shared = _drawn(face, drawn)
        sources.append(_Source(key, "style", face, shared))
    return sources


def _drawn(face: Face, codes: Sequence[int]) -> list[int]:
    drawn = [code for code in codes if face.draws(code)]
    if not drawn:
        raise FontganError(
            f"{face.reference} draws none of the {len(codes):,} characters "
            f"({describe_characters(codes, most=2)}): choose another font or --charset; "
            "if the font should have them, its file is damaged"
        )
    return drawn


def _render_face(source: _Source, size: int, writer: StoreWriter, progress: Progress) -> FaceRecord:
    face = source.face
    shift = font_shift(face, source.codes)
    progress.start(source.key, len(source.codes))
    count = cropped = 0

    def images() -> Iterator[tuple[int, np.ndarray]]:
        nonlocal count, cropped
        for code in source.codes:
            image = face.render(code, size, shift)
            progress.advance()
            if image.min() < 255:  # never a blank, whatever the outline promised
                count += 1
                cropped += _touches_edge(image)
                yield code, image

    writer.put(source.key, images())
    path = str(face.reference.path.resolve())
    return FaceRecord(
        source.key, source.role, face.family, path, face.reference.index, face.sha256, shift, count, cropped
    )


def _touches_edge(image: np.ndarray) -> bool:
    """Whether there is full ink in the outermost pixels: the outline may have gone on beyond them."""
    edge = np.concatenate((image[0], image[-1], image[:, 0], image[:, -1]))
    return bool((edge == 0).any())


def _key(face: Face, taken: list[str]) -> str:
    """A name for a face that is easy to type: `ma-shan-zheng`, with a number where that is taken."""
    name = re.sub(r"[^a-z0-9]+", "-", face.family.lower()).strip("-")
    name = name or re.sub(r"[^\w]+", "-", face.reference.path.stem.lower()).strip("-") or "font"
    number = 2
    key = name
    while key in taken:
        key = f"{name}-{number}"
        number += 1
    return key
