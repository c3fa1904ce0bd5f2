"""Raw evidence of the holder: tracks, logs and photos as files named by their SHA-256. It never leaves but by a logged opening."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from selat.model.errors import ConfigError, StoreError
from selat.store.disk import write_whole

FOLDER = "evidence"
MOST = 30_000_000  #: bytes of one file
_NAME = re.compile(r"[0-9a-f]{64}")


def is_digest(text: str) -> bool:
    """Whether a text is a SHA-256 in lower case."""
    return bool(_NAME.fullmatch(text))


class Vault:
    """The folder ``evidence`` of a sea."""

    def __init__(self, sea: Path) -> None:
        self.folder = sea / FOLDER

    def put(self, data: bytes, expected: str = "") -> str:
        """Keep bytes; their SHA-256. Raises :class:`ConfigError` where it is not the expected one, or they are too many."""
        if not data or len(data) > MOST:
            raise ConfigError(f"a file of {len(data)} bytes", hint=f"1 to {MOST:,} bytes")
        digest = hashlib.sha256(data).hexdigest()
        if expected and digest != expected:
            raise ConfigError(
                "the file is not what its hash says", hint="send it again: it was cut or changed on its way"
            )
        path = self.folder / digest
        if not path.exists():
            self.folder.mkdir(mode=0o700, exist_ok=True)
            write_whole(path, data)
        return digest

    def has(self, digest: str) -> bool:
        """Whether it is kept here."""
        return is_digest(digest) and (self.folder / digest).is_file()

    def get(self, digest: str) -> bytes:
        """The bytes. Raises :class:`ConfigError` where they are not here, :class:`StoreError` where they were changed."""
        if not self.has(digest):
            raise ConfigError("the raw data of this hash is not kept here", hint="ask the holder that the entry names")
        data = (self.folder / digest).read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise StoreError(f"evidence/{digest} was changed", hint="restore it from a backup")
        return data
