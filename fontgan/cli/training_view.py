"""What `fontgan train` shows of a run."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from fontgan.cli.console import echo, messages, results, several_lines, show_notes, show_rows
from fontgan.config.writing import to_toml
from fontgan.data.record import families
from fontgan.data.splits import Few, Split
from fontgan.measures.table import IN_BRIEF, MEASURES, Measures, in_words
from fontgan.runs.folder import RUNS, Run
from fontgan.training.estimate import Estimate
from fontgan.training.events import Event, Finished, Progressed, Sampled, Started

_SPARKS = "▁▂▃▄▅▆▇█"
_SPARK_WIDTH = 32  # so that a line fits into 80 columns


class TrainingView:
    """Shows a run: a live view on a terminal, and a line for each sample sheet.

    Args:
        began: `time.perf_counter()` when the command began, so that its imports count as its start.
    """

    def __init__(self, began: float | None = None) -> None:
        self._began = time.perf_counter() if began is None else began
        self._start_seconds = 0.0
        self._live = Live(console=messages, refresh_per_second=4, transient=True)
        self._now: Progressed | None = None
        self._losses: dict[str, list[float]] = {}
        self._held_out: list[Measures] = []
        self._few: Few | None = None

    def __enter__(self) -> TrainingView:
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Started():
                self._start_seconds = time.perf_counter() - self._began
                self._few = event.few
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
                now = None if messages.is_terminal else self._now
                messages.print(_sample_line(event, now, self._few), soft_wrap=True)
            case Finished():
                self._live.stop()
                _show_end(event, self._start_seconds, self._few)

    def _picture(self, now: Progressed) -> RenderableType:
        """A progress bar, the curves of the losses, and that of the IoU on held-out characters."""
        table = Table.grid(padding=(0, 2))
        table.add_row(
            f"step {now.step:,}",
            ProgressBar(total=1.0, completed=min(1.0, now.progress), width=_SPARK_WIDTH),
            f"{now.progress:.0%}   {now.images_per_second:,.0f} images/s   {_left(now)}",
        )
        for name, values in self._losses.items():
            table.add_row(name, Text(sparkline(values), style="cyan"), f"{values[-1]:.3f}")
        if self._held_out:
            ious = [measures["iou"] for measures in self._held_out]
            last = in_words(self._held_out[-1], "iou", "fixed_l1")
            table.add_row(_watched(self._few), Text(sparkline(ious), style="green"), last)
        return Group(table)


def sparkline(values: Sequence[float], width: int = _SPARK_WIDTH) -> str:
    """A curve as one line of blocks: the means of stretches, the lowest ▁ and the highest █."""
    count = min(width, len(values))
    stretches = [values[len(values) * i // count : len(values) * (i + 1) // count] for i in range(count)]
    means = [sum(stretch) / len(stretch) for stretch in stretches]
    low, high = min(means), max(means)
    steps = len(_SPARKS) - 1
    return "".join(_SPARKS[round((mean - low) / (high - low) * steps) if high > low else 0] for mean in means)


def show_estimate(found: Estimate) -> None:
    """Print the settings on standard output, and the estimate as messages."""
    plan = found.decision.plan
    title = f"{found.title}, all settings as decided"
    settings = to_toml({"training": plan, plan.model: found.decision.settings}, title)
    results.print(several_lines(settings.splitlines()), soft_wrap=True)
    weights = " and ".join(f"{count / 1e6:.2f} million ({name})" for name, count in found.parameters.items())
    contents = families(found.contents)
    messages.print(f"{contents} → {families(found.styles)}: {_counted(found.counts, found.few)}")
    messages.print(f"weights: {weights}")
    messages.print(found.engine)
    messages.print(
        f"{found.steps:,} steps in {_clock(found.minutes * 60)} at {found.images_per_second:,.0f} images/s; "
        f"{found.memory / 2**30:.1f} GiB of memory (measured in a few steps, without writing anything)"
    )


def _left(now: Progressed) -> str:
    return f"{_clock(now.seconds * (1 - now.progress) / now.progress)} left" if now.progress else ""


def _clock(seconds: float) -> str:
    """1:05 or 2:03:04."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}" if minutes >= 60 else f"{minutes}:{rest:02}"


