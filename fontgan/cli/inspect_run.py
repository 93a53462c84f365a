"""`fontgan inspect RUN`: what a run has learnt, and the layers of its network."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fontgan.cli.run_facts import facts_of, figures_of, network_of
from fontgan.errors import FontganError

if TYPE_CHECKING:
    from rich.table import Table
    from torch import nn

    from fontgan.anatomy.layers import Anatomy
    from fontgan.runs.record import CheckpointRecord


def is_run(path: Path) -> bool:
    """Whether it is the folder of a run, or named as a file of weights."""
    from fontgan.runs import folder

    return folder.is_run(path) or path.suffix == ".safetensors"


def inspect_run(path: Path, network: bool, drawing: Path | None, as_json: bool) -> None:
    """Show what a run or a file of weights is, or list the layers of its network and draw it.

    Raises:
        FontganError: there are no weights, or damaged ones; or the drawing is not named as an SVG file.
    """
    from fontgan.cli.console import echo, messages, print_json, results

    _check_drawing(network, drawing)
    with messages.status("loading torch"):
        from fontgan.runs.folder import name_of
        from fontgan.runs.weights import load_best

    found, generator, record = load_best(path)
    name = name_of(found)
    anatomy = network_of(generator, record) if network else None
    if anatomy is not None:
        from fontgan.report.network import save_network

        drawing = drawing or Path("inspected") / f"{name}-network.svg"
        save_network(drawing, anatomy, f"{name}: {_title(record)}")
    if as_json:
        print_json(_summary(found, generator, record, anatomy, drawing))
    elif anatomy is None:
        _show_run(name, generator, record)
        echo(found)
    else:
        results.print(_layer_table(f"{name}: {_title(record)}", anatomy))
        echo(drawing)


def _check_drawing(network: bool, drawing: Path | None) -> None:
    if drawing is None:
        return
    if not network:
        raise FontganError(
            "--sheet is for fonts and datasets, or for the drawing that --network or --units makes of a run"
        )
    if drawing.suffix.lower() != ".svg":
        raise FontganError("networks are drawn as SVG files", "name {svg}", svg=drawing.with_suffix(".svg"))


def _title(record: CheckpointRecord) -> str:
    return f"{record.model} at {record.size} px, step {record.step:,}"


def _summary(
    found: Path, generator: nn.Module, record: CheckpointRecord, anatomy: Anatomy | None, drawing: Path | None
) -> dict[str, Any]:
    """The record and what was measured of the network; network and drawing are null unless asked for."""
    from fontgan.networks.counting import count_weights

    return {
        "checkpoint": str(found),
        "model": record.model,
        "first": None if record.first is None else record.first.model,
        "settings": asdict(record.settings),
        "contents": [face.to_json() for face in record.contents],
        "styles": [face.to_json() for face in record.styles],
        "stacked": record.stacked,
        "size": record.size,
        "canvas": record.canvas.to_json(),
        "base": None if record.base is None else record.base.to_json(),
        "step": record.step,
        "parameters": count_weights(generator),
        "measures": record.measures,
        "best_by": record.best_by,
        "network": None if anatomy is None else asdict(anatomy),
        "drawing": None if drawing is None else str(drawing),
    }


def _show_run(name: str, generator: nn.Module, record: CheckpointRecord) -> None:
    from fontgan.cli.console import results, show_facts
    from fontgan.measures.table import IN_BRIEF
    from fontgan.networks.counting import count_weights

    margin = record.canvas.margin
    rows = facts_of(record) | {
        "size": f"{record.size} px" + (f", margin {margin:g} em" if margin else ""),
        "steps": f"{record.step:,}",
        "weights": f"{count_weights(generator):,}",
    }
    show_facts(name, rows | figures_of(record))
    results.print(IN_BRIEF, style="dim")


def _layer_table(title: str, anatomy: Anatomy) -> Table:
    from rich.table import Table

    from fontgan.cli.console import several_lines

    table = Table(title=title, title_justify="left")
    table.add_column("layer", overflow="fold")
    table.add_column("kind", no_wrap=True)
    for heading in ("output", "weights"):
        table.add_column(heading, justify="right", no_wrap=True)
    for layer in anatomy.layers:
        shape = " × ".join(map(str, layer.shape))
        table.add_row(layer.name, layer.kind, shape, f"{layer.parameters:,}" if layer.parameters else "")
    table.add_section()
    table.add_row("total", "", "", f"{anatomy.parameters:,}")
    if notes := [note for part in anatomy.parts for note in part.notes]:
        table.caption = several_lines(notes)
    table.caption_justify = "left"
    return table
