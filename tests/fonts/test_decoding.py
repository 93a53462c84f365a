"""Pictures made to do harm: refused by their first bytes, or decoded in little memory."""

from __future__ import annotations

import resource
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.location import FontLocation
from fontgan.fonts.pictures import PictureFolder
from tests.crafted import png


@pytest.mark.parametrize(("width", "height"), [(20000, 10), (4097, 4097), (6000000, 1), (1, 65000)])
def test_a_picture_that_is_too_large_is_refused_at_the_start(tmp_path: Path, width: int, height: int) -> None:
    (tmp_path / "永.png").write_bytes(png(width, height))
    (tmp_path / "和.png").write_bytes(png(64, 64))
    with pytest.raises(FontganError, match=rf"永.png is too large \({width:,} × {height:,} pixels\)"):
        PictureFolder(FontLocation(tmp_path))
    (tmp_path / "永.png").unlink()
    assert PictureFolder(FontLocation(tmp_path)).draws(ord("和"))


@pytest.mark.slow
def test_sixteen_threads_draw_the_largest_pictures_in_a_gigabyte(tmp_path: Path) -> None:
    folder = tmp_path / "large"
    folder.mkdir()
    for code in range(16):
        (folder / f"U+{0x4E00 + code:X}.png").write_bytes(png(4096, 4096 - code))
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
