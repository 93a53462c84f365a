"""Charts: round axes, points where they belong, texts escaped."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import pytest

from fontgan.report.charts import Chart, Line, draw_chart, draw_histogram, in_figures, nice_ticks
from tests.report.pages import HOSTILE


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (0, 1, [0, 0.5, 1]),
        (0.21, 0.78, [0.2, 0.4, 0.6, 0.8]),
        (0, 1249, [0, 500, 1000, 1500]),
        (-3, 3, [-4, -2, 0, 2, 4]),
        (5, 5, [2, 4, 6, 8]),
        (0, 0, [-0.5, 0, 0.5]),
    ],
)
def test_axes_have_round_numbers_around_all_values(low: float, high: float, wanted: list[float]) -> None:
    assert nice_ticks(low, high) == pytest.approx(wanted)


def test_figures_are_short() -> None:
    shown = [in_figures(value) for value in (0.25, 1000, 2.5e6, 3e9, 0)]
    assert shown == ["0.25", "1,000", "2.5M", "3G", "0"]


def circles(svg: str) -> list[tuple[float, float]]:
    root = ElementTree.fromstring(svg)
    return [(float(each.get("cx", 0)), float(each.get("cy", 0))) for each in root.iter("circle")]


def test_points_lie_where_their_values_are() -> None:
    (first, middle, last) = circles(draw_chart(Chart("a", "b", [Line(0, [(0, 0), (1, 0.5), (2, 1)])])))
    assert first[0] < middle[0] < last[0]
    assert middle[0] - first[0] == pytest.approx(last[0] - middle[0], abs=0.11)
    assert first[1] > middle[1] > last[1]  # upward
    assert middle[1] == pytest.approx((first[1] + last[1]) / 2, abs=0.11)


def test_a_logarithmic_axis_has_equal_factors_at_equal_distances() -> None:
    chart = Chart("a", "b", [Line(0, [(10, 1), (100, 2), (1000, 3)], "dots")], logarithmic=True)
    (first, middle, last) = circles(draw_chart(chart))
    assert middle[0] - first[0] == pytest.approx(last[0] - middle[0], abs=0.11)


def test_what_is_not_a_number_is_omitted() -> None:
    line = Line(0, [(0, math.nan), (1, 2), (2, math.inf), (3, 4)])
    assert len(circles(draw_chart(Chart("a", "b", [line])))) == 2
    nothing = Chart("a", "b", [Line(0, [(0, math.nan)])])
    assert not nothing
    assert draw_chart(nothing) == ""


def test_a_long_line_is_thinned_and_keeps_its_end() -> None:
    svg = draw_chart(Chart("a", "b", [Line(0, [(float(x), 1.0) for x in range(100_000)], "plain")]))
    points = re.findall(r'points="([^"]*)"', svg)[0].split()
    assert len(points) <= 301
    assert points[-1].startswith("338.0,")


def test_a_pale_line_does_not_stretch_the_axis() -> None:
    front = Line(0, [(0, 0), (1, 1)], "plain")
    alone = draw_chart(Chart("a", "b", [front]))
    both = draw_chart(Chart("a", "b", [Line(0, [(0, 900), (1, 1)], "pale"), front]))
    labels = [re.findall(r">([\d.]+)<", svg) for svg in (alone, both)]
    assert labels[0] == labels[1]


def test_several_lines_are_marked_by_their_numbers() -> None:
    lines = [Line(number, [(0, number), (1, number)]) for number in range(10)]
    svg = draw_chart(Chart("a", "b", lines))
    assert re.findall(r'class="mark c(\d)"[^>]*>(\d+)<', svg)[-1] == ("1", "10")
    assert 'class="mark' not in draw_chart(Chart("a", "b", lines[:1]))


def test_texts_are_escaped() -> None:
    root = ElementTree.fromstring(draw_chart(Chart(HOSTILE, HOSTILE, [Line(0, [(0, 1)])])))
    assert HOSTILE in "".join(root.itertext())
    assert root.get("aria-label") == HOSTILE


def test_a_histogram_has_a_bar_for_each_share_that_can_be_seen() -> None:
    root = ElementTree.fromstring(draw_histogram("a", "b", [[0.5, 0.5, 0.0], [1.0, 0.00001, 0.01]]))
    bars = [(each.get("class"), float(each.get("height", 0))) for each in root.iter("rect")]
    assert [kind for kind, _ in bars] == ["bar c0", "bar c0", "bar c1", "bar c1"]
    heights = [height for _, height in bars]
    assert heights[2] == pytest.approx(174, abs=0.1)  # all of the axis
    assert heights[3] == pytest.approx(174 / 2, abs=0.1)  # 1 % lies in the middle from 0.01 % to 100 %
