"""The stages of each kind of network, as a drawing shows them, and its skip connections.

A network's modules are named as torch names them: `decoder.up.0`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from torch import nn

from fontgan.networks.autoencoder import AutoEncoderGen
from fontgan.networks.composites import BothWays, TwoStages
from fontgan.networks.counting import count_weights
from fontgan.networks.norms import ConditionalNorm
from fontgan.networks.resnet import ResNet
from fontgan.networks.tails import GlobalSkip
from fontgan.networks.unet import Decoder, Encoder, UNet
from fontgan.networks.wnet import WNetwork
from fontgan.networks.zi2zi import Zi2ZiNet

Side = Literal["style", "encoder", "middle", "decoder"]
Join = Literal["concat", "add", "everywhere"]


@dataclass(frozen=True)
class PlannedStage:
    """A stage by its modules: the last that runs gives its maps.

    Attributes:
        name: unique in the network.
        side: where it is drawn.
        modules: their names.
    """

    name: str
    side: Side
    modules: tuple[str, ...]


@dataclass(frozen=True)
class PlannedSkip:
    """What goes from a stage or an input to a stage past others, through `modules` if there are some."""

    start: str
    end: str
    join: Join
    modules: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlannedPart:
    """One path from an image to an image; a network is one, or several one after the other.

    Attributes:
        root: the name of the module that it is; "" for the network itself.
        title: what it is among several; "" where it is all there is.
        inputs: where each of the things that it is called with goes in, and what that is, in their order.
        stages: in the order in which they run.
        skips: from the largest maps on.
        notes: what a drawing cannot show, one sentence each.
    """

    root: str
    title: str
    inputs: tuple[tuple[Side, str], ...]
    stages: tuple[PlannedStage, ...]
    skips: tuple[PlannedSkip, ...] = ()
    notes: tuple[str, ...] = ()


def plan_parts(network: nn.Module, root: str = "", title: str = "") -> list[PlannedPart]:
    """The parts of a network; of one of unknown kind its children, one after the other."""
    if isinstance(network, TwoStages):
        seen = "drawn, and content" if network.sees_content else "drawn"
        first = plan_parts(network.first, _joined(root, "first"), "first stage, as it was trained")
        second = plan_parts(network.second, _joined(root, "second"), "second stage, which cleans")
        return [*first, *(_with_input(part, seen) for part in second)]
    if isinstance(network, BothWays):
        weights = count_weights(network.back)
        note = f"The way back is another network of the same kind, with {weights:,} weights."
        return [
            replace(part, notes=(*part.notes, note))
            for part in plan_parts(network.forth, _joined(root, "forth"), title)
        ]
    if isinstance(network, GlobalSkip):
        (part,) = plan_parts(network.network, _joined(root, "network"), title)
        return [_with_global_skip(part, _stage(_joined(root, "to_picture"), "decoder"))]
    plan = next((plan for kind, plan in _PLANS.items() if isinstance(network, kind)), _plan_unknown)
    return [plan(network, root, title)]


def _with_input(part: PlannedPart, name: str) -> PlannedPart:
    """The part of a network that is called with one thing, which is something else than content."""
    ((side, before),) = part.inputs
    skips = (replace(skip, start=name) if skip.start == before else skip for skip in part.skips)
    return replace(part, inputs=((side, name),), skips=tuple(skips))


def _with_global_skip(part: PlannedPart, last: PlannedStage) -> PlannedPart:
    skip = PlannedSkip(part.inputs[0][1], last.name, "add")
    return replace(part, stages=(*part.stages, last), skips=(skip, *part.skips))


def _plan_unet(network: UNet, root: str, title: str) -> PlannedPart:
    down = _plan_encoder(network.encoder, _joined(root, "encoder"))
    up = _plan_decoder(network.decoder, _joined(root, "decoder"))
    skips = _across(down, up, network.decoder.skip)
    return PlannedPart(root, title, (("encoder", "content"),), (*down, *up), skips)


def _plan_zi2zi(network: Zi2ZiNet, root: str, title: str) -> PlannedPart:
    down = _plan_encoder(network.encoder, _joined(root, "encoder"))
    up = _plan_decoder(network.decoder, _joined(root, "decoder"))
    embedding = _stage(_joined(root, "embedding"), "style")
    skips = _across(down, up, network.decoder.skip)
    if network.inside:
        skips = (*skips, PlannedSkip(embedding.name, down[-1].name, "everywhere"))
    inputs: tuple[tuple[Side, str], ...] = (("encoder", "content"), ("style", "number"))
    notes = _style_notes(network.decoder)
    return PlannedPart(root, title, inputs, (*down, embedding, *up), skips, notes)


def _plan_wnet(network: WNetwork, root: str, title: str) -> PlannedPart:
    content = _plan_encoder(network.content, _joined(root, "content"))
    style = _plan_encoder(network.style, _joined(root, "style"), "style", "style")
    up = _plan_decoder(network.decoder, _joined(root, "decoder"))
    join = network.decoder.skip
    mixing = tuple((_joined(root, f"skips.{level}"),) for level in range(len(network.skips)))
    skips = [
        PlannedSkip(skip.start, skip.end, skip.join, modules)
        for skip, modules in zip(_across(content, up, join), mixing, strict=True)
    ]
    for level, joined in enumerate(network.styled):
        if joined:
            skips.append(PlannedSkip(style[level].name, up[-2 - level].name, join))
    skips.append(PlannedSkip(style[-1].name, content[-1].name, "concat"))
    notes = ("The maps of the style are the means over the references.", *_style_notes(network.decoder))
    inputs: tuple[tuple[Side, str], ...] = (("encoder", "content"), ("style", "references"))
    return PlannedPart(root, title, inputs, (*content, *style, *up), tuple(skips), notes)


def _plan_resnet(network: ResNet, root: str, title: str) -> PlannedPart:
    enter = _runs(network.enter, _joined(root, "enter"), "encoder")
    blocks = _stage(_joined(root, "blocks"), "middle")
    leave = _runs(network.leave, _joined(root, "leave"), "decoder")
    notes = (f"{len(network.blocks)} residual blocks in the middle.",)
    return PlannedPart(root, title, (("encoder", "content"),), (*enter, blocks, *leave), (), notes)


def _plan_autoencoder(network: AutoEncoderGen, root: str, title: str) -> PlannedPart:
    last = len(network.encoder) - 1
    stages = [
        _stage(_joined(root, f"encoder.{level}"), "middle" if level == last else "encoder")
        for level in range(last + 1)
    ]
    stages += [_stage(_joined(root, f"decoder.{level}"), "decoder") for level in range(len(network.decoder))]
    stages.append(_stage(_joined(root, "final"), "decoder"))
    weights = count_weights(network.coarse)
    notes = (f"The coarse images of its growth take another {weights:,} weights.",) if weights else ()
    return PlannedPart(root, title, (("encoder", "content"),), tuple(stages), (), notes)


def _plan_unknown(network: nn.Module, root: str, title: str) -> PlannedPart:
    stages = tuple(_stage(_joined(root, name), "middle") for name, _ in network.named_children())
    return PlannedPart(root, title, (("middle", "content"),), stages)


# A new kind of network needs a line here; otherwise its children are drawn one below the other.
_PLANS: dict[type[nn.Module], Callable[[Any, str, str], PlannedPart]] = {
    UNet: _plan_unet,
    Zi2ZiNet: _plan_zi2zi,
    WNetwork: _plan_wnet,
    ResNet: _plan_resnet,
    AutoEncoderGen: _plan_autoencoder,
}


def _plan_encoder(
    encoder: Encoder, name: str, side: Side = "encoder", inner: Side = "middle"
) -> tuple[PlannedStage, ...]:
    names = [f"{name}.stem", *(f"{name}.down.{level}" for level in range(len(encoder.down)))]
    return (*(_stage(stage, side) for stage in names[:-1]), _stage(names[-1], inner))


def _plan_decoder(decoder: Decoder, name: str) -> tuple[PlannedStage, ...]:
    levels = range(len(decoder.up))
    raised = (
        PlannedStage(f"{name}.up.{level}", "decoder", (f"{name}.up.{level}", f"{name}.refine.{level}"))
        for level in levels
    )
    return (*raised, _stage(f"{name}.head", "decoder"))


def _across(
    down: tuple[PlannedStage, ...], up: tuple[PlannedStage, ...], join: Join
) -> tuple[PlannedSkip, ...]:
    """From each level of an encoder, but the innermost, to that of the decoder; `up` ends with its head."""
    levels = zip(down[:-1], reversed(up[:-1]), strict=True)
    return tuple(PlannedSkip(start.name, end.name, join) for start, end in levels)


def _runs(layers: nn.Sequential, name: str, side: Side) -> tuple[PlannedStage, ...]:
    """Each block of layers as a stage, and the layers beside the blocks as one."""
    single = [child for child, layer in layers.named_children() if not isinstance(layer, nn.Sequential)]
    around = PlannedStage(name, side, tuple(f"{name}.{child}" for child in single))
    blocks = tuple(
        _stage(f"{name}.{child}", side)
        for child, layer in layers.named_children()
        if isinstance(layer, nn.Sequential)
    )
    return (around, *blocks) if side == "encoder" else (*blocks, around)


def _style_notes(decoder: Decoder) -> tuple[str, ...]:
    follows = any(isinstance(layer, ConditionalNorm) for layer in decoder.modules())
    return ("The norms of the decoder follow the style.",) if follows else ()


def _stage(name: str, side: Side) -> PlannedStage:
    return PlannedStage(name, side, (name,))


def _joined(root: str, name: str) -> str:
    return f"{root}.{name}" if root else name
