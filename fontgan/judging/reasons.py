"""Why a drawn glyph is doubtful, in words."""

from __future__ import annotations

import numpy as np

from fontgan.fonts.charset import code_point_name
from fontgan.outlines.remarks import MOST_INK, PALE

_ALONE = 0.1  # of the pixels: those of glyphs in 70 fonts at most 0.014, of random pixels 0.31
_WRONG, _PERHAPS = 0.5, 0.1  # probability that a cell is wrong, and that it may be
_LEAST = 0.25  # of what is wrong in the worst place: less is not worth a word
_CLEAR = 0.9  # probability of its own character: about nine of ten true glyphs of print fonts have more
_SURE = 0.3  # probability of another character that is worth its name
_EVERYWHERE = 4  # of the nine places
_ROWS, _COLUMNS = ("upper", "", "lower"), ("left", "", "right")
_SIDES = {"upper": "top", "lower": "bottom", "left": "left", "right": "right"}


def unreadable(image: np.ndarray) -> str:
    """Why an image cannot show any character: it is blank, noise or almost all ink; empty where it may.

    Args:
        image: uint8 (size, size), 0 = ink, 255 = paper.
    """
    if image.min() > PALE:
        return "the image is blank"
    if 1 - float(image.mean()) / 255 > MOST_INK:
        return "the image is almost all ink"
    return "the image is noise" if _standing_alone(image <= PALE) > _ALONE else ""


def why(code: int, missing: np.ndarray, extra: np.ndarray, read_as: int | None, sureness: float) -> str:
    """What is wrong with a glyph that has been found doubtful: `ink missing at the lower left`.

    Args:
        code: the character that it should show.
        missing: the probability that ink is missing in each cell, (16, 16).
        extra: the same for ink that should not be there.
        read_as: the character that it was read as; None where the recogniser does not know `code`.
        sureness: of that, 0 to 1.
    """
    found = _places(missing, extra, _WRONG) or [
        f"perhaps {place}" for place in _places(missing, extra, _PERHAPS)
    ]
    if read_as is not None and read_as != code:
        other = f"reads as {chr(read_as)} {code_point_name(read_as)} ({sureness:.0%})"
        found.append(other if sureness >= _SURE else "hard to read")
    elif read_as is not None and sureness < _CLEAR:
        found.append(f"close to another character: reads as itself with {sureness:.0%} only")
    return "; ".join(found) or "unlike the content glyph as a whole"


def _places(missing: np.ndarray, extra: np.ndarray, least: float) -> list[str]:
    """What is wrong where, in cells that are wrong with a probability above the least."""
    kinds = (("ink missing", missing), ("too much ink", extra))
    return [f"{what} {where}" for what, cells in kinds if (where := _where(cells, least))]


def _where(cells: np.ndarray, least_likely: float) -> str:
    """In which of nine places cells are wrong, the most wrong first; empty where none are."""
    wrong = np.where(cells > least_likely, cells, 0.0)
    nine = np.array(
        [[part.sum() for part in np.array_split(rows, 3, 1)] for rows in np.array_split(wrong, 3)]
    )
    least = _LEAST * nine.max()
    order = [int(place) for place in np.argsort(-nine, axis=None, kind="stable") if nine.flat[place] > least]
    if len(order) >= _EVERYWHERE:
        return "in many places"
    return " and ".join(_named(*divmod(place, 3)) for place in order[:2])


def _named(row: int, column: int) -> str:
    words = [word for word in (_ROWS[row], _COLUMNS[column]) if word]
    match words:
        case []:
            return "in the middle"
        case [side]:
            return f"at the {_SIDES[side]}"
        case _:
            return f"at the {' '.join(words)}"


def _standing_alone(black: np.ndarray) -> float:
    """The share of pixels that at most one of their four neighbours is like."""
    inner = black[1:-1, 1:-1]
    around = (black[:-2, 1:-1], black[2:, 1:-1], black[1:-1, :-2], black[1:-1, 2:])
    alike = sum((inner == side).astype(np.int8) for side in around)
    return float(np.mean(alike <= 1))
