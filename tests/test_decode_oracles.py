"""Every message of every recording at hand against pyais, gpsd and libais, field by field; damaged sentences are refused."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections import Counter

import pytest

import oracles
import selat
from decoding import nmea_logs
from selat.model.encode import checksum
from selat.model.messages import TYPES
from test_messages import _NOT_COMPARED, _PYAIS_NAMES, PYAIS_DEPARTS, _near, differences
from twin_ais import dearmour, layout_of, split, twin_bits

pytestmark = pytest.mark.long

_SENTENCE = re.compile(rb"!(..VD[MO],(\d+),(\d+),(\d*),([^,*!]*),([^,*!]*),(\d))\*([0-9A-Fa-f]{2})")
#: lines of the long recordings that the quick tests look at: one message in so many
QUICK = {"aishub_3min_2015.nmea": 30, "amsa_terrestrial_au.nmea.gz": 12}

#: where pyais departs from the standard on real recordings, beyond test_messages.PYAIS_DEPARTS, and the clause
TEXT_DEPARTS = {
    "it goes on behind @": "@ ends a text: what is unused at its end is filled with @ (M.1371-5 Annex 8, Table 47 and 3.3)",
    "a rest of less than 6 bits makes a character": "characters are 6 bits; the rest is spare, to a byte (Table 47; 3.12)",
}

#: messages that pyais reads and we do not: reason, and the clause that decides it
REFUSED = {
    "length": "shorter than the fields that identify and locate (M.1371-5 Annex 8, lengths of each message)",
    "unknown_type": "message 0 or above 28, part number 2 or 3 of Message 24 (M.1371-5 Table 46, 3.22), or an empty payload",
    "structure": "fill bits above 5 (IEC 61162-1: 0 to 5)",
}


def lines_of(data: bytes) -> list[bytes]:
    """Lines as the decoder counts them: they end at LF, CR or CRLF, and where a sentence is glued behind another."""
    out = []
    for line in re.split(rb"\r\n|\r|\n", data):
        head = re.search(rb"![^!]{2}VD[MO],", line)
        start = 1 if line[:1] in b"!$" else head.start() + 1 if head else len(line)
        cuts = [
            0,
            *(m.start() for m in re.finditer(rb"!|(?<=\*[0-9A-Fa-f]{2})\\", line) if m.start() >= max(start, 1)),
            len(line),
        ]
        out += [line[i:j] for i, j in itertools.pairwise(cuts) if j > i or len(cuts) == 2]
    return out


def gather(data: bytes) -> list[tuple[int, list[str]]]:
    """(number of the last line, sentences) of every message that is whole, by a simple way of joining parts."""
    out, waiting = [], {}
    for seq, line in enumerate(lines_of(data)):
        m = _SENTENCE.search(line)
        if m is None or checksum(m[1].decode("latin-1")) != m[8].decode().upper():
            continue
        text = m[0].decode("latin-1")
        total, num = int(m[2]), int(m[3])
        if total == 1:
            out.append((seq, [text]))
            continue
        key = (m[1][:2], total, m[4], m[5])
        if num == 1:
            waiting[key] = []
        waiting.setdefault(key, []).append((num, text))
        if len(waiting[key]) == total:
            parts = sorted(waiting.pop(key))
            if [k for k, _ in parts] == list(range(1, total + 1)):
                out.append((seq, [t for _, t in parts]))
    return out


def compare(name: str, data: bytes, every: int) -> tuple[Counter, list[object], Counter]:
    """(fields compared by type, differences, messages of pyais that we refuse by reason) of a recording."""
    d = selat.decode(data)
    ours = {}
    for n in TYPES:
        for row in d.messages(n).to_pylist():
            ours[row["seq"]] = row
    again = set(d.receptions["seq"].to_pylist())
    why = dict(zip(d.rejects["seq"].to_pylist(), d.rejects["why"].to_pylist(), strict=True))
    asked = [x for i, x in enumerate(gather(data)) if i % every == 0]
    answers = oracles.ask(oracles.PYAIS, [s for _, s in asked])
    compared, wrong, refused = Counter(), [], Counter()
    for (seq, sentences), theirs in zip(asked, answers, strict=True):
        row = ours.get(seq)
        if row is None:
            if "error" not in theirs and seq not in again:
                refused[why.get(seq, "lost")] += 1
            continue
        if "error" in theirs:
            continue
        assert (row["msg_type"], row["mmsi"]) == (theirs["msg_type"], int(theirs["mmsi"])), (name, seq, sentences)
        for field, (ok, want, got) in fields(row, sentences, theirs).items():
            compared[row["msg_type"]] += 1
            if not ok:
                wrong.append((name, row["msg_type"], field, want, got, sentences))
    return compared, wrong, refused


def fields(
    row: dict[str, object], sentences: list[str], theirs: dict[str, object]
) -> dict[str, tuple[bool, object, object]]:
    """Fields of one message that both have: (equal, ours, theirs)."""
    parts = [split(s) for s in sentences]
    bits = dearmour("".join(p[5] for p in parts), int(parts[-1][6]))
    layout, raws = layout_of(bits), twin_bits(bits)
    out = {}
    for f in (*layout.fields, *layout.tail):
        kind = int(row["msg_type"])
        name = f.name if f.name in theirs else _PYAIS_NAMES.get(f.name, "")
        if f.kind in "xd" or f.name not in raws or name not in theirs or (kind, f.name) in _NOT_COMPARED:
            continue
        want, got = row[f.name], theirs[name]
        if f.kind == "t":  # TEXT_DEPARTS
            got = str(got or "")[: (len(bits) - layout.start(f.name)) // 6].split("@")[0].strip()
        if want is None:
            want = "" if f.kind == "t" else f.na / (1 if f.scale == 1 else round(1 / f.scale))
        out[f.name] = (_near(kind, f.name, want, got), want, got)
    return out


@pytest.mark.parametrize("full", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_every_message_of_every_recording_as_pyais_reads_it(shared, full):
    compared, wrong, refused = Counter(), [], Counter()
    for name, data in nmea_logs(shared).items():
        c, w, r = compare(name, data, 1 if full else QUICK.get(name, 1))
        compared += c
        wrong += w
        refused += r
    assert not wrong, (len(wrong), Counter(w[1:3] for w in wrong), wrong[:20])
    assert set(compared) == set(range(1, 28))
    assert set(refused) <= set(REFUSED), refused
    assert sum(compared.values()) > (1_000_000 if full else 250_000)
    assert len(TEXT_DEPARTS) == 2 and len(PYAIS_DEPARTS) == 9  # all that is known


def test_what_is_refused_in_the_recordings_and_why(shared):
    """The logs in which much is refused, counted: part number 3, no payload at all, fill bits 6."""
    for name, want in {
        "gpsd_ais-18-27.log": {"unknown_type": 69}, "pyais_nmea_data_sample.txt": {"unknown_type": 100, "fragment_missing": 20},
        "aishub_3min_2015.nmea": {"structure": 8, "fragment_missing": 2},
    }.items():  # fmt: skip
        d = selat.decode(nmea_logs(shared)[name])
        refused = [(r["why"], r["raw"]) for r in d.rejects.to_pylist() if r["why"] not in ("not_ais", "blank")]
        assert Counter(w for w, _ in refused) == want
        for why, raw in refused:
            payload = raw.split(b",")[5].decode()
            if why == "unknown_type":
                assert payload == "" or int(dearmour(payload)[38:40], 2) > 1
            if why == "structure":
                assert b",6*" in raw


# --- damage --------------------------------------------------------------------------------------------------------
def test_no_damaged_sentence_is_accepted(shared):
    """20,000 sentences of the AISHub recording, in each of which one character of the payload was changed."""
    rnd = random.Random(4)
    good = [x for x in nmea_logs(shared)["aishub_3min_2015.nmea"].split(b"\n") if b",1,1," in x and x[:1] == b"!"]
    damaged = []
    for line in good[:20_000]:
        at = rnd.randrange(line.index(b",", 12) + 3, line.rindex(b",") - 1)
        new = rnd.choice(
            b"0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw".replace(line[at : at + 1], b"")
        )
        damaged.append(line[:at] + bytes([new]) + line[at + 1 :])
    d = selat.decode(b"\n".join(damaged))
    assert (d.lines, d.kept, d.duplicates) == (20_000, 0, 0)
    assert set(d.rejects["why"].to_pylist()) == {"checksum"}
    assert selat.decode(b"\n".join(good[:20_000])).lines == 20_000


# --- gpsd and libais -----------------------------------------------------------------------------------------------
_CHECKED = {
    "gpsd_ais-18-27.log.chk": "gpsd_ais-18-27.log", "gpsd_ais-nmea.log.chk": "gpsd_ais-nmea.log",
    "gpsd_ais-raw-messages.log.chk": "gpsd_ais-raw-messages.log", "gpsd_ais_unpack_sixbit.log.chk": "gpsd_ais_unpack_sixbit.log",
    "gpsd_sample.aivdm.ju.chk": "gpsd_sample.aivdm",
}  # fmt: skip


@pytest.mark.parametrize("check", _CHECKED)
def test_recordings_as_gpsd_reads_them(shared, check):
    """gpsd's own expected output. It gives parts A and B of Message 24 as one message, and forgets a part A that is old."""
    data = nmea_logs(shared)[_CHECKED[check]]
    d = selat.decode(data)
    ours: dict[tuple[int, int], list[dict[str, object]]] = {}
    for _, sentences in gather(data):
        parts = [split(s) for s in sentences]
        raw = twin_bits(dearmour("".join(p[5] for p in parts), int(parts[-1][6])))
        ours.setdefault((int(raw.get("msg_type", 0)), int(raw.get("mmsi", 0))), []).append(raw)
    kept = {(r["msg_type"], r["mmsi"]) for n in TYPES for r in d.messages(n).select(["msg_type", "mmsi"]).to_pylist()}
    text = (shared / "expected" / check).read_text(encoding="utf-8")
    theirs = [json.loads(x) for x in text.splitlines() if x.startswith('{"class":"AIS"')]
    compared = 0
    for g in theirs:
        key = (g["type"], g["mmsi"])
        if g["scaled"] or key[0] == 24:
            continue
        assert key in kept
        best = min((differences(m, g) for m in ours[key]), key=lambda x: len(x[0]))
        assert not best[0], (key, best[0])
        compared += best[1]
    assert compared > 40


