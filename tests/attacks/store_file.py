"""The LMDB file of a dataset, looked into and changed without fontgan: `python -m … PATH` prints its hash."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lmdb

RECORD = b"record"


def digest(path: Path) -> str:
    """A hash of all keys and values, but for when the dataset was completed.

    A damaged file may end the process: call it in one of its own.
    """
    found = hashlib.sha256()
    with (
        lmdb.open(str(path), subdir=False, readonly=True, lock=False) as environment,
        environment.begin() as transaction,
    ):
        for key, value in transaction.cursor():
            content = bytes(value)
            if bytes(key) == RECORD:
                content = json.dumps({**json.loads(content), "completed": ""}).encode()
            found.update(f"{len(key)} {len(content)} ".encode() + bytes(key) + content)
    return found.hexdigest()


def change_record(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Replace the record of an honest dataset by what `change` makes of it."""
    set_record(path, lambda content: json.dumps(change(json.loads(content))).encode())


def set_record(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Replace the record of an honest dataset by other bytes."""
    with _opened(path) as environment, environment.begin(write=True) as transaction:
        transaction.put(RECORD, change(bytes(transaction.get(RECORD) or b"")))


def without_last_face(path: Path) -> None:
    """Make an honest dataset an unfinished one, as it is before its last face."""
    with _opened(path) as environment, environment.begin(write=True) as transaction:
        record = json.loads(bytes(transaction.get(RECORD) or b""))
        last = record["faces"].pop()["key"]
        transaction.put(RECORD, json.dumps({**record, "completed": ""}, ensure_ascii=False).encode())
        for key in [bytes(key) for key in transaction.cursor().iternext(values=False)]:
            if key.startswith(f"{last}/".encode()) or key.endswith(f":{last}".encode()):
                transaction.delete(key)


def _opened(path: Path) -> lmdb.Environment:
    return lmdb.open(str(path), subdir=False, lock=False, map_size=64 << 20)


if __name__ == "__main__":
    sys.stdout.write(digest(Path(sys.argv[1])))
