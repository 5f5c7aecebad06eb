"""The conversation: asking, stopping, asking again, and what one might ask next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import gradio as gr

from ui.conversation import Stream, Turns, converse, stop
from ui.followups import FollowUps
from ui.kept import from_kept
from ui.parts import QUIET, data_of, html, number_of, static
from ui.render import Extra, conversation, question_list
from ui.suggestions import Suggestions

_SUGGESTIONS_WAIT: Final = 10.0  # seconds; the rest of the page does not wait
_ASKING: Final[dict[str, Any]] = {
    "concurrency_limit": None,  # the gate decides, for all interfaces together, and says so
    "concurrency_id": "ask",
    "trigger_mode": "multiple",  # the last one may be whole, and its stream not yet ended
    **QUIET,
}


@dataclass(frozen=True, slots=True)
class Talk:
    """The components of a conversation.

    `answers` are its turns before and the newest; `only` shows which articles are asked, in
    the column `above` the composer.
    """

    turns: gr.State
    files: gr.State
    answers: tuple[gr.HTML, gr.HTML]
    follow_ups: gr.HTML
    offered: gr.HTML
    kept: gr.HTML
    only: gr.HTML
    above: gr.Column
    composer: gr.HTML


def build_talk() -> Talk:
    """The components, in the order in which they stand on the page."""
    turns, files = gr.State(()), gr.State(())
    kept = html(static("conversations.html"), "conversations", static("conversations.js"))
    with gr.Column(elem_id="chat"):
        before = html("", "before")
        newest = html(conversation(()), "newest")
        follow_ups = html("", "follow-ups")
    offered = html("", "suggested")
    with gr.Column(elem_id="above") as above:
        only = html("", "only", static("only.js"))
    composer = html(static("composer.html"), "composer", static("composer.js"))
    return Talk(turns, files, (before, newest), follow_ups, offered, kept, only, above, composer)


def build_chat(
    page: gr.Blocks,
    talk: Talk,
    stream: Stream,
    suggestions: Suggestions,
    follow_ups: FollowUps,
    extras: Sequence[Extra] = (),
) -> None:
    """Wire the events of a conversation.

    Args:
        page: that it is on.
        talk: its components.
        stream: answers a question.
        suggestions: what one might ask first.
        follow_ups: what one might ask next.
        extras: what stands under each answer besides the page's own buttons.
    """
    before, newest = talk.answers
    shown = [talk.turns, before, newest, talk.follow_ups]

    def show(turns: Turns) -> tuple[Turns, str, str, str]:
        rest = conversation(turns[:-1], 0, extras, is_end=False)
        return turns, rest, conversation(turns[-1:], len(turns) - 1, extras), ""

    def answer(turns: Turns, question: str, files: Sequence[str], mode: str) -> Iterator[Any]:
        for place, now in enumerate(converse(turns, question, stream, files, mode)):
            # The turns before are sent once: they do not change while this one is answered.
            yield show(now) if place == 0 else (now, gr.skip(), show(now)[2], gr.skip())

    def ask(turns: Turns, files: Sequence[str], event: gr.EventData) -> Iterator[Any]:
        data = data_of(event, "question", "replaces", "linked")
        replaces = number_of(data.get("replaces"))
        # A link must not spend a visitor's key: what it asks is answered in quotations.
        mode = "quote" if data.get("linked") else "auto"
        yield from answer(turns[:replaces], str(data.get("question", "")), files, mode)

    def again(turns: Turns, files: Sequence[str], event: gr.EventData) -> Iterator[Any]:
        place = number_of(data_of(event, "turn").get("turn"))
        if place is None or place >= len(turns):
            return
        yield from answer(turns[:place], turns[place].question, files, "auto")

    def restore(event: gr.EventData) -> tuple[Turns, str, str, str]:
        return show(from_kept(data_of(event, "kept").get("kept")))

    def what_next(turns: Turns) -> str:
        return question_list("Ask next", follow_ups.after(turns))

    def what_first() -> str:
        return question_list("You might ask", suggestions.current(_SUGGESTIONS_WAIT))

    asking: list[Any] = []
    for part in (talk.composer, talk.offered, talk.follow_ups):
        asking.append(part.submit(ask, [talk.turns, talk.files], shown, **_ASKING))
    for part in talk.answers:
        asking.append(part.retry(again, [talk.turns, talk.files], shown, **_ASKING))
    for event in list(asking):
        event.then(what_next, talk.turns, talk.follow_ups, queue=False, **QUIET)
    talk.composer.stop(
        lambda turns: show(stop(turns)), talk.turns, shown, cancels=asking, queue=False, **QUIET
    )
    talk.kept.apply(restore, None, shown, cancels=asking, queue=False, **QUIET).then(
        what_next, talk.turns, talk.follow_ups, queue=False, **QUIET
    )
    talk.kept.clear(lambda: show(()), None, shown, cancels=asking, queue=False, **QUIET)
    page.load(what_first, None, talk.offered, **QUIET)
