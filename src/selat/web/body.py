"""Bodies of requests: JSON objects of a bounded size, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from selat.model.errors import ConfigError

if TYPE_CHECKING:
    from starlette.requests import Request


async def raw_body(request: Request, most: int) -> bytes:
    """The bytes that were sent, at most ``most``. Raises ConfigError for more."""
    raw = bytearray()
    async for part in request.stream():
        raw += part
        if len(raw) > most:
            raise ConfigError("the body is too long", hint=f"at most {most} bytes")
    return bytes(raw)


async def json_body(request: Request, most: int) -> dict[str, Any]:
    """The JSON object that was sent, of at most ``most`` bytes. Raises ConfigError for anything else."""
    raw = await raw_body(request, most)
    try:
        body = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        raise ConfigError("the body is not JSON", hint='as in {"who": "Lt Aminah"}') from None
    if not isinstance(body, dict):
        raise ConfigError("the body is no JSON object", hint='as in {"who": "Lt Aminah"}')
    return body


def text_of(body: dict[str, Any], name: str, most: int) -> str:
    """A text in the body, cut to ``most`` letters; empty where there is none. Raises ConfigError for another value."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise ConfigError(f"{name} is no text", hint=f'as in {{"{name}": "..."}}')
    return value[:most].strip()


def who_of(request: Request, given: str) -> str:
    """Who acts: the account that asks, whatever the body says; without accounts, who the body names."""
    user = request.scope.get("selat.user")
    return str(user.name) if user is not None else given
