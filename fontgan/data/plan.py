"""The plan of a rendering: fonts are opened, checked and named before the first glyph is drawn."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import chain

from fontgan.data.record import FaceRecord
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import describe_characters
from fontgan.fonts.location import FontLocation
from fontgan.fonts.pictures import PictureFolder
from fontgan.fonts.source import GlyphSource, find_sources

_LONGEST_KEY = 60  # letters, of up to 4 bytes: a key of LMDB has 511 bytes at most


@dataclass(frozen=True)
class PlannedFace:
    """A face to render: its key in the store, and whether it gives the content."""

    key: str
    content: bool
    source: GlyphSource

    def identity(self) -> list[object]:
        """What decides its pixels and its place in the record, as JSON has it."""
        source, place = self.source, self.source.location
        return [self.content, source.kind, source.sha256, place.index, place.axes]


@dataclass
class Plan:
    """The faces to render some characters of, and remarks about the fonts.

    Attributes:
        codes: code points that are asked for, each once.
        there: faces of the dataset to which others are added.
        has_content: code points that content faces of that dataset have.
        faces: to render: content faces, then styles.
        notes: what the user should know, one line each.
    """

    codes: Sequence[int]
    there: Sequence[FaceRecord] = ()
    has_content: Collection[int] = ()
    faces: list[PlannedFace] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, locations: Sequence[FontLocation], content: bool) -> None:
        """Open fonts, of which none or some give the content.

        Raises:
            FontganError: one of them cannot be used.
        """
        for location in locations:
            self._add(location, content)
        if locations and not any(face.content == content for face in self.faces):
            names = ", ".join(map(str, locations))
            remedy = "choose another {source}" if content else "choose another {target}"
            raise FontganError(f"no font in {names} can be used", remedy)

    def fingerprint(self, canvas: Canvas, base: str = "") -> str:
        """All that decides the pixels of the store, as one SHA-256; `base` is that of what is there."""
        faces = [face.identity() for face in self.faces]
        known = [base, canvas.to_json(), list(self.codes), faces]
        return hashlib.sha256(json.dumps(known).encode()).hexdigest()

    def _add(self, location: FontLocation, content: bool) -> None:
        sources, failures = find_sources(location)
        self.notes += [f"skipped: {failure}" for failure in failures]
        for source in sources:
            mistake = self._why_useless(source, content)
            if mistake and len(sources) == 1:
                raise mistake
            if mistake:
                self.notes.append(f"skipped: {mistake.problem}")
                continue
            self.faces.append(PlannedFace(self._key(source), content, source))
            if isinstance(source, PictureFolder) and source.unnamed:
                self.notes.append(_unnamed(source))

    def _why_useless(self, source: GlyphSource, content: bool) -> FontganError | None:
        """Why a font cannot be used at all, or None."""
        known = [face.key for face in self.there if _identity(source) == face.identity]
        if known:
            return FontganError(
                f"{source.location} is in the dataset already, as {known[0]}", "choose another font"
            )
        drawn = (code for code in self.codes if source.draws(code))
        first = next(drawn, None)
        if first is None:
            return FontganError(
                f"{source.location} draws {self._none_of_them()}",
                "choose another font or {charset}; {inspect} shows what a font draws",
            )
        if content or any(self._in_content(code) for code in chain([first], drawn)):
            return None
        return FontganError(
            f"{source.location} and the content font have none of the {len(self.codes):,} characters "
            "in common",
            "choose a {source} that draws what the style font draws, or another {charset}",
        )

    def _none_of_them(self) -> str:
        some = describe_characters(self.codes, most=2)
        return f"none of the {len(self.codes):,} characters ({some})" if len(self.codes) > 1 else f"no {some}"

    def _in_content(self, code: int) -> bool:
        return code in self.has_content or any(face.source.draws(code) for face in self.faces if face.content)

    def _key(self, source: GlyphSource) -> str:
        """A name for a face that is easy to type: `ma-shan-zheng`, with a number where that is taken."""
        axes = "".join(f"-{tag}-{value:g}" for tag, value in source.location.axes)
        name = re.sub(r"[^a-z0-9]+", "-", (source.family + axes).lower()).strip("-")
        name = name or re.sub(r"[^\w]+", "-", source.location.path.stem.lower()).strip("-") or "font"
        name = name[:_LONGEST_KEY].rstrip("-")
        taken = {face.key for face in self.there} | {face.key for face in self.faces}
        number, key = 2, name
        while key in taken:
            key = f"{name}-{number}"
            number += 1
        return key


def _identity(source: GlyphSource) -> tuple[object, ...]:
    return source.sha256, source.location.index, source.location.axes


def _unnamed(source: PictureFolder) -> str:
    return (
        f"{source.location}: {len(source.unnamed):,} pictures not named by a character or code point were "
        f"skipped, such as {source.unnamed[0].name}"
    )
