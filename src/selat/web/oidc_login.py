"""The way to the provider and back: ``/oidc/login``, ``/oidc/back``.

The session's cookie is SameSite=Strict, and a browser that comes from the provider would not send it with a redirect:
so the last step is a page of ours that goes on to the watch by itself.
"""

from __future__ import annotations

import html
import secrets
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from selat.model.errors import ConnectError
from selat.web.accounts import Account
from selat.web.oidc import PENDING, Person, Provider, Refused

if TYPE_CHECKING:
    from starlette.requests import Request

    from selat.web.login import Gate

BROWSER = "selat_oidc"
BEGIN, BACK = "/oidc/login", "/oidc/back"
LONGEST = 4096  #: letters of a code or state


class OidcLogin:
    """Answers of the two routes; sessions are the gate's."""

    def __init__(self, provider: Provider, gate: Gate) -> None:
        self.provider, self.gate = provider, gate
        gate.elsewhere = self
        gate.doors |= {BEGIN, BACK}
        self._names: dict[str, tuple[str, str]] = {}  # as whom people are known here: (issuer, subject)

    def routes(self) -> list[Route]:
        """There and back."""
        return [Route(BEGIN, self.begin), Route(BACK, self.back)]

    async def begin(self, request: Request) -> Response:
        """Send the browser to the provider."""
        browser = secrets.token_urlsafe(32)
        try:
            where = await run_in_threadpool(self.provider.begin, browser)
        except ConnectError as e:
            self.gate.audit("?", "login failed", f"address:{_where(request)}", e.message)
            return self.gate.page("The provider cannot be reached.", 502)
        answer = RedirectResponse(where, status_code=303, headers={"Cache-Control": "no-store"})
        answer.set_cookie(
            BROWSER, browser, max_age=int(PENDING), httponly=True, samesite="lax", path="/oidc",
            secure=request.url.scheme == "https" or self.provider.back.startswith("https:"),
        )  # fmt: skip
        return answer

    async def back(self, request: Request) -> Response:
        """Begin a session for who comes back, or say why not; the reason is in the log."""
        asked, where = request.query_params, _where(request)
        if self.gate.limits.wait(f"a:{where}") > 0:
            return self.gate.page("Too many log-ins failed; wait.", 429)
        code, state = asked.get("code", ""), asked.get("state", "")
        try:
            if "error" in asked:
                raise Refused(f"the provider says {asked['error'][:80]!r}", hint="log in again")
            if not code or not state or len(code) > LONGEST or len(state) > LONGEST:
                raise Refused("code or state is missing", hint="log in again")
            browser = request.cookies.get(BROWSER, "")
            person = await run_in_threadpool(self.provider.end, code, state, browser, asked.get("iss", ""))
        except (Refused, ConnectError) as e:
            self.gate.limits.fail(f"a:{where}")
            self.gate.audit("?", "login refused", f"address:{where}", f"{self.provider.host}: {e.message}")
            return self.gate.page("The log-in was refused.", 403)
        account = Account(self._name(person), person.role, "", person.groups)
        self.gate.limits.clear(f"a:{where}")
        note = f"{person.issuer} {person.subject}; {person.role}; groups {' '.join(sorted(person.groups)) or 'none'}"
        self.gate.audit(account.name, "login", f"address:{where}", note)
        answer = _onwards()
        answer.delete_cookie(BROWSER, path="/oidc")
        self.gate.begin(account, request, answer, elsewhere=person.token)
        return answer

    async def leave(self, token: str) -> Response | None:
        """On to the provider, to end the session there as well; None where that cannot be."""
        try:
            where = await run_in_threadpool(self.provider.leave, token)
        except ConnectError:
            return None  # our session has ended all the same
        return _onwards(where, "To the provider, to log out there too") if where else None

    def _name(self, person: Person) -> str:
        """How she is called here: never as somebody else is, nor as an account of our own can be (a colon)."""
        name, who = f"{person.name} : {self.provider.host}", (person.issuer, person.subject)
        if self._names.setdefault(name, who) != who:
            name = f"{person.name} : {self.provider.host} : {person.subject}"
            self._names[name] = who
        return name


def _where(request: Request) -> str:
    return request.client.host if request.client else "?"


def _onwards(where: str = "/", told: str = "To the watch") -> Response:
    """A page that goes on by itself: forms may lead to this site alone, so the way out is no redirect."""
    there = html.escape(where, quote=True)
    text = (
        f'<!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content="0;url={there}">'
        f'<title>selat</title><p><a href="{there}">{told}</a>'
    )
    return HTMLResponse(text, headers={"Cache-Control": "no-store"})
