"""What `fontgan compare` shows of a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, nullcontext
from pathlib import Path

from fontgan.cli.console import messages, results, several_lines, show_notes, show_rows
from fontgan.cli.report_comparison import report_comparison
from fontgan.comparison.comparing import Begun, Cell, Ended, Event, Opened, run_comparison
from fontgan.comparison.folder import Folder
from fontgan.comparison.planning import Planned
from fontgan.judging.comparison import CHARTED, SHOWN, Comparison, Group, Spread
from fontgan.judging.sides import BASELINES, MODEL, STYLE
from fontgan.measures.table import ALL
from fontgan.networks.counting import in_short

_COSTS = ("images/s", "weights", "FLOPs", "characters", "minutes")


class ComparisonView:
    """Shows a comparison: what is being made now, and a line for each cell."""

    def __init__(self) -> None:
        self._running: dict[str, str] = {}
        self._made, self._count = 0, 0
        self._status = messages.status("")

    def __enter__(self) -> ComparisonView:
        return self

    def __exit__(self, *_: object) -> None:
        self._status.stop()

    def show(self, event: Event) -> None:
        """Show one event."""
        match event:
            case Opened():
                self._show_start(event)
            case Begun():
                self._running[event.job.name] = event.job.name
                self._update()
            case Cell():
                self._running.pop(event.name, None)
                self._made += 1
                messages.print(_line(event), style="yellow" if event.failed else None, soft_wrap=True)
                self._update()
            case Ended():
                self._status.stop()

    def _show_start(self, event: Opened) -> None:
        self._count = event.todo
        made = len(event.comparison.cells) - len(event.comparison.failed)
        continued = f", {made} of them made before" if made else ""
        messages.print(f"{made + event.todo} cells in {event.folder}{continued}", style="bold")
        for style in event.comparison.styles:
            messages.print(
                f"judged by {len(style.characters):,} characters of {style.family}, learnt by none"
            )
        show_notes(event.comparison.notes)
        if event.todo and messages.is_terminal:
            self._status.start()

    def _update(self) -> None:
        now = ", ".join(self._running)
        self._status.update(several_lines([f"{self._made} of {self._count} cells, now: {now}"]))


def make_comparison(plan: Planned, folder: Path, jobs: int, threads: int, show: bool = True) -> Ended:
    """Make a comparison and its page, and show what happens; the other arguments are `run_comparison`'s.

    Raises:
        FontganError: the folder cannot be used.
    """
    making = run_comparison(plan, folder, jobs, threads)
    with ComparisonView() if show else nullcontext() as view, closing(making) as events:
        for event in events:
            if view is not None:
                view.show(event)
            if isinstance(event, Ended):
                ended = event
    notes = report_comparison(folder, Folder(folder).page_path)
    if show:
        show_notes(notes)
    return ended


def show_comparison(comparison: Comparison) -> None:
    """Print a table for each style, and what it does not show."""
    for style in comparison.styles:
        groups = comparison.groups(style.key)
        if groups:
            headings = ["", *(ALL[name].heading for name in SHOWN), *_COSTS]
            title = f"{style.family}: {len(style.characters):,} characters that none of them has learnt"
            show_rows(results, title, headings, _rows(groups))
    if comparison.several_seeds:
        results.print("±: standard deviation over seeds", style="dim")
    results.print(
        "weights, FLOPs: the generator's, FLOPs for one glyph; characters: learnt; minutes: of training",
        style="dim",
    )
    show_notes(comparison.notes_of_results)
    for cell in comparison.failed:
        messages.print(f"{cell.name} failed: {cell.failed}", style="yellow", soft_wrap=True)


def _rows(groups: list[Group]) -> Iterator[list[str]]:
    """The baselines, each group, and the style itself."""
    most = max(groups, key=lambda group: group.over_seeds("learnt"))
    around = {side: [title, *_measures(most, side), *[""] * len(_COSTS)] for side, title in BASELINES.items()}
    itself = around.pop(STYLE)
    yield from around.values()
    for group in groups:
        yield [group.title, *_measures(group, MODEL), *_costs(group)]
    yield itself


def _measures(group: Group, side: str) -> list[str]:
    return [_text(name, group.spread(name, side), several=side == MODEL) for name in SHOWN]


def _text(name: str, spread: Spread | None, several: bool) -> str:
    if spread is None:
        return "–"
    text = ALL[name].text(spread.mean)
    if spread.deviation is None or not several:
        return text
    return f"{text} ± {ALL[name].text(spread.deviation)}"


def _costs(group: Group) -> list[str]:
    return [
        f"{group.over_seeds('images_per_second'):,.0f}",
        in_short(round(group.over_seeds("weights"))),
        in_short(round(group.over_seeds("flops"))),
        f"{group.over_seeds('learnt'):,.0f}",
        f"{group.over_seeds('minutes'):.1f}",
    ]


def _line(cell: Cell) -> str:
    """One line on a cell that is ready."""
    if cell.failed:
        return f"{cell.name} failed: {cell.failed}"
    found = [
        f"{result.style}: "
        + ", ".join(
            f"{ALL[name].title} {ALL[name].text(value)}"
            for name in CHARTED
            if (value := result.sides[MODEL].value(name)) is not None
        )
        for result in cell.results
    ]
    return f"{cell.name}   {cell.steps:,} steps, {cell.minutes:.1f} minutes   {' · '.join(found)}"
