"""Fonts: outlines of outlines, damaged bytes, streams without end, names that talk to terminals."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, GlyphComponent

from tests.attacks.attack import attack
from tests.attacks.trial import Trial, flipped
from tests.toy_fonts import build_font

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[31m\u202egnp.\u2028line\nerror: another line\r"


def _composite(*parts: str) -> Glyph:
    glyph = Glyph()
    glyph.numberOfContours = -1
    glyph.components = []
    for part in parts:
        component = GlyphComponent()
        component.glyphName, component.x, component.y, component.flags = part, 0, 0, 0x2
        glyph.components.append(component)
    glyph.xMin, glyph.yMin, glyph.xMax, glyph.yMax = 0, 0, 1000, 1000
    return glyph


def _font_of_composites(path: Path, parts: dict[str, tuple[str, ...]]) -> Path:
    """A font that maps U+4E00 to the last of some composite glyphs; the first glyph there is a square."""
    builder = FontBuilder(1000, isTTF=True)
    builder.font.recalcBBoxes = False
    names = [".notdef", "square", *parts]
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({0x4E00: names[-1]})
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 500), (500, 500), (500, 0)):
        pen.lineTo(point)
    pen.closePath()
    square = pen.glyph()
    square.xMin, square.yMin, square.xMax, square.yMax = 0, 0, 500, 500
    glyphs = {".notdef": Glyph(), "square": square}
    builder.setupGlyf(
        {**glyphs, **{name: _composite(*of) for name, of in parts.items()}}, calcGlyphBounds=False
    )
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "Composites", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost(keepGlyphNames=False)
    builder.save(path)
    return path


def _chain(length: int, times: int, first: str = "square") -> dict[str, tuple[str, ...]]:
    return {f"c{n}": (f"c{n - 1}" if n else first,) * times for n in range(length)}


CONSTRUCTIONS = {
    "chain of 40,000": lambda: _chain(40_000, 1),
    "40 doublings": lambda: _chain(40, 2),
    "40 doublings of nothing": lambda: _chain(40, 2, ".notdef"),
    "12 times 200 each": lambda: _chain(12, 200),
    "a cycle": lambda: {"a": ("b",), "b": ("a",)},
    "itself": lambda: {"a": ("a", "a")},
}


@attack(tested=True, variants=CONSTRUCTIONS)
def composites(trial: Trial, parts: Callable[[], dict[str, tuple[str, ...]]]) -> None:
    font = _font_of_composites(trial.folder / "composites.ttf", parts())
    trial.bounded("inspect", font)
    trial.bounded("render-dataset", "--source", trial.kit.content, "--target", font, "--charset", "一丁")
    trial.check_no_leftovers()


def _packed(path: Path, flavour: str) -> Path:
    font = TTFont(path)
    font.flavor = flavour
    font.save(path.with_suffix(f".{flavour}"))
    return path.with_suffix(f".{flavour}")


KINDS: dict[str, Callable[[Path], Path]] = {
    "ttf": build_font,
    "cff": lambda path: build_font(path, cff="CFF"),
    "cff2": lambda path: build_font(path, cff="CFF2"),
    "woff": lambda path: _packed(build_font(path), "woff"),
    "woff2": lambda path: _packed(build_font(path), "woff2"),
}


@attack(by_chance=True, tested=True, variants=KINDS)
def flipped_bytes(trial: Trial, build: Callable[[Path], Path]) -> None:
    font = build(trial.folder / "font.ttf")
    content = font.read_bytes()
    early = range(min(400, len(content)))  # header, directory, the small tables
    font.write_bytes(flipped(content, trial.chance, places=trial.chance.choice(((), early))))
    trial.bounded("inspect", font, "--sheet", "sheet.png")
    trial.bounded("render-dataset", "--source", font, "--target", trial.kit.style, "--charset", "一丁七")
    trial.check_no_leftovers()


@attack(by_chance=True, variants=KINDS)
def cut_short(trial: Trial, build: Callable[[Path], Path]) -> None:
    font = build(trial.folder / "font.ttf")
    content = font.read_bytes()
    font.write_bytes(content[: trial.chance.randrange(len(content))])
    trial.bounded("inspect", font)


def _endless(total: int) -> bytes:
    """A Brotli stream of that many zeros."""
    packer, chunk = brotli.Compressor(quality=1), bytes(64 << 20)
    parts = [packer.process(chunk) for _ in range(total // len(chunk))]
    return b"".join((*parts, packer.finish()))


@attack(variants={"honest header": False, "great claims": True})
def woff2_without_end(trial: Trial, claims: bool) -> None:
    font = _packed(build_font(trial.folder / "font.ttf"), "woff2")
    content = bytearray(font.read_bytes())
    size = struct.unpack_from(">I", content, 20)[0]  # totalCompressedSize; the stream is the last thing
    start = content.rfind(brotli_start(bytes(content), size))
    content[start:] = _endless(4 << 30)
    struct.pack_into(">I", content, 8, len(content))
    struct.pack_into(">I", content, 20, len(content) - start)
    if claims:
        struct.pack_into(">I", content, 16, 0xFFFFFFFF)
    font.write_bytes(content)
    trial.refused("inspect", font)
    trial.refused("render-dataset", "--source", font, "--charset", "一丁")


def brotli_start(content: bytes, size: int) -> bytes:
    """The compressed stream of a WOFF2 file, found by unpacking: a directory comes before it."""
    for start in range(len(content) - size, 47, -1):
        try:
            brotli.decompress(content[start : start + size])
        except brotli.error:
            continue
        return bytes(content[start:])
    raise AssertionError("no stream")


@attack(variants={"claims 4 GB": 0xFFFFFFFF, "claims 1 GB": 1 << 30, "claims nothing": 0})
def woff_claims(trial: Trial, size: int) -> None:
    content = bytearray(_packed(build_font(trial.folder / "font.ttf"), "woff").read_bytes())
    count = struct.unpack_from(">H", content, 12)[0]
    for number in range(count):
        struct.pack_into(">I", content, 44 + 20 * number + 12, size)
    trial.bounded("inspect", trial.file("font.woff", bytes(content)))


@attack()
def woff_without_end(trial: Trial) -> None:
    content = bytearray(_packed(build_font(trial.folder / "font.ttf"), "woff").read_bytes())
    packer = zlib.compressobj(9)
    stream = b"".join([*(packer.compress(bytes(1 << 24)) for _ in range(64)), packer.flush()])
    struct.pack_into(">IIII", content, 44 + 4, len(content), len(stream), 1 << 30, 0)
    struct.pack_into(">I", content, 8, len(content) + len(stream))
    trial.bounded("inspect", trial.file("font.woff", bytes(content + stream)))


@attack(variants={"faces": (8, 0xFFFFFFFF), "offsets": (12, 0xFFFFFFF0), "tables": (16 + 4, 0xFFFFFFFF)})
def collection_claims(trial: Trial, claim: tuple[int, int]) -> None:
    font = build_font(trial.folder / "font.ttf").read_bytes()
    content = bytearray(b"ttcf" + struct.pack(">III", 0x10000, 1, 16) + font)
    struct.pack_into(">I", content, *claim)
    collection = trial.file("font.ttc", bytes(content))
    trial.bounded("inspect", collection)
    trial.bounded("inspect", f"{collection}#4294967295")
    trial.bounded("inspect", f"{collection}#{'9' * 400}")


@attack(
    tested=True,
    variants={"escapes": ESCAPES, "10,000 letters": "x" * 10_000, "blank": " ", "slashes": "../../x"},
)
def names(trial: Trial, family: str) -> None:
    font = build_font(trial.folder / "font.ttf", range(0x4E00, 0x4E80), family)
    trial.bounded("inspect", font, "--sheet", "sheet.png")
    drawn = trial.bounded(
        *("render-dataset", "--source", trial.kit.content, "--target", font),
        *("--charset", "".join(map(chr, range(0x4E00, 0x4E80))), "--output", "glyphs.lmdb"),
    )
    if drawn.status == 0:
        trial.succeeds("inspect", "glyphs.lmdb", "--sheet", "sheet.png")
    trial.check_no_leftovers()


@attack()
def a_million_characters(trial: Trial) -> None:
    font = TTFont(build_font(trial.folder / "font.ttf"))
    font["cmap"].tables = [table for table in font["cmap"].tables if table.format == 12] or font[
        "cmap"
    ].tables
    for table in font["cmap"].tables:
        if table.format == 12:
            table.cmap = dict.fromkeys(range(0x20, 0x10FFFF), "u04E00")
    output = io.BytesIO()
    font.save(output)
    trial.bounded("inspect", trial.file("font.ttf", output.getvalue()))
