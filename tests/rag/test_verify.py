"""Whether a sentence is supported: its facts one by one, and whole, on the real parts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.embed import local_embedder
from index.store import Index
from rag.figures import figures, missing_figure
from rag.named import missing_name
from rag.opposite import says_opposite
from rag.roles import swapped
from rag.verbatim import find_words
from rag.verify import Verifier, verify_sentence

GERASIMOV = (
    "Gen. Valery Gerasimov said that Russian forces in 2025 had captured 6,460 square kilometres "
    "of territory in Ukraine, including 334 villages."
)
FILE_1 = "001_5bc5dbd4b62a0cd8.txt"
FILE_4 = "004_c6b7aa09887676cd.txt"


@pytest.mark.parametrize(
    ("sentence", "evidence"),
    [
        ("at least sixty days", "a ceasefire of at least 60 days"),
        ("on 24 February 2022", "on Feb. 24, 2022"),
        ("about 6,500 square kilometres", "6,460 square kilometres"),
        ("6.4 million people", "6,400,000 people"),
        ("95 percent", "95% complete"),
        ("five to ten years", "five to ten years before"),
        ("In 1901 56.2% were Catholics", "the 1901 census, 56.2% were Catholics"),
        ("both sides", "two sides"),
        ("the two teams", "the supporters of these teams"),
    ],
)
def test_figures_that_agree(sentence: str, evidence: str) -> None:
    assert missing_figure(sentence, evidence) is None


@pytest.mark.parametrize(
    ("sentence", "evidence", "missing"),
    [
        ("with 92 drones", "with 91 long-range drones", ("92", "91")),
        ("6.4 billion people", "6.4 million people", ("6.4 billion", "6.4 million")),
        ("6,500 square kilometres", "6,460 square kilometres", ("6,500", "6,460")),
        ("in December 1998", "in January 1998", ("December", "January")),
        ("on Friday", "on Monday", ("Friday", "Monday")),
        ("two to ten years", "five to ten years", ("two", "five")),
        ("closed in May 2022", "from 3 May; closed in October 2022", ("May 2022", "")),
        ("15 weeks", "15 years", ("15 week", "")),
        ("334 square kilometres", GERASIMOV, ("334 km2", "")),
    ],
)
def test_figures_that_do_not(sentence: str, evidence: str, missing: tuple[str, str]) -> None:
    assert missing_figure(sentence, evidence) == missing


@given(st.text(max_size=200))
def test_a_text_has_its_own_figures(text: str) -> None:
    assert missing_figure(text, text) is None
    assert all(text[f.start : f.end] == f.text for f in figures(text))


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("Selenskyj met Macron.", None),
        ("The American and Mr. Zelensky talked.", None),
        ("NATO met.", None),
        ("Talks with Merz failed.", "Merz"),
        ("Merz met Macron.", "Merz"),
        ("Negotiations with Zelensky began.", None),
        ("It was said in Berlin.", "Berlin"),
        ("Although it was late, they talked.", None),
        ("Fewer talked than before.", None),
    ],
)
def test_names(sentence: str, missing: str | None) -> None:
    evidence = "Zelenskyy and Emmanuel Macron met U.S. officials of the North Atlantic Treaty Org."
    found = missing_name(sentence, evidence, evidence, lambda word: word == "talks")
    assert found == missing


@pytest.mark.parametrize(
    ("sentence", "evidence", "opposite"),
    [
        ("Reuters confirmed the reports.", "Reuters could not verify the reports.", True),
        ("The reports were not confirmed.", "Reuters could not verify the reports.", False),
        ("He would accept direct talks.", "He would not oppose direct talks.", False),
        ("He would not accept direct talks.", "He would not oppose direct talks.", True),
        ("Police may not sit in it.", "Police are disqualified from sitting in it.", False),
        ("The issue is not settled.", "The issue remains unresolved.", False),
        ("The army did not take the town.", "The army took the town.", True),
        ("It needs at most 60 days.", "It needs at least 60 days.", True),
        ("Prices rose sharply.", "Prices fell sharply.", True),
        ("Not only Paris agreed.", "Paris agreed.", False),
    ],
)
def test_opposites(sentence: str, evidence: str, opposite: bool) -> None:
    assert says_opposite(sentence, evidence) is opposite


@pytest.mark.parametrize(
    ("sentence", "evidence", "other_way"),
    [
        ("Ukraine attacked Russia.", "Russia attacked Ukraine.", True),
        ("Ukraine was attacked by Russia.", "Russia attacked Ukraine.", False),
        ("Russia was attacked by Ukraine.", "Russia attacked Ukraine.", True),
        ("It took 6,460 villages and 334 square kilometres.", GERASIMOV, True),
        ("Lang met Ruiz.", "The mayor greeted Ruiz and Lang.", False),
    ],
)
def test_roles(sentence: str, evidence: str, other_way: bool) -> None:
    assert swapped(sentence, evidence) is other_way


def test_words_are_found_from_one_end_of_a_sentence_to_another() -> None:
    text = "He came.  “She  went,” he said. Then it rained."
    assert find_words(text, '"She went," he said') is not None
    assert find_words(text, "he said") is None
    assert find_words(text, "it rained.") is None
    span = find_words(text, "Then it rained")
    assert span is not None
    assert text[slice(*span)] == "Then it rained."


@pytest.fixture(scope="module")
def index(seeds_index: Path) -> Index:
    return Index(seeds_index, local_embedder())


@pytest.mark.integration
def test_a_sentence_is_supported_by_its_paragraph_alone(index: Index) -> None:
    sentence = "Russia claimed that Ukraine attacked the residence with 91 drones."
    verdict = verify_sentence(sentence, [(FILE_1, 11)], [], index)
    assert verdict.supported
    assert verdict.passage is not None
    assert (verdict.passage.file, verdict.passage.paragraph) == (FILE_1, 11)
    wrong = verify_sentence(sentence.replace("91", "92"), [(FILE_1, 11)], [], index)
    assert (wrong.supported, wrong.reason) == (False, "92 is not in paragraph 11, which says 91")
    assert not verify_sentence(sentence, [(FILE_4, 9)], [], index).supported


@pytest.mark.integration
def test_a_wrong_citation_is_corrected(index: Index) -> None:
    sentence = "Reuters could not verify the battlefield reports."
    verdict = verify_sentence(sentence, [(FILE_4, 9)], [(FILE_1, 1), (FILE_4, 7)], index)
    assert (verdict.supported, verdict.corrected) == (True, True)
    assert verdict.passage is not None
    assert verdict.passage.paragraph == 7
    assert not verify_sentence(sentence, [(FILE_4, 7)], [(FILE_1, 1)], index).corrected


@pytest.mark.integration
@pytest.mark.parametrize(
    "place", [("nowhere.txt", 1), (FILE_4, 0), (FILE_4, 99), (FILE_4, -3), (FILE_1, 19)]
)
def test_a_place_that_is_none_supports_nothing(index: Index, place: tuple[str, int]) -> None:
    verdict = verify_sentence("Zelensky wants peace.", [place], [], index)
    assert not verdict.supported
    assert verdict.passage is None
    assert verdict.reason


@pytest.mark.integration
def test_two_facts_may_have_a_paragraph_each(index: Index) -> None:
    sentence = (
        "Reuters could not verify the battlefield reports, and Macron said that Kyiv's allies "
        "will meet in Paris in early January."
    )
    both = verify_sentence(sentence, [(FILE_4, 7), (FILE_4, 9)], [], index)
    assert both.supported
    assert both.passage is not None
    assert [p.paragraph for p in (both.passage, *both.also)] == [7, 9]
    assert not verify_sentence(sentence, [(FILE_4, 7)], [], index).supported


@pytest.mark.integration
def test_somebody_else_said_it(index: Index) -> None:
    sentence = "{} said on Monday that Putin and Trump were expected to talk soon."
    assert verify_sentence(sentence.format("Peskov"), [(FILE_4, 8)], [], index).supported
    assert not verify_sentence(sentence.format("Macron"), [(FILE_4, 8)], [], index).supported


@pytest.mark.integration
def test_every_sentence_of_the_articles_is_supported(index: Index) -> None:
    with index.reading():
        catalog = index.catalog
        for file in catalog.files():
            article = catalog.article(file)
            assert article is not None
            keys = sorted(catalog.paragraph_keys([file]))
            for row in catalog.chunks_of_paragraphs(keys):
                text = article.text[row.start : row.end]
                verdict = verify_sentence(f"“{text}” [1]", [row.place], [], index)
                assert verdict.supported, text
                assert verdict.support == 1.0
                assert verdict.passage is not None
                assert row.start <= verdict.passage.start < verdict.passage.end


@pytest.mark.integration
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sentence=st.one_of(
        st.text(max_size=300),
        st.lists(
            st.sampled_from([*GERASIMOV.split(), "not", "by", "said", "[1]", "—", "“", "1.000,5"]),
            max_size=30,
        ).map(" ".join),
    ),
    context=st.text(max_size=50),
)
def test_no_text_makes_it_fail(index: Index, sentence: str, context: str) -> None:
    verdict = verify_sentence(sentence, [(FILE_4, 6)], [(FILE_1, 11)], index, context=context)
    assert 0.0 <= verdict.support <= 1.0
    assert verdict.supported == (not verdict.reason)


@pytest.mark.integration
def test_each_of_two_clauses_must_be_spoken_of(index: Index) -> None:
    """As a clause beside a true one costs little of the words of both."""
    true = "Macron said Kyiv's allies will meet in Paris in early January"
    assert verify_sentence(f"{true}.", [(FILE_4, 9)], [], index).supported
    joined = f"{true}, and a farmer in Bavaria sells goat cheese to tourists."
    verdict = verify_sentence(joined, [(FILE_4, 9)], [], index)
    assert not verdict.supported


@pytest.mark.integration
def test_an_llm_adds_no_word_of_how_often(index: Index) -> None:
    place = FILE_4, 8
    verifier = Verifier(index)
    told = (
        "Kremlin spokesperson Dmitry Peskov said {}on Monday that Putin and Trump were expected to "
        "speak in the near future."
    )
    assert verifier.verify(told.format(""), [place], [], closely=True).supported
    verdict = verifier.verify(told.format("repeatedly "), [place], [], closely=True)
    assert (verdict.supported, verdict.reason) == (False, "paragraph 8 does not say repeatedly")
