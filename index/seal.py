"""The seal of saved vectors: sizes and checksums, looked at before Chroma opens its files.

Chroma maps its graph into memory as it lies there: a truncated or garbled file ends the process
or gives wrong neighbours. A seal is made when the files are whole and on the disk; until they
are replaced nothing writes to them. Small files are read whole and larger ones in samples, so
that looking costs at most a few hundredths of a second, however large an index is.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from index.errors import damaged
from index.faults import explain, unreadable
from index.ours import SEAL

_WHOLE: Final = 16_000_000  # bytes: a larger file is read in samples
_SAMPLES: Final = 64
_SAMPLE: Final = 1 << 18


def write_seal(folder: Path, files: Sequence[Path]) -> None:
    """Bring files below a folder to the disk, and write down what they are.

    Raises:
        IndexStoreError: the disk is full.
    """
    try:
        found = {}
        for path in files:
            with path.open("r+b") as file:
                os.fsync(file.fileno())
            size = path.stat().st_size
            found[path.relative_to(folder).as_posix()] = [size, _checksum(path, size)]
        temporary = folder / f"{SEAL}.new"
        with temporary.open("w", encoding="utf-8") as file:
            json.dump(found, file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(folder / SEAL)
    except OSError as error:
        raise explain(SEAL, error) from error


def check_seal(folder: Path, *, sizes_alone: bool = False) -> None:
    """Compare the files below a folder with its seal, or `sizes_alone` of them.

    Raises:
        DamagedIndexError: one is missing, or is not what it was.
        IndexStoreError: one cannot be read.
    """
    try:
        sealed = json.loads((folder / SEAL).read_text("utf-8"))
        for name, (size, checksum) in sealed.items():
            path = folder / name
            is_same = path.stat().st_size == size
            if not is_same or not (sizes_alone or _checksum(path, size) == checksum):
                raise damaged(f"{path.name} is not what it was")
    except FileNotFoundError as error:
        missing = Path(error.filename or SEAL).name
        raise damaged(f"its vectors are missing: {missing}") from error
    except PermissionError as error:
        raise unreadable(Path(error.filename or folder / SEAL)) or explain(SEAL, error) from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise explain(SEAL, error) from error


def _checksum(path: Path, size: int) -> int:
    with path.open("rb") as file:
        if size <= _WHOLE:
            return zlib.crc32(file.read())
        checksum = 0
        for sample in range(_SAMPLES):  # the first and the last among them
            file.seek((size - _SAMPLE) * sample // (_SAMPLES - 1))
            checksum = zlib.crc32(file.read(_SAMPLE), checksum)
        return checksum
