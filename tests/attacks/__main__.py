"""All attacks, many times: `python -m tests.attacks [NAME…] [--rounds N] [--fontgan COMMAND]`.

Each finished try is a line of the state file, so the same command continues where it was interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from tests.attacks.attack import FAMILIES, Attack, all_attacks
from tests.attacks.kit import Kit
from tests.attacks.trial import Fell, Trial


def main() -> None:
    """Try what has not been tried yet, and print how many held."""
    parser = argparse.ArgumentParser(prog="python -m tests.attacks")
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"families ({', '.join(FAMILIES)}), or beginnings of names, such as disk/full; by default all",
    )
    parser.add_argument("--rounds", type=int, default=10, help="how often those by chance are tried")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers")
    parser.add_argument("--state", type=Path, default=Path("attacks.jsonl"), help="finished tries")
    parser.add_argument(
        "--fontgan",
        default=os.environ.get("ATTACKED", ""),
        help="the command to attack, such as that of another version; by default this clone",
    )
    given = parser.parse_args()
    chosen = [one for one in all_attacks() if one.name.startswith(tuple(given.names or [""]))]
    if not chosen:
        parser.error(f"there is no attack {' '.join(given.names)}")
    console = Console()
    tries = [(one, number) for one in chosen for number in range(given.rounds if one.by_chance else 1)]
    finished = read_state(given.state, given.fontgan, given.seed)
    with contextlib.suppress(KeyboardInterrupt):
        try_all(tries, finished, given, console)
    done = [finished[key] for one, number in tries if (key := f"{one.name} {number}") in finished]
    console.print(table_of(done))
    for line in fallen(done):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def try_all(
    tries: list[tuple[Attack, int]],
    finished: dict[str, dict[str, Any]],
    given: argparse.Namespace,
    console: Console,
) -> None:
    """Try what is not among the finished, and add it there and to the state file."""
    with (
        tempfile.TemporaryDirectory(prefix="attacks-") as scratch,
        Progress(
            TextColumn("{task.description:<60}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
        ) as progress,
    ):
        kit = Kit(Path(scratch) / "kit", tuple(shlex.split(given.fontgan)))
        bar = progress.add_task("", total=len(tries))
        for one, number in tries:
            progress.update(bar, description=one.name)
            key = f"{one.name} {number}"
            if key not in finished:
                result = attempt(one, number, given.seed, Path(scratch) / "trial", kit)
                finished[key] = {"fontgan": given.fontgan, "seed": given.seed, "try": key, **result}
                with given.state.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(finished[key], ensure_ascii=False) + "\n")
                if result["fell"]:
                    line = f"{key}: {result['fell']}"
                    progress.console.print(line, markup=False, highlight=False, soft_wrap=True)
            progress.advance(bar)


def attempt(one: Attack, number: int, seed: int, folder: Path, kit: Kit) -> dict[str, Any]:
    """Try an attack; says how it fell, what it took at most beyond the usual, and nothing is left of it."""
    with tempfile.TemporaryDirectory(
        prefix=folder.name, dir=folder.parent, ignore_cleanup_errors=True
    ) as name:
        trial = Trial(Path(name), kit, f"{seed}/{one.name}/{number}")
        fell = ""
        try:
            one.action(trial)
        except Fell as error:
            fell = str(error)
        except Exception as error:  # what is wrong with the attack must not end all the others
            fell = f"the attack itself failed: {error!r}"
        return {"fell": fell, "seconds": round(trial.seconds, 1), "megabytes": round(trial.peak / 1e6)}


def read_state(path: Path, fontgan: str, seed: int) -> dict[str, dict[str, Any]]:
    """The finished tries of this command and seed, by name and round."""
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {line["try"]: line for line in lines if (line["fontgan"], line["seed"]) == (fontgan, seed)}


def table_of(results: list[dict[str, Any]]) -> Table:
    """How many were tried, held and fell, a row for each family."""
    table = Table(title="attacks", title_justify="left")
    table.add_column("family")
    for title in ("tried", "held", "fell", "seconds", "MB"):
        table.add_column(title, justify="right")
    for family in [*FAMILIES, ""]:
        of = [one for one in results if one["try"].startswith(f"{family}/" if family else "")]
        if of:
            fell = sum(bool(one["fell"]) for one in of)
            most = (max(one["seconds"] for one in of), max(one["megabytes"] for one in of))
            table.add_row(family or "all", *map(str, (len(of), len(of) - fell, fell, *most)))
    return table


def fallen(results: list[dict[str, Any]]) -> Iterator[str]:
    """A line for each attack that succeeded: how often, and how the first time."""
    by_name: dict[str, list[str]] = {}
    for one in results:
        if one["fell"]:
            by_name.setdefault(one["try"].rpartition(" ")[0], []).append(one["fell"])
    for name, hows in by_name.items():
        yield f"{name} ({len(hows)}): {hows[0]}"


if __name__ == "__main__":
    main()
