"""Who is what, where it happens, and who does it to whom: told from words in their places."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.identity import false_identity, is_identity
from rag.named import from_elsewhere, same_word
from rag.opposite import says_opposite
from rag.phrases import Tag, read_words
from rag.places import moved
from rag.predicates import other_agent, predicates, turned_round
from rag.quantities import quantities
from rag.wording import read_tokens

MAYOR = "The mayor of Storvik, Jonas Berg, praised the court. Eva Strand, a lawyer, did not."
FERRY = (
    "Captain Ida Holm brought the ship from Storvik to Lindö in the spring. "
    "The museum sold another ship in Karlsund in the winter before."
)


@pytest.mark.parametrize(
    ("sentence", "evidence", "is_false"),
    [
        ("Jonas Berg is the mayor of Storvik.", MAYOR, False),
        ("The mayor of Storvik is Jonas Berg.", MAYOR, False),
        ("Eva Strand is the mayor of Storvik.", MAYOR, True),
        ("The mayor of Storvik is Eva Strand.", MAYOR, True),
        ("Jonas Berg is the mayor of Lindö.", MAYOR, True),
        ("Jonas Berg is a lawyer.", MAYOR, True),
        ("Mayor Eva Strand did not praise the court.", MAYOR, True),
        ("Jonas Berg, the lawyer, praised the court.", MAYOR, True),
        ("Ida Holm is a captain.", FERRY, False),
        ("Ida Holm is ready.", FERRY, False),
        ("Jonas Berg is not the mayor of Lindö.", MAYOR, False),
        ("Jonas Berg ist der Anwalt der Stadt und von der Partei.", MAYOR, False),
    ],
)
def test_identities(sentence: str, evidence: str, is_false: bool) -> None:
    assert (false_identity(sentence, evidence, "", evidence) is not None) is is_false


def test_he_is_who_was_named_before() -> None:
    said = "Lang is a student of the school."
    assert false_identity(said, "He was always a student of the school.", "", "") is not None
    assert false_identity(said, "Lang came. He was a student of the school.", "", "") is None


def test_what_only_says_what_something_is() -> None:
    assert is_identity("Jonas Berg is the mayor of Storvik.")
    assert not is_identity("Jonas Berg is the mayor who sued the union.")


@pytest.mark.parametrize(
    ("sentence", "evidence", "place"),
    [
        ("The ship was sold by the museum in Karlsund.", FERRY, None),
        ("The ship was sold in Oslo.", FERRY, "Oslo"),
        ("Captain Holm brought the ship to Karlsund in the spring.", FERRY, "Karlsund"),
        ("Troops advance in southern Marden.", "Troops advance in eastern Marden.",
         "southern Marden"),
        ("Troops advance in eastern Marden.", "Troops advance in the eastern Marden.", None),
        ("They met at the hotel in Davos, Sweden.", "They met in Davos, Switzerland, in May.",
         "Davos"),
        ("They met in Davos, Switzerland.", "They met in Davos, Switzerland, in May.", None),
        ("They moved to Virginia.", "They moved to the colony of Virginia.", None),
    ],
)  # fmt: skip
def test_places(sentence: str, evidence: str, place: str | None) -> None:
    assert moved(sentence, evidence, lambda _: 1.0) == place


@pytest.mark.parametrize(
    ("sentence", "evidence", "is_other"),
    [
        ("Lang surprised Ruiz at the harbour.", "Ruiz surprised Lang at the harbour.", True),
        ("Lang was surprised by Ruiz.", "Ruiz surprised Lang at the harbour.", False),
        ("Ruiz was surprised by Lang.", "Ruiz surprised Lang at the harbour.", True),
        ("Lang led the opponents.", "Opponents led by Lang had argued.", False),
        ("Ruiz, the head of the board, opened it.", "Carla Ruiz opened the harbour.", False),
        ("Norrline sued the union.", "The union sued Norrline in 2023.", True),
        ("Lang opened the harbour.", "He opened the harbour.", False),
        ("Lang and Ruiz could negotiate guarantees.", "Guarantees could be negotiated.", True),
        ("Lang took 334 villages.", "Ruiz said that Berg had captured 334 villages.", True),
    ],
)
def test_agents(sentence: str, evidence: str, is_other: bool) -> None:
    assert (other_agent(sentence, evidence) is not None) is is_other


@pytest.mark.parametrize(
    ("sentence", "evidence", "turned"),
    [
        ("They moved from Marden to Oslo.", "They moved from Oslo to Marden.", True),
        ("They moved from Oslo to Marden.", "They went from Oslo to Marden.", False),
        ("Forest won against Lauf.", "It was a victory of Lauf over Forest.", True),
        ("Lauf won against Forest.", "It was a victory of Lauf over Forest.", False),
    ],
)
def test_prepositions(sentence: str, evidence: str, turned: bool) -> None:
    assert turned_round(sentence, evidence) is turned


def test_the_us_is_not_us() -> None:
    words = {word.text: word.tag for word in read_words("They asked the US, and he told us.")}
    assert (words["US"], words["us"]) == (Tag.NAME, Tag.PRONOUN)


def test_a_country_stands_in_the_words_quoted() -> None:
    assert from_elsewhere("Poland paid.", "The bridge was paid for in May.") == "Poland"
    assert from_elsewhere("Poland paid.", "The country paid for the bridge.") is None
    assert from_elsewhere("Poland paid.", "The Polish side paid.") is None


@pytest.mark.parametrize(
    ("sentence", "evidence", "opposite"),
    [
        ("Lang is afraid of nobody.", "Lang is not afraid of anyone.", False),
        ("Lauf won against Forest.", "It was a victory of Lauf over Forest.", False),
        ("Lang is against talks.", "Lang is not against talks.", True),
        ("The source is close to Lang.", "It was disputed by a source close to Lang.", False),
    ],
)
def test_what_a_negation_reaches(sentence: str, evidence: str, opposite: bool) -> None:
    assert says_opposite(sentence, evidence) is opposite


def test_a_number_with_its_scale_is_one_word() -> None:
    assert [token.text for token in read_tokens("It cost 27.5bn dollars.")][2] == "27.5bn"
    assert quantities("It cost 27.5bn dollars.")[0].value == 27.5e9
    assert quantities("It was version 0.0.0 men.") is not None


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_read(sentence: str, evidence: str) -> None:
    for text in (sentence, evidence):
        assert all(text[word.start : word.end] == word.text for word in read_words(text))
        predicates(text)
    false_identity(sentence, evidence, "", evidence)
    moved(sentence, evidence, lambda _: 1.0)
    assert other_agent(sentence, sentence) is None
    turned_round(sentence, evidence)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Zelenska", "Zelensky", False),
        ("Zelenskaya", "Zelenskyy", False),
        ("Зеленская", "Зеленский", False),
        ("Zelenskij", "Zelenskyy", True),
        ("Selenskyj", "Zelensky", True),
    ],
)
def test_a_woman_of_the_name_is_another(one: str, other: str, same: bool) -> None:
    assert same_word(one, other) is same


def test_a_pronoun_is_not_whom_it_is_done_to() -> None:
    assert other_agent("Lang has surprised Ruiz.", "He surprised Lang in the harbour.")
    assert not other_agent("Lang has surprised Ruiz.", "He surprised Ruiz in the harbour.")


def test_a_relative_clause_says_what_something_is() -> None:
    said = "The city got a crane, which is a part of the harbour."
    assert false_identity(said, "The city got a crane. The harbour is closed.", "", "")
    assert not false_identity(said, "The crane is a part of the harbour of the city.", "", "")


def test_what_it_is_done_with_is_no_other_agent() -> None:
    evidence = "Lauf attacked the harbour with 91 drones."
    assert not other_agent("91 drones attacked the harbour.", evidence)
    assert other_agent("Marden attacked the harbour.", evidence)


def test_a_general_of_an_army_is_not_the_army() -> None:
    evidence = (
        "Gen. Valery Gerasimov, the chief of Russia's General Staff, said that Russian forces in "
        "2025 had captured 334 villages."
    )
    army = "The General of the Russian army, General Valery Gerasimov, captured 334 villages."
    assert other_agent(army, evidence)
    assert not other_agent("The forces of Russia captured 334 villages.", evidence)
