"""Sentences in nearly the same words: the same, the opposite, or of something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import ask
from rag.alike import bears_out, is_denied
from tests.index.articles import write_articles

HELD = "The chess summit of 2024 was held in the city of Oslo in Norway."


@pytest.mark.parametrize(
    ("other", "same", "denied"),
    [
        (HELD, True, False),
        ("The chess summit of 2024 was held in the old city of Oslo in Norway.", True, False),
        ("The chess summit of 2024 was not held in the city of Oslo in Norway.", False, True),
        ("The chess summit of 2023 was held in the city of Oslo in Norway.", False, False),
        ("The chess summit of 2024 was held in the city of Bergen in Norway.", False, False),
        ("The summit of Oslo was about trade.", False, False),
    ],
)
def test_what_a_sentence_in_nearly_the_same_words_says(
    other: str, same: bool, denied: bool
) -> None:
    assert (bears_out(HELD, other), is_denied(HELD, other)) == (same, denied)


@pytest.mark.slow
@pytest.mark.integration
def test_a_sentence_that_says_the_opposite_is_the_other_side_and_no_support(
    tmp_path: Path,
) -> None:
    from index.build import build_index
    from index.embed import local_embedder

    folder = write_articles(
        tmp_path / "articles",
        {
            "a.txt": HELD,
            "b.txt": HELD.replace("was held", "was not held"),
            "c.txt": HELD.replace("2024", "2023"),
        },
    )
    path = tmp_path / "index"
    build_index(folder, path, local_embedder())
    answer = ask("Where was the chess summit of 2024 held?", index=path)
    assert {c.file for c in answer.citations} == {"a.txt", "b.txt"}
    assert "[1] [2]" not in answer.text.replace("][", "] [")
    assert "The sources differ: " in answer.text
    answer = ask("Where was the chess summit of 2023 held?", index=path)
    assert [c.file for c in answer.citations] == ["c.txt"]
