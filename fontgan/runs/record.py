"""The record of a checkpoint: the model, its settings, the canvas, and the fonts it was trained on.

It lies as JSON in the file's metadata. Files of older formats are brought to today's by the steps below, and
what this version does not know is kept under `extra` and written again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from torch import nn

from fontgan.config.groups import Draft, flattened
from fontgan.config.reading import from_record, nearest
from fontgan.config.settings import BestBy, ModelSettings
from fontgan.data.record import FaceRecord, face_from_2_to_3
from fontgan.data.splits import Few, split_of
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.formats import check_plain, upgraded
from fontgan.measures.table import MEASURES, Measures
from fontgan.models import find_model
from fontgan.models.base import FirstStage, GeneratorSpec

FORMAT = 5


@dataclass(frozen=True)
class Origin:
    """Weights that training started from: the name of their run or file, and the file's SHA-256."""

    name: str
    sha256: str


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
        few: which characters it learnt, if they were too few to be divided as usual.
        extra: values in the file that this version does not know; of `settings`, `first` and `base` by those
            names.
    """

    model: str
    settings: ModelSettings
    canvas: Canvas
    step: int
    contents: tuple[FaceRecord, ...]
    styles: tuple[FaceRecord, ...]
    measures: Measures
    best_by: BestBy
    first: FirstStage | None = None
    stacked: bool = False
    base: Origin | None = None
    few: Few | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

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
        """Whether training could learn from this character, where the fonts have it."""
        return split_of(code) == "train" if self.few is None else chr(code) in self.few.learnt

    def to_json(self) -> dict[str, Any]:
        """As it is written. Of fonts it names the file alone: the weights may be shared."""
        shallow = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "extra"}
        unknown = {name: value for name, value in self.extra.items() if name not in shallow}
        return {
            **unknown,
            "format": FORMAT,
            **shallow,
            "settings": {**asdict(self.settings), **self.extra.get("settings", {})},
            "canvas": self.canvas.to_json(),
            "contents": [face.shared().to_json() for face in self.contents],
            "styles": [face.shared().to_json() for face in self.styles],
            "measures": dict(self.measures),
            "first": self._first_to_json(),
            "base": None if self.base is None else {**asdict(self.base), **self.extra.get("base", {})},
            "few": None if self.few is None else asdict(self.few),
        }

    def _first_to_json(self) -> dict[str, Any] | None:
        if self.first is None:
            return None
        settings = {**asdict(self.first.settings), **self.extra.get("first", {})}
        return {"model": self.first.model, "settings": settings}

    @classmethod
    def from_json(cls, data: object, what: str) -> CheckpointRecord:
        """Out of what `to_json`, or an older version, has written.

        Args:
            data: what JSON made of it.
            what: the file, as a message names it.

        Raises:
            FontganError: it is of a newer format, or of settings that cannot be.
            ValueError, KeyError, TypeError: it is damaged.
        """
        data = upgraded(data, FORMAT, {4: from_4_to_5}, what)
        settings, unknown = _read_settings(data["model"], data["settings"])
        extra = {name: value for name, value in data.items() if name not in _KNOWN}
        extra |= {"settings": unknown} if unknown else {}
        first = None
        if data["first"]:
            stage, unknown = _read_settings(data["first"]["model"], data["first"]["settings"])
            first = FirstStage(data["first"]["model"], stage)
            extra |= {"first": unknown} if unknown else {}
        base, unknown = _read_origin(data["base"])
        extra |= {"base": unknown} if unknown else {}
        check_plain(cls, {**data, "stacked": bool(data["stacked"])})
        measures = {str(name): float(value) for name, value in data["measures"].items()}
        if data["best_by"] not in ("newest", *(measures.keys() & MEASURES.keys())):
            raise ValueError("what says how good it is was not measured")
        return cls(
            model=data["model"],
            settings=settings,
            canvas=Canvas.from_json(data["canvas"]),
            step=data["step"],
            contents=tuple(FaceRecord.from_json(face) for face in data["contents"]),
            styles=tuple(FaceRecord.from_json(face) for face in data["styles"]),
            measures=measures,
            best_by=data["best_by"],
            first=first,
            stacked=bool(data["stacked"]),
            base=base,
            few=_read_few(data.get("few")),
            extra=extra,
        )


_KNOWN = {item.name for item in fields(CheckpointRecord)} | {"format"}


def from_4_to_5(data: dict[str, Any]) -> dict[str, Any]:
    """Format 5 has the whole canvas, faces as stores of format 3 have them, stacked content, base weights.

    The paths of the fonts, which format 4 had in full, stay as long as the record is in memory: the fonts
    are found by them.
    """
    canvas = Canvas(data.pop("size")).to_json()
    faces = {name: [face_from_2_to_3(face) for face in data[name]] for name in ("contents", "styles")}
    return {**data, **faces, "canvas": canvas, "stacked": False, "base": None}


def _read_few(data: Mapping[str, Any] | None) -> Few | None:
    """Which characters were learnt, in records of runs that had few."""
    if not data:
        return None
    check_plain(Few, data)
    return Few(data["learnt"], data["held_out"])


def _read_origin(data: Mapping[str, Any] | None) -> tuple[Origin | None, dict[str, Any]]:
    """Where the weights began, and what this version does not know of it."""
    if not data:
        return None, {}
    check_plain(Origin, data)
    unknown = {name: value for name, value in data.items() if name not in ("name", "sha256")}
    return Origin(data["name"], data["sha256"]), unknown


def _read_settings(model: str, given: Mapping[str, Any]) -> tuple[ModelSettings, dict[str, Any]]:
    """A model's settings, and those that this version does not know."""
    kind: type[ModelSettings] = type(find_model(model).preset("default"))
    draft = Draft(kind())
    draft.set(given, whole=True)
    names = {name for _, name in draft.unknown}
    unknown = {name: value for name, value in flattened(given).items() if name in names}
    return from_record(kind, given), unknown
