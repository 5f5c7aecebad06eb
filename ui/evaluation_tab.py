"""The tab "Evaluation": what visitors thought, and how the answers fare against it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Final

import gradio as gr

from index.errors import FootnoteError
from rag.questionset import TestQuestion
from ui.escape import attributes, escape
from ui.evaluation import MAX_UPLOADED, Evaluation, Run
from ui.export import DOWNLOAD, download
from ui.parts import LAST, QUIET, Panel, Parts, data_of, html, sentence, static
from ui.signs import count

_LOOK_SECONDS: Final = 0.3
_MAX_JUDGEMENTS: Final = 100
_WATCHING_AT_ONCE: Final = 4


def evaluation_panel(evaluation: Evaluation, *, uploads: bool) -> Panel:
    """The tab; only for whoever runs the server: it shows what visitors have sent.

    Args:
        evaluation: of the index of the page.
        uploads: whether a question set may be sent from the browser.
    """

    def build(parts: Parts) -> None:
        tools = html("", "evaluation-tools", static("evaluation.js"))
        shown = html("", "evaluation-run")
        file = gr.Textbox(visible="hidden", elem_id="evaluation-file")

        def look() -> str:
            return _tools(evaluation, uploads=uploads)

        def follow() -> Iterator[str]:
            while True:
                now = evaluation.run
                yield run_shown(now)
                if not now.running:
                    return
                time.sleep(_LOOK_SECONDS)

        def start(event: gr.EventData) -> Iterator[str]:
            data = data_of(event, "set", "mode")
            mode = "auto" if data.get("mode") == "auto" else "quote"
            try:
                evaluation.start(str(data.get("set", "")), mode)
            except FootnoteError as error:
                yield _wrong(sentence(error))
                return
            yield from follow()

        def upload(event: gr.EventData) -> tuple[str, str]:
            text = str(data_of(event, "text").get("text", ""))
            try:
                number = evaluation.upload(text)
            except FootnoteError as error:
                return look(), _wrong(sentence(error))
            said = f'<p role="status">{count(number, "question")} can be run.</p>'
            return look(), said

        def save(event: gr.EventData) -> str:
            now = evaluation.run
            if data_of(event, "format").get("format") == "json":
                return download("evaluation.json", "application/json", now.report)
            return download("evaluation.html", "text/html", now.page)

        slow = {"concurrency_limit": _WATCHING_AT_ONCE, "concurrency_id": "evaluation", **QUIET}
        tools.load(look, None, tools, queue=False, **LAST)
        tools.load(follow, None, shown, **slow)
        tools.submit(start, None, shown, **slow).then(look, None, tools, queue=False, **LAST)
        shown.stop(lambda: evaluation.stop(), None, None, queue=False, **LAST)
        shown.download(save, None, file, queue=False, **LAST).then(None, file, None, js=DOWNLOAD)
        if uploads:
            tools.upload(upload, None, [tools, shown], queue=False, **LAST)

    return Panel("evaluation", "Evaluation", build)


def run_shown(run: Run) -> str:
    """A run as the tab shows it: its progress, or its report."""
    if not run.name:
        return ""
    if run.running:
        values = attributes({"value": run.done, "max": max(run.total, 1), "aria-label": run.name})
        return (
            f'<div class="running"><progress{values}></progress> '
            f'<span role="status">{run.done:,} of {run.total:,} questions</span> '
            '<button type="button" class="tool" data-event="stop">Stop</button></div>'
        )
    if run.error:
        return _wrong(run.error)
    # Its own page, where nothing may run: what it quotes is escaped, and sandboxed besides.
    frame = attributes({"title": f"Report: {run.name}", "srcdoc": run.page})
    return (
        '<div class="buttons">'
        '<button type="button" class="tool" data-event="download" data-format="html">'
        "Save the report</button>"
        '<button type="button" class="tool" data-event="download" data-format="json">'
        f'Save as JSON</button></div><iframe sandbox=""{frame}></iframe>'
    )


def _tools(evaluation: Evaluation, *, uploads: bool) -> str:
    try:
        sets = evaluation.sets()
        judgements = evaluation.feedback.questions()
    except FootnoteError as error:
        return _wrong(sentence(error))
    options = "".join(
        f"<option{attributes({'value': key})}>{escape(name)}</option>" for key, name in sets.items()
    )
    most = attributes({"data-most": MAX_UPLOADED})
    upload = (
        f'<label>Another set (JSON Lines) <input type="file" accept=".jsonl"{most}></label>'
        if uploads
        else ""
    )
    return (
        '<div class="choices"><label>Question set '
        f'<select name="set">{options}</select></label>'
        '<label>Answers <select name="mode"><option value="quote">in quotations</option>'
        '<option value="auto">as the settings say</option></select></label>'
        f'<button type="button" class="run">Run</button>{upload}</div>{_judgements(judgements)}'
    )


def _judgements(questions: Sequence[TestQuestion]) -> str:
    if not questions:
        return '<p class="hint">Nobody has judged an answer yet.</p>'
    rows = "".join(map(_judgement, questions[: -_MAX_JUDGEMENTS - 1 : -1]))
    heads = "".join(
        f'<th scope="col">{name}</th>' for name in ("Id", "Judged", "Question", "Expected")
    )
    return (
        f"<details><summary>{count(len(questions), 'judgement')} of visitors</summary>"
        '<div class="wide" tabindex="0" role="region" aria-label="Judgements">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _judgement(question: TestQuestion) -> str:
    places = [f"{file}, paragraph {number}" for file, number in sorted(question.evidence)]
    expected = (
        f"{' / '.join(question.answers)} ({'; '.join(places)})"
        if question.answerable
        else "a refusal"
    )
    judged = {"up": "right", "down": "wrong"}.get(question.type, question.type)
    cells = (question.id, judged, question.question, expected)
    return f"<tr>{''.join(f'<td dir=auto>{escape(cell)}</td>' for cell in cells)}</tr>"


def _wrong(text: str) -> str:
    return f'<p class="is-wrong" role="alert">{escape(text)}</p>'
