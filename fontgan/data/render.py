"""Many fonts into one glyph store.

Glyphs are drawn by threads: FreeType and zlib work outside Python's lock, and a thread begins at once where
a process would first import NumPy. Every glyph image depends on its font, character and size alone, and is
written in the order of the plan, so that the store is the same whatever the number of threads.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from queue import SimpleQueue

import numpy as np

from fontgan.data.record import FaceRecord, Role, StoreRecord
from fontgan.data.store import GlyphStore, pack
from fontgan.data.writer import new_store
from fontgan.errors import FontganError
from fontgan.fonts.canvas import font_shift
from fontgan.fonts.charset import describe_characters
from fontgan.fonts.location import FontLocation
from fontgan.fonts.pictures import PictureFolder
from fontgan.fonts.source import GlyphSource, find_sources
from fontgan.progress import Silent, Watcher

SIZES = (64, 128, 256)
_CHUNK = 512  # glyphs that a thread draws before it is given more


@dataclass(frozen=True)
class _Planned:
    """A font to render: its key in the store, and its role."""

    key: str
    role: Role
    source: GlyphSource

    def identity(self) -> list[object]:
        """What decides its pixels, as JSON has it."""
        source, place = self.source, self.source.location
        return [self.role, source.kind, source.sha256, place.index, place.axes]


@dataclass(frozen=True)
class Rendered:
    """What came of a rendering: the record of the store, and what the user should know, a line each."""

    record: StoreRecord
    notes: list[str]


def render_dataset(
    contents: Sequence[FontLocation],
    styles: Sequence[FontLocation],
    codes: Sequence[int],
    size: int,
    output: Path,
    watcher: Watcher | None = None,
    jobs: int = 1,
) -> Rendered:
    """Render the characters `codes` of content fonts and of style fonts into a store at `output`.

    Each font gives the characters that it draws; of the content fonts the first that draws a character, and
    of the style fonts those that some content font draws too, since no pair could be made of the others. A
    store that was at `output` is replaced when the new one is complete. The same call after one that was
    broken off goes on where that ended.

    Args:
        contents: the fonts that have all the characters together, in order.
        styles: the fonts to learn; a folder stands for the fonts in it, or is one of glyph pictures.
        codes: code points.
        size: of a glyph image, in pixels: 64, 128 or 256.
        output: the LMDB file.
        watcher: told of each glyph.
        jobs: threads that draw.

    Raises:
        FontganError: a font cannot be used, two fonts have no character in common, or `output`
            cannot be written.
    """
    if size not in SIZES:
        raise FontganError(f"glyph images of {size} px are not supported: use 64, 128 or 256")
    if not contents or not styles:
        raise FontganError("there is no content font or no style font: name them with --source and --target")
    planned, notes = _open_all(contents, styles, codes)
    notes += _what_is_replaced(output)
    plan = _fingerprint(planned, codes, size)
    watcher = watcher or Silent()
    with new_store(output, size, plan) as writer, _quick_turns(), ThreadPoolExecutor(jobs) as pool:
        artists = _Artists(pool, jobs, size, watcher)
        of_content: set[int] = set()
        done = 0
        for number, font in enumerate(planned):
            asked = [code for code in codes if (code in of_content) == (font.role == "style")]
            watcher.whole(done + len(asked) * (len(planned) - number))
            done += len(asked)
            if number < len(writer.record.faces):  # from a rendering that was broken off
                watcher.start(font.key, len(asked))
                watcher.advance(len(asked))
                drawn = writer.codes(font.key)
            else:
                face, glyphs = artists.draw(font, asked)
                writer.put(face, glyphs)
                drawn = [code for code, _ in glyphs]
            if font.role == "content":
                of_content.update(drawn)
        writer.finish(datetime.now(UTC).isoformat(timespec="seconds"))
    return Rendered(writer.record, notes)


@contextlib.contextmanager
def _quick_turns() -> Iterator[None]:
    """Let threads take turns at Python's lock ten times as often as usual.

    Drawing goes in and out of FreeType every few microseconds: whoever waits for the lock finds it taken
    again until it may insist, after the switch interval. At 5 ms two threads drew 1.2 times as fast as one,
    at 0.5 ms 1.7 times.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, 5e-4))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _what_is_replaced(output: Path) -> list[str]:
    if not output.exists():
        return []
    try:
        with GlyphStore(output) as store:
            faces = store.record.faces
    except FontganError:  # told by who writes there
        return []
    names, glyphs = ", ".join(face.key for face in faces), sum(face.count for face in faces)
    return [f"this replaced the dataset that was at {output}: {glyphs:,} glyphs of {names}"]


