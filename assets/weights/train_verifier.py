"""Train the network that marks what is wrong in a drawn glyph.

    python assets/weights/draw_fonts.py FOLDER
    python assets/weights/draw_failures.py FOLDER
    python assets/weights/train_verifier.py FOLDER --minutes 60

It sees a glyph of one font beside the same character of another: right, with an error of planting.py, or as
an early checkpoint drew it. It writes verifier.safetensors beside this file, in half precision.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from draw_fonts import Design, designs, wanted_characters
from glyphs import Glyphs, bent, restroked
from planting import ERRORS, marks
from teaching import Teacher, save_network
from torch import Tensor
from torch.nn import functional as F

from fontgan.networks.verifier import VerifierNetwork

_WIDTHS = (64, 96, 128)
_BATCH = 192
_RATE, _RATE_OF_REST = 0.02, 2e-3
_RIGHT = 0.2  # share of right glyphs among the others; more stay right, as not every error fits every glyph
_FAILED = 0.2  # share of what early checkpoints drew
_CONTENT = "noto-sans-sc-1"  # the usual content font: half of the glyphs that candidates are compared with
_NEIGHBOURS = 24  # characters that look most alike
# Shares of the planted errors: the subtle ones come up most.
_SHARES = {
    "wrong character": 2.0,
    "part swapped": 3.0,
    "part missing": 1.5,
    "stroke missing": 4.0,
    "stroke doubled": 1.0,
    "stroke added": 1.5,
    "strokes merged": 1.0,
    "region missing": 1.0,
}
# Wrong pixels as a share of the ink: those that do not make a glyph wrong, and those that do. A network's
# drawing differs a little everywhere, a planted error in one place.
_PLANTED, _REAL = (0.003, 0.015), (0.03, 0.12)
_CELL = 4  # pixels along the side of a cell, and wrong pixels that make it wrong


@dataclass(frozen=True)
class Batch:
    """Pairs to learn from.

    Attributes:
        content, images: float (n, 1, 64, 64), 1 = paper.
        cells: how wrong each cell is, float (n, 2, 16, 16) in [0, 1].
        wrong: how wrong each glyph is, float (n,) in [0, 1].
    """

    content: Tensor
    images: Tensor
    cells: Tensor
    wrong: Tensor


class Lesson:
    """The glyphs of all designs, by character and font, and the failures."""

    def __init__(self, folder: Path, learnt: list[Design], seed: int) -> None:
        self.glyphs = Glyphs.load(folder, learnt)
        self.generator = torch.Generator().manual_seed(seed)
        classes = torch.tensor(wanted_characters())
        self.labels = torch.searchsorted(classes, self.glyphs.codes)
        count = len(self.glyphs.names)
        self.rows = torch.full((len(classes), count), -1)  # of each character in each font
        self.rows[self.labels, self.glyphs.fonts] = torch.arange(len(self.labels))
        self.content_font = self.glyphs.names.index(_CONTENT)
        oftener = torch.tensor(
            [2.0 if kind in ("brush", "hand", "kai") else 1.0 for kind in self.glyphs.kinds]
        )
        self.weights = oftener[self.glyphs.fonts]
        self.alike = self._look_alikes()
        self.failures = _Failures.load(folder, classes)
        self.shares = torch.tensor(list(_SHARES.values()))

    def _look_alikes(self) -> Tensor:
        """The characters that look most like each one, int64 (characters, neighbours)."""
        rows = self.rows[:, self.content_font].clamp(min=0)
        ink = 1 - self.glyphs.images[rows].float() / 255
        dense = F.avg_pool2d(F.avg_pool2d(ink, 5, 1, 2), 4).flatten(1)
        dense = F.normalize(dense - dense.mean(0))
        near: Tensor = torch.cat(
            [(part @ dense.T).topk(_NEIGHBOURS + 1)[1][:, 1:] for part in dense.split(512)]
        )
        return near

    def batch(self, count: int = _BATCH) -> Batch:
        """Pairs, a share of them with errors."""
        failed = int(count * _FAILED) if len(self.failures.images) else 0
        planted = self._planted(count - failed)
        if not failed:
            return planted
        drawn = self._drawn(failed)
        both = [torch.cat(pair) for pair in zip(vars(planted).values(), vars(drawn).values(), strict=True)]
        return Batch(*both)

    def _planted(self, count: int) -> Batch:
        draw = self.generator
        rows = torch.multinomial(self.weights, count, replacement=True, generator=draw)
        labels, fonts = self.labels[rows], self.glyphs.fonts[rows]
        true = self._ink(rows)
        other = self._ink(self._others(labels, fonts))
        candidate = true.clone()
        kinds = torch.multinomial(self.shares, count, replacement=True, generator=draw)
        kinds[torch.rand(count, generator=draw) < _RIGHT] = -1
        for number, name in enumerate(_SHARES):
            chosen = (kinds == number).nonzero()[:, 0]
            for part in chosen.split(8):  # what an error draws by lot, it draws for these alike
                candidate[part] = ERRORS[name](true[part], other[part], draw)
        true, candidate = bent(torch.cat([true, candidate], 1), draw, 0.6).split(1, 1)
        return _marked(self._content(labels, fonts), restroked(candidate, draw), true, candidate, 2, _PLANTED)

    def _drawn(self, count: int) -> Batch:
        """What early checkpoints drew of characters that they had not learnt."""
        found = self.failures
        rows = torch.randint(0, len(found.images), (count,), generator=self.generator)
        drawn, true = (1 - side[rows].float() / 255 for side in (found.images, found.truth))
        drawn, true = bent(torch.cat([drawn, true], 1), self.generator, 0.3).split(1, 1)
        nowhere = torch.full((count,), -1)
        return _marked(self._content(found.labels[rows], nowhere), drawn, true, drawn, 3, _REAL)

    def _content(self, labels: Tensor, fonts: Tensor) -> Tensor:
        """A glyph of each character in another font, bent a little: float (n, 1, 64, 64), 1 = paper."""
        draw = self.generator
        having = (self.rows[labels] >= 0).float()
        having.scatter_(1, fonts.clamp(min=0)[:, None], 0)  # not the font itself
        usual = having[:, self.content_font] > 0
        usual &= torch.rand(len(labels), generator=draw) < 0.5
        having[having.sum(1) == 0, self.content_font] = 1
        chosen = torch.multinomial(having, 1, generator=draw)[:, 0]
        chosen = torch.where(usual, self.content_font, chosen)
        return 1 - bent(self._ink(self.rows[labels, chosen].clamp(min=0)), draw, 0.15)

    def _others(self, labels: Tensor, fonts: Tensor) -> Tensor:
        """The row of another character in the same font: mostly one that looks alike."""
        draw = self.generator
        places = torch.randint(0, _NEIGHBOURS, (len(labels), 4), generator=draw)
        rows = self.rows[self.alike[labels].gather(1, places), fonts[:, None]]
        best = rows.gather(1, (rows >= 0).float().argmax(1, keepdim=True))[:, 0]
        any_of_font = torch.stack([self._any(int(font)) for font in fonts])
        by_lot = torch.rand(len(labels), generator=draw) < 0.2
        return torch.where((best < 0) | by_lot, any_of_font, best)

    def _any(self, font: int) -> Tensor:
        first, end = self.glyphs.places[font]
        return torch.randint(first, end, (), generator=self.generator)

    def _ink(self, rows: Tensor) -> Tensor:
        return 1 - self.glyphs.images[rows].float() / 255


@dataclass(frozen=True)
class _Failures:
    """Drawings of early checkpoints and the true glyphs, uint8 (n, 1, 64, 64), and their characters."""

    images: Tensor
    truth: Tensor
    labels: Tensor

    @classmethod
    def load(cls, folder: Path, classes: Tensor) -> _Failures:
        parts = [np.load(path) for path in sorted((folder / "failures").glob("*.npz"))]
        if not parts:
            empty = torch.zeros(0, 1, 64, 64, dtype=torch.uint8)
            return cls(empty, empty, torch.zeros(0, dtype=torch.int64))
        images, truth, codes = (
            torch.from_numpy(np.concatenate([part[name] for part in parts]))
            for name in ("images", "truth", "codes")
        )
        known = torch.isin(codes, classes)
        labels = torch.searchsorted(classes, codes[known])
        return cls(images[known].unsqueeze(1), truth[known].unsqueeze(1), labels)


def _marked(
    content: Tensor,
    shown: Tensor,
    true: Tensor,
    candidate: Tensor,
    tolerance: int,
    bounds: tuple[float, float],
) -> Batch:
    """A batch, with labels by what separates the candidate from the true glyph."""
    wrong = marks(true, candidate, tolerance)
    cells = F.avg_pool2d(wrong, _CELL) * _CELL  # a quarter of a cell makes it wrong
    ink = (true > 0.5).float().sum((1, 2, 3)).clamp(min=1)
    share = wrong.sum((1, 2, 3)) / ink
    few, many = bounds
    return Batch(content, 1 - shown, cells.clamp(0, 1), ((share - few) / (many - few)).clamp(0, 1))


def loss_of(network: VerifierNetwork, batch: Batch) -> Tensor:
    """Cross entropy of the map, where wrong cells are seldom and count more, and of the whole glyph."""
    with torch.autocast("cpu", torch.bfloat16):
        cells, whole = network(
            batch.content.to(memory_format=torch.channels_last),
            batch.images.to(memory_format=torch.channels_last),
        )
    weights = 1 + 3 * batch.cells
    of_cells = F.binary_cross_entropy_with_logits(cells.float(), batch.cells, weights)
    return 2 * of_cells + F.binary_cross_entropy_with_logits(whole.float(), batch.wrong)


def train(folder: Path, minutes: float, seed: int) -> None:
    """Train for some minutes, and write the weights."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    learnt = designs("recogniser", "judge")
    lesson = Lesson(folder, learnt, seed)
    print(f"{len(lesson.labels):,} glyphs, {len(lesson.failures.images):,} failures", flush=True)
    network = VerifierNetwork(_WIDTHS).to(memory_format=torch.channels_last)
    hidden = [
        weight
        for name, weight in network.named_parameters()
        if weight.ndim == 4 and not name.startswith(("down_1.0", "map"))
    ]
    teacher = Teacher(network, hidden, _RATE, _RATE_OF_REST, decay_of_rest=0.01, warm_up=50)
    begun = last = time.monotonic()
    mean = 0.0
    while (spent := (time.monotonic() - begun) / 60 / minutes) < 1:
        loss = loss_of(network, lesson.batch())
        teacher.learn(loss, spent)
        mean += (loss.item() - mean) * max(0.02, 1 / teacher.step)
        if time.monotonic() - last > 120:
            last = time.monotonic()
            print(f"{spent:.0%} step {teacher.step:,} loss {mean:.3f}", flush=True)
    about = {"widths": _WIDTHS, "training": {"minutes": minutes, "steps": teacher.step, "seed": seed}}
    command = f"train_verifier.py FOLDER --minutes {minutes:g}"
    save_network("verifier", teacher.averaged, learnt, command, about)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    train(given.folder, given.minutes, given.seed)
