"""Fonts into a glyph store, or into one that is there.

Glyphs are drawn by threads: FreeType and zlib work outside Python's lock, and a thread starts at once where
a process would first import NumPy. Every glyph image depends on its font, character and canvas alone, and is
written in the order of the plan, so that the store is the same whatever the number of threads.
"""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

import numpy as np

from fontgan.data.layout import pack
from fontgan.data.plan import Plan, PlannedFace
from fontgan.data.record import FaceRecord, StoreRecord
from fontgan.data.store import GlyphStore
from fontgan.data.writer import StoreWriter, extended_store, new_store
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas, font_shift
from fontgan.fonts.location import FontLocation
from fontgan.fonts.source import GlyphSource
from fontgan.progress import Silent, Watcher

_CHUNK = 512  # glyphs that a thread draws before it is given more


@dataclass(frozen=True)
class Rendered:
    """The result of rendering.

    Attributes:
        record: of the store.
        codes: code points that its faces were asked for.
        notes: what the user should know, one line each.
    """

    record: StoreRecord
    codes: Sequence[int]
    notes: list[str]


def render_dataset(
    contents: Sequence[FontLocation],
    styles: Sequence[FontLocation],
    codes: Sequence[int],
    size: int,
    output: Path,
    watcher: Watcher | None = None,
    jobs: int = 1,
    margin: float = 0.0,
) -> Rendered:
    """Render the characters `codes` of content fonts and of style fonts into a store at `output`.

    Each face gets all the characters that it draws. A store that was at `output` is replaced when the new
    one is complete. The same call after an interrupted one continues where that ended.

    Args:
        contents: the fonts that give the content unless a training run says otherwise, in order.
        styles: the fonts to learn; a folder stands for the fonts in it, or is one of glyph pictures.
        codes: code points.
        size: of a glyph image, in pixels: 64, 128 or 256.
        output: the LMDB file.
        watcher: is notified of each glyph.
        jobs: threads that draw.
        margin: paper around the em box, in em, which keeps what reaches beyond it: 0 to 0.5.

    Raises:
        FontganError: a font cannot be used, two fonts have no character in common, or `output`
            cannot be written.
    """
    canvas = Canvas(size, margin=margin)
    if not contents or not styles:
        raise FontganError(
            "there is no content font or no style font", "pass them with {source} and {target}"
        )
    plan = Plan(list(dict.fromkeys(codes)))
    plan.add(contents, content=True)
    plan.add(styles, content=False)
    plan.notes += _what_is_replaced(output)
    with new_store(output, canvas, plan.fingerprint(canvas), plan.codes) as writer:
        _draw_all(plan, canvas, writer, watcher or Silent(), jobs)
    notes = [*plan.notes, *writer.notes, *_what_looks_swapped(writer.record)]
    return Rendered(writer.record, plan.codes, notes)


def add_faces(
    contents: Sequence[FontLocation],
    styles: Sequence[FontLocation],
    output: Path,
    codes: Sequence[int] | None = None,
    watcher: Watcher | None = None,
    jobs: int = 1,
    size: int | None = None,
    margin: float | None = None,
) -> Rendered:
    """Add faces to the store at `output`, which stays as it was until the larger one is complete.

    What is there is copied, not drawn again. The same call after an interrupted one continues where that
    ended.

    Args:
        contents: fonts that give the content too, after those of the store.
        styles: fonts to learn.
        output: the LMDB file.
        codes: code points; those that the store was rendered with where it is None.
        watcher: is notified of each glyph.
        jobs: threads that draw.
        size: that of the store, where it is not None.
        margin: that of the store, where it is not None.

    Raises:
        FontganError: there is no store, it has another size or margin, a font cannot be used or is in the
            store already, or the store cannot be written.
    """
    if not contents and not styles:
        raise FontganError("there is no font to add", "pass it with {source} or {target}")
    with GlyphStore(output) as store:
        base, known = store.record, store.characters()
        has_content = store.content()
    _check_canvas(output, base.canvas, size, margin)
    plan = Plan(known if codes is None else list(dict.fromkeys(codes)), base.faces, has_content)
    plan.add(contents, content=True)
    plan.add(styles, content=False)
    fingerprint = plan.fingerprint(base.canvas, f"{base.plan} {base.completed}")
    characters = list(dict.fromkeys([*known, *plan.codes]))
    with extended_store(output, base, fingerprint, characters) as writer:
        _draw_all(plan, base.canvas, writer, watcher or Silent(), jobs)
    return Rendered(writer.record, characters, [*plan.notes, *writer.notes])


def _check_canvas(output: Path, canvas: Canvas, size: int | None, margin: float | None) -> None:
    if size not in (None, canvas.size):
        raise FontganError(
            f"{output} has glyph images of {canvas.size} px, not {size}",
            "omit {size}, or choose another {output}",
        )
    if margin not in (None, canvas.margin):
        raise FontganError(
            f"{output} has a margin of {canvas.margin:g} em, not {margin:g}",
            "omit {margin}, or choose another {output}",
        )


