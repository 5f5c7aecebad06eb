"""Models that come as files in wheels, on onnxruntime; the packages are never imported."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def folder_of(package: str) -> Path:
    """Where an installed package lies; whether it is installed must have been asked before."""
    spec = find_spec(package)
    assert spec is not None
    return Path(str(spec.origin)).parent


def open_session(model: Path) -> Any:
    """A session of onnxruntime on the processor."""
    import onnxruntime  # 0.2 s

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(4, os.cpu_count() or 1)
    # Threads that spin while they wait slow down everything else on a small machine.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def open_tokenizer(file: Path) -> Any:
    """A tokenizer that neither fills up nor cuts off."""
    from tokenizers import Tokenizer

    tokenizer: Any = Tokenizer.from_file(str(file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
