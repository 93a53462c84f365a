"""Small models of every kind and preset, and something for them to learn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from fontgan.compute.engine import Engine
from fontgan.config.groups import flat
from fontgan.config.settings import ModelSettings
from fontgan.data.store import GlyphStore
from fontgan.data.views import Batch
from fontgan.models import find_model, model_names
from fontgan.models.base import FirstStage, GeneratorSpec, Model
from fontgan.runs.record import CheckpointRecord
from tests.helpers import keep_weights, make_toy_store

CPU = Engine(torch.device("cpu"), torch.float32, "")
PRESETS = [(name, preset) for name in model_names() for preset in find_model(name).presets]
STYLES, CHARACTERS = 2, 8

_WIDTH = 8  # of a discriminator
_SMALL: dict[str, Any] = {
    "generator.widths": (8, 12, 16),
    "generator.width": 4,
    "generator.residual": 1,
    "embedding": 4,
    "pool": 4,
    "references": 2,
}


def small_settings(name: str, preset: str, **changes: Any) -> ModelSettings:
    """A preset with narrow networks; what is not a setting of the model is omitted."""
    settings: ModelSettings = find_model(name).preset(preset)
    known = flat(settings)
    usual = {key: value for key, value in _SMALL.items() if key in known}
    if not known["generator.residual"]:
        del usual["generator.residual"]
    small = settings.changed({**usual, **{name.replace("__", "."): value for name, value in changes.items()}})
    return small.changed(discriminator__width=_WIDTH) if "discriminator.width" in flat(small) else small


def without_dropout(name: str, preset: str) -> dict[str, Any]:
    """The changes that take the dropout out of a preset."""
    known = flat(find_model(name).preset(preset))
    return {key: 0.0 for key in ("generator.dropout", "generator.decoder_dropout") if key in known}


def small_spec(name: str, contents: int = 1, size: int = 64) -> GeneratorSpec:
    """Images in two styles; behind a first stage where one is wanted."""
    first = FirstStage("pix2pix", small_settings("pix2pix", "default"))
    two_stages = find_model(name).two_stages
    return GeneratorSpec(size, STYLES, CHARACTERS, contents, first if two_stages else None)


def small_model(
    name: str, preset: str, engine: Engine = CPU, contents: int = 1, size: int = 64, **changes: Any
) -> Model[Any]:
    torch.manual_seed(0)
    return find_model(name)(small_settings(name, preset, **changes), small_spec(name, contents, size), engine)


def some_batch(count: int = 8, references: int = 2, size: int = 64) -> Batch:
    """Rectangles, and the same with corners cut or hollow: changes that a small network can learn."""
    generator = torch.Generator().manual_seed(3)
    content = torch.ones(count, 1, size, size)
    for picture in content:
        top, left = torch.randint(4, size // 2 - 8, (2,), generator=generator).tolist()
        picture[0, top : top + size // 2, left : left + size // 2] = 0
    styles = torch.arange(count) % STYLES
    cut, hollow = content.clone(), content.clone()
    cut[..., ::2, :] = cut[..., ::2, :].maximum(cut[..., ::2, :].roll(4, -1))
    hollow[..., size // 2 - 4 : size // 2 + 4, :] = 1
    style = torch.where(styles.view(-1, 1, 1, 1) == 0, cut, hollow)
    rows = (torch.arange(count).unsqueeze(1) + STYLES * torch.arange(1, references + 1)) % count
    return Batch(content, style, styles, torch.arange(count) % CHARACTERS, style[rows])


def drawn(model: Model[Any], batch: Batch) -> torch.Tensor:
    """What the running average of a generator makes of a batch."""
    made: torch.Tensor = model.average.network(batch.real_a, *batch.conditions(model.conditions))
    return made


def usual_loss(model: Model[Any]) -> str:
    """The name of the loss that tells how far the pictures are from what they should be."""
    return str(flat(model.settings).get("objective.reconstruction", "cycle"))


def keep_untaught_run(folder: Path) -> Path:
    """A run of toy fonts in `runs/one`, with random weights and without settings; returns its folder."""
    with GlyphStore(make_toy_store(folder)) as store:
        content, style = store.record.faces
        canvas = store.record.canvas
    settings = small_settings("pix2pix", "default")
    record = CheckpointRecord("pix2pix", settings, canvas, 1, (content,), (style,), {}, "newest")
    keep_weights(folder / "runs" / "one", record.build(), record)
    return folder / "runs" / "one"
