"""The catalogue of all models and presets: what they are for, and what they cost."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from fontgan.compute.choosing import choose_engine
from fontgan.compute.engine import Engine
from fontgan.config.settings import ModelSettings
from fontgan.models import find_model, model_names
from fontgan.models.base import GeneratorSpec, Model
from fontgan.models.examples import example_batch, example_inputs, example_spec
from fontgan.models.memory import check_memory
from fontgan.networks.counting import count_weights
from fontgan.progress import Silent, Watcher

_MIDST = 0.5  # of a run, when everything takes part in a step


@dataclass(frozen=True)
class Entry:
    """One preset of a model.

    Attributes:
        model, preset: their names.
        summary, source, purpose: of the model: what it is, who published it, what it is for.
        paired: whether it learns from pairs.
        many_styles: whether one network learns all styles.
        conditions: what the generator is called with besides the content.
        parameters: weights of the generator, with those of the first stage and of the way back.
        flops: for one glyph: two for each multiplication of layers and its addition.
        loss: of the generator, in words.
        images_per_second: glyphs learnt from per second; None where it was not measured.
    """

    model: str
    preset: str
    summary: str
    source: str
    purpose: str
    paired: bool
    many_styles: bool
    conditions: tuple[str, ...]
    parameters: int
    flops: int
    loss: str
    images_per_second: float | None = None


def catalogue(
    size: int = 128, measure_seconds: float | None = None, watcher: Watcher | None = None
) -> list[Entry]:
    """Every preset of every model, in the order of their names.

    Args:
        size: of the images, in pixels.
        measure_seconds: how long each is trained to measure its speed; not at all if None.
        watcher: gets the progress of the measuring.

    Raises:
        FontganError: a network cannot take images of that size.
    """
    watcher = watcher or Silent()
    presets = [(name, preset) for name in model_names() for preset in find_model(name).presets]
    entries = [_entry(name, preset, size) for name, preset in presets]
    if measure_seconds is None:
        return entries
    engine = choose_engine()
    watcher.start("speeds", len(presets))
    measured = []
    for entry in entries:
        kind = find_model(entry.model)
        spec = example_spec(kind, size)
        speed = images_per_second(kind, kind.preset(entry.preset), spec, engine, measure_seconds)
        measured.append(replace(entry, images_per_second=speed))
        watcher.advance()
    return measured


def weigh(kind: type[Model[Any]], settings: ModelSettings, spec: GeneratorSpec) -> tuple[int, int]:
    """The weights of a generator, and its FLOPs for one glyph.

    Raises:
        FontganError: it cannot take images of that size.
    """
    try:
        return _weigh(kind, settings, spec, "meta")
    except RuntimeError:
        # Where the way through a network depends on a number in it, there must be numbers.
        return _weigh(kind, settings, spec, "cpu")


def flops_of(network: nn.Module, inputs: list[Tensor]) -> int:
    """The FLOPs of one pass in evaluation mode: those of convolutions, matrix products and attention."""
    network.eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(*inputs)
    return int(counter.get_total_flops())


def images_per_second(
    kind: type[Model[Any]], settings: ModelSettings, spec: GeneratorSpec, engine: Engine, seconds: float
) -> float:
    """The speed of training: steps on noise, one to warm up, then one or more for about this many seconds."""
    check_memory(kind, settings, spec, engine)
    model = kind(settings, spec, engine)
    batch = example_batch(settings, spec, engine.device)
    number = 1
    model.step(batch, number, _MIDST)
    began, steps, taken = _now(engine), 0, 0.0
    while not steps or taken < seconds:
        number += 1
        model.step(batch, number, _MIDST)
        steps += 1
        taken = _now(engine) - began
    return steps * len(batch) / taken


def _entry(name: str, preset: str, size: int) -> Entry:
    kind = find_model(name)
    settings: ModelSettings = kind.preset(preset)
    parameters, flops = weigh(kind, settings, example_spec(kind, size))
    return Entry(
        model=name,
        preset=preset,
        summary=kind.summary,
        source=kind.source,
        purpose=kind.purpose,
        paired=kind.paired,
        many_styles=kind.many_styles,
        conditions=kind.conditions,
        parameters=parameters,
        flops=flops,
        loss=" + ".join(settings.terms()),
    )


def _weigh(
    kind: type[Model[Any]], settings: ModelSettings, spec: GeneratorSpec, device: str
) -> tuple[int, int]:
    """On the device `meta`, which has shapes and no numbers, this takes almost no time."""
    with torch.device(device):
        network = kind.build_generator(settings, spec)
    inputs = example_inputs(kind, settings, spec.size, device=device, contents=spec.contents)
    return count_weights(network), flops_of(network, inputs)


def _now(engine: Engine) -> float:
    """Seconds, when all that was asked of the device is done."""
    if engine.device.type == "cuda":
        torch.cuda.synchronize(engine.device)
    return time.perf_counter()
