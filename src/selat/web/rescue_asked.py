"""What the answers of the rescue desk share: who may act, and how errors are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from selat.app.rescue.form import Conflict
from selat.model.errors import ConfigError, SelatError, StoreError
from selat.web.answers import json_answer
from selat.web.body import text_of, who_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from selat.app.rescue.desk import RescueDesk
    from selat.model.picture import Picture

Answer = Callable[..., Awaitable[Response]]


def asked(deed: bool) -> Callable[[Answer], Answer]:
    """Without a stored sea 501; a ``deed`` by who may not 403; errors of what was asked become answers with their hint: those of
    fields 422, where somebody else was quicker 409."""

    def wrap(answer: Answer) -> Answer:
        @wraps(answer)
        async def guarded(self: Bound, request: Request) -> Response:
            if self.desk is None:
                return json_answer({"error": "this picture has no stored sea behind it"}, status=501)
            if deed and not self.may(request):
                return json_answer({"error": "cases are changed by who may act, at the machine itself"}, status=403)
            try:
                return await answer(self, request)
            except StoreError as e:
                return json_answer({"error": e.message, "hint": e.hint}, status=404)
            except Conflict as e:
                told = {"error": e.message, "hint": e.hint, "who": e.who, "time_ms": e.time_ms, "n": e.n}
                return json_answer(told, status=409)
            except SelatError as e:
                fields = getattr(e, "fields", None)
                told = {"error": e.message, "hint": e.hint, **({"fields": fields} if fields is not None else {})}
                return json_answer(told, status=400 if fields is None else 422)

        return guarded

    return wrap


class Bound:
    """The answers, bound to one desk; ``may`` says who may act."""

    def __init__(self, desk: RescueDesk | None, picture: Picture, may: Callable[[Request], bool]) -> None:
        self.desk: Any = desk
        self.picture = picture
        self.may = may


def who_acts(request: Request, body: dict[str, Any]) -> str:
    """Who acts; raises :class:`ConfigError` where nobody is named."""
    who = who_of(request, text_of(body, "who", 80))
    if not who:
        raise ConfigError("who does this?", hint='give a name, as in {"who": "Lt Aminah"}')
    return who
