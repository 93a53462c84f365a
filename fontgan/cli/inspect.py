"""`fontgan inspect`: what a font really draws, what a glyph store holds, or what a run has become."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fontgan.errors import FontganError

if TYPE_CHECKING:
    from rich.table import Table

    from fontgan.data.inspection import StoreContents
    from fontgan.fonts.description import Description
    from fontgan.fonts.location import FontLocation


def inspect_command(
    path: Annotated[
        str,
        typer.Argument(
            metavar="FONT|STORE|RUN",
            help="A font, a picture folder, a store, a run's folder, or the weights that it kept.",
        ),
    ],
    charset: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE|TEXT", help="Tell which of these characters the font lacks."),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.png|FILE.svg",
            help="Where the contact sheet goes, or what --network draws. [default: inspected/NAME.png, "
            "or inspected/RUN-network.svg]",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the random choice of characters on the sheet.")] = 0,
    verify: Annotated[bool, typer.Option("--verify", help="Read every record of a store.")] = False,
    network: Annotated[
        bool, typer.Option("--network", help="List the layers of a run's network, and draw it as an SVG.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show what a font, a folder of glyph pictures or a glyph store holds, or what a run has become."""
    from fontgan.cli.inspect_run import inspect_run, is_run
    from fontgan.data.store import is_store

    if is_run(Path(path)):
        for wrong, name, of in (
            (charset is not None, "--charset", "fonts"),
            (verify, "--verify", "glyph stores"),
            (seed != 0, "--seed", "contact sheets"),
        ):
            if wrong:
                raise FontganError(f"{name} is for {of}, and {path} is a run")
        inspect_run(Path(path), network, sheet, as_json)
        return
    if network:
        raise FontganError(f"--network is for runs, and {path} is none")
    if sheet is not None and sheet.suffix.lower() != ".png":
        raise FontganError(f"sheets are PNG files: name {sheet.with_suffix('.png')}")
    if is_store(Path(path)):
        if charset is not None:
            raise FontganError("--charset is for fonts: a store tells what it was rendered with")
        _inspect_store(Path(path), sheet, seed, verify, as_json)
    elif verify:
        raise FontganError(f"--verify is for glyph stores, and {path} is none")
    else:
        _inspect_font(path, charset, sheet, seed, as_json)


def _inspect_font(path: str, charset: str | None, sheet: Path | None, seed: int, as_json: bool) -> None:
    from fontgan.cli.console import Bar, results
    from fontgan.fonts.charset import describe_characters, parse_charset
    from fontgan.fonts.description import coverage, describe
    from fontgan.fonts.location import FontLocation
    from fontgan.fonts.source import find_sources
    from fontgan.report.contact import save_font_sheet

    sources, _ = find_sources(FontLocation.parse(path))
    if len(sources) > 1:
        names = ", ".join(source.location.path.name for source in sources[:3])
        raise FontganError(f"{path} holds {len(sources)} fonts ({names}, …): inspect one of them")
    source = sources[0]
    asked = None if charset is None else parse_charset(charset)
    with Bar("characters") as bar:
        described, drawn = describe(source, bar)
    known = set(drawn)
    lacking = [code for code in asked or [] if code not in known]
    target = sheet or _default_sheet(source.location)
    if drawn:
        save_font_sheet(target, source, drawn, seed)
    shown = str(target) if drawn else None
    if as_json:
        data: dict[str, Any] = {**asdict(described), "sheet": shown}
        if asked is not None:
            data["asked"] = {**asdict(coverage(known, asked)), "characters": "".join(map(chr, lacking))}
        _print_json(data)
        return
    results.print(_font_table(described))
    results.print(_charset_table(described))
    if asked is not None:
        lacks = f"lacks of {charset}: {describe_characters(lacking, most=20)}"
        results.print(lacks if lacking else f"lacks nothing of {charset}", soft_wrap=True)
    if shown:
        typer.echo(shown)
    else:
        results.print("It draws nothing: its characters are blank or placeholders.", style="yellow")


