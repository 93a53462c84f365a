"""`fontgan inspect FONT`: what a font says about itself, and what it really draws."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fontgan.errors import FontganError
from fontgan.untrusted import shortened

if TYPE_CHECKING:
    from fontgan.fonts.description import Description

_MOST_LETTERS = 160  # of a licence, which may be a book


def inspect_font(path: str, charset: str | None, sheet: Path | None, seed: int, as_json: bool) -> None:
    """Show what a font, or a folder of glyph pictures, says about itself and what it really draws.

    Raises:
        FontganError: it cannot be used.
    """
    from fontgan.cli.console import Bar, default_sheet, echo, print_json, results
    from fontgan.fonts.charset import describe_characters, parse_charset
    from fontgan.fonts.description import coverage, describe
    from fontgan.fonts.location import FontLocation
    from fontgan.fonts.source import find_sources, random_glyphs
    from fontgan.report.contact import GLYPHS, SIZE, save_font_sheet

    sources, _ = find_sources(FontLocation.parse(path))
    if len(sources) > 1:
        names = ", ".join(source.location.path.name for source in sources[:3])
        raise FontganError(f"{path} holds {len(sources)} fonts ({names}, …)", "inspect one of them")
    source = sources[0]
    asked = None if charset is None else parse_charset(charset)
    with Bar("characters") as bar:
        described, drawn = describe(source, bar)
    known = set(drawn)
    lacking = [code for code in asked or [] if code not in known]
    target = sheet or default_sheet(source.location)
    if drawn:
        save_font_sheet(target, source.family, random_glyphs(source, drawn, GLYPHS, SIZE, seed), len(drawn))
    shown = str(target) if drawn else None
    if as_json:
        data: dict[str, Any] = {**asdict(described), "sheet": shown}
        if asked is not None:
            data["asked"] = {**asdict(coverage(known, asked)), "characters": "".join(map(chr, lacking))}
        print_json(data)
        return
    _show_font(described)
    _show_charsets(described)
    if asked is not None:
        lacks = f"missing from {charset}: {describe_characters(lacking, most=20)}"
        results.print(lacks if lacking else f"nothing is missing from {charset}", soft_wrap=True)
    if shown:
        echo(shown)
    else:
        results.print("It draws nothing: its characters are blank or placeholders.", style="yellow")


def _show_font(font: Description) -> None:
    from fontgan.cli.console import show_facts

    family = " ".join(font.names[name] for name in ("family", "style") if name in font.names)
    rows = {"name": family, "version": font.names.get("version", ""), "format": font.format}
    if font.faces > 1:
        rows["faces"] = f"{font.faces}; write FONT#1 for the next one"
    if font.axes:
        axes = [f"{tag} {low:g} to {high:g} ({usual:g})" for tag, (low, usual, high) in font.axes.items()]
        rows["axes"] = ", ".join(axes)
    if font.metrics:
        measures = font.metrics
        usual = f", usual advance {measures.advance:,}" if measures.advance else ""
        rows["em"] = f"{measures.em:,} units{usual}"
        rows["height"] = f"{measures.ascent} up, {-measures.descent} down, gap {measures.line_gap}"
        rows["vertical"] = "has its own metrics" if measures.vertical else "no metrics of its own"
    rows["maps"] = f"{font.mapped:,} characters"
    rows["draws"] = f"{font.drawn:,} characters"
    if font.damaged:
        rows["damaged"] = f"the checksum of {', '.join(font.damaged)} is wrong: download the font again"
    rows["embedding"] = font.embedding
    for name in ("copyright", "licence", "licence_url"):
        rows[name.replace("_url", " at")] = shortened(font.names.get(name, ""), _MOST_LETTERS)
    show_facts(font.path, rows)


def _show_charsets(font: Description) -> None:
    from fontgan.cli.console import results, show_rows

    rows, nothing = [], []
    for name, found in font.charsets.items():
        if not found.drawn:
            nothing.append(name)
            continue
        share = "all" if not found.missing else f"{min(found.drawn / found.total, 0.999):.1%}"
        rows.append([name, f"{found.total:,}", f"{found.drawn:,}", f"{found.missing:,}", share])
    show_rows(results, "character sets", ("set", "characters", "drawn", "missing", ""), rows)
    if nothing:
        results.print(f"none of {', '.join(nothing)}", style="dim")
