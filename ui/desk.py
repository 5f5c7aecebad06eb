"""What the page has besides the chat, as the settings allow: tabs, menus, and their routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from fastapi import APIRouter

from index import store
from index.errors import SettingsError
from index.settings import Settings
from index.store import Index
from ui.corpus import corpus_panel
from ui.evaluation import Evaluation
from ui.evaluation_tab import evaluation_panel
from ui.export import build_export, export_menu
from ui.feedback import feedback_file
from ui.feedback_form import build_feedback, thumbs
from ui.indexing import Indexer
from ui.intake import PATH, Intake, routes
from ui.only import build_only
from ui.parts import Panel, Parts
from ui.render import Extra
from ui.uploads import UploadFolder

_SLACK: Final = 1024  # bytes: who sends too much is told so by the route itself


@dataclass(frozen=True, slots=True)
class Desk:
    """The tabs beside the chat, what stands under each answer, and what builds the rest of it."""

    panels: tuple[Panel, ...] = ()
    under: tuple[Extra, ...] = ()
    build: Callable[[Parts], None] = lambda parts: None
    """Called inside the column above the composer."""
    routers: tuple[APIRouter, ...] = ()
    larger: Mapping[str, int] = field(default_factory=dict)
    """Paths whose requests may have more bytes than others."""


def make_desk(index: Index, settings: Settings, *, alone: bool) -> Desk:
    """The desk of a page.

    Args:
        index: that of the page.
        settings: say whether articles may be added, and who sees the evaluation.
        alone: nobody but who runs the server reaches it.

    Raises:
        SettingsError: the question set of the settings is not there.
    """
    intake = _intake(index, settings) if settings.uploads else None
    kept = feedback_file(settings.feedback, index.path)
    panels = [corpus_panel(intake, settings.max_file_bytes)]
    shows_evaluation = alone if settings.evaluation is None else settings.evaluation
    if shows_evaluation:
        if settings.questions is not None and not settings.questions.is_file():
            raise SettingsError(
                f"FOOTNOTE_QUESTIONS: there is no file {settings.questions}",
                "name a question set (JSON Lines), or unset it",
            )
        evaluation = Evaluation(index, kept, settings.questions)
        panels.append(evaluation_panel(evaluation, uploads=settings.uploads))

    def build(parts: Parts) -> None:
        build_only(parts)
        build_feedback(parts, kept)
        build_export(parts)

    return Desk(
        panels=tuple(panels),
        under=(export_menu, thumbs),
        build=build,
        routers=(routes(intake),) if intake is not None else (),
        larger={PATH: settings.max_file_bytes + _SLACK} if intake is not None else {},
    )


def _intake(index: Index, settings: Settings) -> Intake:
    marker = store.read_marker(index.path)
    assert marker is not None, "an index that is open has a marker"
    corpus = store.corpus_of(index.path, marker)
    return Intake(index, UploadFolder(corpus, settings.max_file_bytes), Indexer(index.path))
