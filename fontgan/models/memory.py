"""The memory that training a model takes at least, counted before any of it is taken."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from fontgan.compute.engine import Engine
from fontgan.config.groups import paths_of
from fontgan.config.settings import ModelSettings
from fontgan.errors import FontganError
from fontgan.models.base import GeneratorSpec, Model
from fontgan.models.examples import example_inputs
from fontgan.networks.counting import in_short

_STATES = 2  # numbers that Adam keeps of each weight; Muon keeps one


def check_memory(
    kind: type[Model[Any]], settings: ModelSettings, spec: GeneratorSpec, engine: Engine
) -> None:
    """Refuse a model that cannot be trained in the memory that is free.

    A GPU that has no room for the maps of a batch says so itself, and then a smaller batch is looked for. On
    a CPU the system would end the process, so there the generator's maps count too.

    Raises:
        FontganError: it needs more, or the settings contradict the images.
    """
    count = settings.optimisation.batch_size // settings.optimisation.accumulation // engine.ranks.count
    weights, maps = weights_and_maps(kind, settings, spec, count)
    needed, free = weights, engine.free_memory()
    if engine.device.type == "cpu":
        needed += maps if engine.precision == torch.float32 else maps // 2
    if needed > free:
        raise FontganError(
            f"to train this network on {count:,} images at a time takes at least {in_short(needed)}B, "
            f"{in_short(weights)}B of them for its weights, and {in_short(free)}B are free",
            "choose smaller widths, fewer residual blocks, a smaller batch_size or a larger accumulation "
            "with {set}",
        )


def weights_and_maps(
    kind: type[Model[Any]], settings: ModelSettings, spec: GeneratorSpec, count: int
) -> tuple[int, int]:
    """The bytes that training holds at all times, and those of the generator's maps of `count` images.

    The former are those of all networks, of the average, and of the gradients and the optimisers' states. The
    latter are what the way forward keeps for the way back, in float32; 0 where a network reads its numbers.
    """
    model = _without_numbers(kind, settings, spec)
    networks = [*model.networks.values(), model.average.network]
    learning = sum(count_bytes(optimisers.weights) for optimisers in model.optimisers())
    held = sum(count_bytes([*network.parameters(), *network.buffers()]) for network in networks)
    inputs = example_inputs(kind, settings, spec.size, count, "meta", spec.contents)
    return held + (1 + _STATES) * learning, _bytes_of_maps(model.generator, inputs)


def count_bytes(tensors: Iterable[Tensor]) -> int:
    """The memory of tensors."""
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def _without_numbers(kind: type[Model[Any]], settings: ModelSettings, spec: GeneratorSpec) -> Model[Any]:
    """The model on the device `meta`, which has shapes and no numbers, and without what lies in files."""
    if "objective.feature_weight" in paths_of(type(settings)):
        settings = settings.changed({"objective.feature_weight": 0, "objective.reconstruction_weight": 1})
    first = spec.first and replace(spec.first, weights=None)
    with torch.random.fork_rng([]), torch.device("meta"):
        return kind(
            settings, replace(spec, base=None, first=first), Engine(torch.device("meta"), torch.float32)
        )


def _bytes_of_maps(generator: nn.Module, inputs: list[Tensor]) -> int:
    weights = {weight.untyped_storage()._cdata for weight in generator.parameters()}
    kept: dict[int, Tensor] = {}

    def keep(saved: Tensor) -> Tensor:
        kept[saved.untyped_storage()._cdata] = saved
        return saved

    with suppress(RuntimeError), torch.autograd.graph.saved_tensors_hooks(keep, lambda saved: saved):
        generator(*inputs)
        return count_bytes(saved for storage, saved in kept.items() if storage not in weights)
    return 0
