"""Drawings of networks: what a network consists of, as one SVG.

The maps get smaller on the way down, at the left, and larger on the way up, at the right; what skips the
stages between runs across, in colour.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

from fontgan.anatomy.layers import Anatomy, Part, SkipConnection
from fontgan.files import write_text
from fontgan.networks.counting import in_short
from fontgan.report.network_layout import BESIDE, LETTER, LINE, MARGIN, Box, Layout, label_of, lower_by

_INK, _PALE, _FILL, _ACCENT = "#222222", "#6f6f6f", "#f0f0ec", "#b8431f"
_LEGEND = (
    "The height of a box is the size of its maps, its width their number, both on a logarithmic scale.",
    "Under its name: channels × height × width, and its weights.",
)
_JOINS = {"concat": "concat", "add": "add", "everywhere": "concat, at every position"}


def save_network(path: Path, anatomy: Anatomy, title: str) -> None:
    """Draw a network and write it to `path`, an SVG, whole or not at all.

    Raises:
        FontganError: it cannot be written.
    """
    write_text(path, draw_network(anatomy, title))


def draw_network(anatomy: Anatomy, title: str) -> str:
    """An SVG of its parts, one below the other."""
    top = MARGIN + 60.0
    shapes: list[str] = []
    width = 2 * MARGIN + LETTER * max(len(_LEGEND[0]), 1.5 * len(title))
    for number, part in enumerate(anatomy.parts, 1):
        if part.title:
            heading = f"{number}. {part.title}"
            shapes.append(_text(MARGIN, top + LINE / 2, heading, weight="bold", size=14))
            top += 2 * LINE
        layout = Layout(part, top)
        shapes += _draw_part(part, layout)
        top = layout.bottom + LINE
        width = max(width, layout.right + MARGIN)
        for note in part.notes:
            top += LINE
            shapes.append(_text(MARGIN, top, note, fill=_PALE))
            width = max(width, 2 * MARGIN + LETTER * len(note))
        top += 1.5 * LINE
    shapes += [_text(MARGIN, top + line * LINE, words, fill=_PALE) for line, words in enumerate(_LEGEND)]
    height = top + LINE + MARGIN
    weights = f"{anatomy.parameters:,} weights"
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="Helvetica, Arial, sans-serif">',
        f"<title>{_escaped(title)}</title>",
        _arrow_heads(),
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="white"/>',
        _text(MARGIN, MARGIN + 12, title, weight="bold", size=18),
        _text(MARGIN, MARGIN + 32, weights, fill=_PALE),
    ]
    return "\n".join([*head, *shapes, "</svg>"]) + "\n"


def _draw_part(part: Part, layout: Layout) -> list[str]:
    boxes, columns = layout.boxes, layout.columns
    lines = [_draw_skip(skip, layout) for skip in part.skips]
    for side in ("style", "encoder", "middle", "decoder"):
        placed = [boxes[stage.name] for stage in columns[side]]
        lines += [_draw_step(above, below) for above, below in pairwise(placed)]
    middle = [boxes[stage.name] for stage in columns["middle"]]
    if middle and columns["encoder"]:
        last, first = boxes[columns["encoder"][-1].name], middle[0]
        aside = 3 if any(skip.end == first.stage.name for skip in part.skips) else 0
        lines.append(_path(f"M {last.x:.1f} {last.bottom:.1f} V {first.y - aside:.1f} H {first.left:.1f}"))
    if middle and columns["decoder"]:
        last, first = middle[-1], boxes[columns["decoder"][0].name]
        lines.append(_path(f"M {last.right:.1f} {last.y:.1f} H {first.x:.1f} V {first.bottom:.1f}"))
    for box in boxes.values():
        lines += _draw_box(box, box.stage in part.inputs, layout.stacked)
    return lines


def _draw_box(box: Box, given: bool, stacked: bool) -> list[str]:
    dashes = ' stroke-dasharray="3 3"' if given else ""
    rectangle = (
        f'<rect x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" '
        f'rx="2" fill="{"white" if given else _FILL}" stroke="{_INK}"{dashes}/>'
    )
    x, anchor, y = box.left - BESIDE, "end", box.y - 3
    if box.stage.side == "middle" and not stacked:
        x, anchor, y = box.x, "middle", box.bottom + LINE
    elif box.stage.side in ("middle", "decoder"):
        x, anchor = box.right + BESIDE, "start"
    name, facts = label_of(box.stage)
    weight = "normal" if given else "bold"
    return [
        rectangle,
        _text(x, y, name, weight=weight, anchor=anchor),
        _text(x, y + LINE, facts, fill=_PALE, anchor=anchor),
    ]


def _draw_step(first: Box, then: Box) -> str:
    """From a box to the one below or above it."""
    down = then.y > first.y
    start, end = (first.bottom, then.top) if down else (first.top, then.bottom)
    return _path(f"M {first.x:.1f} {start:.1f} V {end:.1f}")


def _draw_skip(skip: SkipConnection, layout: Layout) -> str:
    """Straight across; from the style below the labels of the encoder."""
    start, end = layout.boxes[skip.start], layout.boxes[skip.end]
    words = _JOINS[skip.join] + (f" · {in_short(skip.parameters)}" if skip.parameters else "")
    if end.stage.side == "middle":
        line = f"M {start.right:.1f} {start.y:.1f} H {end.left - 16:.1f} V {end.y + 3:.1f} H {end.left:.1f}"
        label = _text(start.right + 8, start.y + LINE, words, fill=_ACCENT)
    elif start.stage.side == "style":
        half = max(start.height, end.height) / 2
        lower = start.y + lower_by(half)
        line = (
            f"M {start.right:.1f} {start.y:.1f} h 12 V {lower:.1f} H {end.left - 16:.1f} "
            f"V {end.y + end.height / 2 - 4:.1f} H {end.left:.1f}"
        )
        label = _text(layout.middle, lower + 13, words, fill=_ACCENT, anchor="middle")
    else:
        line = f"M {start.right:.1f} {start.y:.1f} H {end.left:.1f}"
        label = _text(layout.middle, start.y - 6, words, fill=_ACCENT, anchor="middle")
    return f"{_path(line, _ACCENT)}\n{label}"


def _path(line: str, colour: str = _INK) -> str:
    head = "skip" if colour == _ACCENT else "step"
    return f'<path d="{line}" fill="none" stroke="{colour}" stroke-width="1.3" marker-end="url(#{head})"/>'


def _arrow_heads() -> str:
    heads = "".join(
        f'<marker id="{name}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M 0 0.5 L 8 4 L 0 7.5 z" fill="{colour}"/></marker>'
        for name, colour in (("step", _INK), ("skip", _ACCENT))
    )
    return f"<defs>{heads}</defs>"


def _text(
    x: float,
    y: float,
    words: str,
    weight: str = "normal",
    size: int = 12,
    fill: str = _INK,
    anchor: str = "start",
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" fill="{fill}" '
        f'text-anchor="{anchor}">{_escaped(words)}</text>'
    )


def _escaped(text: str) -> str:
    """For XML, which has no control characters."""
    return escape("".join(letter for letter in text if letter.isprintable()))
