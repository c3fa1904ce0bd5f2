"""What depends on the rows before: which rows of a piece repeat an earlier one, and what ships declare anew.

Pieces of a table are read apart from each other (:mod:`csvscan`); :func:`admit` takes their rows in the order of the
table. So the result depends on the rows alone, not on how the bytes were cut nor on who read them when:

* a row repeats one of the last :data:`~selat.kernels.csvseen.RING` kept rows, or it is kept;
* declared data are read where they differ from the last of their MMSI.

A piece has passed over rows that repeat one of its own (``of``). If that one was kept and is still remembered, so be
it; if it was itself a repeat, or is forgotten, the row is judged by its hash as any other.

Rows of the same bytes state the same time. So a row that is newer than all that it was not compared with by the scan
cannot repeat one, and in a table in order of time only the first second of a piece is looked up.
"""

from __future__ import annotations

from selat.kernels._jit import U, bare, fused, i64
from selat.kernels.csvcolumns import COLUMNS, DELIM
from selat.kernels.csvscan import DONE, FULL, GROW, KEPT, NEWEST, SHIPS, SINCE, slow_row
from selat.kernels.csvseen import find_row, first_place, place_of, put_row
from selat.kernels.csvstatic import static
from selat.model.columns import Array

# cursor: rows and repeats judged; kept, repeats, statics put out; 1 when the rows kept are not those that the scan kept
# and, of the rows before, the newest time and the oldest that is looked for
ROW, AGAIN, KEEP, REPEAT, STATIC, MOVED, BEFORE, OLDEST, TOUCHED, CURSOR = range(10)
ANY = 2**63 - 1  #: as NEWEST: times tell nothing, all rows are looked up
_GROUP = 64  # rows whose ships are brought into the cache together: one by one each would be waited for


def _declare(
    buf: Array, stop: int, at: int, col: Array, units: Array, params: Array, keys: Array, values: Array, out: Array,
    sealed: Array, out_q: Array, sta: Array, texts: Array, ns: int,
) -> bool:  # fmt: skip
    """Cut the row that begins at ``at`` again and read its declared data; False when it declares nothing."""
    slow_row(buf, at, stop, True, params[DELIM], params[COLUMNS], out, out_q)
    return static(sealed, out_q, i64(0), col, units, params, keys, values, sta, texts, ns)


declare = bare(_declare)


def _put_head(sta: Array, ns: int, time: int, seq: int, mmsi: int, kind: int) -> None:
    sta[ns, 0], sta[ns, 1], sta[ns, 2] = time, seq, mmsi
    sta[ns, 3] = 24 if kind == 18 or kind == 19 else (21 if kind == 21 else 5)


put_head = fused(_put_head)


def _oldest(time: Array, n: int, near: int, before: int) -> int:
    """Oldest time among the rows that may repeat an earlier one; ANY when there is none."""
    if before == ANY:
        return -ANY
    oldest, newest = i64(ANY), before
    for i in range(n):
        if i > near:
            newest = max(newest, time[i - near - 1])
        if time[i] <= newest:
            oldest = min(oldest, time[i])
    return oldest


oldest_of = fused(_oldest)


def _index(slots: Array, ring: Array, facts: Array, count: int, oldest: int) -> int:
    """Make the table anew of the rows from time ``oldest`` on; how many."""
    slots[:] = -1
    n = 0
    for place in range(min(count, len(ring))):
        if facts[place, 1] >= oldest:
            put_row(slots, ring[place], place)
            n += 1
    return n


index = bare(_index)


def _touch(ships: Array, mmsi: Array, said: Array, i: int, n: int) -> int:
    """Look at the places of some ships, so that they are at hand."""
    x = i64(0)
    for k in range(i, min(i + _GROUP, n)):
        if said[k] != 0:
            x ^= i64(ships[first_place(ships, i64(mmsi[k])), 1])
    return x


touch = bare(_touch)


