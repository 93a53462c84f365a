"""Which character a glyph image shows, how surely, and a vector that describes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from fontgan.assets import bundled_weights
from fontgan.fonts.canvas import Canvas
from fontgan.judging.sight import as_seen
from fontgan.judging.weights import load_network
from fontgan.networks.recogniser import RecogniserNetwork, RecogniserShape

_BATCH = 256

# The recogniser may serve where networks learn; the judge never does, so that none is marked by what it
# learnt from. They share no font.
Which = Literal["recogniser", "judge"]


@dataclass(frozen=True)
class Reading:
    """What was read in n images.

    Attributes:
        codes: the code point of the likeliest character of each, int64 (n,).
        sureness: its probability, float32 (n,).
        features: vectors of length 1 that describe the images, float32 (n, features).
        logits: of every known character, float32 (n, characters).
    """

    codes: Tensor
    sureness: Tensor
    features: Tensor
    logits: Tensor


class Recogniser:
    """A network that was taught many designs, and says which character an image shows.

    Args:
        path: its weights, as `load_network` takes them.
        device: what it computes on; the CPU if it is None.

    Attributes:
        record: how it was made: `command`, `learnt_from` with packages and licences, and what it reached.
        characters: the code points that it knows, ascending.
    """

    def __init__(self, path: Path, device: torch.device | None = None) -> None:
        self.device = device or torch.device("cpu")
        self._network, self.record = load_network(
            path, lambda record: RecogniserNetwork(RecogniserShape(**record["shape"])), self.device
        )
        self.characters = [ord(character) for character in self.record["characters"]]

    @classmethod
    def bundled(cls, which: Which, device: torch.device | None = None) -> Recogniser:
        """One of the two that come with fontgan.

        Raises:
            FontganError: it is missing from the installation.
        """
        return cls(bundled_weights(f"{which}.safetensors"), device)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {code: place for place, code in enumerate(self.characters)}

    def knows(self, code: int) -> bool:
        """Whether it was taught a character."""
        return code in self._places

    @torch.no_grad()
    def read(self, images: Tensor, canvas: Canvas) -> Reading:
        """Read images: float (n, 1, size, size) in [0, 1], 1 = paper, on a canvas."""
        features = torch.cat(
            [self._network(as_seen(part, canvas).to(self.device)).cpu() for part in images.split(_BATCH)]
        )
        logits = self._network.classify(features.to(self.device)).cpu()
        sureness, places = logits.softmax(1).max(1)
        return Reading(torch.tensor(self.characters)[places], sureness, features, logits)

    def sureness_of(self, reading: Reading, codes: Sequence[int]) -> Tensor:
        """The probability of the characters that images should show: (n,), NaN where it does not know one."""
        places = torch.tensor([self._places.get(code, -1) for code in codes])
        sure = reading.logits.softmax(1).gather(1, places.clamp(min=0)[:, None])[:, 0]
        return sure.masked_fill(places < 0, torch.nan)
