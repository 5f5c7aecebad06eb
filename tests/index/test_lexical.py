"""The word index, against BM25 written down a second time, straight from its formula."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.catalog import PARAGRAPH_SHIFT, Catalog
from index.chunk import chunk_article, searched_tokens
from index.lexical import K1, B, Totals, WordScore, score_words
from tests.index.articles import TOWN, Articles, fill, make_article

Term = frozenset[str]


class Reference:
    """Okapi BM25 over texts held in memory.

    score(d) = Σ idf(t) · tf · (k1 + 1) / (tf + k1 · (1 - b + b · |d| / avg|d|)), with
    idf(t) = ln(1 + (N - n + 0.5) / (n + 0.5)); then divided by Σ idf(t) over the terms.
    """

    def __init__(self, texts: dict[int, list[str]], mean_length: float) -> None:
        self.counts = {key: Counter(tokens) for key, tokens in texts.items()}
        self.mean_length = mean_length

    def count(self, key: int, term: Term) -> int:
        return sum(self.counts[key][token] for token in term)

    def idf(self, term: Term) -> float:
        holding = sum(self.count(key, term) > 0 for key in self.counts)
        return math.log(1 + (len(self.counts) - holding + 0.5) / (holding + 0.5))

    def scores(self, terms: Sequence[Term]) -> dict[int, WordScore]:
        best = sum(self.idf(term) for term in terms)
        found: dict[int, WordScore] = {}
        for key, counts in self.counts.items():
            length = counts.total()
            bm25 = cover = 0.0
            for term in terms:
                tf = self.count(key, term)
                damping = K1 * (1 - B + B * length / self.mean_length)
                bm25 += self.idf(term) * tf * (K1 + 1) / (tf + damping) if tf else 0.0
                cover += self.idf(term) if tf else 0.0
            if cover:
                found[key] = WordScore(bm25 / best, cover / best)
        return found


def references(catalog: Catalog, articles: Articles) -> tuple[Reference, Reference]:
    """The same articles for the reference: by chunk and by paragraph, under the same keys."""
    chunks: dict[int, list[str]] = {}
    paragraphs: dict[int, list[str]] = {}
    for file, text in articles.items():
        parts = chunk_article(make_article(text, file))
        rows = catalog.chunks_by_id([chunk.id for chunk in parts])
        for chunk in parts:
            key = rows[chunk.id].key
            chunks[key] = searched_tokens(chunk)
            paragraphs.setdefault(key >> PARAGRAPH_SHIFT, []).extend(searched_tokens(chunk))
    tokens = sum(map(len, chunks.values()))
    return (
        Reference(chunks, tokens / len(chunks)),
        Reference(paragraphs, tokens / len(paragraphs)),
    )


def assert_agree(found: dict[int, WordScore], expected: dict[int, WordScore]) -> None:
    assert found.keys() == expected.keys()
    for key, score in expected.items():
        assert found[key].bm25 == pytest.approx(score.bm25)
        assert found[key].cover == pytest.approx(score.cover)


def terms(*words: str) -> list[Term]:
    return [frozenset(word.split("/")) for word in words]


@pytest.mark.parametrize(
    "question",
    [
        terms("bridge"),
        terms("harbou", "storm"),
        terms("the", "6460", "nothin"),
        terms("bridge/harbou", "garden"),
        terms("the", "a", "of", "will"),
        terms("nothin"),
    ],
)
def test_scores_are_those_of_the_formula(catalog: Catalog, question: list[Term]) -> None:
    fill(catalog, TOWN)
    found = score_words(catalog, question, Totals(*catalog.totals()))
    by_chunk, by_paragraph = references(catalog, TOWN)
    assert_agree(found.chunks, by_chunk.scores(question))
    assert_agree(found.paragraphs, by_paragraph.scores(question))


_VOCABULARY = "harbour bridge garden storm mayor repairs visitors committee roses river".split()
_sentences = st.lists(st.sampled_from(_VOCABULARY), min_size=9, max_size=14).map(
    lambda words: f"{' '.join(words).capitalize()}."
)
_articles = st.lists(
    st.lists(_sentences, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=4
).map("\n\n".join)


@settings(max_examples=40)
@given(
    st.lists(_articles, min_size=1, max_size=4),
    st.lists(
        st.sets(st.sampled_from([*_VOCABULARY, "absent"]), min_size=1, max_size=2),
        min_size=1,
        max_size=4,
    ),
)
def test_scores_are_those_of_the_formula_for_any_articles(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], asked: list[set[str]]
) -> None:
    articles = {f"{number}.txt": text for number, text in enumerate(texts)}
    question = list({frozenset(t[:6] for t in term): None for term in asked})
    catalog = Catalog(tmp_path_factory.mktemp("catalog") / "c.sqlite3", create=True)
    try:
        fill(catalog, articles)
        found = score_words(catalog, question, Totals(*catalog.totals()))
        by_chunk, by_paragraph = references(catalog, articles)
        assert_agree(found.chunks, by_chunk.scores(question))
        assert_agree(found.paragraphs, by_paragraph.scores(question))
    finally:
        catalog.close()


def test_only_some_paragraphs_can_be_asked(catalog: Catalog) -> None:
    fill(catalog, TOWN)
    everything = score_words(catalog, terms("the", "bridge"), Totals(*catalog.totals()))
    keys = catalog.paragraph_keys(["bridge.txt"])
    found = score_words(catalog, terms("the", "bridge"), Totals(*catalog.totals()), keys)
    assert found.paragraphs
    assert set(found.paragraphs) < set(everything.paragraphs)
    assert found.paragraphs == {k: everything.paragraphs[k] for k in found.paragraphs}
    assert set(found.paragraphs) <= keys
    assert {key >> PARAGRAPH_SHIFT for key in found.chunks} <= keys


def test_a_rare_word_counts_for_more_than_a_common_one(catalog: Catalog) -> None:
    fill(catalog, TOWN)
    found = score_words(catalog, terms("the", "roses"), Totals(*catalog.totals()))
    best = max(found.chunks, key=lambda key: found.chunks[key].bm25)
    assert catalog.chunks_by_key([best])[best].file == "garden.txt"


def test_nothing_asked_or_nothing_indexed_finds_nothing(catalog: Catalog) -> None:
    assert score_words(catalog, terms("bridge"), Totals(*catalog.totals())).chunks == {}
    fill(catalog, TOWN)
    assert score_words(catalog, [], Totals(*catalog.totals())).chunks == {}
    assert score_words(catalog, terms("nothin"), Totals(*catalog.totals())).paragraphs == {}


def test_the_best_of_many_are_found(catalog: Catalog, tmp_path: Path) -> None:
    articles = {
        f"{n:03}.txt": f"The harbour was closed on day {n} of the year, the committee said."
        for n in range(300)
    }
    articles["150.txt"] = (
        "The harbour of the bridge was closed by the committee, harbour by harbour."
    )
    fill(catalog, articles)
    question = terms("harbou", "bridge")
    found = score_words(catalog, question, Totals(*catalog.totals())).chunks
    by_chunk, _ = references(catalog, articles)
    expected = by_chunk.scores(question)
    best = max(found, key=lambda key: found[key].bm25)
    assert catalog.chunks_by_key([best])[best].file == "150.txt"
    for key, score in found.items():
        assert score.bm25 == pytest.approx(expected[key].bm25)
