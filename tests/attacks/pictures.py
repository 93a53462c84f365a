"""Pictures: few bytes that unpack to many, and files that only call themselves pictures."""

from __future__ import annotations

import io
import struct
from pathlib import Path

from PIL import Image

from tests.attacks.attack import attack
from tests.attacks.kit import CHARACTERS
from tests.attacks.trial import Trial, flipped
from tests.crafted import png, png_chunk, zlib_zeros


def _among_honest(trial: Trial, content: bytes, suffix: str = ".png") -> Path:
    """A folder of pictures, one of which is the attacker's."""
    folder = trial.copy(trial.kit.pictures)
    (folder / f"{CHARACTERS[30]}{suffix}").write_bytes(content)
    return folder


def _try(trial: Trial, folder: Path) -> None:
    trial.bounded("inspect", folder, "--sheet", "sheet.png")
    trial.bounded(
        *("render-dataset", "--source", trial.kit.content, "--target", folder, "--jobs", "2"),
        *("--charset", CHARACTERS[:31], "--output", "glyphs.lmdb"),
    )
    trial.check_no_leftovers()


SIZES = {
    "20,000 x 10": (20_000, 10),
    "10 x 20,000": (10, 20_000),
    "65,000 x 1,000": (65_000, 1_000),
    "60,000,000 x 1": (60_000_000, 1),
    "1 x 60,000,000": (1, 60_000_000),
    "8,192 x 8,192": (8_192, 8_192),
    "5,000 x 5,000": (5_000, 5_000),
    "1 x 1": (1, 1),
    "4,096 x 1": (4_096, 1),
}


@attack(tested=True, variants=SIZES)
def large_and_thin(trial: Trial, size: tuple[int, int]) -> None:
    width, height = size
    _try(trial, _among_honest(trial, png(width, height)))


@attack()
def one_for_each_thread(trial: Trial) -> None:
    folder = trial.copy(trial.kit.pictures)
    for char in CHARACTERS[:20]:
        (folder / f"{char}.png").write_bytes(png(8_000, 8_000))
    _try(trial, folder)


@attack(variants={"claims": (2**31 - 1, 2**31 - 1), "no width": (0, 64), "many rows": (64, 2**31 - 1)})
def claims(trial: Trial, size: tuple[int, int]) -> None:
    width, height = size
    content = png(min(width, 64), height, rows=64).replace(
        struct.pack(">II", min(width, 64), height), struct.pack(">II", width, height)
    )
    _try(trial, _among_honest(trial, content))


@attack(variants={"zTXt": b"zTXt", "iCCP": b"iCCP"})
def unpacked_texts(trial: Trial, kind: bytes) -> None:
    extra = png_chunk(kind, b"name\0\0" + zlib_zeros(2 << 30))
    _try(trial, _among_honest(trial, png(64, 64, extra=extra)))


NOT_PICTURES = {
    "nothing": b"",
    "text": b"a picture, honestly",
    "a script": b"#!/bin/sh\ntouch owned\n",
    "a PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n(owned) (w) file closefile\nshowpage\n",
    "half a header": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0",
}


@attack(tested=True, variants=NOT_PICTURES)
def not_pictures(trial: Trial, content: bytes) -> None:
    folder = _among_honest(trial, content)
    trial.refused(
        "render-dataset", "--source", trial.kit.content, "--target", folder, "--charset", CHARACTERS[:31]
    )


@attack(
    by_chance=True,
    variants={name: name for name in ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF")},
)
def damaged(trial: Trial, kind: str) -> None:
    output = io.BytesIO()
    Image.effect_noise((64, 64), 60).save(output, kind)
    content = flipped(output.getvalue(), trial.chance)
    if trial.chance.random() < 0.3:
        content = content[: trial.chance.randrange(len(content))]
    suffix = {"JPEG": ".jpg", "TIFF": ".tif"}.get(kind, f".{kind.lower()}")
    _try(trial, _among_honest(trial, content, suffix))


@attack()
def ten_thousand_frames(trial: Trial) -> None:
    output = io.BytesIO()
    frames = [Image.new("L", (64, 64), number % 256) for number in range(2_000)]
    frames[0].save(output, "WEBP", save_all=True, append_images=frames[1:], lossless=True, method=0)
    _try(trial, _among_honest(trial, output.getvalue(), ".webp"))
