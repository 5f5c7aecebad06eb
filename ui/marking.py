"""The words of a paragraph with what is cited of them marked."""

from __future__ import annotations

from collections.abc import Sequence

from rag.quotations import Span
from ui.escape import escape
from ui.render import with_phrase


def mark(text: str, cited: Span | None, phrase: Span | None, others: Sequence[Span]) -> str:
    """A text as HTML: the cited words as `mark`, those of other citations fainter.

    Args:
        text: of the paragraph.
        cited: where the words stand that were asked for, counted in it; what lies outside of
            it is not marked.
        phrase: the words among them that answer the question, counted from their first.
        others: where other citations stand.
    """
    inside = _inside(cited, len(text))
    faint = [span for other in others for span in _without(_inside(other, len(text)), inside)]
    html, position = "", 0
    for start, end in _merged([*faint, *([inside] if inside else [])], inside):
        html += escape(text[position:start])
        if (start, end) == inside:
            html += (
                f'<mark tabindex="-1">{with_phrase(text[start:end], _kept(phrase, inside))}</mark>'
            )
        else:
            html += f'<span class="also-cited">{escape(text[start:end])}</span>'
        position = end
    return html + escape(text[position:])


def _inside(span: Span | None, length: int) -> Span | None:
    if span is None:
        return None
    start, end = max(0, span[0]), min(length, span[1])
    return (start, end) if start < end else None


def _without(span: Span | None, hole: Span | None) -> list[Span]:
    """What of a span lies outside of another."""
    if span is None:
        return []
    if hole is None:
        return [span]
    parts = [(span[0], min(span[1], hole[0])), (max(span[0], hole[1]), span[1])]
    return [(start, end) for start, end in parts if start < end]


def _merged(spans: Sequence[Span], apart: Span | None) -> list[Span]:
    """Spans in order, those that overlap as one; `apart` overlaps none, and stays by itself."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span[0] < merged[-1][1] and span != apart and merged[-1] != apart:
            merged[-1] = (merged[-1][0], max(merged[-1][1], span[1]))
        else:
            merged.append(span)
    return merged


def _kept(phrase: Span | None, cited: Span) -> Span | None:
    """The phrase, if it lies in the cited words."""
    return None if phrase is None or phrase[1] > cited[1] - cited[0] else phrase
