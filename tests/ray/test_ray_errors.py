"""What is wrong with `--ray` before there is a cluster: named at once, without Ray."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator

import pytest

from index import ray_cluster
from index.ray_cluster import RayError, connect


def test_ray_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_cluster, "find_spec", lambda name: None)
    with pytest.raises(RayError, match=r"not installed \(fix: pip install 'footnote\[ray\]'\)"):
        _enter("local")


@pytest.mark.parametrize(
    "address", ["", "here", "host", "host:", "host:port", "http://host:1", "host:99999", "[::1"]
)
def test_an_address_that_is_none(address: str) -> None:
    with pytest.raises(RayError, match=r"no address of a Ray cluster.*HOST:6379"):
        _enter(address)
    assert "ray._raylet" not in sys.modules


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(8)
        yield server.getsockname()[1]


@pytest.mark.slow
@pytest.mark.parametrize("form", ["127.0.0.1:{}", "ray://127.0.0.1:{}"])
def test_no_cluster_answers(form: str, silent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_cluster, "_CONNECT_SECONDS", 1.0)
    before = time.monotonic()
    with pytest.raises(RayError, match=r"there is no Ray cluster at .*answers"):
        _enter(form.format(silent))
    assert time.monotonic() - before < 20


def _enter(address: str) -> None:
    with connect(address):
        pytest.fail("there is no cluster")
