"""`fontgan inspect RUN`: what a run has become, and what its network consists of."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from fontgan.errors import FontganError

if TYPE_CHECKING:
    from rich.table import Table
    from torch import nn

    from fontgan.anatomy.layers import Anatomy
    from fontgan.runs.checkpoint import CheckpointRecord

_MEASURES = {"iou": "IoU", "fixed_l1": "fixed L1", "l1": "L1", "ssim": "SSIM", "ink": "ink", "grey": "grey"}


def is_run(path: Path) -> bool:
    """Whether it is the folder of a run, or may be a file of weights."""
    from fontgan.runs.folder import CONFIG

    return (path / CONFIG).is_file() or path.suffix == ".safetensors"


def inspect_run(path: Path, network: bool, drawing: Path | None, as_json: bool) -> None:
    """Show what a run, or a file of weights, is; or the layers of its network, and draw it.

    Raises:
        FontganError: there are no weights, or damaged ones; or the drawing's name cannot be meant.
    """
    from fontgan.cli.console import messages, results

    _check_drawing(network, drawing)
    with messages.status("loading torch"):
        from fontgan.runs.checkpoint import find_checkpoint, load_checkpoint, run_name

    found = find_checkpoint(path, Path("runs"))
    generator, record = load_checkpoint(found)
    name = run_name(found.resolve())
    anatomy = _dissect(generator, record) if network else None
    if anatomy is not None:
        from fontgan.report.network import save_network

        drawing = drawing or Path("inspected") / f"{name}-network.svg"
        save_network(drawing, anatomy, f"{name}: {_title(record)}")
    if as_json:
        _print_json(found, generator, record, anatomy, drawing)
    elif anatomy is None:
        results.print(_run_table(name, found, generator, record))
    else:
        results.print(_layer_table(f"{name}: {_title(record)}", anatomy))
        typer.echo(drawing)


def _check_drawing(network: bool, drawing: Path | None) -> None:
    if drawing is None:
        return
    if not network:
        raise FontganError("--sheet is for fonts and glyph stores, or for what --network draws of a run")
    if drawing.suffix.lower() != ".svg":
        raise FontganError(f"networks are drawn as SVG files: name {drawing.with_suffix('.svg')}")


def _dissect(generator: nn.Module, record: CheckpointRecord) -> Anatomy:
    from fontgan.anatomy.layers import dissect
    from fontgan.models import find_model
    from fontgan.models.examples import example_inputs

    return dissect(generator, example_inputs(find_model(record.model), record.settings, record.size))


def _title(record: CheckpointRecord) -> str:
    return f"{record.model} at {record.size} px, step {record.step:,}"


def _print_json(
    found: Path, generator: nn.Module, record: CheckpointRecord, anatomy: Anatomy | None, drawing: Path | None
) -> None:
    """The record, and what was found out; the network and its drawing are null where nobody asked."""
    import json

    from fontgan.networks.counting import count_weights

    data: dict[str, Any] = {
        "checkpoint": str(found),
        "model": record.model,
        "first": None if record.first is None else record.first.model,
        "settings": asdict(record.settings),
        "contents": [asdict(face) for face in record.contents],
        "styles": [asdict(face) for face in record.styles],
        "size": record.size,
        "step": record.step,
        "parameters": count_weights(generator),
        "measures": record.measures,
        "best_by": record.best_by,
        "network": None if anatomy is None else asdict(anatomy),
        "drawing": None if drawing is None else str(drawing),
    }
    typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))


def _run_table(name: str, found: Path, generator: nn.Module, record: CheckpointRecord) -> Table:
    from rich.table import Table

    from fontgan.data.record import families
    from fontgan.models import find_model
    from fontgan.networks.counting import count_weights

    table = Table(title=name, title_justify="left", show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    model = find_model(record.model)
    many = len(record.styles) > 1
    rows = {
        "model": f"{record.model}: {model.summary}",
        "source": model.source,
        "first stage": record.first.model if record.first is not None else "",
        "content": families(record.contents),
        f"styles ({len(record.styles)})" if many else "style": families(record.styles, most=8),
        "size": f"{record.size} px",
        "steps": f"{record.step:,}",
        "weights": f"{count_weights(generator):,}",
        "held out": _measures(record),
        "best by": _MEASURES.get(record.best_by, record.best_by),
        "in": str(found),
    }
    for title, text in rows.items():
        if text:
            table.add_row(title, text)
    return table


def _measures(record: CheckpointRecord) -> str:
    known = [(title, record.measures[key]) for key, title in _MEASURES.items() if key in record.measures]
    return ", ".join(f"{title} {value:.3f}" for title, value in known)


def _layer_table(title: str, anatomy: Anatomy) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    table.add_column("layer", overflow="fold")
    table.add_column("kind", no_wrap=True)
    for heading in ("output", "weights"):
        table.add_column(heading, justify="right", no_wrap=True)
    for layer in anatomy.layers:
        shape = " × ".join(map(str, layer.shape))
        table.add_row(layer.name, layer.kind, shape, f"{layer.parameters:,}" if layer.parameters else "")
    table.add_section()
    table.add_row("all that it has", "", "", f"{anatomy.parameters:,}")
    table.caption = "\n".join(note for part in anatomy.parts for note in part.notes) or None
    table.caption_justify = "left"
    return table
