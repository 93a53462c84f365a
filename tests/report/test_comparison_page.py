"""The page of a comparison: all that was found, the spread over seeds, nothing that strangers wrote."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from fontgan.judging.comparison import Comparison, Figure, Judged, JudgedStyle, Result
from fontgan.measures.table import ALL
from fontgan.report.comparison_page import draw_comparison_page, sample_labels, save_comparison_page
from tests.comparison.cells import STYLE, cell, comparison
from tests.report.pages import HOSTILE, Page

STRIPS = {"kai": [("content", "data:image/png;base64,AAAA"), ("a", "data:image/png;base64,BBBB")]}


def drawn(found: Comparison, notes: tuple[str, ...] = ()) -> str:
    return draw_comparison_page(found, STRIPS, notes)


def row(page: str, title: str) -> list[str]:
    """The cells of the first row of that title."""
    found = re.search(rf"<tr[^>]*>\s*<th>(?:<b[^<]*</b> )?{title}</th>(.*?)</tr>", page, flags=re.DOTALL)
    assert found, title
    return re.findall(r"<td[^>]*>.*?</td>", found[1])


def test_each_group_stands_beside_what_it_has_to_beat_and_the_best_is_marked() -> None:
    page = drawn(comparison(cell("a", iou=0.4), cell("b", iou=0.7, minutes=2.5)))
    assert row(page, "a")[0] == "<td>0.400</td>"
    assert row(page, "b")[:2] == ['<td class="best">0.700</td>', '<td class="best">0.300</td>']
    assert "<td>2.5</td>" in row(page, "b")
    for title in ("copy of the content", "nearest learnt glyph", "the style itself"):
        assert row(page, title)[0] == "<td>0.400</td>"  # of the first of those that learnt most
    assert Page(page).all("h1") == ["some"]
    assert Page(page).all("h2") == ["Notes", "Kai 楷"]
    assert "2 characters that none of the runs has learnt" in page
    assert row(page, f"{ALL['frechet'].heading}<small>[^<]*</small>")[0].endswith("2.000</td>")


def test_several_seeds_are_one_row_with_their_spread_and_a_curve_each() -> None:
    page = drawn(comparison(cell("a", 0, 0.4), cell("a", 1, 0.6), cell("b", iou=0.7)))
    assert row(page, "a")[0] == "<td>0.500<small>± 0.141</small></td>"
    assert row(page, "b")[0] == '<td class="best">0.700</td>'
    assert "±: standard deviation over seeds" in page
    assert "±" not in drawn(comparison(cell("a"), cell("b")))
    (curves, *_) = re.findall(r"<svg.*?</svg>", page)
    assert curves.count("<polyline") == 3
    assert re.findall(r'<circle class="dot (c\d)"', curves) == ["c1", "c1"]  # dots where there is one seed


def test_there_is_a_chart_for_all_in_which_groups_differ_and_lines_join_what_differs_in_that_alone() -> None:
    same = comparison(cell("a"), cell("b"))
    assert drawn(same).count("<svg") == 1  # IoU along the way; no other measure has a curve
    found = comparison(
        cell("a", settings={"residual": "0"}),
        cell("b", settings={"residual": "2"}, flops=5000),
        cell("c", settings={"residual": "2"}, model="wnet"),
        swept=("residual",),
    )
    page = drawn(found)
    titles = re.findall(r"(minutes of training|FLOPs for one glyph|residual)</text>", page)
    assert titles == [
        *("minutes of training", "FLOPs for one glyph", "residual"),
        *("FLOPs for one glyph", "residual"),
    ]
    assert page.count('behind"') == 2  # a and b, for two measures
    words = [cell("a", settings={"tail": "tanh"}), cell("b", settings={"tail": "softmax"})]
    assert drawn(comparison(*words, swept=("tail",))).count("<svg") == 1
    assert row(drawn(comparison(*words, swept=("tail",))).split("Settings that differ")[1], "b") == [
        '<td class="value">softmax</td>'
    ]


def test_what_failed_and_what_is_missing_is_named() -> None:
    found = replace(comparison(cell("a"), cell("b", failed="memory ran out", results=())), notes=("beware",))
    page = drawn(found, ("kai.png is damaged and is not shown",))
    notes = Page(page).all("li")
    assert notes[:3] == ["kai.png is damaged and is not shown", "beware", "b-0 failed: memory ran out"]
    assert "a-0, kai: a note" in notes
    assert not re.search(r"<th>[^/]*>b</th>", page)
    assert "No run of this style is made yet." in drawn(comparison())
    none = replace(comparison(cell("a")), styles=())
    assert "There is no style to judge by." in drawn(none)


def test_a_measure_that_does_not_apply_to_a_run_is_a_dash() -> None:
    judged = Judged({"iou": Figure(0.5, 0.5, 0.5, 0.5)})
    other = cell("b", results=(Result("kai", {"model": judged}),))
    assert row(drawn(comparison(cell("a"), other)), "b")[1] == "<td>–</td>"
    assert row(drawn(comparison(other)), "copy of the content")[0] == "<td>–</td>"


def test_samples_are_shown_where_they_are() -> None:
    found = comparison(cell("a"), cell("b"))
    assert sample_labels(found, "kai") == ["content", "a", "b", "the style itself"]
    sources = [own["src"] for name, own in Page(drawn(found)).elements if name == "img"]
    assert sources == [address for _, address in STRIPS["kai"]]
    assert "<img" not in draw_comparison_page(found, {})


def test_nothing_of_what_strangers_wrote_is_more_than_text() -> None:
    hostile = cell(
        HOSTILE,
        name=HOSTILE,
        settings={HOSTILE: HOSTILE},
        results=(Result("kai", cell("a").results[0].sides, (HOSTILE,)),),
        curve=(),
    )
    other = cell("b", settings={HOSTILE: "1"}, flops=5)
    third = cell("c", settings={HOSTILE: "2"}, failed=HOSTILE)
    found = Comparison(
        HOSTILE, {}, (JudgedStyle("kai", HOSTILE, "永"),), (HOSTILE,), (hostile, other, third), (HOSTILE,)
    )
    page = draw_comparison_page(found, {"kai": [(HOSTILE, STRIPS["kai"][0][1])]}, (HOSTILE,))
    read = Page(page)
    assert {name for name, _ in read.elements}.isdisjoint({"script", "iframe", "object"})
    assert not any(name.startswith("on") for _, own in read.elements for name in own)
    assert read.all("h1") == [HOSTILE]
    assert HOSTILE in read.all("h2")
    assert HOSTILE in read.all("li")
    assert "49" not in read.all("h1")[0]
    assert "default-src 'none'" in read.policy
    assert "script-src" not in read.policy


def test_the_same_comparison_is_the_same_page(tmp_path: Path) -> None:
    found = comparison(cell("a"), cell("b"))
    save_comparison_page(tmp_path / "one.html", found, STRIPS)
    assert (tmp_path / "one.html").read_text(encoding="utf-8") == drawn(found)
    assert STYLE.family in drawn(found)
