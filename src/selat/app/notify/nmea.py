"""Alerts as sentences for bridge and console alert systems: ALF (IEC 61162-1 ed. 5, bridge alert management) and ALR.

``$IIALF``: sentences in all, number, message id, time, category, priority, state, manufacturer, identifier, instance, revision,
escalation, text. The first sentence holds a title of at most 16 characters, a second one the reason. ``$IIALR`` is the older
form. Characters that the standard reserves are replaced.
"""

from __future__ import annotations

import zlib
from typing import Any

from selat.model.clock import format_time

TITLE = 16  #: characters
LONGEST = 82  #: characters of a sentence, with $ and line end
_PRIORITY = {"emergency": "E", "alarm": "A", "warning": "W", "caution": "C"}
#: IEC 61162-1 ALF, alert state: active unacknowledged, active acknowledged, rectified unacknowledged, normal
_STATE = {"active": "V", "acknowledged": "A", "rectified": "U", "cleared": "N", "retracted": "N"}
_RESERVED = str.maketrans(dict.fromkeys("$!*,\\^~\r\n", " "))


def sentence(body: str) -> bytes:
    """A sentence with its checksum (exclusive or of what stands between ``$`` and ``*``)."""
    check = 0
    for byte in body.encode("ascii", "replace"):
        check ^= byte
    return f"${body}*{check:02X}\r\n".encode("ascii", "replace")


def number(rule: str) -> int:
    """Identifier of a rule in the manufacturer's range, the same on every machine."""
    return 10_000 + zlib.crc32(rule.encode()) % 90_000


def instance(alert_id: str) -> int:
    """Instance of an alert, 1 to 999,999."""
    return 1 + int(alert_id[:8], 16) % 999_999


def sentences(told: dict[str, Any], revision: int, sequence: int) -> list[bytes]:
    """ALF (two sentences) and ALR of an alert as :func:`selat.store.outbox.payload_of` gives it.

    ``revision`` counts the changes of the alert (1 to 99), ``sequence`` the messages (0 to 9).
    """
    time = format_time(int(told["last"]))
    clock = time[11:13] + time[14:16] + time[17:19] + ".00"
    identifier = number(told["rule"])
    head = f"{clock},B,{_PRIORITY[told['priority']]},{_STATE[told['state']]},,{identifier},{instance(told['id'])},{revision},0"
    title = told["rule"].replace("_", " ").upper()[:TITLE]
    first = f"IIALF,2,1,{sequence},{head},{title}"
    start = f"IIALF,2,2,{sequence},,,,,,,,,,"
    reason = told["sentence"].translate(_RESERVED).encode("ascii", "replace").decode()
    second = start + reason[: LONGEST - len(start) - 6]
    condition = "A" if told["state"] in ("active", "acknowledged") else "V"
    seen = "A" if told["state"] in ("acknowledged", "cleared", "retracted") else "V"
    lead = f"IIALR,{clock},{identifier % 1000:03d},{condition},{seen},"
    return [sentence(first), sentence(second), sentence(lead + reason[: LONGEST - len(lead) - 6])]
