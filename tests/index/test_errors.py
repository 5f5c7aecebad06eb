"""Errors: what went wrong, how to fix it, whether trying again helps."""

from __future__ import annotations

import pytest

from index import errors
from index.errors import FootnoteError, IndexStoreError, ModelMismatchError

KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, FootnoteError)
]


def test_there_is_one_base() -> None:
    assert len(KINDS) > 5
    assert issubclass(ModelMismatchError, IndexStoreError)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_says_what_and_how_to_fix_it(kind: type[FootnoteError]) -> None:
    error = kind("the disk is full", "free some space")
    assert (error.what, error.fix, error.retryable) == (
        "the disk is full",
        "free some space",
        False,
    )
    assert "the disk is full" in str(error)
    assert "free some space" in str(error)


def test_an_error_can_be_worth_another_try() -> None:
    assert IndexStoreError("busy", "wait", retryable=True).retryable


def test_an_error_needs_a_fix() -> None:
    with pytest.raises(TypeError):
        FootnoteError("something")  # type: ignore[call-arg]
