"""A provider of OpenID Connect for the tests: discovery, authorization with PKCE, tokens, keys; it can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CLIENT, SECRET = "selat", "s3cret & more"
Claims = dict[str, Any]


class Provider:
    """Runs on this machine. ``spoil`` changes claims before they are signed, ``sign`` replaces the signing."""

    def __init__(self) -> None:
        self.keys = [RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})]
        self.person: Claims = {
            "sub": "a-1", "preferred_username": "aminah", "roles": ["watch", "other"], "groups": ["navy-my", "x y"],
        }  # fmt: skip
        self.spoil: Callable[[Claims], None] = lambda claims: None
        self.sign: Callable[[Claims], str] = self.signed
        self.lie: Claims = {}  # replaces parts of the discovery
        self.codes: dict[str, Claims] = {}
        self.asked: list[Claims] = []  # what came to the authorization endpoint
        self.hits: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: Any) -> None:
                pass

            def do_GET(self) -> None:
                outer.hits.append(self.path.partition("?")[0])
                outer.get(self)

            def do_POST(self) -> None:
                outer.hits.append(self.path)
                outer.token(self)

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}"
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()

    def signed(self, claims: Claims) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.keys[-1].kid}, claims, self.keys[-1])

    def get(self, to: BaseHTTPRequestHandler) -> None:
        found = urlsplit(to.path)
        if found.path == "/.well-known/openid-configuration":
            told = {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize?tenant=1",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            }  # fmt: skip
            answer(to, 200, told | self.lie)
        elif found.path == "/keys":
            answer(to, 200, KeySet(list(self.keys)).as_dict(private=False))
        elif found.path == "/authorize":
            asked = {k: v[0] for k, v in parse_qs(found.query).items()}
            self.asked.append(asked)
            code = secrets.token_urlsafe(8)
            self.codes[code] = asked
            where = asked["redirect_uri"] + "?" + urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
            to.send_response(302)
            to.send_header("Location", where)
            to.end_headers()
        else:
            answer(to, 404, {})

    def token(self, to: BaseHTTPRequestHandler) -> None:
        form = {k: v[0] for k, v in parse_qs(to.rfile.read(int(to.headers["Content-Length"])).decode()).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(b"selat:s3cret%20%26%20more").decode()
        if to.headers.get("Authorization") != f"Basic {basic}":
            answer(to, 401, {"error": "invalid_client"})
        elif (
            (
                asked is None
                or form["redirect_uri"] != asked["redirect_uri"]
                or form["grant_type"] != "authorization_code"
            )
            or challenge(form["code_verifier"]) != asked["code_challenge"]
            or asked["code_challenge_method"] != "S256"
        ):
            answer(to, 400, {"error": "invalid_grant"})
        else:
            now = int(time.time())
            claims = {
                "iss": self.issuer,
                "aud": CLIENT,
                "exp": now + 300,
                "iat": now,
                "nonce": asked["nonce"],
                **self.person,
            }
            self.spoil(claims)
            answer(to, 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(claims)})


def challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def answer(to: BaseHTTPRequestHandler, status: int, body: Any) -> None:
    raw = json.dumps(body).encode()
    to.send_response(status)
    to.send_header("Content-Type", "application/json")
    to.send_header("Content-Length", str(len(raw)))
    to.end_headers()
    to.wfile.write(raw)


def unsigned(claims: Claims) -> str:
    """An ID token of ``alg`` none."""
    parts = [json.dumps({"alg": "none"}).encode(), json.dumps(claims).encode()]
    return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts) + "."


def by_another(claims: Claims) -> str:
    """Signed by a key that only says that it is the provider's."""
    key = RSAKey.generate_key(2048, {"kid": "one"})
    return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)


def by_elliptic(claims: Claims, key: ECKey) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)
