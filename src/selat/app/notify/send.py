"""One message out by one channel. Every way to fail is an :class:`~selat.model.errors.ConnectError`; the worker tries again."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import smtplib
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

from selat.app.notify import nmea
from selat.model.channel import Channel
from selat.model.errors import ConnectError

TIMEOUT = 10.0  #: s


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would turn the POST into a GET: it counts as a failure."""

    def redirect_request(self, *_: Any) -> None:
        """Never."""
        return


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler(), _NoRedirect)


def send(channel: Channel, told: dict[str, Any], *, tries: int = 0, environ: Mapping[str, str] = os.environ) -> None:
    """Send an alert (see :func:`selat.store.outbox.payload_of`). Raises :class:`ConnectError`."""
    secret = environ.get(channel.key, "") if channel.key else ""
    if channel.key and not secret:
        raise ConnectError(
            f"the environment variable {channel.key} is not set", hint=f"notify.{channel.name}.key names it"
        )
    try:
        _WAYS[channel.scheme](urlsplit(channel.address), told, secret, tries)
    except urllib.error.HTTPError as e:
        raise ConnectError(f"{channel.name} answered {e.code} {e.reason}") from None
    except (OSError, smtplib.SMTPException, ValueError) as e:
        raise ConnectError(
            f"{channel.name} cannot be reached ({e})", hint="is the address right, and the other side up?"
        ) from None


def _hook(to: SplitResult, told: dict[str, Any], secret: str, tries: int) -> None:
    body = json.dumps(told, sort_keys=True).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "selat",
        "X-Selat-Alert": told["id"],
        "X-Selat-Try": str(tries),
    }
    if secret:
        headers["X-Selat-Signature"] = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    request = urllib.request.Request(to.geturl(), body, headers, method="POST")
    with _OPENER.open(request, timeout=TIMEOUT) as answer:
        answer.read(1024)


def letter(to: SplitResult, told: dict[str, Any]) -> EmailMessage:
    """An alert as an e-mail: the reason first, what to do, where, and how sure."""
    asked, message = parse_qs(to.query), EmailMessage()
    message["Subject"] = f"[{told['priority']}] {told['rule']}: {told['action']}"
    message["From"] = asked.get("from", [f"selat@{socket.gethostname()}"])[0]
    message["To"] = ", ".join(asked["to"])
    message["X-Selat-Alert"] = told["id"]
    place = "unknown" if told["lat"] is None else f"{told['lat']:.5f}, {told['lon']:.5f} (WGS 84)"
    detail = told.get("detail") or {}
    lines = [
        told["sentence"], "", f"When:   {told['time_utc']}", f"Where:  {place}",
        f"Ships:  {', '.join(f'{m:09d}' for m in told['subjects']) or 'none'}",
        f"Sure:   {told['confidence']:.0%}", f"To do:  {detail.get('action', '')}",
        *(f"False if: {x}" for x in detail.get("false_if", ())), "", f"Alert {told['id']}, state {told['state']}.",
    ]  # fmt: skip
    message.set_content("\n".join(lines))
    return message


def _mail(to: SplitResult, told: dict[str, Any], secret: str, _: int) -> None:
    message = letter(to, told)
    secure = ssl.create_default_context()
    host = to.hostname or ""
    if to.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, to.port or 465, timeout=TIMEOUT, context=secure)
    else:
        server = smtplib.SMTP(host, to.port or 25, timeout=TIMEOUT)
    with server:
        if to.scheme == "smtp":
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=secure)
            elif secret:
                raise ValueError("the server offers no TLS: the password is not sent in the clear")
        if to.username and secret:
            server.login(to.username, secret)
        server.send_message(message)


def _mqtt(to: SplitResult, told: dict[str, Any], secret: str, _: int) -> None:
    try:
        from paho.mqtt import publish
        from paho.mqtt.client import MQTTv5
    except ModuleNotFoundError:
        raise ConnectError("MQTT needs the package paho-mqtt", hint="pip install 'selat[mqtt]'") from None
    secure = to.scheme == "mqtts"
    auth: Any = {"username": to.username, "password": secret or None} if to.username else None
    tls: Any = {} if secure else None
    publish.single(
        f"{to.path.strip('/')}/{told['id']}", json.dumps(told, sort_keys=True), qos=1, retain=True, hostname=to.hostname or "",
        port=to.port or (8883 if secure else 1883), auth=auth, tls=tls, protocol=MQTTv5,
    )  # fmt: skip


def _nmea(to: SplitResult, told: dict[str, Any], _: str, tries: int) -> None:
    data = b"".join(nmea.sentences(told, 1 + tries % 99, int(told["id"], 16) % 10))
    host, port = to.hostname or "", to.port or 0
    if to.scheme == "nmea+udp":
        family, kind, proto, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, proto) as out:
            out.sendto(data, address)
        return
    with socket.create_connection((host, port), timeout=TIMEOUT) as out:
        out.sendall(data)


_WAYS: dict[str, Callable[[SplitResult, dict[str, Any], str, int], None]] = {
    "http": _hook, "https": _hook, "smtp": _mail, "smtps": _mail, "mqtt": _mqtt, "mqtts": _mqtt,
    "nmea+tcp": _nmea, "nmea+udp": _nmea,
}  # fmt: skip
