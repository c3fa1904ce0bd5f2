"""Places and times of NMEA 0183 logs: sentence RMC (IEC 61162-1), which alone carries the date."""

from __future__ import annotations

from collections import Counter

from selat.model.clock import parse_time
from selat.model.errors import UnitError


def rmc_fixes(data: bytes, left: Counter[str]) -> list[tuple[int, float, float]]:
    """(time ns, lat, lon) of every valid RMC sentence of any talker; what was left out is counted by its reason in ``left``."""
    out = []
    for line in data.decode("ascii", "replace").splitlines():
        at = line.find("$")
        if at < 0 or line[at + 3 : at + 6] != "RMC":
            continue
        body, _, check = line[at + 1 :].partition("*")
        total = 0
        for c in body.encode("ascii", "replace"):
            total ^= c
        if check.strip().upper() != f"{total:02X}":
            left["with a wrong checksum"] += 1
            continue
        part = body.split(",")
        try:
            if part[2] != "A":
                left["without a valid fix"] += 1
                continue
            day, clock = part[9], part[1]
            time = parse_time(f"20{day[4:6]}-{day[2:4]}-{day[:2]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}Z")
            lat = (int(part[3][:2]) + float(part[3][2:]) / 60) * {"N": 1, "S": -1}[part[4]]
            lon = (int(part[5][:3]) + float(part[5][3:]) / 60) * {"E": 1, "W": -1}[part[6]]
            if not (-90 <= lat <= 90 and -180 <= lon <= 180):
                raise ValueError("not on the earth")
            out.append((time, lat, lon))
        except (ValueError, KeyError, IndexError, UnitError):
            left["that cannot be read"] += 1
    return out
