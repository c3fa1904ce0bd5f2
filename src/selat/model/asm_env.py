"""Environmental 1/26 (IMO SN.1/Circ.289, Annex, message 12): up to 8 reports of 112 bits, of eleven kinds.

Speeds in knots and visibility in nautical miles, as the Circular sends them. The highest value of many cells means "that
or more". Steps of 0.01 m for water level, air draught and air gap, and 0.01 S/m for conductivity, follow from the ranges
of the Circular, whose text gives coarser steps in places.
"""

from __future__ import annotations

from dataclasses import replace

from selat.model.asm_types import DAY, HOUR, LAT4, LON4, MINUTE, Asm, Cell, Group, Record, bearing, spare

_FORECAST = (
    replace(DAY, name="f_day", text="Day of the forecast"), replace(HOUR, name="f_hour", text="Hour of the forecast"),
    replace(MINUTE, name="f_minute", text="Minute of the forecast"),
)
_F_DURATION = Cell("f_duration", 8, na=255, unit="min", text="Validity of the forecast; 0: cancelled")


def _sensor(name: str = "sensor") -> Cell:
    return Cell(name, 3, na=0, text="1 raw, 2 quality controlled, 3 predicted, 4 forecast, 5 nowcast, 7 no sensor")


def _wind(name: str) -> Cell:
    return Cell(name, 7, "u", 1, "kn", 122, "121: that or more", high=121)


def _tenths(name: str, unit: str) -> Cell:
    """Current speed or height of waves: 24.6 is that or more."""
    return Cell(name, 8, "u", 0.1, unit, 247, "24.6: that or more", high=246)


def _depth(name: str) -> Cell:
    return Cell(name, 9, "u", 1, "m", 362, "Below the surface; 361: that or more", high=361)


def _period(name: str) -> Cell:
    return Cell(name, 6, "u", 1, "s", 61, high=60)


SALINITY = Cell("salinity", 9, "u", 0.1, "1e-3", 502, "50.1: that or more", high=501)
_TEMPERATURE = Cell("water_temperature", 10, "u", 0.1, "degC", 601, offset=-100, high=600)


def _gap(name: str) -> Cell:
    return Cell(name, 13, "u", 0.01, "m", 0, "81.91: that or more", low=1)


def _level(name: str) -> tuple[Cell, Cell]:
    return (
        Cell(name + "_is_depth", 1, "b", text="0: above the reference datum, 1: depth of water"),
        Cell(name, 16, "i", 0.01, "m", -32768, "327.67: that or more (either sign)"),
    )


def _flow(k: str) -> tuple[Cell, ...]:
    return (
        bearing("from_sensor" + k, "Where the current was measured, from the sensor"),
        Cell("distance" + k, 7, "u", 1, "m", 122, "121: that or more", high=121),
        _tenths("speed" + k, "kn"), bearing("direction" + k), _depth("depth" + k),
    )


KINDS = {
    0: Record("site", (
        LON4, LAT4, Cell("altitude", 11, "u", 0.1, "m", 2002, "Above mean sea level; 200.1: that or more", high=2001),
        Cell("owner", 4, na=0, text="1 hydrographic, 2 inland waterway, 3 coastal, 4 meteorological, 5 port, 6 coast guard"),
        Cell("timeout", 3, na=0, text="Data are valid 1: 10 min, 2: 1 h, 3: 6 h, 4: 12 h, 5: 24 h"), spare(12))),
    1: Record("station", (Cell("station", 84, "t"), spare(1))),
    2: Record("wind", (
        _wind("wind_speed"), _wind("gust_speed"), bearing("wind_direction"), bearing("gust_direction"), _sensor(),
        _wind("f_wind_speed"), _wind("f_gust_speed"), bearing("f_wind_direction"), *_FORECAST, _F_DURATION, spare(3))),
    3: Record("water level", (
        *_level("level"), Cell("level_trend", 2, na=3, text="0 rising, 1 falling, 2 steady"),
        Cell("datum", 5, na=14, text="0 MLLW, 1 IGLD-85, 2 local river, 3 station, 4 MHHW, 5 MHW, 6 MSL, 7 MLW, 10 WGS-84, 11 LAT"),
        _sensor(), *_level("f_level"), *_FORECAST, _F_DURATION, spare(17))),
    4: Record("current 2D", (
        *(c for k in "123" for c in (_tenths("speed" + k, "kn"), bearing("direction" + k), _depth("depth" + k))), _sensor(), spare(4))),
    5: Record("current 3D", (
        *(c for k in "12" for c in (
            _tenths("north" + k, "kn"), _tenths("east" + k, "kn"), _tenths("up" + k, "kn"), _depth("depth" + k))),
        _sensor(), spare(16))),
    6: Record("current, horizontal", (*_flow("1"), *_flow("2"), spare(1))),
    7: Record("sea state", (
        _tenths("swell_height", "m"), _period("swell_period"), bearing("swell_direction"),
        Cell("sea_state", 4, na=13, high=12, text="Beaufort"), _sensor("swell_sensor"), _TEMPERATURE,
        Cell("temperature_depth", 7, "u", 0.1, "m", 122, "12.1: that or more", high=121), _sensor("temperature_sensor"),
        _tenths("wave_height", "m"), _period("wave_period"), bearing("wave_direction"), _sensor("wave_sensor"), SALINITY)),
    8: Record("salinity", (
        _TEMPERATURE, Cell("conductivity", 10, "u", 0.01, "S/m", 703, "7.01: that or more", high=701),
        Cell("water_pressure", 16, "u", 0.1, "dbar", 60003, "6000.1: that or more", high=60001), SALINITY,
        Cell("salinity_type", 2, high=2, text="0 measured, 1 computed by PSS-78, 2 by another method"), _sensor(), spare(35))),
    9: Record("weather", (
        Cell("air_temperature", 11, "i", 0.1, "degC", -1024, low=-600, high=600), _sensor("air_sensor"),
        Cell("precipitation", 2, text="0 rain, 1 snow, 2 rain and snow, 3 other"),
        Cell("visibility", 8, "u", 0.1, "nm", 243, "24.1: that or more", high=241),
        Cell("dew_point", 10, "i", 0.1, "degC", 501, low=-200, high=500), _sensor("dew_sensor"),
        Cell("pressure", 9, "u", 1, "hPa", 403, "799: that or less; 1201: that or more", offset=799, high=402),
        Cell("pressure_trend", 2, na=3, text="0 steady, 1 falling, 2 rising"), _sensor("pressure_sensor"), SALINITY, spare(25))),
    10: Record("air gap", (
        _gap("air_draught"), _gap("air_gap"), Cell("gap_trend", 2, na=3, text="0 steady, 1 rising, 2 falling"), _gap("f_air_gap"),
        *_FORECAST, spare(28))),
}

ENVIRONMENT = Asm(
    1, 26, "Environmental", "IMO SN.1/Circ.289, Annex, 12", (8,), (),
    Group("reports", 112, 8, KINDS, Cell("report", 4, text="Kind of report"), (DAY, HOUR, MINUTE, Cell("site", 7, text="Number of the site"))),
)
