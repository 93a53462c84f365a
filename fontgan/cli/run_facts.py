"""What a run is, in words, and its network: for the terminal and for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from fontgan.anatomy.layers import Anatomy
    from fontgan.runs.record import CheckpointRecord


def facts_of(record: CheckpointRecord) -> dict[str, str]:
    """What a run learnt from, and how, by name; empty where there is nothing to say."""
    from fontgan.data.record import families
    from fontgan.models import find_model

    model = find_model(record.model)
    many, learnt = len(record.styles) > 1, len(record.learnt_characters)
    return {
        "model": f"{record.model}: {model.summary}",
        "source": model.source,
        "started from": record.base.name if record.base is not None else "",
        "first stage": record.first.model if record.first is not None else "",
        "content": families(record.contents) + (", stacked as channels" if record.stacked else ""),
        f"styles ({len(record.styles)})" if many else "style": families(record.styles, most=8),
        "learnt from": f"{learnt:,} characters" if learnt else "",
    }


def figures_of(record: CheckpointRecord) -> dict[str, str]:
    """What was measured of a checkpoint during training, and by what it was chosen."""
    from fontgan.measures.table import MEASURES, in_words

    watched = "learnt" if record.few and not record.few.held_out else "held out"
    best_by = MEASURES[record.best_by].title if record.best_by in MEASURES else record.best_by
    return {watched: in_words(record.measures), "best by": best_by}


def network_of(generator: nn.Module, record: CheckpointRecord) -> Anatomy:
    """What its network consists of."""
    from fontgan.anatomy.layers import dissect
    from fontgan.models import find_model
    from fontgan.models.examples import example_inputs

    kind = find_model(record.model)
    inputs = example_inputs(kind, record.settings, record.size, contents=record.channels)
    return dissect(generator, inputs)
