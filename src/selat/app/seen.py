"""What a sea opened for some groups shows of the things that are not rows: alerts, zones, cases, sources."""

from __future__ import annotations

from typing import Any

from selat.app.session import Sea
from selat.model.nouns import Alert, Zone
from selat.model.release import may_see
from selat.store import alertbook, registry, releases


def alerts_of(sea: Sea, **asked: Any) -> list[Alert]:
    """Alerts that may be seen, by time, without what of them may not; ``asked``: which, as :func:`alertbook.alerts`."""
    return releases.released(sea.state, alertbook.alerts(sea.state, **asked), sea.groups)


def zones_of(sea: Sea) -> list[Zone]:
    """Zones that may be seen, by name."""
    known = registry.zones(sea.state)
    return [known[n] for n in releases.seen(sea.state, "zone", known, sea.groups)]


def sees(sea: Sea, kind: str, name: str) -> bool:
    """Whether the alert, zone or case of this name may be seen."""
    return bool(releases.seen(sea.state, kind, [name], sea.groups))


def source_seen(sea: Sea, name: str) -> bool:
    """Whether what comes from a source may be seen."""
    return not sea.policy or may_see(sea.policy.source(name), sea.groups)
