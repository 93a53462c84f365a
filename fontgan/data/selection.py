"""Which glyphs of a store a view shows: those of some faces and of one split."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain

import torch

from fontgan.data.images import GlyphKey, load_images
from fontgan.data.splits import Few, Split, few_of, first_characters, is_in
from fontgan.data.store import GlyphStore
from fontgan.data.views import View
from fontgan.errors import FontganError


def few_characters(store: GlyphStore, contents: Sequence[str], styles: Sequence[str]) -> Few | None:
    """How the characters are divided that some styles share with the content, if they are few.

    Raises:
        FontganError: there is no such face.
    """
    store.record.select([*contents, *styles])
    drawn = set(store.content(contents))
    return few_of(code for style in styles for code in store.codes(style) if code in drawn)


def load_view(
    store: GlyphStore,
    contents: Sequence[str],
    styles: Sequence[str],
    split: Split,
    paired: bool = True,
    stacked: bool = False,
    room: int | None = None,
    few: Few | None = None,
    learn: int = 0,
) -> View:
    """The characters of one split in some content faces and in some styles, by their keys in the store.

    Paired, each glyph of a style stands beside the same character of the content. Unpaired, both sides have
    all their characters of the split, and no batch has a character beside itself.

    Args:
        store: which must stay open where the images do not fit into memory.
        contents: the keys of the content faces, in order.
        styles: the keys of the faces to learn; their order numbers the styles.
        split: which characters.
        paired: whether the two sides show the same characters.
        stacked: whether each content face is a channel of its own, blank where it lacks a character;
            otherwise the first that has a character gives it.
        room: bytes that the images may take in memory; any number where it is None.
        few: how the characters are divided, as `few_characters` says.
        learn: how many characters of each style are learnt, those of `first_characters`, with the same ones
            on both sides; 0: all. Held-out characters stay as they are.

    Raises:
        FontganError: there is no such face, one is both content and style, or a style has no character that
            could be learnt, or fewer than `learn`.
    """
    _check_faces(store, contents, styles)
    givers = _givers(store, contents, split, stacked, few)
    limit = learn if split == "train" or (few and not few.held_out) else 0
    side_b, numbers = _style_side(store, styles, split, few, givers if paired or limit else None, limit)
    codes_b = [code for _, code in side_b]
    if limit:
        givers = {code: givers[code] for code in set(codes_b)}
    if not paired and len(set(codes_b)) == 1:  # no other could stand in where it meets itself
        raise FontganError(
            f"{store.path} has one character in the {split} split, and unpaired batches need two"
        )
    codes_a = codes_b if paired else sorted(givers)
    side_a = [[(face, code) for face in givers[code]] for code in codes_a]
    keys = list(dict.fromkeys([key for key in chain(*side_a, side_b) if key[0]]))
    rows = {key: row for row, key in enumerate(keys)}
    return View(
        load_images(store, keys, room),
        torch.tensor(codes_a),
        torch.tensor([[rows.get(key, -1) for key in channels] for channels in side_a]),
        torch.tensor(codes_b),
        torch.tensor([rows[key] for key in side_b]),
        torch.tensor(numbers),
        paired,
    )


def _check_faces(store: GlyphStore, contents: Sequence[str], styles: Sequence[str]) -> None:
    store.record.select([*contents, *styles])
    for key in contents:
        if key in styles:
            raise FontganError(
                f"{key} cannot be both content and style", "choose other faces with {content} or {style}"
            )


def _givers(
    store: GlyphStore, contents: Sequence[str], split: Split, stacked: bool, few: Few | None
) -> dict[int, list[str]]:
    """The face of each channel for each character of the split that a content face has; "" for a blank."""
    first = {code: face for code, face in store.content(contents).items() if is_in(split, code, few)}
    if not stacked:
        return {code: [face] for code, face in first.items()}
    drawn = {face: set(store.codes(face)) for face in contents}
    return {code: [face if code in drawn[face] else "" for face in contents] for code in first}


def _style_side(
    store: GlyphStore,
    styles: Sequence[str],
    split: Split,
    few: Few | None,
    content: Collection[int] | None,
    limit: int,
) -> tuple[list[GlyphKey], list[int]]:
    """The glyphs of the styles, and the number of the style of each.

    Args:
        store: the store.
        styles: the keys of the faces.
        split: which characters.
        few: how they are divided.
        content: those of the split that the content has, where the others cannot be used.
        limit: how many of each style are taken; 0: all.
    """
    side: list[GlyphKey] = []
    numbers: list[int] = []
    for number, style in enumerate(styles):
        drawn = store.codes(style)
        codes = [code for code in drawn if (is_in(split, code, few) if content is None else code in content)]
        if not codes and (split == "train" or few):
            raise FontganError(
                f"none of the {len(drawn)} characters of {style} in {store.path} can be learnt: the content "
                "fonts lack them, or they are held out",
                "draw more, or render more with {render_dataset} and {charset}",
            )
        if limit > len(codes):
            raise FontganError(
                f"{style} has {len(codes):,} characters to learn in {store.path}, fewer than {limit:,}",
                "pass a smaller {learn}, or render more with {render_dataset} and {charset}",
            )
        codes = first_characters(codes, limit) if limit else codes
        side += [(style, code) for code in codes]
        numbers += [number] * len(codes)
    return side, numbers
