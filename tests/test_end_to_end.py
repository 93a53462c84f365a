"""The whole way on the real fonts that come with fontgan, in seconds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers import Command


@pytest.mark.slow
def test_real_fonts_become_characters_that_no_designer_drew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, type_command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    assert type_command("render-dataset")[0] == 0
    status, out, err = type_command("train", "--model", "pix2pix", "--steps", "120", "--seed", "1")
    assert status == 0, err
    run = Path(out.strip()).parents[2]
    test = json.loads((run / "log.jsonl").read_text().splitlines()[-1])["test"]
    assert test["generated"]["iou"] > test["copy of the content"]["iou"] + 0.1
    assert test["generated"]["fixed_l1"] < 0.65 * test["copy of the content"]["fixed_l1"]
    status, out, err = type_command("generate", "--chars", "永和")
    assert status == 0, err
    for name in ("U+6C38.png", "U+548C.png"):
        with Image.open(Path(out.split()[1]) / name) as image:
            picture = np.asarray(image)
        assert picture.shape == (128, 128)
        assert 0.05 < 1 - picture.mean() / 255 < 0.4
