"""Make the three fonts of this folder from the fonts they are subsets of.

    python assets/fonts/make_fonts.py --noto NotoSansCJK-Regular.ttc \
        --wenkai LXGWWenKai-Regular.ttf --ma-shan-zheng ma-shan-zheng.ttf

README.md beside this file says where those come from. The content font keeps every character of
GB2312 level 1; the style fonts keep the same 1,000 of them, spread evenly over the level's order,
without the characters that the program's first example has to draw.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from fontgan.fonts.charset import gb2312_level

FOLDER = Path(__file__).parent
STYLE_COUNT = 1000
TO_BE_DRAWN = "永和"

# OpenType name identifiers: 1 family, 2 style, 4 full name, 6 PostScript name, 16 typographic family.
KEPT_NAMES = [0, 1, 2, 3, 4, 5, 6, 9, 11, 12, 13, 14]


def style_characters() -> list[int]:
    """The 1,000 code points of the style fonts: every 3.75th of GB2312 level 1."""
    candidates = [code for code in gb2312_level(1) if chr(code) not in TO_BE_DRAWN]
    return [candidates[i * len(candidates) // STYLE_COUNT] for i in range(STYLE_COUNT)]


def make_subset(source: Path, face: int, characters: list[int], output: Path, family: str) -> None:
    """Write the glyphs of `characters` to `output`, under the name `family`; outlines unchanged."""
    options = subset.Options(
        layout_features=[],
        hinting=False,
        notdef_outline=True,
        name_IDs=KEPT_NAMES,
        name_languages=[0x409],
        drop_tables=["BASE", "GDEF", "GPOS", "GSUB", "DSIG", "gasp"],
    )
    font = subset.load_font(str(source), options) if face < 0 else TTFont(source, fontNumber=face)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)
    rename(font, family)
    font["head"].modified = font["head"].created  # the same input gives the same bytes
    font.recalcTimestamp = False
    font.save(output)
    print(f"{output.name}: {len(characters)} characters, {output.stat().st_size / 1e6:.2f} MB")


def rename(font: TTFont, family: str) -> None:
    """Give `font` the family name `family` wherever its name table holds a name of its own."""
    postscript = family.replace(" ", "") + "-Regular"
    values = {1: family, 2: "Regular", 3: f"fontgan subset: {postscript}", 4: family, 6: postscript}
    for identifier, value in values.items():
        font["name"].setName(value, identifier, 3, 1, 0x409)
    if "CFF " in font:
        compact = font["CFF "].cff
        compact.fontNames = [postscript]
        compact[0].FullName = compact[0].FamilyName = family


def main() -> None:
    """Read the three paths and write the three subsets beside this script."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--noto", type=Path, required=True)
    parser.add_argument("--wenkai", type=Path, required=True)
    parser.add_argument("--ma-shan-zheng", type=Path, required=True)
    given = parser.parse_args()
    style = style_characters()
    make_subset(given.noto, 2, gb2312_level(1), FOLDER / "noto-sans-sc.otf", "Noto Sans SC")
    # «LXGW» and «霞鹜» are reserved names of the original: a modified version must not carry them.
    make_subset(given.wenkai, -1, style, FOLDER / "fontgan-kai.ttf", "Fontgan Kai")
    make_subset(given.ma_shan_zheng, -1, style, FOLDER / "ma-shan-zheng.ttf", "Ma Shan Zheng")


if __name__ == "__main__":
    main()
