"""Thumbs under each answer, and the form that asks what it should have cited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import gradio as gr

from index.catalog import ArticleRow
from index.errors import FootnoteError
from ui.conversation import Turn, Turns, history
from ui.escape import attributes, escape
from ui.feedback import DOWN, MAX_WORDS, UP, Correction, FeedbackFile, agree, correct
from ui.parts import LAST, QUIET, Parts, data_of, html, number_of, sentence, static

_MAX_OFFERED: Final = 2000  # articles
_THANKS: Final = (
    '<p class="feedback-done" role="status">Thank you. Kept as a question of the evaluation.</p>'
)
# Drawn, as not every system has a font with it; the style sheet turns the second one over.
_THUMB: Final = (
    '<svg viewBox="0 0 20 20" width="15" height="15" aria-hidden="true">'
    '<path d="M2 9h3v9H2zM7 18V9l4-7c1.2 0 2 .9 2 2v4h4.6c1 0 1.6.9 1.4 1.8l-1.5 6.6'
    'C17.3 17.4 16.6 18 15.7 18z"></path></svg>'
)
_FIELDS: Final = ("turn", "file", "paragraph", "words", "unanswerable")


def thumbs(place: int, turn: Turn) -> str:
    """The buttons under an answer that say whether it was right."""
    if turn.answer is None:
        return ""
    buttons = "".join(
        f'<button type="button" class="tool thumb" data-event="like"'
        f"{attributes({'data-turn': place, 'data-judgement': judgement, 'aria-label': label})}"
        f"{attributes({'title': label})}>{_THUMB}</button>"
        for judgement, label in ((UP, "Right"), (DOWN, "Wrong"))
    )
    return f'<span class="thumbs" role="group" aria-label="Was this right?">{buttons}</span>'


def build_feedback(parts: Parts, kept: FeedbackFile) -> None:
    """The form, and what keeps the judgements.

    Args:
        parts: of the page.
        kept: where they go.
    """
    form = html("", "feedback", static("feedback.js"))

    def judge(turns: Turns, event: gr.EventData) -> str:
        data = data_of(event, "turn", "judgement")
        place = _place(turns, data.get("turn"))
        if place is None or (answer := turns[place].answer) is None:
            return ""
        if data.get("judgement") != UP:
            return _form(turns[place], place, _articles(parts), "")
        try:
            kept.add(agree(parts.index, answer, history(turns[:place])))
        except FootnoteError as error:
            return _problem(error)
        return _THANKS

    def send(turns: Turns, event: gr.EventData) -> str:
        data = data_of(event, *_FIELDS)
        place = _place(turns, data.get("turn"))
        if place is None:
            return ""
        correction = Correction(
            file=str(data.get("file", "")).strip(),
            paragraph=number_of(data.get("paragraph")),
            words=str(data.get("words", "")),
            unanswerable=data.get("unanswerable") is True,
        )
        question = turns[place].question
        try:
            kept.add(correct(parts.index, question, history(turns[:place]), correction))
        except FootnoteError as error:
            return _form(turns[place], place, _articles(parts), sentence(error), correction)
        return _THANKS

    for component in parts.answers:
        component.like(judge, parts.turns, form, queue=False, **QUIET)
    form.submit(send, parts.turns, form, queue=False, **QUIET)
    form.clear(lambda: "", None, form, queue=False, **LAST)


def _place(turns: Turns, value: object) -> int | None:
    place = number_of(value)
    return place if place is not None and place < len(turns) else None


def _articles(parts: Parts) -> Sequence[ArticleRow]:
    try:
        with parts.index.reading():
            return parts.index.catalog.articles()[:_MAX_OFFERED]
    except FootnoteError:
        return ()  # sending it will say what is wrong


def _problem(error: FootnoteError) -> str:
    return f'<p class="feedback-done is-wrong" role="alert">{escape(sentence(error))}</p>'


def _form(
    turn: Turn,
    place: int,
    articles: Sequence[ArticleRow],
    problem: str,
    given: Correction | None = None,
) -> str:
    given = given or Correction()
    options = "".join(
        f"<option{attributes({'value': row.file})}>{escape(row.title)}</option>" for row in articles
    )
    wrong = f'<p class="is-wrong" role="alert">{escape(problem)}</p>' if problem else ""
    number = attributes({"value": given.paragraph}) if given.paragraph is not None else ""
    checked = " checked" if given.unanswerable else ""
    return (
        f'<div class="feedback" role="dialog" aria-labelledby="feedback-title"'
        f"{attributes({'data-turn': place})}>"
        '<h3 id="feedback-title" tabindex="-1">What should it have cited?</h3>'
        f'<p class="asked-of" dir="auto">{escape(turn.question)}</p>{wrong}'
        "<p>Click the right paragraph of the open article, or fill in:</p>"
        '<label>Article <input name="file" list="feedback-files" autocomplete="off"'
        f"{attributes({'value': given.file})}></label>"
        f'<datalist id="feedback-files">{options}</datalist>'
        '<label>Paragraph <input name="paragraph" type="number" min="1" step="1"'
        f"{number}></label>"
        "<label>The right words, copied from the article (may be left out)"
        f'<textarea name="words" rows="2" dir="auto"{attributes({"maxlength": MAX_WORDS})}>'
        f"{escape(given.words)}</textarea></label>"
        f'<label class="check"><input name="unanswerable" type="checkbox"{checked}> '
        "No article has the answer</label>"
        '<div class="buttons"><button type="button" class="send">Send</button>'
        '<button type="button" class="cancel">Cancel</button></div></div>'
    )
