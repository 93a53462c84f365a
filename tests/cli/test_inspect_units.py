"""`fontgan inspect RUN --units`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers import Command
from tests.models.small import keep_untaught_run


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two toy fonts and a run of them, of random weights."""
    monkeypatch.chdir(tmp_path)
    keep_untaught_run(tmp_path)
    (tmp_path / "runs" / "one" / "config.toml").write_text("")
    return tmp_path


def test_units_are_listed_and_drawn(type_command: Command) -> None:
    status, out, _ = type_command("inspect", "runs/one", "--units")
    assert status == 0
    for words in ("encoder.down.", "decoder.", "lies on", "ink −", "fixed L1", "off together", "horizontal"):
        assert words in out
    assert out.splitlines()[-1] == "inspected/one-units.png"
    sheet = np.asarray(Image.open("inspected/one-units.png"))
    assert sheet.ndim == 3
    assert len(np.unique(sheet.reshape(-1, 3), axis=0)) > 50
    assert (sheet[..., 1].astype(int) - sheet[..., 0] > 60).any()  # green, where a unit is active


def test_json_has_all_units_of_the_layers_that_were_named(type_command: Command) -> None:
    status, out, _ = type_command(
        "inspect", "runs/one", "--units", "--layer", "encoder.stem", "--json", "--sheet", "a.png"
    )
    found = json.loads(out)
    assert status == 0
    assert list(found["layers"]) == ["encoder.stem"]
    channels, *_ = found["layers"]["encoder.stem"]
    assert sorted(unit["number"] for unit in found["units"]) == list(range(channels))
    effects = [unit["effect"]["removed"] + unit["effect"]["added"] for unit in found["units"]]
    assert effects == sorted(effects, reverse=True)
    assert [each["concept"] for each in found["together"]] == ["horizontal", "vertical", "falling", "rising"]
    assert found["drawing"] == "a.png"
    assert Path("a.png").is_file()


def test_a_run_without_its_style_font_is_dissected_without_an_error(type_command: Command) -> None:
    Path("style.ttf").unlink()
    status, out, err = type_command("inspect", "runs/one", "--units", "--json")
    assert status == 0
    assert "style.ttf is missing" in err
    assert all(unit["effect"]["fixed_l1"] is None for unit in json.loads(out)["units"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("content.ttf", "--units"), "--units is for runs, but content.ttf is not a run"),
        (("content.ttf", "--layer", "a"), "--units is for runs"),
        (("runs/one", "--layer", "encoder.stem"), "--layer is for --units"),
        (("runs/one", "--units", "--network"), "--network and --units are two different lists"),
        (("runs/one", "--units", "--layer", "encoder.sten"), "no layer 'encoder.sten'"),
        (("runs/one", "--units", "--sheet", "a.svg"), "units are drawn on PNG files: name a.png"),
    ],
)
def test_mistakes_are_told_in_one_line(type_command: Command, arguments: tuple[str, ...], words: str) -> None:
    status, out, err = type_command("inspect", *arguments)
    assert (status, out) == (1, "")
    assert err.strip().splitlines()[-1].startswith("error: ")
    assert words in err
