"""Make the lists of characters that no codec of Python has, out of the Unicode Character Database.

    python assets/charsets/make.py Unihan_OtherMappings.txt

The file is part of Unihan.zip (unicode.org/Public/UCD/latest/ucd/) and of Debian's package unicode-data.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

FOLDER = Path(__file__).parent
WIDTH = 50  # characters a line


def characters_of(text: str, field: str) -> list[tuple[str, str]]:
    """(Value, character) of each line of Unihan that has the field, in the order of the file."""
    lines = re.findall(rf"^U\+([0-9A-F]+)\t{field}\t(.+)$", text, flags=re.MULTILINE)
    return [(value, chr(int(code, 16))) for code, value in lines]


def write(name: str, characters: list[str]) -> None:
    """Write the characters beside this script, in lines, in UTF-8."""
    lines = ["".join(characters[start : start + WIDTH]) for start in range(0, len(characters), WIDTH)]
    (FOLDER / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {len(characters):,} characters")


def main() -> None:
    """Read Unihan and write the two lists."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("unihan", type=Path)
    text = parser.parse_args().unihan.read_text(encoding="utf-8")
    # kTGH is «2013:» and the character's number in the table, of which the first 3,500 are level 1.
    numbered = sorted(
        (int(value.split()[0].split(":")[1]), char) for value, char in characters_of(text, "kTGH")
    )
    write("gb18030-common.txt", [char for _, char in numbered])
    # kJoyoKanji is the year, or the code point of the form that the table really has.
    write(
        "joyo.txt", [char for value, char in characters_of(text, "kJoyoKanji") if not value.startswith("U+")]
    )


if __name__ == "__main__":
    main()
