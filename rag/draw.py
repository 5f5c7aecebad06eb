"""Curves drawn as SVG that stands in a page: its colours are the page's, its text is text.

Matplotlib draws with stand-in colours, which become CSS variables of the page afterwards, so
that one drawing serves a light and a dark page. No state of pyplot is touched.
"""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Final

from rag.curves import Bin, Operating, Shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK: Final = "#010101"
FIRST: Final = "#010102"
SECOND: Final = "#010103"
_IN_PAGE: Final = {INK: "currentColor", FIRST: "var(--first)", SECOND: "var(--second)"}

_SIZE: Final = (5.4, 3.5)  # inches
_FAINT: Final = 0.18
_RC: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "footnote",
    "font.family": ["DejaVu Sans"],
    "font.size": 10,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": INK,
    "grid.alpha": _FAINT,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
}
_NO_METADATA: Final = {"Date": None, "Creator": None, "Format": None, "Type": None}
_ID: Final = re.compile(r' id="([^"]*)"')
_PROLOGUE: Final = re.compile(r"^.*?(?=<svg)", re.DOTALL)
_HEAD: Final = re.compile(r"<svg[^>]*?viewBox=\"([^\"]*)\"[^>]*>", re.DOTALL)
_NOT_OURS: Final = re.compile(
    r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>| ?font-family: [^;\"]*;?|<!--.*?-->",
    re.DOTALL,
)


def draw_risk_coverage(points: Sequence[Operating], force: Operating | None) -> str:
    """Risk over coverage, with the threshold in force marked."""

    def plot(axes: Axes) -> None:
        coverage = [point.coverage for point in points]
        risk = [point.risk for point in points]
        axes.step(coverage, risk, where="post", color=FIRST, label="every threshold")
        highest = max(risk)
        if force is not None:
            axes.plot(
                [force.coverage],
                [force.risk],
                "o",
                color=SECOND,
                markersize=8,
                label=f"in force: {force.threshold:.2f}",
            )
            highest = max(highest, force.risk)
        axes.set_xlabel("coverage: answerable questions answered")
        axes.set_ylabel("risk: answers that are wrong")
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, min(1.0, max(0.05, 1.15 * highest)))
        axes.legend(loc="upper left")

    return _draw("risk-coverage", "Risk of a wrong answer over coverage", plot)


def draw_recall(recalls: Sequence[float]) -> str:
    """recall@k for k from 1."""

    def plot(axes: Axes) -> None:
        ks = range(1, len(recalls) + 1)
        axes.plot(ks, recalls, "o-", color=FIRST, markersize=5)
        for k in {1, len(recalls)}:
            axes.annotate(
                f"{recalls[k - 1]:.3f}",
                (k, recalls[k - 1]),
                xytext=(4 if k == 1 else -4, -14),
                textcoords="offset points",
                ha="left" if k == 1 else "right",
            )
        axes.set_xticks(list(ks))
        axes.set_xlabel("k: paragraphs looked at")
        axes.set_ylabel("recall: evidence among them")
        axes.set_ylim(max(0.0, min(recalls) - 0.15), 1.01)

    return _draw("recall", "Recall at k of retrieval", plot)


def draw_latency(milliseconds: Sequence[float], p50: float, p95: float) -> str:
    """How long questions took."""
    import numpy as np

    def plot(axes: Axes) -> None:
        longest = max(p95 * 1.6, p50 * 2)
        shown = np.minimum(np.asarray(milliseconds), longest)
        late = sum(one > longest for one in milliseconds)
        axes.hist(shown, bins=40, range=(0.0, float(longest)), color=FIRST, alpha=0.75)
        for value, name, style in [(p50, "median", "-"), (p95, "95 %", "--")]:
            axes.axvline(value, color=SECOND, linestyle=style, label=f"{name}: {value:.0f} ms")
        axes.set_xlabel("milliseconds" + (f" ({late} longer, in the last bar)" if late else ""))
        axes.set_ylabel("questions")
        axes.set_xlim(0, longest)
        axes.legend(loc="upper right")

    return _draw("latency", "Distribution of the time of a question", plot)


def draw_reliability(bins: Sequence[Bin]) -> str:
    """Confidence against the share that is right."""

    def plot(axes: Axes) -> None:
        axes.plot([0, 1], [0, 1], "--", color=INK, alpha=0.4, linewidth=1, label="as it says")
        axes.plot(
            [one.confidence for one in bins],
            [one.right for one in bins],
            "o-",
            color=FIRST,
            markersize=5,
            label="as it is",
        )
        axes.set_xlabel("confidence of the answer")
        axes.set_ylabel("share that is right")
        axes.set_xlim(0, 1.02)
        axes.set_ylim(0, 1.02)
        axes.legend(loc="upper left")

    return _draw("reliability", "Reliability of the confidence", plot)


def draw_words(shown: Sequence[Shown], answers: Shown | None) -> str:
    """The share found over the words shown."""

    def plot(axes: Axes) -> None:
        axes.plot(
            [one.words for one in shown],
            [one.found for one in shown],
            "o-",
            color=FIRST,
            markersize=5,
            label="best sentences, none refused",
        )
        for one in shown:
            axes.annotate(
                str(one.sentences),
                (one.words, one.found),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=9,
            )
        lowest = min(one.found for one in shown)
        if answers is not None:
            axes.plot(
                [answers.words],
                [answers.found],
                "s",
                color=SECOND,
                markersize=8,
                label="answers as given",
            )
            lowest = min(lowest, answers.found)
        axes.set_xlabel("words shown for a question, mean")
        axes.set_ylabel("answer found among them")
        axes.set_xlim(left=0)
        axes.set_ylim(max(0.0, lowest - 0.1), 1.03)
        axes.legend(loc="lower right")

    return _draw("words", "Answer found against words shown", plot)


def _draw(name: str, title: str, plot: Callable[[Axes], None]) -> str:
    # Its first import in a new home builds a cache of fonts, and says so where results belong.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_RC):
        figure = Figure(figsize=_SIZE, layout="constrained")
        plot(figure.subplots())
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata=_NO_METADATA)
    return _for_page(out.getvalue(), name, title)


def _for_page(svg: str, name: str, title: str) -> str:
    """An element of a page: no prologue, no fonts, no style of its own, ids of its own."""
    text = _NOT_OURS.sub("", _PROLOGUE.sub("", svg))
    text = _HEAD.sub(
        lambda head: f'<svg viewBox="{head[1]}" role="img" aria-label="{escape(title)}">', text, 1
    )
    used = {one for one in _ID.findall(text) if f"#{one}" in text}
    text = _ID.sub(lambda id_: f' id="{name}-{id_[1]}"' if id_[1] in used else "", text)
    for one in used:
        text = text.replace(f'"#{one}"', f'"#{name}-{one}"').replace(
            f"url(#{one})", f"url(#{name}-{one})"
        )
    for stand_in, colour in _IN_PAGE.items():
        text = text.replace(stand_in, colour)
    return re.sub(r"\s*\n\s*", " ", text)
