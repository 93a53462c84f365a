"""`fontgan inspect DATASET`: the glyphs in a dataset, and whether they are intact."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from fontgan.errors import FontganError

if TYPE_CHECKING:
    from fontgan.data.inspection import StoreContents


def inspect_store(path: Path, sheet: Path | None, seed: int, verify: bool, as_json: bool) -> None:
    """Show what a dataset holds; verify every glyph of it if asked.

    Raises:
        FontganError: it cannot be read, or is damaged.
    """
    from fontgan.cli.console import Bar, default_sheet, echo, print_json, results
    from fontgan.data.inspection import contents_of, random_glyphs
    from fontgan.data.store import GlyphStore
    from fontgan.data.verification import problems_of
    from fontgan.fonts.location import FontLocation
    from fontgan.report.contact import store_sheet
    from fontgan.sheet import COLUMNS, save_png

    if verify:
        with Bar("glyphs") as bar:
            problems = problems_of(path, bar)
        if problems:  # the file is not opened here: LMDB could crash
            if as_json:
                print_json({"path": str(path), "problems": problems, "sheet": None})
            more = f", and {len(problems) - 1:,} more" if len(problems) > 1 else ""
            raise FontganError(f"{problems[0]}{more}", "render it again")
    target = sheet or default_sheet(FontLocation(path))
    with GlyphStore(path) as store:
        contents = contents_of(store)
        save_png(target, store_sheet(path.name, contents.size, random_glyphs(store, COLUMNS, seed)))
    if as_json:
        checked: dict[str, list[str]] = {"problems": []} if verify else {}
        faces = [
            {"record": {**face.record.to_json(), "role": face.role}, "splits": face.splits}
            for face in contents.faces
        ]
        print_json({**asdict(contents), "faces": faces, **checked, "sheet": target})
        return
    _show(contents)
    if verify:
        results.print(f"verified: all {contents.glyphs:,} glyphs are intact")
    echo(target)


def _show(contents: StoreContents) -> None:
    from fontgan.cli.console import results, show_rows

    title = (
        f"{contents.path}: {contents.glyphs:,} glyphs at {_canvas(contents)}, "
        f"{contents.bytes / 1e6:.1f} MB, {contents.completed}"
    )
    rows = []
    for face in contents.faces:
        record, splits = face.record, face.splits
        counts = (record.count, splits["train"], splits["validation"], splits["test"], record.cropped)
        rows.append([record.key, face.role, *(f"{count:,}" for count in counts)])
    show_rows(results, title, ("face", "role", "glyphs", "train", "validation", "test", "cut"), rows, names=2)
    for face in contents.faces:
        results.print(f"{face.record.key}: {face.record.location}", style="dim", soft_wrap=True)


def _canvas(contents: StoreContents) -> str:
    margin = f" with a margin of {contents.margin:g} em" if contents.margin else ""
    return f"{contents.size} px{margin}"
