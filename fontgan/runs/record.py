"""The record of a checkpoint: the model, its settings, the canvas, and the fonts it was trained on.

It lies as JSON in the file's metadata. Files of older formats are brought to today's by the steps below, and
what this version does not know is kept under `extra` and written again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Annotated, Any

from msgspec import Meta
from torch import nn

from fontgan.bounds import Characters, Count, Finite, Sha256, Text
from fontgan.config.groups import Draft, flattened
from fontgan.config.legacy import grid_before
from fontgan.config.reading import from_record, nearest
from fontgan.config.settings import BestBy, ModelSettings
from fontgan.data.record import FaceRecord, face_from_2_to_3
from fontgan.data.splits import Few, split_of
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.formats import read_record, to_json
from fontgan.measures.table import MEASURES
from fontgan.models import find_model
from fontgan.models.base import FirstStage, GeneratorSpec
from fontgan.untrusted import DamagedError

FORMAT = 6


@dataclass(frozen=True)
class Origin:
    """Weights that training started from: the name of their run or file, and the file's SHA-256."""

    name: Text
    sha256: Sha256
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def to_json(self) -> dict[str, Any]:
        """The origin as a table of JSON."""
        table: dict[str, Any] = to_json(self)
        return table


_Some = Annotated[tuple[FaceRecord, ...], Meta(min_length=1, max_length=0xFFFF)]


@dataclass(frozen=True)
class CheckpointRecord:
    """A generator and what it was trained on.

    Attributes:
        model: its name, as `find_model` takes it.
        settings: the model's.
        canvas: of its images.
        step: after which step of the run.
        contents: the content fonts, the first one that draws a character first.
        styles: the fonts that it learnt, in the order of their numbers.
        measures: means over the validation characters, by name.
        best_by: the measure that ranks the checkpoints of a run, or `newest`.
        first: the stage before it, whose weights lie in the same file.
        stacked: whether the content fonts are channels of one image, rather than one font per character.
        base: the weights that training started from; None where it started from random ones.
        few: how its characters were divided, if they were too few to be divided as usual.
        learnt_characters: those that it learnt from, as a text; empty in files from before that was kept.
        extra: values in the file that this version does not know; those of `settings` and `first` by these
            names.
    """

    model: Text
    settings: ModelSettings
    canvas: Canvas
    step: Count
    contents: _Some
    styles: _Some
    measures: Annotated[Mapping[str, Finite], Meta(max_length=1000)]
    best_by: BestBy
    first: FirstStage | None = None
    stacked: bool = False
    base: Origin | None = None
    few: Few | None = None
    learnt_characters: Characters = ""
    extra: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.best_by != "newest" and self.best_by not in self.measures:
            raise ValueError(f"it is ranked by {self.best_by}, which was not measured")

    @property
    def size(self) -> int:
        """Of its images, in pixels."""
        return self.canvas.size

    @property
    def channels(self) -> int:
        """Of the content images that it takes."""
        return len(self.contents) if self.stacked else 1

    @property
    def score(self) -> float:
        """Its rank among the checkpoints of its run; higher is better."""
        if self.best_by == "newest":
            return self.step
        return MEASURES[self.best_by].score(self.measures[self.best_by])

    def build(self) -> nn.Module:
        """A new generator of that kind with random weights.

        Raises:
            FontganError: no network can be built from these settings.
        """
        spec = GeneratorSpec(self.size, len(self.styles), contents=self.channels, first=self.first)
        return find_model(self.model).build_generator(self.settings, spec)

    def style(self, key: str | None = None) -> FaceRecord:
        """The style of that key, or the first one.

        Raises:
            FontganError: it was not learnt.
        """
        known = {face.key: face for face in self.styles}
        if key is not None and key not in known:
            raise FontganError(f"the style {key!r} was not learnt{nearest(key, known)}")
        return self.styles[0] if key is None else known[key]

    def learnt(self, code: int) -> bool:
        """Whether training learnt from this character; of older files, whether it could."""
        known = self.learnt_characters
        return chr(code) in known if known else split_of(code) == "train"

    def to_json(self) -> dict[str, Any]:
        """As it is written. Of fonts it names the file alone: the weights may be shared."""
        contents, styles = _shared(self.contents), _shared(self.styles)
        known = to_json(replace(self, contents=contents, styles=styles, first=None, extra={}))
        unknown = {name: value for name, value in self.extra.items() if name not in known}
        settings = {**asdict(self.settings), **self.extra.get("settings", {})}
        return {**unknown, "format": FORMAT, **known, "settings": settings, "first": self._first_to_json()}

    def _first_to_json(self) -> dict[str, Any] | None:
        if self.first is None:
            return None
        settings = {**asdict(self.first.settings), **self.extra.get("first", {})}
        return {"model": self.first.model, "settings": settings}

    @classmethod
    def from_text(cls, text: str, what: str) -> CheckpointRecord:
        """Out of the JSON that this or an older version has written.

        Args:
            text: the JSON.
            what: the file, as a message names it.

        Raises:
            FontganError: it is damaged, of a newer format, or of settings that cannot be.
        """
        found = read_record(_InFile, text, FORMAT, {4: from_4_to_5, 5: from_5_to_6}, what)
        settings, unknown = _read_settings(found.model, found.settings, what)
        extra = {name: value for name, value in found.extra.items() if name != "format"}
        extra |= {"settings": unknown} if unknown else {}
        first = None
        if found.first is not None:
            stage, unknown = _read_settings(found.first.model, found.first.settings, what)
            first = FirstStage(found.first.model, stage)
            extra |= {"first": unknown} if unknown else {}
        known = {item.name: getattr(found, item.name) for item in fields(found)}
        return cls(**{**known, "settings": settings, "first": first, "extra": extra})


