"""A trained generator with its fonts, loaded once, that draws any number of characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import torch
from torch import Tensor, nn

from fontgan.compute.choosing import choose_engine
from fontgan.compute.engine import Engine
from fontgan.config.reading import nearest
from fontgan.config.settings import Cleaning, DeviceChoice
from fontgan.data.images import as_bytes
from fontgan.data.record import FaceRecord, families
from fontgan.drawing.arrays import batch_of, draw_arrays
from fontgan.drawing.cleaning import clean
from fontgan.drawing.content import Content, content_in_parts, content_of
from fontgan.drawing.drawing import Drawing, Placement
from fontgan.drawing.fonts import (
    AnyFont,
    Fonts,
    PlacedFont,
    any_draws,
    content_fonts,
    example_glyphs,
    first_glyph,
    location_of,
    style_fonts,
)
from fontgan.errors import FontganError
from fontgan.fonts.charset import unique_characters
from fontgan.fonts.location import FontLocation
from fontgan.models import find_model
from fontgan.networks.composites import BothWays
from fontgan.progress import Silent, Watcher
from fontgan.runs.folder import Run, name_of
from fontgan.runs.record import CheckpointRecord
from fontgan.runs.weights import load_best

_EXAMPLES = 16  # glyphs that show a style: more of them make the mean of their codes steadier


class Drawer:
    """Draws characters in a style that was learnt, or that a few glyphs show.

    The network is loaded and every font opened once, here; `draw` may be called any number of times.

    Args:
        checkpoint: a run, whose best checkpoint is taken, or a file of weights; None for the newest run.
        style: the key of a style that was learnt; the first one if it is None.
        reference: a font or a folder of pictures in another style, for a model that draws from references.
        sources: the content fonts, where they are no longer where training found them.
        backward: whether to translate from the style back to the content font, for a model that learns both
            directions.
        device: what to compute on.

    Attributes:
        name: of the run, or of the file outside of one.
        weights: the file; None of a network that was loaded already.
        record: of the checkpoint.
        contents: the content fonts.
        styles: the style fonts that were found.
        drawn_from, drawn_like: the families of the content and the style fonts.
        notes: remarks about the fonts, one line each.

    Raises:
        FontganError: the checkpoint or a font cannot be used, or the model cannot draw that way.
    """

    weights: Path | None

    def __init__(
        self,
        checkpoint: Run | Path | str | None = None,
        style: str | None = None,
        reference: AnyFont | None = None,
        sources: AnyFont | Sequence[AnyFont] = (),
        backward: bool = False,
        device: DeviceChoice = "auto",
    ) -> None:
        weights, network, record = load_best(checkpoint)
        self.name, self.weights = name_of(weights), weights
        self._set_up(network, record, Fonts(record.canvas, weights), style, reference, sources, backward)
        self._place(choose_engine(device))

    @classmethod
    def of(
        cls,
        network: nn.Module,
        record: CheckpointRecord,
        engine: Engine,
        style: str | None = None,
        reference: AnyFont | None = None,
        sources: AnyFont | Sequence[AnyFont] = (),
        backward: bool = False,
    ) -> Drawer:
        """A drawer of a network that is loaded already, in evaluation mode; the rest as for `Drawer`.

        Raises:
            FontganError: a font cannot be used, or the model cannot draw that way.
        """
        drawer = cls.__new__(cls)
        drawer.name, drawer.weights = record.model, None
        drawer._set_up(network, record, Fonts(record.canvas), style, reference, sources, backward)
        drawer._place(engine)
        return drawer

    def _set_up(
        self,
        network: nn.Module,
        record: CheckpointRecord,
        fonts: Fonts,
        style: str | None,
        reference: AnyFont | None,
        sources: AnyFont | Sequence[AnyFont],
        backward: bool,
    ) -> None:
        _check(record, style, reference is not None, backward)
        learnt = record.style(style)
        inputs: Sequence[FaceRecord] = (learnt,) if backward else record.contents
        outputs: Sequence[FaceRecord] = record.contents if backward else (learnt,)
        self.record = record
        self._network = network.back if backward and isinstance(network, BothWays) else network
        self._style_face, self._shown = learnt, reference is not None
        self._shift, self._usual = outputs[0].shift, outputs[0].advance
        self._stacked = record.stacked and not backward
        self.drawn_from, self.drawn_like = families(inputs), families(outputs)
        several = [sources] if isinstance(sources, FontLocation | Path | str) else sources
        given = [location_of(font) for font in several]
        self.contents, self.notes = content_fonts(inputs, given, self._stacked, fonts)
        if reference is not None:
            shown = fonts.new(location_of(reference))
            self.styles, self.drawn_like = [shown], shown.source.family
            self._shift, self._usual = shown.shift, shown.usual
            return
        self.styles, notes = style_fonts(outputs, fonts)
        self.notes += notes

    def _place(self, engine: Engine) -> None:
        self._engine = engine
        self._network = engine.place(self._network)

    @property
    def network(self) -> nn.Module:
        """The generator, in evaluation mode, on `device`."""
        return self._network

    @property
    def device(self) -> torch.device:
        """What it computes on."""
        return self._engine.device

    def inputs(self, drawing: Drawing) -> list[Tensor]:
        """What the network takes to draw a drawing again: the content, and its further inputs.

        `draw_arrays` takes them as they are: uint8 (n, channels, size, size); (n, …) each, or (1, …) for all.

        Raises:
            FontganError: the glyphs that would show the style are missing.
        """
        return self._inputs(drawing.content, self._conditions(drawing.codes))

    def content_of(self, code: int) -> np.ndarray | None:
        """What a character is drawn from, uint8 (channels, size, size); None where no content font has it."""
        found = content_of(code, self.contents, self._stacked, self.record.canvas)
        return found and found.images

    def true_glyph(self, code: int) -> np.ndarray | None:
        """The style font's own glyph, uint8 (size, size); None where it has none, or is missing."""
        found = first_glyph(self.styles, code, self.record.canvas)
        return found and found[1]

    def learnt(self, code: int) -> bool:
        """Whether training learnt from the style's glyph of a character, as far as the fonts show it."""
        there = not self.styles or any_draws(self.styles, code)
        return there and not self._shown and self.record.learnt(code)

    def style_draws(self, code: int) -> bool:
        """Whether the style font has a character itself.

        Raises:
            FontganError: the style font is missing.
        """
        if not self.styles:
            raise FontganError(
                f"the style font {self._style_face.path} is missing, so what it lacks is unknown",
                "move it into the current folder, or name the characters themselves",
            )
        return any_draws(self.styles, code)

    def draw(
        self, characters: str | Iterable[int], cleaning: Cleaning = "none", watcher: Watcher | None = None
    ) -> Drawing:
        """Draw characters; each comes once, in the order of its first mention.

        All are held in memory: at 256 px, half a megabyte each. `parts` takes no more for many.

        Args:
            characters: a text, or code points.
            cleaning: how to clean the images.
            watcher: sees each character.

        Raises:
            FontganError: the content fonts have none of them, the glyphs that would show the style are
                missing, or what the network draws is not a number.
        """
        return Drawing.together(self.parts(characters, cleaning, watcher))

    def parts(
        self, characters: str | Iterable[int], cleaning: Cleaning = "none", watcher: Watcher | None = None
    ) -> Iterator[Drawing]:
        """Draw characters part by part, in memory that does not grow with their number.

        The arguments and the errors are those of `draw`, whose images these are to the last bit. Each part
        has a batch for each process; the next one is drawn when it is asked for. Characters that no content
        font has are among the `lacking` of a part. With several processes, all must ask for the same parts.
        """
        asked = unique_characters(characters) if isinstance(characters, str) else [*dict.fromkeys(characters)]
        _check_request(asked, cleaning)
        conditions, watcher = self._conditions(asked), watcher or Silent()
        watcher.start("drawing", len(asked))
        most = batch_of(self.record.size) * self._engine.ranks.count
        for found, lacking in content_in_parts(asked, most, self.contents, self._stacked, self.record.canvas):
            yield self._drawn(found, lacking, conditions, cleaning)
            watcher.advance(len(found) + len(lacking))

    def _drawn(
        self, found: dict[int, Content], lacking: list[int], conditions: Sequence[Tensor], cleaning: Cleaning
    ) -> Drawing:
        """A part of a drawing.

        Raises:
            FontganError: what the network draws is not a number.
        """
        codes = list(found)
        content = np.stack([each.images for each in found.values()])
        inputs = self._inputs(content, conditions)
        drawn = draw_arrays(self._network, inputs[0], inputs[1:], self._engine.device, self._engine.ranks)
        if not torch.isfinite(drawn).all():
            raise FontganError(
                f"{self.name} draws images of NaN or infinity: its weights are broken",
                "choose another {checkpoint}",
            )
        true = [first_glyph(self.styles, code, self.record.canvas) for code in codes]
        return Drawing(
            record=self.record,
            drawn_from=self.drawn_from,
            drawn_like=self.drawn_like,
            cleaning=cleaning,
            codes=codes,
            lacking=lacking,
            content=content,
            fonts=[
                tuple(font.source.location if font else None for font in each.fonts)
                for each in found.values()
            ],
            placements=[
                Placement(
                    self.record.canvas,
                    self._shift,
                    glyph[0].advance(code) if glyph else self._advance(code, each.fonts),
                )
                for (code, each), glyph in zip(found.items(), true, strict=True)
            ],
            drawn=drawn.squeeze(1).numpy(),
            images=clean(as_bytes(drawn).squeeze(1).numpy(), cleaning),
            truth=[glyph and glyph[1] for glyph in true],
            learnt=frozenset(
                code
                for code, glyph in zip(codes, true, strict=True)
                if glyph and not self._shown and self.record.learnt(code)
            ),
            notes=list(self.notes),
        )

    def _inputs(self, content: np.ndarray, conditions: Sequence[Tensor]) -> list[Tensor]:
        """The content, a number for each character, and the same references for all."""
        numbered = (each.expand(len(content)) if each.ndim == 1 else each for each in conditions)
        return [torch.from_numpy(content), *numbered]

    def _advance(self, code: int, fonts: Sequence[PlacedFont | None]) -> float:
        """The width of a character that the style lacks, in em.

        It is to the usual width of the style as the content's is to the usual one of its font.
        """
        content = next(filter(None, fonts))
        return self._usual * (content.advance(code) / content.usual if content.usual else 1.0)

    def _conditions(self, asked: Sequence[int]) -> list[Tensor]:
        """The generator's inputs beside the content, one row each: the same for every character.

        Raises:
            FontganError: it takes references, and the font that would give them is missing.
        """
        number = torch.tensor([self.record.styles.index(self._style_face)])
        return [
            number if name == "styles" else self._references(asked)
            for name in find_model(self.record.model).conditions
        ]

    def _references(self, asked: Sequence[int]) -> Tensor:
        """Glyphs that show the style, uint8 (1, n, 1, size, size)."""
        if not self.styles:
            raise FontganError(
                f"the style font {self._style_face.path} is missing, "
                f"and {self.record.model} needs glyphs from it",
                "pass its new location with {reference}",
            )
        drawable = {code for code in asked if any_draws(self.contents, code)}
        examples = example_glyphs(self.styles[0], self.record.canvas, drawable, _EXAMPLES)
        return torch.from_numpy(examples).unsqueeze(0)


def _check_request(codes: Sequence[int], cleaning: str) -> None:
    """Refuse what cannot be asked of any drawer."""
    if not codes:
        raise FontganError("there is no character to draw", "pass some with {chars}")
    known = get_args(Cleaning)
    if cleaning not in known:
        raise FontganError(f"there is no cleaning {cleaning!r}{nearest(cleaning, known)}")


def _check(record: CheckpointRecord, style: str | None, shown: bool, backward: bool) -> None:
    """Refuse options that the model does not support.

    Raises:
        FontganError: it cannot draw that way.
    """
    model = find_model(record.model)
    if shown and "references" not in model.conditions:
        raise FontganError(
            f"{record.model} draws only styles that it has learnt", "omit {reference}, or use a run of wnet"
        )
    if shown and style is not None:
        raise FontganError(
            "a learnt style and a reference cannot be combined",
            "pass either {style} or {reference}",
        )
    if backward and model.paired:
        raise FontganError(
            f"{record.model} has learnt one direction only", "omit {backward}, or use a run of cyclegan"
        )
    record.style(style)
