"""Every item that is kept, against libasterix, whose definitions come from EUROCONTROL's specifications by another way."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from asterix_tools import block, n, six
from selat.kernels import asterix_blocks as blocks
from selat.kernels import asterix_fields as fields
from selat.kernels.asterix import CATEGORY, SUB, UAP

peer = pytest.importorskip("asterix.generated", reason="libasterix")
from asterix.base import Bits, Explicit, Extended, RawDatablock, Repetitive  # noqa: E402

SPECS = {
    10: "Cat_010_1_1",
    34: "Cat_034_1_29",
    48: "Cat_048_1_32",
    62: "Cat_062_1_21",
    63: "Cat_063_1_7",
    65: "Cat_065_1_6",
}
SECOND = {10: "000", 34: "000", 48: "140", 62: "015", 63: "015", 65: "000"}  # an item that every record has here


def bits_of(variation, rnd: random.Random) -> bytes:
    """Random octets of an item as its definition in libasterix says that it lies."""
    if issubclass(variation, Extended):
        size = rnd.randint(1, len(variation.cv_items_list))
        return bytes(rnd.randrange(128) << 1 | (i + 1 < size) for i in range(size))
    if issubclass(variation, Explicit):
        size = rnd.randint(1, 6)
        return n(size, 1) + rnd.randbytes(size - 1)
    if issubclass(variation, Repetitive):
        count = rnd.randint(1, 3)
        if variation.cv_rep_bytes is None:
            size = (variation.cv_variation.cv_bit_size + 1) // 8
            rows = [rnd.getrandbits(8 * size - 1) << 1 | (i + 1 < count) for i in range(count)]
            return b"".join(n(r, size) for r in rows)
        return n(count, 1) + rnd.randbytes(count * variation.cv_variation.cv_bit_size // 8)
    if hasattr(variation, "cv_fspec_max_bytes"):
        items = variation.cv_items_list
        there = [i for i, item in enumerate(items) if item is not None and rnd.random() < 0.6]
        there = there or [next(i for i, item in enumerate(items) if item is not None)]
        return spec(there) + b"".join(bits_of(items[i].cv_rule.cv_variation, rnd) for i in there)
    return rnd.randbytes(variation.cv_bit_size // 8)


def spec(there: list[int]) -> bytes:
    out = [0] * (max(there) // 7 + 1)
    for i in there:
        out[i // 7] |= 0x80 >> (i % 7)
    return bytes(v | (k + 1 < len(out)) for k, v in enumerate(out))


def drawn(cat: int, rnd: random.Random) -> bytes:
    """A random record of a category: each item is there or not."""
    items = getattr(peer, SPECS[cat]).cv_uap.cv_record.cv_items_list
    named = {i: item.cv_non_spare for i, item in enumerate(items) if hasattr(item, "cv_non_spare")}
    density = rnd.random()
    there = [i for i, ns in named.items() if ns.cv_name in ("010", SECOND[cat]) or rnd.random() < density]
    return spec(there) + b"".join(bits_of(named[i].cv_rule.cv_variation, rnd) for i in there)


def ours(data: bytes) -> np.ndarray:
    buf = np.frombuffer(data + bytes(64), np.uint8)
    rows, out = np.zeros(blocks.ROOM + 4096, fields.ROW), np.array([0, 0, -1, 0], np.int64)
    seen, radars = np.zeros(blocks.HEARD, blocks.SEEN), np.zeros(65_537, blocks.RADAR)
    end = blocks.blocks(
        buf, 0, len(data), True, 0, UAP, SUB, CATEGORY, rows, seen, radars, np.zeros(65_536, np.int32), out
    )
    assert end == len(data)
    return rows[: out[0]].copy()


def value(record, item: str, *path: str, scale: float = 1.0) -> float:
    """A number of the peer's record; NaN where it is not there."""
    found = record.get_item(item)
    for name in path:
        if found is None:
            return math.nan
        found = found.variation.get_item(name) if hasattr(found, "variation") else found.get_item(name)
    if found is None:
        return math.nan
    content = found.variation.content
    if hasattr(content, "as_quantity"):
        return float(content.as_quantity()) * scale
    return float(content.as_integer() if hasattr(content, "as_integer") else content.as_uint()) * scale


NM = 1852.0
WANTED = {
    48: {
        "tod": (("140",), 128.0), "rho": (("040", "RHO"), NM), "theta": (("040", "THETA"), 1.0), "x": (("042", "X"), NM),
        "y": (("042", "Y"), NM), "height": (("110", "3DH"), 0.3048), "kind": (("020", "TYP"), 1.0),
        "amplitude": (("130", "PAM"), 1.0),
        "track": (("161", "TRN"), 1.0),
    },
    10: {
        "tod": (("140",), 128.0), "rho": (("040", "RHO"), 1.0), "theta": (("040", "TH"), 1.0), "x": (("042", "X"), 1.0),
        "y": (("042", "Y"), 1.0), "lat": (("041", "LAT"), 1.0), "lon": (("041", "LON"), 1.0), "height": (("091",), 0.3048),
        "amplitude": (("131",), 1.0), "track": (("161", "TRK"), 1.0), "size_m": (("270", "LENGTH"), 1.0),
    },
    62: {
        "tod": (("070",), 128.0), "lat": (("105", "LAT"), 1.0), "lon": (("105", "LON"), 1.0), "x": (("100", "X"), 1.0),
        "y": (("100", "Y"), 1.0), "vx": (("185", "VX"), 1.0), "vy": (("185", "VY"), 1.0), "height": (("130",), 0.3048),
        "track": (("040",), 1.0), "size_m": (("270", "LENGTH"), 1.0),
    },
    34: {"tod": (("030",), 128.0), "kind": (("000",), 1.0), "lat": (("120", "LAT"), 1.0), "lon": (("120", "LON"), 1.0)},
}  # fmt: skip


@pytest.mark.parametrize("cat", SPECS)
def test_records_lie_where_the_peer_has_them(cat):
    rnd = random.Random(cat)
    made = [[drawn(cat, rnd) for _ in range(rnd.randint(1, 6))] for _ in range(150)]
    data = b"".join(block(cat, *records) for records in made)
    rows = ours(data)
    assert (rows["fate"] != fields.REJECT).all()
    assert rows["length"].tolist() == [len(r) for records in made for r in records]
    uap = getattr(peer, SPECS[cat]).cv_uap
    k = 0
    for records in made:
        found = RawDatablock.parse(Bits.from_bytes(block(cat, *records)))
        parsed = uap.parse(found[0].get_raw_records())
        assert not isinstance(parsed, ValueError), parsed
        assert [len(p.bs) // 8 for p in parsed] == [len(r) for r in records], "the peer agrees with what was drawn"
        for p in parsed:
            for name, (path, scale) in WANTED.get(cat, {}).items():
                told, mine = value(p, *path, scale=scale), float(rows[name][k])
                if math.isnan(told):
                    assert math.isnan(mine) or mine in (-1.0, 0.0), (cat, name)
                elif not (cat == 48 and name == "tod"):
                    assert mine == pytest.approx(told, rel=1e-6, abs=1e-6), (cat, name, records)
            k += 1


def test_names_of_six_bits():
    from selat.readers.asterix_rows import six as read

    for text in (b"PILOT 7", b"RAJA12", b"A", b"ZZZZ9999"):
        assert read(six(text.decode())) == text
