"""The source pane: the whole article, as it is, with the cited words marked."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.catalog import ArticleRow
from index.errors import IndexStoreError
from index.models import Article, Kind, Paragraph
from index.paragraphs import split_paragraphs
from rag.models import Citation
from ui.articles import MAX_LISTED, article_list, invitation
from ui.conversation import Turn
from ui.place import Place, fingerprint
from ui.source import render_article, source_pane

_TAGS = {"article", "header", "h2", "p", "div", "span", "button", "bdi", "mark", "strong"}
_LINES = st.lists(
    st.sampled_from(["<script>alert(1)</script>", "a &amp; b", "", "Some words.", "\u202eabc"])
    | st.text(max_size=40),
    max_size=8,
)


def shown(text: str) -> str:
    return text.replace("\x00", "\ufffd")


def article_of(text: str, **given_values: Any) -> Article:
    values = {
        "file": "a.txt",
        "text": text,
        "digest": "0",
        "title": "A title",
        "author": None,
        "paragraphs": tuple(split_paragraphs(text)),
        **given_values,
    }
    return Article(**values)


def place_of(
    article: Article, number: int, start: int, end: int, phrase: tuple[int, int] | None = None
) -> Place:
    return Place.of(cite(article, number, start, end, phrase))


def cite(
    article: Article,
    paragraph: int,
    start: int,
    end: int,
    phrase: tuple[int, int] | None = None,
    number: int = 1,
) -> Citation:
    first, last = (start + phrase[0], start + phrase[1]) if phrase else (None, None)
    quote = article.text[start:end]
    return Citation(
        number, article.file, paragraph, quote, start, end, article.title, 1.0, first, last
    )


@given(_LINES.map("\n\n".join), st.data())
def test_the_pane_shows_every_paragraph_as_it_is_and_marks_the_words_cited(
    read: Callable[[str], Any], text: str, data: st.DataObject
) -> None:
    article = article_of(text)
    place = Place(article.file)
    cited = said = ""
    if article.paragraphs:
        paragraph = data.draw(st.sampled_from(article.paragraphs))
        start = data.draw(st.integers(paragraph.start, paragraph.end - 1))
        end = data.draw(st.integers(start + 1, paragraph.end))
        first = data.draw(st.integers(0, end - start - 1))
        last = data.draw(st.integers(first + 1, end - start))
        place = place_of(article, paragraph.number, start, end, (first, last))
        cited, said = shown(text[start:end]), shown(text[start + first : start + last])
    html = read(render_article(article, place))
    assert {element.tag for element in html.elements} <= _TAGS
    assert html.text == "".join(shown(text[p.start : p.end]) for p in article.paragraphs)
    assert [mark.text for mark in html.with_tag("mark")] == ([cited] if cited else [])
    assert [phrase.text for phrase in html.with_tag("strong")] == ([said] if cited else [])
    numbers = [number.text for number in html.with_class("number")]
    assert numbers == [str(p.number) for p in article.paragraphs]


def test_the_cited_paragraph_is_told_from_the_others(read: Callable[[str], Any]) -> None:
    article = article_of("One.\n\nTwo words.\n\nThree.")
    html = read(render_article(article, place_of(article, 2, 6, 9)))
    (cited,) = html.with_class("is-cited")
    assert cited.attributes["data-paragraph"] == "2"
    assert cited.attributes["id"] == "paragraph-2"
    assert html.with_tag("mark")[0].text == "Two"
    assert not html.with_class("changed")


def test_what_is_never_quoted_is_shown_and_says_so(read: Callable[[str], Any]) -> None:
    paragraphs = (Paragraph(1, 0, 4, Kind.FURNITURE), Paragraph(2, 6, 11, Kind.BODY))
    html = read(render_article(article_of("Menu\n\nWords", paragraphs=paragraphs), Place("a.txt")))
    menu, body = html.with_class("paragraph")
    assert "kind-furniture" in menu.attributes["class"]
    assert "never quoted" in menu.attributes["title"]
    assert "title" not in body.attributes


@pytest.mark.parametrize(
    "place",
    [
        Place("a.txt", 1, 0, 3, fingerprint("Six")),
        Place("a.txt", 1, 0, 400, fingerprint("One.")),
        Place("a.txt", 9, 0, 4, fingerprint("Six.")),
        Place("a.txt", 2, 0, 4, fingerprint("Six.")),
    ],
)
def test_words_that_are_no_longer_there_are_not_marked(
    read: Callable[[str], Any], place: Place
) -> None:
    html = read(render_article(article_of("One.\n\nTwo."), place))
    assert not html.with_tag("mark")
    assert "has changed" in html.with_class("changed")[0].text
    assert html.text.startswith("One.Two.")


def test_a_paragraph_without_words_is_shown_without_a_warning(read: Callable[[str], Any]) -> None:
    html = read(render_article(article_of("One.\n\nTwo."), Place("a.txt", 2)))
    assert html.with_class("is-cited")[0].attributes["data-paragraph"] == "2"
    assert not html.with_class("changed")
    assert not html.with_tag("mark")


@given(
    st.dictionaries(
        st.sampled_from(["file", "paragraph", "start", "end", "fingerprint", "phrase", "x"]),
        st.none()
        | st.integers()
        | st.text()
        | st.lists(st.text())
        | st.sampled_from(["11", "²", "1-3", "3-1", "1-", "0-99"]),
    )
)
def test_a_place_takes_whatever_a_browser_sends(data: dict[str, object]) -> None:
    place = Place.from_data(data)
    assert place.paragraph is None or place.paragraph >= 0
    render_article(article_of("One.\n\nTwo."), place)


def test_a_place_is_read_from_an_address() -> None:
    sent = {"file": "a.txt", "paragraph": "11", "start": "5", "end": "9", "fingerprint": "f"}
    assert Place.from_data(sent) == Place("a.txt", 11, 5, 9, "f")
    assert Place.from_data({"file": "ä &?.txt", "paragraph": "2"}).address == (
        "?file=%C3%A4+%26%3F.txt&paragraph=2"
    )


def test_a_place_is_looked_up_in_the_conversation(answer: Any) -> None:
    article = article_of("One.\n\nTwo words.")
    cited = (cite(article, 1, 0, 3), cite(article, 2, 6, 9, number=2))
    turns = (Turn("?"), Turn("Who?", answer=answer("…", *cited)))
    place = Place.from_data({"file": "other", "turn": "1", "number": "2"}, turns)
    assert (place.file, place.paragraph, place.citation) == ("a.txt", 2, cited[1])
    assert place.others == cited
    for wrong in ({"turn": "0", "number": "2"}, {"turn": "9", "number": "2"}, {"turn": "1"}):
        assert Place.from_data(wrong, turns).citation is None


def test_the_other_citations_of_the_answer_are_marked_more_faintly(
    read: Callable[[str], Any], answer: Any
) -> None:
    article = article_of("One two three four five.\n\nSix.")
    spans = [(4, 13), (8, 18), (0, 3), (4, 13)]
    cited = [cite(article, 1, s, e, number=n) for n, (s, e) in enumerate(spans, start=1)]
    cited += [cite(article, 2, 26, 30, number=5), cite(article_of("x", file="b.txt"), 1, 0, 1)]
    place = Place.of(cited[0], 3, tuple(cited))
    html = read(render_article(article, place))
    assert [mark.text for mark in html.with_tag("mark")] == ["two three"]
    assert [also.text for also in html.with_class("also-cited")] == ["One", " four", "Six."]
    assert html.text == "One two three four five.Six."
    assert "1 of 6" in html.with_class("steps")[0].text
    first, last = html.with_class("step")
    assert first.attributes["aria-disabled"] == "true"
    assert (last.attributes["data-turn"], last.attributes["data-number"]) == ("3", "2")


def test_words_are_copied_with_where_they_stand(read: Callable[[str], Any]) -> None:
    article = article_of("One.\n\nTwo words.")
    html = read(render_article(article, place_of(article, 2, 6, 9)))
    copies = [e.attributes["data-copy"] for e in html.elements if "data-copy" in e.attributes]
    links = [e.attributes["data-link"] for e in html.elements if "data-link" in e.attributes]
    assert copies == ["“Two” (A title, a.txt, paragraph 2)"]
    assert links == [
        f"?file=a.txt&paragraph=2&start=6&end=9&fingerprint={fingerprint('Two')}",
    ]


def test_words_that_moved_are_marked_where_they_stand_now(read: Callable[[str], Any]) -> None:
    before, now = article_of("One.\n\nTwo words."), article_of("New.\n\nOne.\n\nTwo words.")
    html = read(render_article(now, place_of(before, 2, 6, 15)))
    assert [mark.text for mark in html.with_tag("mark")] == ["Two words"]
    assert "Source changed" in html.with_class("changed")[0].text
    assert "now stand in paragraph 3" in html.with_class("changed")[0].text


def test_words_that_moved_are_found_from_an_address_too(read: Callable[[str], Any]) -> None:
    now = article_of("New words.\n\nOne.\n\nTwo words.")
    place = Place("a.txt", 2, 6, 15, fingerprint("Two words"))
    html = read(render_article(now, place))
    assert [mark.text for mark in html.with_tag("mark")] == ["Two words"]
    assert "now stand in paragraph 3" in html.with_class("changed")[0].text
    nowhere = read(render_article(now, replace(place, fingerprint=fingerprint("Ten words"))))
    assert not nowhere.with_tag("mark")
    assert "no longer in it" in nowhere.with_class("changed")[0].text


def test_words_that_are_gone_are_shown_as_they_were(read: Callable[[str], Any]) -> None:
    before = article_of("One.\n\nTwo <b>words</b>.")
    place = place_of(before, 2, 6, 22)
    html = read(render_article(article_of("One.\n\nOther."), place))
    assert not html.with_tag("mark")
    assert "Source changed" in html.with_class("changed")[0].text
    assert html.with_tag("blockquote")[0].text == "Two <b>words</b>"
    gone = read(source_pane(_Index(_Catalog(None)), place))  # type: ignore[arg-type]
    assert gone.with_tag("blockquote")[0].text == "Two <b>words</b>"


def test_a_file_that_has_changed_since_it_was_indexed_says_so(read: Callable[[str], Any]) -> None:
    article = article_of("One.")
    html = read(render_article(article, Place("a.txt"), stale=True))
    assert "Source changed" in html.with_class("changed")[0].text
    assert html.text == "One."


@pytest.mark.parametrize("phrase", [(2, 9), (5, 7)])
def test_a_phrase_that_is_not_in_the_cited_words_does_not_stand_out(
    read: Callable[[str], Any], phrase: tuple[int, int]
) -> None:
    article = article_of("One.\n\nTwo words.")
    html = read(render_article(article, place_of(article, 2, 6, 9, phrase)))
    assert [mark.text for mark in html.with_tag("mark")] == ["Two"]
    assert not html.with_tag("strong")


@dataclass
class _Catalog:
    found: Article | None

    def article(self, file: str) -> Article | None:
        return self.found


@dataclass
class _Index:
    catalog: _Catalog
    error: Exception | None = None
    path: Path = Path("nowhere")

    def reading(self) -> AbstractContextManager[None]:
        if self.error:
            raise self.error
        return nullcontext()


def test_an_article_that_is_not_there_gets_a_friendly_word(read: Callable[[str], Any]) -> None:
    html = read(source_pane(_Index(_Catalog(None)), Place("<b>gone</b>.txt")))  # type: ignore[arg-type]
    assert "<b>gone</b>.txt is not in the index" in html.with_class("notice")[0].text


def test_an_index_that_cannot_be_read_says_what_and_how(read: Callable[[str], Any]) -> None:
    broken = _Index(_Catalog(None), IndexStoreError("it is damaged", "rebuild it"))
    html = read(source_pane(broken, Place("a.txt")))  # type: ignore[arg-type]
    assert html.with_class("notice")[0].text == "it is damaged. rebuild it."


def test_the_pane_opens_an_article_from_the_index(read: Callable[[str], Any]) -> None:
    pane = source_pane(_Index(_Catalog(article_of("One."))), Place("a.txt"))  # type: ignore[arg-type]
    assert read(pane).text == "One."


@given(st.text(min_size=1), st.text())
def test_the_list_names_each_article_and_opens_it(
    read: Callable[[str], Any], file: str, title: str
) -> None:
    html = read(article_list([ArticleRow(file, title, None, 1, 5)]))
    (button,) = html.with_class("open-article")
    assert button.attributes["data-file"] == shown(file)
    assert html.with_class("title")[0].text == shown(title or file)
    assert button.text.endswith(f"{shown(file)} · 1 paragraph")
    assert "1 article" in html.text


def test_a_long_list_is_cut_and_says_so(read: Callable[[str], Any]) -> None:
    rows = [ArticleRow(f"{i}.txt", "", None, 2, 5) for i in range(MAX_LISTED + 1200)]
    html = read(article_list(rows))
    assert len(html.with_class("open-article")) == MAX_LISTED
    assert "1,200 more" in html.with_class("more")[0].text
    assert "1,700 articles" in html.text


def test_before_an_article_is_open_the_pane_says_how(read: Callable[[str], Any]) -> None:
    assert "opens here" in read(invitation()).text
