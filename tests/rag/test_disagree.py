"""The other side of what is shown: denials, numbers, dates; and silence where there is none."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from index.catalog import ArticleCache
from index.embed import local_embedder
from index.store import Index
from rag.claims import Claim, Passage
from rag.disagree import Contrast, other_side
from rag.quote import choose
from rag.retrieve import Retrieval, Retriever
from tests.index.articles import Articles
from tests.rag.disputes import DISPUTES, GAZETTE, articles_of, retrieval_of


def contrast(question: str, best: list[str], texts: Articles = DISPUTES) -> Contrast | None:
    """What speaks against the first sentence found, when that alone is shown."""
    retrieval = retrieval_of(question, texts, best)
    return other_side(retrieval, [shown(retrieval)], cache(texts))


def shown(retrieval: Retrieval, place: int = 0) -> Claim:
    row = retrieval.candidates[place].row
    return Claim(Passage(row.file, row.paragraph, row.start, row.end))


def cache(texts: Articles) -> ArticleCache:
    return cast(ArticleCache, articles_of(texts))


def text_of(claim: Claim | None, texts: Articles = DISPUTES) -> str | None:
    if claim is None:
        return None
    return articles_of(texts)[claim.passage.file].text[claim.passage.start : claim.passage.end]


@pytest.mark.parametrize(
    ("question", "best", "other", "speakers"),
    [
        pytest.param(
            "What did the union damage?",
            ["Harbour director Ewa Lindt claimed"],
            "The union rejected the accusation.",
            "Harbour director Ewa Lindt and the union",
            id="a denial right behind it, which was not retrieved nearby",
        ),
        pytest.param(
            "What does Keria accuse Lavonia of?",
            ["Keria accused Lavonia"],
            None,
            "Keria and Lavonia",
            id="both in the sentence that is shown",
        ),
        pytest.param(
            "Was hat das Stahlwerk in Bochum abgelassen?",
            ["Die Gewerkschaft behauptete"],
            "Der Vorstand bestritt die Vorwürfe.",
            "die Gewerkschaft and der Vorstand",
            id="in German",
        ),
        pytest.param(
            "How did the union answer the accusation?",
            ["The union rejected", "Harbour director Ewa Lindt claimed"],
            "Harbour director Ewa Lindt claimed that the union had damaged two cranes during the "
            "night.",
            "Harbour director Ewa Lindt and the union",
            id="the claim, where the denial is shown",
        ),
        pytest.param(
            "How many workers joined the strike in Hull?",
            ["Some 700 workers", "The dockers' union said"],
            "The dockers' union said 1,200 workers joined the strike in Hull on Tuesday.",
            "the port company and the dockers' union",
            id="another number",
        ),
        pytest.param(
            "When was the bridge over the Tarn in Albi reopened?",
            ["The bridge over the Tarn in Albi was reopened on 12", "The bridge over the Tarn"],
            "The bridge over the Tarn in Albi was reopened on 14 May 2019 after long repairs.",
            "morning.txt and evening.txt",
            id="another date; nobody says so, but the articles",
        ),
    ],
)
def test_the_other_side_is_found(
    question: str, best: list[str], other: str | None, speakers: str
) -> None:
    found = contrast(question, best)
    assert found is not None
    assert found.remark.text.lower() == f"the sources differ: {speakers}".lower()
    assert text_of(found.claim) == other


def test_who_is_accused_comes_before_others_who_deny_it() -> None:
    best = ["Harbour director Ewa Lindt claimed", "The police could not confirm"]
    found = contrast("Who damaged the cranes?", best)
    assert found is not None
    assert text_of(found.claim) == "The union rejected the accusation."


@pytest.mark.parametrize(
    ("question", "leads"),
    [
        ("When did the police confirm the damage to the cranes?", True),
        ("When did the union damage the cranes?", False),
        ("Did the police confirm the damage to the cranes?", False),
    ],
)
def test_a_denial_by_whom_the_question_takes_to_have_confirmed_it_comes_first(
    question: str, leads: bool
) -> None:
    texts = {**DISPUTES, "gazette.txt": GAZETTE.replace("The union rejected the accusation.", "")}
    best = ["Harbour director Ewa Lindt claimed", "The police could not confirm"]
    found = contrast(question, best, texts)
    assert found is not None
    assert found.leads is leads


def test_a_denial_of_another_article_in_the_claims_own_words() -> None:
    texts = {**DISPUTES, "gazette.txt": GAZETTE.replace("The union rejected the accusation.", "")}
    best = ["Harbour director Ewa Lindt claimed", "The police could not confirm"]
    found = contrast("Who damaged the cranes?", best, texts)
    assert found is not None
    assert found.remark.text.endswith("Harbour director Ewa Lindt and the police")
    assert text_of(found.claim) == "The police could not confirm that any crane had been damaged."


@pytest.mark.parametrize(
    ("question", "best"),
    [
        pytest.param(
            "Who is the harbour director?",
            ["Harbour director Ewa Lindt claimed"],
            id="what is asked is not what is disputed",
        ),
        pytest.param(
            "What did Petrova rule out?", ["Petrova ruled out"], id="nobody denies anything"
        ),
        pytest.param(
            "What is the price of the portrait?",
            ["The price is 2.4 million", "Some 700 workers"],
            id="numbers of different things",
        ),
        pytest.param(
            "What did the council say about the old building?",
            ["The council said the old building", "An inspector said"],
            id="a denial of another matter",
        ),
        pytest.param(
            "When did the strike begin?",
            ["It began at six", "The bridge over the Tarn"],
            id="dates of different things",
        ),
    ],
)
def test_where_nothing_speaks_against_it_nothing_is_said(question: str, best: list[str]) -> None:
    assert contrast(question, best) is None


def test_what_is_shown_already_is_not_shown_twice() -> None:
    retrieval = retrieval_of(
        "How many workers joined the strike in Hull?",
        DISPUTES,
        ["Some 700 workers", "The dockers' union said"],
    )
    found = other_side(retrieval, [shown(retrieval), shown(retrieval, 1)], cache(DISPUTES))
    assert found is not None
    assert found.claim is None
    assert "the port company" in found.remark.text


BURNED = "The fire in Bath burned 91 old houses."


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        (BURNED, "The fire in Bath burned 84 old houses.", True),
        (BURNED, "The fire in Bath burned about 90 old houses.", False),
        (BURNED, "The fire in Bath burned 12 old barns.", False),
        (BURNED, "The fire in Bath in 1946 burned 91 houses.", False),
        ("The 1940 fire in Bath burned 91 houses.", "The 1946 fire in Bath burned 9.", False),
        (BURNED, "The fire in York burned 12 old houses.", False),
        (BURNED, "In Bath 12 houses are for sale.", False),
    ],
)
def test_numbers_differ_only_where_both_cannot_be_right(one: str, other: str, differ: bool) -> None:
    texts = {"one.txt": f"Fire\n\n{one}\n", "other.txt": f"Flames\n\n{other}\n"}
    found = contrast("How many houses did the fire in Bath burn?", [one, other], texts)
    assert (found is not None) is differ


def test_numbers_of_one_article_do_not_disagree() -> None:
    other = BURNED.replace("91", "9")
    texts = {"one.txt": f"Fire\n\n{BURNED}\n\n{other}\n"}
    best = ["The fire in Bath burned 91", "The fire in Bath burned 9 "]
    assert contrast("How many houses did the fire in Bath burn?", best, texts) is None


def test_one_side_under_two_names_is_one() -> None:
    texts = {
        "one.txt": "Talks\n\nMoscow claimed that the ship had left the port of Riga.\n\n"
        "Russian officials rejected the accusations against the port.\n"
    }
    assert contrast("What had left the port of Riga?", ["Moscow claimed"], texts) is None


# -- the real model ------------------------------------------------------------------------


@pytest.mark.integration
def test_claims_and_denials_of_the_samples(seeds_index: Path) -> None:
    retriever = Retriever(Index(seeds_index, local_embedder()))
    with retriever.index.reading():
        articles = ArticleCache(retriever.index.catalog)

        def ask(question: str) -> Contrast | None:
            retrieval = retriever.retrieve(question)
            return other_side(retrieval, choose(retrieval.candidates), articles)

        villages = ask("How many villages did Gerasimov report as captured?")
        drones = ask("How many drones did Moscow say were used?")
        assert villages is not None
        assert villages.claim is not None
        assert villages.claim.passage.paragraph == 7  # Reuters could not independently verify
        assert villages.remark.text.endswith("Gen. Valery Gerasimov and Reuters")
        assert drones is not None
        assert drones.remark.text in (
            "The sources differ: Russia and Kyiv",
            "The sources differ: Russia and Kiev",
        )
        assert ask("Who is the chief of the Russian General Staff?") is None
        assert ask("How many documents are being negotiated in total?") is None
        assert ask("How far along are the talks on security guarantees in percent?") is None
    retriever.index.close()
