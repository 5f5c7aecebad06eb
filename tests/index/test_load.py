"""Files: which are articles, and what their bytes say."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import load
from index.errors import CorpusError, UnreadableFileError
from index.formats import SUFFIXES
from index.load import SourceFile, decode, digest, list_files, read_bytes

RUSSIAN = (
    "Комитет собрался в понедельник и решил снова открыть старую гавань для кораблей. "
    "Ремонт стоил шесть тысяч фунтов, и его оплатил город.\r\n"
) * 3
FRENCH = (
    "Le comité s'est réuni à Genève et a décidé de rouvrir le vieux port aux navires. "
    "Les réparations, payées par la ville, ont coûté plus cher que prévu.\n"
) * 3


def names(folder: Path) -> list[str]:
    return [file.name for file in list_files(folder)]


# -- folders -------------------------------------------------------------------------------


def test_text_files_are_found_at_every_depth_in_order(tmp_path: Path) -> None:
    for name in ["b.txt", "a.TXT", "sub/c.txt", "sub/deep/d.md", "e.jpg", "txt", "e.txt.bak"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("text")
    assert names(tmp_path) == ["a.TXT", "b.txt", "sub/c.txt", "sub/deep/d.md"]


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_files_of_all_formats_are_found(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a{suffix}").write_text("text")
    assert names(tmp_path) == [f"a{suffix}"]


def test_hidden_files_and_folders_are_left_out(tmp_path: Path) -> None:
    for name in [".a.txt", ".git/b.txt", "~$d.docx", "c.txt"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("text")
    assert names(tmp_path) == ["c.txt"]


def test_links_are_not_followed_but_named(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    inside = tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "secret.txt").write_text("text")
    (inside / "a.txt").write_text("text")
    (inside / "link.txt").symlink_to(outside / "secret.txt")
    (inside / "broken.txt").symlink_to(outside / "nothing.txt")
    (inside / "folder").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    (inside / "twin.txt").symlink_to(inside / "a.txt")
    (inside / "picture.jpg").symlink_to(inside / "a.txt")
    problems = {file.name: file.problem for file in list_files(inside)}
    assert problems == {
        "a.txt": "",
        "broken.txt": "broken.txt is a link to nothing",
        "folder": "folder is a link out of the folder",
        "link.txt": "link.txt is a link out of the folder",
        "loop": "loop is a link: its articles are read where they lie",
        "twin.txt": "twin.txt is a link: its article is read where it lies",
    }
    for file in list_files(inside):
        if file.problem:
            with pytest.raises(UnreadableFileError, match=file.name):
                read_bytes(file, 10**6)


def test_a_link_to_itself_is_a_link_to_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "a.txt")
    assert [file.problem for file in list_files(tmp_path)] == ["a.txt is a link to nothing"]


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text("text")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert names(tmp_path / "link") == ["a.txt"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes in folders")
def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")  # reading it would wait for ever
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "a.txt").write_text("text")
    found = {file.name: file.problem for file in list_files(tmp_path)}
    assert found == {"a.txt": "", "pipe.txt": "pipe.txt is no regular file"}


def test_an_empty_folder_has_no_files(tmp_path: Path) -> None:
    assert names(tmp_path / "elsewhere") == []


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"there is no folder .*nowhere"):
        list_files(tmp_path / "nowhere")


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    with pytest.raises(CorpusError, match="is not a folder"):
        list_files(tmp_path / "a.txt")


def test_a_folder_that_cannot_be_read_is_named_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "locked").mkdir()
    (tmp_path / "a.txt").write_text("text")
    lock(monkeypatch, tmp_path / "locked")
    locked, readable = sorted(list_files(tmp_path), key=lambda file: not file.problem)
    assert locked.problem == "cannot read the folder locked/: Permission denied"
    assert (readable.name, readable.problem) == ("a.txt", "")


def test_the_folder_itself_must_be_readable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(monkeypatch, tmp_path)
    with pytest.raises(CorpusError, match="cannot read the folder"):
        list_files(tmp_path)


def lock(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make a folder unreadable, for root too."""
    scandir = os.scandir

    def scan(path: Path | str) -> object:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", scan)


# -- bytes ---------------------------------------------------------------------------------


def test_bytes_are_read_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a\r\nb\x00")
    assert read_bytes(SourceFile("a.txt", tmp_path / "a.txt"), 10) == b"a\r\nb\x00"


