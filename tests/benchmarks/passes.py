"""What checkers and programs say of font files: a line for each font and each pass.

`python -m tests.benchmarks.passes FONT… [--fontbakery PYTHON] [--output DIR]`. The passes:

- contours: direction, overlap and crossings of every glyph in the file;
- round trip: fontTools reads every table, writes it, and reads the same glyphs and advances again;
- sanitizer: OpenType Sanitizer, which browsers pass fonts through;
- FontBakery: its universal profile, by a Python interpreter of another environment (`--fontbakery`), since it
  asks for a version of freetype-py that fontgan cannot use;
- FreeType: every glyph is loaded and filled;
- HarfBuzz: every character becomes one glyph with its own advance, on a line and in a column;
- Chromium: a page loads the font and is set in it; LibreOffice: a PDF, with the font in it. Pictures of both
  are left in `--output`, to be looked at.

A tool that is not installed is named and left out; Chromium, soffice, pdffonts and pdftoppm are looked for on
the PATH. The status is 1 if anything failed.
"""

from __future__ import annotations

import argparse
import html
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import freetype
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont

from fontgan.fonts.charset import scattered
from fontgan.fonts.container import FontFile
from tests.building.winding import faults

# FontBakery's checks that may fail, each with the reason.
WAIVED: dict[str, str] = {}
SHOWN = 120  # characters on a page
SECONDS = 600
_CSS = {".ttf": "truetype", ".otf": "opentype", ".woff": "woff", ".woff2": "woff2"}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


class Missing(Exception):  # noqa: N818 - no error: the pass is left out
    """A tool that is not installed."""


class Failed(Exception):  # noqa: N818 - the font's, not the program's
    """What is wrong with the font."""


def contours(path: Path, _: Path) -> str:
    """Direction and overlap of every glyph."""
    font = TTFont(path)
    found = faults(font)
    if found:
        worst = sorted(found, key=lambda name: -found[name].area)[:10]
        shown = ", ".join(f"{name} ({found[name].area:.0f} units²)" for name in worst)
        crossed = sum(fault.crossings > 0 for fault in found.values())
        raise Failed(
            f"{len(found):,} of {font['maxp'].numGlyphs:,} glyphs, {crossed:,} with crossings: {shown}"
        )
    return f"{font['maxp'].numGlyphs:,} glyphs"


def round_trip(path: Path, _: Path) -> str:
    """Read, written and read again by fontTools."""
    font = TTFont(path, recalcTimestamp=False, recalcBBoxes=False)
    for tag in font.keys():  # noqa: SIM118 - not a dict
        font[tag].__dict__  # noqa: B018 - read now, so that it is written from what was read
    output = io.BytesIO()
    font.save(output)
    first, second = TTFont(path), TTFont(output)
    if first.getGlyphOrder() != second.getGlyphOrder() or first.getBestCmap() != second.getBestCmap():
        raise Failed("other glyphs or characters")
    for name in first.getGlyphOrder():
        same = first["hmtx"][name] == second["hmtx"][name] and drawn(first, name) == drawn(second, name)
        if not same:
            raise Failed(name)
    tags = [tag for tag in first.keys() if tag != "GlyphOrder"]  # noqa: SIM118
    other = [tag.strip() for tag in tags if first.reader[tag] != second.reader[tag]]
    return f"{len(tags) - len(other)} of {len(tags)} tables the same bytes; not {', '.join(other) or 'one'}"


def unpacked(path: Path) -> bytes:
    """A web font as a TTF: neither FreeType's nor HarfBuzz' packages on PyPI read WOFF2."""
    return FontFile.read(path).unpacked


def drawn(font: TTFont, name: str) -> Any:
    """What a glyph draws."""
    pen = RecordingPen()
    font.getGlyphSet()[name].draw(pen)
    return pen.value


def sanitizer(path: Path, _: Path) -> str:
    """OpenType Sanitizer."""
    ots = module("ots", "opentype-sanitizer")
    done = ots.sanitize(str(path), capture_output=True, text=True)
    if done.returncode:
        raise Failed((done.stderr or done.stdout).strip())
    return "ok"


