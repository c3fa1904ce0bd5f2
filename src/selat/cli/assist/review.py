"""Write the yearly review of the grants: HTML, PDF or XLSX, in English, Malay or Japanese.

PERIOD is a year (2026), a fiscal year of Japan (FY2025: April 2025 to March 2026) or months (2025-10/2026-03). Per programme:
agreed and delivered, lead times, custody, use by grade of evidence, maintenance, open observations (all of them), inspections,
capability before and after with intervals, and a refusal where incidents are too few to show an effect.

It is made from the log alone, and says after which entry. --entry or --head write a review again as it was: the same log up to
there, the same version of selat, the same bytes.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from selat.cli.assist._common import add_sea, opened

EPILOG = """examples:
  selat assist review grant/ FY2025 --out review.pdf
  selat assist review grant/ 2026 --programme OSA-2023-MY-1 --language ja --out review.xlsx
  selat assist review grant/ 2025 --head 3f2a91c07d11 --out again.html
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    add_sea(parser)
    parser.add_argument("period", metavar="PERIOD", help="2026, FY2025 or 2025-10/2026-03")
    parser.add_argument(
        "--programme", metavar="ID", action="append", default=[], help="only this programme; repeatable"
    )
    parser.add_argument("--country", metavar="CODE", default="", help="only programmes of this country, as in MY")
    parser.add_argument("--entry", type=int, metavar="N", help="as known after the first N entries of the log")
    parser.add_argument("--head", metavar="HASH", help="as known after the entry with this hash, or how it begins")
    parser.add_argument(
        "--as",
        dest="tier",
        default="auditor",
        choices=("recipient", "donor", "auditor"),
        help="in whose tier (default %(default)s)",
    )
    parser.add_argument("--language", default="en", help="en, ms or ja (default %(default)s)")
    parser.add_argument("--format", choices=("html", "pdf", "xlsx"), help="default: by the suffix of --out, else html")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: review-PERIOD in this folder")


def run(args: argparse.Namespace) -> int:
    """Gather, write, name the file."""
    from selat.app.papers import review
    from selat.cli._asking import plain
    from selat.exporters.paper import written
    from selat.model.errors import ConfigError
    from selat.store.disk import write_whole

    register = opened(args)
    entry = args.entry
    if args.head is not None:
        if entry is not None:
            raise ConfigError("--entry and --head", hint="give one of them")
        digits = args.head.strip().lower()
        entry = register.rows_at(digits) if len(digits) >= 8 and set(digits) <= set("0123456789abcdef") else None
        if entry is None:
            raise ConfigError(
                f"no one entry has the hash {args.head!r}",
                hint="eight hex digits or more of it, as a review tells them",
            )
    suffix = args.out.suffix.lower().lstrip(".") if args.out is not None else ""
    form = args.format or (suffix if suffix in ("html", "pdf", "xlsx") else "html")
    told = review.document(
        register, args.period, Path(args.sea).resolve().name, programmes=args.programme, country=args.country, entry=entry,
        tier=args.tier, language=args.language,
    )  # fmt: skip
    out = args.out or review.file_name(args.period, form)
    write_whole(out, written(told, form))
    print(plain(str(out)))
    return 0
