"""`fontgan report`: a run or a comparison as one HTML page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fontgan.cli.drawing_options import DeviceOption
from fontgan.errors import FontganError


def report_command(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="RUN|COMPARISON", help="Run or comparison to show. [default: the newest run]"),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(metavar="FILE.html", help="Page to write. [default: reports/NAME.html]")
    ] = None,
    device: DeviceOption = "auto",
) -> None:
    """Make a page of a run or a comparison: one HTML file, to read in a browser and to send.

    Of a run: its measures beside those of the content glyph, of the nearest learnt glyph and of the true
    glyph itself, its best and worst characters, samples, curves, settings and network. Of a comparison:
    its measures with their spread, against time, FLOPs and data, and the same characters by all.
    """
    from fontgan.cli.console import echo, messages, show_notes

    if output is not None and output.suffix.lower() not in (".html", ".htm"):
        raise FontganError("reports are HTML files", "name {html}", html=output.with_suffix(".html"))
    with messages.status("loading torch"):
        from fontgan.cli.report_comparison import is_comparison, report_comparison
        from fontgan.cli.report_run import report_run
        from fontgan.runs.finding import newest_run
        from fontgan.runs.folder import Run, is_run

    if path is not None and is_comparison(path):
        page = output or Path("reports") / f"{path.absolute().name}.html"
        show_notes(report_comparison(path, page))
        echo(page)
        return
    if path is not None and not is_run(path):
        what = "is neither a run nor a comparison" if path.exists() else "does not exist"
        raise FontganError(f"{path} {what}", "pass the folder of one")
    run = newest_run() if path is None else Run(path)
    page = output or Path("reports") / f"{run.name}.html"
    report_run(run, page, device)
    echo(page)
