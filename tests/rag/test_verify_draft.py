"""`footnote check`: a draft's sentences, each with what supports it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import QuestionError
from rag import check
from rag.cli import run
from rag.markdown import draft_sentences
from rag.models import Citation
from rag.proofread import Checked, as_report, read_draft

DRAFT = """---
title: x
---
# The harbour

- **Mayor Carla Ruiz** opened the [harbour](http://a.b/c_(d)) of Bath on Monday. [1]
- The repairs cost 6,470 pounds [2, 3].

> It *was* planted in 1946. Dr. Lang denied it.

```
Not. Text.
```

| a | b |
|---|---|
Setext
======
The U.S. `agreed`[^1].
"""


def test_the_sentences_of_a_draft() -> None:
    assert draft_sentences(DRAFT) == [
        "Mayor Carla Ruiz opened the harbour of Bath on Monday.",
        "The repairs cost 6,470 pounds.",
        "It was planted in 1946.",
        "Dr. Lang denied it.",
        "The U.S. agreed.",
    ]


def test_lines_of_one_paragraph_are_one_text() -> None:
    assert draft_sentences("A line that is\nbroken in two. 2 * 3 * 4 is\n24.") == [
        "A line that is broken in two.",
        "2 * 3 * 4 is 24.",
    ]


@given(st.text(max_size=400))
def test_any_text_is_a_draft(text: str) -> None:
    assert all(s == " ".join(s.split()) and s for s in draft_sentences(text))


def test_a_report_has_words_and_no_codes_where_there_is_no_terminal() -> None:
    citation = Citation(1, "a.txt", 2, "It is\nso.", 0, 9, "A", 0.9)
    checked = [
        Checked("So \x1b[2J it is.", True, (citation,), ""),
        Checked("No.", False, (), "why"),
    ]
    plain = as_report(checked)
    assert "\x1b" not in plain
    assert plain.startswith("supported:   So")
    assert "a.txt, paragraph 2: “It is so.”" in plain
    assert "unsupported: No.\n             why" in plain
    assert plain.endswith("1 of 2 sentences supported")
    assert "✓" in as_report(checked, on_terminal=True)
    assert "\x1b[2J" not in as_report(checked, on_terminal=True)


def test_a_draft_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(QuestionError, match="cannot read"):
        read_draft(str(tmp_path / "none.md"))
    (tmp_path / "bad.md").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(QuestionError, match="not UTF-8"):
        read_draft(str(tmp_path / "bad.md"))


@pytest.mark.integration
def test_check(town_index: Path) -> None:
    opened, cost, planted, _, _ = check(DRAFT, town_index)
    assert opened.supported
    assert (opened.citations[0].file, opened.reason) == ("harbour.txt", "")
    assert not cost.supported
    assert cost.citations == ()
    assert "6,470" in cost.reason
    assert planted.citations[0].file == "garden.txt"


@pytest.mark.integration
def test_the_command(
    town_index: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def call(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["footnote", "check", *arguments])
        with pytest.raises(SystemExit) as exit_:
            run()
        out, err = capsys.readouterr()
        return exit_.value.code or 0, out, err

    (tmp_path / "draft.md").write_text(DRAFT, "utf-8")
    status, out, err = call(str(tmp_path / "draft.md"), "--index", str(town_index), "--json")
    items = json.loads(out)
    assert (status, err) == (0, "")
    assert [list(item) for item in items] == [["sentence", "supported", "citations", "reason"]] * 5
    cited = items[0]["citations"][0]
    assert cited["end"] - cited["start"] == len(cited["quote"])
    stdin = io.TextIOWrapper(io.BytesIO(b"Nobody came to the harbour."))
    monkeypatch.setattr(sys, "stdin", stdin)
    status, out, _ = call("-", "--index", str(town_index))
    assert status == 0
    assert out.endswith("0 of 1 sentence supported\n")
    status, out, err = call(str(tmp_path / "none.md"), "--index", str(town_index))
    assert (status, out) == (1, "")
    assert err.startswith("error: cannot read")
    assert "\nfix: " in err


@pytest.mark.integration
def test_the_example_of_the_readme(repository: Path, seeds_index: Path) -> None:
    found = check((repository / "docs" / "draft.md").read_text("utf-8"), seeds_index)
    assert [one.supported for one in found] == [True, True, False]
    assert found[2].reason == "March is not in paragraph 9, which says January"
