"""Running one rule over a small sea."""

from __future__ import annotations

from selat.app.floor import Floor
from selat.detectors import _golden as made
from selat.model.columns import concat, empty


def alerts_of(rule, reports, statics=(), world=None):
    """Alerts of a rule on the reports of some ships; ``statics``: of these ships."""
    rows = made.numbered(*reports)
    said = concat(list(statics), "statics") if statics else empty("statics")
    said = said.take(said["time"].argsort(kind="stable"))
    return Floor([rule], world=world).step(rows, said, empty("messages"), int(rows["time"].max()), True)


def told(alerts):
    """(priority, MMSI) of what was raised."""
    return {(a.priority, a.subjects[0]) for a in alerts if a.state == "active"}


def who(alerts):
    """MMSI of what was raised."""
    return {a.subjects[0] for a in alerts if a.state == "active"}
