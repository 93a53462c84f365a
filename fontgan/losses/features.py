"""Distances between features of images, (n, 1, size, size) in [0, 1], 1 = paper."""

from __future__ import annotations

import difflib
import itertools
import pickle
import re
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from fontgan.errors import FontganError

# Of ImageNet's colours, by which torchvision's published weights were trained.
_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def feature_matching(real: Sequence[Tensor], fake: Sequence[Tensor]) -> Tensor:
    """The mean over a discriminator's layers of the L1 distance between its maps: a scalar.

    Wang et al. 2018, «pix2pixHD», section 3.2, after Salimans et al. 2016, section 3.1. The maps of real
    and fake images come in the same order, with equal shapes; the real ones get no gradient.
    """
    distances = [
        (of_fake.float() - of_real.detach().float()).abs().mean()
        for of_real, of_fake in zip(real, fake, strict=True)
    ]
    return torch.stack(distances).mean()


class ClassifierFeatures(nn.Module):
    """The features of a trained classifier of torchvision, and the distance of two images in them.

    It is frozen: always in evaluation mode, and its weights never have gradients. Nothing is downloaded.

    Args:
        network: the classifier's name in torchvision, such as `vgg16`.
        weights: its state dict, a .safetensors file, or one of torch's (.pth, .pt) without code.
        layers: names in its graph, such as `features.3`; a module's name stands for what it gives.

    Raises:
        FontganError: torchvision has no such classifier, it has no such layer, or the file cannot be read
            or holds the weights of another network.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, network: str, weights: Path, layers: tuple[str, ...]) -> None:
        super().__init__()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torchvision, on how it draws weights that are not kept
            classifier = _build(network)
            _fill(classifier, network, weights)
            self.extractor = _cut(classifier, network, layers)
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(_DEVIATION).view(1, 3, 1, 1), persistent=False)
        self.requires_grad_(False)
        self.train()

    def train(self, mode: bool = True) -> Self:  # noqa: ARG002 (it stays as it is, whatever is asked for)
        """Stay in evaluation mode: norms over the batch at hand would be another classifier."""
        return super().train(False)

    def forward(self, picture: Tensor) -> list[Tensor]:
        """The features of each layer, in the layers' order, any shapes (n, …)."""
        colours = (picture.expand(-1, 3, -1, -1) - self.mean) / self.deviation
        return list(self.extractor(colours).values())

    def loss(self, picture: Tensor, target: Tensor) -> Tensor:
        """The mean over the layers of the L1 distance of their features: a scalar.

        Johnson et al. 2016, «Perceptual Losses», equation 2, with L1 in place of the squared distance. No
        gradient goes to the target.
        """
        with torch.no_grad():
            wanted = self(target)
        return feature_matching(wanted, self(picture))


def _build(name: str) -> nn.Module:
    """The classifier of that name with weights that mean nothing yet."""
    from torchvision import models  # here: it takes seconds

    known = models.list_models(module=models)
    if name not in known:
        raise FontganError(
            f"torchvision has no classifier {name!r}", "the nearest are {near}", near=_near(name, known)
        )
    with torch.random.fork_rng(devices=[]):  # what it draws is not kept, and moves no other network's
        network: nn.Module = models.get_model(name, weights=None)
    _adapt(network)
    return network


def _adapt(network: Any) -> None:
    """Set what a classifier of torchvision has to be read by its layers, with published weights."""
    if hasattr(network, "transform_input"):
        network.transform_input = True  # as torchvision does it for Inception and GoogLeNet
    for module in network.modules():
        if hasattr(module, "inplace"):
            module.inplace = False  # a ReLU would write over the features before it


def _fill(network: nn.Module, name: str, path: Path) -> None:
    """Give the classifier the weights of a file."""
    weights = _read(path)
    if name.startswith("densenet"):  # the published files name these as torch no longer allows
        old = re.compile(r"(denselayer\d+\.(?:norm|conv))\.([12])\.")
        weights = {old.sub(r"\1\2.", key): value for key, value in weights.items()}
    try:
        network.load_state_dict(weights)
    except (RuntimeError, ValueError, KeyError) as error:
        raise FontganError(
            f"{path} holds weights of a network other than {name}",
            "set feature_weights to the file of that network",
        ) from error


def _read(path: Path) -> dict[str, Any]:
    """The state dict in a file; never code, which torch's restricted loader refuses."""
    try:
        if path.suffix == ".safetensors":
            return load_file(path)
        weights: Any = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise FontganError(
            f"there are no weights {path}", "set feature_weights to a .pth, .pt or .safetensors file"
        ) from error
    except (
        SafetensorError,
        pickle.UnpicklingError,
        OSError,
        RuntimeError,
        EOFError,
        ValueError,
        KeyError,
    ) as error:
        raise _no_weights(path) from error
    if not isinstance(weights, dict) or not all(isinstance(value, Tensor) for value in weights.values()):
        raise _no_weights(path)
    return weights


def _no_weights(path: Path) -> FontganError:
    return FontganError(
        f"{path} cannot be read as weights",
        "set feature_weights to a .pth, .pt or .safetensors file that holds nothing but a state dict",
    )


def _cut(network: nn.Module, name: str, layers: tuple[str, ...]) -> nn.Module:
    """The classifier as far as its layers are needed: images (n, 3, size, size) to features by layer."""
    from torchvision.models import feature_extraction

    _, nodes = feature_extraction.get_graph_node_names(network, suppress_diff_warning=True)
    # A module stands for the last node below it.
    known = list(dict.fromkeys(itertools.chain.from_iterable(map(_and_above, nodes))))
    for layer in layers:
        if layer not in known:
            raise FontganError(
                f"{name} has no layer {layer!r}", "the nearest are {near}", near=_near(layer, known)
            )
    if not layers:
        raise FontganError(
            f"no layer of {name} is given", "set feature_layers to some, such as {layer}", layer=known[-1]
        )
    cut: nn.Module = feature_extraction.create_feature_extractor(
        network, list(layers), suppress_diff_warning=True
    )
    return cut


def _and_above(node: str) -> Iterable[str]:
    """`a.b.c` and what it lies in: a, a.b, a.b.c."""
    return itertools.accumulate(node.split("."), "{}.{}".format)


def _near(name: str, known: Sequence[str]) -> str:
    """The nearest names to one that does not exist."""
    return ", ".join(difflib.get_close_matches(name, known, n=3, cutoff=0))
