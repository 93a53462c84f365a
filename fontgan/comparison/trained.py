"""Runs that were trained before, compared on characters that none of them has learnt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from fontgan.comparison.asked import Job, safe_name
from fontgan.comparison.planning import Planned
from fontgan.config.settings import DeviceChoice
from fontgan.drawing.drawer import Drawer
from fontgan.errors import FontganError
from fontgan.judging.characters import characters_to_measure
from fontgan.judging.comparison import MOST_RESULTS, JudgedStyle
from fontgan.judging.truth import Truth
from fontgan.runs.folder import Run
from fontgan.runs.record import CheckpointRecord


def planned_of_runs(
    paths: Sequence[Path], styles: Sequence[str] = (), device: DeviceChoice = "auto"
) -> Planned:
    """The comparison of runs that were trained before.

    Args:
        paths: their folders.
        styles: the keys of the styles to judge; empty for those that two of them have learnt.
        device: what they draw on.

    Raises:
        FontganError: there is one run alone, one was not finished or lacks a style, or their images or
            characters cannot be compared.
    """
    runs = list(dict.fromkeys(paths))
    if len(runs) == 1:
        raise FontganError(f"{runs[0]} alone is nothing to compare", "pass a second run")
    records = {path: _finished(Run(path)) for path in runs}
    _check_alike(records)
    learnt = {path: [face.key for face in record.styles] for path, record in records.items()}
    keys = list(styles) or _shared_styles(learnt)
    for path, known in learnt.items():
        if lacking := [key for key in styles if key not in known]:
            raise FontganError(
                f"{path} has not learnt {lacking[0]}", "omit that run, or choose another {style}"
            )
    judged = tuple(
        _judged(key, {path: records[path] for path in runs if key in learnt[path]}) for key in keys
    )
    if (count := sum(key in learnt[path] for path in runs for key in keys)) > MOST_RESULTS:
        raise FontganError(f"that makes {count:,} cells, more than {MOST_RESULTS:,}", "choose fewer runs")
    names = _names(runs)
    jobs = [
        Job(
            name=names[path],
            title=names[path],
            model=records[path].model,
            preset="",
            seed=0,
            swept={},
            styles=tuple(key for key in keys if key in learnt[path]),
            run=path,
            options={"device": device},
        )
        for path in runs
    ]
    asked = {"runs": [[str(path), record.step] for path, record in records.items()], "styles": keys}
    return Planned(asked, judged, jobs, notes=list(_differences(records)))


def usual_name(paths: Iterable[Path]) -> str:
    """A name for the folder of a comparison of runs."""
    return safe_name("+".join(path.absolute().name for path in paths))


def _finished(run: Run) -> CheckpointRecord:
    """The record of a run.

    Raises:
        FontganError: it has not ended, or was interrupted.
    """
    if not run.log.end:
        raise FontganError(f"{run} was not finished", "continue it with {train} and {resume}, or omit it")
    return run.record


def _check_alike(records: Mapping[Path, CheckpointRecord]) -> None:
    """Refuse runs whose images cannot be compared, or that call two fonts by one name."""
    for (one, first), (other, second) in pairwise(records.items()):
        if first.canvas != second.canvas:
            raise FontganError(
                f"{one} draws images of {first.canvas} and {other} of {second.canvas}, "
                "so their figures cannot be compared",
                "choose runs of the same size and margin",
            )
    fonts: dict[str, tuple[Path, object]] = {}
    for path, record in records.items():
        for face in record.styles:
            other, identity = fonts.setdefault(face.key, (path, face.identity))
            if identity != face.identity:
                raise FontganError(
                    f"{other} and {path} learnt two fonts that are both called {face.key}", "omit one of them"
                )


def _shared_styles(learnt: Mapping[Path, Sequence[str]]) -> list[str]:
    """The styles that at least two runs have learnt, in the order of their first mention.

    Raises:
        FontganError: a run shares none with another one.
    """
    every = [key for keys in learnt.values() for key in keys]
    shared = [key for key in dict.fromkeys(every) if every.count(key) > 1]
    for path, keys in learnt.items():
        if not set(keys) & set(shared):
            raise FontganError(
                f"{path} has learnt {', '.join(keys)}, which no other of these runs has", "omit that run"
            )
    return shared


def _judged(key: str, records: Mapping[Path, CheckpointRecord]) -> JudgedStyle:
    """The held-out characters that all runs of a style have in common.

    Raises:
        FontganError: there are none, or a font of a run is missing.
    """
    common: list[int] | None = None
    for path in records:
        drawer = Drawer(path, style=key, device="cpu")
        try:
            codes, _ = characters_to_measure(drawer, Truth(drawer), None, whole=False)
        except FontganError as error:
            raise FontganError(
                error.problem, "put its fonts into the current folder, or omit that run"
            ) from error
        common = codes if common is None else [code for code in common if code in set(codes)]
    kept = [code for code in common or () if not any(record.learnt(code) for record in records.values())]
    if not kept:
        raise FontganError(
            f"{' and '.join(map(str, records))} hold out no character of {key} together, so each has learnt "
            "what the others are judged by",
            "compare runs of the same dataset",
        )
    first = next(iter(records.values()))
    return JudgedStyle(key, first.style(key).family, "".join(map(chr, kept)))


def _differences(records: Mapping[Path, CheckpointRecord]) -> Iterator[str]:
    """What the runs have not learnt alike: the content fonts and the characters."""
    (one, first), *others = records.items()
    for other, record in others:
        if [face.identity for face in first.contents] != [face.identity for face in record.contents]:
            yield f"{one} and {other} learnt from different content fonts"
        if set(first.learnt_characters) != set(record.learnt_characters):
            yield f"{one} and {other} learnt different characters; those that are judged are unknown to both"


def _names(runs: Sequence[Path]) -> dict[Path, str]:
    """A name for each: that of its folder, or its whole path where two are alike."""
    short = [path.absolute().name for path in runs]
    return {
        path: name if short.count(name) == 1 else safe_name(str(path))
        for path, name in zip(runs, short, strict=True)
    }
