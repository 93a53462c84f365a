"""Distances in what networks see."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from fontgan.errors import FontganError
from fontgan.losses.features import ClassifierFeatures, feature_matching

NETWORK, LAYERS = "squeezenet1_1", ("features.0", "features.3")


def pictures(seed: int) -> Tensor:
    return torch.rand(2, 1, 64, 64, generator=torch.Generator().manual_seed(seed))


@pytest.fixture(scope="module")
def classifier() -> nn.Module:
    return built(NETWORK)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory, classifier: nn.Module) -> Path:
    path = tmp_path_factory.mktemp("weights") / "classifier.pth"
    torch.save(classifier.state_dict(), path)
    return path


@pytest.fixture(scope="module")
def features(weights: Path) -> ClassifierFeatures:
    return ClassifierFeatures(NETWORK, weights, LAYERS)


def test_feature_matching_is_the_mean_over_layers_whatever_their_sizes() -> None:
    real = [torch.zeros(2, 3, 4, 4), torch.ones(2, 5, 2, 2)]
    fake = [torch.full((2, 3, 4, 4), 0.5), torch.full((2, 5, 2, 2), -1.0)]
    assert float(feature_matching(real, fake)) == pytest.approx((0.5 + 2) / 2)
    assert float(feature_matching(real, real)) == 0


def test_feature_matching_moves_the_fake_side_alone() -> None:
    real, fake = torch.zeros(1, 2, requires_grad=True), torch.ones(1, 2, requires_grad=True)
    feature_matching([real], [fake]).backward()
    assert real.grad is None
    assert fake.grad is not None
    assert fake.grad.tolist() == [[0.5, 0.5]]


@pytest.mark.slow
def test_the_distance_is_nothing_for_the_same_and_more_for_others(features: ClassifierFeatures) -> None:
    assert float(features.loss(pictures(1), pictures(1))) == 0
    near, far = 0.9 * pictures(1) + 0.1 * pictures(2), pictures(2)
    assert 0 < float(features.loss(near, pictures(1))) < float(features.loss(far, pictures(1)))


def test_features_are_those_of_the_classifier_for_grey_colours_before_the_relu(
    features: ClassifierFeatures, classifier: nn.Module
) -> None:
    mean, deviation = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]]).view(2, 1, 3, 1, 1)
    colours = (pictures(1).repeat(1, 3, 1, 1) - mean) / deviation
    first = classifier.get_submodule("features.0")
    seen, deeper = features(pictures(1))
    torch.testing.assert_close(seen, first(colours))
    assert float(seen.min()) < 0
    assert deeper.shape == (2, 128, 15, 15)


def test_the_picture_has_a_gradient_and_neither_the_target_nor_the_weights(
    features: ClassifierFeatures,
) -> None:
    drawn, wanted = pictures(1).requires_grad_(), pictures(2).requires_grad_()
    features.loss(drawn, wanted).backward()
    assert drawn.grad is not None
    assert bool(drawn.grad.isfinite().all())
    assert float(drawn.grad.abs().sum()) > 0
    assert wanted.grad is None
    assert all(not each.requires_grad and each.grad is None for each in features.parameters())


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_blank_pages_have_finite_gradients(features: ClassifierFeatures, level: float) -> None:
    drawn = torch.full((1, 1, 64, 64), level, requires_grad=True)
    features.loss(drawn, torch.ones(1, 1, 64, 64)).backward()
    assert drawn.grad is not None
    assert bool(drawn.grad.isfinite().all())


def test_it_stays_in_evaluation_mode(tmp_path: Path) -> None:
    path = tmp_path / "with_norms.pth"
    torch.save(built("mobilenet_v3_small").state_dict(), path)
    features = ClassifierFeatures("mobilenet_v3_small", path, ("features.1",))
    (before,) = features(pictures(1))
    assert features.train() is features
    assert not any(module.training for module in features.modules())
    torch.testing.assert_close(features(pictures(1))[0], before, rtol=0, atol=0)


def save_legacy(state: dict[str, Tensor], path: Path) -> None:
    torch.save(state, path, _use_new_zipfile_serialization=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "save"), [("w.pt", torch.save), ("w.pth", save_legacy), ("w.safetensors", save_file)]
)
def test_all_kinds_of_files_give_the_same(
    tmp_path: Path,
    features: ClassifierFeatures,
    classifier: nn.Module,
    name: str,
    save: Callable[[dict[str, Tensor], Path], None],
) -> None:
    save(classifier.state_dict(), tmp_path / name)
    again = ClassifierFeatures(NETWORK, tmp_path / name, LAYERS)
    assert again.loss(pictures(1), pictures(2)) == features.loss(pictures(1), pictures(2))


def test_no_other_network_gets_other_weights_by_it(weights: Path) -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    ClassifierFeatures(NETWORK, weights, LAYERS)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.slow
def test_the_names_in_published_densenets_are_understood(tmp_path: Path) -> None:
    state = built("densenet121").state_dict()
    old = {
        name.replace("norm1.", "norm.1.").replace("conv2.", "conv.2.") if "denselayer" in name else name: each
        for name, each in state.items()
    }
    assert old.keys() != state.keys()
    torch.save(old, tmp_path / "densenet.pth")
    ClassifierFeatures("densenet121", tmp_path / "densenet.pth", ("features.pool0",))


def test_an_unknown_network_is_told_with_those_of_like_names(weights: Path) -> None:
    with pytest.raises(
        FontganError, match=r"^torchvision has no classifier 'vgg61': the nearest are vgg.*, vgg.*$"
    ):
        ClassifierFeatures("vgg61", weights, LAYERS)


def test_an_unknown_layer_is_told_with_those_of_like_names(weights: Path) -> None:
    with pytest.raises(
        FontganError, match=r"^squeezenet1_1 has no layer 'features.33': the nearest are features.3, "
    ):
        ClassifierFeatures(NETWORK, weights, ("features.0", "features.33"))
    with pytest.raises(FontganError, match=r"^no layer of squeezenet1_1 is given"):
        ClassifierFeatures(NETWORK, weights, ())


def test_weights_of_another_network_are_told(tmp_path: Path, weights: Path) -> None:
    with pytest.raises(FontganError, match=r"classifier.pth holds weights of a network other than alexnet"):
        ClassifierFeatures("alexnet", weights, LAYERS)
    torch.save({}, tmp_path / "empty.pth")
    with pytest.raises(FontganError, match="a network other than squeezenet1_1"):
        ClassifierFeatures(NETWORK, tmp_path / "empty.pth", LAYERS)


def file_of(content: object) -> bytes:
    file = io.BytesIO()
    torch.save(content, file)
    return file.getvalue()


@pytest.mark.parametrize("name", ["w.pth", "w.safetensors"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no weights at all",
        file_of([1, 2]),
        file_of({"epoch": 3}),
        file_of(Path("code")),
        file_of({})[:-30],
    ],
    ids=["empty", "text", "list", "numbers", "code", "cut off"],
)
def test_files_without_weights_are_told(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FontganError, match=f"^{path} cannot be read as weights: set .* but a state dict$"):
        ClassifierFeatures(NETWORK, path, LAYERS)


@pytest.mark.parametrize("name", ["w.pth", "w.safetensors"])
def test_a_missing_file_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(FontganError, match=f"^there are no weights {tmp_path / name}: set feature_weights"):
        ClassifierFeatures(NETWORK, tmp_path / name, LAYERS)


def built(name: str) -> nn.Module:
    from torchvision.models import get_model

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        network: nn.Module = get_model(name, weights=None)
    return network.eval()
