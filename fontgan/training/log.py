"""The log of a run: one line of JSON a report, each whole or not there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class Log:
    """Appends to `log.jsonl`; what a line is about stands under `event`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, event: str, **values: Any) -> None:
        """Append one line, in one write."""
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"event": event, **values}, ensure_ascii=False) + "\n")
