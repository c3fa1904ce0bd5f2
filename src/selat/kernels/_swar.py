"""Eight bytes at a time: unaligned loads and the two instructions that Numba does not offer.

``load64(buf, i)`` reads buf[i:i+8] as a little-endian uint64 and does NOT check bounds: callers keep 8 spare bytes behind
their data (PAD). With the JIT switched off plain Python stands in.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from selat.kernels._jit import inline

if numba.config.DISABLE_JIT:

    def load64(buf: Any, i: int) -> Any:
        """See the module."""
        return np.uint64(int.from_bytes(bytes(buf[i : i + 8]), "little"))

    def bswap64(x: Any) -> Any:
        """Bytes in reverse order."""
        return np.uint64(int.from_bytes(int(x).to_bytes(8, "little"), "big"))

    def ctz64(x: Any) -> int:
        """Number of zero bits below the lowest one; 64 for 0."""
        return 64 if x == 0 else (int(x) & -int(x)).bit_length() - 1

else:

    @intrinsic
    def load64(typingctx: Any, buf: Any, i: Any) -> Any:
        """See the module."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            array = context.make_array(signature.args[0])(context, builder, args[0])
            at = builder.gep(array.data, [context.cast(builder, args[1], signature.args[1], types.int64)])
            word = builder.load(builder.bitcast(at, ir.IntType(64).as_pointer()))
            word.align = 1
            return word

        return types.uint64(buf, i), codegen

    @intrinsic
    def bswap64(typingctx: Any, x: Any) -> Any:
        """Bytes in reverse order."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.bswap(args[0])

        return types.uint64(types.uint64), codegen

    @intrinsic
    def ctz64(typingctx: Any, x: Any) -> Any:
        """Number of zero bits below the lowest one; 64 for 0."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.cttz(args[0], ir.Constant(ir.IntType(1), 0))

        return types.int64(types.uint64), codegen


_ONES = np.uint64(0x0101010101010101)
_TOP = np.uint64(0x8080808080808080)
_LOW7 = np.uint64(0x7F7F7F7F7F7F7F7F)
_ADD_48 = np.uint64(0x5050505050505050)  # 128 - 48 in every byte: sets the top bit of bytes from '0' up
_ADD_88 = np.uint64(0x2828282828282828)
_ADD_96 = np.uint64(0x2020202020202020)
_ADD_120 = np.uint64(0x0808080808080808)
_ZEROS = np.uint64(0x3030303030303030)


def _below_zero(x: np.uint64) -> np.uint64:
    """Top bit set in every byte that lies below ``'0'``."""
    return ~(((x & _LOW7) + _ADD_48) | x) & _TOP


below_zero = inline(_below_zero)


def _sixbits(x: np.uint64) -> tuple[np.uint64, bool]:
    """(48 bits, all legal) of eight armoured characters, the first in the highest byte (IEC 61162-1 six-bit codes)."""
    y = x & _LOW7
    ge88 = (y + _ADD_88) & _TOP
    ge96 = (y + _ADD_96) & _TOP
    bad = (x | (y + _ADD_120) | ~(y + _ADD_48) | (ge88 & ~ge96)) & _TOP
    v = y - _ZEROS - (ge96 >> np.uint64(4))  # 8 less from '`' up
    v = ((v >> np.uint64(2)) & np.uint64(0x0FC00FC00FC00FC0)) | (v & np.uint64(0x003F003F003F003F))
    v = ((v >> np.uint64(4)) & np.uint64(0x00FFF00000FFF000)) | (v & np.uint64(0x00000FFF00000FFF))
    v = ((v >> np.uint64(8)) & np.uint64(0x0000FFFFFF000000)) | (v & np.uint64(0x0000000000FFFFFF))
    return v, bad == 0


sixbits = inline(_sixbits)


def _fold(x: np.uint64) -> int:
    """XOR of the eight bytes."""
    x ^= x >> np.uint64(32)
    x ^= x >> np.uint64(16)
    x ^= x >> np.uint64(8)
    return np.int64(x & np.uint64(255))


fold = inline(_fold)
