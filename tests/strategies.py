"""Hypothesis strategies: valid AIS messages of every type, and the logs in which they come, with all their dirt."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from selat.model.encode import armour, bits, checksum, limits, sentences, tag_block
from selat.model.messages import AUXILIARY, LAYOUTS, SIXBIT, Field, Layout

#: every layout once; the auxiliary part B is chosen by the sender's MMSI
ALL_LAYOUTS: tuple[Layout, ...] = (*LAYOUTS, AUXILIARY)
_SELECTORS = ("msg_type", "partno", "addressed", "structured")
#: fields of each group of the messages that end after the last group in use
_GROUPS: dict[int, tuple[tuple[str, ...], ...]] = {
    7: tuple((f"mmsi{k}", f"mmsiseq{k}") for k in "1234"),
    13: tuple((f"mmsi{k}", f"mmsiseq{k}") for k in "1234"),
    15: (("mmsi1", "type1_1", "offset1_1"), ("type1_2", "offset1_2"), ("mmsi2", "type2_1", "offset2_1")),
    16: (("mmsi1", "offset1", "increment1"), ("mmsi2", "offset2", "increment2")),
    20: tuple((f"offset{k}", f"number{k}", f"timeout{k}", f"increment{k}") for k in "1234"),
}
#: six-bit characters but @, which ends a text
LETTERS = SIXBIT[1:]


@dataclass(frozen=True)
class Message:
    """A message as drawn: ``fields`` in their units as given to the encoder, and what came of them."""

    type: int
    variant: str
    fields: dict[str, Any]
    payload: str
    fill: int
    nbits: int


def texts(chars: int) -> st.SearchStrategy[str]:
    """Text that comes back as it went in: no @, no space at its end."""
    return st.text(LETTERS, max_size=chars).map(str.rstrip)


def mmsis(auxiliary: bool = False) -> st.SearchStrategy[int]:
    """User IDs: mostly ships, also stations, aids, aircraft; 98MIDxxxx only for ``auxiliary`` craft."""
    if auxiliary:
        return st.integers(980_000_000, 989_999_999)
    return st.integers(200_000_000, 799_999_999) | st.integers(1, 979_999_999) | st.integers(990_000_000, 999_999_999)


def values(f: Field) -> st.SearchStrategy[Any]:
    """Values of one field in its unit, None among them."""
    if f.kind == "t":
        return texts(f.width // 6)
    if f.kind == "b":
        return st.integers(0, 1)
    low, high = limits(f)
    steps = 1 if f.scale == 1 else round(1 / f.scale)
    numbers = st.integers(low, high).map(lambda raw: raw / steps if steps > 1 else raw)
    edges = st.sampled_from([low, high, 0 if low <= 0 <= high else low]).map(lambda raw: raw / steps)
    return numbers | edges | (st.none() if f.na is not None else st.nothing())


@st.composite
def messages(draw: Any, layouts: tuple[Layout, ...] = ALL_LAYOUTS, mmsi: int | None = None) -> Message:
    """A valid message of one of the ``layouts``, with all fields or some."""
    layout = draw(st.sampled_from(layouts))
    skip = {n for group in _GROUPS.get(layout.type, ())[1:] for n in group}
    for group in _GROUPS.get(layout.type, ())[1 : draw(st.integers(1, 4))]:
        skip -= set(group)
    fields: dict[str, Any] = {"mmsi": mmsi or draw(mmsis(layout is AUXILIARY))}
    sparse = draw(st.integers(0, 9)) == 0
    for f in (*layout.fields, *layout.tail):
        if f.kind == "x" or f.name in _SELECTORS or f.name in skip or f.name == "mmsi":
            continue
        if f.width == 0:
            fields[f.name] = draw(_rest(layout, f))
        elif not (sparse and draw(st.booleans())):
            fields[f.name] = draw(values(f))
    if layout.type in _GROUPS:  # a group is there when its last field is: zero, not "not available"
        fields = {k: 0 if v is None else v for k, v in fields.items()}
    value, nbits = bits(layout.type, variant=layout.variant, **fields)
    payload, fill = armour(value, nbits)
    return Message(layout.type, layout.variant, fields, payload, fill, nbits)


def _rest(layout: Layout, f: Field) -> st.SearchStrategy[Any]:
    """What fits in a field that takes all bits that are left."""
    fixed = sum(g.width for g in (*layout.fields, *layout.tail))
    room = min(layout.max_bits - fixed, 400)
    if f.kind == "t":
        return texts(min(room // 6, 14 if layout.type == 21 else 60))
    return st.integers(0, room).flatmap(lambda n: st.tuples(st.integers(0, (1 << n) - 1), st.just(n)))


# --- logs ----------------------------------------------------------------------------------------------------------
JUNK = (
    "# comment",
    "$GPRMC,101112,A,0230.0,N,10115.0,E,0.0,0.0,010120,,,A*7F",
    "no sentence here",
    "$ABVSI,r003669945,1,013245.2,1234,-102,0*3D",
    "[2020-01-01] connected",
    "!AIVDM",
    "\\",
    "!!!!",
    "!AIVDM,1,1,,A",
    "ABC*DEF",
)
CHANNELS = ("A", "B", "1", "2", "")
TALKERS = ("AI", "AB", "BS", "AN", "SA")


@dataclass
class Line:
    """One line of a log: its bytes without the end, what it is, and the message it belongs to (-1: none).

    ``kind``: ``part`` (of a message that is whole in the log), ``orphan`` (of one that is not), ``damaged`` (checksum
    wrong), ``cut`` (truncated), ``junk``, ``blank``, ``context`` ($PGHP, or a TAG block by itself).
    """

    data: bytes
    kind: str
    message: int = -1
    time: int | None = None


@dataclass
class Log:
    """A log and what is in it. ``whole``: numbers of the messages that can be read; ``data``: the bytes."""

    lines: list[Line]
    messages: list[Message]
    end: bytes
    data: bytes = b""
    whole: list[int] = field(default_factory=list)

    def payloads(self) -> list[tuple[str, int]]:
        """(payload, fill) of every message that can be read, in the order in which they are complete."""
        return [(self.messages[i].payload, self.messages[i].fill) for i in self.whole]

    def count(self, kind: str) -> int:
        """Number of lines of a kind."""
        return sum(line.kind == kind for line in self.lines)


def pghp(ns_ms: tuple[int, ...], station: int, check: str) -> str:
    """A $PGHP sentence (Gatehouse): time (year … millisecond) and base station of the sentence with this checksum."""
    year, month, day, hour, minute, second, ms = ns_ms
    body = f"PGHP,1,{year},{month},{day},{hour},{minute},{second},{ms},533,,{station},1,{check}"
    return f"${body}*{checksum(body)}"


def suffixes() -> st.SearchStrategy[str]:
    """What may stand behind the checksum: nothing, an epoch in s or ms, the list of the US Coast Guard."""
    epoch = st.integers(1_300_000_000, 1_900_000_000)
    return st.one_of(
        st.just(""), st.just(""), epoch.map(lambda c: f",{c}"), epoch.map(lambda c: f",{c}123"),
        epoch.map(lambda c: f",s22345,d-119,T12.34567890,S0042,r003669958,{c}"),
    )  # fmt: skip


@st.composite
def tags(
    draw: Any,
    group: tuple[int, int, int] | None,
    when: int = 1_500_000_000,
    source: str | None = None,
    relayed: bool = False,
) -> str:
    """A TAG block, two of them, or one whose checksum is wrong; ``group`` is the sentence's place in its group.

    ``when`` (UNIX time), ``source`` and ``relayed`` are of the message: its parts come from one station, at one time.
    """
    c = draw(st.sampled_from([None, when, when + 1, when * 1000 + 123]))
    block = tag_block(c=c if c or source or group else when, s=source, g=group)
    if draw(st.integers(0, 5)) == 0:
        block = block[:-3] + ("00" if block[-3:-1] != "00" else "01") + "\\"
    return tag_block(s="relay") + block if relayed else block


@st.composite
def logs(
    draw: Any, most: int = 12, dirt: bool = True, layouts: tuple[Layout, ...] = ALL_LAYOUTS, interleave: bool = True
) -> Log:
    """A log of up to ``most`` messages. No two messages are alike (each has its own MMSI), so none is a duplicate.

    With ``dirt``: junk and blank lines, damaged checksums, parts that never come, truncated lines, $PGHP and TAG lines.
    With ``interleave``: parts of different messages mixed, and out of order; messages of several sentences then differ
    in their sequence number while both are open.
    """
    n = draw(st.integers(0, most))
    drawn: list[Message] = []
    for i in range(n):
        layout = draw(st.sampled_from(layouts))
        base = 980_000_000 if layout is AUXILIARY else 200_000_000
        drawn.append(draw(messages((layout,), mmsi=base + 1000 * draw(st.integers(0, 5000)) + i)))
    queues: list[list[Line]] = []
    for i, message in enumerate(drawn):
        queues.append(_sentences(draw, message, i, dirt, interleave))
    rnd = random.Random(draw(st.integers(0, 2**32)))
    lines = _shuffle(queues, rnd) if interleave else [line for q in queues for line in q]
    if dirt:
        lines = _soil(draw, lines, rnd)
    end = draw(st.sampled_from([b"\n", b"\r\n", b"\r"]))
    data = b"".join(line.data + end for line in lines)
    if lines and not dirt and draw(st.booleans()):
        data = data[: -len(end)]  # the last line has no end
    log = Log(lines, drawn, end, data)
    left = [sum(x.message == i and x.kind == "part" for x in lines) for i in range(n)]
    for line in lines:
        if line.kind == "part":
            left[line.message] -= 1
            if left[line.message] == 0:
                log.whole.append(line.message)
    return log


def _sentences(draw: Any, message: Message, i: int, dirt: bool, shuffled: bool) -> list[Line]:
    """Lines of one message, in the order in which they will come."""
    longest = draw(st.sampled_from([60, 60, 56, 28, 62]))
    longest = max(longest, -(-len(message.payload) // 9))
    group = draw(st.booleans())
    texts_ = sentences(
        message.payload, message.fill, channel=draw(st.sampled_from(CHANNELS)), talker=draw(st.sampled_from(TALKERS)),
        own=draw(st.integers(0, 9)) == 0, seq_id=i % 10, max_payload=longest,
    )  # fmt: skip
    total = len(texts_)
    tagged = draw(st.integers(0, 2)) == 0
    tail = draw(suffixes())
    source, relayed = draw(st.sampled_from([None, "kl", "r003669945", "2573425"])), draw(st.integers(0, 5)) == 0
    when = draw(st.integers(1_300_000_000, 1_900_000_000))
    lines = []
    for k, text in enumerate(texts_, 1):
        place = (k, total, i + 1) if group and total > 1 else None
        prefix = draw(tags(place, when, source, relayed)) if tagged else ""
        lines.append(Line((prefix + text + tail).encode(), "part", i))
    if shuffled and total > 1 and draw(st.integers(0, 3)) == 0:
        lines.reverse()
    if dirt:
        _damage(draw, lines)
    return lines


def _damage(draw: Any, lines: list[Line]) -> None:
    """Now and then spoil one sentence of a message; its siblings become orphans."""
    style = draw(st.integers(0, 11))
    victim = draw(st.integers(0, len(lines) - 1))
    line = lines[victim]
    star = line.data.rindex(b"*")
    if style == 0:
        wrong = f"{int(line.data[star + 1 : star + 3], 16) ^ draw(st.integers(1, 255)):02X}".encode()
        line.data = line.data[: star + 1] + wrong + line.data[star + 3 :]
        line.kind = "damaged"
    elif style == 1:
        bang = line.data.rindex(b"!")
        line.data = line.data[: draw(st.integers(bang + 1, star))]
        line.kind = "cut"
    elif style == 2 and len(lines) > 1:
        del lines[victim]
    else:
        return
    for other in lines:
        if other.kind == "part":
            other.kind = "orphan"


def _shuffle(queues: list[list[Line]], rnd: random.Random) -> list[Line]:
    """Parts of up to three messages mixed, each message's own order kept."""
    waiting = [q for q in queues if q]
    out: list[Line] = []
    while waiting:
        q = waiting[rnd.randrange(min(3, len(waiting)))]
        out.append(q.pop(0))
        waiting = [q for q in waiting if q]
    return out


