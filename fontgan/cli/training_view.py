"""What `fontgan train` shows of a training."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

import typer
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as RichProgress
from rich.table import Table

from fontgan.cli.console import messages
from fontgan.evaluation.metrics import Measures
from fontgan.training.run import Event, Finished, Progressed, Sampled, Started


class TrainingView:
    """What is shown of a training: a live bar on a terminal, and a line for each sample sheet."""

    def __init__(self) -> None:
        self._progress = RichProgress(
            TextColumn("step {task.fields[step]:,}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[status]}"),
            console=messages,
        )
        self._task = self._progress.add_task("training", total=1.0, step=0, status="starting", visible=False)

    def __enter__(self) -> TrainingView:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Started():
                _show_start(event)
                self._progress.update(self._task, visible=True)
            case Progressed():
                status = _status(event)
                self._progress.update(self._task, completed=event.progress, step=event.step, status=status)
            case Sampled():
                held_out = event.measures
                messages.print(
                    f"step {event.step:>7,}   held out: IoU {held_out.iou:.3f}, "
                    f"fixed L1 {held_out.fixed_l1:.3f}, grey {held_out.grey:.1%}"
                )
            case Finished():
                self._progress.update(self._task, visible=False)
                self._progress.stop()
                _show_end(event)


def _status(event: Progressed) -> str:
    losses = "  ".join(f"{name} {value:.3f}" for name, value in event.losses.items())
    left = event.seconds * (1 - event.progress) / event.progress if event.progress else 0.0
    clock = f"{int(left) // 60}:{int(left) % 60:02} left" if event.progress else ""
    return f"{losses}  {event.images_per_second:,.0f} images/s  {clock}"


def _show_start(event: Started) -> None:
    counts = event.counts
    contents = " + ".join(content.family for content in event.contents)
    messages.print(f"{contents} → {event.style.family}, in {event.run}", style="bold")
    messages.print(
        f"{counts['train']:,} characters to learn from, {counts['validation']:,} to watch, "
        f"{counts['test']:,} to test; {event.parameters / 1e6:.2f} million weights"
    )
    messages.print(event.engine)
    messages.print(f"sample sheets in {event.run / 'samples'}")


def _show_end(event: Finished) -> None:
    ended = "stopped" if event.interrupted else "trained"
    messages.print(
        f"{ended} {event.training_seconds:.0f} s at {event.images_per_second:,.0f} images/s "
        f"(besides: start {event.start_seconds:.0f} s, samples {event.sample_seconds:.0f} s)"
    )
    messages.print(_measures_table(event.test))
    typer.echo(event.checkpoint)
    # Without --checkpoint, generate takes the newest run in runs/.
    elsewhere = event.run.parent != Path("runs")
    checkpoint = f" --checkpoint {shlex.quote(str(event.run))}" if elsewhere else ""
    example = event.example if event.example.isalnum() else shlex.quote(event.example)
    messages.print(f"Next: fontgan generate --chars {example}{checkpoint}", style="bold")


def _measures_table(test: Mapping[str, Measures]) -> Table:
    table = Table(title="test characters, never seen", title_justify="left")
    table.add_column("")
    for title in ("IoU of ink ↑", "fixed L1 ↓", "L1 ↓", "grey pixels"):
        table.add_column(title, justify="right")
    for name, measures in test.items():
        table.add_row(
            name,
            f"{measures.iou:.3f}",
            f"{measures.fixed_l1:.3f}",
            f"{measures.l1:.3f}",
            f"{measures.grey:.1%}",
        )
    return table
