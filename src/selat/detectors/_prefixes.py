"""Countries by the first letters of a call sign: the flags most met at sea (ITU Radio Regulations, Appendix 42).

Codes are those of ISO 3166-1 as in :mod:`selat.tracks.flags`; territories that take the series of their state are named with
it. What is not in the table is not known, and is never held against a ship.
"""

from __future__ import annotations

_TABLE = """
AG V2 | AE A6 | AU AX,VH-VN,VZ | BB 8P | BD S2-S3 | BE ON-OT | BH A9 | BN V8 | BR PP-PY,ZV-ZZ | BS C6 | BZ V3 | CH HB,HE |
CK E5 | CL CA-CE,XQ-XR,3G | CM TJ | CN B,XS,3H-3U | CY 5B,C4,H2,P3 | DE DA-DR,Y2-Y9 | DK 5P-5Q,OU-OZ,XP | DM J7 | EG 6A-6B,SU |
ES AM-AO,EA-EH | FI OF-OJ | FJ 3D | FR F,HW-HY,TH,TK,TM,TO-TQ,TV-TX | GA TR | GB 2,G,M,VP-VQ,VS,ZB-ZJ,ZN-ZO,ZQ | GR J4,SV-SZ |
HK VR | HN HQ-HR | HR 9A | ID 7A-7I,8A-8I,JZ,PK-PO,YB-YH | IE EI-EJ | IL 4X,4Z | IN 8T-8Y,AT-AW,VT-VW | IR 9B-9D,EP-EQ | IT I |
JM 6Y | JP 7J-7N,8J-8N,JA-JS | KH XU | KI T3 | KM D6 | KN V4 | KP HM,P5-P9 | KR 6K-6N,D7-D9,DS-DT,HL | KW 9K | KY ZF |
LK 4P-4S | LR 5L-5M,6Z,A8,D5,EL | LU LX | LV YL | MC 3A | MH V7 | MM XY-XZ | MN JT-JV | MT 9H | MV 8Q | MY 9M,9W | NL PA-PI |
NO 3Y,LA-LN | NZ ZK-ZM | OM A4 | PA 3E-3F,H3,H8-H9,HO-HP | PG P2 | PH 4D-4I,DU-DZ | PK 6P-6S,AP-AS | PL 3Z,HF,SN-SR |
PT CQ-CU | PW T8 | QA A7 | RU R,UA-UI | SA 7Z,8Z,HZ | SB H4 | SE 7S,8S,SA-SM | SG 9V,S6 | SL 9L | TG 5V | TH E2,HS |
TO A3 | TR TA-TC,YM | TT 9Y-9Z | TV T2 | TW BM-BQ,BU-BX | TZ 5H-5I | UA EM-EO,UR-UZ | US AA-AL,K,N,W | VC J8 | VN 3W,XV |
VU YJ | WS 5W
"""
#: territories whose ships carry call signs of another country's series
_SAME = {
    "HK": {"CN"}, "TW": {"CN"}, "MO": {"CN"}, "KY": {"GB"}, "BM": {"GB"}, "GI": {"GB"}, "VG": {"GB"}, "FK": {"GB"}, "TC": {"GB"},
    "MS": {"GB"}, "AI": {"GB"}, "NC": {"FR"}, "PF": {"FR"}, "GP": {"FR"}, "MQ": {"FR"}, "RE": {"FR"}, "TF": {"FR"}, "WF": {"FR"},
    "FO": {"DK"}, "GL": {"DK"}, "CW": {"NL"}, "AW": {"NL"}, "VI": {"US"}, "AS": {"US"}, "MP": {"US"}, "NU": {"NZ"}, "CK": {"NZ"},
}  # fmt: skip


def _read(table: str) -> dict[str, set[str]]:
    out: dict[str, set[str]] = {}
    for entry in table.split("|"):
        country, _, series = entry.strip().partition(" ")
        for part in series.replace("\n", "").split(","):
            first, _, last = part.strip().partition("-")
            if len(first) == 1:
                out.setdefault(first, set()).add(country)
                continue
            end = last or first
            for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789":
                if first[1] <= letter <= end[1]:
                    out.setdefault(first[0] + letter, set()).add(country)
    return out


SERIES = _read(_TABLE)
_KNOWN = {c for countries in SERIES.values() for c in countries}


def countries(callsign: str) -> set[str]:
    """Countries of a call sign; empty where the series is not in the table.

    >>> countries("9V1234")
    {'SG'}
    """
    return SERIES.get(callsign[:2], set()) | SERIES.get(callsign[:1], set())


def contradicts(flag: str, callsign: str) -> bool:
    """True where a call sign is of another country than the flag, as far as both are known."""
    own = countries(callsign)
    if not own or flag not in _KNOWN | _SAME.keys():
        return False
    return not own & ({flag} | _SAME.get(flag, set()))
