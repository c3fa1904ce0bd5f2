"""The feed of aisstream.io: a web socket that sends one JSON message a frame; kept as one message a line.

Known of the service (its documentation, and the threads of its users): the subscription must come within 3 seconds; a
wrong key is answered by ``{"error": ...}`` and a close; it is down for hours at times, with open connections that say
nothing; it turns away who reconnects too fast. Hence the watch for silence, and the growing delays.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, ConnectionClosedOK, InvalidHandshake, InvalidURI

from selat.model.errors import ConfigError
from selat.readers.live_feed import Down, Feed, Silence, Tuning, within
from selat.readers.live_spec import SourceSpec

KEY_VARIABLE = "SELAT_AISSTREAM_KEY"
LARGEST = 1 << 20  #: bytes of a message; the service's are below 4 KiB
_WAITING_FRAMES = 16

# The library would write the subscription, and so the key, into the log at level DEBUG. A filter stays when someone
# configures logging anew; ``disabled`` is taken back by it.
_wire = logging.getLogger("selat.readers.live_ws.wire")
_wire.addFilter(lambda record: False)
_wire.setLevel(logging.CRITICAL + 1)


def read_key(spec: SourceSpec) -> str:
    """The API key, from the file that the source names or from ``SELAT_AISSTREAM_KEY``.

    Raises :class:`ConfigError` if there is none. The key is never logged, stored or part of an error.
    """
    hint = f"set the variable {KEY_VARIABLE}, or give ?key-file=PATH of a file that holds nothing else"
    if spec.key_file:
        try:
            key = Path(spec.key_file).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            raise ConfigError(f"the key of {spec.name} cannot be read from {spec.key_file}", hint=hint) from None
    else:
        key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key or not key.isascii() or not key.isprintable():
        raise ConfigError(f"{spec.name} needs an API key, and there is none", hint=hint)
    return key


def subscription(spec: SourceSpec, key: str) -> str:
    """The first message to the service: key, boxes ``[[lat, lon], [lat, lon]]``, ships and message types."""
    wish: dict[str, object] = {"APIKey": key, "BoundingBoxes": [[list(a), list(b)] for a, b in spec.boxes]}
    if spec.mmsi:
        wish["FiltersShipMMSI"] = list(spec.mmsi)
    if spec.types:
        wish["FilterMessageTypes"] = list(spec.types)
    return json.dumps(wish)


async def run_signalk(spec: SourceSpec, feed: Feed, tuning: Tuning) -> None:
    """Connect to a Signal K server and deliver its deltas until the connection ends, which raises :class:`Down`."""
    await run_aisstream(spec, feed, tuning, "")


async def run_aisstream(spec: SourceSpec, feed: Feed, tuning: Tuning, key: str) -> None:
    """Connect, subscribe where there is a key, and deliver until the connection ends, which raises :class:`Down`."""
    try:
        async with asyncio.timeout(tuning.connect) as watch:
            # No time-out of pings: while we are slow we do not read, and see no answers. Silence is watched below.
            socket = await connect(
                spec.url,
                max_size=LARGEST,
                max_queue=_WAITING_FRAMES,
                ping_timeout=None,
                close_timeout=1.0,
                logger=_wire,
            )
    except (OSError, InvalidHandshake, InvalidURI, ConnectionClosed) as e:
        text = f"no answer within {tuning.connect:g} s" if watch.expired() else str(e) or type(e).__name__
        raise Down("refused", text) from None
    try:
        if key:
            await socket.send(subscription(spec, key))
        feed.opened(spec.url)
        await _pump(socket, spec, feed, tuning, key)
    except Silence:
        socket.transport.abort()  # it would not answer a farewell either
        raise Down("silent", f"connected and subscribed, but nothing for {spec.silence:g} s") from None
    except ConnectionClosedOK as e:
        raise Down("closed", _without(str(e), key)) from None
    except ConnectionClosed as e:
        raise Down("lost", _without(str(e), key)) from None
    finally:
        await socket.close()


async def _pump(socket: ClientConnection, spec: SourceSpec, feed: Feed, tuning: Tuning, key: str) -> None:
    loop = asyncio.get_running_loop()
    while True:
        data = _line(await within(lambda: socket.recv(decode=False), spec.silence, tuning.linger), key)
        until = loop.time() + tuning.linger
        broken: BaseException | None = None
        while len(data) < tuning.batch // 2:  # gather what comes within the next moment into one block
            try:
                async with asyncio.timeout_at(until):
                    data += _line(await socket.recv(decode=False), key)
            except TimeoutError:
                break
            except (ConnectionClosed, Down) as e:
                broken = e
                break
            except asyncio.CancelledError:
                feed.keep(data)
                raise
        await feed.deliver(data)
        if broken is not None:
            raise broken


def _without(text: str, key: str) -> str:
    return text.replace(key, "***") if key else text


def _line(message: str | bytes, key: str) -> bytes:
    """A message as one line. Raises :class:`Down` when it says that we are not wanted."""
    data = message.encode() if isinstance(message, str) else message
    if key and len(data) < 1000 and b'"error"' in data and b'"MessageType"' not in data:
        text = _without(data.decode("utf-8", errors="replace"), key)
        raise Down("refused", f"the service says {text}; if it is about the key: see {KEY_VARIABLE}")
    if b"\n" in data or b"\r" in data:  # between JSON tokens a line end is a blank
        data = data.replace(b"\r", b" ").replace(b"\n", b" ")
    return data + b"\n"
