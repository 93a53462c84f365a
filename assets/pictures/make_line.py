"""Set the line that the README begins with, in the font that `make demo` makes.

    make demo
    python assets/pictures/make_line.py fonts/fontgan-kai.ttf

It is from 王羲之, Preface to the Poems of the Orchid Pavilion (353): «Those who come after will look upon us
as we look upon those who went before.» The style font has none of its characters: all were drawn.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from fontgan.assets import bundled_font
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.sheet import save_png

LINE = ("后之视今", "亦犹今之视昔")
STYLE_FONT = "fontgan-kai.ttf"
PICTURE = Path(__file__).parents[2] / "docs" / "line.png"
SIZE = 144  # pixels per em
GAP, MARGIN = SIZE // 2, SIZE // 6  # between the parts of the line, and around it


def missing_from(font: Path) -> list[str]:
    """The characters of the line that a font does not draw."""
    face = Face(FontLocation(font))
    return [char for char in dict.fromkeys("".join(LINE)) if not face.draws(ord(char))]


def draw_line(font: Path) -> Image.Image:
    """The line, black on white (mode L)."""
    face = ImageFont.truetype(font, SIZE, layout_engine=ImageFont.Layout.BASIC)
    width = round(sum(map(face.getlength, LINE))) + GAP * (len(LINE) - 1)
    image = Image.new("L", (width + 2 * MARGIN, SIZE + 2 * MARGIN), 255)
    draw, x = ImageDraw.Draw(image), float(MARGIN)
    for part in LINE:
        draw.text((x, MARGIN + 0.88 * SIZE), part, fill=0, font=face, anchor="ls")
        x += face.getlength(part) + GAP
    return image


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the picture, unless the font lacks a part of the line or the style font has one."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("font", type=Path, help="font that export-font made")
    parser.add_argument("--style", type=Path, default=bundled_font(STYLE_FONT), help="font that was learnt")
    parser.add_argument("--output", type=Path, default=PICTURE, help="PNG to write")
    given = parser.parse_args(arguments)
    if lacking := missing_from(given.font):
        sys.exit(f"{given.font} does not have {''.join(lacking)}")
    if missing_from(given.style) != list(dict.fromkeys("".join(LINE))):
        sys.exit(f"{given.style} has characters of the line itself: choose another line")
    save_png(given.output, draw_line(given.font))
    print(given.output)


if __name__ == "__main__":
    main()
