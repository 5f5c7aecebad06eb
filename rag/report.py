"""The report of an evaluation as text for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from rag.compare import Change, Comparison, Difference
from rag.evaluate import Report
from rag.metrics import MEANINGS, NOT_SHARES, OPINIONS, Interval
from rag.plain import printable

_BY_TYPE: Final = (
    ("right", "first", "hit", "found", "answered", "refused"),
    ("precision", "cites", "words", "verbatim", "p50", "p95"),
    ("recall@1", "recall@3", "recall@5", "recall@10", "mrr"),
    tuple(OPINIONS),
)
_WITH_INTERVAL: Final = ("right", "recall@1")
_MOST_LISTED: Final = 20
_NAME_WIDTH: Final = 10
_QUESTION_WIDTH: Final = 70


def as_table(report: Report) -> str:
    """The metrics, each with its interval and its meaning; by type; against an earlier run."""
    parts = [_all_metrics(report), *_by_type(report)]
    if report.against is not None:
        parts.append(_against(report.against))
    return printable("\n\n".join(parts))


def _all_metrics(report: Report) -> str:
    width = max(_NAME_WIDTH, *map(len, report.metrics))
    lines = [f"{'metric':{width}s} {'value':>6s}  {'95 %':14s}  meaning"]
    lines.extend(
        f"{name:{width}s} {number(name, value):>6s}  {interval(name, report.intervals[name]):14s}"
        f"  {MEANINGS[name]}"
        for name, value in report.metrics.items()
    )
    lines.append(f"{'questions':{width}s} {len(report.results):6d}")
    return "\n".join([*lines, *(f"note: {note}" for note in report.notes)])


def _by_type(report: Report) -> list[str]:
    """Tables no wider than a screen: of the verdicts, of what was shown, of retrieval."""
    if not report.by_type:
        return []
    tables: list[str] = []
    width = max(map(len, report.by_type))
    for group in _BY_TYPE:
        names = [name for name in group if name in report.metrics]
        if not names:
            continue
        head = [_column(name, name) + _beside(name, "95 %") for name in names]
        rows = ["".join([" " * width, f"{'n':>6s}", *head]).rstrip()]
        for kind, metrics in report.by_type.items():
            known = report.intervals_by_type[kind]
            cells = [
                _column(name, number(name, metrics[name]))
                + _beside(name, interval(name, known[name]))
                for name in names
            ]
            rows.append(f"{kind:{width}s}{count(report, kind):6d}{''.join(cells)}".rstrip())
        tables.append("\n".join(rows))
    return tables


def _column(name: str, text: str) -> str:
    return f"{text:>{max(6, len(name)) + 1}s}"


def _beside(name: str, text: str) -> str:
    """The interval, of the first figure of a table: a type has few questions."""
    return f"  {text:14s}" if name in _WITH_INTERVAL else ""


def _against(against: Comparison) -> str:
    lines = [f"against {against.name}: {against.questions} questions in both"]
    for ids, what in [
        (against.only_now, "only now"),
        (against.only_before, "only before"),
        (against.edited, "whose evidence or answers were edited (judged again by those of now)"),
    ]:
        if ids:
            lines.append(f"  {len(ids)} {what}: {some(ids)}")
    lines.append(f"{'metric':{_NAME_WIDTH}s} {'before':>8s} {'now':>8s} {'change':>8s}  95 %")
    lines.extend(_difference(name, one) for name, one in against.metrics.items())
    return "\n".join(
        [
            *lines,
            *_changes("improved", against.changes, lambda change: change.improved),
            *_changes("broke", against.changes, lambda change: change.broke),
        ]
    )


def _difference(name: str, one: Difference) -> str:
    return (
        f"{name:{_NAME_WIDTH}s} {number(name, one.before):>8s} {number(name, one.now):>8s}"
        f" {signed(name, one.value):>8s}  {signed_interval(name, one.interval)}"
    ).rstrip()


def _changes(
    title: str, changes: Sequence[Change], verdicts: Callable[[Change], Sequence[str]]
) -> list[str]:
    chosen = [change for change in changes if verdicts(change)]
    lines = ["", f"{title}: {len(chosen)}"]
    for change in chosen[:_MOST_LISTED]:
        question = change.now.question
        text = " ".join(question.question.split())
        if len(text) > _QUESTION_WIDTH:
            text = f"{text[: _QUESTION_WIDTH - 1]}…"
        lines.append(f"  {question.id}  {', '.join(verdicts(change))}  {text}")
    if len(chosen) > _MOST_LISTED:
        lines.append(f"  and {len(chosen) - _MOST_LISTED} more: --json and --html list them all")
    return lines


def count(report: Report, kind: str) -> int:
    """The questions of a type."""
    return sum(result.question.type == kind for result in report.results)


def number(metric: str, value: float | None) -> str:
    """A figure for people: three decimals for a share, fewer for what is counted or timed."""
    return "-" if value is None else f"{value:.{_decimals(metric)}f}"


def signed(metric: str, value: float | None) -> str:
    """A difference for people; "=" for none."""
    if value is None:
        return "-"
    return "=" if value == 0 else _with_sign(metric, value)


def interval(metric: str, found: Interval | None) -> str:
    """An interval for people."""
    return "-" if found is None else " to ".join(number(metric, end) for end in found)


def signed_interval(metric: str, found: Interval | None) -> str:
    """The interval of a difference for people."""
    return "-" if found is None else " to ".join(_with_sign(metric, end) for end in found)


def _with_sign(metric: str, value: float) -> str:
    text = f"{value:+.{_decimals(metric)}f}"
    return text if float(text) else text[1:]


def _decimals(metric: str) -> int:
    if metric == "cites":
        return 2
    return 1 if metric in NOT_SHARES else 3


def some(ids: Sequence[str], most: int = 5) -> str:
    """The first of some ids, and how many there are besides."""
    rest = f" and {len(ids) - most} more" if len(ids) > most else ""
    return ", ".join(ids[:most]) + rest