def fontbakery(python: str) -> Callable[[Path, Path], str]:
    """FontBakery's universal profile, by that interpreter."""

    def check(path: Path, folder: Path) -> str:
        if path.suffix not in (".ttf", ".otf"):
            raise Missing("FontBakery for web fonts")
        if not python:
            raise Missing("FontBakery (pass --fontbakery)")
        report = folder / f"{path.name}.fontbakery.json"
        command = [python, "-m", "fontbakery", "check-universal", "--skip-network", "--json", str(report)]
        run([*command, "-q", "-l", "WARN", str(path)], (0, 1))
        results = [
            (check["result"], str(check["key"][1]).split(":")[1].rstrip(">"))
            for section in json.loads(report.read_text(encoding="utf-8"))["sections"]
            for check in section["checks"]
        ]
        failed = {name for result, name in results if result in ("FAIL", "ERROR", "FATAL")}
        warned = sorted(name for result, name in results if result == "WARN")
        if failed - set(WAIVED):
            raise Failed(f"{', '.join(sorted(failed - set(WAIVED)))}; warnings: {', '.join(warned)}")
        waived = "".join(f"; waived: {name} ({WAIVED[name]})" for name in sorted(failed))
        passed = sum(result == "PASS" for result, _ in results)
        return f"{passed} passed, no failure{waived}; warnings: {', '.join(warned) or 'none'}"

    return check


def free_type(path: Path, _: Path) -> str:
    """Every glyph, filled at 24 px."""
    face = freetype.Face(io.BytesIO(unpacked(path)))
    face.set_pixel_sizes(24, 24)
    for number in range(face.num_glyphs):
        face.load_glyph(number, freetype.FT_LOAD_RENDER)
    return f"{face.num_glyphs:,} glyphs"


def harfbuzz(path: Path, _: Path) -> str:
    """Every character, one after another, on a line and in a column."""
    shaper = module("uharfbuzz", "uharfbuzz")
    read = TTFont(path)
    font, mapped = shaper.Font(shaper.Face(unpacked(path))), read.getBestCmap()
    for direction, table in (("ltr", "hmtx"), ("ttb", "vmtx")):
        buffer = shaper.Buffer()
        buffer.add_codepoints(sorted(mapped))
        buffer.guess_segment_properties()
        buffer.direction = direction
        shaper.shape(font, buffer)
        found = [(info.cluster, read.getGlyphName(info.codepoint)) for info in buffer.glyph_infos]
        if found != list(enumerate(mapped[code] for code in sorted(mapped))):
            raise Failed(f"other glyphs than those of its characters ({direction})")
        for (_, name), place in zip(found, buffer.glyph_positions, strict=True):
            if table in read and abs(place.x_advance + place.y_advance) != read[table][name][0]:
                raise Failed(f"the advance of {name} ({direction})")
    return f"{len(mapped):,} characters, both directions"


