"""The cache of vectors: what was embedded once comes back, and damage costs only time."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index.cache import VectorCache
from index.embed import Vectors, embedding_key


def key(number: int) -> bytes:
    return embedding_key("model", f"text {number}")


def vector(number: int) -> Vectors:
    return np.full(8, number, dtype=np.float32) / 3


def filled(path: Path, numbers: Sequence[int]) -> Path:
    with closing(VectorCache(path)) as cache:
        cache.put((key(number), vector(number)) for number in numbers)
    return path


def test_vectors_come_back_to_the_bit(tmp_path: Path) -> None:
    path = filled(tmp_path / "cache", [1, 2])
    with closing(VectorCache(path)) as cache:
        found = cache.get([key(1), key(2), key(3)])
    assert found.keys() == {key(1), key(2)}
    assert found[key(1)].dtype == np.float32
    assert np.array_equal(found[key(1)], vector(1))


def test_more_keys_than_sqlite_takes_at_once(tmp_path: Path) -> None:
    path = filled(tmp_path / "cache", range(1200))
    with closing(VectorCache(path)) as cache:
        assert len(cache.get([key(n) for n in range(1200)])) == 1200
        assert cache.get([]) == {}


def test_what_no_chunk_needs_is_forgotten(tmp_path: Path) -> None:
    path = filled(tmp_path / "cache", [1, 2, 3])
    with closing(VectorCache(path)) as cache:
        cache.keep_only([key(2), key(2), key(9)])
        assert cache.get([key(1), key(2), key(3)]).keys() == {key(2)}
        cache.keep_only([])
        assert cache.get([key(2)]) == {}


def test_keys_tell_models_and_texts_apart() -> None:
    assert embedding_key("model", "text") == embedding_key("model", "text")
    keys = {
        embedding_key(model, text)
        for model, text in [("a", "b"), ("a", "c"), ("b", "b"), ("ab", ""), ("", "ab")]
    }
    assert len(keys) == 5


@pytest.mark.parametrize(
    "data", [b"not a database at all" * 300, b"SQLite format 3\x00" + b"x" * 999]
)
def test_a_damaged_cache_costs_only_time(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "cache"
    path.write_bytes(data)
    told: list[str] = []
    with closing(VectorCache(path, told.append)) as cache:
        assert cache.get([key(1)]) == {}
        cache.put([(key(1), vector(1))])
        assert np.array_equal(cache.get([key(1)])[key(1)], vector(1))
    assert len(told) == 1
    assert "cache was damaged" in told[0]
    assert "embedded again" in told[0]


def test_a_cache_damaged_inside_costs_only_time(tmp_path: Path) -> None:
    path = filled(tmp_path / "cache", range(2000))
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x5a" * (len(data) - 4096)
    path.write_bytes(data)
    with closing(VectorCache(path)) as cache:
        found = cache.get([key(n) for n in range(2000)])
        assert all(np.array_equal(found[k], vector(n)) for n in range(10) if (k := key(n)) in found)
        cache.put([(key(1), vector(1))])
        assert np.array_equal(cache.get([key(1)])[key(1)], vector(1))


@pytest.mark.parametrize("way", ["bytes_each", "keep_only"])
def test_damage_found_while_tidying_up_costs_only_time(tmp_path: Path, way: str) -> None:
    path = filled(tmp_path / "cache", range(2000))
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x5a" * (len(data) - 4096)
    path.write_bytes(data)
    told: list[str] = []
    with closing(VectorCache(path, told.append)) as cache:
        if way == "bytes_each":
            cache.bytes_each()
        else:
            cache.keep_only([key(1)])
    assert len(told) == 1


def wipe(path: Path, number: int, start: int, length: int, digits: bytes = b"\0") -> None:
    """Overwrite a part of a vector inside the file."""
    data = path.read_bytes()
    at = data.index(vector(number).tobytes()) + start
    path.write_bytes(data[:at] + digits * length + data[at + length :])


@pytest.mark.parametrize(
    ("start", "length", "digits"), [(0, 32, b"\0"), (16, 16, b"\0"), (31, 1, b"\x7f")]
)
def test_a_vector_that_is_not_what_was_put_in_is_not_given_out(
    tmp_path: Path, start: int, length: int, digits: bytes
) -> None:
    path = filled(tmp_path / "cache", [1, 2, 3])
    wipe(path, 2, start, length, digits)
    with closing(VectorCache(path)) as cache:
        assert cache.get([key(n) for n in (1, 2, 3)]).keys() == {key(1), key(3)}
        assert cache.damaged == 1
        cache.put([(key(2), vector(2))])
        assert np.array_equal(cache.get([key(2)])[key(2)], vector(2))
    reading = VectorCache.reading(path)
    assert reading is not None
    with closing(reading):
        assert len(reading.get([key(n) for n in (1, 2, 3)])) == 3


def test_a_cache_of_an_earlier_footnote_is_read_and_goes_on(tmp_path: Path) -> None:
    """Its vectors have no checksums: they have to be of length 1."""
    path = tmp_path / "cache"
    unit = np.full(16, 0.25, dtype="<f4")
    wiped = np.concatenate([unit[:12], np.zeros(4, "<f4")])
    rows = [
        (key(1), unit.tobytes()),
        (key(2), wiped.tobytes()),
        (key(3), bytes(64)),
        (key(4), unit.tobytes()[:-1]),
        (key(5), np.full(16, np.nan, "<f4").tobytes()),
        (key(6), None),
    ]
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE vector (key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID")
        db.executemany("INSERT INTO vector VALUES (?, ?)", rows)
    reading = VectorCache.reading(path)
    assert reading is not None
    told: list[str] = []
    with closing(reading), closing(VectorCache(path, told.append)) as cache:
        for each in (reading, cache):
            found = each.get([key(n) for n in range(1, 7)])
            assert found.keys() == {key(1)}
            assert np.array_equal(found[key(1)], unit)
        cache.put([(key(2), vector(2))])
        assert cache.get([key(2)]).keys() == reading.get([key(2)]).keys() == {key(2)}
    assert told == []


@pytest.mark.parametrize("has_checksums", [True, False], ids=["new", "of an earlier Footnote"])
def test_of_a_cache_damaged_at_one_place_the_rest_is_kept(
    tmp_path: Path, has_checksums: bool
) -> None:
    path = tmp_path / "cache"
    made = {key(n): np.eye(1, 400, n % 400, dtype="<f4")[0] for n in range(3000)}
    with closing(VectorCache(path)) as cache:
        cache.put(made.items())
    with closing(sqlite3.connect(path)) as db, db:
        if not has_checksums:
            db.execute("ALTER TABLE vector DROP COLUMN crc")
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 16384 * 16384
    data[middle : middle + 3 * 16384] = bytes(3 * 16384)
    path.write_bytes(data)
    told: list[str] = []
    with closing(VectorCache(path, told.append)) as cache:
        found = cache.get(list(made))
        assert 2000 < len(found) < 3000
        assert all(np.array_equal(vector, made[each]) for each, vector in found.items())
        cache.put(made.items())
        assert len(cache.get(list(made))) == 3000
    assert len(told) == 1
    assert f"{len(found)} vectors of it are kept" in told[0]
    assert [item.name for item in tmp_path.iterdir() if item.is_file()] == ["cache"]


def test_a_half_kept_cache_of_a_killed_run_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "cache"
    path.write_bytes(b"not a database at all" * 300)
    (tmp_path / f"{path.name}.new").write_bytes(b"half")
    with closing(VectorCache(path)) as cache:
        cache.put([(key(1), vector(1))])
        assert len(cache.get([key(1)])) == 1
