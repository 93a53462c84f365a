"""Fonts: outlines of outlines, damaged bytes, streams without end, names that talk to terminals."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from pathlib import Path

from fontTools.ttLib import TTFont

from tests.attacks.attack import attack
from tests.attacks.trial import Trial, flipped
from tests.crafted import (
    brotli_zeros,
    chain,
    circle,
    collection,
    composite,
    flavoured,
    font_of,
    with_brotli,
    woff,
    zlib_zeros,
)
from tests.toy_fonts import build_font

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x1b[31m\u202egnp.\u2028line\nerror: another line\r"


CONSTRUCTIONS: dict[str, Callable[[], list[bytes]]] = {
    "chain of 40,000": lambda: chain(40_000),
    "40 doublings": lambda: chain(40, times=2),
    "40 doublings of nothing": lambda: [b"", *(composite(2 + n, 2 + n) for n in range(40))],
    "12 times 200 each": lambda: chain(12, times=200),
    "a circle": lambda: circle(2),
    "a circle of 40,000": lambda: circle(40_000),
    "itself": lambda: [composite(2, 2)],
}


@attack(tested=True, variants=CONSTRUCTIONS)
def composites(trial: Trial, glyphs: Callable[[], list[bytes]]) -> None:
    font = font_of(trial.folder / "composites.ttf", glyphs())
    trial.bounded("inspect", font)
    trial.bounded("render-dataset", "--source", trial.kit.content, "--target", font, "--charset", "一丁")
    trial.check_no_leftovers()


KINDS: dict[str, Callable[[Path], Path]] = {
    "ttf": build_font,
    "cff": lambda path: build_font(path, cff="CFF"),
    "cff2": lambda path: build_font(path, cff="CFF2"),
    "woff": lambda path: flavoured(build_font(path), "woff"),
    "woff2": lambda path: flavoured(build_font(path), "woff2"),
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


@attack(variants={"honest header": False, "great claims": True})
def woff2_without_end(trial: Trial, claims: bool) -> None:
    content = bytearray(with_brotli(build_font(trial.folder / "font.ttf"), brotli_zeros(4 << 30)))
    if claims:
        struct.pack_into(">I", content, 16, 0xFFFFFFFF)  # totalSfntSize
    font = trial.file("font.woff2", bytes(content))
    trial.refused("inspect", font)
    trial.refused("render-dataset", "--source", font, "--charset", "一丁")


@attack(variants={"claims 4 GB": 0xFFFFFFFF, "claims 1 GB": 1 << 30, "claims nothing": 0})
def woff_claims(trial: Trial, size: int) -> None:
    font = build_font(trial.folder / "font.ttf").read_bytes()
    trial.bounded("inspect", trial.file("font.woff", woff(font, size)))


@attack()
def woff_without_end(trial: Trial) -> None:
    content = bytearray(flavoured(build_font(trial.folder / "font.ttf"), "woff").read_bytes())
    stream = zlib_zeros(1 << 30)
    # The first entry of the directory: offset, length, length when unpacked, checksum. Then the file itself.
    struct.pack_into(">IIII", content, 44 + 4, len(content), len(stream), 1 << 30, 0)
    struct.pack_into(">I", content, 8, len(content) + len(stream))
    trial.bounded("inspect", trial.file("font.woff", bytes(content + stream)))


# Where a collection of one font has each number, and what is written there.
CLAIMS = {"faces": (8, 0xFFFFFFFF), "offsets": (12, 0xFFFFFFF0), "tables": (16 + 4, 0xFFFFFFFF)}


@attack(variants=CLAIMS)
def collection_claims(trial: Trial, claim: tuple[int, int]) -> None:
    content = bytearray(collection(build_font(trial.folder / "font.ttf").read_bytes()))
    struct.pack_into(">I", content, *claim)
    font = trial.file("font.ttc", bytes(content))
    trial.bounded("inspect", font)
    trial.bounded("inspect", f"{font}#4294967295")
    trial.bounded("inspect", f"{font}#{'9' * 400}")


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
    for table in font["cmap"].tables:
        if table.format == 12:
            table.cmap = dict.fromkeys(range(0x20, 0x10FFFF), "u04E00")
    output = io.BytesIO()
    font.save(output)
    trial.bounded("inspect", trial.file("font.ttf", output.getvalue()))
