"""Fonts and pictures made to do harm: one line, little memory, and nothing that ends the process."""

from __future__ import annotations

import os
import resource
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import numpy as np
import pytest
from fontTools.ttLib import TTFont
from PIL import Image

from fontgan.data.plan import Plan
from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import parse_charset
from fontgan.fonts.composites import MOST_DEPTH
from fontgan.fonts.container import FontFile
from fontgan.fonts.description import describe
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.fonts.pictures import PictureFolder
from fontgan.fonts.source import find_sources, open_source
from fontgan.fonts.web import MOST_UNPACKED
from tests.toy_fonts import CHARACTERS, build_font

MORE, OFFSETS = 0x20, 2  # flags of a component


def composite(*used: int) -> bytes:
    """A glyph that is put together from others."""
    last = len(used) - 1
    parts = (
        struct.pack(">HHbb", OFFSETS | (MORE if place < last else 0), glyph, 0, 0)
        for place, glyph in enumerate(used)
    )
    return struct.pack(">5h", -1, 0, 0, EM_BOX, EM_BOX) + b"".join(parts)


EM_BOX = 1000


def font_of(path: Path, composites: Iterable[bytes]) -> Path:
    """A font whose glyph 1 is a rectangle and whose further glyphs are the composites; U+4E00 is the last."""
    font = TTFont(build_font(path, [0x4E00]))
    plain = font.getTableData("glyf")
    (_, middle, end) = struct.unpack(
        f">3{'I' if font['head'].indexToLocFormat else 'H'}", font.getTableData("loca")
    )
    scale = 1 if font["head"].indexToLocFormat else 2
    offsets, glyphs = [0, middle * scale, end * scale], [plain]
    for glyph in composites:
        glyphs.append(glyph)
        offsets.append(offsets[-1] + len(glyph))
    count = len(offsets) - 1
    tables = {tag: font.getTableData(tag) for tag in ("head", "maxp", "hhea", "cmap", "name", "OS/2")}
    tables["glyf"], tables["loca"] = b"".join(glyphs), struct.pack(f">{len(offsets)}I", *offsets)
    tables["head"] = tables["head"][:50] + b"\0\1" + tables["head"][52:]
    tables["maxp"] = tables["maxp"][:4] + struct.pack(">H", count) + tables["maxp"][6:]
    tables["hhea"] = tables["hhea"][:34] + b"\0\1"
    tables["hmtx"] = struct.pack(">Hh", 1000, 0) + bytes(2 * (count - 1))
    tables["cmap"] = struct.pack(
        ">HHHHIHHIIIIII", 0, 1, 3, 10, 12, 12, 0, 28, 0, 1, 0x4E00, 0x4E00, count - 1
    )
    path.write_bytes(sfnt(tables))
    return path


