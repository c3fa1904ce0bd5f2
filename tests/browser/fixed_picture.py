"""A picture of ships that a test puts where it wants them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from browser.fake_picture import FakePicture, Ship
from selat.model.picture import CLASS_A, FLAG_SENSOR


def lying(
    mmsi: int, name: str, place: tuple[float, float], ship_type: int = 70, length: float = 100.0, **more: Any
) -> Ship:
    """A ship of class A that stands at (longitude, latitude), heading east; ``more``: fields of :class:`Ship`."""
    made: dict[str, Any] = {"cls": CLASS_A, "speed_kn": 0.0, "interval_s": 3.0, **more}
    return Ship(
        mmsi,
        name,
        made.pop("cls"),
        ship_type,
        length,
        round(length / 6.5),
        made.pop("speed_kn"),
        [place, (place[0] + 1e-6, place[1])],
        **made,
    )


def running(
    mmsi: int, name: str, path: list[tuple[float, float]], knots: float, ship_type: int = 70, length: float = 100.0
) -> Ship:
    """A ship of class A that goes along a path."""
    return Ship(mmsi, name, CLASS_A, ship_type, length, round(length / 6.5), knots, path, interval_s=3.0)


class FixedPicture(FakePicture):
    """These ships and alerts and no others. ``sensors``: ships whose last position is a radar's."""

    def __init__(
        self, ships: Sequence[Ship], alerts: Sequence[dict[str, Any]] = (), sensors: Collection[int] = ()
    ) -> None:
        self._given, self._told, self._sensors = list(ships), [dict(a) for a in alerts], frozenset(sensors)
        super().__init__(len(ships))

    def _make(self, count: int) -> list[Ship]:
        return self._given

    def _make_alerts(self) -> list[dict[str, Any]]:
        return [
            {
                "id": f"{a['rule']}-{k}", "state": "active", "names": [s.name for s in self._given if s.mmsi in a["subjects"]],
                "time_ms": (self.t0 - 60) * 1000, "last_ms": self.t0 * 1000, "lon": None, "lat": None, "sentence": "It was told.",
                "evidence": {}, "confidence": 0.9, "lead": "", "assigned": "", "snoozed": False, "detail": {}, "_v": 1, **a,
            }
            for k, a in enumerate(self._told)
        ]  # fmt: skip

    def raise_alert(self, **said: Any) -> None:
        """One more alert, from now on."""
        with self._lock:
            self._alert_version += 1
            made = {**FixedPicture._make_alerts(self)[0], **said} if self._told else dict(said)
            self._alerts.append({**made, "_v": self._alert_version})

    def _row(self, ship: Ship, last: float, now: float, alerted: set[int]) -> tuple[int, ...]:
        *rest, flags = super()._row(ship, last, now, alerted)
        return (*rest, flags | (FLAG_SENSOR if ship.mmsi in self._sensors else 0))

    def ship(self, mmsi: int) -> dict[str, Any] | None:
        card = super().ship(mmsi)
        if card is None or mmsi not in self._sensors or self._by_mmsi[mmsi].cls != CLASS_A:
            return card
        seen = {"target": 900_000_042, "ship": mmsi, "since_ms": 1_800_000_000_000, "score": 23.4}  # 08:00 UTC
        return {**card, "source": "AIS, radar", "sensors": [seen]}
