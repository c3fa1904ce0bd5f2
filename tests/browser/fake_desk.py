"""What people do with the invented alerts: the deeds, snoozes and explanations of a picture (`selat.model.picture.Acts`)."""

from __future__ import annotations

import threading
import time
from typing import Any

from selat.model.handling import Deed, Snooze, state_after


class FakeDesk:
    """Mixed into the invented picture: keeps what was done in `deeds` and `made`."""

    t0: float
    _lock: threading.Lock
    _alerts: list[dict[str, Any]]
    _alert_version: int

    def begin_desk(self) -> None:
        """Nobody did anything yet."""
        self.acknowledged: dict[str, str] = {}
        self.deeds: list[tuple[str, Deed]] = []
        self.made: list[Snooze] = []

    def act(self, alert_id: str, deed: Deed) -> bool:
        """Any deed; see :class:`selat.model.picture.Acts`."""
        with self._lock:
            alert = next((a for a in self._alerts if a["id"] == alert_id), None)
            if alert is None:
                return False
            self._alert_version += 1
            alert.update(state=state_after(alert["state"], deed), _v=self._alert_version)
            if deed.action == "acknowledge":
                alert["by"] = self.acknowledged[alert_id] = deed.who
            else:
                self.deeds.append((alert_id, deed))
                alert.update(
                    cause=deed.cause,
                    assigned=deed.to or alert.get("assigned", ""),
                    note=deed.note or alert.get("note", ""),
                )
            alert.setdefault("log", []).append(
                {"who": deed.who, "time": int(time.time() * 1e9), "action": deed.action, **deed.told}
            )
        return True

    def acknowledge(self, alert_id: str, who: str) -> bool:
        """Mark as seen."""
        return self.act(alert_id, Deed("acknowledge", who))

    def explanation(self, alert_id: str) -> dict[str, Any] | None:
        """As :func:`selat.app.explain.as_dict` gives it, with invented rows round the alert's place."""
        alert = next((a for a in self._alerts if a["id"] == alert_id), None)
        if alert is None:
            return None
        lon, lat, begin = alert["lon"] or 103.9, alert["lat"] or 1.2, alert["time_ms"]
        way = [[begin + 60_000 * k, lon - 0.03 + 0.002 * k, lat - 0.01 + 0.0006 * k, 6.1, 72.0] for k in range(16)]
        mmsi = (alert["subjects"] or [0])[0]
        reports = [
            {"seq": 4000 + k, "mmsi": mmsi, "time_ms": p[0], "lon": p[1], "lat": p[2], "sog_mps": p[3], "cog": p[4], "type": 1}
            for k, p in enumerate(way[8:])
        ]  # fmt: skip
        past = {
            "id": alert_id, "basis": "ship and place", "cause": "benign", "sentence": "She waited for her pilot here.",
            "time_ms": begin - 86_400_000,
        }  # fmt: skip
        return {
            **{k: v for k, v in alert.items() if k not in ("_v", "log")},
            "time": int(begin * 1e6), "last": int(alert["last_ms"] * 1e6),
            "evidence": {"seconds": 1260.0, "speed": 6.79, "reports": 8, "turned": 12.0, "seq": [1, 2]},
            "parameters": {"seconds": 600.0, "speed": 1.03}, "same": True, "differs": [], "note": "", "rows": 8, "missing": [],
            "limits": [
                {"name": "seconds", "value": 600.0, "unit": "s", "text": "Silent for so long", "source": "selat"},
                {"name": "speed", "value": 1.02889, "unit": "m/s", "text": "Faster than this when last heard", "source": "selat"},
                {"name": "margin", "value": 0.95, "unit": "1", "text": "Chance that she would have been heard", "source": "selat"},
            ],
            "reports": reports, "tracks": [{"mmsi": mmsi, "points": way}], "similar": [past] if alert["rule"] == "dark" else [],
            "handling": {}, "log": [{"who": "selat", "time": int(begin * 1e6), "action": "raised"}, *alert.get("log", [])],
        }  # fmt: skip

    def snoozes(self) -> list[Snooze]:
        """Those that were made."""
        return self.made

    def snooze(self, snooze: Snooze) -> None:
        """Keep it, and list its alerts quietly."""
        with self._lock:
            self.made.append(snooze)
            for alert in self._alerts:
                fits = (not snooze.ships or set(alert["subjects"]) <= set(snooze.ships)) and snooze.rule in (
                    "",
                    alert["rule"],
                )
                if fits and alert["rule"] not in ("distress", "distress-beacon"):
                    self._alert_version += 1
                    alert.update(snoozed=True, _v=self._alert_version)

    def unsnooze(self, snooze_id: str, who: str) -> None:
        """End one."""
        with self._lock:
            self.made = [s for s in self.made if s.id != snooze_id]
            for alert in self._alerts:
                if alert["snoozed"]:
                    self._alert_version += 1
                    alert.update(snoozed=False, _v=self._alert_version)
