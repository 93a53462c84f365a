"""Tables in a narrow terminal."""

from __future__ import annotations

import pytest

from fontgan.cli.console import results, show_facts, show_rows

ROWS = [["gb18030-common-1", "style", "3,500", "63"], ["gb18030-common-2", "style", "3,000", ""]]
HEADINGS = ("set", "role", "characters", "drawn")
LONG = "/a/path/that/is/longer/than/the/terminal/is/wide"


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_no_name_figure_or_path_is_cut(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(results, "_width", width)
    show_rows(results, LONG, HEADINGS, ROWS, names=2)
    shown = capsys.readouterr().out
    assert "…" not in shown
    for text in (LONG, "gb18030-common-1", "gb18030-common-2", "3,500", "63"):
        assert text in shown
    assert ("━" in shown) == (width >= 80)
    assert "characters" in shown
    assert max(map(len, shown.replace(LONG, "").splitlines())) <= width


def test_facts_without_a_text_are_omitted(capsys: pytest.CaptureFixture[str]) -> None:
    show_facts(LONG, {"name": "x", "version": ""})
    shown = capsys.readouterr().out
    assert LONG in shown
    assert "name" in shown
    assert "version" not in shown
