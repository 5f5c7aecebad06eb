"""The cache of vectors: what was embedded once comes back, and damage costs only time."""

from __future__ import annotations

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
def test_a_damaged_cache_is_thrown_away(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "cache"
    path.write_bytes(data)
    with closing(VectorCache(path)) as cache:
        assert cache.get([key(1)]) == {}
        cache.put([(key(1), vector(1))])
        assert np.array_equal(cache.get([key(1)])[key(1)], vector(1))


def test_a_cache_damaged_inside_is_thrown_away(tmp_path: Path) -> None:
    path = filled(tmp_path / "cache", range(2000))
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x5a" * (len(data) - 4096)
    path.write_bytes(data)
    with closing(VectorCache(path)) as cache:
        found = cache.get([key(n) for n in range(2000)])
        assert all(np.array_equal(found[k], vector(n)) for n in range(10) if (k := key(n)) in found)
        cache.put([(key(1), vector(1))])
        assert np.array_equal(cache.get([key(1)])[key(1)], vector(1))
