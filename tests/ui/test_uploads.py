"""What visitors add: it stays in its folder, whatever its name and whatever it holds."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.uploads import FOLDER, MAX_NAME_BYTES, UploadError, UploadFolder, check_name

ARTICLE = b"The garden holds 4,711 roses.\n\nThe gardener counted them.\n"
TEXT = frozenset({".txt", ".docx"})


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "old.txt").write_bytes(ARTICLE)
    return folder


@pytest.fixture
def uploads(corpus: Path) -> UploadFolder:
    return UploadFolder(corpus, 10_000, TEXT)


def everything(folder: Path) -> dict[str, bytes | None]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def test_a_file_is_kept_in_the_folder_of_uploads(uploads: UploadFolder, corpus: Path) -> None:
    assert uploads.files() == {}
    assert uploads.add("roses.txt", ARTICLE) == "uploads/roses.txt"
    assert (corpus / "uploads" / "roses.txt").read_bytes() == ARTICLE
    assert uploads.files() == {"uploads/roses.txt": len(ARTICLE)}
    assert sorted(everything(corpus)) == ["old.txt", "uploads", "uploads/roses.txt"]


BAD_NAMES = [
    *("", ".", "..", "../up.txt", "..\\up.txt", "/etc/passwd.txt", "a/b.txt", "a\\b.txt"),
    *("C:\\x.txt", "C:x.txt", "c:", "\\\\server\\share.txt", "file:///x.txt", "x.txt:stream"),
    *("CON", "con.txt", "NUL.txt", "nul.tar.txt", "COM1.txt", "com¹.txt", "LPT9.txt", "AUX .txt"),
    *("CONIN$.txt", "prn.TXT", "clock$.txt", ".hidden.txt", ".txt", "~$a.txt", " a.txt"),
    *("a.txt ", "a.txt.", "a.txt\u00a0"[:-1] + ".", "a\x00.txt", "a\n.txt", "a\x7f.txt"),
    *("a\u202etxt.txt", "a\u2028b.txt", "a\ud800.txt", "a?.txt", "a*.txt", "a|b.txt", '"a".txt'),
    *(
        "x" * 200 + ".txt",
        "é" * 80 + ".txt",
        "a#1.txt",
        "a.exe",
        "a.html.exe",
        "a",
        "a.zip",
        "a.txt/",
    ),
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_a_bad_name_is_refused(uploads: UploadFolder, corpus: Path, name: str) -> None:
    before = everything(corpus.parent)
    with pytest.raises(UploadError) as raised:
        uploads.add(name, ARTICLE)
    assert len(raised.value.what) < 200
    assert raised.value.what.isprintable()
    assert everything(corpus.parent) == before


@pytest.mark.parametrize(
    "name",
    [
        "a.txt",
        "A b (1).TXT",
        "статья.txt",
        "日本.txt",
        "concert.txt",
        "com10.txt",
        "null.txt",
        "a..b.txt",
        "naïve.docx",
    ],
)
def test_a_good_name_is_kept(name: str) -> None:
    assert check_name(name, TEXT) == name


def test_names_are_composed() -> None:
    assert check_name("e\u0301.txt", TEXT) == "é.txt"


@given(st.text(alphabet=st.sampled_from("./\\:a~ \u202e\x00C") | st.characters(), max_size=40))
def test_a_name_that_passes_is_one_plain_file(name: str) -> None:
    try:
        kept = check_name(f"{name}.txt", TEXT)
    except UploadError:
        return
    folder = Path("/corpus/uploads")
    assert (folder / kept).parent == folder
    assert Path(kept).name == kept
    assert all(c.isprintable() or c.isspace() or c in "\u200c\u200d" for c in kept)
    assert len(kept.encode()) <= MAX_NAME_BYTES


def test_what_is_there_is_not_overwritten(uploads: UploadFolder, corpus: Path) -> None:
    uploads.add("Roses.txt", ARTICLE)
    before = everything(corpus)
    for name in ("Roses.txt", "roses.TXT", "ROSES.txt"):
        with pytest.raises(UploadError, match="already"):
            uploads.add(name, b"Other words.\n")
    assert everything(corpus) == before


def test_a_file_that_comes_between_is_not_overwritten(
    uploads: UploadFolder, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads.add("first.txt", ARTICLE)
    monkeypatch.setattr(UploadFolder, "files", lambda self: {})
    (corpus / FOLDER / "late.txt").write_bytes(b"mine")
    with pytest.raises(UploadError, match="already"):
        uploads.add("late.txt", ARTICLE)
    assert (corpus / FOLDER / "late.txt").read_bytes() == b"mine"


def test_a_link_in_place_of_the_folder_is_not_followed(
    uploads: UploadFolder, corpus: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious.txt").write_bytes(b"precious")
    (corpus / FOLDER).symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(UploadError):
        uploads.add("a.txt", ARTICLE)
    with pytest.raises(UploadError):
        uploads.remove("uploads/precious.txt")
    assert everything(elsewhere) == {"precious.txt": b"precious"}


def test_a_link_in_place_of_a_file_is_not_written_through(
    uploads: UploadFolder, corpus: Path, tmp_path: Path
) -> None:
    target = tmp_path / "target.txt"
    (corpus / FOLDER).mkdir()
    (corpus / FOLDER / "a.txt").symlink_to(target)
    with pytest.raises(UploadError):
        uploads.add("a.txt", ARTICLE)
    with pytest.raises(UploadError):
        uploads.remove("uploads/a.txt")
    assert not target.exists()


def test_only_what_was_added_can_be_removed(uploads: UploadFolder, corpus: Path) -> None:
    uploads.add("a.txt", ARTICLE)
    for file in (
        "old.txt",
        "../old.txt",
        "uploads/../old.txt",
        "uploads/b.txt",
        "a.txt",
        "",
        str(corpus / "old.txt"),
        "uploads/",
        "uploads/.",
        "uploads/\x00",
    ):
        with pytest.raises(UploadError):
            uploads.remove(file)
    uploads.remove("uploads/a.txt")
    assert sorted(everything(corpus)) == ["old.txt", "uploads"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\x00\x01\x02" * 50, "not a text"),
        (b"x " * 5001, "larger"),
    ],
)
def test_content_that_is_no_article_is_refused(
    uploads: UploadFolder, corpus: Path, data: bytes, why: str
) -> None:
    with pytest.raises(UploadError, match=why):
        uploads.add("a.txt", data)
    assert not uploads.files()
    assert sorted(everything(corpus)) in (["old.txt"], ["old.txt", "uploads"])


def bomb(size: int, entries: int = 1) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(entries):
            archive.writestr(f"word/{number}.xml", b"0" * size)
    return packed.getvalue()


@pytest.mark.parametrize("name", ["a.docx", "a.epub"])
def test_an_archive_that_unpacks_to_too_much_is_refused(corpus: Path, name: str) -> None:
    data = bomb(70_000_000, 3)
    assert len(data) < 1_000_000
    with pytest.raises(UploadError, match="unpack"):
        UploadFolder(corpus, 1_000_000).add(name, data)
    assert [path for path in corpus.rglob("*") if path.is_file()] == [corpus / "old.txt"]


def test_a_list_of_articles_is_kept_if_one_of_them_can_be_read(corpus: Path) -> None:
    uploads = UploadFolder(corpus, 10_000)
    line = b'{"id": "a1", "text": "The garden holds 4,711 roses."}\n'
    assert uploads.add("wire.jsonl", b"nonsense\n" + line) == "uploads/wire.jsonl"
    with pytest.raises(UploadError, match="line 1"):
        uploads.add("other.jsonl", b"nonsense\n")


def test_there_is_room_for_so_much_only(
    uploads: UploadFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.uploads.MAX_FILES", 2)
    uploads.add("a.txt", ARTICLE)
    uploads.add("b.txt", ARTICLE)
    with pytest.raises(UploadError, match="room"):
        uploads.add("c.txt", ARTICLE)
    monkeypatch.setattr("ui.uploads.MAX_FILES", 9)
    monkeypatch.setattr("ui.uploads.MAX_TOTAL_BYTES", 2 * len(ARTICLE) + 1)
    with pytest.raises(UploadError, match="room"):
        uploads.add("c.txt", ARTICLE)


def test_a_file_that_cannot_be_written_leaves_nothing(
    uploads: UploadFolder, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(UploadError, match="No space"):
        uploads.add("a.txt", ARTICLE)
    assert sorted(everything(corpus)) == ["old.txt", "uploads"]