def test_a_file_too_large_is_named_with_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 3_000_001)
    with pytest.raises(UnreadableFileError) as raised:
        read_bytes(SourceFile("sub/a.txt", tmp_path / "a.txt"), 3_000_000)
    assert "sub/a.txt" in raised.value.what
    assert "3 MB" in raised.value.what
    assert "FOOTNOTE_MAX_FILE_MB" in raised.value.fix
    assert len(read_bytes(SourceFile("a.txt", tmp_path / "a.txt"), 3_000_001)) == 3_000_001


def test_a_small_limit_is_told_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 2048)
    [file] = list_files(tmp_path)
    with pytest.raises(UnreadableFileError, match=r"has 0\.002048 MB, .* limit of 0\.001 MB"):
        read_bytes(file, 1000)


def test_a_file_that_vanished_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=r"cannot read a\.txt"):
        read_bytes(SourceFile("a.txt", tmp_path / "a.txt"), 10)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text")
    (tmp_path / "a.txt").chmod(0)
    with pytest.raises(UnreadableFileError, match=r"cannot read a\.txt: Permission denied"):
        read_bytes(SourceFile("a.txt", tmp_path / "a.txt"), 10)


def test_digest_tells_contents_apart() -> None:
    assert digest(b"a") == digest(b"a") != digest(b"b")


def test_digest_tells_pipelines_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest(b"a")
    monkeypatch.setattr(load, "PIPELINE_VERSION", load.PIPELINE_VERSION + 1)
    assert digest(b"a") != before


# -- encodings -----------------------------------------------------------------------------


@given(st.text().filter(lambda text: text.strip("\ufeff \t\r\n\u00a0") and "\x00" not in text))
def test_utf_8_is_read_to_the_letter(text: str) -> None:
    controls = sum(c < " " and c not in "\t\n\r\f\v\x1b" for c in text)
    if controls <= 0.02 * len(text) and text.encode("utf-8").strip():
        assert decode("a.txt", text.encode("utf-8")) == text


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_are_kept(end: str) -> None:
    assert decode("a.txt", f"one{end}two{end}".encode()) == f"one{end}two{end}"


def test_the_byte_order_mark_of_utf_8_is_kept() -> None:
    assert decode("a.txt", b"\xef\xbb\xbfone") == "\ufeffone"


def test_the_line_ends_of_a_detected_encoding_are_kept() -> None:
    assert decode("a.txt", RUSSIAN.encode("cp1251")) == RUSSIAN


def test_latin_1_is_detected() -> None:
    assert decode("a.txt", FRENCH.encode("latin-1")) == FRENCH


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_with_its_mark_is_detected(encoding: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    text = decode("a.txt", mark + RUSSIAN.encode(encoding))
    assert text.removeprefix("\ufeff") == RUSSIAN


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 4,
        b"plain text, and then\x00a zero byte",
        b"\x7fELF" + bytes(200),
        bytes(range(1, 32)) * 20,
        b"PK\x03\x04" + bytes(range(256)) * 8,
    ],
    ids=["png", "nul", "elf", "controls", "zip"],
)
def test_binary_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match=r"sub/a\.txt"):
        decode("sub/a.txt", data)


@pytest.mark.parametrize("data", [b"", b" \r\n\t", "\u00a0\n".encode(), b"\xef\xbb\xbf", b"\f\v"])
def test_an_empty_file_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match=r"a\.txt is empty"):
        decode("a.txt", data)


@given(st.binary(max_size=400))
def test_any_bytes_give_text_or_an_error_for_a_person(data: bytes) -> None:
    try:
        text = decode("a.txt", data)
    except UnreadableFileError:
        return  # anything else fails this test
    assert text.strip()
    assert "\x00" not in text
    text.encode("utf-8")  # no half of a surrogate pair


def test_detection_is_loaded_only_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "charset_normalizer", None)
    assert decode("a.txt", "Zürich".encode()) == "Zürich"
    with pytest.raises(ImportError):
        decode("a.txt", "Zürich".encode("latin-1"))


def test_a_zero_byte_is_found_however_late() -> None:
    """No text of an article has one: in an index it means that a block was wiped."""
    with pytest.raises(UnreadableFileError, match="not a text file"):
        decode("a.txt", b"All is well in town. " * 5000 + b"\x00 And then.")