def _inspect_store(path: Path, sheet: Path | None, seed: int, verify: bool, as_json: bool) -> None:
    from fontgan.cli.console import Bar, results
    from fontgan.data.inspection import contents_of
    from fontgan.data.store import GlyphStore
    from fontgan.fonts.location import FontLocation
    from fontgan.report.contact import save_store_sheet

    target = sheet or _default_sheet(FontLocation(path))
    with GlyphStore(path) as store:
        contents = contents_of(store)
        problems: list[str] = []
        if verify:
            with Bar("glyphs") as bar:
                problems = store.verify(bar)
        if not problems:
            save_store_sheet(target, store, seed)
    if as_json:
        checked = {"problems": problems} if verify else {}
        _print_json({**asdict(contents), **checked, "sheet": None if problems else str(target)})
    else:
        results.print(_store_table(contents))
        if verify and not problems:
            results.print(f"verified: all {contents.glyphs:,} glyphs are whole")
        if not problems:
            typer.echo(target)
    if problems:
        more = f", and {len(problems) - 1:,} more" if len(problems) > 1 else ""
        hint = "" if "render it again" in problems[0] else ": render it again"
        raise FontganError(f"{problems[0]}{more}{hint}")


def _default_sheet(location: FontLocation) -> Path:
    """A name of its own for each file, face and place: `All.ttc-2.png`, `MyFont.ttf-wght-700.png`."""
    name = str(location).removeprefix(str(location.path.parent)).strip("/")
    return Path("inspected") / f"{re.sub('[#@=,]', '-', name)}.png"


def _print_json(data: dict[str, Any]) -> None:
    import json

    typer.echo(json.dumps(data, ensure_ascii=False, indent=2))


def _font_table(font: Description) -> Table:
    from rich.table import Table

    table = Table(title=font.path, title_justify="left", show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    family = " ".join(font.names[name] for name in ("family", "style") if name in font.names)
    rows = {"name": family, "version": font.names.get("version", ""), "format": font.format}
    if font.faces > 1:
        rows["faces"] = f"{font.faces}; another one is named FONT#1"
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
        rows["damaged"] = f"the checksum of {', '.join(font.damaged)} is wrong: get the font again"
    rows["embedding"] = font.embedding
    for name in ("copyright", "licence", "licence_url"):
        rows[name.replace("_url", " at")] = _short(font.names.get(name, ""))
    for title, text in rows.items():
        if text:
            table.add_row(title, text)
    return table


def _charset_table(font: Description) -> Table:
    from rich.table import Table

    table = Table(title="character sets", title_justify="left")
    table.add_column("set")
    for title in ("characters", "drawn", "missing", ""):
        table.add_column(title, justify="right")
    nothing = []
    for name, found in font.charsets.items():
        if not found.drawn:
            nothing.append(name)
            continue
        share = "all" if not found.missing else f"{min(found.drawn / found.total, 0.999):.1%}"
        table.add_row(name, f"{found.total:,}", f"{found.drawn:,}", f"{found.missing:,}", share)
    table.caption = f"nothing of {', '.join(nothing)}" if nothing else None
    table.caption_justify = "left"
    return table


def _store_table(contents: StoreContents) -> Table:
    from rich.table import Table

    title = (
        f"{contents.path}: {contents.glyphs:,} glyphs at {contents.size} px, "
        f"{contents.bytes / 1e6:.1f} MB, {contents.completed}"
    )
    table = Table(title=title, title_justify="left")
    table.add_column("face", no_wrap=True)
    table.add_column("role")
    for name in ("glyphs", "train", "validation", "test", "cut"):
        table.add_column(name, justify="right", no_wrap=True)
    for face in contents.faces:
        record, splits = face.record, face.splits
        counts = (record.count, splits["train"], splits["validation"], splits["test"], record.cropped)
        table.add_row(record.key, record.role, *(f"{count:,}" for count in counts))
    table.caption = "\n".join(f"{face.record.key}: {face.record.location}" for face in contents.faces)
    table.caption_justify = "left"
    return table


def _short(text: str, most: int = 160) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
