"""The live picture: what its rows say of a ship."""

from __future__ import annotations

import threading

from selat.app.picture import LivePicture
from selat.model.clock import SECOND, ReplayClock, parse_time
from selat.model.encode import encode, tag_block
from selat.model.picture import FLAG_MOORED
from selat.readers.aivdm import AivdmReader
from selat.tracks.contacts import Contacts

T0 = parse_time("2026-11-27T02:00:00Z")


def test_who_moves_is_not_moored_whatever_she_says() -> None:
    """Declared moored or at anchor: shown so only while she lies still."""
    said = ((533000001, 5, 0.3), (533000002, 5, 6.0), (533000003, 1, 0.0), (533000004, 1, 9.0), (533000005, 0, 0.0))
    lines = [
        tag_block(c=T0 // SECOND) + line
        for mmsi, status, sog in said
        for line in encode(
            1, mmsi=mmsi, lat=1.2, lon=103.8, sog=sog, cog=10.0, heading=None, second=0, nav_status=status
        )
    ]
    reader = AivdmReader()
    contacts = Contacts()
    for batch in (reader.feed(("\r\n".join(lines) + "\r\n").encode(), T0, 0), reader.flush()):
        contacts.update(batch.reports)
    picture = LivePicture(contacts, ReplayClock(T0, 1e-9), threading.RLock(), lambda: {})
    picture.refresh()
    rows = picture.rows(0)[1]
    moored = rows["mmsi"][(rows["flags"] & FLAG_MOORED) > 0].tolist()
    assert moored == [533000001, 533000003]
