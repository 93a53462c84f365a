"""Characters in a style that was learnt, or that a few glyphs show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from fontgan.compute.choosing import choose_engine
from fontgan.config.settings import Cleaning, DeviceChoice
from fontgan.data.record import families
from fontgan.data.splits import split_of
from fontgan.drawing.cleaning import clean
from fontgan.drawing.fonts import Placed, example_glyphs, first_glyph, input_fonts, known_font, new_font
from fontgan.drawing.translation import translate_together
from fontgan.errors import FontganError
from fontgan.fonts.charset import describe_characters
from fontgan.fonts.location import FontLocation
from fontgan.fonts.source import GlyphSource, open_source
from fontgan.models import find_model
from fontgan.networks.composites import BothWays
from fontgan.progress import Silent, Watcher
from fontgan.runs.checkpoint import CheckpointRecord, load_checkpoint, read_record

_EXAMPLES = 16  # glyphs that show a style: more of them make the mean of their codes steadier


@dataclass(frozen=True)
class Manner:
    """In which style to draw, and how.

    Attributes:
        style: the key of one that was learnt, or the first.
        reference: a font or pictures that show another, for a model that takes references.
        backward: from the style to the content's font instead, for a model of both directions.
        cleaning: what is done to the pictures.
    """

    style: str | None = None
    reference: FontLocation | None = None
    backward: bool = False
    cleaning: Cleaning = "none"


@dataclass(frozen=True)
class Generated:
    """What a generator drew; pictures are uint8 (n, size, size), 0 = ink, in the order of `codes`.

    Attributes:
        record: of the checkpoint.
        drawn_from, drawn_like: the families of the fonts.
        cleaning: what was done to the pictures.
        codes: the characters that were drawn.
        lacking: characters that were asked for and that no font to draw from has.
        content: their glyphs in the fonts that they were drawn from.
        pictures: the generated ones.
        truth: the glyph that the font which they are drawn like itself has, or None.
        learnt: those of the characters that the training learnt from.
        notes: what the user should know about the fonts; a line each.
    """

    record: CheckpointRecord
    drawn_from: str
    drawn_like: str
    cleaning: Cleaning
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
    sources: Sequence[FontLocation] = (),
    device: DeviceChoice = "auto",
    watcher: Watcher | None = None,
    manner: Manner | None = None,
) -> Generated:
    """Draw the characters `codes` in a style.

    Args:
        checkpoint: the weights, as `find_checkpoint` finds them.
        codes: code points.
        sources: the fonts to draw from, where they are not at the paths that the checkpoint knows.
        device: what computes.
        watcher: told of each character.
        manner: in which style, and how.

    Raises:
        FontganError: the checkpoint or a font cannot be used, or the font draws none of the characters, or
            the model cannot draw in that manner.
    """
    manner = manner or Manner()
    network, record = load_checkpoint(checkpoint)
    _check(manner, record)
    notes: list[str] = []
    inputs = input_fonts(record.styles[:1] if manner.backward else record.contents, sources, codes, notes)
    glyphs = {code: glyph for code in codes if (glyph := first_glyph(inputs, code, record.size)) is not None}
    drawn = list(glyphs)
    if not drawn:
        names = " and ".join(str(font.source.location) for font in inputs)
        raise FontganError(
            f"{names} draws none of {describe_characters(codes)}: "
            "ask for other --chars, or name a --source that has them"
        )
    models, like = _models(manner, record, notes)
    engine = choose_engine(device)
    network = engine.place(_way(network, manner))
    watcher = watcher or Silent()
    watcher.start("generating", len(drawn))
    content = np.stack(list(glyphs.values()))
    conditions = _conditions(manner, record, models, drawn)
    pictures = translate_together(
        network,
        torch.from_numpy(content).unsqueeze(1).to(engine.device),
        [condition.to(engine.device) for condition in conditions],
        engine.ranks,
        watcher,
    )
    truth = [first_glyph(models, code, record.size) for code in drawn]
    return Generated(
        record=record,
        drawn_from=families(record.styles[:1] if manner.backward else record.contents),
        drawn_like=like,
        cleaning=manner.cleaning,
        codes=drawn,
        lacking=[code for code in codes if code not in glyphs],
        content=content,
        pictures=clean(pictures.squeeze(1).numpy(), manner.cleaning),
        truth=truth,
        learnt=set() if manner.reference else _learnt(drawn, truth),
        notes=notes,
    )


def style_draws(checkpoint: Path, manner: Manner) -> Callable[[int], bool]:
    """Whether the font that is to be drawn like draws a code point itself; opened when first asked.

    Raises:
        FontganError: when asked, if the font is no longer where the training found it.
    """

    @cache
    def style() -> GlyphSource:
        record = read_record(checkpoint)
        face = record.contents[0] if manner.backward else record.style(manner.style)
        return open_source(manner.reference or face.location)

    return lambda code: style().draws(code)


def _check(manner: Manner, record: CheckpointRecord) -> None:
    """Refuse what the model cannot do.

    Raises:
        FontganError: it cannot draw in that manner.
    """
    conditions = find_model(record.model).conditions
    if manner.reference is not None and "references" not in conditions:
        raise FontganError(
            f"{record.model} draws only what it has learnt: leave --reference out, or train --model wnet"
        )
    if manner.reference is not None and manner.style is not None:
        raise FontganError(
            "--style names a style that was learnt, --reference shows another: give one of them"
        )
    if manner.backward and find_model(record.model).paired:
        raise FontganError(
            f"{record.model} has learnt one direction: leave --backward out, or train --model cyclegan"
        )
    record.style(manner.style)


def _way(network: nn.Module, manner: Manner) -> nn.Module:
    """The generator of the wanted direction."""
    if manner.backward:
        assert isinstance(network, BothWays)
        return network.back
    return network


def _models(manner: Manner, record: CheckpointRecord, notes: list[str]) -> tuple[list[Placed], str]:
    """The fonts that are to be drawn like, as far as they are there, and their names."""
    if manner.reference is not None:
        font = new_font(manner.reference)
        return [font], font.source.family
    faces = record.contents if manner.backward else (record.style(manner.style),)
    found = [known_font(face, notes) for face in faces]
    return [font for font in found if font is not None], families(faces)


def _conditions(
    manner: Manner, record: CheckpointRecord, models: Sequence[Placed], drawn: Sequence[int]
) -> list[Tensor]:
    """What the generator is told beside the content of each character.

    Raises:
        FontganError: it takes references, and the font that would give them is gone.
    """
    conditions = []
    for name in find_model(record.model).conditions:
        if name == "styles":
            number = record.styles.index(record.style(manner.style))
            conditions.append(torch.full((len(drawn),), number))
            continue
        if not models:
            face = record.style(manner.style)
            raise FontganError(
                f"{face.path} is gone, whose glyphs would show {record.model} the style: "
                "show it by --reference FONT, wherever it is now"
            )
        conditions.append(torch.from_numpy(example_glyphs(models[0], record, drawn, _EXAMPLES)).unsqueeze(0))
    return conditions


def _learnt(drawn: Sequence[int], truth: Sequence[np.ndarray | None]) -> set[int]:
    """Those of the characters that lie in the training's share and that the style has."""
    return {
        code
        for code, glyph in zip(drawn, truth, strict=True)
        if glyph is not None and split_of(code) == "train"
    }
