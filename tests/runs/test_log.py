"""The log: what is written is read again, whole lines only, whatever format."""

from __future__ import annotations

import itertools
import json
import math
import os
from dataclasses import replace
from pathlib import Path

import pytest

from fontgan.errors import FontganError
from fontgan.runs.log import Broken, Finished, Line, Log, Measured, Progressed

MEASURES = {"iou": 0.5, "fixed_l1": 0.25, "l1": 0.1, "ink": 1.0, "ssim": 0.75, "grey": 0.0}
LINES: list[Line] = [
    Measured(0, 0.0, MEASURES),
    Progressed(3, 0.25, {"l1": 0.5}, {"G": 2.0}, {"G": 1e-3}, 321.0, 1.5),
    Broken(4, "l1\u2028became\x85nan"),  # what ends a line for some readers, and not in JSON
    Finished(Path("runs/永"), Path("x"), 3, 4, True, 2.0, 1.0, 0.5, 99.0, {"generated": MEASURES}, "永和"),
]


def test_every_kind_of_line_comes_back(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.jsonl")
    for line in LINES:
        log.write(line)
    assert log.lines == LINES
    assert log.of(Broken) == [LINES[2]]
    first, sample = map(json.loads, log.path.read_text(encoding="utf-8").split("\n")[:2])
    assert first == {"event": "format", "format": 2}
    assert sample == {"event": "sample", "step": 0, "seconds": 0.0, **MEASURES}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_a_log_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").symlink_to("/dev/full")
    with pytest.raises(FontganError, match=r"log.jsonl cannot be written \(No space left on device\): check"):
        Log(tmp_path / "log.jsonl").write(LINES[0])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_log_that_is_a_pipe_is_refused_before_anything_waits_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log.jsonl")
    with pytest.raises(FontganError, match="is not a regular file: remove it"):
        Log(tmp_path / "log.jsonl").forget_after(3)


def test_measures_and_losses_of_one_name_are_two_curves(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.jsonl")
    for line in LINES:
        log.write(line)
    curves = log.curves
    assert curves.run == tmp_path.name
    assert [point.value for point in curves.losses["l1"]] == [0.5]
    assert [(point.step, point.value) for point in curves.measures["l1"]] == [(0, 0.1)]
    assert [point.value for point in curves.speed] == [321.0]


def test_a_log_that_was_interrupted_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.jsonl")
    for step in (1, 5, 9):
        log.write(Progressed(step, 0.0, {"l1": step / 10}, seconds=float(step)))
    with log.path.open("a") as file:
        file.write('3\n["x"]\n{}\n{"event": "unheard of"}\n{"event": "step", "st')
    assert [line.step for line in log.lines] == [1, 5, 9]
    log.forget_after(5)
    assert [line.step for line in log.lines] == [1, 5]
    assert '"unheard of"' in log.path.read_text()
    log.forget_after(0)
    assert log.lines == []


def test_a_log_of_the_first_format_has_no_first_line_and_gets_one(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.jsonl")
    log.write(LINES[0])
    old = log.path.read_text().splitlines()[1:]
    log.path.write_text("\n".join(old) + "\n")
    assert log.lines == LINES[:1]
    log.forget_after(9)
    assert log.path.read_text().splitlines() == ['{"event": "format", "format": 2}', *old]


def test_foreign_and_newer_logs_are_refused(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.jsonl")
    with pytest.raises(FontganError, match="has no figures in its log yet"):
        _ = log.curves
    log.path.write_text('{"event": "step", "loss": 3}\n')
    with pytest.raises(FontganError, match=r"^line 1 of \S+ is damaged: .* `step`: omit this run$"):
        _ = log.lines
    log.path.write_text('{"event": "format", "format": 3}\n')
    with pytest.raises(FontganError, match="has format 3, but this fontgan reads formats up to 2"):
        _ = log.lines


def test_what_is_no_figure_is_damage_and_does_not_stop_a_run_that_continues(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.jsonl")
    for line in (
        '{"event": "step", "step": "x", "progress": 0.5, "losses": {}}',
        '{"event": "step", "step": 1, "progress": 0.5, "losses": {"l1": null}}',
        '{"event": "step", "step": -1, "progress": 0.5, "losses": {}}',
        '{"event": "step", "step": 1, "progress": 0.5, "losses": ' + '{"a":' * 99 + "1" + "}" * 100,
        '{"event": "sample", "step": 1, "seconds": Infinity}',
        '{"event": "broken", "step": 1, "why": ["x"]}',
    ):
        log.path.write_text(f"{line}\n")
        with pytest.raises(FontganError, match=r"^line 1 of \S+ is damaged: [^\n]*: omit this run$"):
            _ = log.lines
        log.forget_after(3)
        assert log.path.read_text().splitlines()[1:] == [line]


def test_lines_that_a_killed_process_left_are_skipped_wherever_they_are(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.jsonl")
    log.write(LINES[0])
    with log.path.open("ab") as file:
        for damage in (
            b'{"event": "st',
            b"\xff\xfe",
            b"\0" * 3_000_000,
            b"[" * 100_000,
            b'{"event": ["step"]}',
            b"{}",
        ):
            file.write(damage + b"\n")
    log.write(LINES[1])
    assert log.lines == LINES[:2]
    log.forget_after(3)
    assert log.lines == LINES[:2]
    assert log.path.stat().st_size < 2000


def test_what_is_kept_stays_as_it_was_written(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.jsonl")
    row = '{"later":  [1e400, "\\ud800"], "event":"hue","step":1}\n'
    log.path.write_text(row + '{"event": "step", "step": 9}')
    log.forget_after(3)
    assert log.path.read_text() == '{"event": "format", "format": 2}\n' + row


def test_curves_hold_what_can_be_drawn(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.jsonl")
    for value in (1.0, 1e308, -1e308, math.inf):
        log.write(Progressed(1, 0.0, {"l1": value}))
    assert [point.value for point in log.curves.losses["l1"]] == [1.0, math.inf, -math.inf, math.inf]
    for number in range(70):
        log.write(Progressed(1, 0.0, {f"loss {number}": 1.0}))
    with pytest.raises(FontganError, match="the log has 71 curves, more than any model: omit this run"):
        _ = log.curves


def test_of_a_long_log_every_other_report_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fontgan.runs.log._MOST_LINES", 20)
    log = Log(tmp_path / "log.jsonl")
    log.write(LINES[0])
    for step in range(100):
        log.write(Progressed(step, 0.0, {}))
    log.write(LINES[3])
    steps = [line.step for line in log.of(Progressed)]
    assert 10 <= len(steps) <= 20
    assert len({later - step for step, later in itertools.pairwise(steps)}) == 1
    assert (log.lines[0], log.lines[-1]) == (LINES[0], LINES[3])
    for _ in range(30):
        log.write(LINES[0])
    with pytest.raises(FontganError, match="it has more lines than a log: omit this run"):
        _ = log.lines


def test_a_log_that_no_run_has_written_is_not_read(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.jsonl")
    with log.path.open("wb") as file:
        file.truncate(257 << 20)
    with pytest.raises(FontganError, match=r"is larger than 256 MB: omit this run"):
        _ = log.lines


def test_older_lines_lack_what_came_later(tmp_path: Path) -> None:
    log = Log(tmp_path / "log.jsonl")
    log.path.write_text('{"event": "step", "step": 1, "progress": 0.5, "losses": {"l1": 1.0}, "hue": 3}\n')
    assert log.lines == [replace(Progressed(1, 0.5, {"l1": 1.0}), gradients={})]
