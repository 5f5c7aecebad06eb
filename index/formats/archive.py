"""ZIP archives of strangers: what is in them, without being drowned by it."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Any, Final

from lxml import etree

from index.formats.extracted import FormatError

MAGIC: Final = b"PK\x03\x04"
_MOST_UNPACKED: Final = 200_000_000  # bytes, of all members
_MOST_OF_ONE: Final = 100_000_000
_MOST_MEMBERS: Final = 20_000

# NotImplementedError is what zipfile raises for a compression that it does not know.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError)


class Archive:
    """An archive whose members are read one at a time.

    Raises:
        FormatError: it is broken, encrypted, or unpacks to more than is reasonable.
    """

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
            members = self._zip.infolist()
        except _BROKEN:
            raise broken() from None
        if len(members) > _MOST_MEMBERS or sum(m.file_size for m in members) > _MOST_UNPACKED:
            raise _bomb()
        self._names = {member.filename: member for member in members}

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._names)

    def read(self, name: str) -> bytes | None:
        """A member's bytes; None if there is none of this name.

        Raises:
            FormatError: it is broken, encrypted or too large.
        """
        member = self._names.get(name)
        if member is None:
            return None
        if member.flag_bits & 1:
            raise FormatError("is encrypted", "save it without a password")
        if member.file_size > _MOST_OF_ONE:
            raise _bomb()
        try:
            return self._zip.read(member)
        except _BROKEN:
            raise broken() from None

    def xml(self, name: str) -> Any | None:
        """The root of a member that is XML: no entity of it is replaced, and nothing fetched.

        Raises:
            FormatError: it is broken or no XML.
        """
        data = self.read(name)
        return None if data is None else parse_xml(data)


def parse_xml(data: bytes) -> Any:
    """The root of an XML document; entities stay as they are, and nothing is fetched.

    Raises:
        FormatError: it is no XML, or has entities of its own.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise broken() from None
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise FormatError(
            "defines XML entities, which no article needs", "save it anew, or move it away"
        )
    return root


def broken() -> FormatError:
    return FormatError("is damaged or cut off", "get it again, or move it out of the corpus")


def _bomb() -> FormatError:
    return FormatError(
        f"unpacks to more than {_MOST_UNPACKED // 10**6} MB", "split it, or move it away"
    )
