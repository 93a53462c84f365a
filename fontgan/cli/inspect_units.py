"""`fontgan inspect RUN --units`: which units of a network draw which strokes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fontgan.errors import FontganError

if TYPE_CHECKING:
    from fontgan.judging.ablation import Effect
    from fontgan.judging.dissection import Dissection, Together, Unit

_LISTED = 10  # units of a layer, in the table; JSON has all
_IN_BRIEF = (
    "lies on: what the glyph has where the unit is most active, with IoU (by chance) · ink −, ink +: what "
    "disappears and appears with the unit off, as a share of the ink · most of, and the columns of strokes: "
    "the share of their ink that disappears · fixed L1: by how much the error rises"
)


def inspect_units(path: Path, layers: Sequence[str], sheet: Path | None, as_json: bool) -> None:
    """List the units with the greatest effect, and draw characters without them.

    Raises:
        FontganError: the run cannot draw, a layer is not there, or the sheet is not named as a PNG file.
    """
    from fontgan.cli.console import Bar, echo, messages, print_json, show_notes

    if sheet is not None and sheet.suffix.lower() != ".png":
        raise FontganError("units are drawn on PNG files", "name {png}", png=sheet.with_suffix(".png"))
    with messages.status("loading torch"):
        from fontgan.compute.choosing import choose_engine, prepare_process
        from fontgan.drawing.drawer import Drawer
        from fontgan.judging.characters import characters_to_look_at
        from fontgan.judging.dissection import CHARACTERS, dissect_units
        from fontgan.report.units import save_units

    prepare_process(choose_engine("auto"))
    drawer = Drawer(path)
    with Bar("units") as bar:
        found = dissect_units(drawer, characters_to_look_at(drawer, CHARACTERS), layers, bar)
    sheet = sheet or Path("inspected") / f"{drawer.name}-units.png"
    save_units(sheet, found)
    show_notes(found.notes)
    if as_json:
        print_json({"checkpoint": str(drawer.weights), **found.to_json(), "drawing": str(sheet)})
        return
    _show_units(found)
    echo(sheet)


def _show_units(found: Dissection) -> None:
    from fontgan.cli.console import results, show_rows
    from fontgan.judging.strokes import INKED

    headings = ("unit", "lies on", "IoU", "ink −", "ink +", "most of", "fixed L1")
    joint = ("units that lie on", "number", "ink −", "ink +", *INKED, "fixed L1")
    for layer, (channels, high, wide) in found.layers.items():
        units = [unit for unit in found.units if unit.layer == layer][:_LISTED]
        title = f"{layer}: {len(units)} of {channels} units of {high} × {wide}, one off at a time"
        show_rows(results, title, headings, map(_unit_row, units), names=2)
        together = [_joint_row(each) for each in found.together if each.layer == layer]
        show_rows(results, f"{layer}: several units off together", joint, together)
    results.print(_IN_BRIEF, style="dim")


def _unit_row(unit: Unit) -> tuple[str, ...]:
    agreement, effect = unit.agreements.get(unit.matches), unit.effect
    return (
        str(unit.number),
        unit.matches,
        f"{agreement.iou:.2f} ({agreement.chance:.2f})" if agreement else "",
        *_ink(effect),
        f"{effect.hits} {effect.removed_of[effect.hits]:.0%}" if effect.hits else "",
        _error(effect),
    )


def _joint_row(each: Together) -> tuple[str, ...]:
    lost = (f"{share:.0%}" for share in each.effect.removed_of.values())
    return (each.concept, str(len(each.units)), *_ink(each.effect), *lost, _error(each.effect))


def _ink(effect: Effect) -> tuple[str, str]:
    return f"{effect.removed:.1%}", f"{effect.added:.1%}"


def _error(effect: Effect) -> str:
    return "" if effect.fixed_l1 is None else f"{effect.fixed_l1:+.3f}"
