"""Accounts of people and machines: who may see, act, change zones, make accounts. Kept in one file of the sea.

Passwords are stored as Argon2id hashes (RFC 9106; the parameters of argon2-cffi), never as such. The file is written
aside and renamed, readable by its owner alone. Nobody has a password that was not made here or chosen by its owner.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from selat.model.errors import ConfigError, StoreError
from selat.model.release import group_names
from selat.store.disk import write_whole

FILE = "accounts.json"
#: each role with what it may do
ROLES = {
    "observer": frozenset({"see"}),
    "officer": frozenset({"see", "act"}),
    "supervisor": frozenset({"see", "act", "zones", "release"}),
    "admin": frozenset({"see", "act", "zones", "release", "accounts"}),
    "machine": frozenset({"see"}),
    # of the register alone (see selat.assist.tiers): they do not see the watch
    "recipient": frozenset({"assist"}),
    "donor": frozenset({"assist"}),
    "auditor": frozenset({"assist"}),
    "public": frozenset({"assist"}),
}
#: roles with another tier of the register than that of the public; who makes accounts runs the recipient's machine
_TIERS = {"recipient": "recipient", "admin": "recipient", "donor": "donor", "auditor": "auditor"}
LEAST = 10  #: letters of a password
MOST = 200
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_hex(16))  # an unknown name takes as long to refuse as a wrong password


def tier_of(role: str) -> str:
    """The tier in which a role sees the register of given equipment."""
    return _TIERS.get(role, "public")


@dataclass(frozen=True, slots=True)
class Account:
    """A person or machine; ``password`` is the Argon2id hash (empty for who logs in elsewhere).

    ``groups`` are those of releasability (:mod:`selat.model.release`).
    """

    name: str
    role: str
    password: str
    groups: frozenset[str] = frozenset()

    def may(self, deed: str) -> bool:
        """Whether the role allows it: ``see``, ``act``, ``zones``, ``release``, ``accounts``; ``assist``: the register alone."""
        return deed in ROLES.get(self.role, frozenset())


class Accounts:
    """The accounts of the sea in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._lock = threading.Lock()

    def all(self) -> dict[str, Account]:
        """By name. Raises :class:`StoreError` for a file that cannot be read: nobody comes in then."""
        try:
            raw = json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else []
            return {
                a["name"]: Account(
                    str(a["name"]), str(a["role"]), str(a["password"]), frozenset(map(str, a.get("groups", ())))
                )
                for a in raw
            }
        except (OSError, ValueError, KeyError, TypeError) as e:
            raise StoreError(
                f"{self.path} cannot be read ({e})", hint="restore it from a backup, or remove it and start anew"
            ) from None

    def put(self, name: str, role: str, password: str, groups: Iterable[str] = ()) -> None:
        """Add an account, or give one another role, password and groups. Raises :class:`ConfigError`."""
        names = group_names(groups)
        if not name.strip() or len(name) > 80 or not name.isprintable() or ":" in name:
            raise ConfigError(f"{name!r} is no name for an account", hint="1 to 80 letters, no colon")
        if role not in ROLES:
            raise ConfigError(f"{role!r} is no role", hint=f"one of {', '.join(ROLES)}")
        if not LEAST <= len(password) <= MOST:
            raise ConfigError("that password will not do", hint=f"{LEAST} to {MOST} letters")
        with self._lock:
            everyone = self.all()
            everyone[name] = Account(name, role, _HASHER.hash(password), names)
            self._write(everyone)

    def remove(self, name: str) -> bool:
        """Take one out; False when there is none. The last admin stays: ConfigError."""
        with self._lock:
            everyone = self.all()
            gone = everyone.pop(name, None)
            if gone is None:
                return False
            if gone.role == "admin" and not any(a.role == "admin" for a in everyone.values()):
                raise ConfigError("nobody could make accounts any more", hint="make another admin first")
            self._write(everyone)
            return True

    def first(self) -> tuple[str, str] | None:
        """Makes ``admin`` with a password where there is no account yet; (name, password), to be shown once."""
        if self.all():
            return None
        password = secrets.token_urlsafe(15)
        self.put("admin", "admin", password)
        return "admin", password

    def check(self, name: str, password: str) -> Account | None:
        """The account, where name and password fit."""
        account = self.all().get(name)
        try:
            _HASHER.verify(account.password if account else _NOBODY, password[:MOST])
        except (VerificationError, InvalidHashError):
            return None
        return account

    def _write(self, everyone: dict[str, Account]) -> None:
        rows = [asdict(a) | {"groups": sorted(a.groups)} for _, a in sorted(everyone.items())]
        write_whole(self.path, json.dumps(rows, indent=1, ensure_ascii=False).encode())
        self.path.chmod(0o600)
