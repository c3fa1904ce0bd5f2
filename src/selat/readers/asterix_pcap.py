"""ASTERIX in captured networks: each packet's own time is when it was received."""

from __future__ import annotations

from typing import Any

import numpy as np

from selat.kernels.asterix import KNOWN
from selat.model.columns import Columns, concat
from selat.model.errors import Reason
from selat.model.ports import Batch
from selat.model.schema import PLOTS
from selat.readers.asterix import KEEP_RAW, AsterixReader
from selat.readers.pcap import Captured, Packet


class AsterixPcapReader(AsterixReader):
    """Reads a capture; each record, and each packet that holds no blocks, is a line."""

    def __init__(self) -> None:
        super().__init__(live=False)
        self._captured = Captured()

    def feed(self, block: bytes, received: int, seq: int | None = None) -> Batch:
        """Read bytes of the file cut anywhere; ``received`` says nothing here."""
        packets = self._captured.take(block)
        made: list[Batch] = []
        begin = 0
        for i, packet in enumerate(packets):
            if packet.reason or not whole(packet.data):
                made.append(self._payloads(packets[begin:i], seq))
                seq = None
                made.append(self._aside(packet, packet.reason or int(Reason.NOISE)))
                begin = i + 1
        made.append(self._payloads(packets[begin:], seq))
        out = _together(made)
        out.bytes = len(block)
        return out

    def flush(self) -> Batch:
        """A packet that broke off is rejected."""
        made = [super().flush()]
        rest, self._captured = self._captured, Captured()
        if rest.waiting:
            reason = Reason.STRUCTURE if rest.broken else Reason.TRUNCATED
            made.append(self._aside(Packet(self._last, rest.offset, b"", 0, rest.waiting), int(reason)))
            made[-1].rejects["length"][0] += rest.left
        return _together(made)

    def _payloads(self, packets: list[Packet], seq: int | None) -> Batch:
        sizes = [len(p.data) for p in packets]
        begins = (
            np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes[:-1], dtype=np.int64)])
            if packets
            else np.zeros(0, np.int64)
        )
        times = np.array([p.time for p in packets], np.int64)
        if not packets:
            if seq is not None:
                self._seq = seq
            return _together([])
        return self.feed_timed(b"".join(p.data for p in packets), begins, times, seq)

    def _aside(self, packet: Packet, reason: int) -> Batch:
        """A packet without blocks."""
        raw = np.empty(1, dtype=object)
        raw[0] = packet.raw[:KEEP_RAW]
        row = {
            "seq": self._seq,
            "received": packet.time,
            "offset": packet.offset,
            "reason": reason,
            "length": len(packet.raw),
        }
        self._seq += 1
        batch = _together([])
        batch.rejects = Columns("rejects", {**{k: np.array([v]) for k, v in row.items()}, "raw": raw}, 1)
        batch.lines = 1
        return batch

    def state(self) -> dict[str, Any]:
        """All that is needed to go on: plain numbers, bytes and arrays."""
        return super().state() | {"captured": self._captured.state()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a saved :meth:`state`."""
        super().restore(state)
        self._captured.restore(state["captured"])


def whole(data: bytes) -> bool:
    """True for a payload that is blocks from end to end."""
    p = 0
    while p + 3 < len(data):
        length = data[p + 1] << 8 | data[p + 2]
        if data[p] not in KNOWN or length < 4:
            return False
        p += length
    return p == len(data) > 0


def _together(made: list[Batch]) -> Batch:
    tables: dict[str, Any] = {
        n: concat([getattr(b, n) for b in made], n) for n in ("reports", "statics", "messages", "receptions", "rejects")
    }
    counts = {n: sum(getattr(b, n) for b in made) for n in ("lines", "kept", "duplicates")}
    return Batch(**tables, **counts, plots=concat([b.plots for b in made], PLOTS))
