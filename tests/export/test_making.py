"""Drawn characters as a font: what is drawn comes back out of the file, in its place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from torch import Tensor, nn

from fontgan.data.render import render_dataset
from fontgan.data.store import GlyphStore
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.drawing import Placement
from fontgan.errors import FontganError
from fontgan.export.making import draw_font, export_font
from fontgan.export.outlines import Traced, traced
from fontgan.export.wanted import Wanted
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.models import find_model
from fontgan.outlines.tracing import trace
from fontgan.runs.record import CheckpointRecord
from tests.models.small import CPU
from tests.toy_fonts import CHARACTERS, build_font

CODES = CHARACTERS[:6]


class Blank(nn.Module):
    """Draws paper."""

    def forward(self, content: Tensor) -> Tensor:
        return content * 0 + 1


@pytest.fixture
def record(tmp_path: Path) -> CheckpointRecord:
    """Of two toy fonts with a margin, the style raised."""
    content, style = tmp_path / "content.ttf", tmp_path / "style.ttf"
    build_font(content, CHARACTERS[:20], "Content")
    build_font(style, CHARACTERS[:12], "Style", raised=60)
    data = tmp_path / "glyphs.lmdb"
    render_dataset([FontLocation(content)], [FontLocation(style)], CHARACTERS[:20], 64, data, margin=0.125)
    with GlyphStore(data) as store:
        canvas, faces = store.record.canvas, store.record.faces
    settings = find_model("pix2pix").preset("default")
    return CheckpointRecord("pix2pix", settings, canvas, 1, faces[:1], faces[1:], {"iou": 0.5}, "iou")


@pytest.fixture
def drawer(record: CheckpointRecord) -> Drawer:
    return Drawer.of(nn.Identity(), record, CPU)


def exported(drawer: Drawer, path: Path, **wanted: object) -> Path:
    """A font of some characters, and its path."""
    found = traced(drawer.parts(CODES))
    return export_font(drawer, found, replace(Wanted("Toy Hand", output=path), **wanted)).paths[0]  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["ttf", "otf", "woff2"])
def test_what_is_drawn_comes_back_out_of_the_font(drawer: Drawer, tmp_path: Path, kind: str) -> None:
    face = Face(FontLocation(exported(drawer, tmp_path / f"hand.{kind}")))
    drawing = drawer.draw(CODES)
    for glyph in drawing:
        placed = glyph.placement
        again = face.draw(glyph.code, placed.canvas, placed.shift)
        assert again is not None
        assert np.abs(again.astype(float) - glyph.image).mean() < 2  # of 255
        assert face.advance(glyph.code) == pytest.approx(placed.advance, abs=1e-3)


@pytest.mark.parametrize("kind", ["ttf", "otf", "woff2"])
def test_a_font_comes_with_its_specimen_and_the_same_bytes_each_time(
    drawer: Drawer, tmp_path: Path, kind: str
) -> None:
    files = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        found = traced(drawer.parts(CODES), keep_images=True)
        made = export_font(drawer, found, Wanted("Toy Hand", output=folder / f"hand.{kind}", ufo=True))
        assert made.added == len(CODES)
        assert [path.name for path in made.paths][:2] == [f"hand.{kind}", "hand.html"]
        files.append(
            {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*") if path.is_file()}
        )
    assert sum(path.parts[0] == "hand.ufo" for path in files[0]) > 2 * len(CODES)  # outlines and images
    assert files[0] == files[1]


def test_the_outlines_do_not_depend_on_the_number_of_processes(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fontgan.outlines.many._FEW", 2)
    alone, together = (traced(drawer.parts(CODES), jobs) for jobs in (1, 2))
    for one, other in zip(alone.glyphs, together.glyphs, strict=True):
        assert (one.code, one.advance) == (other.code, other.advance)
        pairs = zip(one.outline.contours, other.outline.contours, strict=True)  # type: ignore[attr-defined]
        assert all(np.array_equal(left.points, right.points) for left, right in pairs)


def test_what_a_font_lacks_is_added_and_all_else_stays(drawer: Drawer, tmp_path: Path) -> None:
    own = build_font(tmp_path / "own.ttf", CODES[:2], "Own")
    found = traced(drawer.parts(CODES))
    made = export_font(drawer, found, Wanted(output=tmp_path / "more.ttf", merge=FontLocation(own)))
    assert (made.added, made.kept) == (len(CODES) - 2, tuple(sorted(CODES[:2])))
    assert "<title>Own" in made.paths[1].read_text(encoding="utf-8")  # the family, not the file
    old, new = Face(FontLocation(own)), Face(FontLocation(made.paths[0]))
    for code in CODES[:2]:
        before, after = (face.draw(code, Canvas(64)) for face in (old, new))
        assert np.array_equal(before, after)  # type: ignore[arg-type]
    assert set(new.mapped()) >= set(CODES)
    assert TTFont(made.paths[0])["name"].getDebugName(1) == "Own"
    assert {change.tag: change.state for change in made.tables}["cmap"] == "changed"


def test_blank_images_get_no_character(record: CheckpointRecord, tmp_path: Path) -> None:
    drawer = Drawer.of(Blank(), record, CPU)
    found = traced(drawer.parts([*CODES, 0x41]))
    assert (set(found.untraced.values()), found.lacking, found.glyphs) == ({"the image is blank"}, [0x41], [])
    assert list(found.untraced) == list(CODES)
    with pytest.raises(FontganError, match="nothing to put into a font"):
        export_font(drawer, found, Wanted("Toy Hand", output=tmp_path / "hand.ttf"))
    assert not (tmp_path / "hand.ttf").exists()


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"output": Path("hand.png")}, "is not named as a font"),
        ({"kind": "zip"}, "there is no font format 'zip': choose format from ttf, otf"),
        ({"output": Path("hand.ttf"), "kind": "otf"}, "hand.ttf does not end in .otf"),
        ({"replace": True}, "no font whose characters could be replaced: pass it with merge"),
        ({"merge": FontLocation(Path("own.ttf")), "kind": "otf"}, "keeps its format"),
    ],
)
def test_what_contradicts_is_refused_before_anything_is_drawn(
    wanted: dict[str, object], message: str
) -> None:
    with pytest.raises(FontganError, match=message):
        Wanted(**wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("output", [Path("fonts/own.ttf"), None])
def test_a_font_is_not_written_over_itself(
    drawer: Drawer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: Path | None
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("fonts").mkdir()  # where fonts lie unless another file is named
    own = build_font(Path("fonts/own.ttf"), CODES[:2], "Own")
    before = own.read_bytes()
    with pytest.raises(FontganError, match=r"fonts/own\.ttf is the font that is extended"):
        draw_font(drawer, Wanted(output=output, merge=FontLocation(own)), "".join(map(chr, CODES)))
    assert own.read_bytes() == before


@pytest.mark.parametrize("name", ["more.otf", "more.woff2", "more.zip", "more"])
def test_an_extended_font_is_named_as_its_format(drawer: Drawer, tmp_path: Path, name: str) -> None:
    own = build_font(tmp_path / "own.ttf", CODES[:2], "Own")
    wanted = Wanted(output=tmp_path / "new" / name, merge=FontLocation(own))
    with pytest.raises(FontganError, match=r"is not named as the font that is extended: end it in \.ttf"):
        draw_font(drawer, wanted, "".join(map(chr, CODES)))
    assert not (tmp_path / "new").exists()


def test_a_font_with_a_chinese_file_name_gets_a_ufo_too(
    drawer: Drawer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own = build_font(tmp_path / "我的字体.ttf", CODES[:2], "Own")
    made = draw_font(drawer, Wanted(merge=FontLocation(own), ufo=True), "".join(map(chr, CODES)))
    assert [path.name for path in made.paths][:3] == ["我的字体.ttf", "我的字体.html", "我的字体.ufo"]


def test_nothing_is_traced_of_nothing() -> None:
    assert traced([]) == Traced()


def test_the_worst_of_the_doubtful_characters_comes_first() -> None:
    found, image = Traced(), np.full((64, 64), 255, np.uint8)
    image[20:40, 20:40] = 0
    good, place = trace(image), Placement(Canvas(64), 1.0, 0.0)
    for code, error in ((0x4E00, 0.15), (0x4E01, 0.3), (0x4E02, 0.01), (0x4E03, 0.3), (0x4E04, 0.2)):
        found.add(code, image, place, replace(good, error=error), keep=False)
    found.rank()
    assert list(found.doubtful) == [0x4E01, 0x4E03, 0x4E04, 0x4E00]
    assert "0.30" in found.doubtful[0x4E01]


def test_nothing_to_copy_is_refused_before_anything_is_drawn(
    drawer: Drawer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Drawer, "parts", lambda *_: pytest.fail("drawn"))
    wanted = Wanted("Toy Hand", output=tmp_path / "hand.ttf", copied=[0x3002])
    with pytest.raises(FontganError, match="Content has none of the characters to copy: omit copy"):
        draw_font(drawer, wanted, "一")
    assert list(tmp_path.glob("hand*")) == []


@pytest.mark.parametrize(("family", "notes"), [("Style", 0), ("Other", 1)])
def test_characters_of_another_style_than_the_font_they_are_added_to_are_noted(
    drawer: Drawer, tmp_path: Path, family: str, notes: int
) -> None:
    mine = FontLocation(build_font(tmp_path / "mine.ttf", CHARACTERS[:1], family))
    made = draw_font(drawer, Wanted(merge=mine, output=tmp_path / "more.ttf"), chr(CHARACTERS[1]))
    said = [note for note in made.notes if "imitate" in note]
    assert said == [f"the new characters imitate Style, and the font is {family}"] * notes
