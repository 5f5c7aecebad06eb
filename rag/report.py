"""The report of an evaluation: a table for the terminal, a page that stands alone."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rag.evaluate import METRICS, Report, Result

_BY_TYPE = ("first", "found", "answered", "refused", "cites", "words")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;"
    "color:#1c1c1c;background:#fff}table{border-collapse:collapse;margin:1rem 0}"
    "td,th{padding:.25rem .75rem;border-bottom:1px solid #ddd;text-align:left;"
    "vertical-align:top}td.n{text-align:right;font-variant-numeric:tabular-nums}"
    "blockquote{margin:.25rem 0;padding-left:.75rem;border-left:3px solid #bbb}"
    "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}"
    "td,th{border-color:#333}}"
)


def as_table(report: Report) -> str:
    """The metrics, each with its meaning; then by type of question."""
    lines = [
        f"{name:10s} {_number(report.metrics[name]):>8s}  {meaning}"
        for name, meaning in METRICS.items()
    ]
    lines.append(f"{'questions':10s} {len(report.results):8d}")
    if report.by_type:
        width = max(map(len, report.by_type))
        lines.append("")
        lines.append(" ".join([" " * width, *(f"{name:>8s}" for name in ("n", *_BY_TYPE))]))
        lines.extend(
            " ".join(
                [
                    f"{kind:{width}s}",
                    f"{_count(report, kind):8d}",
                    *(f"{_number(metrics[name]):>8s}" for name in _BY_TYPE),
                ]
            )
            for kind, metrics in report.by_type.items()
        )
    return "\n".join(lines)


def as_html(report: Report, name: str) -> str:
    """One self-contained page: metrics, types, and each miss beside what was wanted."""
    metrics = "".join(
        f"<tr><th>{escape(key)}<td class=n>{_number(report.metrics[key])}<td>{escape(meaning)}"
        for key, meaning in METRICS.items()
    )
    heads = "".join(f"<th>{escape(key)}" for key in ("type", "n", *_BY_TYPE))
    types = "".join(
        f"<tr><td>{escape(kind)}<td class=n>{_count(report, kind)}"
        + "".join(f"<td class=n>{_number(values[key])}" for key in _BY_TYPE)
        for kind, values in report.by_type.items()
    )
    misses = [result for result in report.results if _is_miss(result)]
    return (
        "<!doctype html><html lang=en><meta charset=utf-8>"
        '<meta name=viewport content="width=device-width, initial-scale=1">'
        f"<title>Footnote: {escape(name)}</title><style>{_STYLE}</style>"
        f"<h1>{escape(name)}</h1><p>{len(report.results)} questions, {len(misses)} missed.</p>"
        f"<table>{metrics}</table><table><tr>{heads}{types}</table>"
        f"<h2>Missed</h2>{_misses(misses)}</html>"
    )


def _misses(misses: Sequence[Result]) -> str:
    if not misses:
        return "<p>None.</p>"
    rows = "".join(
        f"<tr><td>{escape(r.question.id)}<td>{escape(r.question.question)}"
        f"<td>{_wanted(r)}<td>{_given(r)}<td class=n>{r.answer.confidence:.2f}"
        for r in misses
    )
    return f"<table><tr><th>id<th>question<th>wanted<th>given<th>confidence{rows}</table>"


def _wanted(result: Result) -> str:
    if not result.question.answerable:
        return "a refusal"
    places = "<br>".join(
        f"{escape(file)}, paragraph {paragraph}"
        for file, paragraph in sorted(result.question.evidence)
    )
    return f"{escape(' / '.join(result.question.answers))}<br>{places}"


def _given(result: Result) -> str:
    if not result.answer.answered:
        return escape(result.answer.text)
    return "".join(
        f"{escape(c.file)}, paragraph {c.paragraph}<blockquote>{escape(c.quote)}</blockquote>"
        for c in result.answer.citations
    )


def _is_miss(result: Result) -> bool:
    if not result.question.answerable:
        return result.answer.answered
    return not (result.first and result.found)


def _count(report: Report, kind: str) -> int:
    return sum(result.question.type == kind for result in report.results)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if value > 1 else f"{value:.3f}"
