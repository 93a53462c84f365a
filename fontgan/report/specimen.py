"""A specimen of a font: one HTML page that shows what it looks like, and needs nothing else.

The font is in the page, which loads nothing: its Content-Security-Policy forbids it to. Names, licences and
reasons may come from strangers, so all of them are escaped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path

from fontgan.building.characters import DamagedCmapError, characters_of
from fontgan.building.tables import check_format, read_tables
from fontgan.errors import FontganError
from fontgan.files import replacing
from fontgan.fonts.charset import unique_characters
from fontgan.fonts.container import FontFile
from fontgan.fonts.location import FontLocation
from fontgan.report.embedding import Compared, compared, font_face, web_font
from fontgan.report.html import file_of_page, policy_of, render_page
from fontgan.untrusted import printable

Runs = list[tuple[bool, str]]  # parts of a text: whether a font has it, and the part

_SIZES = {96: 12, 48: 48, 24: 160, 16: 1000, 12: 1000}  # pixels, and how many characters are set in them
_COMPARED = 30  # characters that are set in several fonts
_ROOM = "\N{EM SPACE}"  # which Latin fonts have too
_OWN = 300  # of the font's own characters, where it lacks those of the text
_SENTENCE, _CLAUSE = r"[。！？]”?", r"[。！？；，、：]"


# 王羲之, Preface to the Poems of the Orchid Pavilion (353), in simplified characters.
ORCHID_PAVILION = file_of_page("orchid-pavilion.txt").rstrip()


@dataclass(frozen=True)
class Specimen:
    """What a specimen shows.

    Attributes:
        family, family_zh: how the font is called; the Chinese name may be empty.
        font: the file, `kind` its format: `ttf`, `otf`, `woff` or `woff2`.
        codes: the new characters; of these the specimen shows those that the font has.
        doubtful: the reason for each new character that has to be looked at.
        content, style: fonts to set the same text in, for comparison. A few of their characters are then
            in the page; fonts that do not permit that are left out, with a note.
        notes: on licences, a line each.
        text: running text; where it is empty, the Orchid Pavilion, or the font's own characters where it
            lacks most of that.
    """

    family: str
    family_zh: str
    font: bytes
    kind: str
    codes: Sequence[int]
    doubtful: Mapping[int, str] = field(default_factory=dict)
    content: FontLocation | None = None
    style: FontLocation | None = None
    notes: Sequence[str] = ()
    text: str = ""

    @cached_property
    def has(self) -> frozenset[int]:
        """The characters that the font maps.

        Raises:
            FontganError: the font is damaged.
        """
        file = FontFile(Path(f"{self.family}.{self.kind}"), self.font)
        try:
            return frozenset(characters_of(read_tables(file, 0).get("cmap", b"")))
        except DamagedCmapError as error:
            raise FontganError(f"{file.path} is damaged: its characters cannot be read") from error

    @cached_property
    def new(self) -> list[int]:
        """The new characters that the font has, in the order of their code points."""
        return unique_characters("".join(map(chr, sorted(self.has.intersection(self.codes)))))

    @cached_property
    def running_text(self) -> str:
        """The text, or what stands for it."""
        if self.text.strip():
            return printable(self.text.strip(), lines=True)
        wanted = {code for code in unique_characters(ORCHID_PAVILION) if chr(code).isalpha()}
        if 2 * len(wanted & self.has) >= len(wanted) or not self.new:
            return ORCHID_PAVILION
        return "".join(map(chr, self.new[:_OWN]))


def save_specimen(path: Path, specimen: Specimen) -> None:
    """Write a specimen to `path`, an HTML page, whole or not at all; the same input gives the same bytes.

    Raises:
        FontganError: a font is damaged, or the page cannot be written.
    """
    page = draw_specimen(specimen).encode()
    with replacing(path) as beside:
        beside.write_bytes(page)


def draw_specimen(specimen: Specimen) -> str:
    """The page.

    Raises:
        FontganError: a font is damaged, or its format is unknown.
    """
    check_format(specimen.kind)
    passage = spaced(shortened(specimen.running_text, _COMPARED), specimen.has)
    given = {"Content": specimen.content, "Style": specimen.style}
    others = [compared(role, font, passage) for role, font in given.items() if font]
    web = [("New", *web_font(specimen.font, specimen.kind))]
    web += [(one.role, one.font, "woff") for one in others if one.font]
    faces = "\n".join(font_face(*font) for font in web)
    style, script = file_of_page("page.css") + file_of_page("specimen.css"), file_of_page("specimen.js")
    reasons = specimen.doubtful
    doubtful = {code: printable(reasons[code]) for code in specimen.new if code in reasons}
    return render_page(
        "specimen.html.jinja",
        policy=policy_of([faces, style], [script], ["font"]),
        faces=faces,
        style=style,
        script=script,
        family=printable(specimen.family),
        name=runs(_name(specimen), specimen.has),
        facts=_facts(specimen, len(doubtful)),
        samples=_samples(specimen),
        passage=passage,
        compared=_rows(specimen, others, passage),
        notes=[*map(printable, specimen.notes), *(one.note for one in others if one.note)],
        data={
            "codes": specimen.new,
            "has": spans(specimen.has),
            "doubtful": doubtful,
        },
    )


def runs(text: str, has: Collection[int]) -> Runs:
    """A text cut into what a font has and what it lacks: (whether it has it, part). Spaces count as had."""
    return [
        (had, "".join(chars)) for had, chars in groupby(text, lambda char: char.isspace() or ord(char) in has)
    ]


def spaced(text: str, has: Collection[int]) -> str:
    """A text with room in place of the punctuation that a font lacks: a font may be of characters alone."""
    kept = (
        char if ord(char) in has or char.isspace() or unicodedata.category(char)[0] != "P" else _ROOM
        for char in text
    )
    whole = re.sub(f"{_ROOM}+", _ROOM, "".join(kept))
    return "\n".join(line.rstrip(_ROOM) for line in whole.split("\n"))


def spans(codes: Iterable[int]) -> list[tuple[int, int]]:
    """Code points as spans of neighbours, both ends included."""
    found: list[tuple[int, int]] = []
    for code in sorted(codes):
        if found and found[-1][1] == code - 1:
            found[-1] = found[-1][0], code
        else:
            found.append((code, code))
    return found


def shortened(text: str, most: int) -> str:
    """The beginning of a text of up to `most` characters: whole sentences, else clauses, where it has any."""
    if len(text) <= most:
        return text
    for end in (_SENTENCE, _CLAUSE):
        ends = [found.end() for found in re.finditer(end, text[:most])]
        if ends:
            return text[: ends[-1]].rstrip("；，、：")
    return text[:most].rstrip()


def _name(specimen: Specimen) -> str:
    """What is set largest: the Chinese name, or a few characters where the font lacks that."""
    name = printable(specimen.family_zh)
    if name and all(ord(char) in specimen.has for char in name):
        return name
    drawn = [char for char in specimen.running_text if ord(char) in specimen.has and char.isalpha()]
    return "".join(drawn[:4]) or "".join(map(chr, specimen.new[:4]))


def _facts(specimen: Specimen, doubtful: int) -> list[str]:
    count = len(specimen.new)
    facts = [f"{count:,} new character{'s' * (count != 1)}"]
    facts += [f"{doubtful:,} doubtful"] if doubtful else []
    size = len(specimen.font)
    shown = f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{-(-size // 1000)} KB"
    return [*facts, f"{specimen.kind.upper()}, {shown}"]


def _samples(specimen: Specimen) -> list[tuple[int, list[Runs]]]:
    """The running text in each size, by paragraphs, the beginning of it in large ones."""
    texts = {
        size: spaced(shortened(specimen.running_text, most), specimen.has) for size, most in _SIZES.items()
    }
    return [(size, [runs(line, specimen.has) for line in text.splitlines()]) for size, text in texts.items()]


def _rows(specimen: Specimen, others: Sequence[Compared], text: str) -> list[tuple[str, str, Runs]]:
    """(Role, family, text) of the content, the new and the style font; none if there is nothing else."""
    rows = [(one.role, one.family, runs(text, one.has)) for one in others if one.font]
    new = ("New", printable(specimen.family), runs(text, specimen.has))
    return sorted([*rows, new]) if rows else []  # Content, New, Style
