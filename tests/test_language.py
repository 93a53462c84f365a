"""Plain English: the habits that CONTRIBUTING.md names do not come back."""

from __future__ import annotations

import ast
import dataclasses
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer.main

from fontgan.cli.commands import app
from fontgan.config.groups import groups_of
from fontgan.config.settings import Settings, TrainingPlan
from fontgan.models import find_model, model_names

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
BEGINNINGS = r"^(of|for|by|in|at|with|so|it is|it was|it|they|the|that|where|which|who|no single|how|what)\b"


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


def _option_helps() -> Iterator[tuple[str, str]]:
    """The help of every command, option and argument, by how it is called."""
    group = typer.main.get_group(app)
    for name, command in {"": group, **group.commands}.items():
        for parameter in command.params:
            yield f"{name} {parameter.name}", getattr(parameter, "help", None) or ""
        yield name, command.help or ""


def _settings_helps() -> Iterator[tuple[str, str]]:
    """The help of every setting of the plan and of every model, groups and what is in them included."""
    waiting: list[type[Settings]] = [TrainingPlan]
    waiting += [type(find_model(name).preset("default")) for name in model_names()]
    for kind in waiting:
        for item in dataclasses.fields(kind):
            yield f"{kind.__name__} {item.name}", item.metadata["help"]
        waiting += [inner for inner in groups_of(kind).values() if inner not in waiting]


@pytest.mark.parametrize("helps", [_option_helps, _settings_helps])
def test_a_help_begins_with_a_noun_phrase_or_an_imperative(
    helps: Callable[[], Iterator[tuple[str, str]]],
) -> None:
    found = dict(helps())
    assert len(found) > 40
    wrong = [f"{name}: {text}" for name, text in found.items() if re.match(BEGINNINGS, text, re.IGNORECASE)]
    wrong += [f"{name}: {habit}" for name, text in found.items() for habit in _found(text)]
    wrong += [f"{name} has no help" for name, text in found.items() if not text]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("help_text", ["Of the random numbers.", "what computes", "how maps are halved"])
def test_other_beginnings_are_found(help_text: str) -> None:
    assert re.match(BEGINNINGS, help_text, re.IGNORECASE)


def _documentation(tree: ast.AST) -> set[int]:
    """The nodes of all docstrings, by their `id`."""
    owners = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    first = (node.body[0] for node in ast.walk(tree) if isinstance(node, owners) and node.body)
    return {id(one.value) for one in first if isinstance(one, ast.Expr)}


def _typed_options(source: str) -> list[str]:
    """The texts of a program, but for its docstrings, that name an option as the command line spells it."""
    tree = ast.parse(source)
    documentation = _documentation(tree)
    return [
        f"line {node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
        if re.search(r"(?<![-\w])--[a-z]", node.value)
    ]


def test_the_library_names_no_options() -> None:
    """A remedy names parameters in braces, which Python and the command line spell each in their way."""
    files = [path for path in _python() if "cli" not in path.relative_to(ROOT / "fontgan").parts]
    found = {path: _typed_options(path.read_text(encoding="utf-8")) for path in files}
    assert not {str(path): texts for path, texts in found.items() if texts}


def test_an_option_in_a_message_is_found() -> None:
    source = '"""See --set."""\nraise FontganError(f"{path} is missing", "pass --source FONT")\n'
    assert _typed_options(source) == ["line 2: pass --source FONT"]


def test_a_habit_is_found() -> None:
    assert len(list(_found("how so many steps are told anew"))) == 3
    assert not list(_found("N steps, so that all is well"))
