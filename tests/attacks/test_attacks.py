"""A few attacks of each family; `make attack` tries all of them, many times."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.attack import FAMILIES, Attack, all_attacks
from tests.attacks.kit import Kit
from tests.attacks.trial import Trial

TESTED = [one for one in all_attacks() if one.tested]


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    """One kit for all processes of a test run."""
    base = tmp_path_factory.getbasetemp()
    return Kit((base.parent if base.name.startswith("popen-") else base) / "kit")


@pytest.mark.slow
@pytest.mark.parametrize("one", TESTED, ids=lambda one: one.name.replace("/", "-"))
def test_it_holds(one: Attack, kit: Kit, tmp_path: Path) -> None:
    one.action(Trial(tmp_path / "trial", kit, one.name))


def test_every_family_is_tested_here() -> None:
    assert {one.family for one in TESTED} == set(FAMILIES)


def test_names_are_unique() -> None:
    names = [one.name for one in all_attacks()]
    assert len(set(names)) == len(names)
