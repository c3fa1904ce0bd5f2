"""Eight and thirty-two bytes at a time: unaligned loads and the instructions that Numba does not offer.

``load64(buf, i)`` reads buf[i:i+8] as a little-endian uint64, ``chars32`` reads buf[i:i+32]; both do NOT check bounds:
callers keep PAD spare bytes behind their data. With the JIT switched off plain Python stands in.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from selat.kernels._jit import inline

#: how 8 six-bit values, one a byte, come together to 48 bits: (shift, mask of what moves, mask of what stays)
_SQUEEZE = (
    (2, 0x0FC00FC00FC00FC0, 0x003F003F003F003F),
    (4, 0x00FFF00000FFF000, 0x00000FFF00000FFF),
    (8, 0x0000FFFFFF000000, 0x0000000000FFFFFF),
)

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

    def popcount64(x: Any) -> int:
        """Number of bits set."""
        return int(x).bit_count()

    def find64(buf: Any, i: int, byte: int) -> Any:
        """See the compiled one."""
        return np.uint64(sum(1 << k for k, c in enumerate(bytes(buf[i : i + 64])) if c == byte))

    def chars32(buf: Any, i: int) -> Any:
        """See the compiled one."""
        text = bytes(buf[i : i + 32])
        n = next((k for k, c in enumerate(text) if c < 48), 32)
        word, legal = 0, 1
        x = bytearray(8)
        for k, c in enumerate(text[:n]):
            legal &= c < 88 or 96 <= c < 120
            word |= ((c - 48 - 8 * (c >= 96)) & 63) << (186 - 6 * k)
            x[k % 8] ^= c
        mask = (1 << 64) - 1
        parts = (word >> 128, (word >> 64) & mask, word & mask, int.from_bytes(x, "little"))
        return (*(np.uint64(v) for v in parts), np.int64(n), np.int64(legal))

else:

    def _splat(kind: Any, lanes: int, value: int) -> Any:
        return ir.Constant(ir.VectorType(kind, lanes), [value] * lanes)

    def _chars32_ir(builder: Any, data: Any) -> tuple[Any, ...]:
        """Vector code of chars32, without any instruction of one processor: LLVM lowers it to what there is."""
        i8, i32, i64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
        bytes32, words4 = ir.VectorType(i8, 32), ir.VectorType(i64, 4)
        c = builder.load(builder.bitcast(data, bytes32.as_pointer()))
        c.align = 1
        ends = builder.bitcast(builder.icmp_unsigned("<", c, _splat(i8, 32, 48)), i32)
        n = builder.cttz(ends, ir.Constant(ir.IntType(1), 0))  # 32 where there is none
        count = builder.insert_element(ir.Constant(bytes32, ir.Undefined), builder.trunc(n, i8), ir.Constant(i32, 0))
        count = builder.shuffle_vector(count, count, ir.Constant(ir.VectorType(i32, 32), [0] * 32))
        inside = builder.icmp_unsigned("<", ir.Constant(bytes32, list(range(32))), count)
        plain = builder.select(inside, c, _splat(i8, 32, 48))  # what lies behind the payload counts as zeros
        upper = builder.icmp_unsigned(">=", plain, _splat(i8, 32, 96))
        gap = builder.icmp_unsigned("<", builder.sub(plain, _splat(i8, 32, 88)), _splat(i8, 32, 8))
        bad = builder.or_(gap, builder.icmp_unsigned(">=", plain, _splat(i8, 32, 120)))
        legal = builder.icmp_unsigned("==", builder.bitcast(bad, i32), ir.Constant(i32, 0))
        v = builder.sub(plain, builder.select(upper, _splat(i8, 32, 56), _splat(i8, 32, 48)))
        order = ir.Constant(ir.VectorType(i32, 32), [8 * (k // 8) + 7 - k % 8 for k in range(32)])
        v = builder.bitcast(builder.shuffle_vector(v, v, order), words4)  # first character highest in its word
        for shift, high, low in _SQUEEZE:
            moved = builder.and_(builder.lshr(v, _splat(i64, 4, shift)), _splat(i64, 4, high))
            v = builder.or_(moved, builder.and_(v, _splat(i64, 4, low)))
        x = builder.bitcast(builder.select(inside, c, _splat(i8, 32, 0)), words4)
        lane = [builder.extract_element(v, ir.Constant(i32, k)) for k in range(4)]
        sums = [builder.extract_element(x, ir.Constant(i32, k)) for k in range(4)]
        total = builder.xor(builder.xor(sums[0], sums[1]), builder.xor(sums[2], sums[3]))

        def shl(value: Any, by: int) -> Any:
            return builder.shl(value, ir.Constant(i64, by))

        def shr(value: Any, by: int) -> Any:
            return builder.lshr(value, ir.Constant(i64, by))

        first = builder.or_(shl(lane[0], 16), shr(lane[1], 32))
        second = builder.or_(shl(lane[1], 32), shr(lane[2], 16))
        third = builder.or_(shl(lane[2], 48), lane[3])
        return first, second, third, total, builder.zext(n, i64), builder.zext(legal, i64)

    @intrinsic
    def chars32(typingctx: Any, buf: Any, i: Any) -> Any:
        """Armoured characters at buf[i:i+32] up to the first byte below ``'0'``: the three words of their bits (zeros
        behind them), the XOR of the characters in eight lanes, how many they are, and 1 if all are legal
        (IEC 61162-1 six-bit codes).
        """

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            array = context.make_array(signature.args[0])(context, builder, args[0])
            at = builder.gep(array.data, [context.cast(builder, args[1], signature.args[1], types.int64)])
            return context.make_tuple(builder, signature.return_type, _chars32_ir(builder, at))

        words = (types.uint64,) * 4
        return types.Tuple((*words, types.int64, types.int64))(buf, i), codegen

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
    def find64(typingctx: Any, buf: Any, i: Any, byte: Any) -> Any:
        """Bit k set where buf[i + k] equals ``byte``, k from 0 to 63; does not check bounds."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            array = context.make_array(signature.args[0])(context, builder, args[0])
            at = builder.gep(array.data, [context.cast(builder, args[1], signature.args[1], types.int64)])
            i8, i32 = ir.IntType(8), ir.IntType(32)
            kind = ir.VectorType(i8, 64)
            c = builder.load(builder.bitcast(at, kind.as_pointer()))
            c.align = 1
            one = builder.trunc(context.cast(builder, args[2], signature.args[2], types.int64), i8)
            all_of = builder.insert_element(ir.Constant(kind, ir.Undefined), one, ir.Constant(i32, 0))
            all_of = builder.shuffle_vector(all_of, all_of, ir.Constant(ir.VectorType(i32, 64), [0] * 64))
            return builder.bitcast(builder.icmp_unsigned("==", c, all_of), ir.IntType(64))

        return types.uint64(buf, i, byte), codegen

    @intrinsic
    def popcount64(typingctx: Any, x: Any) -> Any:
        """Number of bits set."""

        def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            return builder.ctpop(args[0])

        return types.int64(types.uint64), codegen

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
