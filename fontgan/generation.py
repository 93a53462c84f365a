"""A checkpoint and characters to glyph images."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from fontgan.checkpoint import CheckpointRecord, load_checkpoint
from fontgan.compute.engine import choose_engine
from fontgan.compute.ranks import Ranks
from fontgan.config.settings import DeviceChoice
from fontgan.data.images import as_bytes, as_floats
from fontgan.data.splits import split_of
from fontgan.errors import FontganError
from fontgan.fonts.canvas import font_shift
from fontgan.fonts.charset import describe_characters
from fontgan.fonts.reference import FontReference
from fontgan.fonts.source import GlyphSource, open_source
from fontgan.progress import Progress, Silent

_BATCH = 64


@dataclass(frozen=True)
class Generated:
    """What a generator drew; pictures are uint8 (n, size, size), 0 = ink, in the order of `codes`.

    Attributes:
        record: of the checkpoint.
        codes: the characters that were drawn.
        lacking: characters that were asked for and that no content font draws.
        content: their glyphs in the content fonts.
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
    sources: Sequence[FontReference] = (),
    device: DeviceChoice = "auto",
    progress: Progress | None = None,
) -> Generated:
    """Draw the characters `codes` in the style that a checkpoint has learnt.

    Args:
        checkpoint: the weights, as `find_checkpoint` finds them.
        codes: code points.
        sources: the content fonts, where they are not at the paths that the checkpoint knows.
        device: what computes.
        progress: is told of each character.

    Raises:
        FontganError: the checkpoint or the content font cannot be used, or the font draws none of
            the characters.
    """
    network, record = load_checkpoint(checkpoint)
    notes: list[str] = []
    contents = _content_fonts(record, sources, codes, notes)
    glyphs = {
        code: glyph for code in codes if (glyph := _content_glyph(contents, code, record.size)) is not None
    }
    drawn = list(glyphs)
    if not drawn:
        names = " and ".join(str(font.reference) for font, _ in contents)
        raise FontganError(
            f"{names} draws none of {describe_characters(codes)}: "
            "ask for other --chars, or name a --source that has them"
        )
    engine = choose_engine(device)
    network = engine.place(network)
    watcher = progress or Silent()
    watcher.start("generating", len(drawn))
    content = np.stack(list(glyphs.values()))
    pictures = _translate_together(
        network, torch.from_numpy(content).unsqueeze(1).to(engine.device), engine.ranks, watcher
    )
    truth = _true_glyphs(record, drawn, notes)
    return Generated(
        record=record,
        codes=drawn,
        lacking=[code for code in codes if code not in glyphs],
        content=content,
        pictures=pictures.squeeze(1).numpy(),
        truth=truth,
        learnt={
            code
            for code, glyph in zip(drawn, truth, strict=True)
            if glyph is not None and split_of(code) == "train"
        },
        notes=notes,
    )


def style_draws(checkpoint: Path) -> Callable[[int], bool]:
    """Whether the style font that a checkpoint has learnt draws a code point; opened when first asked.

    Raises:
        FontganError: when asked, if the font is no longer where the training found it.
    """

    @cache
    def style() -> GlyphSource:
        return open_source(load_checkpoint(checkpoint)[1].style.reference)

    return lambda code: style().draws(code)


def translate(generator: nn.Module, pictures: Tensor, progress: Progress | None = None) -> Tensor:
    """Content glyph images, uint8 (n, 1, size, size), to those of the style, on the same device.

    In float32 throughout, in batches that fit any memory, and rounded to bytes: what is measured is what
    is saved.
    """
    return torch.cat(_translated(generator, pictures.split(_BATCH), progress or Silent()))


def _translate_together(generator: nn.Module, pictures: Tensor, ranks: Ranks, progress: Progress) -> Tensor:
    """The same with the batches dealt out to all processes; the result is whole in all, on the CPU.

    Each batch is that which one process would make, so that its pictures are the same to the last bit.
    """
    mine = pictures.split(_BATCH)[ranks.number :: ranks.count]
    found = ranks.gather([part.cpu() for part in _translated(generator, mine, progress)])
    return torch.cat([part for turn in itertools.zip_longest(*found) for part in turn if part is not None])


@torch.no_grad()
def _translated(generator: nn.Module, batches: Sequence[Tensor], progress: Progress) -> list[Tensor]:
    made = []
    for batch in batches:
        made.append(as_bytes(generator(as_floats(batch))))
        progress.advance(len(batch))
    return made


def _content_glyph(contents: Sequence[tuple[GlyphSource, float]], code: int, size: int) -> np.ndarray | None:
    """The glyph of the first content font that draws the character."""
    glyphs = (font.draw(code, size, shift) for font, shift in contents)
    return next((glyph for glyph in glyphs if glyph is not None), None)


def _content_fonts(
    record: CheckpointRecord, sources: Sequence[FontReference], codes: Sequence[int], notes: list[str]
) -> list[tuple[GlyphSource, float]]:
    """The content fonts, each with its shift: as in training, where it is the same file."""
    known = {(content.sha256, content.index, content.axes): content.shift for content in record.contents}
    fonts = []
    for reference in sources or [content.reference for content in record.contents]:
        if not sources and not reference.path.exists():
            raise FontganError(
                f"the content font {reference} is no longer there: name it with --source, wherever it is now"
            )
        font = open_source(reference)
        shift = known.get((font.sha256, reference.index, reference.axes))
        if shift is not None:
            fonts.append((font, shift))
            continue
        if not sources:
            raise FontganError(
                f"the content font {reference} has changed since the training: "
                f"name the one trained with by --source, or the changed one by --source {reference}"
            )
        families = ", ".join(content.family for content in record.contents)
        notes.append(f"{reference} is not the font that was trained with ({families}): pictures may suffer")
        fonts.append((font, font_shift(font, codes)))
    return fonts


def _true_glyphs(record: CheckpointRecord, codes: Sequence[int], notes: list[str]) -> list[np.ndarray | None]:
    """What the style font draws itself; nothing where its file is gone or another."""
    style = record.style
    try:
        font = open_source(style.reference)
    except FontganError:
        notes.append(f"the style font {style.path} is no longer there: its own glyphs are not shown")
        return [None] * len(codes)
    if font.sha256 != style.sha256:
        notes.append(f"the style font {style.path} has changed: its own glyphs are not shown")
        return [None] * len(codes)
    return [font.draw(code, record.size, style.shift) for code in codes]
