"""`fontgan inspect`: what a font really draws, what a dataset holds, or the results of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fontgan.errors import FontganError


def inspect_command(
    path: Annotated[
        str,
        typer.Argument(
            metavar="FONT|DATASET|RUN",
            help="Font, folder of glyph pictures, dataset, run or checkpoint.",
        ),
    ],
    charset: Annotated[
        str | None,
        typer.Option(metavar="NAME|FILE|TEXT", help="List which of these characters the font lacks."),
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.png|FILE.svg",
            help="File for the contact sheet, or for the drawing of --network or --units. [default: "
            "inspected/NAME.png, inspected/RUN-network.svg or inspected/RUN-units.png]",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Random seed for the characters on the sheet.")] = 0,
    verify: Annotated[bool, typer.Option("--verify", help="Check every glyph of a dataset.")] = False,
    network: Annotated[
        bool, typer.Option("--network", help="List the layers of a run's network, and draw it as an SVG.")
    ] = False,
    units: Annotated[
        bool,
        typer.Option(
            "--units", help="List which units of a run's network draw which strokes, and draw without them."
        ),
    ] = False,
    layer: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LAYER",
            help="Layer for --units, as --network lists it; may be repeated. [default: the innermost and the "
            "last before the image]",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show what a font, dataset or run holds.

    Of a font, or a folder of glyph pictures: which characters it really draws, and a contact sheet. Of a
    dataset: its faces, characters and splits. Of a run: what it learnt, and how well; its layers, or which of
    their units draw which strokes.
    """
    from fontgan.cli.inspect_run import inspect_run, is_run
    from fontgan.data.store import is_store

    if is_run(Path(path)):
        _refuse(charset is not None, "--charset is for fonts", path, "a run")
        _refuse(verify, "--verify is for datasets", path, "a run")
        _refuse(seed != 0, "--seed is for contact sheets", path, "a run")
        _check_units(units, network, layer)
        if units:
            from fontgan.cli.inspect_units import inspect_units

            inspect_units(Path(path), layer or (), sheet, as_json)
            return
        inspect_run(Path(path), network, sheet, as_json)
        return
    _refuse(network, "--network is for runs", path, "not a run")
    _refuse(units or bool(layer), "--units is for runs", path, "not a run")
    if sheet is not None and sheet.suffix.lower() != ".png":
        raise FontganError(
            f"sheets are PNG files, and {sheet} is not", "name {name}", name=sheet.with_suffix(".png")
        )
    if is_store(Path(path)):
        from fontgan.cli.inspect_store import inspect_store

        _refuse(
            charset is not None, "--charset is for fonts", path, "a dataset, which lists its own characters"
        )
        inspect_store(Path(path), sheet, seed, verify, as_json)
        return
    from fontgan.cli.inspect_font import inspect_font

    _refuse(verify, "--verify is for datasets", path, "not a dataset")
    inspect_font(path, charset, sheet, seed, as_json)


def _check_units(units: bool, network: bool, layer: list[str] | None) -> None:
    if units and network:
        raise FontganError("--network and --units are two different lists", "pass one of them")
    if layer and not units:
        raise FontganError("--layer is for --units")


def _refuse(asked: bool, purpose: str, path: str, what: str) -> None:
    """Refuse an option that does not apply."""
    if asked:
        raise FontganError(f"{purpose}, but {path} is {what}")
