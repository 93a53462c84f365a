"""The characters by which a run is judged: those that are measured, and a few to look at."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from fontgan.data.splits import is_in
from fontgan.drawing.drawer import Drawer
from fontgan.drawing.fonts import any_draws
from fontgan.errors import FontganError
from fontgan.fonts.charset import describe_characters, gb2312_level, is_han, scattered
from fontgan.judging.truth import Truth

_FEW = 10  # characters: the mean of fewer says little

_OTHERS = "pass others with {chars}, or a font that has their true glyphs with {truth}"


def characters_to_measure(
    drawer: Drawer, truth: Truth, codes: Sequence[int] | None, whole: bool
) -> tuple[list[int], list[str]]:
    """The characters to measure, and notes on those that are omitted, one line each.

    Args:
        drawer: what draws them.
        truth: their true glyphs.
        codes: those that were asked for; None for the test characters of the run, or, with a whole font,
            those of GB 2312 level 1 that the style font lacks.
        whole: whether there is a whole font.

    Raises:
        FontganError: there are no true glyphs, or none of the characters can be measured.
    """
    if not drawer.styles and not whole:
        raise FontganError(
            f"the style font of {drawer.name} is missing, so there are no true glyphs to compare with "
            f"({'; '.join(drawer.notes)})",
            "move it into the current folder, or pass a font that has its glyphs with {truth}",
        )
    if codes is not None:
        return _measurable(drawer, truth, dict.fromkeys(codes))
    if whole:
        return _measurable(drawer, truth, _lacking(drawer))
    return _measurable(drawer, truth, _held_out(drawer, truth))


def characters_to_look_at(drawer: Drawer, most: int) -> list[int]:
    """Up to `most` characters that a drawer can draw, the best to judge it by first.

    Best are Chinese characters that the style has too and that were not learnt from. Where there are too few,
    others follow: those that were learnt from last. Their order is scattered, and always the same.
    """

    def rank(code: int) -> tuple[bool, bool]:
        return drawer.learnt(code), not is_han(code)

    sides = [fonts for fonts in (drawer.styles, drawer.contents) if fonts]
    mapped = scattered({code for font in sides[0] for code in font.source.mapped()})
    drawn = (code for code in sorted(mapped, key=rank) if all(any_draws(fonts, code) for fonts in sides))
    return list(itertools.islice(drawn, most))


def _lacking(drawer: Drawer) -> list[int]:
    """GB 2312 level 1, but for what the style font has or training learnt."""
    return [
        code for code in gb2312_level(1) if not drawer.learnt(code) and not any_draws(drawer.styles, code)
    ]


def _held_out(drawer: Drawer, truth: Truth) -> list[int]:
    """The test characters of the run, that both fonts draw.

    Of older runs, which do not say what they learnt, and of datasets with fewer characters than the fonts,
    those that the hash of the code point keeps apart: Chinese ones alone, if the run learnt no others.
    """
    record = drawer.record
    if record.few and not record.few.held_out:
        raise FontganError(f"{drawer.name} holds out no character: it had {len(record.few)}", _OTHERS)
    if record.few:
        return [ord(character) for character in record.few.held_out]
    chinese = all(is_han(ord(character)) for character in record.learnt_characters)
    found = [
        code
        for code in truth.mapped()
        if is_in("test", code, None)
        and (is_han(code) or not chinese)
        and truth.has(code)
        and any_draws(drawer.contents, code)
    ]
    if not found:
        raise FontganError(f"{drawer.name} holds out no character that its fonts draw", _OTHERS)
    return found


def _measurable(
    drawer: Drawer, truth: Truth, asked: Sequence[int] | dict[int, None]
) -> tuple[list[int], list[str]]:
    """Those that were not learnt, have a content glyph and a true one; and notes."""
    learnt, lacking, without, kept = [], [], [], []
    for code in asked:
        if drawer.learnt(code):
            learnt.append(code)
        elif not any_draws(drawer.contents, code):
            lacking.append(code)
        elif not truth.has(code):
            without.append(code)
        else:
            kept.append(code)
    omitted = {
        "learnt from, so they prove nothing": learnt,
        "the content font does not have": lacking,
        "the style font has no true glyph of": without,
    }
    notes = [f"omitted: {why}: {describe_characters(codes)}" for why, codes in omitted.items() if codes]
    if not kept:
        reasons = "; ".join(notes).replace("omitted: ", "")
        raise FontganError(f"no character can be measured ({reasons or 'none was asked for'})", _OTHERS)
    return kept, notes + _remarks(drawer, kept)


def _remarks(drawer: Drawer, codes: Sequence[int]) -> list[str]:
    """What the figures of these characters are worth."""
    few = drawer.record.few
    watched = [code for code in codes if is_in("validation", code, few)]
    notes = []
    if len(codes) < _FEW:
        notes.append(f"figures of {len(codes)} characters scatter: of {_FEW} or more they mean something")
    if watched:
        notes.append(
            f"{len(watched):,} of the {len(codes):,} characters were watched during training, and the best "
            "checkpoint chosen by them: their figures are a little too good"
        )
    return notes
