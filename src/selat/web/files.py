"""Files of the page, given out packed without packing them anew for each page that is opened.

Packing the script of the map takes a core some 60 ms, and a page waits for it. So the build writes ``FILE.gz`` beside
each file; what has none is packed once and kept in memory. Of the tiles of the base map there is only ``FILE.gz``.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    from starlette.types import Scope

LEAST = 1024  #: bytes: what is smaller goes as it is
KEPT = 64  #: files that are kept packed
PACKED = frozenset({".js", ".css", ".json", ".svg", ".md", ".webmanifest"})
ONLY_PACKED = ".tiles"


class Packed(StaticFiles):
    """The files of a folder; ``lasting``: their names change with what is in them, so a browser may keep them for good.

    A folder that is not there has no files: 404.
    """

    def __init__(self, directory: Path, *, lasting: bool = False) -> None:
        super().__init__(directory=directory, check_dir=False)
        self.lasting = lasting

    async def check_config(self) -> None:
        """A page that is not built has no files."""
        if self.directory is None or not Path(self.directory).is_dir():
            raise HTTPException(404)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, packed for who takes it so."""
        try:
            response = await super().get_response(path, scope)
        except HTTPException as e:
            if e.status_code != 404 or not path.endswith(ONLY_PACKED):
                raise
            return await self._only_packed(f"{path}.gz", scope)
        if isinstance(response, FileResponse) and Path(response.path).suffix in PACKED:
            response.headers["Vary"] = "Accept-Encoding"
            asked = Headers(scope=scope)
            takes = "gzip" in asked.get("accept-encoding", "") and "range" not in asked
            if takes and scope["method"] == "GET":
                response = await run_in_threadpool(_response, response)
        if self.lasting and response.status_code in (200, 304):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response

    async def _only_packed(self, path: str, scope: Scope) -> Response:
        """A file of which there is only the packed one."""
        response = await super().get_response(path, scope)
        if not isinstance(response, FileResponse):
            return response
        takes = "gzip" in Headers(scope=scope).get("accept-encoding", "")
        made = await run_in_threadpool(_whole, str(response.path), takes)
        for name in ("last-modified", "etag"):
            made.headers[name] = response.headers[name]
        return made


def _whole(path: str, takes: bool) -> Response:
    data = Path(path).read_bytes()
    headers = {"Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if takes else {})}
    return Response(data if takes else gzip.decompress(data), media_type="application/octet-stream", headers=headers)


def _response(plain: FileResponse) -> Response:
    """A file's answer with its body packed; the tag is weak, since its bytes are others (RFC 9110, 8.8.1)."""
    stat = Path(plain.path).stat()
    if stat.st_size < LEAST:
        return plain
    body = packed(str(plain.path), stat.st_mtime_ns, stat.st_size)
    response = Response(body, media_type=plain.media_type)
    for name in ("last-modified", "vary"):
        response.headers[name] = plain.headers[name]
    response.headers["ETag"] = f"W/{plain.headers['etag']}"
    response.headers["Content-Encoding"] = "gzip"
    return response


@lru_cache(maxsize=KEPT)
def packed(path: str, changed: int, size: int) -> bytes:
    """A file packed by gzip (RFC 1952): as the build packed it, else now. It is packed anew when it has changed."""
    built = Path(f"{path}.gz")
    if built.is_file() and built.stat().st_mtime_ns >= changed:
        return built.read_bytes()
    return gzip.compress(Path(path).read_bytes(), 6, mtime=0)