#: (type, field): libais gives tenths of minutes as minutes in 17, 22, 23, and the knots of an aircraft as tenths of knots
LIBAIS_DEPARTS = {*((t, x) for t in (17, 22, 23) for x in ("lon", "lat")), (9, "speed")}


def test_examples_of_every_type_as_libais_reads_them(shared):
    """One message of each type; libais gives single precision, 3600 as 360 and so on: compared where both have a value."""
    names = {"course": "cog", "speed": "sog"}
    names |= {x: x for x in "second heading lon lat mmsi callsign destination shipname imo draught".split()}
    d = selat.decode(shared / "expected" / "libais_typeexamples.nmea")
    text = (shared / "expected" / "libais_typeexamples.json").read_text(encoding="utf-8")
    compared = 0
    for theirs in (json.loads(x) for x in text.splitlines() if x.strip()):
        for row in d.messages(theirs["type"]).to_pylist():
            if row["mmsi"] != theirs["mmsi"]:
                continue
            for name, our in names.items():
                if theirs.get(name) is None or row.get(our) is None or (theirs["type"], name) in LIBAIS_DEPARTS:
                    continue
                want = theirs[name]
                if isinstance(want, str) != isinstance(row[our], str):
                    continue
                if isinstance(want, str):
                    assert row[our].strip() == want.replace("@", "").strip(), (theirs, row)
                else:
                    assert abs(row[our] - want) < 2e-5, (name, theirs, row)
                compared += 1
    assert compared > 60


def test_tag_blocks_as_libais_reads_them(shared):
    """Times and stations of libais's tag block examples."""
    d = selat.decode(shared / "expected" / "libais_tagblock.nmea")
    text = (shared / "expected" / "libais_tagblock.json").read_text(encoding="utf-8")
    want = [json.loads(x) for x in text.splitlines() if x.strip()]
    form = "%Y-%m-%dT%H:%M:%S.%fZ"
    tables = (*d.reports.to_pylist(), *d.statics.to_pylist())
    got = {(r["mmsi"], r["received"].strftime(form), r["station"]) for r in tables}
    assert got == {(w["mmsi"], w["tagblock_timestamp"], w["tagblock_station"]) for w in want}
