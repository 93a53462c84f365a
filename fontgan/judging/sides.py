"""What a run's images are measured beside, and how tables call it."""

from __future__ import annotations

from collections.abc import Mapping

MODEL, COPY, NEAREST, STYLE = SIDES = ("model", "copy", "nearest", "style")
TITLES: Mapping[str, str] = {
    MODEL: "drawn",
    COPY: "copy of the content",
    NEAREST: "nearest learnt glyph",
    STYLE: "the style itself",
}
BASELINES: Mapping[str, str] = {side: TITLES[side] for side in (COPY, NEAREST, STYLE)}
