"""What many tests begin with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

# Before torch is imported: test processes share the cores, and threads of one would wait for another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from torch import nn

from fontgan.data.record import FaceRecord
from fontgan.data.render import render_dataset
from fontgan.data.store import GlyphStore
from fontgan.fonts.location import FontLocation
from fontgan.runs.record import CheckpointRecord
from fontgan.runs.weights import save_weights
from tests.toy_fonts import CHARACTERS, build_font

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


@pytest.fixture
def toy_store(tmp_path: Path) -> Path:
    """A glyph store of two toy fonts, the style narrower than the content."""
    return make_toy_store(tmp_path)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, with the usual dataset, of 128 characters in two toy fonts."""
    make_toy_store(tmp_path, list(range(0x4E00, 0x4E80)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keep_weights(run: Path, generator: nn.Module, record: CheckpointRecord) -> Path:
    """Put a generator among the checkpoints of a run, as a training does; returns the file."""
    folder = run / "checkpoints" / f"step-{record.step:07}"
    folder.mkdir(parents=True)
    return save_weights(folder, generator, record)


def shared(record: CheckpointRecord) -> CheckpointRecord:
    """The record as weights have it: without the folders that fonts lie in."""
    contents, styles = (tuple(face.shared() for face in faces) for faces in (record.contents, record.styles))
    return replace(record, contents=contents, styles=styles)


def images_of(store: GlyphStore, face: str, codes: Iterable[int]) -> np.ndarray:
    """The glyph images of one face: uint8 (n, size, size)."""
    return store.glyphs([(face, code) for code in codes])


def make_toy_store(folder: Path, codes: list[int] = CHARACTERS) -> Path:
    content = build_font(folder / "content.ttf", codes, "Content")
    style = build_font(folder / "style.ttf", codes, "Style", raised=90, width=200)
    output = folder / "data" / "glyphs.lmdb"
    render_dataset([FontLocation(content)], [FontLocation(style)], codes, 64, output)
    return output


@pytest.fixture
def type_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run `fontgan` with arguments, in this process: (exit status, standard output, standard error)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        from fontgan.cli import main

        monkeypatch.setattr("sys.argv", ["fontgan", *arguments])
        capsys.readouterr()
        try:
            main()
            status = 0
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run
