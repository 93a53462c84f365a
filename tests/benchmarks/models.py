"""Every model for the same minutes on the same characters: one table and one sheet for each style.

    python -m tests.benchmarks.models [--minutes 3] [--jobs 2] [--folder bench-models]
        [--whole fontgan-kai=LXGWWenKai-Regular.ttf] [--whole ma-shan-zheng=ma-shan-zheng.ttf]

The fonts that come with fontgan: Noto Sans SC to Fontgan Kai (LXGW WenKai) and to Ma Shan Zheng, 892
characters to learn from, at 64 px. Each training has one thread, `--jobs` of them at a time. Measured are
the test characters or, with the whole font that a style is a subset of, all of GB2312 level 1 that the
subset lacks. If interrupted, the same command continues.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from fontgan.config.settings import Cleaning
from fontgan.data.splits import split_of
from fontgan.drawing.drawer import Drawer
from fontgan.fonts.charset import code_point_name, gb2312_level
from fontgan.measures.table import MEASURES, Measures
from fontgan.networks.counting import count_weights, in_short
from fontgan.runs.folder import RUNS, Run, is_run
from fontgan.runs.log import Finished, Progressed
from fontgan.runs.weights import load_checkpoint
from fontgan.sheet import COLUMNS, Row, save_sheet
from tests.benchmarks.figures import means_of, unseen_glyphs

STYLES = ("fontgan-kai", "ma-shan-zheng")
_COLUMNS = ("iou", "fixed_l1", "ssim", "grey")
_DROPOUT = ("dropout=0.5", "decoder_dropout=0.5")


@dataclass(frozen=True)
class Trial:
    """One run: its title in the table, its model, the style or all of them, its settings."""

    title: str
    model: str
    style: str | None
    changes: tuple[str, ...] = ()
    stage1: str = ""
    preset: str = "default"

    @property
    def run(self) -> str:
        """The name of its folder."""
        return f"{self.title.replace(', ', '-').replace(' ', '-')}-{self.style or 'both'}"

    @property
    def styles(self) -> Sequence[str]:
        """What it can draw."""
        return (self.style,) if self.style else STYLES


TRIALS = [
    *(Trial("pix2pix", "pix2pix", style) for style in STYLES),
    *(Trial("autoencoder", "autoencoder", style) for style in STYLES),
    *(Trial("gan", "gan", style) for style in STYLES),
    *(Trial("cyclegan", "cyclegan", style) for style in STYLES),
    Trial("zi2zi", "zi2zi", None),
    Trial("wnet", "wnet", None),
    *(Trial(f"{name}, paper", name, STYLES[0], preset="paper") for name in ("pix2pix", "autoencoder", "gan")),
    Trial("cyclegan, paper", "cyclegan", STYLES[0], preset="paper"),
    *(Trial(f"{name}, paper", name, None, preset="paper") for name in ("zi2zi", "wnet")),
    Trial("autoencoder, dropout", "autoencoder", STYLES[0], _DROPOUT),
    Trial("autoencoder, L1", "autoencoder", STYLES[0], ("reconstruction=l1",)),
    Trial("autoencoder, L1 and dropout", "autoencoder", STYLES[0], ("reconstruction=l1", *_DROPOUT)),
    Trial("pix2pix, softmax", "pix2pix", STYLES[0], ("tail=softmax",)),
    Trial("pix2pix, sigmoid", "pix2pix", STYLES[0], ("tail=sigmoid",)),
    Trial("pix2pix, transposed", "pix2pix", STYLES[0], ("upsampling=transposed",)),
    *(Trial("denoiser", "denoiser", style, (), f"pix2pix-{style}") for style in STYLES),
    *(Trial("denoiser of autoencoder", "denoiser", style, (), f"autoencoder-{style}") for style in STYLES),
]


def train_all(folder: Path, minutes: str, jobs: int) -> None:
    """Make all runs that are not done yet; second stages when the first ones are."""
    if not (folder / "data").exists():
        _fontgan(folder, "render-dataset", "--size", "64")
    for second in (False, True):
        todo = [trial for trial in TRIALS if bool(trial.stage1) == second]
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(lambda trial: _train(folder, trial, minutes), todo))


def _train(folder: Path, trial: Trial, minutes: str) -> None:
    path = folder / RUNS / trial.run
    if is_run(path) and _end(Run(path)):
        return
    words = ["train", "--model", trial.model, "--run", f"{RUNS}/{trial.run}"]
    if is_run(path):
        words.append("--resume")
    else:
        words += ["--minutes", minutes, "--threads", "1"]
        words += ["--style", trial.style] if trial.style else []
        words += ["--stage1", f"{RUNS}/{trial.stage1}"] if trial.stage1 else []
        words += ["--preset", "paper"] if trial.preset == "paper" else []
        words += [word for change in trial.changes for word in ("--set", change)]
    print(f"training {trial.run}", flush=True)
    _fontgan(folder, *words)


def _fontgan(folder: Path, *words: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "fontgan", *words]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)


def _end(run: Run) -> Finished | None:
    """What a run logged when it ended; None where it has not."""
    lines = run.log.lines
    return lines[-1] if lines and isinstance(lines[-1], Finished) else None


@dataclass(frozen=True)
class Judged:
    """A style's characters that no training has seen: their code points and true glyphs."""

    style: str
    codes: list[int]
    truth: np.ndarray

    @classmethod
    def of(cls, style: str, whole: str | None, run: Run) -> Judged:
        """Those that the whole font has and the style lacks; without it the test characters."""
        drawer = Drawer(run, style=style, device="cpu")
        (font,) = drawer.styles
        if whole:
            return cls(style, *unseen_glyphs(font.source, whole, drawer.record.canvas))
        codes = [code for code in gb2312_level(1) if drawer.style_draws(code) and split_of(code) == "test"]
        glyphs = [font.draw(code, drawer.record.canvas) for code in codes]
        return cls(style, codes, np.stack([glyph for glyph in glyphs if glyph is not None]))

    def measure(self, images: np.ndarray) -> Measures:
        """How near images of all the characters are."""
        return means_of(images, self.truth)


