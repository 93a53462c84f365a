"""How well the networks that judge glyphs do on fonts that they never saw, as tables of Markdown.

    python -m tests.benchmarks.judging FOLDER [--run RUN --whole FONT]

FOLDER is that of assets/weights/draw_fonts.py. With a run and the whole font that its style is a part of,
real drawings are judged too.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from fontgan.assets import bundled_weights
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.fonts import PlacedFont, location_of
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import gb2312_level, scattered
from fontgan.fonts.source import open_source
from fontgan.judging.pairs import own_glyphs, plain_content
from fontgan.judging.recogniser import Recogniser, Which
from fontgan.judging.verifier import Verifier
from fontgan.measures.glyphs import ink_iou
from tests.benchmarks.structure import StructureCheck

ROOT = Path(__file__).parents[2]
CANVAS = Canvas(64)
CONTENT = "noto-sans-sc-1"
FALSE_ALARMS = 0.05
_ALIKE = 5  # a look-alike is one of the characters that look most alike
_OF_ANOTHER = ("wrong character", "part swapped")  # errors that take something of another character
_LEAST_WRONG = 12  # pixels of 64 × 64 that are wrong: fewer are no error
_WAYS = ("verifier", "verifier + recogniser", "the larger of both", "hand-made")

# How doubtful glyphs of some characters are, beside the content glyphs: (codes, content, images) to (n,).
Judgement = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Font:
    """Glyph images of a font by code point, float (n, 1, 64, 64), 1 = paper."""

    name: str
    codes: list[int]
    images: Tensor

    @classmethod
    def load(cls, path: Path) -> Font:
        """As draw_fonts.py left it."""
        file = np.load(path)
        return cls(path.stem, file["codes"].tolist(), _floats(file["images"]))

    def of(self, codes: Sequence[int]) -> Tensor:
        """The glyphs of some of its characters."""
        places = {code: place for place, code in enumerate(self.codes)}
        return self.images[[places[code] for code in codes]]


class Judges:
    """All ways to find a doubtful glyph."""

    def __init__(self) -> None:
        self.verifier, self.recogniser = Verifier.bundled(), Recogniser.bundled("recogniser")
        self.structure = StructureCheck()

    def judge(self, codes: Sequence[int], content: Tensor, images: Tensor, canvas: Canvas) -> Judgement:
        """How doubtful each glyph is in each way but the third, which `ranked` adds."""
        compared = self.verifier.compare(content, images, canvas).doubt
        reading = self.recogniser.read(images, canvas)
        wrong = -self.recogniser.sureness_of(reading, codes).logit(1e-6).nan_to_num(0.0)
        found = (compared, compared + wrong, wrong, self.structure.compare(content, images, canvas).doubt)
        return dict(zip(_WAYS, (values.numpy() for values in found), strict=True))


def ranked(judged: Judgement, own: Judgement) -> Judgement:
    """The third way: the larger of two quantiles among the style's own glyphs, of verifier and recogniser."""
    sides = ((judged[way], np.sort(own[way])) for way in (_WAYS[0], _WAYS[2]))
    quantiles = [
        np.searchsorted(among, values) / len(among) + 1e-3 * (values - among[-1]).clip(min=0)
        for values, among in sides
    ]
    return {**judged, _WAYS[2]: np.maximum(*quantiles)}


def found(judged: Judgement, own: Judgement) -> dict[str, np.ndarray]:
    """Which glyphs are doubtful where 5 % of the style's own would be, in each way: bool (n,)."""
    judged, among = ranked(judged, own), ranked(own, own)
    return {way: judged[way] > np.quantile(among[way], 1 - FALSE_ALARMS) for way in _WAYS}


def recognisers(fonts: Path, most: int) -> None:
    """What each reads in the fonts that it never saw."""
    level_1 = set(gb2312_level(1))
    kinds: tuple[Which, ...] = ("recogniser", "judge")
    for which in kinds:
        recogniser = Recogniser.bundled(which)
        size = bundled_weights(f"{which}.safetensors").stat().st_size
        rows = []
        for path in unseen(fonts, recogniser.record):
            font = Font.load(path)
            codes = [code for code in scattered(font.codes) if recogniser.knows(code)][:most]
            right = (recogniser.read(font.of(codes), CANVAS).codes == torch.tensor(codes)).numpy()
            common = np.array([code in level_1 for code in codes])
            rows.append([font.name, f"{len(codes):,}", percent(right[common]), percent(right)])
        shown = font.of(codes[:256])
        speed = milliseconds(lambda: recogniser.read(shown, CANVAS), len(shown))  # noqa: B023  (called here)
        characters = f"{len(recogniser.characters):,} characters"
        print(f"\n{which}: {characters}, {size / 1e6:.1f} MB, {speed:.1f} ms per glyph\n")
        table(["font", "glyphs", "GB 2312 level 1", "all"], rows)


