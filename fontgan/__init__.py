"""Learn a font from some of its characters, and draw the rest.

The public names are imported when they are first used, so that `import fontgan` is quick and changes nothing:

    import fontgan

    data = fontgan.render(target="MyFont.ttf", source="All.otf")
    run = fontgan.train(data, minutes=4)
    drawing = fontgan.Drawer(run).draw("永和")

docs/python.md explains them one by one.
"""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own would be imported before anything can answer Ctrl-C
if TYPE_CHECKING:
    from typing import Any

    from fontgan.drawing.drawer import Drawer
    from fontgan.drawing.drawing import Drawing
    from fontgan.errors import FontganError
    from fontgan.library import Dataset, check, compare, evaluate, export_font, render, train
    from fontgan.runs.folder import Run

    __version__: str

__all__ = [
    "Dataset",
    "Drawer",
    "Drawing",
    "FontganError",
    "Run",
    "__version__",
    "check",
    "compare",
    "evaluate",
    "export_font",
    "render",
    "train",
]

_WHERE = {
    "Dataset": "fontgan.library",
    "Drawer": "fontgan.drawing.drawer",
    "Drawing": "fontgan.drawing.drawing",
    "FontganError": "fontgan.errors",
    "Run": "fontgan.runs.folder",
    "check": "fontgan.library",
    "compare": "fontgan.library",
    "evaluate": "fontgan.library",
    "export_font": "fontgan.library",
    "render": "fontgan.library",
    "train": "fontgan.library",
}


if not TYPE_CHECKING:  # a type checker sees the names above, and no others

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            from importlib.metadata import version

            return version("fontgan")
        if name not in _WHERE:
            raise AttributeError(f"module 'fontgan' has no attribute {name!r}")
        import importlib

        value = globals()[name] = getattr(importlib.import_module(_WHERE[name]), name)
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
