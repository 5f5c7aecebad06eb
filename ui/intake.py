"""How the page sends articles: `/uploads`, there only where uploads are allowed.

GET     how far the indexing has come, and what was added
POST    ?name=…, with the file as the body: adds it
DELETE  ?name=…, by its name in the index: removes it again
"""

from __future__ import annotations

import asyncio
import threading
from typing import Any, Final

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.requests import ClientDisconnect

from index.models import IN_FILE
from index.store import Index
from ui.indexing import Indexer
from ui.uploads import FOLDER, UploadError, UploadFolder, too_large

PATH: Final = "/uploads"
_AT_ONCE: Final = 2  # files held in memory
_STALL_SECONDS: Final = 30.0  # without a byte: others wait for the place
_SEND_SECONDS: Final = 600.0


class Intake:
    """Uploads, and the indexing that follows them.

    Args:
        index: that of the page.
        folder: where the files go.
        indexer: of the same index.
    """

    def __init__(self, index: Index, folder: UploadFolder, indexer: Indexer) -> None:
        self._index = index
        self.folder = folder
        self.indexer = indexer
        self._removing = threading.Lock()

    def add(self, name: str, data: bytes) -> str:
        """Take a file in and have it indexed; its name in the index comes back.

        Raises:
            UploadError: it is refused.
        """
        file = self.folder.add(name, data)
        self.indexer.request()
        return file

    def remove(self, file: str) -> None:
        """Remove a file that was added, and have it gone from the index.

        Raises:
            UploadError: it was not added here, or no article would be left.
        """
        with self._removing:  # two at once could each take the other's for the one that stays
            self._check_others(file)
            self.folder.remove(file)
        self.indexer.request(removed=[file])

    def _check_others(self, file: str) -> None:
        """See to it that an article is left when this file is gone."""
        with self._index.reading():
            known = self._index.catalog.files()
        # Those removed a moment ago are in the index until the next run is done.
        present = self.folder.files().keys() - {file}
        left = (
            name
            for name in known
            if not name.startswith(f"{FOLDER}/") or name.partition(IN_FILE)[0] in present
        )
        if known and not any(left):
            raise UploadError(
                f"{file} is the last file with articles", "add another before you remove it"
            )

    def state(self) -> dict[str, Any]:
        return self.indexer.progress.to_dict() | {"files": self.folder.files()}


def routes(intake: Intake) -> APIRouter:
    """The routes of `PATH`; the server's guard stands before them as before all others."""
    router = APIRouter()
    places = asyncio.Semaphore(_AT_ONCE)

    async def state() -> JSONResponse:
        return JSONResponse(await asyncio.to_thread(intake.state))

    async def add(request: Request, name: str) -> JSONResponse:
        async with places:
            try:
                async with asyncio.timeout(_SEND_SECONDS):
                    data = await _body(request, name, intake.folder.max_file_bytes)
                file = await asyncio.to_thread(intake.add, name, data)
            except UploadError as error:
                return _refused(error)
            except (TimeoutError, ClientDisconnect):
                return _refused(UploadError(f"{name[:80]} did not come whole", "send it again"))
        return JSONResponse({"file": file}, 201)

    async def remove(name: str) -> JSONResponse:
        try:
            await asyncio.to_thread(intake.remove, name)
        except UploadError as error:
            return _refused(error)
        return JSONResponse({"file": name})

    for method, endpoint in (("GET", state), ("POST", add), ("DELETE", remove)):
        router.add_api_route(PATH, endpoint, methods=[method], include_in_schema=False)
    return router


async def _body(request: Request, name: str, most: int) -> bytes:
    """The file that is sent.

    Raises:
        UploadError: it is larger than `most` bytes; no more than that is kept.
        TimeoutError: nothing came for a while.
    """
    data = bytearray()
    parts = request.stream()
    try:
        while (part := await asyncio.wait_for(anext(parts, None), _STALL_SECONDS)) is not None:
            data += part
            if len(data) > most:
                raise too_large(name, most)
    except HTTPException as error:  # of who counts on the way in
        raise too_large(name, most) from error
    return bytes(data)


def _refused(error: UploadError) -> JSONResponse:
    return JSONResponse({"error": error.what, "fix": error.fix}, 422)
