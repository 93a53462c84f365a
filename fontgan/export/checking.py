"""Whether the font that is asked for can be made: found out before anything is drawn."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

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
from fontgan.building.merge import check_numbers
from fontgan.building.target import Target
from fontgan.building.ufo import check_place
from fontgan.drawing.drawer import Drawer
from fontgan.errors import FontganError
from fontgan.export.wanted import Wanted
from fontgan.files import unwritable
from fontgan.fonts.container import FontFile
from fontgan.fonts.face import Face
from fontgan.fonts.source import GlyphSource


def needed(codes: Sequence[int], drawer: Drawer, wanted: Wanted) -> tuple[list[int], list[int]]:
    """Which of the characters have to be drawn, and which the font that is extended draws itself.

    Raises:
        FontganError: that font is damaged, full, or has them all, a licence forbids it, or there is no place
            for the result.
    """
    fonts = licences(drawer, wanted)
    _check_copied(drawer, wanted)
    if wanted.merge is None:
        _check_output(wanted.path(), drawer, wanted.ufo)
        LicenceReport(tuple(fonts)).check(wanted.family, wanted.permitted)
        return list(codes), []
    target = Target.open(wanted.merge)
    _check_output(wanted.path(target.suffix), drawer, wanted.ufo)
    own = licence_of(target.tables, TARGET, wanted.merge.path.stem)
    LicenceReport((own, *fonts)).check(wanted.family or own.font, wanted.permitted)
    kept = [] if wanted.replace else [code for code in codes if code in target.drawn]
    new = [code for code in codes if code not in set(kept)]
    drawn = [code for code in new if any(font.source.draws(code) for font in drawer.contents)]
    if drawn or kept:  # where there is neither, the drawer names what the content fonts lack
        check_numbers(target, [*drawn, *wanted.copied], kept)
    return new, kept


def _check_copied(drawer: Drawer, wanted: Wanted) -> None:
    """Refuse to copy where there is nothing to copy."""
    font = drawer.contents[0].source
    if wanted.copied and not any(map(font.draws, wanted.copied)):
        raise FontganError(
            f"{font.family} has none of the characters to copy",
            "omit {copy}, or pass a content font that has them with {source}",
        )


def licences(drawer: Drawer, wanted: Wanted) -> list[FontLicence]:
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


def _check_output(path: Path, drawer: Drawer, ufo: bool) -> None:
    """Refuse a place where nothing can be written, or where a font lies that is drawn from."""
    if path.is_dir():
        raise FontganError(f"{path} is a folder", "pass the path of a font file with {output}")
    folder = next(parent for parent in path.absolute().parents if parent.exists())
    if not folder.is_dir():
        raise FontganError(f"{folder} is a file, not a folder", "choose another {output}")
    if not os.access(folder, os.W_OK):
        raise unwritable(folder, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    if ufo:
        check_place(path.with_suffix(".ufo"))
    for font in (*drawer.contents, *drawer.styles):
        if path.exists() and path.samefile(font.source.location.path):
            raise FontganError(f"{path} is a font that is drawn from", "choose another {output}")
