"""The layout of a glyph store in its LMDB file: keys and values.

A key is `face/code point` (`noto-sans-sc/006C38`), a value the zlib-compressed bytes of one glyph image:
uint8, row by row, 0 = ink, 255 = paper. Beside them lie the `record` as JSON, the `characters` that were
asked for, the `advances:face` of each proportional face, and under `sums` the SHA-256 of all of these, as
JSON. No pickle is needed to read any of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

import lmdb
import numpy as np
from isal import isal_zlib
from isal.igzip_lib import IsalError

RECORD = b"record"
CHARACTERS = b"characters"
SUMS = b"sums"
_ADVANCES = "advances:"  # no face has a colon in its key

_CODES = np.dtype("<u4")
_ADVANCE = np.dtype([("code", "<u4"), ("advance", "<f8")])  # in em


class DamagedValueError(Exception):
    """A key or a value that cannot have been written by fontgan."""


def key_of(face: str, code: int) -> bytes:
    """The key of a glyph image."""
    return f"{face}/{code:06X}".encode()


def advances_key(face: str) -> bytes:
    """The key of the advances of a face."""
    return f"{_ADVANCES}{face}".encode()


def face_of(name: str) -> str:
    """The face that a key belongs to, "" where it belongs to none."""
    return name.removeprefix(_ADVANCES) if name.startswith(_ADVANCES) else name.rpartition("/")[0]


def record_sum(table: Mapping[str, Any]) -> str:
    """The SHA-256 of a record as JSON has it, but for when and by which plan it was completed."""
    made = {name: value for name, value in table.items() if name not in ("completed", "plan")}
    return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()


class Sums:
    """The SHA-256 of the characters and of each face, over their keys and values in the order of the keys.

    A checksum in each glyph's value says that it is whole; this one says also that it is the one of its key,
    and that none is missing.
    """

    def __init__(self) -> None:
        self._digests: dict[str, Any] = {}

    def add(self, key: bytes, value: bytes | memoryview) -> None:
        """Include a key, after those that come before it, and its value."""
        section = "characters" if key == CHARACTERS else f"face {face_of(key.decode(errors='replace'))}"
        digest = self._digests.setdefault(section, hashlib.sha256())
        digest.update(b"%d %s %d " % (len(key), key, len(value)))
        digest.update(value)

    @property
    def table(self) -> dict[str, str]:
        """The sums in hexadecimal, by `characters` and `face KEY`."""
        return {section: digest.hexdigest() for section, digest in self._digests.items()}


def is_glyph(name: str) -> bool:
    """Whether it is the key of a glyph image."""
    return "/" in name


def pack(image: np.ndarray) -> bytes:
    """A glyph image as the store keeps it: zlib, at the least effort, by the fastest that writes it."""
    packed: bytes = isal_zlib.compress(image, 0)
    return packed


def unpack(value: bytes | memoryview, size: int) -> np.ndarray:
    """A glyph image, uint8 (size, size), read-only.

    Raises:
        DamagedValueError: it is not an image of that size.
    """
    return _unpacked(value, np.dtype(np.uint8), size * size).reshape(size, size)


def pack_characters(codes: Iterable[int]) -> bytes:
    """Code points in their order."""
    return pack(np.array([*codes], _CODES))


def unpack_characters(value: bytes | memoryview) -> list[int]:
    """The inverse of `pack_characters`.

    Raises:
        DamagedValueError: it is not such a value.
    """
    return [int(code) for code in _unpacked(value, _CODES)]


def pack_advances(advances: Mapping[int, float]) -> bytes:
    """Code points and their advances in em."""
    return pack(np.array([*advances.items()], _ADVANCE))


def unpack_advances(value: bytes | memoryview) -> dict[int, float]:
    """The inverse of `pack_advances`.

    Raises:
        DamagedValueError: it is not such a value.
    """
    rows = _unpacked(value, _ADVANCE)
    return dict(zip(rows["code"].tolist(), rows["advance"].tolist(), strict=True))


def codes_of(transaction: lmdb.Transaction[Any], face: str) -> list[int]:
    """The code points of the glyph images that a face has, ascending.

    Raises:
        DamagedValueError: one of its keys is not a code point.
    """
    prefix = f"{face}/".encode()
    found = []
    with transaction.cursor() as cursor:
        if cursor.set_range(prefix):
            for key in cursor.iternext(values=False):
                name = bytes(key)
                if not name.startswith(prefix):
                    break
                try:
                    found.append(int(name[len(prefix) :], 16))
                except ValueError as error:
                    raise DamagedValueError from error
    return found


def _unpacked(value: bytes | memoryview, kind: np.dtype[np.generic], count: int | None = None) -> np.ndarray:
    try:
        found = np.frombuffer(isal_zlib.decompress(value), kind)
    except (IsalError, ValueError) as error:  # type: ignore[misc]  # the stubs have an instance
        raise DamagedValueError from error
    if count not in (None, len(found)):
        raise DamagedValueError
    return found
