"""Meteorological and hydrological data: 1/31 (IMO SN.1/Circ.289, Annex, 1) and the older 1/11 (IMO SN/Circ.236, Annex 2).

In 1/11 "not available" is the highest value that fits, so that day 31 cannot be told from no day: see the hour.
"""

from __future__ import annotations

from dataclasses import replace

from selat.model.asm_types import DAY, HOUR, LAT3, LON3, MINUTE, Asm, Cell, spare


def _bearing(name: str, na: int) -> Cell:
    return Cell(name, 9, "u", 1, "deg", na, high=359)


def _sea(na: int) -> tuple[Cell, ...]:
    """Currents, waves and swell, which are the same in both but for the code of no bearing."""
    return (
        Cell("current_speed", 8, "u", 0.1, "kn", 255, "At the surface; 25.1: that or more", high=251), _bearing("current_direction", na),
        *(c for k in "23" for c in (
            Cell("current_speed" + k, 8, "u", 0.1, "kn", 255, high=251), _bearing("current_direction" + k, na),
            Cell("current_depth" + k, 5, "u", 1, "m", 31, high=30))),
        Cell("wave_height", 8, "u", 0.1, "m", 255, "Significant; 25.1: that or more", high=251), Cell("wave_period", 6, "u", 1, "s", 63, high=60),
        _bearing("wave_direction", na), Cell("swell_height", 8, "u", 0.1, "m", 255, high=251),
        Cell("swell_period", 6, "u", 1, "s", 63, high=60), _bearing("swell_direction", na),
    )


_WIND = (Cell("wind_speed", 7, "u", 1, "kn", 127, "Mean of 10 minutes; 126: that or more"), Cell("gust_speed", 7, "u", 1, "kn", 127))
_TREND = "0 steady, 1 falling, 2 rising"
_RAIN = Cell("precipitation", 3, na=7, text="1 rain, 2 thunderstorm, 3 freezing rain, 4 mixed, 5 snow (WMO 306, 4.201)")
_ICE = Cell("ice", 2, na=3, high=1, text="0 no, 1 yes")

MET_HYDRO = Asm(1, 31, "Meteorological and hydrological data", "IMO SN.1/Circ.289, Annex, 1, Table 1.1", (8,), (
    LON3, LAT3, Cell("accuracy", 1, "b", text="1: better than 10 m"), DAY, HOUR, MINUTE, *_WIND,
    _bearing("wind_direction", 360), _bearing("gust_direction", 360), Cell("air_temperature", 11, "i", 0.1, "degC", -1024, low=-600, high=600),
    Cell("humidity", 7, "u", 1, "%", 101, high=100), Cell("dew_point", 10, "i", 0.1, "degC", 501, low=-200, high=500),
    Cell("pressure", 9, "u", 1, "hPa", 511, "799: that or less; 1201: that or more", offset=799, high=402),
    Cell("pressure_trend", 2, na=3, text=_TREND), Cell("visibility_more", 1, "b", text="1: the instrument's limit was reached"),
    Cell("visibility", 7, "u", 0.1, "nm", 127), Cell("water_level", 12, "u", 0.01, "m", 4001, "Above chart datum", offset=-1000, high=4000),
    Cell("level_trend", 2, na=3, text=_TREND), *_sea(360), Cell("sea_state", 4, na=13, high=12, text="Beaufort"),
    Cell("water_temperature", 10, "i", 0.1, "degC", 501, low=-100, high=500), _RAIN,
    Cell("salinity", 9, "u", 0.1, "1e-3", 510, "50.1: that or more; 511: no sensor", high=501), _ICE, spare(10)))

MET_HYDRO_236 = Asm(1, 11, "Meteorological and hydrological data (2004)", "IMO SN/Circ.236, Annex 2, 1", (8,), (
    replace(LAT3, na=0x7FFFFF), replace(LON3, na=0xFFFFFF), DAY, replace(HOUR, na=31), replace(MINUTE, na=63), *_WIND,
    _bearing("wind_direction", 511), _bearing("gust_direction", 511), Cell("air_temperature", 11, "u", 0.1, "degC", 2047, offset=-600, high=1200),
    Cell("humidity", 7, "u", 1, "%", 127, high=100), Cell("dew_point", 10, "u", 0.1, "degC", 1023, offset=-200, high=700),
    Cell("pressure", 9, "u", 1, "hPa", 511, offset=800, high=400), Cell("pressure_trend", 2, na=3, text=_TREND),
    Cell("visibility", 8, "u", 0.1, "nm", 255, high=250), Cell("water_level", 9, "u", 0.1, "m", 511, "Above chart datum", offset=-100, high=400),
    Cell("level_trend", 2, na=3, text=_TREND), *_sea(511), Cell("sea_state", 4, na=15, high=12, text="Beaufort"),
    Cell("water_temperature", 10, "u", 0.1, "degC", 1023, offset=-100, high=600), _RAIN,
    Cell("salinity", 9, "u", 0.1, "1e-3", 511, high=500), _ICE, spare(6)))
