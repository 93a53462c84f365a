"""Where the weights of a generator begin: a base, frozen parts, groups with rates of their own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import fontgan.models
import fontgan.networks
from fontgan.config.settings import TrainingPlan
from fontgan.errors import FontganError
from fontgan.models import find_model, model_names
from fontgan.models.base import Base, GeneratorSpec, Model
from fontgan.runs.folder import Run
from fontgan.runs.weights import origin_of
from fontgan.training.decision import Decision
from fontgan.training.preparation import prepared
from fontgan.training.run import run_training
from tests.models.small import CPU, small_model, small_settings, small_spec, some_batch


def based(name: str, base: Base, **changes: Any) -> Model[Any]:
    """A new model with other random weights that starts from a base."""
    torch.manual_seed(7)
    return find_model(name)(
        small_settings(name, "default", **changes), replace(small_spec(name), base=base), CPU
    )


def base_of(model: Model[Any]) -> Base:
    weights = {key: value.clone() for key, value in model.average.network.state_dict().items()}
    return Base("my-run", "ab" * 32, weights)


@pytest.mark.parametrize("name", model_names())
def test_a_model_starts_from_its_base(name: str) -> None:
    trained = small_model(name, "default")
    trained.step(some_batch(), 1, 0.3)
    base = base_of(trained)
    model = based(name, base)
    for network in (model.generator, model.average.network):
        assert all(torch.equal(value, base.weights[key]) for key, value in network.state_dict().items())


def test_a_base_of_other_weights_is_refused_in_one_line() -> None:
    base = base_of(small_model("pix2pix", "default", widths=(8, 12)))
    with pytest.raises(FontganError, match="my-run has other weights than this generator") as caught:
        based("pix2pix", base)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "frozen"),
    [
        ("pix2pix", "encoder"),
        ("pix2pix", "decoder"),
        ("zi2zi", "encoder"),
        ("wnet", "style"),
        ("cyclegan", "back"),
    ],
)
def test_frozen_weights_and_their_norms_stay_bit_for_bit(name: str, frozen: str) -> None:
    trained = small_model(name, "default")
    trained.step(some_batch(), 1, 0.3)
    base = base_of(trained)
    model = based(name, base, frozen=(frozen,))
    for number in range(1, 4):
        model.step(some_batch(), number, 0.1 * number)
    for network in (model.generator, model.average.network):
        moved = {
            key for key, value in network.state_dict().items() if not torch.equal(value, base.weights[key])
        }
        assert moved
        assert not any(key.startswith(frozen) for key in moved)
    assert any("running_mean" in key for key in base.weights if key.startswith(frozen))
    assert any("running_mean" in key for key in moved)


def test_what_cannot_be_frozen_is_refused() -> None:
    with pytest.raises(
        FontganError, match=r"no weight of the generator begins with 'encodr'.*did you mean 'enc"
    ):
        small_model("pix2pix", "default", frozen=("encodr",))
    with pytest.raises(FontganError, match=r"all weights of the generator are frozen.*optimisation.frozen"):
        small_model("pix2pix", "default", frozen=("encoder", "decoder"))


@pytest.mark.slow
def test_a_restored_model_with_a_frozen_part_goes_on() -> None:
    through, half, after = (small_model("pix2pix", "default", frozen=("encoder",)) for _ in range(3))
    for model, numbers in ((through, (1, 2)), (half, (1,))):
        for number in numbers:
            model.step(some_batch(), number, 0.1)
    after.restore(half.state())
    after.step(some_batch(), 2, 0.1)
    wanted = through.average.network.state_dict()
    assert all(torch.equal(value, wanted[key]) for key, value in after.average.network.state_dict().items())


SMALL = {"generator.widths": (8, 12), "batch_size": 8}


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_a_run_starts_from_another_one() -> None:
    settings = find_model("pix2pix").preset("default").changed(SMALL)
    plan = TrainingPlan(steps=2, device="cpu", threads=1, run=Path("first"))
    list(run_training(Decision(plan, settings)))
    again = replace(plan, run=Path("second"), base=Path("first"), seed=3)
    with prepared(again, settings.changed(frozen="encoder")) as ready:
        base = ready.spec.base
        assert base is not None
        assert (base.name, len(base.sha256)) == ("first", 64)
        assert all(
            torch.equal(value, base.weights[key]) for key, value in ready.model.generator.state_dict().items()
        )
    list(run_training(Decision(again, settings.changed(frozen="encoder"))))
    assert Run(Path("second")).record.base == origin_of(Run(Path("first")).best)
    for changed, other, words in (
        (
            {"model": "autoencoder"},
            "autoencoder",
            "first is a run of pix2pix, not of autoencoder",
        ),
        ({"base": Path("none")}, "pix2pix", "there is no run or checkpoint none"),
    ):
        with (
            pytest.raises(FontganError, match=words),
            prepared(replace(again, **changed), find_model(other).preset("default")),
        ):
            pass
    with (
        pytest.raises(
            FontganError, match=r"of first was made with generator.widths=8,12: set the same, or choose"
        ),
        prepared(again, settings.changed(widths=(8, 16))),
    ):
        pass


NETWORK = '''
"""A linear correction of every pixel behind a U-Net."""

from torch import Tensor, nn


class Refined(nn.Module):
    """A trained network, and a few weights that refine it."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.adapter = nn.Conv2d(1, 1, 3, padding=1)

    def forward(self, pictures: Tensor) -> Tensor:
        drawn = self.body(pictures)
        return (drawn + 0.1 * self.adapter(drawn)).clamp(0, 1)
