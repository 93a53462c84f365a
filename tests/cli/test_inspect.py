"""`fontgan inspect`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import lmdb
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from fontgan.data.store import GlyphStore
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from tests.helpers import Command, make_toy_store
from tests.toy_fonts import CHARACTERS, build_font, build_variable_font

TEXT = "".join(map(chr, CHARACTERS))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_a_font_is_told_in_a_table_and_drawn_on_a_sheet(here: Path, type_command: Command) -> None:
    build_font(here / "toy.ttf", CHARACTERS, "My Toy", blank=CHARACTERS[:4])
    status, out, _ = type_command("inspect", "toy.ttf", "--charset", TEXT)
    assert status == 0
    for words in ("My Toy Regular", "64 characters", "60 characters", "gb2312-1", "一 U+4E00"):
        assert words in out
    assert out.splitlines()[-1] == "inspected/toy.ttf.png"
    with Image.open("inspected/toy.ttf.png") as sheet:
        assert sheet.width > 1000
    before = Path("inspected/toy.ttf.png").read_bytes()
    assert type_command("inspect", "toy.ttf", "--seed", "1", "--sheet", "other.png")[0] == 0
    assert Path("other.png").read_bytes() == before  # 60 of 60 characters, whichever the seed


def test_json_has_stable_keys_and_nothing_beside_it(here: Path, type_command: Command) -> None:
    build_font(here / "toy.ttf", CHARACTERS, blank=CHARACTERS[:4])
    status, out, _ = type_command("inspect", "toy.ttf", "--json", "--charset", TEXT)
    found = json.loads(out)
    assert status == 0
    assert (found["mapped"], found["drawn"]) == (64, 60)
    assert found["charsets"]["cjk"] == {"total": 20992, "drawn": 60, "missing": 20932}
    assert found["asked"] == {"total": 64, "drawn": 60, "missing": 4, "characters": TEXT[:4]}
    assert found["metrics"]["em"] == 1000
    assert Path(found["sheet"]).is_file()


@pytest.mark.slow
def test_each_face_and_place_has_a_sheet_of_its_own(here: Path, type_command: Command) -> None:
    path = build_variable_font(here / "toy.ttf")
    sheets = [type_command("inspect", text)[1].splitlines()[-1] for text in (path.name, "toy.ttf@wght=900")]
    assert sheets == ["inspected/toy.ttf.png", "inspected/toy.ttf-wght-900.png"]
    assert Path(sheets[0]).read_bytes() != Path(sheets[1]).read_bytes()


@pytest.mark.slow
def test_damage_and_control_characters_are_not_passed_on(here: Path, type_command: Command) -> None:
    whole = bytearray(build_font(here / "toy.ttf", family="To\x1b[31my").read_bytes())
    font = TTFont(here / "toy.ttf")
    place = font.reader.tables["glyf"].offset
    whole[place + 20] ^= 1
    (here / "bad.ttf").write_bytes(whole)
    status, out, _ = type_command("inspect", "bad.ttf")
    assert status == 0
    assert "the checksum of glyf is wrong" in out
    assert "\x1b" not in out
    assert "To [31my" in out
    assert json.loads(type_command("inspect", "bad.ttf", "--json")[1])["damaged"] == ["glyf"]
    assert json.loads(type_command("inspect", "toy.ttf", "--json")[1])["damaged"] == []


def test_a_font_that_draws_nothing_is_told(here: Path, type_command: Command) -> None:
    build_font(here / "blank.ttf", CHARACTERS, blank=CHARACTERS)
    status, out, _ = type_command("inspect", "blank.ttf")
    assert status == 0
    assert "0 characters" in out
    assert "It draws nothing" in out
    assert not Path("inspected").exists()
    assert json.loads(type_command("inspect", "blank.ttf", "--json")[1])["sheet"] is None


def test_a_store_is_told_and_verified(here: Path, type_command: Command) -> None:
    store = make_toy_store(here)
    status, out, _ = type_command("inspect", str(store), "--verify")
    assert status == 0
    for words in ("128 glyphs at 64 px", "content", "style", "verified"):
        assert words in out
    assert Path("inspected/glyphs.lmdb.png").is_file()
    found = json.loads(type_command("inspect", str(store), "--verify", "--json")[1])
    assert (found["size"], found["glyphs"], found["problems"]) == (64, 128, [])
    assert [face["record"]["role"] for face in found["faces"]] == ["content", "style"]
    assert found["margin"] == 0
    assert sum(found["faces"][0]["splits"].values()) == found["faces"][0]["record"]["count"] == 64


def test_a_damaged_store_is_told_with_status_one(here: Path, type_command: Command) -> None:
    store = make_toy_store(here)
    environment = lmdb.open(str(store), subdir=False, lock=False)
    with environment.begin(write=True) as transaction:
        transaction.put(b"style/004E07", b"damage")
    environment.close()
    status, out, err = type_command("inspect", str(store), "--verify", "--json")
    assert status == 1
    assert len(json.loads(out)["problems"]) == 1
    assert "style/004E07" in err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("none.ttf",), "there is no font file or folder none.ttf"),
        (("none.lmdb",), "there is no dataset none.lmdb"),
        (("letter.txt",), "is not a font"),
        (("letter.lmdb",), "is not a dataset"),
        (("toy.ttf", "--verify"), "--verify is for datasets"),
        (("toy.ttf", "--sheet", "a.pdf"), "sheets are PNG files"),
        (("toy.ttf", "--charset", "gb2313"), "did you mean 'gb2312'"),
        (("fonts",), "holds 2 fonts"),
        (("toy.ttf#3",), "there is no #3"),
        (("cut.ttf",), "cut.ttf is cut short: its glyf table is not complete"),
        (("toy.ttf", "--charset", ""), "holds no character"),
        (("one.png",), "pass the folder of glyph pictures"),
    ],
)
def test_mistakes_are_told_in_one_line(
    here: Path, type_command: Command, arguments: tuple[str, ...], words: str
) -> None:
    for name in ("toy.ttf", "fonts/a.ttf", "fonts/b.ttf"):
        build_font(here / name)
    for name in ("letter.txt", "letter.lmdb", "one.png"):
        (here / name).write_text("Dear reader, " * 1000)
    whole = (here / "toy.ttf").read_bytes()
    (here / "cut.ttf").write_bytes(whole[: TTFont(here / "toy.ttf").reader.tables["glyf"].offset + 50])
    status, out, err = type_command("inspect", *arguments)
    assert (status, out) == (1, "")
    assert err.strip().splitlines()[-1].startswith("error: ")
    assert words in err


def test_pictures_take_the_place_of_a_font(here: Path, type_command: Command) -> None:
    face = Face(FontLocation(build_font(here / "style.ttf", CHARACTERS, width=300)))
    content = build_font(here / "content.ttf", CHARACTERS)
    (here / "drawn").mkdir()
    for code in CHARACTERS[:30]:
        image = face.draw(code, Canvas(128))
        assert image is not None
        Image.fromarray(image).save(here / "drawn" / f"{chr(code)}.png")
    (here / "drawn" / "title page.png").write_bytes(b"")
    status, out, err = type_command(
        "render-dataset", "--source", str(content), "--target", "drawn", "--charset", TEXT
    )
    assert (status, out) == (0, "data/glyphs.lmdb\n")
    assert "title page.png" in err
    with GlyphStore(Path(out.strip())) as store:
        assert store.codes("drawn") == CHARACTERS[:30]
        assert store.record.face("drawn").kind == "pictures"
    assert '"pictures"' in type_command("inspect", "drawn", "--json")[1]
