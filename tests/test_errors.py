"""Errors in two halves, spelt for whoever reads them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fontgan.errors import FontganError, joined


def test_parameters_are_spelt_for_the_caller() -> None:
    error = FontganError("the font X.ttf is missing", "pass its new location with {source}")
    assert str(error) == "the font X.ttf is missing: pass its new location with source"
    assert error.spell(lambda name: f"--{name}") == "pass its new location with --source"


def test_calls_are_named_as_python_has_them() -> None:
    assert (
        FontganError("there is no dataset", "{render_dataset} makes one").remedy == "fontgan.render makes one"
    )


@given(st.text(), st.text())
def test_braces_in_what_a_user_named_mean_nothing(path: str, value: str) -> None:
    error = FontganError(path, "set {name}={value}", name="size", value=value)
    assert str(error) == joined(path, f"set size={value}")
