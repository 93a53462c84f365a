"""`fontgan models`, as it is typed."""

from __future__ import annotations

import json

import pytest

from fontgan.models import catalogue
from tests.helpers import Command
from tests.models.small import PRESETS


@pytest.mark.slow
def test_json_has_stable_keys_and_nothing_beside_it(type_command: Command) -> None:
    status, out, _ = type_command("models", "--json")
    found = json.loads(out)
    assert status == 0
    assert [(entry["model"], entry["preset"]) for entry in found] == PRESETS
    assert list(found[0]) == [
        "model",
        "preset",
        "summary",
        "source",
        "purpose",
        "paired",
        "many_styles",
        "conditions",
        "parameters",
        "flops",
        "loss",
        "images_per_second",
    ]
    assert {entry["images_per_second"] for entry in found} == {None}


@pytest.mark.slow
@pytest.mark.parametrize("columns", [80, 100])
def test_the_table_fits_the_terminal(
    type_command: Command, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    status, out, _ = type_command("models")
    assert status == 0
    assert max(map(len, out.splitlines())) <= columns
    for words in (
        "a U-Net, judged by a PatchGAN",
        "the usual choice: one style, some hundred of its glyphs",
        "paired, one style · Isola et al. 2017",
        "unpaired, one style · Zhu et al. 2017",
        "paired, many styles · Tian 2017",
        "41.8 M    2.96 G  100 × l1 + vanilla (patch)",
        "fontgan models --measure",
    ):
        assert words in out


@pytest.mark.slow
def test_speeds_are_told_when_asked_for(type_command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "images_per_second", lambda *_: 1234.5)
    status, out, err = type_command("models", "--measure")
    assert status == 0
    assert out.count("1,234") == len(PRESETS)
    assert "images/s" in out
    assert f"{len(PRESETS)}/{len(PRESETS)} presets" in " ".join(err.split())
    found = json.loads(type_command("models", "--measure", "--json")[1])
    assert {entry["images_per_second"] for entry in found} == {1234.5}


def test_a_size_that_cannot_be_is_told(type_command: Command) -> None:
    status, out, err = type_command("models", "--size", "50")
    assert (status, out) == (1, "")
    assert "cannot take images of 50 px" in err.splitlines()[-1]