def drawn(run: Run, judged: Judged, cleaning: Cleaning = "none") -> np.ndarray:
    """What a run makes of the characters."""
    return Drawer(run, style=judged.style, device="cpu").draw(judged.codes, cleaning).images


def print_table(folder: Path, wholes: dict[str, str]) -> None:
    """A table, and a sheet, for each style."""
    for style in STYLES:
        first = Run(folder / RUNS / f"pix2pix-{style}")
        judged = Judged.of(style, wholes.get(style), first)
        content = Drawer(first, device="cpu").draw(judged.codes).content[:, 0]
        print(f"\n{style}: {len(judged.codes):,} characters never seen\n")
        print(f"| model | {' | '.join(MEASURES[name].heading for name in _COLUMNS)} | images/s | weights |")
        print("|---|---|---|---|---|---|---|")
        rows = [("content", content)]
        print(_line("copy of the content", judged.measure(content)))
        for trial in TRIALS:
            if style in trial.styles:
                run = Run(folder / RUNS / trial.run)
                pictures = drawn(run, judged)
                rows.append((trial.title, pictures))
                print(_line(trial.title, judged.measure(pictures), *_costs(run)), flush=True)
        for title, run, kind in _cleanings(folder, style):
            print(_line(title, judged.measure(drawn(run, judged, kind))), flush=True)
        rows.append(("true", judged.truth))
        print(_line("the style itself", judged.measure(judged.truth)))
        _save_sheet(folder / f"models-{style}.png", judged, rows)


def print_way_back(folder: Path) -> None:
    """How near CycleGAN comes to the content's font when it draws the styles' test characters in that."""
    print("\n| cyclegan, backward | IoU ↑ | fixed L1 ↓ | copy: IoU | fixed L1 |\n|---|---|---|---|---|")
    for style in STYLES:
        run = Run(folder / RUNS / f"cyclegan-{style}")
        codes = Judged.of(style, None, run).codes
        made = Drawer(run, backward=True, device="cpu").draw(codes)
        judged = Judged("content", codes, np.stack([glyph for glyph in made.truth if glyph is not None]))
        found, copy = judged.measure(made.images), judged.measure(made.content[:, 0])
        figures = [side[name] for side in (found, copy) for name in ("iou", "fixed_l1")]
        print(f"| from {style} | {' | '.join(f'{figure:.3f}' for figure in figures)} |")


def print_overfitting(folder: Path) -> None:
    """The loss at the end of each AutoEncoderGen run, beside the same on its test characters."""
    print("\n| AutoEncoderGen | loss | on its batches | on test characters |\n|---|---|---|---|")
    for trial in TRIALS:
        if trial.model == "autoencoder" and trial.style == STYLES[0]:
            log = Run(folder / RUNS / trial.run).log
            (name, learnt), *_ = log.of(Progressed)[-1].losses.items()
            seen = log.of(Finished)[-1].test["generated"][name.replace("-", "_")]
            print(f"| {trial.title} | {name} | {learnt:.3f} | {seen:.3f} |")


def _cleanings(folder: Path, style: str) -> Iterator[tuple[str, Run, Cleaning]]:
    kinds: tuple[Cleaning, ...] = ("median", "opening", "levels")
    for model in ("pix2pix", "autoencoder"):
        for kind in kinds:
            yield f"{model}, --clean {kind}", Run(folder / RUNS / f"{model}-{style}"), kind


@cache
def _costs(run: Run) -> tuple[str, str]:
    network, _ = load_checkpoint(run.best)
    return f"{run.log.of(Finished)[-1].images_per_second:.0f}", in_short(count_weights(network))


def _line(title: str, found: Measures, speed: str = "", weights: str = "") -> str:
    figures = [found[name] for name in _COLUMNS]
    return f"| {title} | {' | '.join(f'{figure:.3f}' for figure in figures)} | {speed} | {weights} |"


def _save_sheet(path: Path, judged: Judged, rows: Sequence[tuple[str, np.ndarray]]) -> None:
    """The same dozen characters, evenly over all, by every model."""
    places = np.linspace(0, len(judged.codes) - 1, COLUMNS).astype(int)
    labels = [code_point_name(judged.codes[place]) for place in places]
    shown = [Row(title, list(pictures[places])) for title, pictures in rows]
    save_sheet(path, f"{judged.style}: characters never seen, by every model", labels, shown, 64)
    print(f"\n{path}")


def main() -> None:
    """Train what is not trained yet, then print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", default="3")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--folder", type=Path, default=Path("bench-models"))
    parser.add_argument("--whole", action="append", default=[], metavar="STYLE=FONT")
    given = parser.parse_args()
    train_all(given.folder, given.minutes, given.jobs)
    print_table(given.folder, dict(whole.split("=", 1) for whole in given.whole))
    print_way_back(given.folder)
    print_overfitting(given.folder)


if __name__ == "__main__":
    main()
