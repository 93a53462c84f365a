"""The anatomy of a network: its layers, its larger stages, and its skip connections."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from fontgan.anatomy.stages import Join, PlannedPart, Side, plan_parts
from fontgan.networks.counting import count_weights

_NOTHING = (nn.Identity, nn.Sequential, nn.ModuleList)  # without children, they leave everything as it is


@dataclass(frozen=True)
class Layer:
    """A module without submodules, or the weights that a module with submodules has of its own.

    Attributes:
        name: as torch names it: `encoder.down.0.0`.
        kind: its class.
        shape: of its output, without the batch.
        parameters: number of its weights.
    """

    name: str
    kind: str
    shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True)
class Stage:
    """A larger part, as a drawing shows it.

    Attributes:
        name: unique in the network.
        side: where it is drawn: style, encoder, middle (the innermost maps) or decoder.
        shape: of its output, without the batch: (channels, height, width), or (length,) of a vector.
        parameters: number of its weights.
    """

    name: str
    side: Side
    shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True)
class SkipConnection:
    """Maps passed from one stage to another, past the stages between them.

    Attributes:
        start, end: the names of the stages; it may start at an input.
        join: concat or add; everywhere, where a vector stands beside the maps at each of their places.
        parameters: weights on the way.
    """

    start: str
    end: str
    join: Join
    parameters: int


@dataclass(frozen=True)
class Part:
    """One path from an image to an image.

    Attributes:
        title: what it is among several; "" where it is all there is.
        inputs: images that go in, as stages without weights.
        stages: in the order in which they run.
        skips: from the largest maps on, those of the content first.
        notes: what a drawing cannot show, one sentence each.
    """

    title: str
    inputs: tuple[Stage, ...]
    stages: tuple[Stage, ...]
    skips: tuple[SkipConnection, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Anatomy:
    """The layers and stages of a network.

    Attributes:
        parameters: all weights of the network, including those that are not used in drawing.
        layers: in the order in which they run.
        parts: one, or several where one network continues from the images of another.
    """

    parameters: int
    layers: tuple[Layer, ...]
    parts: tuple[Part, ...]

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Those of all parts."""
        return tuple(stage for part in self.parts for stage in part.stages)

    @property
    def skips(self) -> tuple[SkipConnection, ...]:
        """Those of all parts."""
        return tuple(skip for part in self.parts for skip in part.skips)


def dissect(network: nn.Module, inputs: Sequence[Tensor]) -> Anatomy:
    """Run a network on one glyph, in evaluation mode, and record what it consists of.

    Args:
        network: a generator; it is left in the mode that it was in.
        inputs: the arguments of its call, a batch of one.
    """
    planned = plan_parts(network)
    modules = dict(network.named_modules())
    seen = _watch(network, inputs, modules)
    return Anatomy(
        parameters=count_weights(network),
        layers=tuple(
            Layer(name, _kind(modules[name]), shape, _own(modules[name]))
            for name, shape in seen.outputs.items()
            if _is_layer(modules[name])
        ),
        parts=tuple(_part(plan, modules, seen) for plan in planned),
    )


@dataclass(frozen=True)
class _Seen:
    """Shapes without the batch, by module name: of each module's input, and of its last output."""

    inputs: dict[str, list[tuple[int, ...]]]
    outputs: dict[str, tuple[int, ...]]


def _watch(network: nn.Module, inputs: Sequence[Tensor], modules: dict[str, nn.Module]) -> _Seen:
    """The shapes at each module, in the order in which they finished; those without a tensor are omitted."""
    seen = _Seen({}, {})

    def look(name: str, given: tuple[Any, ...], made: Any) -> None:
        seen.inputs[name] = [tuple(each.shape[1:]) for each in given if isinstance(each, Tensor)]
        if isinstance(made, Tensor):
            seen.outputs[name] = tuple(made.shape[1:])

    trained = network.training
    network.eval()
    with ExitStack() as hooks, torch.no_grad():
        for name, module in modules.items():
            if ".parametrizations." not in f".{name}.":
                handle = module.register_forward_hook(
                    lambda _, given, made, name=name: look(name, given, made)
                )
                hooks.callback(handle.remove)
        network(*inputs)
    network.train(trained)
    return seen


def _part(plan: PlannedPart, modules: dict[str, nn.Module], seen: _Seen) -> Part:
    given = zip(plan.inputs, seen.inputs[plan.root], strict=True)
    return Part(
        title=plan.title,
        inputs=tuple(Stage(name, side, shape[-3:], 0) for (side, name), shape in given if shape),
        stages=tuple(
            Stage(
                stage.name,
                stage.side,
                shapes[-1],
                sum(count_weights(modules[name]) for name in stage.modules),
            )
            for stage in plan.stages
            if (shapes := [seen.outputs[name] for name in stage.modules if name in seen.outputs])
        ),
        skips=tuple(
            SkipConnection(
                skip.start, skip.end, skip.join, sum(count_weights(modules[name]) for name in skip.modules)
            )
            for skip in plan.skips
        ),
        notes=plan.notes,
    )


def _is_layer(module: nn.Module) -> bool:
    if parametrize.is_parametrized(module) or not any(module.children()):
        return not isinstance(module, _NOTHING)
    return _own(module) > 0


def _own(module: nn.Module) -> int:
    """The weights that no submodule of a module has; all of those of a parametrised one."""
    whole = parametrize.is_parametrized(module)
    return sum(weight.numel() for weight in module.parameters(recurse=whole))


def _kind(module: nn.Module) -> str:
    kind: type[nn.Module] = parametrize.type_before_parametrizations(module)
    return kind.__name__
