"""Memory is counted before any is taken: of models without numbers, which are otherwise the real ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch

from fontgan.compute.engine import Engine
from fontgan.config.groups import groups_of, paths_of
from fontgan.config.values import types_of
from fontgan.errors import FontganError
from fontgan.models import find_model, model_names
from fontgan.models.examples import example_batch, example_spec
from fontgan.models.memory import check_memory, count_bytes, weights_and_maps
from tests.models.small import small_settings

CPU = torch.device("cpu")


@dataclass(frozen=True)
class Small(Engine):
    """A machine with little memory."""

    free: int = 0

    def free_memory(self) -> int:
        """Bytes."""
        return self.free


@pytest.mark.parametrize("preset", ["default", "paper"])
@pytest.mark.parametrize("name", model_names())
def test_what_is_counted_is_what_training_holds(name: str, preset: str) -> None:
    kind = find_model(name)
    settings, spec = small_settings(name, preset), example_spec(kind, 64)
    state = torch.random.get_rng_state()
    counted, _ = weights_and_maps(kind, settings, spec, 1)
    assert torch.equal(torch.random.get_rng_state(), state)
    model = kind(settings, spec, Engine(CPU, torch.float32))
    model.step(example_batch(settings, spec, CPU), 1, 0.5)
    networks = [*model.networks.values(), model.average.network]
    held = sum(count_bytes([*network.parameters(), *network.buffers()]) for network in networks)
    learning = sum(count_bytes(optimisers.weights) for optimisers in model.optimisers())
    assert counted == held + 3 * learning
    states = [
        value for one in model.optimisers() for part in one.state() for value in _tensors(part["state"])
    ]
    assert count_bytes(states) <= 2 * learning + 8 * len(states)  # and the number of the step


def _tensors(state: Any) -> list[torch.Tensor]:
    if isinstance(state, torch.Tensor):
        return [state]
    return [one for value in state.values() for one in _tensors(value)] if isinstance(state, dict) else []


def test_the_maps_of_a_batch_are_those_that_the_real_network_keeps() -> None:
    kind, settings = find_model("pix2pix"), small_settings("pix2pix", "default")
    spec = example_spec(kind, 64)
    one, four = (weights_and_maps(kind, settings, spec, count)[1] for count in (1, 4))
    assert 3.9 * one < four <= 4 * one
    model = kind(settings, spec, Engine(CPU, torch.float32))
    weights = {weight.data_ptr() for weight in model.generator.parameters()}
    kept: dict[int, torch.Tensor] = {}

    def keep(saved: torch.Tensor) -> torch.Tensor:
        kept[saved.untyped_storage().data_ptr()] = saved
        return saved

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda saved: saved):
        model.generator(torch.rand(4, 1, 64, 64))
    real = count_bytes(saved for at, saved in kept.items() if at not in weights)
    assert 0.8 * real < four < 1.2 * real


def test_what_does_not_fit_is_refused_in_one_line() -> None:
    kind, settings = find_model("pix2pix"), small_settings("pix2pix", "default")
    spec = example_spec(kind, 64)
    weights, maps = weights_and_maps(kind, settings, spec, settings.optimisation.batch_size)
    assert maps
    check_memory(kind, settings, spec, Small(CPU, torch.float32, free=weights + maps))
    with pytest.raises(
        FontganError, match=r"to train .* takes at least .* are free: choose smaller widths, .* with set$"
    ):
        check_memory(kind, settings, spec, Small(CPU, torch.float32, free=weights + maps - 1))
    # A GPU says itself that it has no room for the maps, and then the largest batch is looked for.
    gpu = Small(torch.device("cuda"), torch.float32, free=weights)
    check_memory(kind, settings, spec, gpu)


@pytest.mark.slow
@pytest.mark.parametrize("name", model_names())
def test_every_number_may_be_the_largest(name: str) -> None:
    """Each alone is built and counted without memory, or refused."""
    kind = find_model(name)
    settings, spec = kind.preset("paper"), example_spec(kind, 64)
    kinds = {"": type(settings), **groups_of(type(settings))}
    seen = set() if name == "pix2pix" else set(paths_of(type(find_model("pix2pix").preset("paper"))))
    for path in paths_of(type(settings)):
        group, _, leaf = path.rpartition(".")
        wanted, limits = types_of(kinds[group])[leaf], kinds[group].__dataclass_fields__[leaf].metadata
        if path in seen or wanted not in (int, float, tuple[int, ...]):
            continue
        most = wanted(limits["most"]) if wanted in (int, float) else (limits["most"],) * limits["entries"]
        refused = ""
        try:
            check_memory(kind, settings.changed({path: most}), spec, Small(CPU, torch.float32, free=64 << 30))
        except FontganError as error:
            refused = str(error)
        assert "\n" not in refused
        if path == "generator.widths":
            assert "takes at least" in refused
