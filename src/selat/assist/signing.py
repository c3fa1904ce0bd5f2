"""Signatures on what goes out: Ed25519 (RFC 8032) over canonical JSON, with the key of this sea's register.

The private key lies in the folder of the sea, readable by its owner alone. Who receives aggregates keeps the public key from
a first meeting in person, or compares its fingerprint on the telephone.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from selat.model.errors import ConfigError, FormatError, StoreError
from selat.store.disk import fsync_dir

KEY = "register.key"  #: file of the private key in the folder of the sea (PKCS 8, PEM)


def canonical(document: Any) -> bytes:
    """The bytes that are signed: JSON with sorted keys, without spaces, ASCII. Raises ValueError for NaN."""
    return json.dumps(document, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False).encode(
        "ascii"
    )


class Signer:
    """The key of a sea's register; made when it is first needed."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / KEY

    def _key(self) -> Any:
        from cryptography.hazmat.primitives import serialization as s
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        if not self.path.exists():
            key = Ed25519PrivateKey.generate()
            pem = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
            _write_private(self.path, pem)
        try:
            found = s.load_pem_private_key(self.path.read_bytes(), None)
        except (OSError, ValueError) as e:
            raise StoreError(
                f"{self.path} cannot be read ({e})", hint="restore it from a backup; others know this key"
            ) from None
        if not isinstance(found, Ed25519PrivateKey):
            raise StoreError(f"{self.path} is no Ed25519 key", hint="restore it from a backup; others know this key")
        return found

    def public(self) -> str:
        """The public key: 32 bytes, base64."""
        return base64.b64encode(self._key().public_key().public_bytes_raw()).decode()

    def sign(self, document: dict[str, Any]) -> dict[str, Any]:
        """``{"document": ..., "key": public key, "signature": ...}``."""
        key = self._key()
        made = base64.b64encode(key.sign(canonical(document))).decode()
        return {
            "document": document,
            "key": base64.b64encode(key.public_key().public_bytes_raw()).decode(),
            "signature": made,
        }


def fingerprint(key: str) -> str:
    """SHA-256 of a public key, in groups of four that can be read out."""
    digest = hashlib.sha256(_bytes(key)).hexdigest()[:32]
    return " ".join(digest[i : i + 4] for i in range(0, 32, 4))


def verify(signed: Any, key: str) -> dict[str, Any]:
    """The document, where the signature is that of ``key`` (base64). Raises :class:`FormatError` where it is not."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    if (
        not isinstance(signed, dict)
        or not isinstance(signed.get("document"), dict)
        or not isinstance(signed.get("signature"), str)
    ):
        raise FormatError("no signed document", hint="the file as `selat assist disclose` wrote it")
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(key)).verify(
            _bytes(signed["signature"]), canonical(signed["document"])
        )
    except (InvalidSignature, ValueError):
        raise FormatError(
            "the signature does not fit: the document was changed, or signed with another key",
            hint="ask for it again, and compare the fingerprint of the key with its holder",
        ) from None
    out: dict[str, Any] = signed["document"]
    return out


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ConfigError("no key or signature in base64", hint="as `selat assist key SEA` prints it") from None


def _write_private(path: Path, data: bytes) -> None:
    """A file that nobody else ever could read, and that is never written over."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return  # another process was first: its key is the one
    with os.fdopen(fd, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    fsync_dir(path.parent)
