"""Fetch the designs of fonts.toml, and draw their characters for the scripts beside this one.

    python assets/weights/draw_fonts.py FOLDER

FOLDER gets a file NAME-1.npz for each font: `codes`, int64 (n,), and `images`, uint8 (n, 64, 64), 0 = ink.
What is there already is left alone. npm fetches npm's packages, apt-get and dpkg Debian's; they check the
hash of what they fetch.
"""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.charset import is_han, parse_charset
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation

HERE = Path(__file__).parent
_CANVAS = Canvas(64)


@dataclass(frozen=True)
class Design:
    """A line of fonts.toml; `used` is its `for`."""

    name: str
    kind: str
    licence: str
    package: str
    files: tuple[str, ...]
    used: str
    debian: bool

    @classmethod
    def of(cls, table: dict[str, Any]) -> Design:
        """Read one."""
        return cls(
            table["name"],
            table["kind"],
            table["licence"],
            table["package"],
            tuple(table["files"]),
            table["for"],
            table.get("from") == "debian",
        )


def designs(*used: str) -> list[Design]:
    """The designs for some purposes, or all."""
    found = [Design.of(table) for table in tomllib.loads((HERE / "fonts.toml").read_text())["design"]]
    return [design for design in found if not used or design.used in used]


def wanted_characters() -> list[int]:
    """Those that the networks know: the Chinese characters of GB 2312, and Japan's Jōyō."""
    return [code for code in sorted({*parse_charset("gb2312"), *parse_charset("joyo")}) if is_han(code)]


def main(folder: Path) -> None:
    """Draw all designs into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    codes = wanted_characters()
    for design in designs():
        paths = [folder / f"{design.name}-{number}.npz" for number in range(1, len(design.files) + 1)]
        if all(path.exists() for path in paths):
            continue
        with tempfile.TemporaryDirectory() as temporary:
            unpacked = fetch(design, Path(temporary))
            for path, pattern in zip(paths, design.files, strict=True):
                found = draw(sorted(unpacked.rglob(pattern)), codes)
                np.savez(path, codes=list(found), images=np.stack(list(found.values())))
                print(path, f"{len(found):,} characters", flush=True)


def fetch(design: Design, folder: Path) -> Path:
    """Fetch a package into a folder and unpack it there; returns the folder with its files."""
    unpacked = folder / "unpacked"
    if design.debian:
        subprocess.run(["apt-get", "download", design.package], cwd=folder, check=True, capture_output=True)
        subprocess.run(["dpkg", "-x", *folder.glob("*.deb"), unpacked], check=True)
    else:
        subprocess.run(
            ["npm", "pack", "--silent", design.package], cwd=folder, check=True, capture_output=True
        )
        with tarfile.open(next(folder.glob("*.tgz"))) as archive:
            archive.extractall(unpacked, filter="data")
    return unpacked


def draw(files: list[Path], codes: list[int]) -> dict[int, np.ndarray]:
    """The glyph images of the characters that the files of one font have between them."""
    faces = list(_faces(files))
    having: dict[int, Face] = {}
    for face in faces:
        mapped = set(face.mapped())
        having |= {code: face for code in codes if code in mapped and face.draws(code)}
    centres = [face.ink_centre(code) for code, face in sorted(having.items())[:: max(1, len(having) // 512)]]
    shift = _CANVAS.centre - float(np.median([centre for centre in centres if centre is not None]))
    drawn = {code: face.draw(code, _CANVAS, shift) for code, face in sorted(having.items())}
    return {code: image for code, image in drawn.items() if image is not None}


def _faces(files: list[Path]) -> Iterator[Face]:
    for file in files:
        try:
            yield Face(FontLocation(file))
        except FontganError as error:  # a slice of symbols alone
            print(f"  skipped: {error}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
