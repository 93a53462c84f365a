"""Drawn characters as a font to install: traced, placed in the em, and built, or merged into a font.

What is drawn comes part by part and leaves as outlines; the images are kept only where a UFO shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fontgan.building.changes import TableChange
from fontgan.building.copying import copied_glyphs
from fontgan.building.font import BuiltFont, build_font
from fontgan.building.glyphs import NewGlyph
from fontgan.building.licence import FontLicence
from fontgan.building.merge import MergedFont, merge_font
from fontgan.building.names import Names, family_of
from fontgan.building.tables import save_font
from fontgan.building.ufo import save_doubtful, write_ufo
from fontgan.config.settings import Cleaning
from fontgan.drawing.drawer import Drawer
from fontgan.export.checking import licences, needed
from fontgan.export.outlines import Traced, traced
from fontgan.export.wanted import Wanted
from fontgan.fonts.charset import parse_charset
from fontgan.fonts.source import open_source
from fontgan.judging.doubts import Checker
from fontgan.progress import Watcher
from fontgan.report.specimen import Specimen, save_specimen

GB2312 = "gb2312"  # the characters of a font unless others are named


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
    check: bool = False,
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
        check: whether characters whose strokes are doubtful are found too, as `fontgan.check` finds them.

    Raises:
        FontganError: as `export_font`; what cannot be made is refused before anything is drawn.
    """
    codes, kept = needed(_asked(chars, drawer, wanted), drawer, wanted)
    checker = Checker(drawer) if check and codes else None
    judge = checker.judge if checker else None
    found = traced(drawer.parts(codes, cleaning, watcher), jobs, wanted.ufo, judge)
    made = export_font(drawer, found.certain() if wanted.omit_doubtful else found, wanted)
    notes = (*(checker.notes if checker else ()), *made.notes)
    return replace(made, kept=tuple(sorted({*kept, *made.kept})), notes=notes)


def _asked(chars: str | None, drawer: Drawer, wanted: Wanted) -> list[int]:
    """The characters that are named, else those that a font of Simplified Chinese needs."""
    if wanted.merge is None:
        return parse_charset(GB2312 if chars is None else chars, drawer.style_draws)
    return parse_charset(f"missing:{GB2312}" if chars is None else chars, open_source(wanted.merge).draws)


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
    glyphs, fonts = [*found.glyphs, *_copied(drawer, found, wanted)], licences(drawer, wanted)
    path, made = _made(glyphs, fonts, wanted)
    added = set(made.added if isinstance(made, MergedFont) else made.codes)
    doubtful = {code: why for code, why in found.doubtful.items() if code in added}
    listed = found.untraced | doubtful
    save_font(path, made.content)
    specimen = Specimen(
        family=wanted.family or made.licences.fonts[0].font,
        family_zh=wanted.family_zh,
        font=made.content,
        kind=path.suffix.lower().removeprefix("."),
        codes=sorted(added),
        doubtful=doubtful,
        content=drawer.contents[0].source.location,
        style=drawer.styles[0].source.location if drawer.styles else None,
        notes=made.licences.lines(),
    )
    save_specimen(path.with_suffix(".html"), specimen)
    paths = [path, path.with_suffix(".html")]
    if wanted.ufo:
        names = Names(wanted.family or family_of(path.stem), wanted.family_zh)
        new = [glyph for glyph in glyphs if glyph.code in added]
        place = path.with_suffix(".ufo")
        paths += write_ufo(place, new, names, found.pictures, listed, fonts, wanted.permitted)
    else:
        paths += save_doubtful(path, listed)
    merged = made if isinstance(made, MergedFont) else None
    notes = [*merged.notes, *_other_style(drawer, merged)] if merged else []
    return Exported(
        paths,
        len(added),
        doubtful,
        merged.kept if merged else (),
        tuple(found.lacking),
        found.untraced,
        merged.tables if merged else (),
        tuple(notes),
        made.licences.lines(),
    )


def _other_style(drawer: Drawer, merged: MergedFont) -> list[str]:
    """A note where the new characters imitate another font than the one that they were added to."""
    family = merged.licences.fonts[0].font
    if not drawer.styles or family in (font.source.family for font in drawer.styles):
        return []
    return [f"the new characters imitate {drawer.drawn_like}, and the font is {family}"]


def _copied(drawer: Drawer, found: Traced, wanted: Wanted) -> Iterable[NewGlyph]:
    """The glyphs that are copied: none of a character that was drawn."""
    drawn = {glyph.code for glyph in found.glyphs}
    others = [code for code in wanted.copied if code not in drawn]
    return copied_glyphs(drawer.contents[0].source.location, others) if others else ()


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
        return wanted.path(merged.suffix), merged
    names = Names(wanted.family, wanted.family_zh)
    return wanted.path(), build_font(glyphs, names, wanted.format, fonts, wanted.permitted)
