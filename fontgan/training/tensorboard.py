"""Writes for TensorBoard: losses, rates, gradients, measures, samples, and the network."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from fontgan.errors import FontganError


class TensorBoard:
    """Writes event files into a folder; does nothing where the folder is None.

    Args:
        folder: for the files.
        step: from which training continues: what was written of later ones is hidden.

    Raises:
        FontganError: TensorBoard is not installed.
    """

    def __init__(self, folder: Path | None, step: int = 0) -> None:
        self._writer: Any = None
        if folder is not None:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError as error:
                raise FontganError(
                    "TensorBoard is not installed",
                    "pip install 'fontgan[tensorboard]', or omit {tensorboard}",
                ) from error
            self._writer = SummaryWriter(str(folder), purge_step=step + 1 if step else None)

    def network(self, generator: nn.Module, inputs: Sequence[Tensor]) -> None:
        """Draw the network's graph, traced with these inputs."""
        if self._writer is not None:
            with warnings.catch_warnings(), torch.no_grad():
                warnings.simplefilter("ignore")  # tracing is old, and nothing else gives TensorBoard a graph
                self._writer.add_graph(generator, tuple(inputs))

    def numbers(self, group: str, values: Mapping[str, float], step: int) -> None:
        """Curves, one for each name, under a common heading."""
        if self._writer is not None:
            for name, value in values.items():
                self._writer.add_scalar(f"{group}/{name}", value, step)

    def sheet(self, path: Path, step: int) -> None:
        """Show a sheet of samples."""
        if self._writer is not None:
            import numpy as np
            from PIL import Image

            with Image.open(path) as picture:
                self._writer.add_image("samples", np.asarray(picture.convert("L")), step, dataformats="HW")
            self._writer.flush()

    def close(self) -> None:
        """Write what is left to write."""
        if self._writer is not None:
            self._writer.close()
