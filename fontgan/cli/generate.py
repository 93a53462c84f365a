"""`fontgan generate`: draw characters with a trained run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fontgan.cli.drawing_options import (
    CheckpointOption,
    CleaningOption,
    DeviceOption,
    SourcesOption,
    StyleOption,
    show_characters,
)
from fontgan.cli.outputs import check_folder, folder_of
from fontgan.errors import FontganError
from fontgan.fonts.location import FONT_SUFFIXES, PICTURE_SUFFIXES

# The first sentence of 蘭亭集序 (353), in simplified characters: it begins with 永和.
_EXAMPLE = "永和九年岁在癸丑暮春之初会于会稽山阴之兰亭"

_OTHER_PICTURES = (PICTURE_SUFFIXES | {".pdf"}) - {".png"}


def generate_command(
    chars: Annotated[
        str,
        typer.Option(
            metavar="TEXT|FILE|NAME",
            help="Characters to draw: text, a text file, the name of a set (as for render-dataset), or "
            "missing:NAME for those of a set that the style font lacks; missing alone is missing:gb2312.",
        ),
    ] = _EXAMPLE,
    checkpoint: CheckpointOption = None,
    source: SourcesOption = None,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR|FILE.png",
            help="Folder for the sheet of the first characters and one image per character, or a PNG file "
            "for the sheet alone. "
            "[default: generated/RUN, plus the style, reference, direction or cleaning]",
        ),
    ] = None,
    style: StyleOption = None,
    reference: Annotated[
        str | None,
        typer.Option(
            metavar="FONT|DIR",
            help="Font or folder of glyph pictures that shows a new style (wnet).",
        ),
    ] = None,
    backward: Annotated[
        bool,
        typer.Option("--backward", help="Translate from the style back to the content font (cyclegan)."),
    ] = False,
    cleaning: CleaningOption = "none",
    svg: Annotated[
        bool,
        typer.Option("--svg", help="Write the outline of each character too, as an SVG beside its image."),
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Mark doubtful characters on the sheet, and list them beside it, as `fontgan check` does: "
            "some 4 ms per character.",
        ),
    ] = False,
    device: DeviceOption = "auto",
) -> None:
    """Draw characters in a learnt style.

    The result is one image per character, written as they are drawn, and a labelled sheet of the first
    ones. Characters that the content font does not have are omitted.

    torchrun starts several processes that share the work.
    """
    from fontgan.cli.console import Bar, echo, messages, show_notes
    from fontgan.compute.launch import first_process, usable_cores
    from fontgan.fonts.charset import parse_charset
    from fontgan.fonts.location import FontLocation

    with messages.status("loading torch"):
        from fontgan.compute.choosing import choose_engine, prepare_process
        from fontgan.drawing.drawer import Drawer
        from fontgan.drawing.drawing import MOST_ON_SHEET
        from fontgan.judging.doubts import Checker
        from fontgan.report.glyphs import is_sheet, save_drawing

    shown = None if reference is None else FontLocation.parse(reference)
    words = (style, shown.path.stem if shown else None, "backward" if backward else None, cleaning)
    if output is not None:
        _check_output(output, svg)
    prepare_process(choose_engine(device))
    drawer = Drawer(checkpoint, style, shown, source or (), backward, device)
    messages.print(f"drawing with {drawer.weights}")
    target = output or folder_of("generated", drawer.name, *words)
    _check_output(target, svg)
    codes = parse_charset(chars, drawer.style_draws)
    show_notes(drawer.notes)
    checker = Checker(drawer) if check and first_process() else None
    with Bar("characters") as bar:
        parts = drawer.parts(codes, cleaning, bar)
        finder = checker.judge if checker else None
        saved = save_drawing(parts, target, first_process(), svg, usable_cores(), finder)
    show_notes(checker.notes if checker else ())
    show_characters("omitted: the content font does not have", saved.lacking)
    show_characters("without an outline: the images are blank or noise:", saved.untraced)
    why = "the strokes or the outline" if check else "the outline"
    show_characters(f"to look at: {why} may be wrong of", saved.doubtful)
    if is_sheet(target) and len(codes) - len(saved.lacking) > MOST_ON_SHEET:
        shown_first = f"the sheet shows the first {MOST_ON_SHEET} of {len(codes):,} characters"
        show_notes([f"{shown_first}: name a folder with --output to get an image of each"])
    if first_process():
        for path in saved.paths:
            echo(path)


def _check_output(target: Path, svg: bool) -> None:
    """Refuse an output that cannot be written before anything is drawn, not after."""
    if target.suffix.lower() == ".png":
        if svg:
            raise FontganError(f"{target} is a sheet alone, without outlines", "name a folder, or omit {svg}")
        if target.is_dir():
            raise FontganError(f"{target} is a folder, not a PNG file", "choose another {output}")
    elif target.suffix.lower() in FONT_SUFFIXES:
        raise FontganError(
            "generate draws images, not a font",
            "make one with {export_font}, or name a folder or {png}",
            png=target.with_suffix(".png"),
        )
    elif target.suffix.lower() == ".svg":
        raise FontganError(
            "sheets are PNG files", "name a folder, and pass {svg} for the outline of each character"
        )
    elif target.suffix.lower() in _OTHER_PICTURES:
        raise FontganError("sheets are PNG files", "name {png}, or a folder", png=target.with_suffix(".png"))
    else:
        check_folder(target)
