"""Drawn characters as a font to install: traced, placed in the em, and built, or merged into a font.

What is drawn comes part by part and leaves as outlines; the images are kept only where a UFO shows them.
"""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from fontgan.building.changes import TableChange
from fontgan.building.copying import copied_glyphs
from fontgan.building.font import BuiltFont, build_font
from fontgan.building.glyphs import NewGlyph
from fontgan.building.licence import CONTENT, COPIED, STYLE, FontLicence, read_licence
from fontgan.building.merge import MergedFont, merge_font
from fontgan.building.names import MOST_FAMILY, Names
from fontgan.building.tables import FORMATS, save_font
from fontgan.building.ufo import Picture, save_doubtful, write_ufo
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.drawing import Drawing, Placement
from fontgan.errors import FontganError
from fontgan.fonts.container import FontFile
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.fonts.source import GlyphSource
from fontgan.outlines.outline import Outline
from fontgan.outlines.tracing import Trace, trace
from fontgan.report.specimen import Specimen, save_specimen

FONTS = Path("fonts")  # where fonts lie unless the user names another file
_CHUNK = 16  # images that a process traces before it is given more
_FEW = 128  # characters: by the time these are traced, another process has hardly begun


@dataclass
class Traced:
    """What has been traced so far.

    Attributes:
        glyphs: the characters that have an outline, in em.
        blank: those whose images were blank, which get no glyph.
        lacking: those that no content font has.
        doubtful: those to look at, with the reason; in the end the worst first.
        severity: how doubtful each of these is.
        pictures: the image of each, where they were asked for.
    """

    glyphs: list[NewGlyph] = field(default_factory=list)
    blank: list[int] = field(default_factory=list)
    lacking: list[int] = field(default_factory=list)
    doubtful: dict[int, str] = field(default_factory=dict)
    severity: dict[int, float] = field(default_factory=dict)
    pictures: dict[int, Picture] = field(default_factory=dict)

    def add(self, code: int, image: np.ndarray, placement: Placement, found: Trace, keep: bool) -> None:
        """Put a traced image back from its canvas to its place in the em.

        Args:
            code: its character.
            image: uint8 (size, size).
            placement: how it lies on the canvas.
            found: its outline.
            keep: whether the image is kept.
        """
        if not found.outline.contours:
            self.blank.append(code)
            return
        self.glyphs.append(NewGlyph(code, placement.advance, in_em(found.outline, placement)))
        if found.doubtful:
            self.doubtful[code], self.severity[code] = found.reason, found.severity
        if keep:
            self.pictures[code] = Picture(image, placement.canvas, placement.shift)

    def rank(self) -> None:
        """Bring the doubtful characters into order, the worst first; equal ones by code point."""
        ranks = sorted(self.doubtful, key=lambda code: (-self.severity[code], code))
        self.doubtful = {code: self.doubtful[code] for code in ranks}


def traced(parts: Iterable[Drawing], jobs: int = 1, keep_images: bool = False) -> Traced:
    """Trace all that is drawn.

    Args:
        parts: of a drawing, as `Drawer.parts` draws them.
        jobs: processes that trace; the outlines do not depend on their number.
        keep_images: whether to keep the images, for a UFO.
    """
    result = Traced()
    with _tracing(jobs) as trace_all:
        for part in parts:
            result.lacking += part.lacking
            outlines = trace_all(part.images)
            for code, image, place, found in zip(
                part.codes, part.images, part.placements, outlines, strict=True
            ):
                result.add(code, image, place, found, keep_images)
    result.rank()
    return result


def in_em(outline: Outline, placement: Placement) -> Outline:
    """An outline in pixels, in em from the origin of its glyph."""
    return outline.to_em(placement.canvas, placement.advance, placement.shift)


@contextlib.contextmanager
def _tracing(jobs: int) -> Iterator[Callable[[np.ndarray], Iterable[Trace]]]:
    """What traces images: this process alone at first, then several together."""
    count, pool = 0, None

    def trace_all(images: np.ndarray) -> Iterable[Trace]:
        nonlocal count, pool
        count += len(images)
        if jobs == 1 or count <= _FEW:
            return map(trace, images)
        if pool is None:
            # Not forked: torch's threads do not survive that.
            pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"))
        return pool.map(trace, images, chunksize=_CHUNK)

    try:
        yield trace_all
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


