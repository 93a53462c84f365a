"""A checkpoint and characters to glyph images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from fontgan.checkpoint import CheckpointRecord, load_checkpoint
from fontgan.compute.engine import choose_engine
from fontgan.config import DeviceChoice
from fontgan.data.pairs import as_bytes, as_floats, split_of
from fontgan.data.store import FaceRecord
from fontgan.errors import FontganError
from fontgan.fonts.charset import describe_characters
from fontgan.fonts.face import Face, FontReference, font_shift
from fontgan.progress import Progress, Silent

_BATCH = 64
_SHIFT_SAMPLE = 500  # characters that place a content font other than the one trained with


@dataclass(frozen=True)
class Generated:
    """What a generator drew; pictures are uint8 (n, size, size), 0 = ink, in the order of `codes`.

    Attributes:
        record: of the checkpoint.
        codes: the characters that were drawn.
        lacking: characters that were asked for and that the content font does not draw.
        content: their glyphs in the content font.
        pictures: the generated ones.
        truth: the glyph that the style font itself has, or None.
        learnt: those of the characters that the training learnt from.
        notes: what the user should know about the fonts; a line each.
    """

    record: CheckpointRecord
    codes: list[int]
    lacking: list[int]
    content: np.ndarray
    pictures: np.ndarray
    truth: list[np.ndarray | None]
    learnt: set[int]
    notes: list[str]


def generate(
    checkpoint: Path,
    codes: Sequence[int],
    source: FontReference | None = None,
    device: DeviceChoice = "auto",
    progress: Progress | None = None,
) -> Generated:
    """Draw the characters `codes` in the style that a checkpoint has learnt.

    Args:
        checkpoint: the weights, as `find_checkpoint` finds them.
        codes: code points.
        source: the content font, where it is not at the path that the checkpoint knows.
        device: what computes.
        progress: is told of each character.

    Raises:
        FontganError: the checkpoint or the content font cannot be used, or the font draws none of
            the characters.
    """
    network, record = load_checkpoint(checkpoint)
    notes: list[str] = []
    face, shift = _content_face(record.content, source, codes, notes)
    drawn = [code for code in codes if face.draws(code)]
    if not drawn:
        raise FontganError(
            f"{face.reference} draws none of {describe_characters(codes)}: "
            "ask for other --chars, or name a --source that has them"
        )
    engine = choose_engine(device)
    network = engine.place(network)
    watcher = progress or Silent()
    watcher.start("generating", len(drawn))
    content = np.stack([face.render(code, record.size, shift) for code in drawn])
    pictures = translate(network, torch.from_numpy(content).unsqueeze(1).to(engine.device), watcher)
    truth = _true_glyphs(record, drawn, notes)
    return Generated(
        record=record,
        codes=drawn,
        lacking=[code for code in codes if not face.draws(code)],
        content=content,
        pictures=pictures.squeeze(1).cpu().numpy(),
        truth=truth,
        learnt={
            code
            for code, glyph in zip(drawn, truth, strict=True)
            if glyph is not None and split_of(code) == "train"
        },
        notes=notes,
    )


@torch.no_grad()
def translate(generator: nn.Module, pictures: Tensor, progress: Progress | None = None) -> Tensor:
    """Content glyph images, uint8 (n, 1, size, size), to those of the style, on the same device.

    In float32 throughout, in batches that fit any memory, and rounded to bytes: what is measured is what
    is saved.
    """
    watcher = progress or Silent()
    parts = []
    for part in pictures.split(_BATCH):
        parts.append(as_bytes(generator(as_floats(part))))
        watcher.advance(len(part))
    return torch.cat(parts)


def _content_face(
    trained: FaceRecord, source: FontReference | None, codes: Sequence[int], notes: list[str]
) -> tuple[Face, float]:
    """The content font and its shift: as in training, where it is the same file."""
    known = FontReference(Path(trained.path), trained.index)
    if source is None and not known.path.is_file():
        raise FontganError(
            f"the content font {known} is no longer there: name it with --source, wherever it is now"
        )
    face = Face(source or known)
    if face.sha256 == trained.sha256:
        return face, trained.shift
    if source is None:
        raise FontganError(
            f"the content font {known} has changed since the training: "
            f"name the one trained with by --source, or the changed one by --source {known}"
        )
    notes.append(f"{source} is not the font that was trained with ({trained.family}): pictures may suffer")
    drawn = [code for code in codes if face.draws(code)][:_SHIFT_SAMPLE]
    return face, font_shift(face, drawn) if drawn else trained.shift


def _true_glyphs(record: CheckpointRecord, codes: Sequence[int], notes: list[str]) -> list[np.ndarray | None]:
    """What the style font draws itself; nothing where its file is gone or another."""
    style = record.style
    try:
        face = Face(FontReference(Path(style.path), style.index))
    except FontganError:
        notes.append(f"the style font {style.path} is no longer there: its own glyphs are not shown")
        return [None] * len(codes)
    if face.sha256 != style.sha256:
        notes.append(f"the style font {style.path} has changed: its own glyphs are not shown")
        return [None] * len(codes)
    return [face.render(code, record.size, style.shift) if face.draws(code) else None for code in codes]
