"""A trained generator as one file to use and to share: its weights, and all that is needed with them.

The file is safetensors, which holds no code. Under the key `fontgan` of its metadata lies JSON: the
model, its settings, the size of the pictures, and which faces they were rendered from and how.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import nn

from fontgan.config.reading import from_record, nearest
from fontgan.config.settings import BestBy, ModelSettings
from fontgan.data.record import FaceRecord
from fontgan.errors import FontganError
from fontgan.models import find_model
from fontgan.models.base import FirstStage, GeneratorSpec

FORMAT = 4
_WEIGHTS = "generator.safetensors"


@dataclass(frozen=True)
class CheckpointRecord:
    """What a generator is and what it was trained on.

    Attributes:
        model: the name under which `find_model` finds it.
        settings: all of the model's.
        size: of its pictures, in pixels.
        step: after which step of the training.
        contents: the content faces that it was trained on, the first that draws a character first.
        styles: the faces that it learnt, in the order of their numbers.
        measures: on the characters that were held out to be watched, by name.
        best_by: which of them says how good it is, or `newest`.
        first: the stage before it, whose weights lie in the same file.
    """

    model: str
    settings: ModelSettings
    size: int
    step: int
    contents: tuple[FaceRecord, ...]
    styles: tuple[FaceRecord, ...]
    measures: dict[str, float]
    best_by: BestBy
    first: FirstStage | None = None

    @property
    def score(self) -> float:
        """How good it is beside others of its run; more is better."""
        if self.best_by == "newest":
            return self.step
        measured = self.measures[self.best_by]
        return measured if self.best_by in ("iou", "ssim") else -measured

    def build(self) -> nn.Module:
        """A new generator of that kind, its weights drawn at random.

        Raises:
            FontganError: the settings are of no network.
        """
        return find_model(self.model).build_generator(
            self.settings, GeneratorSpec(self.size, len(self.styles), first=self.first)
        )

    def style(self, key: str | None) -> FaceRecord:
        """The style of that key in the store, or the first one.

        Raises:
            FontganError: it was not learnt.
        """
        known = {face.key: face for face in self.styles}
        if key is not None and key not in known:
            raise FontganError(f"the style {key!r} was not learnt{nearest(key, known)}")
        return self.styles[0] if key is None else known[key]


def save_weights(folder: Path, generator: nn.Module, record: CheckpointRecord) -> None:
    """Write the generator, and all that is needed to use it, as one file of a folder.

    Raises:
        OSError: it cannot be written.
    """
    data = {"format": FORMAT, **asdict(replace(record, first=None)), "first": _stage(record.first)}
    metadata = {"fontgan": json.dumps(data, ensure_ascii=False, default=str)}
    weights = {name: value.cpu().contiguous() for name, value in generator.state_dict().items()}
    try:
        save_file(weights, folder / _WEIGHTS, metadata)
    except SafetensorError as error:
        raise OSError(str(error)) from error  # as a full disk is told by everything else


def checkpoint_folder(run: Path, step: int) -> Path:
    """Where a run keeps what it was after a step."""
    return run / "checkpoints" / f"step-{step:07}"


def weights_of(run: Path) -> list[Path]:
    """The weights that a run has kept, from the oldest to the newest step."""
    return sorted(run.glob(f"checkpoints/step-*/{_WEIGHTS}"))


def best_weights(run: Path) -> Path:
    """The best of the weights that a run has kept, by its own measure; of equals the newest.

    Raises:
        FontganError: it has kept none, or damaged ones.
    """
    found = weights_of(run)
    if not found:
        raise FontganError(f"{run} is no run, or one that has learnt nothing yet: name another run")
    if len(found) == 1:
        return found[0]
    return max(reversed(found), key=lambda path: read_record(path).score)


def read_record(path: Path) -> CheckpointRecord:
    """What a file of weights says of itself.

    Raises:
        FontganError: it is none, is damaged, or another version wrote it.
    """
    try:
        with safe_open(path, framework="pt") as file:
            return _parse_record(path, (file.metadata() or {}).get("fontgan", ""))
    except (SafetensorError, OSError) as error:
        raise _not_a_checkpoint(path) from error


def load_checkpoint(path: Path) -> tuple[nn.Module, CheckpointRecord]:
    """The generator in evaluation mode, on the CPU, and its record.

    Raises:
        FontganError: the file is none, is damaged, or was written by a newer version.
    """
    record = read_record(path)
    try:
        with safe_open(path, framework="pt") as file:
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise _not_a_checkpoint(path) from error
    generator = record.build()
    try:
        generator.load_state_dict(weights)
    except RuntimeError as error:
        raise FontganError(
            f"the weights in {path} are of another size than its settings say: name another run"
        ) from error
    return generator.eval().requires_grad_(False), record


def find_checkpoint(given: Path | None, runs: Path) -> Path:
    """The weights in a file, or the best of a run, that the user named, or of the newest run in `runs`.

    Raises:
        FontganError: there are none; the message names the command that makes some.
    """
    if given is None:
        found = [path for run in runs.glob("*") for path in weights_of(run)]
        if not found:
            raise FontganError(
                f"there is no trained run in {runs}/: type `fontgan train --model pix2pix` first"
            )
        return best_weights(max(found, key=lambda path: path.stat().st_mtime_ns).parents[2])
    if given.is_dir():
        return best_weights(given)
    if not given.is_file():
        raise FontganError(f"there is no run or checkpoint {given}: name a folder of {runs}/")
    return given


def run_name(path: Path) -> str:
    """The name of the run that a checkpoint lies in, or the file's own where it lies in none."""
    in_run = path.name == _WEIGHTS and path.parent.parent.name == "checkpoints"
    return path.parents[2].name if in_run else path.stem


def _parse_record(path: Path, text: str) -> CheckpointRecord:
    try:
        data: dict[str, Any] = json.loads(text)
        if data["format"] != FORMAT:
            raise FontganError(
                f"{path} has format {data['format']}, this fontgan reads format {FORMAT}: "
                + ("update fontgan" if data["format"] > FORMAT else "train again")
            )
        first = data["first"]
        return CheckpointRecord(
            model=data["model"],
            settings=_settings(data),
            size=data["size"],
            step=data["step"],
            contents=tuple(FaceRecord.from_json(content) for content in data["contents"]),
            styles=tuple(FaceRecord.from_json(style) for style in data["styles"]),
            measures={str(name): float(value) for name, value in data["measures"].items()},
            best_by=data["best_by"],
            first=FirstStage(first["model"], _settings(first)) if first else None,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise _not_a_checkpoint(path) from error


def _settings(data: dict[str, Any]) -> ModelSettings:
    kind: type[ModelSettings] = type(find_model(data["model"]).preset("default"))
    return from_record(kind, data["settings"])


def _stage(first: FirstStage | None) -> dict[str, Any] | None:
    return None if first is None else {"model": first.model, "settings": asdict(first.settings)}


def _not_a_checkpoint(path: Path) -> FontganError:
    return FontganError(f"{path} is no checkpoint of fontgan, or a damaged one: name another run")
