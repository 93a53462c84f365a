"""Drawn characters as a font to install: traced, placed in the em, and built, or merged into a font.

What is drawn comes part by part and leaves as outlines; the images are kept only where a UFO shows them.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fontgan.building.changes import TableChange
from fontgan.building.copying import copied_glyphs
from fontgan.building.font import BuiltFont, build_font
from fontgan.building.glyphs import NewGlyph
from fontgan.building.licence import (
    CONTENT,
    COPIED,
    STYLE,
    TARGET,
    FontLicence,
    LicenceReport,
    licence_of,
    read_licence,
)
from fontgan.building.merge import MergedFont, check_numbers, merge_font
from fontgan.building.names import MOST_FAMILY, Names
from fontgan.building.tables import FORMATS, save_font
from fontgan.building.target import Target
from fontgan.building.ufo import check_place, save_doubtful, write_ufo
from fontgan.config.settings import Cleaning
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.outlines import Traced, traced
from fontgan.errors import FontganError
from fontgan.files import unwritable
from fontgan.fonts.charset import parse_charset
from fontgan.fonts.container import FontFile
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.fonts.source import GlyphSource, open_source
from fontgan.progress import Watcher
from fontgan.report.specimen import Specimen, save_specimen

GB2312 = "gb2312"  # the characters of a font unless others are named
FONTS = Path("fonts")  # where fonts lie unless the user names another file


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
        omit_doubtful: whether characters are left out whose outlines do not match their images.
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
    omit_doubtful: bool = False

    def __post_init__(self) -> None:
        if self.family:
            Names(self.family, self.family_zh)  # or it would be refused after all has been drawn
        if self.merge is not None and self.family_zh and not self.family:
            raise FontganError(
                "a font that is extended cannot be given a Chinese family name alone", "pass {family} too"
            )
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
        paths: the font, its specimen, the UFO if it was asked for, and the list of the characters that are
            doubtful, or without an outline, if there are any.
        added: the number of new characters in the font.
        doubtful: those of them to look at, with the reason.
        kept: characters of a font that was extended which it had already.
        lacking: characters that no content font has.
        untraced: those left out, since their images are blank or noise, or on request since they are
            doubtful, with the reason.
        tables: what became of each table of that font; empty for a new one.
        notes: what else is worth knowing, one line each.
        licences: those of all fonts involved, and the result's, one line each.
    """

    paths: list[Path]
    added: int
    doubtful: dict[int, str]
    kept: tuple[int, ...]
    lacking: tuple[int, ...]
    untraced: dict[int, str]
    tables: tuple[TableChange, ...]
    notes: tuple[str, ...]
    licences: list[str]


def draw_font(
    drawer: Drawer,
    wanted: Wanted,
    chars: str | None = None,
    cleaning: Cleaning = "none",
    watcher: Watcher | None = None,
    jobs: int = 1,
) -> Exported:
    """Draw characters and make a font of them, or add them to one; what that draws itself is not drawn again.

    Args:
        drawer: what draws them.
        wanted: what is to be made.
        chars: the characters, a text file or the name of a set; None: GB 2312, or what the font that is
            extended lacks of it.
        cleaning: how to clean the images.
        watcher: sees each character.
        jobs: processes that trace.

    Raises:
        FontganError: as `export_font`; what cannot be made is refused before anything is drawn.
    """
    codes, kept = _needed(_asked(chars, drawer, wanted), drawer, wanted)
    found = traced(drawer.parts(codes, cleaning, watcher), jobs, wanted.ufo)
    made = export_font(drawer, found.certain() if wanted.omit_doubtful else found, wanted)
    return replace(made, kept=tuple(sorted({*kept, *made.kept})))


def _asked(chars: str | None, drawer: Drawer, wanted: Wanted) -> list[int]:
    """The characters that are named, else those that a font of Simplified Chinese needs."""
    if wanted.merge is None:
        return parse_charset(GB2312 if chars is None else chars, drawer.style_draws)
    return parse_charset(f"missing:{GB2312}" if chars is None else chars, open_source(wanted.merge).draws)


def _needed(codes: Sequence[int], drawer: Drawer, wanted: Wanted) -> tuple[list[int], list[int]]:
    """Which of the characters have to be drawn, and which the font that is extended draws itself.

    Raises:
        FontganError: that font is damaged, full, or has them all, a licence forbids it, or there is no place
            for the result.
    """
    fonts = _licences(drawer, wanted)
    _check_output(drawer, wanted)
    if wanted.merge is None:
        LicenceReport(tuple(fonts)).check(wanted.family, wanted.permitted)
        return list(codes), []
    target = Target.open(wanted.merge)
    own = licence_of(target.tables, TARGET, wanted.merge.path.stem)
    LicenceReport((own, *fonts)).check(wanted.family or own.font, wanted.permitted)
    kept = [] if wanted.replace else [code for code in codes if code in target.drawn]
    new = [code for code in codes if code not in set(kept)]
    drawn = [code for code in new if any(font.source.draws(code) for font in drawer.contents)]
    if drawn or kept:  # or the drawer says what the content fonts lack
        check_numbers(target, [*drawn, *wanted.copied], kept)
    return new, kept


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
    listed = found.untraced | doubtful
    save_font(path, made.content)
    specimen = Specimen(
        family=wanted.family or made.licences.fonts[0].font,
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
        paths += write_ufo(place, new, names, found.pictures, listed, fonts, wanted.permitted)
    else:
        paths += save_doubtful(path, listed)
    merged = made if isinstance(made, MergedFont) else None
    return Exported(
        paths,
        len(added),
        doubtful,
        merged.kept if merged else (),
        tuple(found.lacking),
        found.untraced,
        merged.tables if merged else (),
        merged.notes if merged else (),
        made.licences.lines(),
    )


def _check_output(drawer: Drawer, wanted: Wanted) -> None:
    """Refuse a place where nothing can be written, or where a font lies that is drawn from."""
    path = wanted.output or FONTS / "font.ttf"
    if path.is_dir():
        raise FontganError(f"{path} is a folder", "pass the path of a font file with {output}")
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise FontganError(f"{folder} is a file, not a folder", "choose another {output}")
    if not os.access(folder, os.W_OK):
        raise unwritable(folder, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    if wanted.output and wanted.ufo:
        check_place(wanted.output.with_suffix(".ufo"))
    for font in (*drawer.contents, *drawer.styles):
        if path.exists() and path.samefile(font.source.location.path):
            raise FontganError(f"{path} is a font that is drawn from", "choose another {output}")


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