def chromium(path: Path, folder: Path) -> str:
    """A page that is set in it."""
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        raise Missing("Chromium")
    page, picture = folder / f"{path.name}.page.html", folder / f"{path.name}.page.png"
    page.write_text(_PAGE.format(font=path.resolve().as_uri(), text=text_of(path), format=_CSS[path.suffix]))
    usual = [program, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000"]
    usual += ["--allow-file-access-from-files"]
    shown = run([*usual, "--dump-dom", page.as_uri()])
    if '<body class="loaded">' not in shown:
        raise Failed("the page does not load it")
    run([*usual, f"--screenshot={picture}", "--window-size=900,880", page.as_uri()])
    return f"loaded: {picture.name}"


def libre_office(path: Path, folder: Path) -> str:
    """A text in a PDF, with the font in it, which is installed for this document alone."""
    if path.suffix not in (".ttf", ".otf"):
        raise Missing("LibreOffice for web fonts")
    for tool in ("soffice", "pdffonts", "pdftoppm"):
        if shutil.which(tool) is None:
            raise Missing(tool)
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        (home / "fonts").mkdir()
        shutil.copy(path, home / "fonts")
        document = home / f"{path.name}.fodt"
        family = TTFont(path)["name"].getDebugName(1)
        document.write_text(
            _DOCUMENT.format(family=html.escape(family), text=text_of(path)), encoding="utf-8"
        )
        profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
        convert = [
            "soffice",
            profile,
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            str(document),
        ]
        run(convert, home=home)
    made = folder / f"{path.name}.pdf"
    fonts = run(["pdffonts", str(made)]).splitlines()[2:]
    run(["pdftoppm", "-png", "-singlefile", "-r", "80", str(made), str(made)])
    wanted = TTFont(path)["name"].getDebugName(6).replace("-", "")
    if not any(wanted in line.replace("-", "") and line.split()[-5] == "yes" for line in fonts):
        raise Failed(f"the PDF does not have it: {fonts}")
    return f"embedded: {made.name}.png"


def text_of(path: Path) -> str:
    """Some of its characters, spread over all that it has."""
    return "".join(
        sorted(map(chr, scattered(code for code in TTFont(path).getBestCmap() if code > 0x2FFF)[:SHOWN]))
    )


def module(name: str, package: str) -> Any:
    """A module, unless its package is not installed."""
    try:
        return __import__(name)
    except ImportError as error:
        raise Missing(package) from error


def run(command: list[str], fine: tuple[int, ...] = (0,), home: Path | None = None) -> str:
    """What a program prints; one that ends with another status than those that are fine has failed.

    Args:
        command: the program and what it is given.
        fine: statuses.
        home: the folder where it finds its user's fonts and settings; None for the user's own.
    """
    about = {**os.environ, **({"XDG_DATA_HOME": str(home), "HOME": str(home)} if home else {})}
    done = subprocess.run(command, capture_output=True, text=True, env=about, timeout=SECONDS, check=False)
    if done.returncode not in fine:
        raise Failed(f"{Path(command[0]).name}: status {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout


_PAGE = """<!doctype html><meta charset="utf-8"><style>
@font-face {{ font-family: Shown; src: url("{font}") format("{format}"); }}
p {{ font-family: Shown; margin: 12px; overflow: hidden; overflow-wrap: anywhere; max-height: 330px; }}
</style><body><p style="font-size: 12px">{text}<p style="font-size: 24px">{text}
<p style="font-size: 96px">{text}<p style="font-size: 200px">{text}
<script>document.fonts.load("24px Shown", "{text}").then(
  (faces) => {{ document.body.className = faces.length ? "loaded" : "empty"; }}, () => {{}});</script>"""

_DOCUMENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.2"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:font-face-decls><style:font-face style:name="F" svg:font-family="'{family}'"/>
</office:font-face-decls>
<office:automatic-styles><style:style style:name="P" style:family="paragraph"><style:text-properties
 style:font-name="F" style:font-name-asian="F" fo:font-size="24pt" style:font-size-asian="24pt"/>
</style:style></office:automatic-styles>
<office:body><office:text><text:p text:style-name="P">{text}</text:p></office:text></office:body>
</office:document>"""


def main() -> int:
    """Let every font pass through every tool, and print what each says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fonts", nargs="+", type=Path)
    parser.add_argument("--fontbakery", default="", help="Python interpreter that has FontBakery")
    parser.add_argument("--output", type=Path, default=Path("passes"), help="folder for pictures and reports")
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    passes = {
        "contours": contours,
        "round trip": round_trip,
        "sanitizer": sanitizer,
        "FontBakery": fontbakery(given.fontbakery),
        "FreeType": free_type,
        "HarfBuzz": harfbuzz,
        "Chromium": chromium,
        "LibreOffice": libre_office,
    }
    failed = 0
    for path in given.fonts:
        print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")
        for name, check in passes.items():
            try:
                said = check(path, given.output)
            except Missing as missing:
                said = f"left out: no {missing}"
            except Failed as wrong:
                said, failed = f"FAILED: {wrong}", failed + 1
            print(f"  {name:<12} {said}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
