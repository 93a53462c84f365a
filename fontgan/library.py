"""The commands as calls, for scripts and notebooks; docs/python.md shows them at work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from fontgan.assets import CONTENT_FONT, STYLE_FONTS, bundled_font
from fontgan.cli.comparison_view import make_comparison
from fontgan.cli.console import Bar, messages
from fontgan.cli.training_view import TrainingView
from fontgan.comparison.asked import Asked, every_model
from fontgan.comparison.folder import COMPARED
from fontgan.comparison.planning import planned
from fontgan.comparison.trained import planned_of_runs, usual_name
from fontgan.compute.launch import usable_cores
from fontgan.config.settings import Cleaning, TrainingPlan
from fontgan.data.inspection import random_glyphs
from fontgan.data.record import StoreRecord
from fontgan.data.render import add_faces, render_dataset
from fontgan.data.store import GlyphStore
from fontgan.drawing.drawer import Drawer
from fontgan.errors import FontganError
from fontgan.export.making import Exported, draw_font
from fontgan.export.wanted import Wanted
from fontgan.fonts.charset import parse_charset
from fontgan.fonts.location import FontLocation
from fontgan.judging.comparison import Comparison
from fontgan.judging.doubts import FALSE_ALARMS, Doubts
from fontgan.judging.doubts import check as check_drawn
from fontgan.judging.evaluation import Evaluation
from fontgan.judging.evaluation import evaluate as measure_run
from fontgan.report.contact import store_sheet
from fontgan.report.ranked import save_evaluation
from fontgan.runs.folder import Run
from fontgan.sheet import COLUMNS, as_png
from fontgan.training.decision import decide, decide_again
from fontgan.training.events import Finished
from fontgan.training.run import run_training

Font = str | Path | FontLocation
Fonts = Font | Sequence[Font]


class Dataset:
    """A rendered dataset on disk. In a notebook it shows some of its characters.

    Attributes:
        path: the LMDB file.
        record: its canvas, its faces, and which of them give the content.

    Raises:
        FontganError: there is no dataset at `path`, or it cannot be read.
    """

    def __init__(self, path: str | Path = TrainingPlan.data) -> None:
        self.path = Path(path)
        with GlyphStore(self.path) as store:
            self.record: StoreRecord = store.record

    @property
    def faces(self) -> list[str]:
        """The keys of its faces, which `style` and `content` of `train` take."""
        return [face.key for face in self.record.faces]

    def characters(self, face: str) -> str:
        """The characters that a face has, in the order of their code points."""
        with GlyphStore(self.path) as store:
            return "".join(map(chr, store.codes(self.record.face(face).key)))

    def glyphs(self, face: str, characters: str | Iterable[int]) -> np.ndarray:
        """The glyph images of some characters in one face: uint8 (n, size, size), 0 = ink, 255 = paper.

        Raises:
            FontganError: the face lacks one of them.
        """
        codes = [ord(char) if isinstance(char, str) else char for char in characters]
        key = self.record.face(face).key
        with GlyphStore(self.path) as store:
            return store.glyphs([(key, code) for code in codes])

    def add(
        self,
        target: Fonts = (),
        source: Fonts = (),
        charset: str | None = None,
        jobs: int | None = None,
        show: bool = True,
    ) -> Dataset:
        """Add faces, with the dataset's canvas and, unless `charset` names others, its characters.

        Returns the dataset as it is then.

        Raises:
            FontganError: a font cannot be used, or is there already.
        """
        codes = None if charset is None else parse_charset(charset)
        with _bar(show) as bar:
            made = add_faces(
                _locations(source), _locations(target), self.path, codes, bar, jobs or usable_cores()
            )
        _show_notes(made.notes, show)
        return Dataset(self.path)

    def __repr__(self) -> str:
        faces = ", ".join(f"{face.key} ({face.count:,})" for face in self.record.faces)
        return f"Dataset({str(self.path)!r}): {faces} at {self.record.size} px"

    def _repr_png_(self) -> bytes:
        """A sheet of a few characters in every face."""
        with GlyphStore(self.path) as store:
            faces = random_glyphs(store, COLUMNS, seed=0)
        return as_png(store_sheet(self.path.name, self.record.size, faces))


def render(
    target: Fonts | None = None,
    source: Fonts | None = None,
    charset: str = "gb2312-1",
    size: int = 128,
    margin: float = 0.0,
    output: str | Path = TrainingPlan.data,
    jobs: int | None = None,
    show: bool = True,
) -> Dataset:
    """Render fonts into a dataset, as `fontgan render-dataset` does.

    Args:
        target: the style fonts, or folders of fonts or of glyph pictures; None: those that come with fontgan.
        source: the content fonts; None: the one that comes with fontgan.
        charset: a character set's name, a text file, or the characters themselves.
        size: pixels per side: 64, 128 or 256.
        margin: paper around the em box, in em.
        output: the LMDB file.
        jobs: threads that draw; None: one per core.
        show: whether to show progress on standard error.

    Raises:
        FontganError: a font cannot be used, or `output` cannot be written.
    """
    contents = _locations(bundled_font(CONTENT_FONT) if source is None else source)
    styles = _locations([bundled_font(name) for name in STYLE_FONTS] if target is None else target)
    with _bar(show) as bar:
        made = render_dataset(
            contents, styles, parse_charset(charset), size, Path(output), bar, jobs or usable_cores(), margin
        )
    _show_notes(made.notes, show)
    return Dataset(output)


def train(
    data: Dataset | str | Path = TrainingPlan.data,
    model: str | None = None,
    *,
    config: str | Path | None = None,
    resume: bool = False,
    show: bool = True,
    **settings: Any,
) -> Run:
    """Train a model, as `fontgan train` does; returns the finished run.

    An interrupt ends it after the current step and keeps what was learnt.

    Args:
        data: the dataset.
        model: its name: `pix2pix` if it is None.
        config: a TOML file to take settings from, such as a run's.
        resume: whether to continue the run named by `run`, or the newest of the model.
        show: whether to show progress on standard error.
        settings: any other option of a run (`minutes`, `steps`, `style`, `seed`, `run` …), and
            any setting of the model, short or with its group: `learning_rate=1e-3`,
            `discriminator__width=32`.

    Raises:
        FontganError: a setting is unknown or impossible, or training failed.
    """
    plan = {"data": data.path if isinstance(data, Dataset) else Path(data), "model": model}
    plan |= {name: settings.pop(name) for name in list(settings) if hasattr(TrainingPlan, name)}
    options = {name: value for name, value in plan.items() if value is not None}
    changes = {name.replace("__", "."): value for name, value in settings.items()}
    decided = (decide_again if resume else decide)(options, changes, Path(config) if config else None)
    with TrainingView() if show else nullcontext() as view:
        for event in run_training(decided):
            if view is not None:
                view.show(event)
            if isinstance(event, Finished):
                path = event.run
    return Run(path)


def check(
    drawer: Drawer | Run | str | Path | None = None,
    chars: str = "gb2312-1",
    *,
    false_alarms: float = FALSE_ALARMS,
    cleaning: Cleaning = "none",
    show: bool = True,
) -> Doubts:
    """Draw characters and find the doubtful ones, as `fontgan check` does; nothing is written.

    Args:
        drawer: what draws, or a run or its weights; None for the newest run.
        chars: characters, a text file, or the name of a set.
        false_alarms: which share of the style font's own glyphs would be doubtful too, in per cent.
        cleaning: how to clean the images.
        show: whether to show progress on standard error.

    Raises:
        FontganError: a font or the run cannot be used, the content fonts have none of the characters, or the
            share is not possible.
    """
    drawer = drawer if isinstance(drawer, Drawer) else Drawer(drawer)
    with _bar(show) as bar:
        doubts = check_drawn(drawer, parse_charset(chars, drawer.style_draws), false_alarms, cleaning, bar)
    _show_notes([*drawer.notes, *doubts.notes], show)
    return doubts


def export_font(
    drawer: Drawer | Run | str | Path | None = None,
    chars: str | None = None,
    *,
    merge: Font | None = None,
    replace: bool = False,
    family: str = "",
    family_zh: str = "",
    format: str = "",  # noqa: A002  (as the option is called)
    output: str | Path | None = None,
    ufo: bool = False,
    copy: str = "",
    cleaning: Cleaning = "none",
    omit_doubtful: bool = False,
    check: bool = True,
    permitted: bool = False,
    jobs: int = 1,
    show: bool = True,
) -> Exported:
    """Make a font of what a run draws, or add it to a font, as `fontgan export-font` does.

    Args:
        drawer: what draws, or a run or its weights; None for the newest run.
        chars: characters, a text file, or the name of a set; None: GB 2312, or what `merge` lacks of it.
        merge: the font to add them to, which is only read; None for a new font.
        replace: whether characters that `merge` has are replaced.
        family: the family's name in Latin letters; empty for the run's name, or that of `merge`.
        family_zh: the same in Chinese.
        format: `ttf`, `otf`, `woff` or `woff2` for a new font; empty for that of `output`, or `ttf`.
        output: the file; None for one in `fonts/`.
        ufo: whether to write a UFO too.
        copy: characters to copy from the first content font, whose licence then holds for the new font.
        cleaning: how to clean the images.
        omit_doubtful: whether doubtful characters are left out.
        check: whether those are found whose strokes are doubtful, beside those whose outlines do not match
            their images.
        permitted: whether you state that the owners of all fonts permit what their licences do not.
        jobs: processes that trace. Several need a script that does its work under
            `if __name__ == "__main__":`, since each of them imports it.
        show: whether to show progress on standard error.

    Raises:
        FontganError: a font, a name or the run cannot be used, a licence forbids it, there is nothing to
            export, or a file cannot be written.
    """
    drawer = drawer if isinstance(drawer, Drawer) else Drawer(drawer)
    wanted = Wanted(
        family=family or ("" if merge else drawer.name),
        family_zh=family_zh,
        output=None if output is None else Path(output),
        kind=format,
        merge=_locations(merge)[0] if merge else None,
        replace=replace,
        copied=parse_charset(copy) if copy else (),
        permitted=permitted,
        ufo=ufo,
        omit_doubtful=omit_doubtful,
    )
    _show_notes(drawer.notes, show)
    with _bar(show) as bar:
        return draw_font(drawer, wanted, chars, cleaning, bar, jobs, check)


def evaluate(
    drawer: Drawer | Run | str | Path | None = None,
    chars: str | None = None,
    *,
    truth: Font | None = None,
    cleaning: Cleaning = "none",
    output: str | Path | None = None,
    show: bool = True,
) -> Evaluation:
    """Measure what a run draws of characters that it has not learnt, as `fontgan evaluate` does.

    Args:
        drawer: what draws, or a run or its weights; None for the newest run.
        chars: characters, a text file, or the name of a set; None: the test characters of the run, or,
            with `truth`, those of GB 2312 level 1 that the style font lacks.
        truth: a font that has the true glyphs of characters which the style font, a part of it, lacks.
        cleaning: how to clean the images.
        output: a folder for the figures as JSON and for sheets of the best, the median and the worst
            characters; None for no files.
        show: whether to show progress and remarks on standard error.

    Raises:
        FontganError: the run or a font cannot be used, or no character can be measured.
    """
    drawer = drawer if isinstance(drawer, Drawer) else Drawer(drawer)
    codes = None if chars is None else parse_charset(chars, drawer.style_draws)
    with _bar(show) as bar:
        found = measure_run(drawer, codes, bar, truth=truth, cleaning=cleaning)
    _show_notes(found.notes, show)
    if output is not None:
        save_evaluation(found, Path(output))
    return found


def compare(
    *runs: Run | str | Path,
    output: str | Path | None = None,
    jobs: int = 1,
    show: bool = True,
    **asked: Any,
) -> Comparison:
    """Train models or settings alike and judge them by the same characters, as `fontgan compare` does.

    Args:
        runs: finished runs to compare, instead of training.
        output: the folder of the comparison; None for one in `compared/`.
        jobs: how many cells are made at a time, each in a process of its own.
        show: whether to show progress and remarks on standard error.
        asked: of `models`, `presets`, `styles`, `learn` (numbers of characters) and `seeds`, one or several;
            `values` of settings by name, such as `{"residual": [0, 1]}`; and `minutes`, `steps`, `data`,
            `content`, `stacked`, `device`, `threads`. Of finished runs, `styles` and `device` alone.

    Returns:
        What was found; a cell that could not be made says why.

    Raises:
        FontganError: there is nothing to compare, an argument or a setting cannot be, or the folder cannot be
            used.
    """
    known = {"styles", "device"} if runs else {item.name for item in fields(Asked)}
    if unknown := sorted(asked.keys() - known):
        raise FontganError(f"there is no argument {unknown[0]} here", f"pass {', '.join(sorted(known))}")
    several = ("models", "presets", "styles", "learn", "seeds", "content")
    given: dict[str, Any] = {
        name: _several(value) if name in several else value for name, value in asked.items()
    }
    if runs:
        paths = [run.path if isinstance(run, Run) else Path(run) for run in runs]
        folder = COMPARED / usual_name(paths) if output is None else Path(output)
        return make_comparison(planned_of_runs(paths, **given), folder, jobs, 1, show).comparison
    if "models" in given:
        given["models"] = every_model(given["models"])
    if "data" in given:
        given["data"] = given["data"].path if isinstance(given["data"], Dataset) else Path(given["data"])
    values = {name: tuple(map(str, _several(texts))) for name, texts in given.pop("values", {}).items()}
    wanted = Asked(values=values, **given)
    folder = COMPARED / wanted.usual_name if output is None else Path(output)
    return make_comparison(planned(wanted, folder), folder, jobs, wanted.threads, show).comparison


def _several(values: Any) -> tuple[Any, ...]:
    """One value or several, each once."""
    return tuple(dict.fromkeys([values] if isinstance(values, str | int | float) else values))


def _locations(fonts: Fonts) -> list[FontLocation]:
    several = [fonts] if isinstance(fonts, str | Path | FontLocation) else fonts
    return [font if isinstance(font, FontLocation) else FontLocation.parse(str(font)) for font in several]


def _show_notes(notes: Sequence[str], show: bool) -> None:
    for note in notes if show else ():
        messages.print(f"note: {note}", style="yellow")


def _bar(show: bool) -> Bar | nullcontext[None]:
    return Bar("glyphs") if show else nullcontext()
