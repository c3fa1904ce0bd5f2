"""Wind and current of the rescue desk: files that are sent, and arrows for the map. See :mod:`selat.web.rescue_api`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route

from selat.app.rescue.fields import MOST
from selat.model.errors import ConfigError
from selat.web.answers import json_answer
from selat.web.body import json_body
from selat.web.rescue_asked import Bound, asked, who_acts

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

    from selat.app.rescue.desk import RescueDesk
    from selat.model.picture import Picture

BODY = 200_000


class _Fields(Bound):
    """Fields beside the cases."""

    @asked(deed=False)
    async def all(self, request: Request) -> Response:
        return json_answer({"fields": await run_in_threadpool(self.desk.fields.all)})

    @asked(deed=True)
    async def take(self, request: Request) -> Response:
        """A file as bytes, kept once it was read."""
        who = who_acts(request, {"who": request.query_params.get("who", "")})
        place: Path = await run_in_threadpool(self.desk.fields.place)
        size = 0
        try:
            with place.open("wb") as out:
                async for part in request.stream():
                    size += len(part)
                    if size > MOST:
                        raise ConfigError(
                            "the file is too large", hint=f"at most {MOST // 10**6} MB: cut it to the case's waters"
                        )
                    await run_in_threadpool(out.write, part)
            told = await run_in_threadpool(self.desk.take_field, place, request.path_params["name"], who)
        finally:
            place.unlink(missing_ok=True)
        return json_answer(told)

    @asked(deed=False)
    async def arrows(self, request: Request) -> Response:
        body = await json_body(request, BODY)
        return json_answer(await run_in_threadpool(self.desk.arrows, body))


def field_routes(desk: RescueDesk | None, picture: Picture, may: Callable[[Request], bool]) -> list[Route]:
    """The routes of fields."""
    to = _Fields(desk, picture, may)
    return [
        Route("/api/rescue/fields", to.all),
        Route("/api/rescue/fields/{name:str}", to.take, methods=["POST"]),
        Route("/api/rescue/arrows", to.arrows, methods=["POST"]),
    ]