@dataclass(frozen=True)
class _StageInFile:
    """A first stage, its settings still as JSON has them."""

    model: Text
    settings: dict[str, Any]


@dataclass(frozen=True)
class _InFile(CheckpointRecord):
    """A record, its settings still as JSON has them: what they may be depends on the model."""

    settings: dict[str, Any]  # type: ignore[assignment]  # not read yet
    first: _StageInFile | None = None  # type: ignore[assignment]  # likewise


def from_4_to_5(data: dict[str, Any]) -> dict[str, Any]:
    """Format 5 has the whole canvas, faces as stores of format 3 have them, stacked content, base weights.

    The paths of the fonts, which format 4 had in full, stay as long as the record is in memory: the fonts
    are found by them.
    """
    canvas = to_json(Canvas(data.pop("size")))
    faces = {name: [face_from_2_to_3(face) for face in data[name]] for name in ("contents", "styles")}
    return {**data, **faces, "canvas": canvas, "stacked": False, "base": None}


def from_5_to_6(data: dict[str, Any]) -> dict[str, Any]:
    """Format 6 has the grid of generators that begin with `unshuffle`."""
    size, first = data["canvas"]["size"], data.get("first")
    if first is not None:
        first = {**first, "settings": {**first["settings"], **grid_before(first["settings"], size)}}
    settings = {**data["settings"], **grid_before(data["settings"], size)}
    return {**data, "settings": settings, "first": first}


def _shared(faces: tuple[FaceRecord, ...]) -> tuple[FaceRecord, ...]:
    """The faces without the folders of their files."""
    return tuple(face.shared() for face in faces)


def _read_settings(model: str, given: Mapping[str, Any], what: str) -> tuple[ModelSettings, dict[str, Any]]:
    """A model's settings, and those that this version does not know; `what` is the file, for a message."""
    try:
        kind: type[ModelSettings] = type(find_model(model).preset("default"))
        draft = Draft(kind())
        draft.set(given, whole=True)
        names = {name for _, name in draft.unknown}
        unknown = {name: value for name, value in flattened(given).items() if name in names}
        return from_record(kind, given), unknown
    except FontganError as error:
        raise DamagedError(f"{what} is damaged, or from another version: {error.problem}") from error
