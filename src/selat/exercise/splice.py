"""Writes a day with what was put in: its own lines as they are, some left out, others between them by time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from selat.exercise.inject import Injection
from selat.exercise.sheets import Declared, Sheet
from selat.model.clock import SECOND
from selat.model.columns import Columns
from selat.model.encode import encode
from selat.model.errors import FormatError
from selat.model.schema import DEGREES

SOURCE = "EXINJECT"  #: station of the added sentences
Line = tuple[int, bytes]  #: ns UTC, and the line with its end


def table_lines(injection: Injection, sheet: Sheet, declared: Declared) -> list[Line]:
    """The added reports as lines of a table; ``declared``: what the day's ships said of themselves."""
    declared.take(injection.statics)
    r = injection.reports
    rows = range(r.rows)
    return [(int(r["time"][i]), f"{sheet.line(r, i, declared.of(int(r['mmsi'][i])))}\n".encode()) for i in rows]


def sentence_lines(injection: Injection) -> list[Line]:
    """The added reports, static data and texts as sentences with a TAG block."""
    out: list[Line] = []
    r, s = injection.reports, injection.statics
    for i in range(r.rows):
        time = int(r["time"][i])
        out.append((time, _joined(time, r["msg_type"][i], **_report(r, i, time))))
    for i in range(s.rows):
        time = int(s["time"][i])
        sizes = {n: int(s[n][i]) for n in ("to_bow", "to_stern", "to_port", "to_starboard")}
        out.append((time, _joined(time, 5, mmsi=int(s["mmsi"][i]), shipname=s["name"][i].decode(), ship_type=int(s["ship_type"][i]),
                                  ais_version=1, **sizes)))  # fmt: skip
    out += [(t.time, _joined(t.time, 14, mmsi=t.mmsi, text=t.words)) for t in injection.texts]
    return sorted(out)


def _report(r: Columns, i: int, time: int) -> dict[str, Any]:
    def known(name: str, scale: float) -> float | None:
        return None if r[name][i] == 65535 else float(r[name][i] * scale)

    fields: dict[str, Any] = {
        "mmsi": int(r["mmsi"][i]), "lat": float(r["lat"][i] * DEGREES), "lon": float(r["lon"][i] * DEGREES),
        "sog": known("sog", 0.1), "cog": known("cog", 0.1), "second": time // SECOND % 60,
    }  # fmt: skip
    heading = known("heading", 1.0)
    fields["heading"] = None if heading is None else round(heading)
    if r["msg_type"][i] in (1, 2, 3):
        fields["nav_status"] = None if r["nav_status"][i] == 255 else int(r["nav_status"][i])
    return fields


def _joined(time: int, kind: int, **fields: Any) -> bytes:
    lines = encode(int(kind), tag={"c": time // SECOND, "s": SOURCE}, **fields)
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def places(reports: Columns, lines: list[Line]) -> np.ndarray:
    """For each line, the ``seq`` of the row before which it belongs: the first later than all that came before it."""
    order = np.argsort(reports["seq"], kind="stable")
    latest = np.maximum.accumulate(reports["time"][order])
    at = np.searchsorted(latest, [time for time, _ in lines], side="right")
    seqs = np.append(reports["seq"][order], np.iinfo(np.int64).max)
    return np.asarray(seqs[at])


def spliced(
    rows: Iterable[bytes], first: int, injection: Injection, lines: list[Line], where: np.ndarray
) -> Iterator[bytes]:
    """The rows of a day, numbered from ``first``, without those that are dropped and with ``lines`` before rows ``where``.

    Raises :class:`FormatError` where a row that is to be dropped is not of the ship it should be of: then the file is not the one
    that was read.
    """
    order = np.argsort(where, kind="stable")
    n, waiting = 0, len(order)
    gone = dict(zip(injection.drop.tolist(), injection.gone.tolist(), strict=True))
    for number, row in enumerate(rows, first):
        while n < waiting and where[order[n]] <= number:
            yield lines[order[n]][1]
            n += 1
        if number not in gone:
            yield row if row.endswith(b"\n") else row + b"\n"
        elif b"VDM" not in row and str(gone[number]).encode() not in row:
            raise FormatError(f"row {number} is not of {gone[number]}", hint="was the file changed while it was read?")
    for k in order[n:].tolist():
        yield lines[k][1]


def write(out: Path, chunks: Iterable[bytes]) -> int:
    """Write the lines; says how many bytes."""
    size = 0
    with out.open("wb") as file:
        for chunk in chunks:
            size += file.write(chunk)
    return size


def rows_of(blocks: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """Lines of blocks that are cut anywhere, with their ends."""
    rest = b""
    for block in blocks:
        *whole, rest = (rest + bytes(block)).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        yield rest


def names_of(header: bytes) -> tuple[str, ...]:
    """The names in the header line of a table."""
    return tuple(name.strip().strip('"') for name in header.decode("utf-8-sig", "replace").split(","))
