"""Plain English: the habits that CONTRIBUTING.md names do not come back."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# A habit, and what to write instead. CONTRIBUTING.md lists them for people.
HABITS = {
    r"\b(told|tells)\b": "reports, lists, shows, prints, says",
    r"\bso (many|much)\b(?! (that|as))": "N, up to N, this many",
    r"\bparted (by|at)\b": "separated by",
    r"\bmeant over\b": "averaged over",
    r"\bweighed\b": "weighted",
    r"\banew\b": "again, new",
    r"\b(mends?|mended|mending)\b": "fixes",
    r"\bthrice\b": "three times",
    r"\bbroken off\b|\bbreaks? off\b": "interrupted",
    r"\b(go|goes|going|went) on\b": "continue",
    r"(?<!there )\b(is|are|was|were) no (?!longer\b|more\b|such\b|less\b|[a-z]+er\b)[a-z]": "is not a",
    r"\btrainings\b|\b(a|the|this|each|every|another|whole) training(?! [a-z])": "run, training run",
    r"\b(images|glyphs|characters|steps|ms|µs|batches|pixels|lines|files) an? [a-z]+\b": "per",
    r"\bstep sizes?\b": "learning rate",
    r"\bby heart\b": "memorised",
    r"\b(no numbers?|any number) any ?more\b": "NaN or infinity",
}
# What a help must not begin with: it is a noun phrase or an imperative.
BEGINNINGS = r"^(of|for|by|in|at|with|so|it is|it was|it|they|no single|how|what)\b"


def _strings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every text of a file with its line, docstrings and the fixed parts of f-strings included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, " ".join(node.value.split())


def _python() -> list[Path]:
    return sorted((ROOT / "fontgan").rglob("*.py"))


def _pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def _found(text: str) -> Iterator[str]:
    for habit, better in HABITS.items():
        for match in re.finditer(habit, text, re.IGNORECASE):
            around = text[max(0, match.start() - 25) : match.end() + 25]
            yield f"{match[0]!r} in «{around}»: write {better}"


@pytest.mark.parametrize("path", _python(), ids=lambda path: str(path.relative_to(ROOT / "fontgan")))
def test_texts_and_comments_are_plain(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    found = [f"line {line}: {habit}" for line, text in _strings(ast.parse(source)) for habit in _found(text)]
    found += [
        f"line {number}: {habit}"
        for number, line in enumerate(source.splitlines(), 1)
        if "#" in line
        for habit in _found(line.partition("#")[2])
    ]
    assert not found, "\n".join(dict.fromkeys(found))


@pytest.mark.parametrize("path", _pages(), ids=lambda path: path.name)
def test_pages_are_plain(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = enumerate(text.splitlines(), 1)
    found = [f"line {number}: {habit}" for number, line in lines for habit in _found(line)]
    assert not found, "\n".join(found)


def test_a_habit_is_found() -> None:
    assert len(list(_found("how so many steps are told anew"))) == 3
    assert not list(_found("N steps, so that all is well"))
