"""Alerts for scripts and pages: ask about one, act on it, snooze.

============================================  ==================================================================
``GET  /api/alerts/ID``                        all about it: evidence, the rule asked again, similar ones, the log
``POST /api/alerts/ID/ack``                    also ``assign``, ``handover``, ``note``, ``close``, ``reopen``; a JSON body with
                                               ``who``, and ``note``, ``to``, ``cause`` where they belong
``GET  /api/snoozes``                          those in force
``POST /api/snoozes``                          ``who, reason, seconds`` and ``ships``, ``rule``, ``area`` (west, south, east, north)
``DELETE /api/snoozes/ID?who=NAME``            end one
============================================  ==================================================================
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.routing import Route

from selat.model import clock
from selat.model.errors import ConfigError, SelatError
from selat.model.handling import Deed, Snooze
from selat.model.picture import Acknowledges, Acts, Picture
from selat.web.answers import json_answer, missing
from selat.web.body import json_body, text_of, who_of

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

WHO_LIMIT, NOTE_LIMIT, BODY_LIMIT = 80, 2000, 16_384
_ACTIONS = {"ack": "acknowledge"} | {a: a for a in ("assign", "handover", "note", "close", "reopen")}


class _Alerts:
    """The answers, bound to one picture; ``may`` says who may act."""

    def __init__(self, picture: Picture, may: Callable[[Request], bool]) -> None:
        self.picture, self.may = picture, may

    async def one(self, request: Request) -> Response:
        if not isinstance(self.picture, Acts):
            return json_answer({"error": "this picture keeps no alerts"}, status=501)
        found = await run_in_threadpool(self.picture.explanation, request.path_params["alert_id"])
        return missing("no such alert in the sea") if found is None else json_answer(found)

    async def act(self, request: Request) -> Response:
        action = _ACTIONS.get(request.path_params["action"])
        if action is None:
            return missing(f"nothing to do with an alert: one of {', '.join(_ACTIONS)}")
        picture: Any = self.picture
        if not isinstance(picture, Acts if action != "acknowledge" else Acknowledges):
            return json_answer({"error": "this picture is read-only"}, status=501)
        if not self.may(request):
            return json_answer({"error": "alerts are acted on at the machine itself"}, status=403)
        try:
            body = await json_body(request, BODY_LIMIT)
            deed = Deed(
                action, who_of(request, text_of(body, "who", WHO_LIMIT)) or ("watch" if action == "acknowledge" else ""),
                text_of(body, "note", NOTE_LIMIT), text_of(body, "to", WHO_LIMIT), text_of(body, "cause", WHO_LIMIT),
            )  # fmt: skip
            alert_id = request.path_params["alert_id"]
            if isinstance(picture, Acts):
                done = await run_in_threadpool(picture.act, alert_id, deed)
            else:
                done = await run_in_threadpool(picture.acknowledge, alert_id, deed.who)
        except SelatError as e:
            return _wrong(e)
        return json_answer({"id": alert_id, "who": deed.who, **deed.told}) if done else missing("no such alert")

    async def snoozes(self, request: Request) -> Response:
        if not isinstance(self.picture, Acts):
            return json_answer({"snoozes": []})
        found = await run_in_threadpool(self.picture.snoozes)
        return json_answer({"snoozes": [{**asdict(s), "until_ms": s.until / 1e6} for s in found]})

    async def snooze(self, request: Request) -> Response:
        if not isinstance(self.picture, Acts):
            return json_answer({"error": "this picture is read-only"}, status=501)
        if not self.may(request):
            return json_answer({"error": "alerts are snoozed at the machine itself"}, status=403)
        try:
            body = await json_body(request, BODY_LIMIT)
            body["who"] = who_of(request, text_of(body, "who", WHO_LIMIT))
            snooze = _snooze_of(body, clock.now())
            await run_in_threadpool(self.picture.snooze, snooze)
        except SelatError as e:
            return _wrong(e)
        return json_answer({"id": snooze.id, "until_ms": snooze.until / 1e6})

    async def unsnooze(self, request: Request) -> Response:
        if not isinstance(self.picture, Acts):
            return json_answer({"error": "this picture is read-only"}, status=501)
        if not self.may(request):
            return json_answer({"error": "snoozes are ended at the machine itself"}, status=403)
        who = who_of(request, request.query_params.get("who", "")[:WHO_LIMIT])
        try:
            await run_in_threadpool(self.picture.unsnooze, request.path_params["snooze_id"], who or "watch")
        except SelatError as e:
            return missing(e.message)
        return json_answer({"id": request.path_params["snooze_id"]})


def _wrong(e: SelatError) -> Response:
    return json_answer({"error": e.message, "hint": e.hint}, status=400)


def _numbers(body: dict[str, Any], name: str) -> list[float]:
    values = body.get(name) or []
    if not isinstance(values, list) or not all(type(v) in (int, float) and abs(v) < 1e12 for v in values):
        raise ConfigError(f"{name} is no list of numbers", hint=f'as in {{"{name}": [...]}}')
    return values


def _snooze_of(body: dict[str, Any], now: int) -> Snooze:
    seconds = body.get("seconds")
    if type(seconds) not in (int, float) or not 0 < seconds < 1e9:  # type: ignore[operator]
        raise ConfigError("snooze for how many seconds?", hint='as in {"seconds": 1800}')
    area = _numbers(body, "area")
    if area and len(area) != 4:
        raise ConfigError("an area is four numbers", hint="west, south, east, north in degrees")
    return Snooze(
        secrets.token_hex(4), now + round(seconds * 1e9), text_of(body, "who", WHO_LIMIT), text_of(body, "reason", NOTE_LIMIT), now,  # type: ignore[operator]
        tuple(sorted(int(m) for m in _numbers(body, "ships"))), text_of(body, "rule", WHO_LIMIT),
        (area[0], area[1], area[2], area[3]) if area else None,
    )  # fmt: skip


def alert_routes(picture: Picture, may: Callable[[Request], bool]) -> list[Route]:
    """The routes of this page."""
    to = _Alerts(picture, may)
    return [
        Route("/api/alerts/{alert_id:str}", to.one),
        Route("/api/alerts/{alert_id:str}/{action:str}", to.act, methods=["POST"]),
        Route("/api/snoozes", to.snoozes),
        Route("/api/snoozes", to.snooze, methods=["POST"]),
        Route("/api/snoozes/{snooze_id:str}", to.unsnooze, methods=["DELETE"]),
    ]