def _draw_all(plan: Plan, canvas: Canvas, writer: StoreWriter, watcher: Watcher, jobs: int) -> None:
    """Draw the faces that an interrupted rendering has not put yet, and complete the store."""
    done = {face.key for face in writer.record.faces}
    asked = len(plan.codes)
    watcher.whole(asked * len(plan.faces))
    with _quick_turns(), ThreadPoolExecutor(jobs) as pool:
        artists = _Artists(pool, jobs, canvas, watcher)
        for face in plan.faces:
            if face.key in done:
                watcher.start(face.key, asked)
                watcher.advance(asked)
                continue
            record, glyphs = artists.draw(face, plan.codes)
            packed = [(glyph.code, glyph.packed) for glyph in glyphs]
            others = {glyph.code: glyph.advance for glyph in glyphs if glyph.advance != record.advance}
            writer.put(record, packed, others, face.content)
    writer.finish(datetime.now(UTC).isoformat(timespec="seconds"))


@contextlib.contextmanager
def _quick_turns() -> Iterator[None]:
    """Let threads take turns at Python's lock ten times as often as usual.

    Drawing goes in and out of FreeType every few microseconds: a thread that waits for the lock finds it
    taken again until it may insist, after the switch interval. At 5 ms two threads drew 1.2 times as fast
    as one, at 0.5 ms 1.7 times.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, 5e-4))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _what_looks_swapped(record: StoreRecord) -> list[str]:
    """A note where styles have far more characters than the content: only what the content has is drawn."""
    most = max(face.count for face in record.select(record.contents))
    styles = [face for face in record.select(record.styles) if face.count > 2 * most]
    if not styles:
        return []
    return [
        f"the content font has {most:,} of the characters and {styles[0].family} {styles[0].count:,}, but "
        "only those of the content font can be drawn: check that the two are not swapped"
    ]


def _what_is_replaced(output: Path) -> list[str]:
    try:
        with GlyphStore(output) as store:
            faces = store.record.faces
    except FontganError:  # the writer reports it
        return []
    names, glyphs = ", ".join(face.key for face in faces), sum(face.count for face in faces)
    return [f"this replaced the dataset that was at {output}: {glyphs:,} glyphs of {names}"]


class _Glyph(NamedTuple):
    """A glyph as it was drawn: its packed image, its advance in em, whether its ink touches the edge."""

    code: int
    packed: bytes
    advance: float
    touching: bool


class _Artists:
    """Threads that draw one font together."""

    def __init__(self, pool: ThreadPoolExecutor, jobs: int, canvas: Canvas, watcher: Watcher) -> None:
        self._pool, self._jobs, self._canvas, self._watcher = pool, jobs, canvas, watcher

    def draw(self, face: PlannedFace, codes: Sequence[int]) -> tuple[FaceRecord, list[_Glyph]]:
        """All that a face draws of `codes`, and its record."""
        source = face.source
        shift = font_shift(source, codes, self._canvas)
        self._watcher.start(face.key, len(codes))
        glyphs: list[_Glyph] = []
        for asked, drawn in self._chunks(source, codes, shift):
            glyphs += drawn
            self._watcher.advance(asked)
        usual = Counter(glyph.advance for glyph in glyphs).most_common(1)
        record = FaceRecord(
            key=face.key,
            kind=source.kind,
            family=source.family,
            path=str(source.location.path.resolve()),
            index=source.location.index,
            axes=source.location.axes,
            sha256=source.sha256,
            shift=shift,
            count=len(glyphs),
            cropped=sum(glyph.touching for glyph in glyphs),
            advance=usual[0][0] if usual else 1.0,
        )
        return record, glyphs

    def _chunks(
        self, source: GlyphSource, codes: Sequence[int], shift: float
    ) -> Iterator[tuple[int, list[_Glyph]]]:
        """For each chunk, in order: the number of characters asked for, and what was drawn."""
        idle: SimpleQueue[GlyphSource] = SimpleQueue()
        chunks = [codes[start : start + _CHUNK] for start in range(0, len(codes), _CHUNK)]
        for own in [source, *(source.another() for _ in range(min(self._jobs, len(chunks)) - 1))]:
            idle.put(own)

        def draw(chunk: Sequence[int]) -> tuple[int, list[_Glyph]]:
            own = idle.get()
            drawn = []
            try:
                for code in chunk:
                    # Packed at once: images that are kept cost more in fresh memory than in drawing.
                    image = own.draw(code, self._canvas, shift)
                    if image is not None:
                        drawn.append(_Glyph(code, pack(image), own.advance(code), _touches_edge(image)))
            finally:
                idle.put(own)
            return len(chunk), drawn

        return map(draw, chunks) if self._jobs == 1 else self._pool.map(draw, chunks)


def _touches_edge(image: np.ndarray) -> bool:
    """Whether there is full ink in the outermost pixels: the outline may continue beyond them."""
    # As bytes, since these are few pixels and a call into NumPy takes longer than looking at them.
    return any(b"\0" in side.tobytes() for side in (image[0], image[-1], image[:, 0], image[:, -1]))
