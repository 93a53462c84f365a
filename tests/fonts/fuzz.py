"""Damaged fonts by the thousand: `python -m tests.fonts.fuzz SEED COUNT FONT…`.

Each is a copy of one of the fonts, cut off or with some bytes changed, above all in its headers and tables of
numbers. What comes of it must be a FontganError or glyph images. Memory and time are bounded: a process that
needs more of either dies, which is what the test then sees.
"""

from __future__ import annotations

import faulthandler
import random
import resource
import signal
import sys
import warnings
from collections import Counter
from itertools import islice
from pathlib import Path

import numpy as np

from fontgan.errors import FontganError
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.container import FontFile
from fontgan.fonts.description import describe
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation

MEMORY = 1 << 30
SECONDS = 10  # for one font; a whole one takes hundredths


def mutated(content: bytes, chance: random.Random) -> bytes:
    """A damaged copy of a file."""
    data = bytearray(content)
    kind = chance.choice(("cut", "bits", "bytes", "numbers", "zeros"))
    if kind == "cut":
        return bytes(data[: chance.randrange(len(data))])
    # Half of all damage goes to the first bytes: header, directory, the small tables.
    reach = chance.choice((min(400, len(data)), len(data)))
    for _ in range(chance.choice((1, 2, 8, 40))):
        place = chance.randrange(reach)
        if kind == "bits":
            data[place] ^= 1 << chance.randrange(8)
        elif kind == "bytes":
            data[place] = chance.randrange(256)
        elif kind == "zeros":
            data[place : place + 16] = bytes(len(data[place : place + 16]))
        else:
            number = chance.choice(
                (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff", b"\x80\0", b"\0\0\0\1")
            )
            data[place : place + len(number)] = number[: len(data) - place]
    return bytes(data)


def outcome_of(path: Path, content: bytes, describes: bool) -> str:
    """What comes of a font: `refused`, or `read` if all its glyph images are as they should be."""
    try:
        face = Face(FontLocation(path), FontFile(path, content))
        for code in [*islice(face.mapped(), 20), 0x4E00]:
            image = face.draw(code, Canvas(64), 0.01)
            if image is not None:
                assert image.dtype == np.uint8
                assert image.shape == (64, 64)
                assert image.min() < 255
        if describes:
            describe(face)
    except FontganError as error:
        assert "\n" not in str(error)
        return "refused"
    return "read"


def main() -> None:
    """Damage, read, and print how many fonts were refused and how many read."""
    seed, count, *fonts = sys.argv[1:]
    faulthandler.enable()
    warnings.simplefilter("error")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY, resource.RLIM_INFINITY))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    chance = random.Random(int(seed))
    contents = [(Path(font), Path(font).read_bytes()) for font in fonts]
    outcomes: Counter[str] = Counter()
    for number in range(int(count)):
        path, content = chance.choice(contents)
        signal.alarm(SECONDS)
        outcomes[outcome_of(path, mutated(content, chance), describes=number % 20 == 0)] += 1
    signal.alarm(0)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"{outcomes['read']} read, {outcomes['refused']} refused, {grown:.0f} MB more memory")


def _address_space() -> int:
    """Bytes of address space that this process has already."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()
