"""Telling others: real servers on this machine, a queue that survives, pauses that grow, and nothing that waits for it."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import socket
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from selat.app.notify import nmea
from selat.app.notify.send import letter, send
from selat.app.notify.worker import FIRST, LONGEST, Notifier, pause
from selat.model import clock
from selat.model.channel import Channel
from selat.model.clock import HOUR, MINUTE, SECOND
from selat.model.errors import ConnectError
from selat.model.handling import Snooze
from selat.model.nouns import Alert
from selat.store import handling, outbox
from selat.store.engine import sqlite_url
from selat.store.state import Commit, State

T = 1_800_000_000 * SECOND


def alert(rule="loitering", n=1, priority="warning", **more):
    given = {"time": T, "last": T + n * SECOND, "lat": 1.2, "lon": 103.8, "sentence": "She waits, 0.4 kn for 45 min."}
    detail = {"action": "Call her on channel 16.", "false_if": ["a pilot is awaited"], "confidence": {}, "geometry": ""}
    return Alert(rule, "1", priority, (563000000 + n,), detail=detail, **{**given, **more})


@pytest.fixture
def state(tmp_path):
    state = State(sqlite_url(tmp_path / "state.db"), create=True)
    yield state
    state.close()


@contextmanager
def served(server):
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Hook(BaseHTTPRequestHandler):
    got: ClassVar[list] = []
    answer = 200

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((dict(self.headers), body))
        self.send_response(type(self).answer)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hook():
    Hook.got, Hook.answer = [], 200
    with served(HTTPServer(("127.0.0.1", 0), Hook)) as port:
        yield f"http://127.0.0.1:{port}/alerts"


def told(state, *channels, alerts=None):
    state.commit(Commit(alerts=[alert()] if alerts is None else alerts, channels=channels))


def test_a_webhook_is_told_once_and_signed(state, hook):
    channel = Channel("duty", hook, key="KEY")
    told(state, channel)
    told(state, channel)  # the same again: nothing new
    notifier = Notifier(state, [channel], lambda c, t, **more: send(c, t, environ={"KEY": "secret"}, **more))
    assert notifier.once() == {"sent": 1, "failed": 0} and notifier.once() == {"sent": 0, "failed": 0}
    headers, body = Hook.got[0]
    got = json.loads(body)
    assert got["sentence"].startswith("She waits") and got["action"] == "raised" and got["subjects"] == [563000001]
    assert headers["X-Selat-Signature"] == "sha256=" + hmac.new(b"secret", body, hashlib.sha256).hexdigest()


def test_states_that_change_are_told_and_refreshes_are_not(state, hook):
    channel = Channel("duty", hook)
    told(state, channel)
    told(state, channel, alerts=[alert(last=T + 5 * MINUTE)])
    told(state, channel, alerts=[alert(last=T + 6 * MINUTE, priority="alarm")])
    told(state, channel, alerts=[alert(last=T + 7 * MINUTE, priority="alarm", state="rectified")])
    Notifier(state, [channel]).once()
    assert [json.loads(b)["action"] for _, b in Hook.got] == ["raised", "escalated", "rectified"]


def test_what_cannot_be_sent_is_kept_and_sent_later_in_order(state, hook, monkeypatch):
    channel = Channel("duty", hook)
    Hook.answer = 503
    told(state, channel)
    notifier = Notifier(state, [channel])
    assert notifier.once() == {"sent": 0, "failed": 1}
    assert "503" in notifier.health()["duty"]["error"]
    told(state, channel, alerts=[alert(n=2)])
    assert notifier.once() == {"sent": 0, "failed": 0}  # the second waits behind the first
    Hook.answer, later = 200, clock.now() + HOUR
    monkeypatch.setattr(clock, "now", lambda: later)
    assert Notifier(state, [channel]).once() == {"sent": 2, "failed": 0}  # another process, the same queue
    assert [json.loads(b)["subjects"][0] for _, b in Hook.got[1:]] == [563000001, 563000002]


def test_one_that_is_down_holds_up_nobody(state, hook):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        nobody = s.getsockname()[1]
    channels = Channel("away", f"http://127.0.0.1:{nobody}/"), Channel("duty", hook)
    told(state, *channels)
    assert Notifier(state, channels).once() == {"sent": 1, "failed": 1}
    assert len(Hook.got) == 1


def test_pauses_grow_to_a_limit():
    assert [pause(n) for n in range(3)] == [FIRST, 2 * FIRST, 4 * FIRST] and pause(50) == LONGEST


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [({}, 1), ({"priority": "alarm"}, 0), ({"rules": ("dark",)}, 0), ({"rules": ("loitering",)}, 1)],
)
def test_a_channel_gets_what_it_wants(state, hook, wanted, sent):
    told(
        state, Channel("duty", hook, **wanted), alerts=[alert(), alert("tow", priority="caution"), alert(n=3, lead="x")]
    )
    assert sum(w["count"] for w in outbox.waiting(state).values()) == sent


def test_snoozed_alerts_are_not_sent_but_distress_is(state, hook):
    now = clock.now()
    area = (100.0, 0.0, 110.0, 5.0)
    handling.put_snooze(state, Snooze("s", now + HOUR, "Aminah", "exercise", now - SECOND, area=area))
    told(state, Channel("duty", hook), alerts=[alert(), alert("distress", 2, "emergency")])
    Notifier(state, [Channel("duty", hook)]).once()
    assert [json.loads(b)["rule"] for _, b in Hook.got] == ["distress"]


class Mailbox(socketserver.StreamRequestHandler):
    """Just enough of SMTP (RFC 5321)."""

    got: ClassVar[list] = []

    def handle(self):
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            verb = line.split()[0].upper()
            if verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                self.got.append(text.decode())
            elif verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 ok\r\n")


def test_an_e_mail():
    Mailbox.got = []
    with served(socketserver.TCPServer(("127.0.0.1", 0), Mailbox)) as port:
        channel = Channel("duty", f"smtp://127.0.0.1:{port}?from=watch@example.org&to=officer@example.org")
        send(channel, outbox.payload_of(alert(), "raised"))
    text = Mailbox.got[0]
    assert (
        "Subject: [warning] loitering: raised" in text
        and "She waits, 0.4 kn" in text
        and "Call her on channel 16." in text
    )
    assert "False if: a pilot is awaited" in text


def test_a_letter_of_an_alert_without_a_place():
    from urllib.parse import urlsplit

    message = letter(
        urlsplit("smtp://a?to=b@c"), outbox.payload_of(alert(lat=float("nan"), lon=float("nan")), "raised")
    )
    assert "unknown" in message.get_content()


class Bridge(socketserver.StreamRequestHandler):
    got: ClassVar[list] = []

    def handle(self):
        self.got.append(self.rfile.read())


def _fields(line):
    body, check = re.fullmatch(rb"\$(.*)\*([0-9A-F]{2})\r\n", line).groups()
    total = 0
    for byte in body:
        total ^= byte
    assert total == int(check, 16) and len(line) <= 82
    return body.decode().split(",")


def test_sentences_to_a_bridge_alert_system():
    Bridge.got = []
    with served(socketserver.TCPServer(("127.0.0.1", 0), Bridge)) as port:
        send(Channel("bridge", f"nmea+tcp://127.0.0.1:{port}"), outbox.payload_of(alert(priority="alarm"), "raised"))
        for _ in range(200):
            if Bridge.got:
                break
            threading.Event().wait(0.01)
    first, second, older = (_fields(line) for line in Bridge.got[0].splitlines(keepends=True))
    assert first[:3] == ["IIALF", "2", "1"] and first[5:8] == ["B", "A", "V"] and first[-1] == "LOITERING"
    assert second[:3] == ["IIALF", "2", "2"] and len(first) == len(second) == 14
    assert older[0] == "IIALR" and older[3:5] == ["A", "V"] and older[5].startswith("She waits")


def test_sentences_by_datagram():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as here:
        here.bind(("127.0.0.1", 0))
        here.settimeout(5)
        send(Channel("bridge", f"nmea+udp://127.0.0.1:{here.getsockname()[1]}"), outbox.payload_of(alert(), "raised"))
        assert here.recv(4096).startswith(b"$IIALF,2,1,")


@pytest.mark.parametrize("state_of", ["active", "acknowledged", "rectified", "cleared", "retracted"])
def test_reserved_characters_and_every_state(state_of):
    a = alert(sentence="$ab,c*d!\\e\r\nü" * 30, state=state_of)
    for line in nmea.sentences(outbox.payload_of(a, "raised"), 1, 0):
        _fields(line)


def test_a_missing_secret_is_said_and_nothing_is_sent_unsigned(hook):
    with pytest.raises(ConnectError, match="KEY is not set"):
        send(Channel("duty", hook, key="KEY"), outbox.payload_of(alert(), "raised"), environ={})
    assert Hook.got == []


def test_a_redirect_is_a_failure(hook):
    Hook.answer = 302
    with pytest.raises(ConnectError, match="302"):
        send(Channel("duty", hook), outbox.payload_of(alert(), "raised"))


def test_mqtt_without_a_broker_is_a_clear_error():
    pytest.importorskip("paho.mqtt", reason="paho-mqtt is not installed")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    with pytest.raises(ConnectError, match="cannot be reached"):
        send(Channel("broker", f"mqtt://127.0.0.1:{port}/selat"), outbox.payload_of(alert(), "raised"))
