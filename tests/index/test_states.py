"""How the files of a folder stand beside the index."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from index.errors import CorpusError
from index.load import SourceFile, digest, entries
from index.states import FileState, FolderStates, State


def test_each_file_has_its_state(tmp_path: Path) -> None:
    for name, data in {
        "same": b"One.",
        "other": b"Two.",
        "new": b"Three.",
        "bad": b"\x00\x01" * 9,
        "large": b"x" * 101,
    }.items():
        (tmp_path / f"{name}.txt").write_bytes(data)
    indexed = {"same.txt": digest(b"One."), "other.txt": digest(b"2"), "gone.txt": digest(b"4")}
    states = FolderStates(100).look(tmp_path, indexed)
    assert {name: state.state for name, state in states.items()} == {
        "bad.txt": State.UNREADABLE,
        "gone.txt": State.GONE,
        "large.txt": State.UNREADABLE,
        "new.txt": State.NEW,
        "other.txt": State.CHANGED,
        "same.txt": State.INDEXED,
    }
    assert states["same.txt"] == FileState(State.INDEXED, 4)
    assert "not a text file" in states["bad.txt"].reason
    assert "limit" in states["large.txt"].reason


def test_a_second_look_reads_only_what_has_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = tmp_path / "one.txt", tmp_path / "other.txt"
    one.write_bytes(b"One.")
    other.write_bytes(b"Two.")
    indexed = {"one.txt": digest(b"One."), "other.txt": digest(b"Two.")}
    states = FolderStates(100)
    states.look(tmp_path, indexed)
    other.write_bytes(b"Else")
    os.utime(other, ns=(1, 1))
    read: list[str] = []

    def watched(file: SourceFile, most: int) -> Iterator[Any]:
        read.append(file.name)
        return entries(file, most)

    monkeypatch.setattr("index.states.entries", watched)
    found = states.look(tmp_path, indexed)
    assert read == ["other.txt"]
    assert found["one.txt"].state is State.INDEXED
    assert found["other.txt"].state is State.CHANGED


def test_a_folder_that_is_gone_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError):
        FolderStates(100).look(tmp_path / "nowhere", {})