@dataclass(frozen=True)
class Wanted:
    """What is to be made of traced characters.

    Attributes:
        family, family_zh: names of the font; empty for those of the font that is extended.
        output: the file; None for one in `fonts/`.
        kind: `ttf`, `otf`, `woff` or `woff2`, for a new font; empty for that of `output`, or `ttf`.
        merge: the font to extend; None for a new one.
        replace: whether characters that the font has are replaced.
        copied: characters to copy from the first content font.
        permitted: whether the user states that the owners of all fonts permit what their licences do not.
        ufo: whether to write a UFO too.
    """

    family: str = ""
    family_zh: str = ""
    output: Path | None = None
    kind: str = ""
    merge: FontLocation | None = None
    replace: bool = False
    copied: Sequence[int] = ()
    permitted: bool = False
    ufo: bool = False

    def __post_init__(self) -> None:
        if self.family:
            Names(self.family, self.family_zh)  # or it would be refused after all has been drawn
        if self.merge is None and self.replace:
            raise FontganError("there is no font whose characters could be replaced", "pass it with {merge}")
        if self.merge is not None and self.kind:
            raise FontganError("a font that is extended keeps its format", "omit {format}")
        suffix = _suffix(self.output) if self.output else ""
        if self.output and self.merge is None and suffix not in FORMATS:
            raise FontganError(
                f"{self.output} is not named as a font",
                f"end it in .{', .'.join(FORMATS[:-1])} or .{FORMATS[-1]}",
            )
        if self.output and self.kind and suffix != self.kind:
            raise FontganError(
                f"{self.output} is not named as a {self.kind} font", "omit {format}, or rename it"
            )
        if self.output and self.merge and self.output.exists() and self.output.samefile(self.merge.path):
            raise FontganError(f"{self.output} is the font that is extended", "choose another {output}")


@dataclass(frozen=True)
class Exported:
    """What was made.

    Attributes:
        paths: the font, its specimen, the list of doubtful characters if there are any, and the UFO if it was
            asked for.
        added: the number of new characters in the font.
        kept: characters of a font that was extended which it had already.
        tables: what became of each table of that font; empty for a new one.
        notes: what else is worth knowing, one line each.
        licences: those of all fonts involved, and the result's, one line each.
    """

    paths: list[Path]
    added: int
    kept: tuple[int, ...]
    tables: tuple[TableChange, ...]
    notes: tuple[str, ...]
    licences: list[str]


def export_font(drawer: Drawer, found: Traced, wanted: Wanted) -> Exported:
    """Make a font of what a drawer drew, or add it to one.

    Args:
        drawer: which drew it; its fonts decide the licence.
        found: the characters.
        wanted: what is to be made.

    Raises:
        FontganError: there is nothing to export, a font or a name cannot be used, a licence forbids it, or
            a file cannot be written.
    """
    glyphs, fonts = list(found.glyphs), _licences(drawer, wanted)
    if wanted.copied:
        drawn = {glyph.code for glyph in glyphs}
        others = [code for code in wanted.copied if code not in drawn]
        glyphs += copied_glyphs(drawer.contents[0].source.location, others)
    path, made = _made(glyphs, fonts, wanted)
    added = set(made.added if isinstance(made, MergedFont) else made.codes)
    doubtful = {code: why for code, why in found.doubtful.items() if code in added}
    save_font(path, made.content)
    specimen = Specimen(
        family=wanted.family or path.stem,
        family_zh=wanted.family_zh,
        font=made.content,
        kind=path.suffix.removeprefix("."),
        codes=sorted(added),
        doubtful=doubtful,
        content=drawer.contents[0].source.location,
        style=drawer.styles[0].source.location if drawer.styles else None,
        notes=made.licences.lines(),
    )
    save_specimen(path.with_suffix(".html"), specimen)
    paths = [path, path.with_suffix(".html")]
    if wanted.ufo:
        names = Names(wanted.family or path.stem[:MOST_FAMILY], wanted.family_zh)
        new = [glyph for glyph in glyphs if glyph.code in added]
        place = path.with_suffix(".ufo")
        paths += write_ufo(place, new, names, found.pictures, doubtful, fonts, wanted.permitted)
    else:
        paths += save_doubtful(path, doubtful)
    merged = made if isinstance(made, MergedFont) else None
    return Exported(
        paths,
        len(added),
        merged.kept if merged else (),
        merged.tables if merged else (),
        merged.notes if merged else (),
        made.licences.lines(),
    )


def _made(
    glyphs: Sequence[NewGlyph], fonts: Sequence[FontLicence], wanted: Wanted
) -> tuple[Path, BuiltFont | MergedFont]:
    """The font, and where it is to lie."""
    if wanted.merge:
        merged = merge_font(
            wanted.merge,
            glyphs,
            wanted.replace,
            wanted.family,
            wanted.family_zh,
            fonts,
            wanted.permitted,
        )
        return wanted.output or FONTS / f"{wanted.merge.path.stem}{merged.suffix}", merged
    names = Names(wanted.family, wanted.family_zh)
    kind = wanted.kind or (_suffix(wanted.output) if wanted.output else "ttf")
    built = build_font(glyphs, names, kind, fonts, wanted.permitted)
    return wanted.output or FONTS / f"{names.postscript}{built.suffix}", built


def _suffix(path: Path) -> str:
    return path.suffix.lower().removeprefix(".")


def _licences(drawer: Drawer, wanted: Wanted) -> list[FontLicence]:
    """What the fonts say of their licences; a font that is extended speaks for itself."""
    fonts = [_licence(font.source, CONTENT) for font in drawer.contents]
    if wanted.copied:
        fonts.append(replace(fonts[0], role=COPIED))
    same = wanted.merge and FontFile.read(wanted.merge.path).sha256
    fonts += [_licence(font.source, STYLE) for font in drawer.styles if font.source.sha256 != same]
    return fonts


def _licence(source: GlyphSource, role: str) -> FontLicence:
    """What a font that is open already says of its licence."""
    return read_licence(source.location, role, source.file if isinstance(source, Face) else None)
