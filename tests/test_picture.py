"""The live picture: what its rows say of a ship."""

from __future__ import annotations

import math
import threading
import tracemalloc
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from selat.app.picture import LivePicture
from selat.app.remembered import Remembered
from selat.model.clock import SECOND, ReplayClock, parse_time
from selat.model.encode import encode, tag_block
from selat.model.nouns import PRIORITIES, STATES, Alert
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


_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**63) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_ABOUT = st.dictionaries(st.text(max_size=8), _PLAIN, max_size=4)


@st.composite
def told(draw, n: int) -> Alert:
    place = st.floats(-90, 90) | st.just(math.nan)
    ships = draw(st.lists(st.integers(0, 999_999_999), max_size=3))
    return Alert(
        draw(st.sampled_from(["distress", "dark"])), "1", draw(st.sampled_from(PRIORITIES)), tuple(ships), T0 + n, T0 + n + 5,
        draw(place), draw(place), draw(st.text(max_size=40)), draw(st.sampled_from(STATES)), draw(_ABOUT), draw(_ABOUT),
        draw(st.floats(0, 1)), draw(_ABOUT), draw(st.text(max_size=4)),
    )  # fmt: skip


def same(a: Alert, b: Alert) -> bool:
    return repr(a) == repr(b)  # NaN is itself here


@given(st.data())
def test_what_is_told_of_alerts_is_all_of_them(data) -> None:
    """Whatever they are made of, in whatever parts and order they come, the page gets the newest of each, whole."""
    alerts = [data.draw(told(n)) for n in range(data.draw(st.integers(0, 4)))]
    again = [
        replace(alert, last=alert.last + 1, state=data.draw(st.sampled_from(STATES)), evidence=data.draw(_ABOUT))
        for alert in data.draw(st.lists(st.sampled_from(alerts), max_size=3) if alerts else st.just([]))
    ]
    picture = LivePicture(Contacts(), ReplayClock(T0, 1e-9), threading.RLock(), lambda: {})
    version, newest = 0, {}
    seen: dict[str, dict] = {}
    for alert in alerts + again:
        picture.tell([alert])
        newest[alert.id] = alert
        version, rows = picture.alerts(version)
        seen |= {r["id"]: r for r in rows}
    assert {r["id"]: r for r in picture.alerts(0)[1]} == seen and set(picture.told) == set(newest) == set(seen)
    for alert_id, alert in newest.items():
        assert same(picture.told[alert_id], alert) and alert_id in picture.told
        row = seen[alert_id]
        for name in (
            "rule",
            "version",
            "priority",
            "sentence",
            "evidence",
            "parameters",
            "detail",
            "confidence",
            "lead",
        ):
            assert row[name] == getattr(alert, name)
        assert row["subjects"] == list(alert.subjects) and row["lat"] == (None if math.isnan(alert.lat) else alert.lat)


def test_open_alerts_that_nobody_looks_at_take_little() -> None:
    """An alert of a usual size, of which thousands may stand for weeks."""

    def alert(n: int) -> Alert:
        way = [[T0 / 1e9 + n + 10.0 * i, 1.0 + n / 1e4 + i / 1e3, 103.0 + i / 1e3] for i in range(40)]
        evidence = {"seq": [n * 100 + i for i in range(40)], "way": way, "alert": {"subjects": [533000000 + n]}}
        return Alert("dark", "1", "warning", (533000000 + n,), T0 + n, T0 + n, 1.0, 103.0, "x", evidence=evidence)

    def takes(keep) -> float:
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        for n in range(200):
            keep[str(n)] = alert(n)
        most = tracemalloc.get_traced_memory()[0] - before
        tracemalloc.stop()
        return most / 200

    assert takes(Remembered()) < 0.3 * takes({})
