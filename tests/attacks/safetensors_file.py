"""A safetensors file without its library: the length of a JSON header, the header, the tensors."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any


def parts(path: Path) -> tuple[dict[str, Any], bytes]:
    """Header and tensors."""
    content = path.read_bytes()
    (length,) = struct.unpack_from("<Q", content)
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def write(path: Path, header: dict[str, Any], tensors: bytes) -> None:
    """The file of some header and tensors."""
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + tensors)


def change_metadata(path: Path, change: Callable[[str], str]) -> None:
    """Replace fontgan's record, which lies as text in the header."""
    header, tensors = parts(path)
    header["__metadata__"]["fontgan"] = change(header["__metadata__"]["fontgan"])
    write(path, header, tensors)


def change_record(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a value of fontgan's record."""

    def changed(text: str) -> str:
        data = json.loads(text)
        change(data)
        return json.dumps(data)

    change_metadata(path, changed)
