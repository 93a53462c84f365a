"""Whether drawn glyphs have the strokes of their characters, and where they do not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from fontgan.assets import bundled_weights
from fontgan.fonts.canvas import Canvas
from fontgan.judging.sight import as_seen
from fontgan.judging.weights import load_network
from fontgan.networks.verifier import VerifierNetwork

_BATCH = 256


@dataclass(frozen=True)
class Differences:
    """How n drawn glyphs differ from the content glyphs of their characters.

    Attributes:
        doubt: how doubtful each glyph is, float32 (n,): the logit that something is wrong.
        missing: the probability that ink is missing in each cell, float32 (n, 16, 16).
        extra: the same for ink that should not be there.
    """

    doubt: Tensor
    missing: Tensor
    extra: Tensor


class Verifier:
    """A network that was shown pairs of fonts, right and with planted errors.

    Args:
        path: its weights, as `load_network` takes them.
        device: what it computes on; the CPU if it is None.

    Attributes:
        record: how it was made, from which fonts, and what it reached.
    """

    def __init__(self, path: Path, device: torch.device | None = None) -> None:
        self.device = device or torch.device("cpu")
        self._network, self.record = load_network(
            path, lambda record: VerifierNetwork(tuple(record["widths"])), self.device
        )

    @classmethod
    def bundled(cls, device: torch.device | None = None) -> Verifier:
        """The one that comes with fontgan.

        Raises:
            FontganError: it is missing from the installation.
        """
        return cls(bundled_weights("verifier.safetensors"), device)

    @torch.no_grad()
    def compare(self, content: Tensor, images: Tensor, canvas: Canvas) -> Differences:
        """Compare drawn glyphs with the content glyphs of the same characters.

        Args:
            content: float (n, 1, size, size) in [0, 1], 1 = paper.
            images: the same of the drawn glyphs.
            canvas: on which both lie.
        """
        parts = [
            self._network(*(as_seen(side, canvas).to(self.device) for side in pair))
            for pair in zip(content.split(_BATCH), images.split(_BATCH), strict=True)
        ]
        cells = torch.cat([cells.cpu() for cells, _ in parts]).sigmoid()
        return Differences(torch.cat([doubt.cpu() for _, doubt in parts]), cells[:, 0], cells[:, 1])
