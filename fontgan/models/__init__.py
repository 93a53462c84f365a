"""The models, one file each: networks, losses and a training step.

This package's own file imports no torch, so that the names can be listed at once.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

from fontgan.config.reading import nearest
from fontgan.errors import FontganError

if TYPE_CHECKING:
    from fontgan.models.base import Model

_NO_MODELS = ("base", "catalogue", "examples", "memory")


def model_names() -> list[str]:
    """The names of all models: each is a module of this package; parts/ has what they are made of."""
    modules = (module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg)
    return sorted(name for name in modules if name not in _NO_MODELS)


def find_model(name: str) -> type[Model[Any]]:
    """The model of that name.

    Raises:
        FontganError: there is none.
    """
    if name not in model_names():
        raise FontganError(f"there is no model {name!r}{nearest(name, model_names())}")
    module = importlib.import_module(f"fontgan.models.{name}")
    model: type[Model[Any]] = module.MODEL
    return model