class _Artists:
    """Threads that draw one font together."""

    def __init__(self, pool: ThreadPoolExecutor, jobs: int, size: int, watcher: Watcher) -> None:
        self._pool, self._jobs, self._size, self._watcher = pool, jobs, size, watcher

    def draw(self, font: _Planned, codes: Sequence[int]) -> tuple[FaceRecord, list[tuple[int, bytes]]]:
        """All that a font draws of `codes`: its record, and (code point, packed glyph image) of each."""
        source = font.source
        shift = font_shift(source, codes)
        self._watcher.start(font.key, len(codes))
        glyphs: list[tuple[int, bytes]] = []
        cropped = 0
        for asked, drawn, touching in self._chunks(source, codes, shift):
            glyphs += drawn
            cropped += touching
            self._watcher.advance(asked)
        record = FaceRecord(
            key=font.key,
            role=font.role,
            kind=source.kind,
            family=source.family,
            path=str(source.location.path.resolve()),
            index=source.location.index,
            axes=source.location.axes,
            sha256=source.sha256,
            shift=shift,
            count=len(glyphs),
            cropped=cropped,
        )
        return record, glyphs

    def _chunks(
        self, source: GlyphSource, codes: Sequence[int], shift: float
    ) -> Iterator[tuple[int, list[tuple[int, bytes]], int]]:
        """For each chunk, in order: characters asked for, what was drawn, how many touch the edge."""
        idle: SimpleQueue[GlyphSource] = SimpleQueue()
        chunks = [codes[start : start + _CHUNK] for start in range(0, len(codes), _CHUNK)]
        for own in [source, *(source.another() for _ in range(min(self._jobs, len(chunks)) - 1))]:
            idle.put(own)

        def draw(chunk: Sequence[int]) -> tuple[int, list[tuple[int, bytes]], int]:
            own = idle.get()
            drawn, touching = [], 0
            try:
                for code in chunk:
                    # Packed at once: images that are kept cost more in fresh memory than in drawing.
                    image = own.draw(code, self._size, shift)
                    if image is not None:
                        drawn.append((code, pack(image)))
                        touching += _touches_edge(image)
            finally:
                idle.put(own)
            return len(chunk), drawn, touching

        return map(draw, chunks) if self._jobs == 1 else self._pool.map(draw, chunks)


def _touches_edge(image: np.ndarray) -> bool:
    """Whether there is full ink in the outermost pixels: the outline may have gone on beyond them."""
    # As bytes, since these are few pixels and a call into NumPy takes longer than looking at them.
    return any(b"\0" in side.tobytes() for side in (image[0], image[-1], image[:, 0], image[:, -1]))


def _open_all(
    contents: Sequence[FontLocation], styles: Sequence[FontLocation], codes: Sequence[int]
) -> tuple[list[_Planned], list[str]]:
    """Open every font before the first glyph is drawn, so that a wrong one is told at once."""
    planned: list[_Planned] = []
    notes: list[str] = []
    found: dict[Role, list[GlyphSource]] = {"content": [], "style": []}
    asked: tuple[tuple[Role, Sequence[FontLocation]], ...] = (("content", contents), ("style", styles))
    for role, locations in asked:
        for location in locations:
            sources, failures = find_sources(location)
            notes += [f"left out: {failure}" for failure in failures]
            for source in sources:
                mistake = _why_useless(source, codes, found["content"] if role == "style" else None)
                if mistake and len(sources) == 1:
                    raise FontganError(mistake)
                if mistake:
                    notes.append(f"left out: {mistake}")
                    continue
                found[role].append(source)
                planned.append(_Planned(_key(source, [font.key for font in planned]), role, source))
                if isinstance(source, PictureFolder) and source.unnamed:
                    notes.append(_unnamed(source))
        if not found[role]:
            names = ", ".join(map(str, locations))
            option = "source" if role == "content" else "target"
            raise FontganError(f"no font in {names} draws any of the characters: name another --{option}")
    return planned, notes


def _why_useless(
    source: GlyphSource, codes: Sequence[int], contents: Sequence[GlyphSource] | None
) -> str | None:
    """Why nothing of a font could be used, or None."""
    drawn = (code for code in codes if source.draws(code))
    first = next(drawn, None)
    if first is None:
        return (
            f"{source.location} draws none of the {len(codes):,} characters "
            f"({describe_characters(codes, most=2)}): choose another font or --charset; "
            "`fontgan inspect` shows what a font draws"
        )
    if contents is None or any(content.draws(code) for code in chain([first], drawn) for content in contents):
        return None
    return (
        f"{source.location} and the content font have none of the {len(codes):,} characters in common: "
        "name a --source that draws what the style font draws, or another --charset"
    )


def _unnamed(source: PictureFolder) -> str:
    return (
        f"{source.location}: {len(source.unnamed):,} pictures are not named by a character or code point, "
        f"as {source.unnamed[0].name}, and were left out"
    )


def _fingerprint(planned: Sequence[_Planned], codes: Sequence[int], size: int) -> str:
    """All that decides the pixels of a store, as one SHA-256."""
    fonts = [font.identity() for font in planned]
    return hashlib.sha256(json.dumps([size, list(codes), fonts]).encode()).hexdigest()


def _key(source: GlyphSource, taken: Sequence[str]) -> str:
    """A name for a face that is easy to type: `ma-shan-zheng`, with a number where that is taken."""
    axes = "".join(f"-{tag}-{value:g}" for tag, value in source.location.axes)
    name = re.sub(r"[^a-z0-9]+", "-", (source.family + axes).lower()).strip("-")
    name = name or re.sub(r"[^\w]+", "-", source.location.path.stem.lower()).strip("-") or "font"
    number = 2
    key = name
    while key in taken:
        key = f"{name}-{number}"
        number += 1
    return key