def _soil(draw: Any, lines: list[Line], rnd: random.Random) -> list[Line]:
    out: list[Line] = []
    for line in lines:
        dice = rnd.random()
        if dice < 0.05:
            out.append(Line(b"", "blank"))
        elif dice < 0.12:
            out.append(Line(rnd.choice(JUNK).encode(), "junk"))
        elif dice < 0.18 and line.kind == "part" and line.data[:1] == b"!" and line.data[7:10] == b"1,1":
            when = (2021, rnd.randint(1, 12), rnd.randint(1, 28), rnd.randint(0, 23), rnd.randint(0, 59), 7, 250)
            star = line.data.rindex(b"*")
            out.append(Line(pghp(when, 5330001, line.data[star + 1 : star + 3].decode()).encode(), "context"))
        out.append(line)
    if draw(st.integers(0, 9)) == 0:
        out.append(Line(bytes(rnd.randrange(128, 256) for _ in range(30)), "junk"))
    return out


@st.composite
def chunks(draw: Any, data: bytes, most: int = 8) -> list[bytes]:
    """``data`` cut at random places (also inside a line end); pieces may be empty; joined they are ``data``."""
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=most)))
    edges = [0, *cuts, len(data)]
    return [data[a:b] for a, b in itertools.pairwise(edges)]
