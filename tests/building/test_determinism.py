"""The same input gives the same bytes in any process, whatever its hashes, its time zone and its language."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.building.outlines import kerned_font

ROOT = Path(__file__).parents[2]
# Another process makes one of everything, and prints a digest of each file.
_MAKE = """
import hashlib, sys
from pathlib import Path
import numpy as np
from fontgan.building.font import build_font
from fontgan.building.merge import merge_font
from fontgan.building.names import Names
from fontgan.building.ufo import Picture, write_ufo
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.location import FontLocation
from tests.building.outlines import rings

folder, own = map(Path, sys.argv[1:])
names = Names("My Hand", "我的字")
for kind in ("ttf", "otf", "woff", "woff2"):
    (folder / kind).write_bytes(build_font(rings(), names, kind).content)
(folder / "merged").write_bytes(merge_font(FontLocation(own), rings(), family="Other").content)
pictures = {ring.code: Picture(np.full((64, 64), 7, np.uint8), Canvas(64), 0.0) for ring in rings()}
write_ufo(folder / "hand.ufo", rings(), names, pictures, {0x5000: "blurred"}, ())
for path in sorted(path for path in folder.rglob("*") if path.is_file()):
    print(path.relative_to(folder), hashlib.sha256(path.read_bytes()).hexdigest())
"""


def digests(folder: Path, own: Path, **environment: str) -> list[str]:
    """What a process of that environment makes."""
    folder.mkdir()
    about = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    command = [sys.executable, "-c", _MAKE, str(folder), str(own)]
    made = subprocess.run(command, capture_output=True, text=True, check=True, env=about)
    return made.stdout.splitlines()


def test_hashes_time_zone_and_language_change_nothing(tmp_path: Path) -> None:
    own = kerned_font(tmp_path / "own.ttf")
    first = digests(tmp_path / "one", own, PYTHONHASHSEED="1", TZ="Pacific/Kiritimati", LC_ALL="C")
    other = digests(tmp_path / "two", own, PYTHONHASHSEED="2", TZ="Pacific/Pago_Pago", LC_ALL="tr_TR.UTF-8")
    assert first == other
    assert {line.split()[0] for line in first} >= {"ttf", "otf", "woff", "woff2", "merged"}
    assert sum("hand.ufo" in line for line in first) > 16
