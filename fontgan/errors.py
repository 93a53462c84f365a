"""The one exception that a user is meant to see, and several of them as one."""

from __future__ import annotations

from collections.abc import Callable, Iterable

# What a remedy may name besides parameters: the calls that make what is missing.
_CALLS = {
    "render_dataset": "fontgan.render",
    "train": "fontgan.train",
    "generate": "fontgan.Drawer",
    "inspect": "fontgan inspect",
    "export_font": "fontgan.export_font",
}


class FontganError(Exception):
    """A mistake or a missing piece that the user can fix; existing files are left unchanged.

    The remedy is a template. A parameter that the caller can change stands in it by its name in braces,
    `{source}`, and is spelt as the caller types it: `source` in Python, `--source` on the command line.
    `{set}` is the way to change a setting; `{render_dataset}`, `{train}`, `{generate}`, `{inspect}` and
    `{export_font}` are calls or commands. Further values are given by name, so that a brace in a path means
    nothing.

        FontganError(f"the content font {path} is missing", "pass its new location with {source}")

    Args:
        problem: what is wrong and where, in plain words.
        remedy: what fixes it; empty where the problem says it all.
        values: other fields of the remedy.
    """

    def __init__(self, problem: str, remedy: str = "", **values: object) -> None:
        super().__init__(problem, remedy)
        self.problem, self._template, self._values = problem, remedy, values

    @property
    def remedy(self) -> str:
        """What fixes it, in the words of Python."""
        return self.spell(lambda name: _CALLS.get(name, name))

    def spell(self, name_of: Callable[[str], str]) -> str:
        """The remedy, each parameter or call spelt by `name_of`."""
        return self._template.format_map(_Fields(self._values, name_of))

    def __str__(self) -> str:
        return joined(self.problem, self.remedy)


class MistakesError(FontganError):
    """Several mistakes that were found together.

    Args:
        mistakes: at least one; a text where no remedy names a parameter.

    Attributes:
        errors: each by itself.
    """

    def __init__(self, mistakes: Iterable[str | FontganError]) -> None:
        self.errors = [FontganError(each) if isinstance(each, str) else each for each in mistakes]
        super().__init__("; ".join(map(str, self.errors)))


def joined(problem: str, remedy: str) -> str:
    """Problem and remedy as one line."""
    return f"{problem}: {remedy}" if remedy else problem


class _Fields(dict[str, object]):
    """The values of a template; what is not among them is a parameter's name."""

    def __init__(self, values: dict[str, object], name_of: Callable[[str], str]) -> None:
        super().__init__(values)
        self._name_of = name_of

    def __missing__(self, name: str) -> str:
        return self._name_of(name)