def _admit(
    buf: Array, stop: int, col: Array, units: Array, params: Array, keys: Array, values: Array, state: Array,
    slots: Array, ring: Array, facts: Array, ships: Array, empty: Array, out: Array, sealed: Array, out_q: Array,
    n: int, time: Array, mmsi: Array, kind: Array, seq: Array, whole: Array, said: Array, begin: Array,
    m: int, again: Array, of: Array, near: int, base: int, number: Array, keep: Array, kept_seq: Array, rec_seq: Array,
    rec_first: Array, rec_time: Array, rec_mmsi: Array, sta: Array, texts: Array, cursor: Array,
) -> int:  # fmt: skip
    """Judge the ``n`` rows and ``m`` repeats of a piece; DONE, FULL (of statics) or GROW (the table of ships).

    ``buf[:stop]``: the bytes of the piece. ``col`` ... ``values``: the plan. ``state`` ... ``empty``: what is known of
    the rows before (``ring``: hashes of the last rows kept, ``facts``: their seq, time and MMSI). ``out`` ... ``out_q``:
    working space. ``time`` ... ``of``: outputs of the scan, which looked
    back ``near`` kept rows. ``base``: the number of the piece's first row.
    ``number``: room for the number of each row among those kept. Outputs: ``keep`` which rows are kept and
    ``kept_seq`` under what number, ``rec_*`` the repeats, ``sta`` and ``texts`` what is declared. ``cursor`` says how
    far it is.
    """
    i, j, n_keep, n_rec, ns = cursor[ROW], cursor[AGAIN], cursor[KEEP], cursor[REPEAT], cursor[STATIC]
    mask = len(ring) - 1
    count = state[KEPT]
    limit = len(slots) // 2
    code = DONE
    if i == 0 and j == 0:
        cursor[BEFORE] = state[NEWEST]
        cursor[OLDEST] = oldest_of(time, n, near, state[NEWEST])
        state[SINCE] = index(slots, ring, facts, count, cursor[OLDEST]) if cursor[OLDEST] != ANY else 0
    before, oldest = cursor[BEFORE], cursor[OLDEST]
    while i < n or j < m:
        if ns >= len(sta):
            code = FULL
            break
        if 2 * state[SHIPS] >= len(ships):
            code = GROW
            break
        own = i < n and (j >= m or seq[i] < again[j])
        k, s = i64(0), i64(0)
        if own:
            if i % _GROUP == 0:
                cursor[TOUCHED] ^= touch(ships, mmsi, said, i, n)
            k, s = i, base + seq[i]
            number[k] = -1
            if i > near:
                before = max(before, time[i - near - 1])
            i += 1
        else:
            k, s = i64(of[j]), base + again[j]
            j += 1
        place = i64(-1)
        if not own and number[k] >= 0 and count - number[k] <= len(ring):
            place = number[k] & mask
        elif not own or time[k] <= before:
            place = find_row(slots, ring, whole[k])
        if place >= 0:
            rec_seq[n_rec], rec_first[n_rec] = s, facts[place, 0]
            rec_time[n_rec], rec_mmsi[n_rec] = facts[place, 1], facts[place, 2]
            n_rec += 1
            cursor[MOVED] |= own
            continue
        cursor[MOVED] |= not own
        keep[n_keep], kept_seq[n_keep] = k, s
        n_keep += 1
        number[k] = count
        place = count & mask
        ring[place] = whole[k]
        facts[place, 0], facts[place, 1], facts[place, 2] = s, time[k], mmsi[k]
        count += 1
        if time[k] >= oldest:
            if state[SINCE] >= limit:
                state[SINCE] = index(slots, ring, facts, count, oldest)
            else:
                put_row(slots, whole[k], place)
                state[SINCE] += 1
        state[NEWEST] = max(state[NEWEST], time[k])
        h = said[k]
        if h == 0 or h == empty[0]:
            continue
        place = place_of(ships, i64(mmsi[k]))
        known = ships[place, 0] != 0
        if known and ships[place, 1] == h:
            continue
        if not declare(buf, stop, i64(begin[k]), col, units, params, keys, values, out, sealed, out_q, sta, texts, ns):
            empty[0] = h
            continue
        ships[place, 0], ships[place, 1] = U(mmsi[k]), h
        state[SHIPS] += not known
        put_head(sta, ns, time[k], s, i64(mmsi[k]), i64(kind[k]))
        ns += 1
    cursor[ROW], cursor[AGAIN], cursor[KEEP], cursor[REPEAT], cursor[STATIC] = i, j, n_keep, n_rec, ns
    state[KEPT], cursor[BEFORE] = count, before
    return code


admit = bare(_admit)
