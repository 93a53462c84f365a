"""Train a network that says which character a glyph shows, on the designs of fonts.toml.

    python assets/weights/draw_fonts.py FOLDER
    python assets/weights/train_recogniser.py FOLDER recogniser --minutes 60
    python assets/weights/train_recogniser.py FOLDER judge --minutes 60

writes recogniser.safetensors or judge.safetensors beside this file, in half precision.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from pathlib import Path

import torch
from draw_fonts import designs, wanted_characters
from glyphs import Glyphs, bent, restroked
from teaching import Teacher, save_network
from torch import Tensor
from torch.nn import functional as F

from fontgan.networks.recogniser import RecogniserNetwork, RecogniserShape

_SHAPES = {
    "recogniser": {"widths": (48, 128, 320)},
    "judge": {"widths": (64, 112, 288), "depth": (1, 1, 1), "residual": False, "features": 160},
}
_BATCH = 256
_RATE, _RATE_OF_CLASSES = 0.01, 1e-2
_OFTENER = {"brush": 3.0, "hand": 2.0, "kai": 2.0, "display": 1.5, "print": 1.0}
_FULLY_BENT_AT = 0.25  # of the time: until then glyphs are bent less
_IMPRINTED = 20_000  # glyphs that the classes begin with
_CLEANED_AT = 0.45  # of the time: then labels are looked through
_WRONG_BELOW = 0.02  # probability of a label that is taken for wrong, if another character is likelier


class Lesson:
    """The glyphs that are learnt from, and how often each comes up."""

    def __init__(self, glyphs: Glyphs, classes: Tensor) -> None:
        self.glyphs = glyphs
        self.labels = torch.searchsorted(classes, glyphs.codes)
        seldom = torch.bincount(self.labels, minlength=len(classes)).clamp(min=1).float() ** -0.5
        oftener = torch.tensor([_OFTENER[kind] for kind in glyphs.kinds])
        self.weights = seldom[self.labels] * oftener[glyphs.fonts]

    @torch.no_grad()
    def imprint(self, network: RecogniserNetwork) -> None:
        """Begin with each class at the mean of its glyphs, as the untaught network sees them.

        From classes in random directions thousands of steps pass before anything is learnt. Qi et al. 2018,
        «Low-Shot Learning with Imprinted Weights», section 3.
        """
        rows = torch.randperm(len(self.labels))[:_IMPRINTED]
        sums = torch.zeros_like(network.classes)
        network.train()  # norms by the batch: they know no means yet
        for part in rows.split(1024):
            with torch.autocast("cpu", torch.bfloat16):
                features = network(self.glyphs.images[part].float() / 255)
            sums.index_add_(0, self.labels[part], features.float())
        network.classes.copy_(torch.where(sums.norm(dim=1, keepdim=True) > 0, sums, network.classes))
        network.classes.div_(network.classes.norm(dim=1, keepdim=True))

    def batch(self, generator: torch.Generator, strength: float) -> tuple[Tensor, Tensor]:
        """Glyphs (n, 1, 64, 64), 1 = paper, bent so strongly, and their labels."""
        rows = torch.multinomial(self.weights, _BATCH, replacement=True, generator=generator)
        ink = 1 - self.glyphs.images[rows].float() / 255
        ink = restroked(bent(ink, generator, strength), generator)
        return (1 - ink).to(memory_format=torch.channels_last), self.labels[rows]

    def clean(self, network: RecogniserNetwork) -> dict[str, int]:
        """Leave out glyphs that show another character than their code point; how many of each font.

        Fonts draw traditional forms on simplified code points, or another region's character.
        """
        sure = torch.empty(len(self.labels))
        for rows in torch.arange(len(self.labels)).split(512):
            logits = _logits(network, self.glyphs.images[rows].float() / 255)
            sure[rows] = logits.log_softmax(1).gather(1, self.labels[rows, None])[:, 0].exp()
        wrong = sure < _WRONG_BELOW
        self.weights = self.weights.masked_fill(wrong, 0)
        counted = torch.bincount(self.glyphs.fonts[wrong], minlength=len(self.glyphs.names)).tolist()
        return {name: count for name, count in zip(self.glyphs.names, counted, strict=True) if count}


@torch.no_grad()
def _logits(network: RecogniserNetwork, images: Tensor) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        features = network(images)
    return network.classify(features.float())


def accuracy(network: RecogniserNetwork, glyphs: Glyphs, classes: Tensor, most: int) -> dict[str, float]:
    """The share of glyphs whose character comes first, of up to `most` glyphs of each font."""
    found = {}
    for number, name in enumerate(glyphs.names):
        rows = (glyphs.fonts == number).nonzero()[:, 0]
        rows = rows[torch.linspace(0, len(rows) - 1, min(most, len(rows))).long()]
        said = torch.cat(
            [_logits(network, part.float() / 255).argmax(1) for part in glyphs.images[rows].split(512)]
        )
        found[name] = float((classes[said] == glyphs.codes[rows]).float().mean())
    return found


def train(folder: Path, name: str, minutes: float, seed: int) -> None:
    """Train for some minutes, and write the weights."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(seed)
    classes = torch.tensor(wanted_characters())
    learnt = Glyphs.load(folder, designs(name))
    tested = Glyphs.load(folder, designs("test"))
    others = Glyphs.load(folder, designs("judge" if name == "recogniser" else "recogniser"))
    lesson = Lesson(learnt, classes)
    print(f"{len(learnt.names)} fonts, {len(learnt.codes):,} glyphs, {len(classes):,} characters", flush=True)
    shape = RecogniserShape(len(classes), **_SHAPES[name])  # type: ignore[arg-type]
    network = RecogniserNetwork(shape).to(memory_format=torch.channels_last)
    lesson.imprint(network)
    hidden = [p for n, p in network.maps.named_parameters() if p.ndim == 4 and not n.startswith("1.")]
    teacher = Teacher(network, hidden, _RATE, _RATE_OF_CLASSES, decay_of_rest=1e-4, warm_up=30)
    averaged = teacher.averaged
    cleaned: dict[str, int] | None = None
    begun = last = time.monotonic()
    mean = 0.0
    while (spent := (time.monotonic() - begun) / 60 / minutes) < 1:
        images, labels = lesson.batch(generator, min(1.0, 0.3 + spent / _FULLY_BENT_AT))
        with torch.autocast("cpu", torch.bfloat16):
            features = network(images)
        loss = F.cross_entropy(network.classify(features), labels, label_smoothing=0.05)
        teacher.learn(loss, spent)
        mean += (loss.item() - mean) * max(0.01, 1 / teacher.step)
        if cleaned is None and spent > _CLEANED_AT:
            cleaned = lesson.clean(averaged)
            print("left out as mislabelled:", cleaned, flush=True)
        if time.monotonic() - last > 120:
            last = time.monotonic()
            seen = accuracy(averaged, tested, classes, 1000)
            print(f"{spent:.0%} step {teacher.step:,} loss {mean:.3f}", seen, flush=True)
    unseen = accuracy(averaged, tested, classes, 10**6) | accuracy(averaged, others, classes, 500)
    print(f"step {teacher.step:,}", unseen)
    about = {
        "shape": asdict(shape),
        "characters": "".join(map(chr, classes.tolist())),
        "training": {"minutes": minutes, "steps": teacher.step, "seed": seed},
        "left_out_as_mislabelled": cleaned or {},
        "accuracy_on_unseen_fonts": unseen,
    }
    command = f"train_recogniser.py FOLDER {name} --minutes {minutes:g}"
    save_network(name, averaged, designs(name), command, about)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("name", choices=list(_SHAPES))
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    train(given.folder, given.name, given.minutes, given.seed)
