"""Make the list of ports: name, country, size and place out of the World Port Index (NGA Pub 150, public domain).

    python3 scripts/make_ports.py world_port_index.csv

Writes `src/selat/tracks/data/ports.csv`, sorted by latitude.
"""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "src" / "selat" / "tracks" / "data" / "ports.csv"


def rows(source: Path) -> list[tuple[float, float, str, str, str, str]]:
    """Ports from south to north."""
    out = []
    with source.open(newline="", encoding="utf-8") as handle:
        for row in csv.DictReader(handle):
            lat, lon = round(float(row["port_latitude"]), 5), round(float(row["port_longitude"]), 5)
            out.append(
                (lat, lon, row["index_number"], row["country"], row["harbor_size"] or "V", row["port_name"].title())
            )
    return sorted(out)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="CSV of the World Port Index")
    args = parser.parse_args()
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("lat", "lon", "number", "country", "size", "name"))
    found = rows(args.source)
    writer.writerows(found)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(text.getvalue(), encoding="utf-8")
    print(f"{OUT.name}: {len(found):,} ports, {len(text.getvalue().encode()):,} bytes")


if __name__ == "__main__":
    main()
