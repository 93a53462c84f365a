"""`fontgan compare` as it is typed: mistakes end in one line, before anything is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from fontgan.cli.comparison_view import show_comparison
from tests.cli.test_commands import fails
from tests.comparison.cells import cell, comparison
from tests.helpers import Command


@pytest.mark.usefixtures("here")
def test_what_cannot_be_compared_ends_in_one_line(type_command: Command) -> None:
    for words, said in (
        ((), "pass a second --model or --preset"),
        (("--model", "pix2pics", "--model", "wnet"), "did you mean 'pix2pix'"),
        (("--set", "residul=0,1"), "there is no setting 'residul'"),
        (("--set", "seed=0,1"), "pass it with --seed"),
        (("--model", "denoiser", "--seed", "0,1"), "add pix2pix as a --model"),
        (("--learn", "20,3000"), "pass fewer with --learn"),
        (("runs/a",), "pass a second run"),
        (("runs/a", "runs/b"), "the run runs/a does not exist"),
        (("runs/a", "runs/b", "--minutes", "2"), "--minutes is for cells that are trained"),
    ):
        fails(type_command("compare", *words), said)
    assert type_command("compare", "--seed", "0,x")[0] == 2
    assert type_command("compare", "--set", "residual")[0] == 2
    assert not Path("compared").exists()


def test_a_table_has_the_spread_over_seeds_and_names_what_failed(capsys: pytest.CaptureFixture[str]) -> None:
    show_comparison(comparison(cell("a", 0, 0.4), cell("a", 1, 0.6), cell("b", failed="memory ran out")))
    shown = capsys.readouterr()
    assert "0.500 ± 0.141" in shown.out
    assert "Kai 楷: 2 characters that none of them has learnt" in shown.out
    assert "b-0 failed: memory ran out" in shown.err
    assert "a-1, kai: a note" in shown.err
