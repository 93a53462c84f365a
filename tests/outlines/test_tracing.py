"""A picture traced: its outline is the one that it was drawn from."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fontgan.assets import bundled_font
from fontgan.fonts.canvas import Canvas
from fontgan.fonts.face import Face
from fontgan.fonts.location import FontLocation
from fontgan.outlines.blur import blurred
from fontgan.outlines.outline import Outline
from fontgan.outlines.sections import Tolerance
from fontgan.outlines.tracing import Trace, trace
from tests.outlines.shapes import (
    SIZE,
    coverage,
    ellipse,
    ellipses,
    hole,
    iou,
    picture,
    rectangle,
    stars,
    toys,
    turn,
    turned_rectangles,
)

SCALE = 8
few = settings(max_examples=15)  # a trace takes tens of milliseconds
TEXT = "永和国我的是疑囊"
FONTS = ("noto-sans-sc.otf", "fontgan-kai.ttf", "ma-shan-zheng.ttf")


def _enlarged(polygon: np.ndarray) -> np.ndarray:
    return 1 - picture(polygon * SCALE, size=SIZE * SCALE) / 255


@given(turned_rectangles)
@few
def test_a_rectangle_comes_back_as_four_lines(polygon: np.ndarray) -> None:
    (contour,) = trace(picture(polygon)).outline.contours
    assert contour.lines.tolist() == [True] * 4
    gaps = np.hypot(*np.moveaxis(contour.points[:, None, 0] - polygon, 2, 0))
    assert gaps.min(axis=0).max() < 0.12


@given(stars())
@few
def test_a_star_drawn_again_larger_is_the_same(polygon: np.ndarray) -> None:
    outline = trace(picture(polygon)).outline
    assert iou(coverage(outline, SIZE * SCALE, SCALE), _enlarged(polygon)) > 0.985


@given(ellipses)
@few
def test_an_ellipse_needs_few_points(polygon: np.ndarray) -> None:
    found = trace(picture(polygon))
    assert iou(coverage(found.outline, SIZE * SCALE, SCALE), _enlarged(polygon)) > 0.985
    assert found.outline.point_count <= 36


@given(toys)
@few
def test_the_error_is_small_and_honest(polygon: np.ndarray) -> None:
    image = picture(polygon)
    found = trace(image)
    assert not found.doubtful
    assert found.error < 0.08
    difference = np.abs(coverage(found.outline) - (1 - image / 255))
    difference = difference[difference > 0.03].sum()  # less is the grey's rounding
    length = sum(
        np.hypot(*np.diff(contour.points, axis=1).reshape(-1, 2).T).sum()
        for contour in found.outline.contours
    )
    assert found.error == pytest.approx(difference / length, abs=0.01)


@given(toys)
@few
def test_nothing_crosses_itself_and_ink_is_on_the_left(polygon: np.ndarray) -> None:
    found = trace(picture(polygon))
    assert found.crossings == 0
    (contour,) = found.outline.contours
    assert contour.area < 0  # as y runs down
    assert -contour.area == pytest.approx((1 - picture(polygon) / 255).sum(), rel=0.01)


@given(ellipses.filter(lambda polygon: np.ptp(polygon, axis=0).min() > 20))
@few
def test_a_hole_runs_the_other_way(polygon: np.ndarray) -> None:
    middle = polygon.mean(axis=0)
    found = trace(picture(polygon, hole((polygon - middle) / 3 + middle)))
    outer, inner = sorted(contour.area for contour in found.outline.contours)
    assert outer < 0 < inner
    assert inner == pytest.approx(-outer / 9, rel=0.1)


@given(toys, st.integers(-3, 3), st.integers(-3, 3))
@few
def test_a_moved_picture_has_the_moved_outline(polygon: np.ndarray, right: int, down: int) -> None:
    image = picture(polygon)
    one, two = trace(image), trace(np.roll(image, (down, right), axis=(0, 1)))
    moved = one.outline.mapped(lambda points: points + np.array([right, down]))
    assert iou(coverage(moved), coverage(two.outline)) > 0.98


@given(toys)
@few
def test_a_mirrored_picture_has_the_mirrored_outline(polygon: np.ndarray) -> None:
    image = picture(polygon)
    one, two = trace(image).outline, trace(image[:, ::-1]).outline
    assert iou(coverage(one)[:, ::-1], coverage(two)) > 0.98


def test_the_same_picture_gives_the_same_outline() -> None:
    image = picture(ellipse(30, 30, 20, 11, 0.7))
    one, two = trace(image), trace(image.copy())
    assert one.outline.contours[0].points.tobytes() == two.outline.contours[0].points.tobytes()
    assert one.error == two.error


def test_level_lines_are_exactly_level() -> None:
    frame = trace(picture(rectangle(8.3, 9.1, 55.2, 50.6), hole(rectangle(13.2, 14.4, 50.1, 45.9))))
    for contour in frame.outline.contours:
        step = np.abs(contour.points[:, 3] - contour.points[:, 0])
        assert (step.min(axis=1) == 0).all()
        assert contour.lines.all()


@pytest.mark.parametrize("width", [2.0, 2.7, 3.5, 5.0])
@pytest.mark.parametrize("angle", [0.0, 0.3, 1.1])
def test_the_cut_end_of_a_narrow_stroke_keeps_its_corners(width: float, angle: float) -> None:
    stroke = turn(rectangle(-18, -width / 2, 18, width / 2), angle) + 32
    (contour,) = trace(picture(stroke)).outline.contours
    assert contour.lines.tolist() == [True] * 4


def test_a_blank_picture_has_no_contours() -> None:
    found = trace(np.full((SIZE, SIZE), 255, np.uint8))
    assert found.outline.contours == ()
    assert (found.error, found.missed, found.doubtful) == (0, 0, False)


def test_a_black_picture_is_one_square() -> None:
    (contour,) = trace(np.zeros((SIZE, SIZE), np.uint8)).outline.contours
    assert contour.lines.all()
    assert -contour.area == pytest.approx(SIZE**2, rel=1e-3)
    assert len(contour.lines) == 4


def test_a_speck_is_left_out() -> None:
    image = picture(rectangle(20, 20, 40, 40))
    image[5, 5] = 60
    image[30, 30] = 200
    assert len(trace(image).outline.contours) == 1


@given(st.integers(0, 2**32 - 1), st.sampled_from([0.1, 0.3, 1.0]))
@few
def test_noise_is_traced_without_an_error(seed: int, strength: float) -> None:
    random = np.random.default_rng(seed)
    noise = random.random((SIZE, SIZE)) * strength
    image = np.clip(picture(ellipse(32, 32, 15, 9)) + 255 * (noise - strength / 2), 0, 255).astype(np.uint8)
    found = trace(image)
    assert math.isfinite(found.error)
    assert all(np.isfinite(contour.points).all() for contour in found.outline.contours)


@pytest.mark.slow
def test_the_worst_picture_has_an_end() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (256, 256)).astype(np.uint8)
    checkers = np.indices((256, 256)).sum(axis=0) // 2 % 2 * 255
    for image in (noise, checkers.astype(np.uint8)):
        assert trace(image).doubtful


@pytest.mark.parametrize("sigma", [0.5, 0.8])
@pytest.mark.parametrize("seed", range(3))
def test_a_soft_noisy_picture_gives_the_smooth_outline(sigma: float, seed: int) -> None:
    polygon = ellipse(32, 32, 22, 14, 0.4)
    ink = blurred(1 - picture(polygon) / 255, sigma)
    ink = np.clip(ink + np.random.default_rng(seed).normal(0, 0.02, ink.shape), 0, 1)
    found = trace(np.round(255 - 255 * ink).astype(np.uint8))
    assert len(found.outline.contours) == 1
    assert found.outline.point_count <= 45
    assert iou(coverage(found.outline, SIZE * SCALE, SCALE), _enlarged(polygon)) > 0.98


def test_a_grey_smear_is_said_to_be_the_images_fault() -> None:
    image = picture(rectangle(10, 10, 54, 20))
    assert not trace(image).doubtful
    image[30:44, 20:40] = 150
    found = trace(image)
    assert found.doubtful
    assert found.astray < 0.5
    assert found.reason.startswith("the image is unclear")


def test_an_outline_that_leaves_the_edge_is_the_worst() -> None:
    good = trace(picture(rectangle(10, 10, 54, 20)))
    unclear, astray = replace(good, error=0.2), replace(good, error=0.2, missed=5.0, astray=5.0)
    assert good.severity < 1 < unclear.severity < astray.severity
    assert (good.reason, unclear.doubtful, astray.doubtful) == ("", True, True)
    assert astray.reason.startswith("the outline has 5.0 pixels")


def test_the_same_fault_is_as_doubtful_at_any_size() -> None:
    small = Trace(Outline(()), 0.2, 4.0, 3.0, 0, 64)
    large = replace(small, error=0.4, missed=16.0, astray=12.0, size=128)
    assert small.severity == pytest.approx(large.severity)


def test_a_noisy_picture_is_traced_again_more_closely() -> None:
    own, closer = (tolerance.with_noise(0.1) for tolerance in (Tolerance(), Tolerance().closer()))
    assert closer.precision < own.precision
    assert closer.farthest < own.farthest


@pytest.mark.parametrize("character", "扮耙埃批唉臂")
def test_the_ends_of_strokes_are_not_cut_off(character: str) -> None:
    image = Face(FontLocation(bundled_font("noto-sans-sc.otf"))).draw(ord(character), Canvas(SIZE))
    assert image is not None
    found = trace(image)
    assert found.astray < 1.5
    assert not found.doubtful


@pytest.mark.parametrize("font", FONTS)
def test_real_glyphs_drawn_again_are_the_same(font: str) -> None:
    face = Face(FontLocation(bundled_font(font)))
    for character in TEXT:
        image = face.draw(ord(character), Canvas(128))
        large = face.draw(ord(character), Canvas(256))
        if image is None or large is None:
            continue  # not among the thousand that come with fontgan
        found = trace(image)
        assert found.crossings == 0
        assert iou(coverage(found.outline, 256, 2), 1 - large / 255) > 0.98


@pytest.mark.parametrize("radius", [60, 80, 100])
def test_a_long_edge_behind_a_wide_bend_is_followed(radius: int) -> None:
    """Knots are needed up to the corner where it ends: turns are counted on to that point."""
    turned = np.linspace(0, 1.4, 60)
    bend = np.array([100, 246]) + radius * np.stack([np.sin(turned), np.cos(turned) - 1], axis=1)
    length = np.linspace(1, 226 - radius, 60)
    angle = 1.4 + 0.1 * length / length[-1]
    straight = bend[-1] + np.stack([np.cos(angle) * length, -np.sin(angle) * length], axis=1)
    shape = np.concatenate([bend, straight, [(40.0, straight[-1, 1]), (40.0, 246.0)]])
    image = picture(shape, size=256)
    assert iou(coverage(trace(image).outline, 256), 1 - image / 255) > 0.9985
