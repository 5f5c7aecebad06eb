"""One kind of error for everything a person can put right."""

from __future__ import annotations


class FootnoteError(Exception):
    """What went wrong, how to fix it, and whether trying again can help.

    Args:
        what: one sentence for a person, without a trailing full stop.
        fix: what to do about it.
        retryable: true if the same call may succeed later, unchanged.
    """

    def __init__(self, what: str, fix: str, *, retryable: bool = False) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix
        self.retryable = retryable

    def __str__(self) -> str:
        return f"{self.what} (fix: {self.fix})"


class SettingsError(FootnoteError):
    """A setting is unknown, malformed or out of bounds."""


class UnreadableFileError(FootnoteError):
    """One file cannot be read as text; the others still can."""


class CorpusError(FootnoteError):
    """The folder of articles is missing, empty, or not the one indexed."""


class IndexStoreError(FootnoteError):
    """The index is missing, damaged, locked, or belongs to something else."""


class DamagedIndexError(IndexStoreError):
    """Files of the index are not what they were."""


class ModelMismatchError(IndexStoreError):
    """The index was built with another embedding model."""


class QuestionError(FootnoteError):
    """The question or its options cannot be used."""


def damaged(what: str) -> DamagedIndexError:
    """The error for a damaged index: `what` says which part of it, and how."""
    return DamagedIndexError(f"the index is damaged: {what}", "run footnote index --rebuild")
