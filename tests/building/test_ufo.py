"""UFO 3: what font editors open."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fontTools.pens.boundsPen import BoundsPen
from fontTools.ufoLib import UFOReader
from PIL import Image

from fontgan.building.names import Names
from fontgan.building.ufo import Picture, write_ufo
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from tests.building.outlines import NEW, blank, box, ring, rings

NAMES = Names("My Hand", "我的字", copyright="Me")


def files_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder, by their paths in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_font_editors_find_glyphs_metrics_and_names(tmp_path: Path) -> None:
    (path,) = write_ufo(tmp_path / "My.ufo", [*rings(), blank(0x5100), blank(0x20, 0.3)], NAMES)
    reader = UFOReader(str(path), validate=True)
    info = SimpleNamespace()
    reader.readInfo(info)
    assert (info.familyName, info.unitsPerEm, info.ascender, info.descender) == ("My Hand", 1000, 880, -120)
    assert {record["string"] for record in info.openTypeNameRecords} == {"我的字", "Regular"}
    order = reader.readLib()["public.glyphOrder"]
    assert order[:5] == [".notdef", "space", "uni2002", "uni3000", "uni5000"]
    layer = reader.getGlyphSet()
    assert set(layer.keys()) == set(order)
    mapped = reader.getCharacterMapping()
    assert set(mapped) == {0x20, 0xA0, 0x2002, 0x2003, 0x3000, *NEW, 0x5100}
    glyph = SimpleNamespace()
    layer.readGlyph("uni5000", glyph)
    assert (glyph.width, glyph.unicodes) == (900, [0x5000])
    pen = BoundsPen(layer)
    layer["uni5000"].draw(pen)
    assert pen.bounds == pytest.approx((250, 130, 750, 630), abs=1)
    layer.readGlyph("space", glyph)
    assert glyph.width == 300


@pytest.mark.parametrize("margin", [0.0, 0.1])
def test_the_picture_lies_behind_its_outline(margin: float, tmp_path: Path) -> None:
    """A box is drawn on a canvas, as a font is; its pixels, transformed, are the box again."""
    canvas, shift, advance = Canvas(64, margin=margin), 0.05, 0.8
    left, bottom, right, top = 0.1, 0.0, 0.6, 0.5
    across, up = canvas.place(advance, shift)
    image = np.full((64, 64), 255, np.uint8)
    columns = [round((across + x) * canvas.pixels_per_em) for x in (left, right)]
    rows = [round((canvas.extent - up - y) * canvas.pixels_per_em) for y in (top, bottom)]
    image[rows[0] : rows[1], columns[0] : columns[1]] = 0
    pictures = {0x6C38: Picture(image, canvas, shift)}
    (path,) = write_ufo(
        tmp_path / "My.ufo", [box(0x6C38, left, bottom, right, top, advance)], NAMES, pictures
    )
    reader = UFOReader(str(path), validate=True)
    glyph = SimpleNamespace()
    reader.getGlyphSet().readGlyph("uni6C38", glyph)
    assert glyph.image["fileName"] == "uni6C38.png"
    kept = np.array(Image.open(path / "images" / "uni6C38.png"))
    assert (kept == image).all()
    inked_rows, inked_columns = np.nonzero(kept == 0)
    # A pixel is a unit square, counted from below; the transformation brings it to the units of the glyph.
    pixels = [
        (inked_columns.min(), 64 - inked_rows.max() - 1),
        (inked_columns.max() + 1, 64 - inked_rows.min()),
    ]
    (low, high) = [
        (
            glyph.image["xScale"] * x + glyph.image["xOffset"],
            glyph.image["yScale"] * y + glyph.image["yOffset"],
        )
        for x, y in pixels
    ]
    pixel = 1000 / canvas.pixels_per_em
    assert low == pytest.approx((1000 * left, 1000 * bottom), abs=pixel)
    assert high == pytest.approx((1000 * right, 1000 * top), abs=pixel)


def test_doubtful_glyphs_are_marked_and_listed(tmp_path: Path) -> None:
    reasons = {0x5001: "the outline\x1b differs", 0x5000: "a stroke is missing"}
    path, listed = write_ufo(tmp_path / "My.ufo", rings(), NAMES, doubtful=reasons)
    assert listed.read_text(encoding="utf-8").splitlines() == [
        "倁 U+5001 uni5001: the outline\\u001b differs",
        "倀 U+5000 uni5000: a stroke is missing",
    ]
    layer = UFOReader(str(path), validate=True).getGlyphSet()
    marked = []
    for name in layer.keys():  # noqa: SIM118 - a set of glyphs, not a dict
        glyph = SimpleNamespace(lib={})
        layer.readGlyph(name, glyph)
        if "public.markColor" in glyph.lib:
            marked.append(name)
    assert sorted(marked) == ["uni5000", "uni5001"]
    shutil.rmtree(path)
    assert write_ufo(path, rings(), NAMES) == [path]
    assert not listed.exists()


def test_the_same_input_gives_the_same_files(tmp_path: Path) -> None:
    picture = Picture(np.zeros((64, 64), np.uint8), Canvas(64))
    for name in ("one", "two"):
        write_ufo(tmp_path / name / "My.ufo", rings(), NAMES, {NEW[0]: picture}, {NEW[0]: "torn"})
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")
    assert "My.ufo/images/uni5000.png" in files_of(tmp_path / "one")


def test_nothing_is_lost_where_it_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "mine.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name, problem in (("notes", "is there, a folder"), ("file", "is a file")):
        with pytest.raises(FontganError, match=problem):
            write_ufo(tmp_path / name, rings(), NAMES)
    with pytest.raises(FontganError, match="no character has an outline"):
        write_ufo(tmp_path / "My.ufo", [blank(0x5000)], NAMES)
    assert files_of(tmp_path) == {"notes/mine.txt": b"mine", "file": b"mine"}


def test_one_that_may_have_been_edited_is_not_replaced(tmp_path: Path) -> None:
    write_ufo(tmp_path / "My.ufo", [ring(0x4E00)], NAMES)
    before = files_of(tmp_path)
    with pytest.raises(FontganError, match="is there, a UFO that may have been edited: move it, or"):
        write_ufo(tmp_path / "My.ufo", rings(), NAMES)
    assert files_of(tmp_path) == before


def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Picture) -> bytes:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Picture, "png", full)
    picture = Picture(np.zeros((64, 64), np.uint8), Canvas(64))
    with pytest.raises(FontganError, match="No space left"):
        write_ufo(tmp_path / "My.ufo", rings(), NAMES, {NEW[0]: picture})
    assert files_of(tmp_path) == {}