def _sample_line(event: Sampled, now: Progressed | None, few: Few | None) -> str:
    """The measures; where there is no live view, the losses and the speed too."""
    measures = in_words(event.measures, "iou", "fixed_l1", "grey")
    line = f"step {event.step:>7,}   {_watched(few)}: {measures}"
    if now is not None:
        losses = ", ".join(f"{name} {value:.3f}" for name, value in now.losses.items())
        line += f"   {losses}   {now.images_per_second:,.0f} images/s   {_left(now)}"
    return line


def _watched(few: Few | None) -> str:
    """Which characters are measured on the way."""
    return "learnt" if few and not few.held_out else "held out"


def _counted(counts: Mapping[Split, int], few: Few | None) -> str:
    if few:
        held_out = f"{len(few.held_out)} held out" if few.held_out else "none held out"
        return f"{counts['train']:,} character{'s' * (counts['train'] != 1)} for training, {held_out}"
    return (
        f"{counts['train']:,} characters for training, {counts['validation']:,} for validation, "
        f"{counts['test']:,} for the test"
    )


def _show_start(event: Started) -> None:
    contents = families(event.contents) + (" (stacked)" if event.stacked else "")
    again = f", continued from step {event.step:,}" if event.step else ""
    messages.print(f"{contents} → {families(event.styles)}, in {event.run}{again}", style="bold")
    if event.over:
        messages.print("note: the run has no checkpoint yet and starts over", style="yellow")
    messages.print(f"{_counted(event.counts, event.few)}; {event.parameters / 1e6:.2f} million weights")
    if event.few:
        show_notes([_what_few_mean(event.few)])
    messages.print(event.engine)
    messages.print(f"sample sheets in {event.run.samples_folder}")


def _show_end(event: Finished, start_seconds: float, few: Few | None) -> None:
    ended = "stopped after" if event.interrupted else "trained for"
    messages.print(
        f"{ended} {event.training_seconds:.0f} s at {event.images_per_second:,.0f} images/s "
        f"(plus {start_seconds:.0f} s to start and {event.sample_seconds:.0f} s for samples)"
    )
    if event.best_step != event.step:
        best_by = Run(event.run).record.best_by
        messages.print(
            f"best checkpoint: step {event.best_step:,} ({MEASURES[best_by].title} on held-out characters); "
            "`generate` uses this one"
        )
    _show_measures(event.test, few)
    echo(event.checkpoint)
    run = shlex.quote(str(event.run))
    if _copy_is_better(event.test):
        messages.print(
            "note: a copy of the content font is still nearer to the style than what is generated; to train "
            f"longer: fontgan train --run {run} --resume --minutes 20",
            style="yellow",
            soft_wrap=True,
        )
    if event.interrupted:
        messages.print(f"To continue: fontgan train --run {run} --resume", style="bold", soft_wrap=True)
    # Without --checkpoint, generate takes the newest run in runs/.
    elsewhere = event.run.parent != RUNS
    checkpoint = f" --checkpoint {run}" if elsewhere else ""
    example = event.example if event.example.isalnum() else shlex.quote(event.example)
    messages.print(f"Next: fontgan generate --chars {example}{checkpoint}", style="bold", soft_wrap=True)


def _copy_is_better(test: Mapping[str, Measures]) -> bool:
    """Whether the content as it is would be a better result than what was learnt."""
    generated, copy = (test.get(name, {}).get("fixed_l1") for name in ("generated", "copy of the content"))
    return generated is not None and copy is not None and generated > copy


def _show_measures(test: Mapping[str, Measures], few: Few | None) -> None:
    headings = ["", *(measure.heading for measure in MEASURES.values())]
    rows = [
        [name, *(measure.text(measures[measure.name]) for measure in MEASURES.values())]
        for name, measures in test.items()
    ]
    show_rows(messages, _measured(few), headings, rows)
    messages.print(IN_BRIEF, style="dim")


def _measured(few: Few | None) -> str:
    """Which characters are measured in the end."""
    if few is None:
        return "test characters, never seen in training"
    return (
        "held-out characters, never seen in training"
        if few.held_out
        else "learnt characters: none is held out"
    )


def _what_few_mean(few: Few) -> str:
    count = f"only {len(few)} character{'' if len(few) == 1 else 's'}"
    if few.held_out:
        return f"{count}, so the same {len(few.held_out)} held out choose the checkpoint and measure it"
    return f"{count}, so none is held out, and the figures are of what was learnt"
