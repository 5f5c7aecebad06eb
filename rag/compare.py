"""A run of an evaluation against an earlier one: what improved, what broke, and how surely."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from index.errors import QuestionError
from rag.judge import Result, judge, result_from
from rag.metrics import OF_TIME, Interval, measure, measure_differences, verdict

VERDICTS: Final = ("right", "first", "found", "answered", "refused")
VERDICTS_OF_RETRIEVAL: Final = ("recall@1", "recall@5")
"""What may improve or break in one question."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric in both runs, over the questions of both."""

    before: float | None
    now: float | None
    interval: Interval | None
    """Of the difference, 95 %; None where no question differs or too few can tell."""

    @property
    def value(self) -> float | None:
        if self.before is None or self.now is None:
            return None
        return round(self.now - self.before, 4)


@dataclass(frozen=True, slots=True)
class Change:
    """A question with the verdicts that are others than before."""

    before: Result
    now: Result
    improved: tuple[str, ...]
    broke: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs over the questions that both asked."""

    name: str
    questions: int
    only_now: tuple[str, ...]
    only_before: tuple[str, ...]
    """Ids of questions that only one of the runs asked, or asked in other words."""
    edited: tuple[str, ...]
    """Ids of questions whose evidence or accepted answers are others than before: the earlier
    answer was judged again, by those of now, and its retrieval is left out."""
    metrics: dict[str, Difference]
    changes: tuple[Change, ...]

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "questions": self.questions,
            "only_now": list(self.only_now),
            "only_before": list(self.only_before),
            "edited": list(self.edited),
            "metrics": {
                name: asdict(difference) | {"difference": difference.value}
                for name, difference in self.metrics.items()
            },
            "improved": [_change(c, c.improved) for c in self.changes if c.improved],
            "broke": [_change(c, c.broke) for c in self.changes if c.broke],
        }


def _change(change: Change, verdicts: Sequence[str]) -> dict[str, Any]:
    question = change.now.question
    return {"id": question.id, "question": question.question, "what": list(verdicts)}


def read_run(path: Path) -> tuple[Result, ...]:
    """The results of an earlier run, as `footnote eval --json` wrote them.

    Raises:
        QuestionError: the file cannot be read, or is no such report.
    """
    fix = "name a file that footnote eval --json has written"
    try:
        report = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"cannot read {path}: {error}", fix) from error
    except ValueError as error:
        raise QuestionError(f"{path} is not JSON: {error}", fix) from error
    try:
        return tuple(result_from(item) for item in report["questions"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise QuestionError(f"{path} is not a report of an evaluation: {error!r}", fix) from error


def compare(
    now: Sequence[Result], before: Sequence[Result], name: str, names: Sequence[str]
) -> Comparison:
    """Compare two runs, question by question.

    Args:
        now: the results of this run.
        before: those of the earlier one, by the questions as they were then.
        name: of the earlier run, for people.
        names: the metrics to compare.

    Raises:
        QuestionError: the runs have no question in common.
    """
    earlier = {_key(result): result for result in before}
    later = {_key(result): result for result in now}
    common = [key for key in later if key in earlier and _same_history(later[key], earlier[key])]
    if not common:
        raise QuestionError(
            f"{name} has no question of this set", "compare with a run of the same questions"
        )
    edited = {key for key in common if _is_edited(later[key], earlier[key])}
    ours = [later[key] for key in common]
    theirs = [earlier[key] for key in common]
    for place, key in enumerate(common):
        if key in edited:
            ours[place] = replace(ours[place], rank=None)
            theirs[place] = _judged_again(theirs[place], ours[place])
    if (ours[0].answer is None) != (theirs[0].answer is None):
        names = [name for name in names if name not in OF_TIME]  # of different work
    figures, earlier_figures = measure(ours, names), measure(theirs, names)
    intervals = measure_differences(ours, theirs, names)
    return Comparison(
        name=name,
        questions=len(common),
        only_now=tuple(id_ for id_, text in later if (id_, text) not in common),
        only_before=tuple(id_ for id_, text in earlier if (id_, text) not in common),
        edited=tuple(id_ for id_, text in later if (id_, text) in edited),
        metrics={
            name: Difference(earlier_figures[name], figures[name], intervals[name])
            for name in names
        },
        changes=tuple(
            change
            for one, other in zip(ours, theirs, strict=True)
            if (change := _compare_one(one, other)) is not None
        ),
    )


def _key(result: Result) -> tuple[str, str]:
    return result.question.id, result.question.question


def _same_history(now: Result, before: Result) -> bool:
    """Also if the earlier run did not write the history down."""
    return before.question.history in ((), now.question.history)


def _is_edited(now: Result, before: Result) -> bool:
    a, b = now.question, before.question
    return (a.evidence, set(a.answers), a.answerable) != (b.evidence, set(b.answers), b.answerable)


def _judged_again(before: Result, now: Result) -> Result:
    if before.answer is None:
        return replace(before, question=now.question, rank=None)
    return judge(
        now.question,
        before.answer,
        milliseconds=before.milliseconds,
        verbatim=before.verbatim,
    )


def _compare_one(now: Result, before: Result) -> Change | None:
    improved: list[str] = []
    broke: list[str] = []
    for name in VERDICTS if now.answer is not None else VERDICTS_OF_RETRIEVAL:
        ours, theirs = verdict(name, now), verdict(name, before)
        if ours is not None and theirs is not None and ours != theirs:
            (improved if ours else broke).append(name)
    if not improved and not broke:
        return None
    return Change(before, now, tuple(improved), tuple(broke))
