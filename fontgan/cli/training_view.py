"""What `fontgan train` shows of a training."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer
from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fontgan.cli.console import messages, results
from fontgan.config.writing import to_toml
from fontgan.data.record import families
from fontgan.data.splits import Split
from fontgan.measures.glyphs import Measures
from fontgan.training.estimate import Estimate
from fontgan.training.events import Event, Finished, Progressed, Sampled, Started

_SPARKS = "▁▂▃▄▅▆▇█"
_SPARK_WIDTH = 32  # so that a line fits into 80 columns


class TrainingView:
    """What is shown of a training: a live view on a terminal, and a line for each sample sheet."""

    def __init__(self) -> None:
        self._live = Live(console=messages, refresh_per_second=4, transient=True)
        self._now: Progressed | None = None
        self._losses: dict[str, list[float]] = {}
        self._held_out: list[Measures] = []

    def __enter__(self) -> TrainingView:
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Started():
                _show_start(event)
                if messages.is_terminal:
                    self._live.start()
            case Progressed():
                self._now = event
                for name, value in event.losses.items():
                    self._losses.setdefault(name, []).append(value)
                self._live.update(self._picture(event))
            case Sampled():
                self._held_out.append(event.measures)
                messages.print(
                    _sample_line(event, None if messages.is_terminal else self._now), soft_wrap=True
                )
            case Finished():
                self._live.stop()
                _show_end(event)

    def _picture(self, now: Progressed) -> RenderableType:
        """Where the training is: a bar, the losses with their course, the measure held out with its own."""
        table = Table.grid(padding=(0, 2))
        table.add_row(
            Text(f"step {now.step:,}"),
            ProgressBar(total=1.0, completed=min(1.0, now.progress), width=_SPARK_WIDTH),
            Text(f"{now.progress:.0%}   {now.images_per_second:,.0f} images/s   {_left(now)}"),
        )
        for name, values in self._losses.items():
            table.add_row(Text(name), Text(sparkline(values), style="cyan"), Text(f"{values[-1]:.3f}"))
        if self._held_out:
            ious, last = [measures.iou for measures in self._held_out], self._held_out[-1]
            told = f"IoU {last.iou:.3f}   fixed L1 {last.fixed_l1:.3f}"
            table.add_row(Text("held out"), Text(sparkline(ious), style="green"), Text(told))
        return Group(table)


def sparkline(values: Sequence[float], width: int = _SPARK_WIDTH) -> str:
    """The course of values as one line of blocks: the means of stretches, the lowest ▁ and the highest █."""
    count = min(width, len(values))
    stretches = [values[len(values) * i // count : len(values) * (i + 1) // count] for i in range(count)]
    means = [sum(stretch) / len(stretch) for stretch in stretches]
    low, high = min(means), max(means)
    steps = len(_SPARKS) - 1
    return "".join(_SPARKS[round((mean - low) / (high - low) * steps) if high > low else 0] for mean in means)


def show_estimate(found: Estimate) -> None:
    """The decided settings on standard output, and what the training would take as messages."""
    plan = found.plan
    title = f"{found.title}, all settings as decided"
    results.print(to_toml({"training": plan, plan.model: found.settings}, title), end="", soft_wrap=True)
    weights = " and ".join(f"{count / 1e6:.2f} million ({name})" for name, count in found.parameters.items())
    contents = families(found.contents)
    messages.print(f"{contents} → {families(found.styles)}: {_counted(found.counts)}")
    messages.print(f"weights: {weights}")
    messages.print(found.engine)
    messages.print(
        f"{found.steps:,} steps in {_clock(found.minutes * 60)} at {found.images_per_second:,.0f} images/s; "
        f"{found.memory / 2**30:.1f} GiB of memory (measured in a few steps; nothing was written)"
    )


def _left(now: Progressed) -> str:
    return f"{_clock(now.seconds * (1 - now.progress) / now.progress)} left" if now.progress else ""


def _clock(seconds: float) -> str:
    """1:05 or 2:03:04."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def _held_out(measures: Measures) -> str:
    return f"IoU {measures.iou:.3f}, fixed L1 {measures.fixed_l1:.3f}, grey {measures.grey:.1%}"


def _sample_line(event: Sampled, now: Progressed | None) -> str:
    """The measures; where there is no live view, the losses and the speed too."""
    line = f"step {event.step:>7,}   held out: {_held_out(event.measures)}"
    if now is not None:
        losses = ", ".join(f"{name} {value:.3f}" for name, value in now.losses.items())
        line += f"   {losses}   {now.images_per_second:,.0f} images/s   {_left(now)}"
    return line


def _counted(counts: Mapping[Split, int]) -> str:
    return (
        f"{counts['train']:,} characters to learn from, {counts['validation']:,} to watch, "
        f"{counts['test']:,} to test"
    )


def _show_start(event: Started) -> None:
    contents = families(event.contents)
    again = f", from step {event.step:,} on" if event.step else ""
    messages.print(f"{contents} → {families(event.styles)}, in {event.run}{again}", style="bold")
    if event.anew:
        messages.print("note: it had kept no checkpoint, and begins anew", style="yellow")
    messages.print(f"{_counted(event.counts)}; {event.parameters / 1e6:.2f} million weights")
    messages.print(event.engine)
    messages.print(f"sample sheets in {event.run / 'samples'}")


def _show_end(event: Finished) -> None:
    ended = "stopped" if event.interrupted else "trained"
    messages.print(
        f"{ended} after {event.training_seconds:.0f} s at {event.images_per_second:,.0f} images/s "
        f"(besides: start {event.start_seconds:.0f} s, samples {event.sample_seconds:.0f} s)"
    )
    if event.best_step != event.step:
        messages.print(f"the best on held-out characters was step {event.best_step:,}: that is what counts")
    messages.print(_measures_table(event.test))
    typer.echo(event.checkpoint)
    run = shlex.quote(str(event.run))
    if event.interrupted:
        messages.print(f"To go on: fontgan train --run {run} --resume", style="bold")
    # Without --checkpoint, generate takes the newest run in runs/.
    elsewhere = event.run.parent != Path("runs")
    checkpoint = f" --checkpoint {run}" if elsewhere else ""
    example = event.example if event.example.isalnum() else shlex.quote(event.example)
    messages.print(f"Next: fontgan generate --chars {example}{checkpoint}", style="bold")


def _measures_table(test: Mapping[str, Measures]) -> Table:
    table = Table(title="test characters, never seen", title_justify="left")
    table.add_column("")
    for title in ("IoU of ink ↑", "fixed L1 ↓", "L1 ↓", "SSIM ↑", "grey"):
        table.add_column(title, justify="right")
    for name, measures in test.items():
        table.add_row(
            name,
            f"{measures.iou:.3f}",
            f"{measures.fixed_l1:.3f}",
            f"{measures.l1:.3f}",
            f"{measures.ssim:.3f}",
            f"{measures.grey:.1%}",
        )
    return table
