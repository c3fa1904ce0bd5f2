"""Where the exercise happens. EXERCISE ROUTES, NOT CHARTED LANES: our own rounded waypoints, never to be navigated by.

All lines are ``((lon, lat), ...)`` in degrees, WGS 84. They were drawn by hand to stay in open water and are checked
against OpenStreetMap land by a test; no traffic separation scheme, anchorage limit or chart was copied. The names of
places only say what part of the sea is meant.
"""

from __future__ import annotations

from dataclasses import dataclass

Line = tuple[tuple[float, float], ...]

NOTICE = "exercise route, not a charted lane"

#: eastbound then westbound, closed: a ship that leaves at one end turns far outside coverage and comes back
_EASTBOUND: Line = (
    (100.70, 3.00), (100.90, 2.86), (101.15, 2.70), (101.42, 2.56), (101.66, 2.37), (101.97, 2.12), (102.06, 2.05),
    (102.24, 1.89), (102.50, 1.77), (102.80, 1.62), (103.02, 1.48), (103.20, 1.37), (103.38, 1.21), (103.46, 1.15),
    (103.55, 1.10), (103.65, 1.055), (103.72, 1.09), (103.77, 1.135), (103.83, 1.172), (103.89, 1.198), (103.97, 1.234),
    (104.06, 1.248), (104.25, 1.272), (104.325, 1.288), (104.46, 1.405), (104.75, 1.60), (104.95, 1.75),
)  # fmt: skip
_WESTBOUND: Line = (
    (104.90, 1.82), (104.72, 1.67), (104.44, 1.43), (104.315, 1.315), (104.25, 1.302), (104.05, 1.270),
    (103.985, 1.258), (103.92, 1.232), (103.87, 1.212), (103.845, 1.200), (103.82, 1.187), (103.79, 1.172),
    (103.735, 1.137), (103.67, 1.182), (103.60, 1.198), (103.48, 1.226), (103.41, 1.245), (103.22, 1.41),
    (103.04, 1.535), (102.93, 1.61),
    (102.82, 1.685), (102.53, 1.825), (102.27, 1.945), (102.09, 2.105), (102.00, 2.18), (101.70, 2.415),
    (101.62, 2.475), (101.45, 2.61), (101.24, 2.72), (101.00, 2.85), (100.94, 2.905), (100.78, 3.05),
)  # fmt: skip
THROUGH: Line = _EASTBOUND + _WESTBOUND
#: the last waypoint (by number) of THROUGH at which a ship is still eastbound
EASTBOUND_ENDS = len(_EASTBOUND) - 1

#: tugs and small coasters keep outside the through routes; sailed there and back
COASTAL: tuple[Line, ...] = (
    ((102.16, 2.09), (102.24, 2.04), (102.42, 1.97), (102.65, 1.83), (102.93, 1.68), (103.15, 1.57)),
    ((101.95, 1.85), (102.30, 1.71), (102.60, 1.54), (102.90, 1.33), (103.10, 1.21)),
    ((104.18, 1.18), (104.30, 1.225), (104.45, 1.245), (104.60, 1.28)),
)
#: small tankers that carry bunkers between the anchored ships
BUNKERS: tuple[Line, ...] = (
    ((103.885, 1.262), (103.98, 1.285), (104.06, 1.297)),
    ((103.52, 1.240), (103.56, 1.238), (103.598, 1.228)),
    ((104.10, 1.305), (104.16, 1.305), (104.23, 1.325)),
)
FERRIES: tuple[tuple[str, Line], ...] = (
    ("BATAM CENTRE",
     ((103.868, 1.256), (103.885, 1.235), (103.93, 1.205), (104.00, 1.212), (104.06, 1.200), (104.0625, 1.165))),
    ("SEKUPANG", ((103.872, 1.252), (103.875, 1.235), (103.905, 1.195), (103.930, 1.165))),
    ("BINTAN", ((103.990, 1.303), (104.05, 1.285), (104.15, 1.25), (104.26, 1.205), (104.285, 1.195))),
    ("NONGSAPURA", ((103.995, 1.301), (104.03, 1.28), (104.07, 1.228), (104.092, 1.214))),
    ("TG BALAI KARIMUN", ((103.553, 1.285), (103.54, 1.25), (103.48, 1.17), (103.465, 1.08))),
    ("BENGKALIS", ((102.225, 2.145), (102.10, 1.95), (101.95, 1.80))),
    ("PASIR GUDANG", ((104.062, 1.185), (104.06, 1.22), (104.05, 1.29), (104.07, 1.318), (104.098, 1.342))),
)  # fmt: skip
#: small tankers, supply vessels and coasters between the two shores
CROSSINGS: tuple[Line, ...] = (
    ((103.632, 1.208), (103.645, 1.150), (103.600, 1.075), (103.560, 1.040)),
    ((104.130, 1.300), (104.150, 1.250), (104.180, 1.200)),
    ((102.170, 2.120), (102.120, 1.980), (102.020, 1.840), (101.930, 1.770)),
    ((103.300, 1.520), (103.270, 1.420), (103.180, 1.280), (103.120, 1.200)),
)
PILOTS: tuple[Line, ...] = (
    ((103.868, 1.262), (103.89, 1.245), (103.905, 1.24)),
    ((104.008, 1.300), (104.04, 1.288), (104.07, 1.284)),
    ((103.600, 1.213), (103.575, 1.212), (103.54, 1.222)),
    ((104.22, 1.315), (104.30, 1.33), (104.34, 1.37)),
)
PATROLS: tuple[Line, ...] = (
    ((103.89, 1.240), (103.985, 1.268), (104.08, 1.285), (104.22, 1.308)),
    ((103.46, 1.262), (103.40, 1.30), (103.36, 1.37), (103.30, 1.46)),
    ((102.20, 2.07), (102.50, 1.95), (102.80, 1.78)),
    ((104.20, 1.20), (104.30, 1.24), (104.50, 1.27)),
    ((104.325, 1.385), (104.355, 1.43), (104.355, 1.52), (104.33, 1.62), (104.30, 1.72)),
    ((101.70, 2.46), (101.92, 2.33), (102.08, 2.20)),
)
#: the search aircraft flies over land and sea
FLIGHT: Line = (
    (104.00, 1.42),
    (104.30, 1.40),
    (104.55, 1.30),
    (104.50, 1.22),
    (104.20, 1.24),
    (103.95, 1.18),
    (103.75, 1.12),
    (103.70, 1.18),
)

