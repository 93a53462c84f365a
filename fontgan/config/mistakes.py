"""Several mistakes as one error of one line."""

from __future__ import annotations

from collections.abc import Sequence

from fontgan.errors import FontganError


def together(mistakes: Sequence[str | FontganError]) -> FontganError:
    """One error that lists all mistakes with their remedies, those without a remedy first.

    Args:
        mistakes: at least one; a text where no remedy names a parameter.
    """
    errors = [FontganError(each) if isinstance(each, str) else each for each in mistakes]
    bare = [error.problem for error in errors if not error.args[1]]
    curable = [error for error in errors if error.args[1]]
    if not curable:
        return FontganError("; ".join(bare))
    first, *others = curable
    remedies = [first.args[1], *(f"{_plain(error.problem)}: {error.args[1]}" for error in others)]
    return FontganError("; ".join([*bare, first.problem]), "; ".join(remedies))


def _plain(text: str) -> str:
    """A text in a template, where braces would name a parameter."""
    return text.replace("{", "{{").replace("}", "}}")