def sfnt(tables: dict[str, bytes]) -> bytes:
    """A TrueType font of some tables."""
    at, directory = 12 + 16 * len(tables), struct.pack(">4s4H", b"\0\1\0\0", len(tables), 0, 0, 0)
    for tag, content in tables.items():
        directory += struct.pack(">4s3I", tag.encode(), 0, at, len(content))
        at += -(-len(content) // 4) * 4
    return directory + b"".join(content + bytes(-len(content) % 4) for content in tables.values())


def chain(length: int) -> list[bytes]:
    """Composites of which each uses the one before it; the first uses the rectangle."""
    return [composite(1 + number) for number in range(length)]


def test_composites_may_be_nested_as_deep_as_in_any_font(tmp_path: Path) -> None:
    face = Face(FontLocation(font_of(tmp_path / "deep.ttf", chain(MOST_DEPTH))))
    assert face.draws(0x4E00)
    plain = Face(FontLocation(font_of(tmp_path / "flat.ttf", chain(1))))
    deep, flat = (font.draw(0x4E00, Canvas(64)) for font in (face, plain))
    assert deep is not None
    assert flat is not None
    assert np.array_equal(deep, flat)


@pytest.mark.parametrize(
    ("glyphs", "words"),
    [
        (chain(MOST_DEPTH + 1), "nests composite glyphs more than 16 deep"),
        (chain(40000), "nests composite glyphs more than 16 deep"),
        ([composite(3), composite(2)], "nests composite glyphs more than 16 deep"),
        ([composite(number + 1, number + 1) for number in range(15)], "expand to too many components"),
        ([composite(*[1] * 10000)], "expand to too many components"),
        ([composite(*[1] * 8000)] * 600, "expand to too many components"),
    ],
    ids=["too deep", "far too deep", "cycle", "doubling", "wide", "many"],
)
@pytest.mark.parametrize("flavour", ["", "woff", "collection"])
def test_composites_that_would_overflow_are_refused(
    tmp_path: Path, glyphs: list[bytes], words: str, flavour: str
) -> None:
    path = font_of(tmp_path / "toy.ttf", glyphs)
    if flavour == "woff":
        path.write_bytes(woff(path.read_bytes()))
    elif flavour == "collection":
        path.write_bytes(collection(build_font(tmp_path / "first.ttf").read_bytes(), path.read_bytes()))
        assert Face(FontLocation(path)).draws(CHARACTERS[0])
    with pytest.raises(FontganError, match=words) as caught:
        Face(FontLocation(path, 1 if flavour == "collection" else 0))
    assert "\n" not in str(caught.value)


def collection(*fonts: bytes) -> bytes:
    """A collection; offsets in fonts count from the beginning of the file."""
    header = struct.pack(">4sII", b"ttcf", 1 << 16, len(fonts)) + bytes(4 * len(fonts))
    whole, starts = bytearray(header), []
    for font in fonts:
        moved, start = bytearray(font), len(whole)
        for place in range(20, 12 + 16 * struct.unpack(">H", font[4:6])[0], 16):
            struct.pack_into(">I", moved, place, struct.unpack_from(">I", font, place)[0] + start)
        starts.append(start)
        whole += moved
    struct.pack_into(f">{len(starts)}I", whole, 12, *starts)
    return bytes(whole)


def woff(font: bytes, claims: int | None = None) -> bytes:
    """The font as WOFF; every table claims `claims` bytes where that is given."""
    count = struct.unpack(">H", font[4:6])[0]
    at, directory, packed = 44 + 20 * count, b"", b""
    for number in range(count):
        tag, checksum, start, length = struct.unpack_from(">4s3I", font, 12 + 16 * number)
        content = zlib.compress(font[start : start + length])
        if len(content) >= length and claims is None:
            content = font[start : start + length]
        directory += struct.pack(">4s4I", tag, at, len(content), claims or length, checksum)
        content += bytes(-len(content) % 4)
        at, packed = at + len(content), packed + content
    header = struct.pack(">4s4sIHHI", b"wOFF", font[:4], at, count, 0, len(font))
    return header + bytes(44 - len(header)) + directory + packed


def test_a_web_font_that_claims_too_much_or_too_little_is_damaged(tmp_path: Path) -> None:
    plain = build_font(tmp_path / "toy.ttf").read_bytes()
    path = tmp_path / "toy.woff"
    path.write_bytes(woff(plain))
    assert Face(FontLocation(path)).draws(CHARACTERS[0])
    for claims, words in ((MOST_UNPACKED, "it claims"), (1, "not as long as the directory claims")):
        path.write_bytes(woff(plain, claims))
        with pytest.raises(FontganError, match=f"is a damaged WOFF file: .*{words}"):
            Face(FontLocation(path))


def woff2_with(font: Path, stream: bytes) -> bytes:
    """A WOFF2 file with an honest directory and another stream."""
    whole = TTFont(font)
    whole.flavor = "woff2"
    whole.save(font.with_suffix(".woff2"))
    content = font.with_suffix(".woff2").read_bytes()
    packed = struct.unpack_from(">I", content, 20)[0]
    end = next(end for end in range(len(content), 0, -1) if _unpacks(content[end - packed : end]))
    return content[:20] + struct.pack(">I", len(stream)) + content[24 : end - packed] + stream


def _unpacks(stream: bytes) -> bool:
    try:
        return bool(brotli.decompress(stream))
    except brotli.error:
        return False


def test_a_brotli_stream_is_unpacked_up_to_what_the_directory_claims(tmp_path: Path) -> None:
    compressor = brotli.Compressor(quality=1)
    chunk = bytes(1 << 24)
    stream = b"".join([*(compressor.process(chunk) for _ in range(128)), compressor.finish()])  # of 2 GB
    path = tmp_path / "bomb.woff2"
    path.write_bytes(woff2_with(build_font(tmp_path / "toy.ttf"), stream))
    code = (
        "import resource, sys; from fontgan.fonts.face import Face; from fontgan.errors import FontganError\n"
        "from fontgan.fonts.location import FontLocation\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: Face(FontLocation.parse(sys.argv[1]))\n"
        "except FontganError as error: print(error)\n"
        "print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10)"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    message, grown = done.stdout.splitlines()
    assert "is a damaged WOFF2 file: it is not as long as its directory claims" in message
    assert int(grown) < 64


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_only_regular_files_are_fonts_and_sets(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    for path in (str(pipe), "/dev/zero"):
        for read in (lambda text: find_sources(FontLocation.parse(text)), parse_charset):
            with pytest.raises(FontganError, match="is not a regular file: save it as a file first"):
                read(path)


@pytest.mark.parametrize(
    "name", ["a" * 300, "x/" * 3000, "a\0b", "\udcff", "\udcff@wght=3", "永" * 100 + "#2"]
)
def test_any_name_of_a_file_that_is_not_there_is_one_line(name: str) -> None:
    with pytest.raises(FontganError, match=r"there is no font|File name too long"):
        find_sources(FontLocation.parse(name))
    with pytest.raises(FontganError, match=r"cannot be read|not in UTF-8"):
        parse_charset(f"{name}.txt")


def test_characters_in_another_encoding_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FontganError, match="not in UTF-8"):
        parse_charset(os.fsdecode("永和".encode("gb18030")))
    path = os.fsencode(tmp_path) + b"/\xff"
    Path(os.fsdecode(path)).write_text("永")
    assert parse_charset(os.fsdecode(path)) == [ord("永")]


def picture(path: Path, width: int, height: int) -> None:
    """A PNG of a few bytes with a little ink in it."""

    def chunk(tag: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + tag + content + struct.pack(">I", zlib.crc32(tag + content))

    packer, row = zlib.compressobj(9), bytearray(b"\xff" * (1 + (width + 7) // 8))
    row[0] = 0
    inked = row[:]
    inked[len(row) // 2] = 0
    rows = (packer.compress(bytes(inked if y == height // 2 else row)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    content = chunk(b"IDAT", b"".join(rows) + packer.flush())
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + content + chunk(b"IEND", b""))


@pytest.mark.parametrize(("width", "height"), [(20000, 10), (4097, 4097), (6000000, 1), (1, 65000)])
def test_a_picture_that_is_too_large_is_refused_at_the_start(tmp_path: Path, width: int, height: int) -> None:
    picture(tmp_path / "永.png", width, height)
    picture(tmp_path / "和.png", 64, 64)
    with pytest.raises(FontganError, match=rf"永.png is too large \({width:,} × {height:,} pixels\)"):
        PictureFolder(FontLocation(tmp_path))
    (tmp_path / "永.png").unlink()
    assert PictureFolder(FontLocation(tmp_path)).draws(ord("和"))


@pytest.mark.slow
def test_sixteen_threads_draw_the_largest_pictures_in_a_gigabyte(tmp_path: Path) -> None:
    folder = tmp_path / "large"
    folder.mkdir()
    for code in range(16):
        picture(folder / f"U+{0x4E00 + code:X}.png", 4096, 4096 - code)
    source = PictureFolder(FontLocation(folder))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with ThreadPoolExecutor(16) as threads:
        images = list(threads.map(lambda code: source.draw(code, Canvas(64)), source.mapped()))
    assert all(image is not None for image in images)
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) >> 10 < 1024


def test_a_picture_is_not_a_program(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.eps")  # Pillow would let Ghostscript run it
    (tmp_path / "a.eps").rename(tmp_path / "永.png")
    with pytest.raises(FontganError, match="is not a picture that can be read"):
        PictureFolder(FontLocation(tmp_path))


def test_a_jpeg_of_very_many_scans_is_refused(tmp_path: Path) -> None:
    Image.linear_gradient("L").save(tmp_path / "永.jpg", progressive=True)
    assert PictureFolder(FontLocation(tmp_path)).draws(ord("永"))
    whole = (tmp_path / "永.jpg").read_bytes()
    scan = whole[whole.rindex(b"\xff\xda") : -2]
    (tmp_path / "永.jpg").write_bytes(whole[:-2] + 500 * scan + whole[-2:])
    with pytest.raises(FontganError, match="too many scans"):
        PictureFolder(FontLocation(tmp_path))


def test_the_tables_of_a_tiff_are_not_read_over_and_over(tmp_path: Path) -> None:
    tags, size = 5000, 8 + 2 + 12 * 5000 + 4
    entries = (struct.pack("<HHII", 40000 + tag, 7, size - 8, 8) for tag in range(tags))
    content = b"II*\0" + struct.pack("<IH", 8, tags) + b"".join(entries) + bytes(4)
    (tmp_path / "永.tif").write_bytes(content)
    with pytest.raises(FontganError, match="is not a picture that can be read"):
        PictureFolder(FontLocation(tmp_path))


def test_a_family_of_any_name_is_short_in_one_line_and_has_a_key_of_its_own(tmp_path: Path) -> None:
    name = "Long\nna\x1bme " + "x" * 10000
    for number in (1, 2):
        font = TTFont(build_font(tmp_path / f"{number}.ttf", width=500 + number))
        font["name"].setName(name, 1, 3, 1, 0x409)
        font.save(tmp_path / f"{number}.ttf")
    plan = Plan(CHARACTERS)
    plan.add([FontLocation(tmp_path / "1.ttf"), FontLocation(tmp_path / "2.ttf")], content=True)
    keys = [face.key for face in plan.faces]
    assert keys[0] == "long-na-me-" + "x" * 49
    assert keys[1] == f"{keys[0]}-2"
    family = plan.faces[0].source.family
    assert len(family) == 120
    assert family.isprintable()
    described, _ = describe(plan.faces[0].source)
    assert described.names["family"].isprintable()


@pytest.mark.parametrize("content", [b"%!PS-AdobeFont-1.0", b"STARTFONT 2.1", b"%!PS-TrueTypeFont"])
def test_formats_that_are_not_documented_are_not_opened(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.ttf").write_bytes(content + bytes(100))
    with pytest.raises(FontganError, match="is not a font that FreeType can read"):
        open_source(FontLocation(tmp_path / "a.ttf"))


def test_tables_that_overlap_are_not_summed_for_ever(tmp_path: Path) -> None:
    plain = build_font(tmp_path / "toy.ttf").read_bytes()
    padded = sfnt({f"x{number:03}": b"" for number in range(999)})
    count = struct.unpack(">H", plain[4:6])[0]
    entries = [plain[12 + 16 * number : 28 + 16 * number] for number in range(count)]
    moved = len(padded)
    directory = b"".join(
        tag + struct.pack(">3I", checksum, start + moved, length)
        for tag, checksum, start, length in (struct.unpack(">4s3I", entry) for entry in entries)
    )
    claims = b"".join(struct.pack(">4s3I", f"x{n:03}".encode(), 0, 0, 9000) for n in range(999 - count))
    content = padded[:12] + directory + claims + plain
    with pytest.raises(FontganError, match="has tables that overlap"):
        FontFile(tmp_path / "toy.ttf", content).check(0)


def test_a_cmap_that_is_searched_from_its_start_is_not_used(tmp_path: Path) -> None:
    font = TTFont(build_font(tmp_path / "toy.ttf"))
    groups = b"".join(struct.pack(">3I", code, code, 1 + code % 60) for code in range(0x4E00, 0x9FFF))
    count = len(groups) // 12
    header = struct.pack(">HHII", 8, 0, 8208 + len(groups), 0) + bytes(8192) + struct.pack(">I", count)
    tables = {tag: font.getTableData(tag) for tag in font.keys() if tag not in ("GlyphOrder", "post")}  # noqa: SIM118
    tables["cmap"] = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + header + groups
    (tmp_path / "toy.ttf").write_bytes(sfnt(tables))
    with pytest.raises(FontganError, match="maps no Unicode characters"):
        Face(FontLocation(tmp_path / "toy.ttf"))
