"""What many tests make and look at: a face, a dataset of toy fonts, weights of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from fontgan.data.record import FaceRecord
from fontgan.data.render import render_dataset
from fontgan.data.store import GlyphStore
from fontgan.fonts.location import FontLocation
from fontgan.runs.record import CheckpointRecord
from fontgan.runs.weights import load_best, save_weights
from tests.toy_fonts import CHARACTERS, build_font

# Types a command: its arguments to (exit status, standard output, standard error).
Command = Callable[..., tuple[int, str, str]]

FACE = FaceRecord(
    key="toy",
    kind="font",
    family="Toy 字",
    path="/fonts/toy.ttf",
    index=2,
    axes=(("wght", 650.5),),
    sha256="ab" * 32,
    shift=-0.031,
    count=3,
    cropped=1,
    advance=1.0,
)


def keep_weights(run: Path, generator: nn.Module, record: CheckpointRecord) -> Path:
    """Put a generator among the checkpoints of a run, as a training does; returns the file."""
    folder = run / "checkpoints" / f"step-{record.step:07}"
    folder.mkdir(parents=True)
    return save_weights(folder, generator, record)


def draw_with(network: nn.Module, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every run draw with that network; `nn.Identity()` copies the content."""

    def loaded(given: Path | None) -> tuple[Path, nn.Module, CheckpointRecord]:
        path, _, record = load_best(given)
        return path, network, record

    monkeypatch.setattr("fontgan.drawing.drawer.load_best", loaded)


def shared(record: CheckpointRecord) -> CheckpointRecord:
    """The record as weights have it: without the folders that fonts lie in."""
    contents, styles = (tuple(face.shared() for face in faces) for faces in (record.contents, record.styles))
    return replace(record, contents=contents, styles=styles)


def images_of(store: GlyphStore, face: str, codes: Iterable[int]) -> np.ndarray:
    """The glyph images of one face: uint8 (n, size, size)."""
    return store.glyphs([(face, code) for code in codes])


def make_toy_store(folder: Path, codes: list[int] = CHARACTERS, size: int = 64) -> Path:
    """A dataset of two toy fonts at `data/glyphs.lmdb` of a folder, the style narrower; returns its path."""
    content = build_font(folder / "content.ttf", codes, "Content")
    style = build_font(folder / "style.ttf", codes, "Style", raised=90, width=200)
    output = folder / "data" / "glyphs.lmdb"
    render_dataset([FontLocation(content)], [FontLocation(style)], codes, size, output)
    return output
