"""Where an answer quotes its citations, and where in it the answer phrases stand."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.models import Answer, Citation
from rag.quotations import carry_span, find_quotations, phrase_of


def citation(quote: str, phrase: str | None = None, number: int = 1, start: int = 50) -> Citation:
    cited = Citation(number, "a.txt", 1, quote, start, start + len(quote), "", 1.0)
    if phrase is None:
        return cited
    at = start + quote.index(phrase)
    return Citation(number, "a.txt", 1, quote, start, cited.end, "", 1.0, at, at + len(phrase))


def answer(text: str, *citations: Citation) -> Answer:
    return Answer("Who?", True, text, "quote", 0.9, citations)


def phrases(given: Answer) -> list[str | None]:
    return [
        None if q.phrase is None else given.text[slice(*q.phrase)] for q in find_quotations(given)
    ]


def test_the_phrase_is_found_in_the_text_though_white_space_was_collapsed() -> None:
    quote = "There\r\n are  4 711\troses,\u00a0so 4 711 they say."
    at = quote.index("4 711\troses")
    cited = Citation(1, "a.txt", 1, quote, 7, 7 + len(quote), "", 1.0, 7 + at, 7 + at + 11)
    given = answer(f"“{' '.join(quote.split())}” [1]", cited)
    assert phrases(given) == ["4 711 roses"]
    (quotation,) = find_quotations(given)
    assert given.text[quotation.start : quotation.end].startswith("“There")


def test_only_what_is_quoted_has_a_phrase() -> None:
    given = answer(
        "“one two” [1] “three” [2] 4", citation("one two", "two"), citation("three", None, 2)
    )
    assert phrases(given) == ["two", None]
    assert phrases(answer("one two [1]", citation("one two", "two"))) == []


def test_a_quotation_within_another_is_not_marked_by_itself() -> None:
    outer, inner = citation("He said “no 5” to 91.", "91"), citation("no 5", "5", 2)
    assert phrases(answer(f"“{outer.quote}” [1] “{inner.quote}” [2]", outer, inner)) == ["91", "5"]


def test_offsets_outside_the_quote_mark_nothing() -> None:
    for start, end in [(10, 52), (52, 52), (53, 51), (52, 90), (None, 52), (52, None)]:
        cited = Citation(1, "a.txt", 1, "one two", 50, 57, "", 1.0, start, end)
        assert phrase_of(cited) is None


@given(st.data())
def test_words_are_carried_to_where_they_stand(data: st.DataObject) -> None:
    words = data.draw(
        st.lists(
            st.text(st.characters(exclude_categories=["Zs", "Zl", "Zp", "Cc"])),
            min_size=1,
            max_size=5,
        )
    )
    spaces = st.sampled_from([" ", "\n", "\r\n", "\t ", "\u00a0"])
    text, other = (
        "".join(part for word in words for part in (word, data.draw(spaces))) for _ in range(2)
    )
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    carried = carry_span((start, end), text, other)
    wanted = "".join(text[start:end].split())
    assert (carried is None) == (not wanted)
    if carried is not None:
        found = other[slice(*carried)]
        assert "".join(found.split()) == wanted
        assert found == found.strip()


def test_words_that_are_not_there_are_not_found() -> None:
    assert carry_span((2, 4), "one two", "o") is None
