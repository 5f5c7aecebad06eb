"""The report of an evaluation as one page that stands alone: no script, nothing fetched.

What comes from articles, questions and file names reaches the page through `_text` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from importlib.resources import files
from typing import Final

from rag import draw
from rag.compare import Change, Comparison
from rag.curves import (
    calibration_error,
    found_against_words,
    found_as_answered,
    in_force,
    recall_curve,
    reliability,
    risk_coverage,
)
from rag.evaluate import Report
from rag.hypertext import ALONE
from rag.hypertext import as_hypertext as _text
from rag.judge import Result
from rag.metrics import MEANINGS, OPINIONS, Interval, passes
from rag.models import Citation
from rag.questionset import Place
from rag.report import count, interval, number, signed, signed_interval, some

_EVIDENCE_OPEN: Final = 3  # evidence paragraphs shown at once; the rest unfold
_BY_TYPE: Final = (
    ("right", "first", "hit", "found", "answered", "refused", "precision", "verbatim"),
    ("recall@1", "recall@3", "recall@5", "recall@10", "mrr", "cites", "words", "p50", "p95"),
    tuple(OPINIONS),
)
_FEWEST_BINS: Final = 3  # below which a reliability curve says nothing


def as_html(report: Report, name: str) -> str:
    """The page: figures, curves, types, an earlier run, and each miss beside what was wanted.

    Args:
        report: of an evaluation.
        name: of the question set, for the heading.
    """
    misses = [result for result in report.results if is_miss(result)]
    parts = [
        _heading(report, name, len(misses)),
        _metrics(report),
        _figures(report),
        _types(report),
        "" if report.against is None else _against(report.against),
        f"<h2 id=missed>Missed: {len(misses)}</h2>",
        "".join(_miss(result, report) for result in misses) or "<p>None.</p>",
    ]
    style = files("rag").joinpath("page.css").read_text("utf-8")
    return (
        "<!doctype html>\n<html lang=en><meta charset=utf-8>"
        f'<meta http-equiv="Content-Security-Policy" content="{ALONE}">'
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>{_text(name)}: evaluation</title><style>{style}</style>"
        f"<body>{''.join(parts)}</html>"
    )


def is_miss(result: Result) -> bool:
    """Whether a reader should look: not right, or right only by a later citation.

    Of retrieval alone: evidence that is not ranked first.
    """
    if result.answer is None:
        return result.rank is not None and result.rank != 1
    if not result.question.answerable:
        return not result.right
    return not result.right or (bool(result.question.evidence) and not result.first)


def _heading(report: Report, name: str, misses: int) -> str:
    answerable = sum(result.question.answerable for result in report.results)
    what = "retrieval alone, nothing answered" if report.retrieval_only else "answers"
    return (
        f"<h1 dir=auto>{_text(name)}</h1>"
        f"<p class=soft>An evaluation of {what}: {len(report.results)} questions, {answerable} of"
        f' them answerable; <a href="#missed">{misses} missed</a>. Small figures are 95 % '
        "confidence intervals, by the bootstrap over questions; where all came out alike there "
        "is none.</p>"
    )


def _metrics(report: Report) -> str:
    rows = "".join(
        f"<tr><th>{name}<td class=n>{number(name, value)}<td class=soft>"
        f"{interval(name, report.intervals[name])}<td>{escape(MEANINGS[name])}"
        for name, value in report.metrics.items()
    )
    notes = "".join(f"<p class=soft>{_text(note)}.</p>" for note in report.notes)
    return (
        "<h2>Figures</h2><div class=wide><table><thead><tr><th>metric<th class=n>value<th>95 %"
        f"<th>what it is<tbody>{rows}</table></div>{notes}"
    )


def _figures(report: Report) -> str:
    figures = [
        *_risk_figure(report),
        *_recall_figure(report),
        *_words_figure(report),
        *_reliability_figure(report),
        *_latency_figure(report),
    ]
    return f"<h2>Curves</h2><div class=figures>{''.join(figures)}</div>" if figures else ""


def _figure(title: str, svg: str, caption: str) -> str:
    return f"<figure><h3>{title}</h3>{svg}<figcaption>{caption}</figcaption></figure>"


def _risk_figure(report: Report) -> Iterable[str]:
    points = risk_coverage(report.results)
    if points and report.threshold is not None:
        force = in_force(report.results, report.threshold)
        now = (
            ""
            if force is None
            else f" In force: {force.coverage:.3f} answered, {force.risk:.3f} of the answers wrong."
        )
        yield _figure(
            "Risk over coverage",
            draw.draw_risk_coverage(points, force),
            "What every threshold on the confidence would come to. Wrong is an answer that did "
            "not come out right, or to a question that the articles do not answer." + now,
        )


def _recall_figure(report: Report) -> Iterable[str]:
    if recalls := recall_curve(report.results):
        yield _figure(
            "Recall at k",
            draw.draw_recall(recalls),
            "Questions whose evidence is among the first k paragraphs of retrieval.",
        )


def _words_figure(report: Report) -> Iterable[str]:
    if shown := found_against_words(report.results):
        answers = found_as_answered(report.results)
        yield _figure(
            "Found against words shown",
            draw.draw_words(shown, answers),
            "Showing the best 1, 2, … sentences of retrieval to every answerable question"
            + (
                "."
                if answers is None
                else f"; the answers as given find {answers.found:.3f} in {answers.words:.1f} "
                "words, a refusal being no words and nothing found."
            ),
        )


def _reliability_figure(report: Report) -> Iterable[str]:
    bins = reliability(report.results)
    if len(bins) >= _FEWEST_BINS:
        yield _figure(
            "Reliability of the confidence",
            draw.draw_reliability(bins),
            f"{len(bins)} bins of equally many questions, refusals by what was held back. "
            f"Expected calibration error: {calibration_error(bins):.3f}.",
        )


def _latency_figure(report: Report) -> Iterable[str]:
    p50, p95 = report.metrics["p50"], report.metrics["p95"]
    if p50 and p95:
        yield _figure(
            "Time of a question",
            draw.draw_latency([result.milliseconds for result in report.results], p50, p95),
            "On this machine, as busy as it was.",
        )


def _types(report: Report) -> str:
    if not report.by_type:
        return ""
    groups = [[name for name in group if name in report.metrics] for group in _BY_TYPE]
    tables = "".join(_type_table(report, names) for names in groups if names)
    return f"<h2>By type of question</h2>{tables}"


def _type_table(report: Report, names: Sequence[str]) -> str:
    head = "".join(f"<th class=n>{name}" for name in names)
    rows = "".join(
        f"<tr><th>{_text(kind)}<td class=n>{count(report, kind)}"
        + "".join(
            f"<td class=n>{number(name, metrics[name])}"
            f"{_small(name, report.intervals_by_type[kind][name])}"
            for name in names
        )
        for kind, metrics in report.by_type.items()
    )
    return (
        "<div class=wide><table class=types><thead><tr><th>type<th class=n>n"
        f"{head}<tbody>{rows}</table></div>"
    )


def _small(name: str, found: Interval | None) -> str:
    return "" if found is None else f"<span class=interval>{interval(name, found)}</span>"


# -- against an earlier run ---------------------------------------------------------------


def _against(against: Comparison) -> str:
    left_out = "".join(
        f" {len(ids)} {what}: {_text(some(ids))}."
        for ids, what in [
            (against.only_now, "only in this run"),
            (against.only_before, "only in the earlier one"),
            (against.edited, "with other evidence or answers, judged again by those of now"),
        ]
        if ids
    )
    rows = "".join(
        f"<tr><th>{name}<td class=n>{number(name, one.before)}<td class=n>{number(name, one.now)}"
        f"<td class='n {_trend(name, one.value)}'>{signed(name, one.value)}"
        f"<td class=soft>{signed_interval(name, one.interval)}"
        for name, one in against.metrics.items()
    )
    improved = [(change, change.improved) for change in against.changes if change.improved]
    broke = [(change, change.broke) for change in against.changes if change.broke]
    return (
        f"<h2>Against {_text(against.name)}</h2>"
        f"<p class=soft>{against.questions} questions in both runs.{left_out} The interval of a "
        "change is by a paired bootstrap; one that holds 0 may be chance.</p>"
        "<div class=wide><table><thead><tr><th>metric<th class=n>before<th class=n>now"
        f"<th class=n>change<th>95 %<tbody>{rows}</table></div>"
        f"{_changes('Improved', improved)}{_changes('Broke', broke)}"
    )


def _trend(name: str, value: float | None) -> str:
    if not value:
        return ""
    return "good" if passes(name, value, 0.0) else "bad"


def _changes(title: str, changes: Sequence[tuple[Change, Sequence[str]]]) -> str:
    if not changes:
        return f"<p>{title}: none.</p>"
    items = "".join(
        f"<li><b>{_text(change.now.question.id)}</b> {', '.join(verdicts)}: "
        f"<span dir=auto>{_text(change.now.question.question)}</span>"
        f"<div class=sides><div><h4>Before</h4>{_given(change.before)}</div>"
        f"<div><h4>Now</h4>{_given(change.now)}</div></div>"
        for change, verdicts in changes
    )
    return f"<details><summary>{title}: {len(changes)}</summary><ul>{items}</ul></details>"


# -- what was missed ----------------------------------------------------------------------


def _miss(result: Result, report: Report) -> str:
    question = result.question
    tags = [_text(question.id), *([_text(question.type)] if question.type else [])]
    tags.append(f"<b>{_verdict(result)}</b>")
    if result.answer is not None:
        tags.append(f"confidence {result.answer.confidence:.2f}")
    if result.rank is not None:
        tags.append(f"evidence at rank {result.rank}" if result.rank else "evidence not retrieved")
    tags.extend(_opinions(result))
    before = "".join(
        f"<p class=soft dir=auto>{escape(message['role'])}: {_text(message['content'])}</p>"
        for message in question.history
    )
    given = "" if result.answer is None else f"<div><h4>Was cited</h4>{_given(result)}</div>"
    return (
        f"<article>{before}<h3 dir=auto>{_text(question.question)}</h3>"
        f"<p class=tags>{' · '.join(tags)}</p><div class=sides>{given}"
        f"<div><h4>Should have been</h4>{_wanted(result, report)}</div></div></article>"
    )


def _verdict(result: Result) -> str:
    if result.answer is None:
        return "not ranked first"
    if not result.question.answerable:
        return "not refused"
    if not result.answer.answered:
        return "refused"
    missed = [
        what
        for what, reached in [
            ("first citation wrong" if result.hit else "no citation right", result.first),
            ("answer not quoted", result.found),
        ]
        if not reached
    ]
    return ", ".join(missed) or "not right"


def _opinions(result: Result) -> list[str]:
    """What an LLM thinks of an answer, if it was asked."""
    opinions = [("faithful", result.faithful), ("relevant", result.relevant)]
    return [
        f"an LLM thinks it {'' if opinion else 'not '}{what}"
        for what, opinion in opinions
        if opinion is not None
    ]


def _given(result: Result) -> str:
    answer = result.answer
    if answer is None:
        return "<p>Nothing was answered.</p>"
    if not answer.answered:
        notes = "".join(f"<br>{_text(note)}" for note in answer.notes)
        return f"<p dir=auto>{_text(answer.text)}<span class=soft>{notes}</span></p>"
    if not answer.citations:
        return f"<p dir=auto>{_text(answer.text)}</p>"
    return "".join(_citation(citation, result.question.answers) for citation in answer.citations)


def _citation(citation: Citation, answers: Sequence[str]) -> str:
    return (
        f"<div class=place>[{citation.number}] {_place((citation.file, citation.paragraph))}</div>"
        f"<blockquote dir=auto>{_marked(citation.quote, answers)}</blockquote>"
    )


def _wanted(result: Result, report: Report) -> str:
    question = result.question
    if not question.answerable:
        return "<p>A refusal: the articles do not say.</p>"
    accepted = f"<p>Any of: {_text(' / '.join(question.answers))}</p>"
    shown = [_evidence(place, report, question.answers) for place in sorted(question.evidence)]
    rest = "".join(shown[_EVIDENCE_OPEN:])
    if rest:
        rest = (
            f"<details><summary>{len(shown) - _EVIDENCE_OPEN} more paragraphs would do</summary>"
            f"{rest}</details>"
        )
    return accepted + "".join(shown[:_EVIDENCE_OPEN]) + rest


def _evidence(place: Place, report: Report, answers: Sequence[str]) -> str:
    text = report.paragraphs.get(place)
    words = (
        "<p class=bad>The index has no such paragraph.</p>"
        if text is None
        else f"<blockquote dir=auto>{_marked(text, answers)}</blockquote>"
    )
    return f"<div class=place>{_place(place)}</div>{words}"


def _place(place: Place) -> str:
    return f"<bdi>{_text(place[0])}</bdi>, paragraph {place[1]}"


def _marked(text: str, answers: Sequence[str]) -> str:
    """A text with the accepted answers marked, where they stand in it letter for letter."""
    wanted = sorted((answer for answer in answers if answer.strip()), key=len, reverse=True)
    if not wanted:
        return _text(text)
    pattern = re.compile("|".join(map(re.escape, wanted)), re.IGNORECASE)
    parts: list[str] = []
    end = 0
    for match in pattern.finditer(text):
        parts += [_text(text[end : match.start()]), f"<mark>{_text(match[0])}</mark>"]
        end = match.end()
    return "".join([*parts, _text(text[end:])])
