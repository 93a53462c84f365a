"""docs/trust.md keeps its word: the limits are those of the code, and a checkpoint reveals what it says."""

from __future__ import annotations

import dataclasses
import importlib
import pickle
import re
from pathlib import Path

import pytest

from fontgan.runs.record import CheckpointRecord
from tests.helpers import FACE, shared

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")

# A row of the page, each figure of it as a number, and where the code has it.
LIMITS: dict[str, list[tuple[int, str]]] = {
    "a font file": [(512 << 20, "fontgan.fonts.container:_MOST_BYTES")],
    "a WOFF or WOFF2 file, unpacked": [(128 << 20, "fontgan.fonts.web:MOST_UNPACKED")],
    "a glyph made of other glyphs": [(16, "fontgan.fonts.composites:MOST_DEPTH")],
    "a picture": [
        (4096, "fontgan.fonts.decoding:MOST_SIDE"),
        (96 << 20, "fontgan.fonts.decoding:MOST_BYTES"),
    ],
    "a sheet, on a report": [
        (16 << 20, "fontgan.report.samples:MOST_BYTES"),
        (4096**2, "fontgan.report.samples:MOST_PIXELS"),
    ],
    "sheets on the report of a comparison": [(16, "fontgan.cli.report_comparison:MOST_SHEETS")],
    "cells of a comparison, times its styles": [(1000, "fontgan.judging.comparison:MOST_RESULTS")],
    "a list of characters": [(64 << 20, "fontgan.untrusted:MOST_TEXT")],
    "a record or a note (JSON)": [(16 << 20, "fontgan.untrusted:MOST_RECORD")],
    "the log of a run": [
        (256 << 20, "fontgan.runs.log:_MOST_BYTES"),
        (1 << 20, "fontgan.runs.log:_MOST_IN_LINE"),
    ],
    "a file of settings": [(256 << 10, "fontgan.config.reading:_MOST")],
    "the header of a checkpoint": [(32 << 20, "fontgan.runs.weights:_MOST_HEADER")],
    "channels of a layer": [(4096, "fontgan.config.settings:MOST_WIDTH")],
    "residual blocks of a size": [(64, "fontgan.config.settings:MOST_BLOCKS")],
}
UNITS = {"kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}


def _rows() -> dict[str, str]:
    return dict(re.findall(r"^\| ([^|]+) \| ([^|]*\d[^|]*) \|$", PAGE, re.MULTILINE))


def _figures(text: str) -> list[int]:
    """The numbers of a text with their units, in its order."""
    found = re.findall(r"(\d[\d,]*)(?: ([kMG]B))?", text)
    return [int(number.replace(",", "")) * UNITS.get(unit, 1) for number, unit in found]


def test_every_limit_of_the_page_is_checked() -> None:
    assert _rows().keys() == LIMITS.keys()


@pytest.mark.parametrize("what", LIMITS)
def test_the_limits_are_those_of_the_code(what: str) -> None:
    there = []
    for _, place in LIMITS[what]:
        module, _, name = place.partition(":")
        there.append(getattr(importlib.import_module(module), name))
    assert _figures(_rows()[what]) == there == [number for number, _ in LIMITS[what]]


def test_the_command_that_it_shows_exists() -> None:
    from fontgan.cli.inspect import inspect_command

    assert "fontgan inspect data/glyphs.lmdb --verify" in PAGE
    assert "verify" in inspect_command.__annotations__


def test_a_shared_face_names_its_font_without_a_folder() -> None:
    face = FACE.shared()
    assert face.path == "toy.ttf"
    kept = {
        item.name for item in dataclasses.fields(face) if getattr(face, item.name) == getattr(FACE, item.name)
    }
    assert {"family", "sha256"} <= kept
    assert "path" not in kept


def test_a_record_of_a_checkpoint_contains_no_path_of_the_machine() -> None:
    from fontgan.fonts.canvas import Canvas
    from fontgan.models import find_model

    settings = find_model("pix2pix").preset("default")
    record = CheckpointRecord("pix2pix", settings, Canvas(64), 1, (FACE,), (FACE,), {"iou": 0.5}, "iou")
    assert "/fonts/" not in str(record.to_json())
    assert record.to_json() == shared(record).to_json()


def test_the_state_is_read_by_the_loader_that_runs_no_code(tmp_path: Path) -> None:
    import torch

    torch.save(print, tmp_path / "state.pt")
    with pytest.raises(pickle.UnpicklingError):
        torch.load(tmp_path / "state.pt", weights_only=True)
    source = (ROOT / "fontgan" / "runs" / "state.py").read_text(encoding="utf-8")
    assert re.findall(r"weights_only=(\w+)", source) == ["True"] * source.count("torch.load(")


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)", PAGE))
def test_what_the_page_links_to_is_there(link: str) -> None:
    assert (ROOT / "docs" / link).exists()


def test_the_readme_and_the_design_link_to_it() -> None:
    assert "docs/trust.md" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "trust.md" in (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