#: boxes (west, south, east, north) in which ships lie at anchor, and where they wait to go
ANCHORAGES: tuple[tuple[tuple[float, float, float, float], str], ...] = (
    ((103.900, 1.264, 103.965, 1.290), "SG SIN EAST ANCH"),
    ((103.660, 1.198, 103.705, 1.209), "SG SIN WEST ANCH"),
    ((104.115, 1.308, 104.200, 1.332), "MY PENGERANG"),
    ((104.310, 1.420, 104.340, 1.500), "MY TG RAMUNIA"),
    ((103.530, 1.242, 103.590, 1.275), "MY TG PELEPAS"),
    ((103.590, 1.105, 103.640, 1.148), "NIPA TRANSIT"),
    ((103.470, 1.030, 103.510, 1.080), "ID KARIMUN"),
    ((103.955, 1.170, 103.985, 1.188), "ID BATU AMPAR"),
    ((102.150, 2.105, 102.240, 2.140), "MY MELAKA"),
    ((101.720, 2.450, 101.780, 2.495), "MY PORT DICKSON"),
)
#: discs (lon, lat, radius in metres)
FISHING: tuple[tuple[float, float, float], ...] = (
    (102.75, 1.40, 7000.0), (102.22, 1.72, 5000.0), (101.95, 1.93, 4000.0), (103.02, 1.27, 5000.0),
    (102.60, 1.90, 4000.0), (102.85, 1.76, 2500.0), (103.28, 1.53, 2500.0), (103.30, 1.21, 2500.0),
    (104.31, 1.63, 2500.0), (101.62, 2.25, 4000.0),
)  # fmt: skip
PLEASURE: tuple[tuple[float, float, float], ...] = (
    (103.880, 1.268, 900.0), (104.100, 1.325, 900.0), (104.125, 1.222, 1200.0), (104.270, 1.222, 1500.0),
    (102.225, 2.160, 1200.0), (101.780, 2.430, 1500.0), (103.490, 1.255, 800.0),
)  # fmt: skip
#: virtual marks of the exercise beside the through routes
MARKS: Line = (
    (103.40, 1.228), (103.56, 1.150), (103.70, 1.120), (103.80, 1.165), (103.90, 1.215), (104.05, 1.260),
    (104.25, 1.287), (102.50, 1.795), (102.06, 2.075), (101.68, 2.390),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Station:
    """A receiver (and base station) of the exercise; no real one stands there.

    A message from ``d`` metres away is heard with probability ``best / (1 + exp((d - reach) / blur))``, each message
    and receiver by itself. ``offset``: seconds by which its clock is ahead. ``milliseconds``: its TAG ``c:`` is in
    them; ``grouped``: it writes TAG groups. ``latency``: seconds from the air to us.
    """

    name: str
    mmsi: int
    lon: float
    lat: float
    reach: float
    blur: float
    best: float
    offset: float
    latency: float
    milliseconds: bool
    grouped: bool


#: on two hills whose radio horizon (4.12 km times the square root of the height in metres) gives the reach
STATIONS: tuple[Station, ...] = (
    Station("EXPULAI", 5339001, 103.55, 1.60, 111_000.0, 7_500.0, 0.95, 0.0, 0.06, False, False),
    Station("EXLEDANG", 5339002, 102.61, 2.37, 157_000.0, 11_000.0, 0.93, 0.8, 0.25, True, True),
)
#: a whole coast: beside the two, three more that overlap, so that one that fails makes no hole everywhere
COAST: tuple[Station, ...] = (
    *STATIONS,
    Station("EXTUAN", 5339003, 101.85, 2.44, 92_000.0, 7_000.0, 0.94, 0.2, 0.09, False, False),
    Station("EXPIAI", 5339004, 103.51, 1.29, 74_000.0, 5_000.0, 0.96, 0.0, 0.05, False, True),
    Station("EXPENAWAR", 5339005, 104.22, 1.53, 83_000.0, 6_000.0, 0.95, 0.4, 0.12, True, False),
)