'''

MODEL = '''
"""refined: base weights of a U-Net that stay, and an adapter that learns at a rate of its own."""

from dataclasses import dataclass, replace
from typing import ClassVar

from fontgan.compute.optimisers import ParameterGroup
from fontgan.config.settings import OptimisationSettings
from fontgan.models.parts.generator import GeneratorSettings
from fontgan.models.parts.translation import Translation, TranslationSettings
from fontgan.networks.refined import Refined


@dataclass(frozen=True)
class RefinedSettings(TranslationSettings):
    """The settings of the toy."""


PAPER = RefinedSettings(
    optimisation=OptimisationSettings(batch_size=8, frozen=("body",)),
    generator=GeneratorSettings(widths=(8, 12), norm="batch", dropout=0.0),
)


class RefinedModel(Translation[RefinedSettings]):
    """A base and an adapter."""

    summary, source, purpose = "a toy", "nobody", "a test"
    presets: ClassVar = {"default": replace(PAPER), "paper": PAPER}

    @classmethod
    def build_generator(cls, settings, spec):
        return Refined(settings.generator.build(spec.size, spec.contents))

    def start(self, generator):
        """The base is of the body alone."""
        if self.spec.base is not None:
            generator.body.load_state_dict(self.spec.base.weights)

    def parameter_groups(self, generator):
        return (
            ParameterGroup("adapter", (generator.adapter.weight,), rate=10.0),
            ParameterGroup("bias", (generator.adapter.bias,)),
        )


MODEL = RefinedModel
'''


@pytest.fixture
def refined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Model[Any]]]:
    """A model of two files, in folders of their own."""
    for package, name, text in (
        (fontgan.networks, "networks", NETWORK),
        (fontgan.models, "models", MODEL),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "refined.py").write_text(text)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path / name)])
    yield find_model("refined")
    for name in ("fontgan.networks.refined", "fontgan.models.refined"):
        sys.modules.pop(name, None)


def test_a_refined_model_takes_two_files(refined: type[Model[Any]]) -> None:
    assert "refined" in model_names()
    settings = refined.preset("default")
    torch.manual_seed(0)
    trained = refined.build_generator(settings, GeneratorSpec(64)).get_submodule("body")
    weights = {key: value.clone() for key, value in trained.state_dict().items()}
    model = refined(settings, GeneratorSpec(64, base=Base("base", "00", weights)), CPU)
    adapter = model.generator.get_parameter("adapter.weight").detach().clone()
    bias = model.generator.get_parameter("adapter.bias").detach().clone()
    for number in (1, 2):
        assert float(model.step(some_batch(), number, 0.1).losses["l1"]) > 0
    state = model.generator.state_dict()
    assert all(torch.equal(state[f"body.{key}"], value) for key, value in weights.items())
    # Adam's first steps are as long as its learning rate, which is ten times as large for the adapter.
    moved = [(state["adapter.weight"] - adapter).abs().max(), (state["adapter.bias"] - bias).abs().max()]
    assert float(moved[0]) == pytest.approx(10 * float(moved[1]), rel=0.5)
