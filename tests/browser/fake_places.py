"""Rough places for invented traffic: way points along the usual routes, anchorages, fishing grounds."""

from __future__ import annotations

EAST = [
    (97.2, 6.00), (98.6, 4.90), (99.8, 3.75), (100.76, 2.96), (101.15, 2.71), (101.67, 2.37), (101.97, 2.14),
    (102.23, 1.90), (102.79, 1.64), (103.20, 1.38), (103.38, 1.21), (103.54, 1.11), (103.65, 1.04),
    (103.71, 1.08), (103.81, 1.165), (103.87, 1.194), (103.97, 1.236), (104.05, 1.245), (104.25, 1.271),
    (104.33, 1.284), (104.46, 1.40), (104.9, 2.05), (105.3, 3.50), (105.6, 5.00),
]  # fmt: skip
WEST = [
    (105.4, 5.00), (105.1, 3.50), (104.75, 2.10), (104.44, 1.42), (104.32, 1.31), (104.05, 1.268),
    (103.90, 1.221), (103.84, 1.206), (103.79, 1.172), (103.733, 1.137), (103.67, 1.181), (103.48, 1.221),
    (103.40, 1.244), (103.22, 1.415), (102.82, 1.684), (102.27, 1.947), (102.0, 2.18), (101.63, 2.468),
    (101.17, 2.75), (100.94, 2.90), (100.80, 3.03), (99.9, 3.90), (98.7, 5.05), (97.3, 6.15),
]  # fmt: skip
FERRY = [(103.858, 1.262), (103.875, 1.225), (103.955, 1.185), (103.985, 1.16)]

#: (lon, lat, spread in degrees, ships)
ANCHORAGES = [
    (103.985, 1.290, 0.022, 30), (104.07, 1.305, 0.018, 14), (103.745, 1.20, 0.012, 10),
    (103.625, 1.225, 0.012, 12), (101.24, 2.93, 0.025, 9), (102.17, 2.13, 0.02, 5), (104.13, 1.40, 0.015, 6),
    (100.27, 5.40, 0.01, 4),
]  # fmt: skip
FISHING = [
    (99.6, 4.35, 0.20),
    (100.25, 3.75, 0.12),
    (101.0, 3.15, 0.05),
    (102.6, 1.55, 0.04),
    (104.6, 2.3, 0.2),
]

LIGHTS = [
    ("HORSBURGH LT", 104.4058, 1.3303), ("RAFFLES LT", 103.7405, 1.1600),
    ("SULTAN SHOAL LT", 103.6493, 1.2390),
    ("ONE FATHOM BANK", 100.9960, 2.8883), ("PULAU UNDAN", 102.3330, 2.0480), ("IYU KECIL", 103.3530, 1.1905),
    ("CAPE RACHADO", 101.8520, 2.4070), ("BUFFALO ROCK", 103.8080, 1.1540),
]  # fmt: skip
STATIONS = [("SINGAPORE VTS", 103.83, 1.262), ("KLANG VTS", 101.39, 3.00), ("TG PIAI BASE", 103.51, 1.268)]

FIRST = """
    STAR OCEAN PACIFIC MALACCA GLOBAL NORDIC EVER MSC CMA PEARL GOLDEN ASIAN SILVER CORAL BUNGA SRI DELTA
    CAPE SPRING ORIENT
""".split()
SECOND = """
    HARMONY PIONEER GLORY FORTUNE TRADER VOYAGER LILY MERCURY SPIRIT HORIZON EXPRESS DIAMOND LOTUS JAYA
    HAWK BREEZE UNITY VALOUR MERIDIAN DAWN
""".split()
