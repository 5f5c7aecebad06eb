"""Where the server listens, and where it refuses to."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from index.errors import FootnoteError
from ui.listen import listen

pytestmark = pytest.mark.integration


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that something listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_loopback_needs_no_leave(host: str) -> None:
    listener = listen(host, 0, may_be_public=False)
    with listener.socket as bound:
        address, port = bound.getsockname()
        assert address.startswith("127.")
        assert listener.url == f"http://{host}:{port}"
        assert not listener.everywhere


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::", "192.0.2.1"])
def test_beyond_loopback_is_refused_unless_allowed(host: str) -> None:
    with pytest.raises(FootnoteError) as caught:
        listen(host, 0, may_be_public=False)
    assert "FOOTNOTE_AUTH" in caught.value.fix
    assert "--allow-public" in caught.value.fix


def test_with_leave_it_listens_everywhere_and_says_a_local_address() -> None:
    listener = listen("0.0.0.0", 0, may_be_public=True)
    assert listener.everywhere
    assert listener.url.startswith("http://127.0.0.1:")
    listener.socket.close()


def test_a_port_in_use_is_named_with_the_way_to_another(taken: int) -> None:
    with pytest.raises(FootnoteError) as caught:
        listen("127.0.0.1", taken, may_be_public=False)
    assert f"port {taken}" in caught.value.what
    assert "--port" in caught.value.fix


def test_a_host_that_is_none_is_named() -> None:
    with pytest.raises(FootnoteError, match="no host"):
        listen("no such host", 0, may_be_public=True)


def test_another_machines_address_cannot_be_listened_on() -> None:
    with pytest.raises(FootnoteError, match=r"192\.0\.2\.1"):
        listen("192.0.2.1", 0, may_be_public=True)
