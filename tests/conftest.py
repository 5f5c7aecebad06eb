"""What all tests share: no network, no settings from outside, and the sample articles."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3  # noqa: F401  # binds a socket to ::1 when imported, which is no test's doing
from hypothesis import settings
from pytest_socket import disable_socket, socket_allow_hosts

REPOSITORY = Path(__file__).resolve().parent.parent
_LOOPBACK = ["127.0.0.1", "::1", "localhost"]
_MAY_USE_LOOPBACK = ("integration", "slow", "browser")
_FOREIGN_SETTINGS = ("FOOTNOTE_", "OPENAI_")

# Examples take as long as the machine is busy; that is no failure.
settings.register_profile("footnote", deadline=None)
settings.load_profile("footnote")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """No test leaves this machine, and a unit test opens no socket at all."""
    if any(item.get_closest_marker(name) for name in _MAY_USE_LOOPBACK):
        socket_allow_hosts(_LOOPBACK, allow_unix_socket=True)
    else:
        disable_socket(allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings exported in the shell that runs the tests reach none of them."""
    for name in list(os.environ):
        if name.upper().startswith(_FOREIGN_SETTINGS):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True, scope="module")
def _closed_indexes() -> Iterator[None]:
    """Indexes that a module of tests opened are closed after it."""
    yield
    if session := sys.modules.get("rag.session"):
        session.close_indexes()


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session")
def seeds(repository: Path) -> Path:
    """The folder of sample articles."""
    return repository / "seeds"


@pytest.fixture(scope="session")
def seeds_index(seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of the sample articles, made with the real model. Only read it."""
    from index.build import build_index
    from index.embed import local_embedder

    path = tmp_path_factory.mktemp("seeds") / "index"
    build_index(seeds, path, local_embedder())
    return path