def planted(fonts: Path, most: int, judges: Judges) -> None:
    """The share of planted errors that is found, by style."""
    sys.path.insert(0, str(ROOT / "assets" / "weights"))
    planting = importlib.import_module("planting")
    errors: Mapping[str, Callable[..., Tensor]] = planting.ERRORS
    content = Font.load(fonts / f"{CONTENT}.npz")
    for path in unseen(fonts, judges.verifier.record):
        font = Font.load(path)
        both = set(content.codes)
        codes = [code for code in scattered(font.codes) if code in both][:most]
        beside, right = content.of(codes), font.of(codes)
        own = judges.judge(codes, beside, right, CANVAS)
        generator = torch.Generator().manual_seed(0)
        near = alike(beside, generator)
        rows = []
        for name, plant in errors.items():
            others = {"random": right.roll(1, 0), "look-alike": right[near]}
            several = others if name in _OF_ANOTHER else {"": others["look-alike"]}
            for kind, other in several.items():
                wrong = 1 - planted_in(plant, 1 - right, 1 - other, generator)
                # A part that is swapped for the same part of another character is not an error.
                changed = (planting.marks(1 - right, 1 - wrong).sum((1, 2, 3)) > _LEAST_WRONG).numpy()
                chosen = [code for code, had in zip(codes, changed, strict=True) if had]
                judged = judges.judge(chosen, beside[changed], wrong[changed], CANVAS)
                shares = [percent(marked) for marked in found(judged, own).values()]
                rows.append([f"{name}{', ' * bool(kind)}{kind}", f"{len(chosen):,}", *shares])
        print(f"\n{font.name}: {len(codes):,} glyphs, 5 % false alarms\n")
        table(["error", "glyphs", *_WAYS], rows)


def planted_in(
    plant: Callable[..., Tensor], ink: Tensor, other: Tensor, generator: torch.Generator
) -> Tensor:
    """An error in each glyph; what is drawn by lot is drawn for eight glyphs alike, as in training."""
    pairs = zip(ink.split(8), other.split(8), strict=True)
    return torch.cat([plant(mine, theirs, generator) for mine, theirs in pairs])


def alike(content: Tensor, generator: torch.Generator) -> Tensor:
    """For each glyph one of those that look most alike, int64 (n,)."""
    dense = F.avg_pool2d(F.avg_pool2d(1 - content, 5, 1, 2), 4).flatten(1)
    dense = F.normalize(dense - dense.mean(0))
    near = (dense @ dense.T).topk(_ALIKE + 1)[1][:, 1:]
    return near.gather(1, torch.randint(0, _ALIKE, (len(near), 1), generator=generator))[:, 0]


def real(run: Path, whole: str, most: int, judges: Judges) -> None:
    """The share of the worst drawings of a run that is found: by IoU, and by what the judge reads in them."""
    drawer = Drawer(run, device="cpu")
    canvas, style = drawer.record.canvas, drawer.styles[0]
    true = PlacedFont(open_source(location_of(whole)), style.shift, style.usual)
    wanted = [code for code in gb2312_level(1) if true.source.draws(code) and not drawer.record.learnt(code)]
    drawing = drawer.draw(scattered(wanted)[:most])
    truth = np.stack([glyph for code in drawing.codes if (glyph := true.draw(code, canvas)) is not None])
    drawn, content = _floats(drawing.images), _floats(plain_content(drawing.content))
    overlap = ink_iou(drawn, _floats(truth)).numpy()
    codes, beside, glyphs = own_glyphs(drawer, 300)
    own = judges.judge(codes, _floats(beside), _floats(glyphs), canvas)
    marked = found(judges.judge(drawing.codes, content, drawn, canvas), own)
    decile = overlap <= np.quantile(overlap, 0.1)
    # The judge has no part in the check: what it reads as another character, and the true glyph rightly.
    judge, wanted_codes = Recogniser.bundled("judge"), torch.tensor(drawing.codes)
    reads = [(judge.read(images, canvas).codes == wanted_codes).numpy() for images in (drawn, _floats(truth))]
    misread = ~reads[0] & reads[1]
    rows = [
        [way, percent(marks[decile]), percent(marks[misread]), percent(marks)]
        for way, marks in marked.items()
    ]
    print(f"\n{run.name}: {len(overlap):,} characters not learnt, mean IoU {overlap.mean():.3f}\n")
    table(["", "of the worst decile by IoU", f"of the {misread.sum()} misread by the judge", "of all"], rows)


def unseen(fonts: Path, record: Mapping[str, Any]) -> list[Path]:
    """The fonts that a network did not learn from."""
    learnt = {font["name"] for font in record["learnt_from"]}
    return [path for path in sorted(fonts.glob("*.npz")) if path.stem.rpartition("-")[0] not in learnt]


def speeds(fonts: Path, judges: Judges) -> None:
    """What each way costs."""
    content = Font.load(fonts / f"{CONTENT}.npz").images[:256]
    verifier = milliseconds(lambda: judges.verifier.compare(content, content, CANVAS), len(content))
    structure = milliseconds(lambda: judges.structure.compare(content, content, CANVAS), len(content))
    size = bundled_weights("verifier.safetensors").stat().st_size
    print(f"\nverifier: {size / 1e6:.1f} MB, {verifier:.1f} ms per glyph; hand-made: {structure:.1f} ms")


def milliseconds(work: Callable[[], object], glyphs: int) -> float:
    """Per glyph: the fastest of three times."""
    spent = []
    for _ in range(3):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return min(spent) * 1000 / glyphs


def percent(marks: np.ndarray) -> str:
    """The share that is true."""
    return f"{marks.mean():.1%}" if len(marks) else "–"


def table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print a table of Markdown."""
    headings = list(headings)
    for cells in (headings, ["---"] * len(headings), *rows):
        print(f"| {' | '.join(cells)} |")


def _floats(images: np.ndarray) -> Tensor:
    return torch.from_numpy(images).float().unsqueeze(1) / 255


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="glyph images of the fonts")
    parser.add_argument("--glyphs", type=int, default=1000, help="glyphs of each font")
    parser.add_argument("--run", type=Path, help="run whose drawings are judged")
    parser.add_argument("--whole", help="font that the style of the run is a part of")
    given = parser.parse_args()
    torch.set_num_threads(1)
    judges = Judges()
    recognisers(given.folder, given.glyphs)
    speeds(given.folder, judges)
    planted(given.folder, given.glyphs, judges)
    if given.run and given.whole:
        real(given.run, given.whole, given.glyphs, judges)


if __name__ == "__main__":
    main()
