"""Open sockets end when who opened them has logged out, was taken out, or has another role or other groups by now.

A request is judged when it comes; a socket stays open for a whole watch, so it is judged again and again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from selat.model.errors import StoreError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

EVERY = 5.0  #: s between two looks
POLICY = 1008  #: RFC 6455, 7.4.1: the close code for what is not allowed


async def while_it_holds(
    app: ASGIApp, scope: Scope, receive: Receive, send: Send, holds: Callable[[], Awaitable[bool]]
) -> None:
    """Run ``app`` on a socket until it ends, or until ``holds`` says no (or cannot say): then the socket is closed."""
    task = asyncio.ensure_future(app(scope, receive, send))
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=EVERY)
            if not task.done() and not await _holds(holds):
                task.cancel()
                await asyncio.wait({task})
                await send({"type": "websocket.close", "code": POLICY, "reason": "log in again"})
    finally:
        task.cancel()
    if not task.cancelled():
        task.result()


async def _holds(ask: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await ask()
    except StoreError:
        return False  # accounts that cannot be read let nobody in
